"""How much there is, and what came last: for a status page that asks every second.

Nothing comes in but the index; counts and the latest studies go out. Every statement reads an index or the last rows of a table,
so that a million instances cost milliseconds; bytes are not summed here, the volume knows its space.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from isocenter.archive.index_reader import IndexReader, Row
from isocenter.archive.schema import from_microseconds
from isocenter.base.limits import LATEST_STUDIES_MAX

_COUNTS: Final = (
    "SELECT (SELECT count(*) FROM patient), (SELECT count(*) FROM study), (SELECT count(*) FROM series), "
    "(SELECT count(*) FROM instance), (SELECT count(*) FROM set_aside), (SELECT count(*) FROM rejected_caller)"
)
_LATEST: Final = """
SELECT patient.patient_name, patient.patient_id, study.study_instance_uid, study.study_date, study.study_time,
    study.study_description, study.accession_number, study.modalities_in_study, study.series_count, study.instance_count,
    (SELECT i.received FROM instance AS i JOIN series ON series.id = i.series_ref WHERE series.id =
        (SELECT max(id) FROM series WHERE study_ref = study.id) ORDER BY i.id DESC LIMIT 1)
FROM study JOIN patient ON patient.id = study.patient_ref ORDER BY study.id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are of each."""

    patients: int
    studies: int
    series: int
    instances: int
    set_aside: int
    rejected_callers: int


@dataclass(frozen=True, slots=True)
class LatestStudy:
    """A study as a line of the status page; `received` is when the last instance of its latest series came."""

    patient_name: str
    patient_id: str
    study_instance_uid: str
    study_date: str
    study_time: str
    study_description: str
    accession_number: str
    modalities: tuple[str, ...]
    series_count: int
    instance_count: int
    received: datetime | None


class IndexStatistics:
    """The figures of one archive. Any thread."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader

    def counts(self) -> Counts:
        """How much the archive holds now."""
        return Counts(*self._reader.rows(_COUNTS)[0])

    def latest_studies(self, count: int) -> list[LatestStudy]:
        """The studies that were begun last, latest first; at most LATEST_STUDIES_MAX."""
        rows = self._reader.rows(_LATEST, (max(0, min(count, LATEST_STUDIES_MAX)),))
        return [_study(row) for row in rows]


def _study(row: Row) -> LatestStudy:
    name, identifier, uid, day, time, description, accession_number, modalities, series, instances, received = row
    return LatestStudy(
        patient_name=name,
        patient_id=identifier,
        study_instance_uid=uid,
        study_date=day,
        study_time=time,
        study_description=description,
        accession_number=accession_number,
        modalities=tuple(modalities.split("\\")) if modalities else (),
        series_count=series,
        instance_count=instances,
        received=None if received is None else from_microseconds(received),
    )
