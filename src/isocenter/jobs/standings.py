"""What we know of the nodes from talking with them: whether they answer, how fast, what they are, and what changed.

Comes in: the outcome of each echo, and each association that a node or a stranger opened here; at the start what was known before
it. Goes out: a node's standing now and its story, and word to whoever follows. All of it lives in memory, `chronicle` writes it
down; nothing here calls anybody. Any thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from isocenter.base.clock import Clock
from isocenter.base.limits import NODE_HISTORY_SECONDS
from isocenter.jobs.echoing import Echo, Echoed
from isocenter.jobs.node_record import MOMENTS, SAID, Known, count, echoed_as_json, kind, known_of_json, turn, verdict_of, words_of
from isocenter.jobs.stories import (
    Answer,
    Bar,
    Calls,
    Event,
    Standing,
    Story,
    Verdict,
    bar,
    calls_as_json,
    calls_of_json,
    place_of,
)
from isocenter.model.history import PastEcho, PastEvent
from isocenter.model.records import AssociationSummary, Node
from isocenter.nodes import wildcard

_log = logging.getLogger("isocenter.jobs")


class Follower(Protocol):
    """Who is told what happens to the nodes. Any thread; must return at once, and may ask the standings."""

    def echoed(self, node: Node, moment: datetime, echoed: Echoed) -> None:
        """What came of an echo."""

    def heard(self, summary: AssociationSummary) -> None:
        """An association that a node opened here has ended."""

    def turned(self, name: str, kind: str, event: Event) -> None:
        """Something about a node is other than before; `kind` as in `PastEvent`."""


class Standings:
    """The records of all nodes. `version` grows with every change."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, Known] = {}
        self._calls: dict[str, Calls] = {}
        self._changed: dict[str, str] = {}
        self._followers: list[Follower] = []
        self.version = 0

    def follow(self, follower: Follower) -> None:
        """Tell somebody from now on."""
        self._followers.append(follower)

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
        event = None
        with self._lock:
            record = self._record(node)
            before, record.latest, record.asked, record.is_of_before = record.latest, echoed, moment, False
            record.answers.append(Answer(moment.timestamp(), echoed.milliseconds, echoed.echo))
            if before is None or kind(before) != kind(echoed):
                if before is not None or echoed.echo is not Echo.ANSWERED:
                    event = turn(node, before, echoed, record.since, moment)
                    record.events.appendleft(event)
                record.since = moment
            if echoed.echo is Echo.ANSWERED:
                record.answered = moment
                record.implementation_class_uid = echoed.implementation_class_uid
                record.implementation_version_name = echoed.implementation_version_name
                record.pdu_bytes_max = echoed.pdu_bytes_max
            self.version += 1
        for follower in self._followers:
            follower.echoed(node, moment, echoed)
            if event is not None:
                follower.turned(node.name, "echo", event)

    def tell(self, node: Node, kind: str, event: Event) -> None:
        """A change that somebody else saw; it stands in the story."""
        with self._lock:
            self._record(node).events.appendleft(event)
            self.version += 1
        for follower in self._followers:
            follower.turned(node.name, kind, event)

    def flag(self, name: str, words: str) -> None:
        """Mark a node as other than usual, in two words, or with none as it usually is."""
        with self._lock:
            if words:
                self._changed[name] = words
            else:
                self._changed.pop(name, None)
            self.version += 1

    def heard(self, summary: AssociationSummary) -> None:
        """An association that a node opened here has ended; that of a stranger only counts as a change."""
        with self._lock:
            self.version += 1
            if summary.node:
                count(self._calls.setdefault(summary.node, Calls()), summary)
        if summary.node:
            for follower in self._followers:
                follower.heard(summary)

    def stirred(self) -> None:
        """Something happened at the door."""
        with self._lock:
            self.version += 1

    def keep_only(self, names: set[str]) -> None:
        """Forget the nodes that are not in the list any more."""
        with self._lock:
            for records in (self._known, self._calls, self._changed):
                for name in [name for name in records if name not in names]:
                    del records[name]

    def forget(self, name: str) -> None:
        """A node is none any more."""
        with self._lock:
            self._known.pop(name, None)
            self._calls.pop(name, None)
            self._changed.pop(name, None)
            self.version += 1

    def rename(self, was: str, name: str) -> None:
        """A node has another name, and is the same."""
        with self._lock:
            _move(self._known, was, name)
            _move(self._calls, was, name)
            _move(self._changed, was, name)
            self.version += 1

    def asked(self, node: Node) -> datetime | None:
        """When the node was last asked where its entry says now; None for never in this process."""
        with self._lock:
            record = self._seen(node)
            return record.asked if record is not None and not record.is_of_before else None

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
                verdict=verdict_of(node, record, calls is not None, node.name in self._changed),
                words=words_of(node, latest),
                milliseconds=latest.milliseconds if latest is not None and latest.echo is Echo.ANSWERED else None,
                asked=record.asked,
                since=record.since,
                is_busy=record.busy > 0,
                last_call=last_call,
                answered=record.answered,
                changed=self._changed.get(node.name, ""),
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
        return [bar(part) for part in parts]

    def story(self, node: Node) -> Story:
        """All that is known of it."""
        with self._lock:
            calls = replace(self._calls.get(node.name) or Calls())
            calls.titles = {title: replace(one) for title, one in calls.titles.items()}
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

    def memory(self, name: str) -> dict[str, Any]:
        """What of a node is to outlive the process, as JSON."""
        with self._lock:
            record, calls = self._known.get(name), self._calls.get(name)
            words: dict[str, Any] = {} if calls is None else {"calls": calls_as_json(calls)}
            if record is not None and record.latest is not None:
                words |= {"place": record.place, "latest": echoed_as_json(record.latest), "pdu_bytes_max": record.pdu_bytes_max}
                words |= {name: getattr(record, name) for name in SAID}
                moments = {name: getattr(record, name) for name in MOMENTS}
                words |= {name: moment.isoformat() for name, moment in moments.items() if moment is not None}
            return words

    def restore(self, memories: Mapping[str, Mapping[str, Any]], echoes: Iterable[PastEcho], events: Iterable[PastEvent]) -> None:
        """What was known before this process: `echoes` oldest first, `events` latest first. What was learned since stays.

        What cannot be read is left out, and learned anew.
        """
        with self._lock:
            for name, words in memories.items():
                if name not in self._known and "latest" in words:
                    with _leaving_out(name):
                        self._known[name] = known_of_json(words)
                if name not in self._calls and "calls" in words:
                    with _leaving_out(name):
                        self._calls[name] = calls_of_json(words["calls"])
            for echo in echoes:
                record = self._known.get(echo.node)
                if record is not None and record.place == echo.place and echo.outcome in _OUTCOMES:
                    record.answers.append(Answer(echo.moment.timestamp(), echo.milliseconds, Echo(echo.outcome)))
            for event in events:
                if event.node in self._known:
                    self._known[event.node].events.append(Event(event.moment, event.words, event.is_good))
            for record in self._known.values():
                ordered = sorted(record.answers, key=lambda answer: answer.at)
                record.answers.clear()
                record.answers.extend(ordered)
            self.version += 1

    def _seen(self, node: Node) -> Known | None:
        """The record of a node at its place: one that moved is another one, and its answers were those of the old place."""
        record = self._known.get(node.name)
        return record if record is not None and record.place == place_of(node) else None

    def _record(self, node: Node) -> Known:
        """The same, begun where there is none."""
        record = self._seen(node)
        if record is None:
            record = self._known[node.name] = Known(place_of(node))
        return record


_OUTCOMES = frozenset(echo.value for echo in Echo)


@contextmanager
def _leaving_out(name: str) -> Iterator[None]:
    """What another version of this program wrote may not be what this one reads."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        _log.warning("What was known of %s cannot be read, and is learned anew: %r", name, error)


Kept = TypeVar("Kept")


def _move(records: dict[str, Kept], was: str, name: str) -> None:
    if was in records:
        records[name] = records.pop(was)
