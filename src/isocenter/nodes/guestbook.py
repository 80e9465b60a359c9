"""Callers who were not known, remembered without letting them write as often as they knock.

Comes in: one rejected caller at a time. Goes out: a row on the shelf, at most one a second for each caller and a bounded number a
second in all, with the knocks in between added to the count. Nothing here decides who may come in, and a shelf that cannot be
written to (a full disk) changes nothing about that.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from isocenter.base.clock import Clock
from isocenter.base.errors import IsocenterError
from isocenter.base.limits import CALLER_WRITTEN_SECONDS, CALLERS_COUNTED_MAX, CALLERS_WRITTEN_A_SECOND_MAX
from isocenter.model.ports import NodeShelf
from isocenter.model.records import RejectedCaller

_Who = tuple[str, str, str]


class Guestbook:
    """What a door writes about strangers. Any thread: two that knock in one moment may be counted once."""

    def __init__(self, shelf: NodeShelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock
        self._seen: dict[_Who, tuple[float, int]] = {}
        """Who was written when, and how many knocks came since."""
        self._second = (-1, 0)
        """The second that passes, and the rows written in it."""

    def remember(self, caller: RejectedCaller) -> None:
        """Write the caller down, or count it until it may be written again."""
        now = self._clock.monotonic()
        who = (caller.calling_ae_title, caller.called_ae_title, caller.address)
        written, knocks = self._seen.get(who, (now - CALLER_WRITTEN_SECONDS, 0))
        if now - written < CALLER_WRITTEN_SECONDS or not self._may_write(now):
            self._note(who, (written, knocks + 1))
            return
        self._note(who, (now, 0))
        with suppress(IsocenterError):
            self._shelf.remember_caller(replace(caller, count=caller.count + knocks))

    def _may_write(self, now: float) -> bool:
        second, rows = self._second
        rows = rows + 1 if second == int(now) else 1
        self._second = (int(now), rows)
        return rows <= CALLERS_WRITTEN_A_SECOND_MAX

    def _note(self, who: _Who, counted: tuple[float, int]) -> None:
        if who not in self._seen and len(self._seen) >= CALLERS_COUNTED_MAX:
            self._seen.clear()
        self._seen[who] = counted
