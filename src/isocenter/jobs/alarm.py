"""Tells somebody when a node changes: by a webhook, by e-mail. However slow they are, no echo waits for them.

Comes in: what the standings tell. Goes out: alerts, gathered for a moment, so that a switch that fails is one message and not
fifty. Each way has a thread of its own and tries again a few times. A node is told silent after so many unanswered echoes in a row,
never while somebody is working on it, and answering once it was told silent. Nothing here says who was examined.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from isocenter.base.clock import Clock
from isocenter.base.errors import IsocenterError
from isocenter.base.limits import ALERT_GATHER_SECONDS, ALERT_PAUSE_SECONDS, ALERT_TRIES, ALERTS_SHOWN_MAX, ALERTS_WAITING_MAX
from isocenter.jobs.echoing import Echo, Echoed
from isocenter.jobs.node_record import words_of
from isocenter.jobs.stories import Event
from isocenter.jobs.waiting_lines import take_off
from isocenter.jobs.windows import Windows
from isocenter.model.records import AssociationSummary, Node

_log = logging.getLogger("isocenter.jobs")
_AWAY = frozenset({Echo.LOST, Echo.REJECTED})


@dataclass(frozen=True, slots=True)
class Alert:
    """One change. `kind` is silent, back, changed or test; `words` is the rest of a sentence that begins with the node's name."""

    moment: datetime
    node: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a batch of alerts on one way; `error` is a sentence, empty where it was told."""

    moment: datetime
    way: str
    alerts: tuple[Alert, ...]
    error: str = ""
    tries: int = 1


class Way(Protocol):
    """How somebody is told; blocks for seconds. Raises an IsocenterError with a sentence."""

    def __call__(self, alerts: Sequence[Alert]) -> None: ...


@dataclass(slots=True)
class _Watch:
    """How a node's echoes have gone: unanswered ones in a row, whether it ever answered, and whether it was told silent."""

    unanswered: int = 0
    has_answered: bool = False
    is_told: bool = False


class Alarm:
    """Follows the standings of one house, between `start` and `close`."""

    def __init__(
        self,
        ways: Mapping[str, Callable[[], Way | None]],
        windows: Windows,
        clock: Clock,
        after: Callable[[], int],
        *,
        gather_seconds: float = ALERT_GATHER_SECONDS,
        pause_seconds: float = ALERT_PAUSE_SECONDS,
    ) -> None:
        """`ways` give the way as it is set now, None where it is not; `after` is how many echoes in a row are a silence."""
        self._windows = windows
        self._clock = clock
        self._after = after
        self._lock = threading.Lock()
        self._watches: dict[str, _Watch] = {}
        self._latest: deque[Told] = deque(maxlen=ALERTS_SHOWN_MAX)
        self._tellers = {name: _Teller(name, way, self._note, clock, gather_seconds, pause_seconds) for name, way in ways.items()}

    # ---- what is heard ----

    def echoed(self, node: Node, moment: datetime, echoed: Echoed) -> None:
        """See `Follower`."""
        is_worked_on = echoed.echo in _AWAY and self._windows.open_for(node.name, moment) is not None
        with self._lock:
            watch = self._watches.setdefault(node.name, _Watch())
            alert = None
            if echoed.echo is Echo.ANSWERED:
                if watch.is_told:
                    alert = Alert(moment, node.name, "back", "answers again")
                self._watches[node.name] = _Watch(has_answered=True)
            elif echoed.echo in _AWAY and not is_worked_on:
                watch.unanswered += 1
                if watch.has_answered and not watch.is_told and watch.unanswered >= self._after():
                    watch.is_told = True
                    verb = "does not answer" if echoed.echo is Echo.LOST else "refuses"
                    alert = Alert(moment, node.name, "silent", f"{verb}: {words_of(node, echoed)}")
        if alert is not None:
            self._tell(alert)

    def heard(self, summary: AssociationSummary) -> None:
        """See `Follower`."""

    def turned(self, name: str, kind: str, event: Event) -> None:
        """See `Follower`: only what drifted; answers are counted."""
        if kind == "drift" and self._windows.open_for(name, event.moment) is None:
            self._tell(Alert(event.moment, name, "changed", event.words))

    # ---- what is asked ----

    def try_out(self, way: str) -> Told:
        """Tell a test at once and see what becomes of it; blocks for it."""
        teller = self._tellers[way]
        alert = Alert(self._clock.now(), "", "test", "This is a test: alerts of Isocenter come here.")
        told = teller.tell((alert,))
        self._note(told)
        return told

    def latest(self) -> list[Told]:
        """What was told, the latest first."""
        with self._lock:
            return list(self._latest)

    def is_set(self, way: str) -> bool:
        """Whether anybody is told that way."""
        return self._tellers[way].is_set

    def waiting(self, way: str) -> int:
        """How many alerts could not be told yet."""
        return self._tellers[way].waiting

    def memory(self, name: str) -> dict[str, Any]:
        """What is to outlive the process, as JSON."""
        with self._lock:
            watch = self._watches.get(name)
            return {} if watch is None else {"alarm": [watch.unanswered, watch.has_answered, watch.is_told]}

    def restore(self, memories: Mapping[str, Mapping[str, Any]]) -> None:
        """What was known before this process."""
        with self._lock:
            for name, words in memories.items():
                match words.get("alarm"):
                    case [int(unanswered), bool(has_answered), bool(is_told)]:
                        self._watches.setdefault(name, _Watch(unanswered, has_answered, is_told))

    def rename(self, was: str, name: str) -> None:
        """A node has another name, and is the same."""
        with self._lock:
            if was in self._watches:
                self._watches[name] = self._watches.pop(was)

    def forget(self, name: str) -> None:
        """A node is none any more."""
        with self._lock:
            self._watches.pop(name, None)

    def start(self) -> None:
        """Begin to tell."""
        for teller in self._tellers.values():
            teller.start()

    def close(self) -> None:
        """Tell nobody any more; what is being told is not waited for."""
        for teller in self._tellers.values():
            teller.close()

    def _tell(self, alert: Alert) -> None:
        for teller in self._tellers.values():
            if teller.is_set:
                teller.put(alert)

    def _note(self, told: Told) -> None:
        with self._lock:
            self._latest.appendleft(told)
        if told.error:
            _log.warning("An alert could not be told by %s: %s", told.way, told.error)


