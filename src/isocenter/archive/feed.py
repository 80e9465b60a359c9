"""The change feed: what happened in the archive, read by cursor in the order of commits.

A serial goes in, the changes after it come out. The line of an arrival is its instance's own row as long as that lives, and a row
of `change` afterwards; one statement reads both, so that no line is missed or seen twice while it moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from isocenter.archive.index_reader import IndexReader
from isocenter.archive.schema import from_microseconds
from isocenter.base.limits import FEED_CHANGES_MAX
from isocenter.model.changes import Change, ChangeKind

_SINCE: Final = f"""
SELECT * FROM (
    SELECT i.id AS serial, '{ChangeKind.STORED.value}', i.received, study.study_instance_uid, series.series_instance_uid,
        i.sop_instance_uid, origin.calling_ae_title
    FROM (SELECT * FROM instance WHERE id > ?1 ORDER BY id LIMIT ?2) AS i
    JOIN series ON series.id = i.series_ref JOIN study ON study.id = series.study_ref JOIN origin ON origin.id = i.origin_ref)
UNION ALL
SELECT * FROM (
    SELECT serial, kind, occurred, study_instance_uid, series_instance_uid, sop_instance_uid, calling_ae_title
    FROM change WHERE serial > ?1 ORDER BY serial LIMIT ?2)
ORDER BY serial LIMIT ?2
"""
_LAST: Final = "SELECT max((SELECT coalesce(max(id), 0) FROM instance), (SELECT coalesce(max(serial), 0) FROM change))"


class IndexFeed:
    """The feed of one archive. Any thread."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader

    def since(self, serial: int, limit: int) -> Sequence[Change]:
        """The changes with a greater serial, oldest first, at most `limit` and never more than FEED_CHANGES_MAX."""
        limit = max(0, min(limit, FEED_CHANGES_MAX))
        return [
            Change(number, ChangeKind(kind), from_microseconds(moment), study, series, instance, calling)
            for number, kind, moment, study, series, instance, calling in self._reader.rows(_SINCE, (serial, limit))
        ]

    def last_serial(self) -> int:
        """The serial of the latest change; 0 before the first."""
        return int(self._reader.rows(_LAST)[0][0])
