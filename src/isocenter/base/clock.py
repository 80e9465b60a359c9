"""The only room that may ask what time it is.

Deadlines are measured on the monotonic clock, moments that a person reads on the wall clock. Everything below `net` takes
`now` as an argument instead of coming here.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What a room that waits or stamps may ask for."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""


class SystemClock:
    """The computer's own clocks."""

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that moves only when it is told to, for tests and plays."""

    def __init__(self, moment: datetime = datetime(2026, 1, 1, tzinfo=UTC), seconds: float = 1000.0) -> None:
        self._moment = moment
        self._seconds = seconds

    def monotonic(self) -> float:
        return self._seconds

    def now(self) -> datetime:
        return self._moment

    def advance(self, seconds: float) -> None:
        """Move both clocks forward."""
        self._seconds += seconds
        self._moment += timedelta(seconds=seconds)
