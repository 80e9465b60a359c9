"""What we know of the nodes from talking with them: whether they answer, how fast, what they are, and what changed.

Comes in: the outcome of each echo, and each association that a node or a stranger opened here. Goes out: a node's standing now and
its story. All of it lives in memory and begins anew with the process; nothing here calls anybody. Any thread.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from isocenter.base.clock import Clock
from isocenter.base.limits import ECHO_ANSWERS_MAX, NODE_EVENTS_MAX, NODE_HISTORY_SECONDS
from isocenter.jobs.echoing import Echo, Echoed
from isocenter.model.records import AssociationSummary, Node
from isocenter.nodes import wildcard
from isocenter.standard import status

_CALLING_TITLE_NOT_RECOGNIZED = (1, 3)
_CALLED_TITLE_NOT_RECOGNIZED = (1, 7)
"""Source and reason of an A-ASSOCIATE-RJ (PS3.8 9.3.4)."""


class Verdict(Enum):
    """How a node stands with us."""

    ANSWERS = "answers"
    CHANGED = "changed"
    """It answers, and is another software than it was within the last day."""
    NO_ECHO = "no echo"
    """An association, and no C-ECHO on it."""
    REFUSES_OURS = "refuses our title"
    REFUSES_ITS_OWN = "refuses its title"
    REFUSES = "refuses"
    SILENT = "silent"
    PORT_CLOSED = "port closed"
    """The computer is there, and nothing listens where its entry says."""
    NOT_LISTENING = "not listening"
    """It calls us, and nothing of it ever answered."""
    UNASKED = "unasked"
    ONLY_CALLS = "only calls"
    """Its entry stands for many devices, which cannot be called."""


class Answer(NamedTuple):
    """One echo: when, in seconds since 1970, how long it took, and what became of it."""

    at: float
    milliseconds: float
    echo: Echo


@dataclass(frozen=True, slots=True)
class Event:
    """One change of a node; `is_good` None where it is neither good nor bad."""

    moment: datetime
    words: str
    is_good: bool | None


@dataclass(slots=True)
class Calls:
    """What a node did when it called us, since this process began."""

    count: int = 0
    first: datetime | None = None
    last: datetime | None = None
    address: str = ""
    called_ae_title: str = ""
    implementation_class_uid: str = ""
    implementation_version_name: str = ""
    received: int = 0
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a node stands now. `since` is when that began, `asked` when it was last asked, `words` what came of it."""

    verdict: Verdict
    words: str
    milliseconds: float | None
    asked: datetime | None
    since: datetime | None
    is_busy: bool
    last_call: datetime | None


