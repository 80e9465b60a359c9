"""Works out the attributes of series before anybody asks: a follower of the change feed with a cursor of its own.

Changes come in, series that have been quiet for a while go to the cache, one after the other, by processes that only run when
nothing else wants to. Storing comes first: while instances arrive, a quiet series waits, though not for ever. What was removed is
forgotten at the next look, so that nothing of it is left in the cache. Nobody depends on this: what is not ready is worked out when
it is asked for.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Protocol

from isocenter.base.clock import Clock
from isocenter.base.errors import IsocenterError
from isocenter.base.limits import (
    FEED_CHANGES_MAX,
    METADATA_LOOK_SECONDS,
    METADATA_PATIENCE_SECONDS,
    METADATA_QUIET_SECONDS,
    METADATA_SERIES_WAITING_MAX,
)
from isocenter.model.changes import ChangeKind
from isocenter.model.ports import ChangeFeed

_LOG = logging.getLogger("isocenter.daemon")
Series = tuple[str, str]
"""Study Instance UID and Series Instance UID."""


class Shelf(Protocol):
    """What is kept ready, and how far the feed was followed for it."""

    def forget(self, study_instance_uid: str, series_instance_uid: str) -> None: ...

    def forget_everything(self) -> None: ...

    def cursor(self) -> int | None: ...

    def set_cursor(self, serial: int) -> None: ...


class Ahead:
    """One follower; its thread runs between `start` and `close`."""

    def __init__(self, feed: ChangeFeed, shelf: Shelf, prepare: Callable[[str, str], None], clock: Clock) -> None:
        """`prepare` works out the attributes of a series; it blocks, and may raise."""
        self._feed = feed
        self._shelf = shelf
        self._prepare = prepare
        self._clock = clock
        self._waiting: dict[Series, tuple[float, int]] = {}
        self._serial = self._written = 0
        self._arrived = float("-inf")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metadata", daemon=True)

    def begin(self) -> None:
        """Take up the feed where it was left; where nobody knows that, or the feed is another, nothing that is kept is believed."""
        last, cursor = self._feed.last_serial(), self._shelf.cursor()
        if cursor is None or cursor > last:
            self._shelf.forget_everything()
            cursor = last
        self._serial = cursor
        self._written = -1
        self._write_down()

    def look(self) -> None:
        """Read what happened since the last look."""
        while not self._stopping.is_set():
            changes = self._feed.since(self._serial, FEED_CHANGES_MAX)
            now = self._clock.monotonic()
            for change in changes:
                series = (change.study_instance_uid, change.series_instance_uid)
                if change.kind is ChangeKind.REMOVED:
                    self._shelf.forget(*series)
                if change.kind is not ChangeKind.SET_ASIDE:
                    # Taken out first, so that the order is that of the last arrival.
                    self._waiting.pop(series, None)
                    self._waiting[series] = now, change.serial
                    self._arrived = now
                self._serial = change.serial
            while len(self._waiting) > METADATA_SERIES_WAITING_MAX:
                del self._waiting[next(iter(self._waiting))]
            if len(changes) < FEED_CHANGES_MAX:
                break
        self._write_down()

    def work(self) -> bool:
        """Prepare the series that has been quiet for longest, if its time has come; False where there is none."""
        if not self._waiting:
            return False
        series, (since, _) = next(iter(self._waiting.items()))
        now = self._clock.monotonic()
        quiet, calm = now - since >= METADATA_QUIET_SECONDS, now - self._arrived >= METADATA_LOOK_SECONDS
        if not quiet or not (calm or now - since >= METADATA_PATIENCE_SECONDS):
            return False
        del self._waiting[series]
        try:
            self._prepare(*series)
        except (IsocenterError, OSError) as error:
            _LOG.debug("The attributes of series %s were not worked out ahead: %s", series[1], error)
        self._write_down()
        return True

    def _write_down(self) -> None:
        """The cursor is before everything that waits, so that the next start takes it up again."""
        serial = min((serial - 1 for _, serial in self._waiting.values()), default=self._serial)
        if serial != self._written:
            self._written = serial
            self._shelf.set_cursor(serial)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def close(self) -> None:
        """End; a series that is being worked out is waited for. Idempotent."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> Ahead:
        self.start()
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.close()

    def _run(self) -> None:
        begun = False
        while not self._stopping.wait(METADATA_LOOK_SECONDS):
            try:
                if not begun:
                    self.begin()
                    begun = True
                self.look()
                while not self._stopping.is_set() and self.work():
                    self.look()
            except IsocenterError as error:
                _LOG.debug("The change feed cannot be read now: %s", error)
            except Exception:
                _LOG.exception("The attributes of series are not worked out ahead any more")
                return
