"""Writes down what becomes of the nodes, many lines at once, and reads it again at the next start.

Comes in: what the standings tell. Goes out: rows of the past, every HISTORY_WRITTEN_SECONDS and at the end. Nothing that answers
or calls a node waits for the disk; while the disk refuses, the latest lines wait in memory, so many of them.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from isocenter.base.clock import Clock
from isocenter.base.errors import IsocenterError
from isocenter.base.limits import (
    HISTORY_PRUNED_SECONDS,
    HISTORY_WAITING_MAX,
    HISTORY_WRITTEN_SECONDS,
    NODE_EVENTS_MAX,
    NODE_HISTORY_SECONDS,
)
from isocenter.jobs.echoing import Echo, Echoed
from isocenter.jobs.standings import Standings
from isocenter.jobs.stories import Event, place_of
from isocenter.jobs.waiting_lines import take_off
from isocenter.jobs.windows import Windows
from isocenter.model.history import Batch, HistoryShelf, PastEcho, PastEvent
from isocenter.model.records import AssociationSummary, Node

_log = logging.getLogger("isocenter.jobs")
_AWAY = frozenset({Echo.LOST, Echo.REJECTED})


class Chronicle:
    """Follows the standings of one house, between `start` and `close`. Any thread."""

    def __init__(
        self,
        shelf: HistoryShelf,
        standings: Standings,
        windows: Windows,
        clock: Clock,
        days: Callable[[], int],
        more: Callable[[str], Mapping[str, Any]] = lambda name: {},
        beside: Callable[[], None] = lambda: None,
    ) -> None:
        """`days` is how long the past is kept; `more` is what else of a node is to be kept over a restart, as JSON.

        `beside` is done before each writing, on the same thread.
        """
        self._shelf = shelf
        self._standings = standings
        self._windows = windows
        self._clock = clock
        self._days = days
        self._more = more
        self._beside = beside
        self._echoes: deque[PastEcho] = deque(maxlen=HISTORY_WAITING_MAX)
        self._events: deque[PastEvent] = deque(maxlen=HISTORY_WAITING_MAX)
        self._stirred: set[str] = set()
        self._renamed: list[tuple[str, str]] = []
        self._forgotten: list[str] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._pruned = clock.monotonic() - HISTORY_PRUNED_SECONDS
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chronicle", daemon=True)

    def take_up(self) -> Mapping[str, Mapping[str, Any]]:
        """Tell the standings what was known before this process; the documents, for whoever kept more in them."""
        since = self._clock.now() - timedelta(seconds=NODE_HISTORY_SECONDS)
        try:
            memories, echoes, events = self._shelf.memories(), self._shelf.echoes(since), self._shelf.events(NODE_EVENTS_MAX)
        except IsocenterError as error:
            _log.warning("What was known of the nodes cannot be read now: %s", error)
            return {}
        self._standings.restore(memories, echoes, events)
        return memories

    def echoed(self, node: Node, moment: datetime, echoed: Echoed) -> None:
        """See `Follower`."""
        excused = echoed.echo in _AWAY and self._windows.open_for(node.name, moment) is not None
        line = PastEcho(node.name, place_of(node), moment, echoed.milliseconds, echoed.echo.value, excused)
        with self._lock:
            self._echoes.append(line)
            self._stirred.add(node.name)

    def heard(self, summary: AssociationSummary) -> None:
        """See `Follower`."""
        self.stirred(summary.node)

    def turned(self, name: str, kind: str, event: Event) -> None:
        """See `Follower`."""
        with self._lock:
            self._events.append(PastEvent(name, event.moment, kind, event.words, event.is_good))
            self._stirred.add(name)

    def stirred(self, name: str) -> None:
        """What is kept of a node is other than it was."""
        with self._lock:
            self._stirred.add(name)

    def renamed(self, was: str, name: str) -> None:
        """A node has another name: its past goes with it, at once."""
        with self._lock:
            self._renamed.append((was, name))
            self._echoes = _named(self._echoes, was, name)
            self._events = _named(self._events, was, name)
            self._stirred.discard(was)
            self._stirred.add(name)
        self.flush()
        self._windows.forget_copy()

    def forgotten(self, name: str) -> None:
        """A node is none any more: one of the same name begins anew."""
        with self._lock:
            self._forgotten.append(name)
            self._stirred.discard(name)
            self._echoes = deque((line for line in self._echoes if line.node != name), HISTORY_WAITING_MAX)
            self._events = deque((line for line in self._events if line.node != name), HISTORY_WAITING_MAX)
        self.flush()
        self._windows.forget_copy()

    def flush(self) -> None:
        """Write what waits. Raises nothing: what could not be written waits for the next time."""
        with self._writing:
            with self._lock:
                echoes, events, stirred = tuple(self._echoes), tuple(self._events), tuple(self._stirred)
                renamed, forgotten = tuple(self._renamed), tuple(self._forgotten)
                self._stirred.clear()
            if not (echoes or events or stirred or renamed or forgotten):
                return
            memories = {name: {**self._standings.memory(name), **self._more(name)} for name in stirred}
            try:
                self._shelf.write(Batch(echoes, events, memories, renamed, forgotten))
            except IsocenterError as error:
                _log.debug("The past of the nodes is not written now: %s", error)
                with self._lock:
                    self._stirred.update(stirred)
                return
            with self._lock:
                take_off(self._echoes, echoes)
                take_off(self._events, events)
                del self._renamed[: len(renamed)]
                del self._forgotten[: len(forgotten)]

    def catch_up(self) -> None:
        """Do what is done beside, and write what waits."""
        with suppress(IsocenterError):
            self._beside()
        self.flush()

    def prune(self) -> None:
        """Remove what is older than wanted, now and then."""
        if self._clock.monotonic() - self._pruned < HISTORY_PRUNED_SECONDS:
            return
        self._pruned = self._clock.monotonic()
        now = self._clock.now()
        try:
            self._shelf.prune(now - timedelta(seconds=NODE_HISTORY_SECONDS), now - timedelta(days=self._days()))
        except IsocenterError as error:
            _log.debug("The past of the nodes is not cleared now: %s", error)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def close(self) -> None:
        """Write the rest, and end."""
        self._stopping.set()
        self.flush()

    def _run(self) -> None:
        while not self._stopping.wait(HISTORY_WRITTEN_SECONDS):
            try:
                self.catch_up()
                self.prune()
            except Exception:
                _log.exception("The past of the nodes is not written any more")
                return


Line = TypeVar("Line", PastEcho, PastEvent)


def _named(lines: deque[Line], was: str, name: str) -> deque[Line]:
    return deque((replace(line, node=name) if line.node == was else line for line in lines), HISTORY_WAITING_MAX)