@dataclass(frozen=True, slots=True)
class Bar:
    """The echoes of one part of the last day: how many, how many were not answered, and the median of the others."""

    asked: int
    failed: int
    milliseconds: float | None


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of a node: its latest answers, oldest first, its changes, latest first, and what it said of itself."""

    answers: tuple[Answer, ...]
    events: tuple[Event, ...]
    implementation_class_uid: str
    implementation_version_name: str
    pdu_bytes_max: int | None
    calls: Calls


_Place = tuple[str, str, int, str]


@dataclass(slots=True)
class _Known:
    """The record of one node, at one place."""

    place: _Place
    answers: deque[Answer] = field(default_factory=lambda: deque(maxlen=ECHO_ANSWERS_MAX))
    events: deque[Event] = field(default_factory=lambda: deque(maxlen=NODE_EVENTS_MAX))
    latest: Echoed | None = None
    asked: datetime | None = None
    since: datetime | None = None
    changed: datetime | None = None
    busy: int = 0
    implementation_class_uid: str = ""
    implementation_version_name: str = ""
    pdu_bytes_max: int | None = None


class Standings:
    """The records of all nodes. `version` grows with every change."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}
        self._calls: dict[str, Calls] = {}
        self.version = 0

    @contextmanager
    def asking(self, node: Node) -> Iterator[None]:
        """While the block runs, the node is being asked."""
        with self._lock:
            record = self._record(node)
            record.busy += 1
            self.version += 1
        try:
            yield
        finally:
            with self._lock:
                record.busy -= 1
                self.version += 1

    def note(self, node: Node, echoed: Echoed) -> None:
        """What came of an echo of a node."""
        moment = self._clock.now()
        with self._lock:
            record = self._record(node)
            before, record.latest, record.asked = record.latest, echoed, moment
            record.answers.append(Answer(moment.timestamp(), echoed.milliseconds, echoed.echo))
            if before is None or _kind(before) != _kind(echoed):
                if before is not None or echoed.echo is not Echo.ANSWERED:
                    record.events.appendleft(_turn(node, before, echoed, record.since, moment))
                record.since = moment
            if echoed.echo is Echo.ANSWERED:
                _learn(record, echoed, moment)
            self.version += 1

    def heard(self, summary: AssociationSummary) -> None:
        """An association that a node opened here has ended; that of a stranger only counts as a change."""
        with self._lock:
            self.version += 1
            if not summary.node:
                return
            calls = self._calls.setdefault(summary.node, Calls())
            calls.count += 1
            calls.first = calls.first or summary.opened
            calls.last = summary.ended or summary.opened
            calls.address, calls.called_ae_title = summary.address, summary.called_ae_title
            calls.implementation_class_uid = summary.implementation_class_uid
            calls.implementation_version_name = summary.implementation_version_name
            calls.received += sum(summary.instances.values())
            calls.sent += summary.sent

    def stirred(self) -> None:
        """Something happened at the door."""
        with self._lock:
            self.version += 1

    def keep_only(self, names: set[str]) -> None:
        """Forget the nodes that are not in the list any more."""
        with self._lock:
            for records in (self._known, self._calls):
                for name in [name for name in records if name not in names]:
                    del records[name]

    def asked(self, node: Node) -> datetime | None:
        """When the node was last asked where its entry says now; None for never."""
        with self._lock:
            record = self._seen(node)
            return record.asked if record is not None else None

    def standing(self, node: Node) -> Standing:
        """How it stands now."""
        with self._lock:
            calls = self._calls.get(node.name)
            last_call = calls.last if calls is not None else None
            record = self._seen(node)
            if record is None:
                verdict = Verdict.UNASKED if wildcard.is_one_device(node) else Verdict.ONLY_CALLS
                return Standing(verdict, "", None, None, None, False, last_call)
            latest = record.latest
            return Standing(
                verdict=_verdict(node, record, calls is not None, self._clock.now()),
                words=_words(node, latest),
                milliseconds=latest.milliseconds if latest is not None and latest.echo is Echo.ANSWERED else None,
                asked=record.asked,
                since=record.since,
                is_busy=record.busy > 0,
                last_call=last_call,
            )

    def bars(self, node: Node, count: int) -> list[Bar]:
        """The last day in `count` equal parts, oldest first; none for a node that nobody asked."""
        with self._lock:
            record = self._seen(node)
            answers = list(record.answers) if record is not None else []
        if not answers:
            return []
        end = self._clock.now().timestamp()
        width = NODE_HISTORY_SECONDS / count
        parts: list[list[Answer]] = [[] for _ in range(count)]
        for answer in answers:
            number = count - 1 - int((end - answer.at) / width)
            if 0 <= number < count:
                parts[number].append(answer)
        return [_bar(part) for part in parts]

    def story(self, node: Node) -> Story:
        """All that is known of it."""
        with self._lock:
            calls = replace(self._calls.get(node.name) or Calls())
            record = self._seen(node)
            if record is None:
                return Story((), (), "", "", None, calls)
            return Story(
                answers=tuple(record.answers),
                events=tuple(record.events),
                implementation_class_uid=record.implementation_class_uid,
                implementation_version_name=record.implementation_version_name,
                pdu_bytes_max=record.pdu_bytes_max,
                calls=calls,
            )

    def called(self, names: set[str]) -> dict[str, Calls]:
        """What the nodes of those names did when they called us."""
        with self._lock:
            return {name: calls for name, calls in self._calls.items() if name in names}

    def _seen(self, node: Node) -> _Known | None:
        """The record of a node at its place: one that moved is another one, and its answers were those of the old place."""
        record = self._known.get(node.name)
        return record if record is not None and record.place == _place(node) else None

    def _record(self, node: Node) -> _Known:
        """The same, begun where there is none."""
        record = self._seen(node)
        if record is None:
            record = self._known[node.name] = _Known(_place(node))
        return record


def _place(node: Node) -> _Place:
    return node.ae_title, node.host.lower(), node.port, node.dicomweb_url


def median(milliseconds: list[float]) -> float | None:
    """The middle one; None of none."""
    return sorted(milliseconds)[len(milliseconds) // 2] if milliseconds else None


def _bar(answers: list[Answer]) -> Bar:
    times = [answer.milliseconds for answer in answers if answer.echo is Echo.ANSWERED]
    return Bar(len(answers), len(answers) - len(times), median(times))


def _learn(record: _Known, echoed: Echoed, moment: datetime) -> None:
    said = (echoed.implementation_class_uid, echoed.implementation_version_name)
    was = (record.implementation_class_uid, record.implementation_version_name)
    if any(was) and said != was:
        record.changed = moment
        record.events.appendleft(Event(moment, f"is {said[1] or said[0]} now, was {was[1] or was[0]}", None))
    record.implementation_class_uid, record.implementation_version_name = said
    record.pdu_bytes_max = echoed.pdu_bytes_max


def _kind(echoed: Echoed) -> tuple[Echo, tuple[int, int, int] | None]:
    return echoed.echo, echoed.refusal


def _verdict(node: Node, record: _Known, has_called: bool, now: datetime) -> Verdict:
    latest = record.latest
    if not wildcard.is_one_device(node):
        return Verdict.ONLY_CALLS
    if latest is None:
        return Verdict.UNASKED
    if latest.echo is Echo.ANSWERED:
        recently = record.changed is not None and (now - record.changed).total_seconds() < NODE_HISTORY_SECONDS
        return Verdict.CHANGED if recently else Verdict.ANSWERS
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


def _words(node: Node, latest: Echoed | None) -> str:
    """What came of the last echo, without the node's own name before it."""
    if latest is None:
        return ""
    before, colon, rest = latest.words.partition(": ")
    return rest if colon and before.startswith(node.ae_title) else latest.words


def _turn(node: Node, before: Echoed | None, echoed: Echoed, since: datetime | None, moment: datetime) -> Event:
    if echoed.echo is Echo.ANSWERED:
        away = f" after {_lasted((moment - since).total_seconds())}" if since is not None else ""
        return Event(moment, f"came back{away}", True)
    words = _words(node, echoed)
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
