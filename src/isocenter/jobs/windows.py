"""Windows of maintenance: when somebody is working on a node, so that what it leaves unanswered then is nobody's alarm.

Comes in: windows as they are kept. Goes out: whether one is open. A window that repeats opens at the same time of this computer's
wall clock, also when the clocks are changed in between. Any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from isocenter.base.errors import IsocenterError, UsageError
from isocenter.base.limits import WINDOW_MINUTES_MAX, WINDOW_WORDS_MAX, WINDOW_YEAR_MAX, WINDOW_YEAR_MIN, WINDOWS_MAX
from isocenter.model.history import HistoryShelf, Repeats, Window

_DAYS = {Repeats.DAILY: 1, Repeats.WEEKLY: 7}


def opening(window: Window, moment: datetime, zone: tzinfo | None = None) -> datetime | None:
    """When the window opened within which `moment` lies; None where it is shut.

    `zone` is the wall clock's, None the computer's own.
    """
    length = timedelta(minutes=window.minutes)
    latest = _latest(window, moment, zone)
    return latest if latest is not None and latest <= moment < latest + length else None


def next_opening(window: Window, moment: datetime, zone: tzinfo | None = None) -> datetime | None:
    """When it opens next after `moment`; None where it does not any more."""
    if moment < window.begins:
        return window.begins
    if window.repeats is Repeats.ONCE:
        return None
    days = _DAYS[window.repeats]
    first = window.begins.astimezone(zone).replace(tzinfo=None)
    passed = (moment.astimezone(zone).replace(tzinfo=None) - first).days // days
    return next(
        one for step in range(passed, passed + 3) if (one := _at(first + timedelta(days=step * days), zone, moment)) > moment
    )


def _latest(window: Window, moment: datetime, zone: tzinfo | None) -> datetime | None:
    """Its latest opening that is not after `moment`."""
    if moment < window.begins:
        return None
    if window.repeats is Repeats.ONCE:
        return window.begins
    days = _DAYS[window.repeats]
    first = window.begins.astimezone(zone).replace(tzinfo=None)
    passed = (moment.astimezone(zone).replace(tzinfo=None) - first).days // days
    found = [
        one for step in range(max(0, passed - 1), passed + 2)
        if (one := _at(first + timedelta(days=step * days), zone, moment)) <= moment
    ]  # fmt: skip
    return max(found, default=None)


def _at(wall: datetime, zone: tzinfo | None, moment: datetime) -> datetime:
    """A time of the wall clock as a moment in the zone of `moment`."""
    return (wall.replace(tzinfo=zone) if zone is not None else wall).astimezone(moment.tzinfo)


class Windows:
    """All windows, kept on a shelf and in memory."""

    def __init__(self, shelf: HistoryShelf, zone: tzinfo | None = None) -> None:
        self._shelf = shelf
        self._zone = zone
        self._lock = threading.Lock()
        self._all: tuple[Window, ...] | None = None

    def all(self) -> Sequence[Window]:
        """Oldest first."""
        with self._lock:
            if self._all is None:
                self._all = tuple(self._shelf.windows())
            return self._all

    def open_for(self, name: str, moment: datetime) -> Window | None:
        """The window in which a node is being worked on at a moment; None also where the shelf cannot be read."""
        try:
            windows = self.all()
        except IsocenterError:
            return None
        return next((one for one in windows if one.node in {"", name} and opening(one, moment, self._zone)), None)

    def next_opening(self, window: Window, moment: datetime) -> datetime | None:
        """When it opens next."""
        return next_opening(window, moment, self._zone)

    def is_open(self, window: Window, moment: datetime) -> bool:
        """Whether a window is open."""
        return opening(window, moment, self._zone) is not None

    def put(self, window: Window) -> Window:
        """Keep one. Raises UsageError with a sentence for one that cannot be."""
        _check(window)
        if not window.id and len(self.all()) >= WINDOWS_MAX:
            raise UsageError(f"There are {WINDOWS_MAX} windows of maintenance already; remove one that is over.")
        if window.id and all(one.id != window.id for one in self.all()):
            raise UsageError(f"There is no window of maintenance {window.id} any more.")
        kept = self._shelf.put_window(window)
        self.forget_copy()
        return kept

    def remove(self, number: int) -> bool:
        """True where there was one."""
        if all(one.id != number for one in self.all()):
            return False
        removed = self._shelf.remove_window(number)
        self.forget_copy()
        return removed

    def forget_copy(self) -> None:
        """Read them anew at the next question: their nodes were renamed or forgotten."""
        with self._lock:
            self._all = None


def _check(window: Window) -> None:
    if not 1 <= window.minutes <= WINDOW_MINUTES_MAX:
        raise UsageError(f"A window of maintenance lasts 1 to {WINDOW_MINUTES_MAX} minutes, and not {window.minutes}.")
    if window.repeats in _DAYS and window.minutes > _DAYS[window.repeats] * 24 * 60:
        raise UsageError(f"A window that opens {window.repeats.value} cannot last longer than until it opens again.")
    if len(window.words) > WINDOW_WORDS_MAX:
        raise UsageError(f"What it is for has {len(window.words)} characters; {WINDOW_WORDS_MAX} are allowed.")
    if window.begins.tzinfo is None:
        raise UsageError("The beginning of a window of maintenance needs its time zone, such as 2026-01-31T22:00:00Z.")
    if not WINDOW_YEAR_MIN <= window.begins.year <= WINDOW_YEAR_MAX:
        raise UsageError(
            f"A window of maintenance begins in the years {WINDOW_YEAR_MIN} to {WINDOW_YEAR_MAX}, not in {window.begins.year}."
        )
