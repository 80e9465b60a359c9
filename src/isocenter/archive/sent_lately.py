"""What a device sent last, for the report about it: a title goes in, the UIDs of its latest instances come out.

Only the newest REPORT_ROWS_LOOKED_AT rows are looked at, so that a large index is never walked for a device that is silent.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from isocenter.archive.index_reader import IndexReader
from isocenter.base.limits import REPORT_ROWS_LOOKED_AT, REPORT_SAMPLE_INSTANCES

_LATEST: Final = """
SELECT i.sop_instance_uid, i.series_ref
FROM instance AS i
WHERE i.id > (SELECT COALESCE(MAX(id), 0) FROM instance) - ?
    AND i.origin_ref IN (SELECT id FROM origin WHERE calling_ae_title = ? AND source = 'dimse')
ORDER BY i.id DESC LIMIT ?
"""
_EACH_SERIES = 4
"""Instances of one series that are looked at: a device says the same of itself in all of them."""
_ROWS_PER_INSTANCE = 50


class IndexSenders:
    """Any thread."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader

    def latest_of(self, ae_title: str, count: int = REPORT_SAMPLE_INSTANCES) -> list[str]:
        """SOP Instance UIDs that came from a calling title over DIMSE, the latest first, at most so many and few of each series."""
        most = min(count, REPORT_SAMPLE_INSTANCES)
        rows = self._reader.rows(_LATEST, (REPORT_ROWS_LOOKED_AT, ae_title, most * _ROWS_PER_INSTANCE))
        seen: Counter[int] = Counter()
        found: list[str] = []
        for uid, series in rows:
            seen[series] += 1
            if seen[series] <= _EACH_SERIES and len(found) < most:
                found.append(uid)
        return found
