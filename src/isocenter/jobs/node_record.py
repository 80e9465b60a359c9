"""The record of one node at one place, and the rules that read it: what its last echo means, what a turn is called.

Comes in: outcomes of echoes and associations, or the document that was kept of them. Nothing here locks, keeps or calls anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from isocenter.base.limits import CALLED_TITLES_MAX, ECHO_ANSWERS_MAX, NODE_EVENTS_MAX
from isocenter.jobs.echoing import Echo, Echoed
from isocenter.jobs.stories import Answer, CalledAs, Calls, Event, Verdict, moment_of
from isocenter.model.records import AssociationSummary, Node
from isocenter.nodes import wildcard
from isocenter.standard import status

_CALLING_TITLE_NOT_RECOGNIZED = (1, 3)
_CALLED_TITLE_NOT_RECOGNIZED = (1, 7)
"""Source and reason of an A-ASSOCIATE-RJ (PS3.8 9.3.4)."""

MOMENTS = ("asked", "since", "answered")
SAID = ("implementation_class_uid", "implementation_version_name")


@dataclass(slots=True)
class Known:
    """The record of one node, at one place."""

    place: str
    answers: deque[Answer] = field(default_factory=lambda: deque(maxlen=ECHO_ANSWERS_MAX))
    events: deque[Event] = field(default_factory=lambda: deque(maxlen=NODE_EVENTS_MAX))
    latest: Echoed | None = None
    asked: datetime | None = None
    since: datetime | None = None
    answered: datetime | None = None
    is_of_before: bool = False
    """It was restored, and nobody has asked the node since this process began."""
    busy: int = 0
    implementation_class_uid: str = ""
    implementation_version_name: str = ""
    pdu_bytes_max: int | None = None


def echoed_as_json(echoed: Echoed) -> dict[str, Any]:
    """What is kept of an echo over a restart."""
    refusal = list(echoed.refusal) if echoed.refusal else None
    return {
        "echo": echoed.echo.value,
        "words": echoed.words,
        "milliseconds": echoed.milliseconds,
        "refusal": refusal,
        "nobody_listens": echoed.nobody_listens,
    }


def known_of_json(words: Mapping[str, Any]) -> Known:
    """The record that was kept. Raises KeyError, TypeError or ValueError for what is none."""
    latest = words["latest"]
    first, second, third = latest["refusal"] or (0, 0, 0)
    record = Known(
        place=words["place"],
        latest=Echoed(
            Echo(latest["echo"]),
            latest["words"],
            latest["milliseconds"],
            refusal=(first, second, third) if latest["refusal"] else None,
            nobody_listens=latest["nobody_listens"],
        ),
        is_of_before=True,
        pdu_bytes_max=words["pdu_bytes_max"],
        implementation_class_uid=words["implementation_class_uid"],
        implementation_version_name=words["implementation_version_name"],
    )
    record.asked, record.since, record.answered = (moment_of(words.get(name)) for name in MOMENTS)
    return record


def count(calls: Calls, summary: AssociationSummary) -> None:
    """One more association that a node opened."""
    calls.count += 1
    calls.first = calls.first or summary.opened
    calls.last = summary.ended or summary.opened
    calls.address, calls.called_ae_title = summary.address, summary.called_ae_title
    calls.implementation_class_uid = summary.implementation_class_uid
    calls.implementation_version_name = summary.implementation_version_name
    calls.received += sum(summary.instances.values())
    calls.fetched += summary.fetched
    calls.sent += summary.sent
    calls.failed += sum(summary.failures.values())
    called = calls.titles.pop(summary.called_ae_title, CalledAs(0, calls.last))
    calls.titles[summary.called_ae_title] = CalledAs(called.count + 1, calls.last)
    while len(calls.titles) > CALLED_TITLES_MAX:
        del calls.titles[next(iter(calls.titles))]


def kind(echoed: Echoed) -> tuple[Echo, tuple[int, int, int] | None]:
    """What two echoes have in common between which nothing turned."""
    return echoed.echo, echoed.refusal


def verdict_of(node: Node, record: Known, has_called: bool, is_other: bool) -> Verdict:
    """How it stands; `is_other` says that something about it is not as usual."""
    latest = record.latest
    if not wildcard.is_one_device(node):
        return Verdict.ONLY_CALLS
    if latest is None:
        return Verdict.UNASKED
    if latest.echo is Echo.ANSWERED:
        return Verdict.CHANGED if is_other else Verdict.ANSWERS
    if latest.echo is Echo.FAILED:
        return Verdict.NO_ECHO
    if latest.refusal is not None:
        by_source = latest.refusal[1:]
        if by_source == _CALLING_TITLE_NOT_RECOGNIZED:
            return Verdict.REFUSES_OURS
        return Verdict.REFUSES_ITS_OWN if by_source == _CALLED_TITLE_NOT_RECOGNIZED else Verdict.REFUSES
    if not latest.nobody_listens:
        return Verdict.SILENT
    never = all(answer.echo is Echo.LOST for answer in record.answers)
    return Verdict.NOT_LISTENING if never and has_called else Verdict.PORT_CLOSED


def words_of(node: Node, latest: Echoed | None) -> str:
    """What came of the last echo, without the node's own name before it."""
    if latest is None:
        return ""
    before, colon, rest = latest.words.partition(": ")
    return rest if colon and before.startswith(node.ae_title) else latest.words


def turn(node: Node, before: Echoed | None, echoed: Echoed, since: datetime | None, moment: datetime) -> Event:
    """The change from one echo to the next, which is of another kind."""
    if echoed.echo is Echo.ANSWERED:
        away = f" after {_lasted((moment - since).total_seconds())}" if since is not None else ""
        return Event(moment, f"came back{away}", True)
    words = words_of(node, echoed)
    if echoed.echo is Echo.LOST:
        return Event(moment, f"does not answer: {words}", False)
    if echoed.refusal is not None:
        result, source, reason = echoed.refusal
        why = status.REJECTION_REASONS.get((source, reason), "a reason that the standard does not name")
        return Event(moment, f"refuses: {why} (result {result}, source {source}, reason {reason})", False)
    return Event(moment, words, False if before is None or before.echo is Echo.ANSWERED else None)


def _lasted(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
