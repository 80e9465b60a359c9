"""How many bytes an archive holds and how fast they come, summed once and kept up to date.

The index comes in, a `Space` goes out. No index of the database holds byte counts, so that a million rows take seconds to sum: each
look goes on from where the last one ended, by a bounded number of rows, and only what is new is read from then on. A removal or a
rebuilding begins the sum anew, since rows that are gone cannot be subtracted.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Final

from isocenter.archive.index_reader import IndexReader
from isocenter.archive.schema import from_microseconds
from isocenter.base.limits import SPACE_HOURS_KEPT, SPACE_ROWS_PER_LOOK
from isocenter.model.changes import ChangeKind
from isocenter.model.records import Space

_HOUR: Final = timedelta(hours=1) // timedelta(microseconds=1)
_SUMS: Final = f"""
SELECT received / {_HOUR}, count(*), sum(byte_count), max(id)
FROM (SELECT id, received, byte_count FROM instance WHERE id > ? ORDER BY id LIMIT ?) GROUP BY 1
"""
_TOTAL: Final = "SELECT count(*) FROM instance"
_REBUILT: Final = "SELECT coalesce((SELECT value FROM setting WHERE name = 'rebuilt'), '0')"
_REMOVED: Final = (
    f"SELECT coalesce(max(serial), 0), coalesce(max(kind = '{ChangeKind.REMOVED.value}'), 0) FROM change WHERE serial > ?"
)


class IndexSpace:
    """The port `SpaceTaken`."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader
        self._lock = threading.Lock()
        self._rebuilt = ""
        self._feed = 0
        self._begin()

    def _begin(self) -> None:
        self._last = self._counted = self._bytes = 0
        self._hours: dict[int, tuple[int, int]] = {}

    def look(self) -> Space:
        """See the port."""
        with self._lock:
            self._notice_removals()
            rows = self._reader.rows(_SUMS, (self._last, SPACE_ROWS_PER_LOOK))
            for hour, count, byte_count, last in rows:
                self._last = max(self._last, last)
                self._counted += count
                self._bytes += byte_count
                before = self._hours.get(hour, (0, 0))
                self._hours[hour] = (before[0] + count, before[1] + byte_count)
            for hour in sorted(self._hours)[:-SPACE_HOURS_KEPT]:
                del self._hours[hour]
            hours = {from_microseconds(hour * _HOUR): sums for hour, sums in sorted(self._hours.items())}
            total = int(self._reader.rows(_TOTAL)[0][0])
            return Space(self._counted, max(total, self._counted), self._bytes, hours)

    def _notice_removals(self) -> None:
        """What was summed may be gone: then the sum begins anew."""
        rebuilt = str(self._reader.rows(_REBUILT)[0][0])
        feed, is_removed = self._reader.rows(_REMOVED, (self._feed,))[0]
        if is_removed or rebuilt != self._rebuilt:
            self._begin()
        self._rebuilt, self._feed = rebuilt, max(self._feed, feed)
