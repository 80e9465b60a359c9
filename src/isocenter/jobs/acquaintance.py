"""Who knows whom: for each two of the nodes and us, what says that the one has the other in its list, and that it works.

Comes in: what is known of each node from calling it, from its calls, from the door, from kept reports of the doctor, and from other
archives' own lists. Goes out: one fact for each direction of which anything is known, and which pairs are one-sided. Nothing here
calls anybody, and nothing is claimed that was not seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from isocenter.jobs.other_lists import Listed, OtherList
from isocenter.jobs.stories import Calls, Standing, Verdict
from isocenter.model.checkup import Checkup, Layer, Outcome
from isocenter.model.records import Node, RejectedCaller
from isocenter.nodes.address import parsed

US = ""
"""How we are called among the names of nodes."""


class Knowing(Enum):
    """What is known of one direction."""

    WORKS = "works"
    SET = "set"
    """It is entered, and was not tried."""
    WRONG = "wrong"
    """It is entered, and not as it should be; or it calls by another title."""
    FAILS = "fails"
    """It was tried, and did not work."""
    NOT = "not"
    """It is not entered there."""


@dataclass(frozen=True, slots=True)
class Fact:
    """That `of` knows `to`: `words` is the rest of a sentence that begins with `of`; `source` says where it was seen.

    `source` is entry, echo, call, door, report or list. `tested` is when it was tried last, `success` when it last worked.
    `is_one_sided`: it works or is entered one way, and is known to fail the other way.
    """

    of: str
    to: str
    knowing: Knowing
    words: str
    source: str
    tested: datetime | None = None
    success: datetime | None = None
    is_one_sided: bool = False


@dataclass(frozen=True, slots=True)
class Here:
    """Us, as others would have to enter us."""

    ae_title: str
    port: int
    addresses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Seen:
    """All that one node is known by."""

    node: Node
    standing: Standing
    calls: Calls
    door: Sequence[RejectedCaller] = ()
    """Whoever was turned away with its title, or from its address."""
    reports: Sequence[Checkup] = ()
    """Kept reports, the latest first."""
    other_list: OtherList | None = None


def facts(here: Here, seen: Iterable[Seen]) -> list[Fact]:
    """Every direction of which anything is known."""
    everybody = list(seen)
    found = []
    for one in everybody:
        found.append(_ours(here, one))
        theirs = _theirs(here, one)
        if theirs is not None:
            found.append(theirs)
        if one.other_list is not None:
            found += [_listed(one.node.name, other.node, one.other_list) for other in everybody if other.node.name != one.node.name]
    by_pair = {(fact.of, fact.to): fact for fact in found}
    return [replace(fact, is_one_sided=_is_one_sided(fact, by_pair.get((fact.to, fact.of)))) for fact in found]


_OURS: Mapping[Verdict, tuple[Knowing, str]] = {
    Verdict.ANSWERS: (Knowing.WORKS, "reach it"),
    Verdict.CHANGED: (Knowing.WORKS, "reach it"),
    Verdict.NO_ECHO: (Knowing.WORKS, "reach it; it takes no C-ECHO"),
    Verdict.REFUSES_OURS: (Knowing.FAILS, "are refused: it does not know our title"),
    Verdict.REFUSES_ITS_OWN: (Knowing.FAILS, "are refused: it has another title than our entry says"),
    Verdict.REFUSES: (Knowing.FAILS, "are refused"),
    Verdict.SILENT: (Knowing.FAILS, "get no answer"),
    Verdict.PORT_CLOSED: (Knowing.FAILS, "find nobody at its port"),
    Verdict.NOT_LISTENING: (Knowing.SET, "have it in the list; it only calls"),
    Verdict.UNASKED: (Knowing.SET, "have it in the list, and have not asked it"),
    Verdict.ONLY_CALLS: (Knowing.SET, "have it in the list; it stands for many, which only call"),
}


def _ours(here: Here, seen: Seen) -> Fact:
    standing = seen.standing
    knowing, words = _OURS[standing.verdict]
    source = "entry" if knowing is Knowing.SET else "echo"
    return Fact(US, seen.node.name, knowing, words, source, standing.asked, standing.answered)


def _theirs(here: Here, seen: Seen) -> Fact | None:
    """Whether it knows us: the latest of what was seen counts; without any, what its own list says."""
    found = [fact for fact in (_called(here, seen), _knocked(here, seen), _moved(seen)) if fact is not None]
    success = max((fact.success for fact in found if fact.success is not None), default=None)
    if found:
        latest = max(found, key=lambda fact: fact.tested.timestamp() if fact.tested is not None else 0.0)
        return replace(latest, success=success)
    if seen.other_list is None:
        return None
    name = seen.node.name
    wanted = seen.node.local_ae_title or here.ae_title
    entry = next((one for one in seen.other_list.entries if one.ae_title == wanted), None)
    other = next((one for one in seen.other_list.entries if one.host in here.addresses and one.port == here.port), None)
    if entry is None and other is not None:
        words = f"has us in its list as {other.ae_title}, and we are {wanted}"
        return Fact(name, US, Knowing.WRONG, words, "list", seen.other_list.moment)
    if entry is None:
        return Fact(name, US, Knowing.NOT, f"has nobody with our title {wanted} in its list", "list", seen.other_list.moment)
    tried = datetime.fromisoformat(entry.tried) if entry.tried else None
    if entry.reached is not None:
        words = "reaches us" if entry.reached else "does not reach us"
        knowing = Knowing.WORKS if entry.reached else Knowing.FAILS
        return Fact(name, US, knowing, words, "list", tried, tried if entry.reached else None)
    is_right = entry.host in here.addresses and entry.port == here.port
    is_checkable = parsed(entry.host) is not None
    if is_right or (not is_checkable and entry.port == here.port):
        return Fact(name, US, Knowing.SET, "has us in its list", "list", seen.other_list.moment)
    return Fact(name, US, Knowing.WRONG, f"has us in its list at {entry.host}:{entry.port}", "list", seen.other_list.moment)


def _called(here: Here, seen: Seen) -> Fact | None:
    calls = seen.calls
    if calls.last is None:
        return None
    right = {here.ae_title, seen.node.local_ae_title} - {""}
    good = max((one.last for title, one in calls.titles.items() if title in right), default=None)
    if calls.called_ae_title in right:
        return Fact(seen.node.name, US, Knowing.WORKS, "calls us by our title", "call", calls.last, good or calls.last)
    words = f"calls us {calls.called_ae_title or 'by no title'}, and we are {here.ae_title}"
    return Fact(seen.node.name, US, Knowing.WRONG, words, "call", calls.last, good)


def _knocked(here: Here, seen: Seen) -> Fact | None:
    knock = max(seen.door, key=lambda one: one.last, default=None)
    if knock is None:
        return None
    if knock.calling_ae_title != seen.node.ae_title:
        words = f"calls itself {knock.calling_ae_title or 'nothing'}, and its entry says {seen.node.ae_title}"
    elif knock.called_ae_title not in {here.ae_title, seen.node.local_ae_title}:
        words = f"called {knock.called_ae_title or 'no title'}, and we are {here.ae_title}"
    else:
        words = f"called from {knock.address}, and its entry says {seen.node.host}"
    return Fact(seen.node.name, US, Knowing.WRONG, words, "door", knock.last)


def _moved(seen: Seen) -> Fact | None:
    """The return path of the latest report that tried it."""
    for report in seen.reports:
        step = report.step(Layer.MOVE)
        moment = report.ended or report.began
        if step is None or step.outcome in {Outcome.UNTRIED, Outcome.SKIPPED}:
            continue
        if step.outcome is Outcome.FAILED:
            said = report.verdict.headline if report.verdict is not None and report.verdict.layer is Layer.MOVE else step.words
            return Fact(seen.node.name, US, Knowing.FAILS, f"could not send back to us: {said}", "report", moment)
        return Fact(seen.node.name, US, Knowing.WORKS, "sent back to us by C-MOVE", "report", moment, moment)
    return None


def _listed(name: str, other: Node, known: OtherList) -> Fact:
    """What the list of one node says of another."""
    titled = [one for one in known.entries if one.ae_title == other.ae_title]
    if not titled:
        at = next((one for one in known.entries if parsed(one.host) is not None and _is_there(one, other)), None)
        if at is not None and parsed(other.host) is not None:
            words = f"has it in its list as {at.ae_title}, and our entry says {other.ae_title}"
            return Fact(name, other.name, Knowing.WRONG, words, "list", known.moment)
        return Fact(name, other.name, Knowing.NOT, "does not have it in its list", "list", known.moment)
    entry = next((one for one in titled if _is_there(one, other)), titled[0])
    tried = datetime.fromisoformat(entry.tried) if entry.tried else None
    if entry.reached is not None:
        words = "reaches it" if entry.reached else f"does not reach it at {entry.host}:{entry.port}"
        knowing = Knowing.WORKS if entry.reached else Knowing.FAILS
        return Fact(name, other.name, knowing, words, "list", tried, tried if entry.reached else None)
    if _is_there(entry, other):
        return Fact(name, other.name, Knowing.SET, "has it in its list", "list", known.moment)
    words = f"has it in its list at {entry.host}:{entry.port}, and our entry says {other.host}:{other.port}"
    return Fact(name, other.name, Knowing.WRONG, words, "list", known.moment)


def _is_there(entry: Listed, node: Node) -> bool:
    """The same place. A name and an address may be the same computer: then the port decides."""
    one, other = parsed(entry.host), parsed(node.host)
    is_same = one == other if one is not None and other is not None else True
    if one is None and other is None:
        is_same = entry.host.lower().rstrip(".") == node.host.lower().rstrip(".")
    return is_same and entry.port == node.port


_GOOD = frozenset({Knowing.WORKS, Knowing.SET})
_BAD = frozenset({Knowing.WRONG, Knowing.FAILS, Knowing.NOT})


def _is_one_sided(fact: Fact, back: Fact | None) -> bool:
    if back is None:
        return False
    return (fact.knowing in _GOOD and back.knowing in _BAD) or (fact.knowing in _BAD and back.knowing in _GOOD)
