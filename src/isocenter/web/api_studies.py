"""`/api`: the studies of this archive as a page lists them, the series of one, the header of an instance, and their removal.

A search comes in, one page of the list goes out: no list of an archive is ever whole in memory. What is removed here is removed for
good, for whoever may open this page.
"""

from __future__ import annotations

import json
import logging
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from isocenter.base.errors import UsageError
from isocenter.base.limits import API_ROWS_MAX, HEADER_ROWS_MAX, UID_BYTES_MAX
from isocenter.dicomweb import header_rows
from isocenter.dicomweb.problems import Problem
from isocenter.model.attributes import BY_KEYWORD, Level
from isocenter.model.query import Key, Root, Single
from isocenter.model.query import Query as Wanted
from isocenter.model.study_list import StudyQuestion, StudySort
from isocenter.services.keys import QUERY_RETRIEVE_LEVEL, Asked, question
from isocenter.services.responses import Refusal
from isocenter.standard import transfer_syntax
from isocenter.web.api_house import CHANGES, House, problems
from isocenter.web.words_studies import (
    HeaderRowWords,
    HeaderWords,
    RemovedWords,
    SeriesWords,
    StudyChoicesWords,
    StudyList,
    StudyWhole,
    StudyWords,
)

routes = APIRouter(tags=["studies"])

_log = logging.getLogger("isocenter.web")

_UID = r"^[0-9]+(\.[0-9]+)*$"
StudyUid = Annotated[str, Path(max_length=UID_BYTES_MAX, pattern=_UID, description="Study Instance UID.")]
SeriesUid = Annotated[str, Path(max_length=UID_BYTES_MAX, pattern=_UID, description="Series Instance UID.")]
InstanceUid = Annotated[str, Path(max_length=UID_BYTES_MAX, pattern=_UID, description="SOP Instance UID.")]
Modalities = Annotated[list[str], Query(default_factory=list, max_length=50)]
Senders = Annotated[
    list[str],
    Query(default_factory=list, max_length=50, description="AE titles, import, stow: whom the latest instance is from."),
]


@routes.get("/api/studies", responses=problems())
def studies(
    house: House,
    modality: Modalities,
    sender: Senders,
    search: Annotated[str, Query(description="Every word is a part of patient name, ID, accession number or description.")] = "",
    patient: Annotated[str, Query(description="A part of a name or an ID.")] = "",
    accession: Annotated[str, Query(description="A part of the accession number.")] = "",
    description: Annotated[str, Query(description="A part of the description.")] = "",
    patient_name: Annotated[str, Query(description="With wild cards: DOE*.")] = "",
    patient_id: str = "",
    study_date: Annotated[str, Query(description="A day or a range: 20260101-20260131.")] = "",
    accession_number: str = "",
    study_description: str = "",
    sort: StudySort = StudySort.DATE,
    descending: bool = True,
    limit: Annotated[int, Query(ge=1, le=API_ROWS_MAX)] = 50,
    offset: Annotated[int, Query(ge=0, le=0x7FFFFFFF)] = 0,
) -> StudyList:
    """The studies that match, latest first unless it is said otherwise."""
    keys = {"PatientName": patient_name, "PatientID": patient_id, "StudyDate": study_date, "AccessionNumber": accession_number,
            "StudyDescription": study_description, "ModalitiesInStudy": "\\".join(modality)}  # fmt: skip
    page = house.studies.page(
        StudyQuestion(_matched(keys), search, patient, accession, description, tuple(sender), sort, descending, limit, offset)
    )
    shown = [StudyWords.of(study) for study in page.studies]
    return StudyList(studies=shown, more=offset + len(shown) < page.matching, matching=page.matching, total=page.total)


def _matched(keys: dict[str, str]) -> Wanted:
    asked = [Asked(BY_KEYWORD[keyword].tag, text) for keyword, text in keys.items() if text]
    try:
        return question([Asked(QUERY_RETRIEVE_LEVEL, "STUDY"), *asked], Root.STUDY).query
    except Refusal as refusal:
        raise UsageError(str(refusal)) from None


@routes.get("/api/study-choices", responses=problems())
def choices(house: House) -> StudyChoicesWords:
    """What the list of studies can be filtered by."""
    return StudyChoicesWords.of(house.studies.choices())


@routes.get("/api/studies/{study}", responses=problems(404))
def study(house: House, study: StudyUid) -> StudyWhole:
    """One study with its series."""
    found = house.studies.study(study)
    if found is None:
        raise Problem(404, f"There is no study {study}.")
    series = [SeriesWords.of(one) for one in house.studies.series(study)]
    return StudyWhole(study=StudyWords.of(found), byte_count=sum(one.byte_count for one in series), series=series)


@routes.delete("/api/studies/{study}", dependencies=CHANGES, responses=problems(403, 404, 507))
def remove_study(house: House, request: Request, study: StudyUid) -> RemovedWords:
    """Remove a study for good; durable when this answers."""
    return _removed(house, request, Level.STUDY, study, f"There is no study {study}.")


@routes.delete("/api/studies/{study}/series/{series}", dependencies=CHANGES, responses=problems(403, 404, 507))
def remove_series(house: House, request: Request, study: StudyUid, series: SeriesUid) -> RemovedWords:
    """Remove one series of a study for good; durable when this answers."""
    nothing = f"There is no series {series} in the study {study}."
    keys = (Key("StudyInstanceUID", Single(study)), Key("SeriesInstanceUID", Single(series)))
    if not house.catalogue.count_instances(Wanted(Level.SERIES, keys)):
        raise Problem(404, nothing)
    return _removed(house, request, Level.SERIES, series, nothing)


def _removed(house: House, request: Request, level: Level, uid: str, nothing: str) -> RemovedWords:
    count = house.remove(level, uid)
    if not count:
        raise Problem(404, nothing)
    client = request.client.host if request.client else "somebody"
    _log.warning("%s deleted %s instances on the page: %s", client, count, request.scope["path"])
    return RemovedWords(removed=count)


@routes.get("/api/instances/{instance}/header", responses=problems(404, 406, 409, 503))
def header(house: House, instance: InstanceUid) -> HeaderWords:
    """Every attribute of an instance with its name, in the order of tags."""
    found = house.catalogue.instance(instance)
    if found is None:
        raise Problem(404, f"There is no instance {instance}.")
    try:
        [text] = house.pictures.metadata([found], "bulkdata/{path}")
    except FileNotFoundError:
        raise Problem(404, f"The instance {instance} was removed.") from None
    rows = list(islice(header_rows.rows(json.loads(text)), HEADER_ROWS_MAX + 1))
    return HeaderWords(
        sop_instance_uid=found.sop_instance_uid,
        series_instance_uid=found.series_instance_uid,
        study_instance_uid=found.study_instance_uid,
        transfer_syntax=found.transfer_syntax,
        transfer_syntax_name=transfer_syntax.of(found.transfer_syntax).name,
        byte_count=found.byte_count,
        rows=[HeaderRowWords.of(row) for row in rows[:HEADER_ROWS_MAX]],
        more=len(rows) > HEADER_ROWS_MAX,
    )