class _Teller:
    """One way, and the thread that goes it."""

    def __init__(
        self,
        name: str,
        way: Callable[[], Way | None],
        note: Callable[[Told], None],
        clock: Clock,
        gather_seconds: float,
        pause_seconds: float,
    ) -> None:
        self._name = name
        self._way = way
        self._note = note
        self._clock = clock
        self._gather_seconds = gather_seconds
        self._pause_seconds = pause_seconds
        self._alerts: deque[Alert] = deque(maxlen=ALERTS_WAITING_MAX)
        self._lock = threading.Lock()
        self._stirred = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"alerts by {name}", daemon=True)

    @property
    def is_set(self) -> bool:
        return self._way() is not None

    @property
    def waiting(self) -> int:
        return len(self._alerts)

    def put(self, alert: Alert) -> None:
        with self._lock:
            self._alerts.append(alert)
        self._stirred.set()

    def tell(self, alerts: tuple[Alert, ...]) -> Told:
        """Once, now."""
        way = self._way()
        if way is None:
            return Told(self._clock.now(), self._name, alerts, "nobody is told this way: it is not set")
        try:
            way(alerts)
        except IsocenterError as error:
            return Told(self._clock.now(), self._name, alerts, str(error))
        return Told(self._clock.now(), self._name, alerts)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        self._stirred.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._stirred.wait()
            if self._stopping.wait(self._gather_seconds):
                return
            self._stirred.clear()
            with self._lock:
                alerts = tuple(self._alerts)
            if not alerts:
                continue
            try:
                self._note(self._told_at_last(alerts))
            except Exception:
                _log.exception("%d alerts could not be told by %s, and are dropped", len(alerts), self._name)
            with self._lock:
                take_off(self._alerts, alerts)

    def _told_at_last(self, alerts: tuple[Alert, ...]) -> Told:
        """The last of several tries."""
        pause = self._pause_seconds
        for tries in range(1, ALERT_TRIES + 1):
            told = self.tell(alerts)
            if not told.error or tries == ALERT_TRIES or self._stopping.wait(pause):
                break
            pause *= 4
        return Told(told.moment, told.way, told.alerts, told.error, tries)


def subject(alerts: Sequence[Alert]) -> str:
    """One line for all of them."""
    first = alerts[0]
    if len(alerts) == 1:
        return f"{first.node} {_VERBS[first.kind]}" if first.node else "A test of Isocenter"
    names = list(dict.fromkeys(alert.node for alert in alerts if alert.node))
    shown = ", ".join(names[:3])
    return f"{len(names)} nodes changed: {shown}" + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def sentences(alerts: Sequence[Alert]) -> list[str]:
    """One line each, with its time of this computer's wall clock."""
    return [f"{alert.moment.astimezone():%Y-%m-%d %H:%M:%S}  {f'{alert.node} {alert.words}'.strip()}" for alert in alerts]


_VERBS = {"silent": "does not answer", "back": "answers again", "changed": "is other than usual", "test": "is tested"}
