"""Checkups of the page: each climbs on a thread of its own, and the latest of each node is kept in memory.

Comes in: whom to examine. Goes out: the checkup as it stands, at any moment, and the one before it, which a page may be about to
ask for while the next one begins. The doctor is loaded with the first of them. One node is never examined twice at once. Closing
waits for nobody: a thread that hangs in a device's silence ends with the process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from isocenter.base.clock import Clock
from isocenter.base.errors import LocalError
from isocenter.base.limits import CHECKUPS_AT_ONCE_MAX, CHECKUPS_KEPT_MAX
from isocenter.model.checkup import Checkup
from isocenter.web.clinic import CheckupAsked

_log = logging.getLogger("isocenter.daemon")

Tell = Callable[[Checkup], None]
Climb = Callable[[CheckupAsked, threading.Event, Tell], None]
"""Examine: what was asked, what stops it, and whom to tell after every step; the first time at once."""


@dataclass(slots=True)
class _Run:
    node: str
    stopped: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    checkup: Checkup | None = None
    before: Checkup | None = None
    version: int = 0
    error: Exception | None = None


class Checkups:
    """The port `web.clinic.Clinic`."""

    def __init__(self, climb: Climb, clock: Clock) -> None:
        self._climb = climb
        self._clock = clock
        self._lock = threading.Lock()
        self._runs: dict[str, _Run] = {}
        self._version = 0

    @property
    def version(self) -> int:
        """See the port."""
        return self._version

    def start(self, asked: CheckupAsked) -> Checkup:
        """See the port."""
        run = _Run(asked.node.name)
        with self._lock:
            going = [name for name, one in self._runs.items() if not _is_over(one)]
            if run.node in going:
                raise LocalError(f"{run.node} is being examined already.")
            if len(going) >= CHECKUPS_AT_ONCE_MAX:
                raise LocalError(f"{len(going)} checkups are under way; start this one when one of them has ended.")
            replaced = self._runs.pop(run.node, None)
            run.before = replaced.checkup if replaced is not None else None
            self._runs[run.node] = run
            self._forget()
        threading.Thread(target=self._run, args=(run, asked), name=f"checkup of {run.node}", daemon=True).start()
        run.begun.wait()
        if run.checkup is None:
            raise LocalError("The checkup could not be begun; the log says why.") from run.error
        return run.checkup

    def all(self) -> list[Checkup]:
        """See the port."""
        with self._lock:
            return [run.checkup for run in reversed(self._runs.values()) if run.checkup is not None]

    def changed_since(self, version: int) -> list[Checkup]:
        """See the port."""
        with self._lock:
            return [run.checkup for run in self._runs.values() if run.checkup is not None and run.version > version]

    def one(self, token: str) -> Checkup | None:
        """See the port."""
        with self._lock:
            kept = [one for run in self._runs.values() for one in (run.checkup, run.before) if one is not None]
        return next((checkup for checkup in kept if checkup.token == token), None)

    def cancel(self, token: str) -> bool:
        """See the port."""
        with self._lock:
            for run in self._runs.values():
                if run.checkup is not None and run.checkup.token == token and not _is_over(run):
                    run.stopped.set()
                    return True
        return False

    def close(self) -> None:
        """Have all of them end after the step that they are at."""
        with self._lock:
            for run in self._runs.values():
                run.stopped.set()

    def _run(self, run: _Run, asked: CheckupAsked) -> None:
        try:
            self._climb(asked, run.stopped, partial(self._told, run))
        except Exception as error:
            # The doctor itself stumbled: what it had found by then is kept, and nobody waits for its end.
            _log.exception("The checkup of %s ended early", run.node)
            run.error = error
        finally:
            if run.checkup is not None and run.checkup.ended is None:
                remark = "The doctor itself failed here, which is a fault of this program; the log says where."
                self._told(run, replace(run.checkup, ended=self._clock.now(), remarks=(*run.checkup.remarks, remark)))
            with self._lock:
                if run.checkup is None and self._runs.get(run.node) is run:
                    del self._runs[run.node]
            run.begun.set()

    def _told(self, run: _Run, checkup: Checkup) -> None:
        with self._lock:
            self._version += 1
            run.checkup, run.version = checkup, self._version
        run.begun.set()

    def _forget(self) -> None:
        """Forget the oldest that are over."""
        over = [name for name, run in self._runs.items() if _is_over(run)]
        for name in over[: max(0, len(self._runs) - CHECKUPS_KEPT_MAX)]:
            del self._runs[name]


def _is_over(run: _Run) -> bool:
    return run.checkup is not None and run.checkup.ended is not None
