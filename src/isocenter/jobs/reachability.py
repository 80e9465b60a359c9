"""Is our port open from outside? Who has reached it, and what a willing node finds when it is asked to call.

Comes in: the nodes, and what is known of their calls. Goes out: evidence, and an answer that says what it proves. Only another
computer can tell: an Orthanc is asked over its REST interface to call us by C-ECHO, which changes nothing there. Nobody else can be
asked so; for them the doctor's C-MOVE back to ourselves is the test.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from isocenter.base.clock import Clock
from isocenter.base.errors import LinkLost, LocalError, UsageError
from isocenter.jobs.other_lists import Listed, OtherList
from isocenter.model.ports import Associations
from isocenter.model.records import AssociationSummary, Node
from isocenter.nodes.address import is_this_computer


@dataclass(frozen=True, slots=True)
class Here:
    """What others must enter of us: title, port, and the addresses that are ours."""

    ae_title: str
    port: int
    addresses: Collection[str]


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody who reached our port from another computer, and when."""

    who: str
    address: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class PortAnswer:
    """What a node found. `is_open` is None where nothing was proved; `sentence` says what, `next_step` what to do now."""

    node: str
    is_open: bool | None
    sentence: str
    next_step: str = ""


AskForList = Callable[[Node], OtherList]
HaveItEcho = Callable[[Node, str], Listed]
"""Those of `jobs.other_lists.OtherLists`: they raise LinkLost, LocalError and UsageError with a sentence."""

_DOCTOR = "Run the doctor on it as an archive: its C-MOVE has to reach this port."


def latest(associations: Associations, count: int) -> list[Reached]:
    """Who reached the port from other computers, the latest first, each address once."""
    found: dict[str, Reached] = {}
    past = [one.summary for one in reversed(associations.past_associations())]
    for summary in [*reversed(associations.open_associations()), *past]:
        if _is_from_outside(summary):
            found.setdefault(summary.address, Reached(summary.node or summary.calling_ae_title, summary.address, summary.opened))
    return list(found.values())[:count]


def ask(
    node: Node, here: Here, ask_for_list: AskForList, have_it_echo: HaveItEcho, associations: Associations, clock: Clock
) -> PortAnswer:
    """Have a node call us, and say what it proves. Blocks for seconds; never raises for what the other side does."""
    if is_this_computer(node.host) or node.host in here.addresses:
        return PortAnswer(
            node.name, None, f"{node.name} runs on this computer: what reaches us from there proves nothing.", _ELSEWHERE
        )
    try:
        listed = ask_for_list(node)
    except (LinkLost, LocalError, UsageError) as error:
        return PortAnswer(node.name, None, f"{node.name} cannot be asked to call back: {error}", _DOCTOR)
    entry = _entry_of(listed, here)
    if entry is None:
        return PortAnswer(
            node.name,
            None,
            f"{node.name} has no entry for {here.ae_title}, and so cannot call it.",
            "Enter it there: see Setup sheets.",
        )
    began = clock.now()
    try:
        tried = have_it_echo(node, entry.name)
    except (LinkLost, LocalError, UsageError) as error:
        return PortAnswer(node.name, None, f"{node.name} could not be asked to call: {error}", _DOCTOR)
    return _judged(node, here, tried, _came(associations, began, node, listed.ae_title))


_ELSEWHERE = "Ask a node on another computer."


def _entry_of(listed: OtherList, here: Here) -> Listed | None:
    """The entry with our title, one that is right before one that is not."""
    ours = [one for one in listed.entries if one.ae_title == here.ae_title]
    return next((one for one in ours if one.port == here.port), ours[0] if ours else None)


def _judged(node: Node, here: Here, tried: Listed, came: AssociationSummary | None) -> PortAnswer:
    where = f"{tried.host} port {tried.port}"
    if tried.reached and (came is not None or _is_right(tried, here)):
        return PortAnswer(node.name, True, f"{node.name} called {where} and was answered: the port is open from there.")
    if tried.reached:
        sentence = f"{node.name} called {where} and was answered, but not by this device: it has another address or port for it."
        return PortAnswer(node.name, None, sentence, f"Correct its entry to port {here.port} of this device.")
    if came is not None:
        sentence = (
            f"{node.name} reached this device, so the port is open; its echo failed all the same: {came.reason or 'see Activity'}"
        )
        return PortAnswer(node.name, True, sentence.rstrip(".") + ".", "Look at the titles: the doctor tells which is wrong.")
    if not _is_right(tried, here):
        sentence = f"{node.name} calls {where}, which is not this device, and was not answered."
        return PortAnswer(node.name, None, sentence, f"Correct its entry to port {here.port} of this device.")
    sentence = (
        f"{node.name} called {where}, and nothing arrived here: something between, or this computer's firewall, keeps it out."
    )
    return PortAnswer(node.name, False, sentence, "Open the port with the command for this computer's firewall, and ask again.")


def _is_right(entry: Listed, here: Here) -> bool:
    """True where the entry leads here, as far as an address tells; a host name may."""
    return entry.port == here.port and (entry.host in here.addresses or not entry.host.replace(".", "").isdigit())


def _came(associations: Associations, began: datetime, node: Node, its_title: str) -> AssociationSummary | None:
    """An association that came from that node since `began`: others may call at the same time, and prove nothing of it."""
    titles = {node.ae_title, its_title} - {""}
    listed: Sequence[AssociationSummary] = [
        *associations.open_associations(),
        *(one.summary for one in associations.past_associations()),
    ]
    return next(
        (
            one
            for one in reversed(listed)
            if one.opened >= began
            and _is_from_outside(one)
            and (one.node == node.name or one.address == node.host or one.calling_ae_title in titles)
        ),
        None,
    )


def _is_from_outside(summary: AssociationSummary) -> bool:
    return not summary.outgoing and bool(summary.address) and not is_this_computer(summary.address)
