"""The words of `/api` about studies: lines of the list, the series of one, the header of an instance.

Records of the house go in, models go out. Nothing here decides anything.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from isocenter.base.limits import UID_BYTES_MAX
from isocenter.dicomweb.header_rows import HeaderRow
from isocenter.model.study_list import ListedSeries, ListedStudy, StudyChoices
from isocenter.web.api_words import Words

Uid = Annotated[str, Field(max_length=UID_BYTES_MAX, pattern=r"^[0-9]+(\.[0-9]+)*$", examples=["1.2.3"])]


class StudyWords(Words):
    """A study of this archive; dates and times as DICOM writes them."""

    patient_name: str
    patient_id: str
    patient_birth_date: str
    patient_sex: str
    patient_age: str = Field(description="As the study says it, such as 061Y; often empty.")
    study_instance_uid: str
    study_date: str
    study_time: str
    study_description: str
    accession_number: str
    modalities: list[str]
    series_count: int
    instance_count: int
    received: datetime = Field(description="When its latest instance came.")
    calling_ae_title: str = Field(description="Who sent that one; empty where it did not come over DIMSE.")
    source: str = Field(description="How that one came: dimse, stow, import.")
    set_aside: int = Field(description="Instances that are kept beside the index because they contradict it.")

    @classmethod
    def of(cls, study: ListedStudy) -> StudyWords:
        values = {name: getattr(study, name) for name in cls.model_fields}
        return cls(**values | {"modalities": list(study.modalities)})


class StudyList(Words):
    """One page of studies; `more` says that another follows, `matching` of the `total` in the archive match."""

    studies: list[StudyWords]
    more: bool
    matching: int
    total: int


class StudyChoicesWords(Words):
    """What the list of studies can be filtered by: modalities, and AE titles or ways in (import, stow)."""

    modalities: list[str]
    senders: list[str]

    @classmethod
    def of(cls, choices: StudyChoices) -> StudyChoicesWords:
        return cls(modalities=list(choices.modalities), senders=list(choices.senders))


class SeriesWords(Words):
    """One series of a study. The instance named is the one in its middle, which stands for it."""

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

    @classmethod
    def of(cls, series: ListedSeries) -> SeriesWords:
        return cls(**{name: getattr(series, name) for name in cls.model_fields})


class StudyWhole(Words):
    """A study with its series, by their numbers."""

    study: StudyWords
    byte_count: int
    series: list[SeriesWords]


class RemovedWords(Words):
    """How many instances were removed."""

    removed: int


class HeaderRowWords(Words):
    """One attribute. Items of a sequence follow it, each begun by a row without VR, all one deeper."""

    depth: int
    path: str = Field(description="Tags and item numbers from 1, joined by slashes: 00081140/1/00081155.")
    tag: str
    vr: str
    keyword: str
    name: str
    value: str = Field(description="As text, several values joined by backslashes; a long one is cut.")
    cut: bool = Field(description="There is more of the value than is shown.")

    @classmethod
    def of(cls, row: HeaderRow) -> HeaderRowWords:
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class HeaderWords(Words):
    """The attributes of an instance in the order of their tags, without its bulk data."""

    sop_instance_uid: str
    series_instance_uid: str
    study_instance_uid: str
    transfer_syntax: str
    transfer_syntax_name: str
    byte_count: int
    rows: list[HeaderRowWords]
    more: bool = Field(description="There are more attributes than are shown.")
