"""The images that came last, for the page that shows them as they arrive.

A serial of the change feed goes in, the latest instances after it come out, with what a thumbnail says under it. Only the end
of one table is read, however large it is.
"""

from __future__ import annotations

from typing import Final

from isocenter.archive.index_reader import IndexReader
from isocenter.archive.schema import from_microseconds
from isocenter.base.limits import ARRIVALS_SHOWN_MAX
from isocenter.model.records import ArrivedImage

_LATEST: Final = """
SELECT i.id, i.received, origin.calling_ae_title, origin.source, patient.patient_name, patient.patient_id, series.modality,
    series.series_description, i.instance_number, study.study_instance_uid, series.series_instance_uid, i.sop_instance_uid
FROM (SELECT * FROM instance WHERE id > ? ORDER BY id DESC LIMIT ?) AS i
JOIN origin ON origin.id = i.origin_ref JOIN series ON series.id = i.series_ref
JOIN study ON study.id = series.study_ref JOIN patient ON patient.id = study.patient_ref
ORDER BY i.id DESC
"""


class IndexArrivals:
    """The port `LatestArrivals`."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader

    def latest(self, count: int, after: int = 0) -> list[ArrivedImage]:
        """See the port."""
        rows = self._reader.rows(_LATEST, (after, max(0, min(count, ARRIVALS_SHOWN_MAX))))
        return [ArrivedImage(serial, from_microseconds(moment), *texts) for serial, moment, *texts in rows]
