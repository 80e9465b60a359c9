"""The words of a list of studies as a person reads it: what is asked for, and one line of it.

Nothing here finds anything. Dates, times and names are as DICOM writes them; moments are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from isocenter.model.attributes import Level
from isocenter.model.query import Query


class StudySort(Enum):
    """What the list can be sorted by."""

    PATIENT = "patient"
    ID = "id"
    DATE = "date"
    MODALITY = "modality"
    DESCRIPTION = "description"
    ACCESSION = "accession"
    SERIES = "series"
    IMAGES = "images"
    FROM = "from"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class StudyQuestion:
    """Which studies, in which order, and which lines of them.

    `search` is what somebody types: every word of it must be a part of patient name, ID, accession number or description. `query`
    holds further keys of level STUDY; `patient` are parts of name or ID, `accession` and `description` of those. A study matches
    `senders` when its latest instance came from one of those AE titles, or by one of those ways: `import`, `stow`.
    """

    query: Query = field(default_factory=lambda: Query(Level.STUDY))
    search: str = ""
    patient: str = ""
    accession: str = ""
    description: str = ""
    senders: tuple[str, ...] = ()
    sort: StudySort = StudySort.DATE
    descending: bool = True
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class ListedStudy:
    """One line. `received` is when its latest instance came, from `calling_ae_title` by `source` (see `Arrival`)."""

    patient_name: str
    patient_id: str
    patient_birth_date: str
    patient_sex: str
    patient_age: str
    study_instance_uid: str
    study_date: str
    study_time: str
    study_description: str
    accession_number: str
    modalities: tuple[str, ...]
    series_count: int
    instance_count: int
    received: datetime
    calling_ae_title: str
    source: str
    set_aside: int


@dataclass(frozen=True, slots=True)
class StudyPage:
    """Some lines, of `matching` in all, where the archive holds `total`."""

    studies: tuple[ListedStudy, ...]
    matching: int
    total: int


@dataclass(frozen=True, slots=True)
class ListedSeries:
    """One series of a study. The instance in the middle of it, which is not empty, stands for it; `byte_count` is of data sets."""

    series_instance_uid: str
    series_number: str
    modality: str
    series_description: str
    body_part_examined: str
    instance_count: int
    frame_count: int
    byte_count: int
    sop_instance_uid: str
    sop_class_uid: str


@dataclass(frozen=True, slots=True)
class StudyChoices:
    """What there is to filter by: modalities, and senders as in `StudyQuestion`, each in the order of the alphabet."""

    modalities: tuple[str, ...]
    senders: tuple[str, ...]
