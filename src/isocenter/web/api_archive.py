"""`/api`: the studies of this archive as a page lists them, what is set aside, and a check or a rebuilding told step by step.

Everything comes in pages: no list of an archive is ever whole in memory.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import Response

from isocenter.base.errors import UsageError
from isocenter.base.limits import API_ROWS_MAX
from isocenter.dicomweb.problems import Problem
from isocenter.model.attributes import BY_KEYWORD
from isocenter.model.query import Root
from isocenter.services.keys import QUERY_RETRIEVE_LEVEL, Asked, question
from isocenter.services.responses import Refusal
from isocenter.web.api_house import CHANGES, House, problems
from isocenter.web.api_words import SetAsideList, SetAsideWords, StudyList, StudyWords

if TYPE_CHECKING:
    from collections.abc import Generator

    from isocenter.model.ports import Answer
    from isocenter.model.records import SetAside

routes = APIRouter(tags=["archive"])

Limit = Annotated[int, Query(ge=1, le=API_ROWS_MAX)]
Serial = Annotated[int, Path(ge=0, le=0x7FFFFFFFFFFFFFFF)]

_STUDY = {
    "patient_name": "PatientName", "patient_id": "PatientID", "patient_birth_date": "PatientBirthDate", "patient_sex": "PatientSex",
    "study_instance_uid": "StudyInstanceUID", "study_date": "StudyDate", "study_time": "StudyTime",
    "study_description": "StudyDescription", "accession_number": "AccessionNumber", "modalities": "ModalitiesInStudy",
    "series_count": "NumberOfStudyRelatedSeries", "instance_count": "NumberOfStudyRelatedInstances",
}  # fmt: skip


@routes.get("/api/studies", responses=problems())
def studies(
    house: House,
    patient_name: Annotated[str, Query(description="With wild cards: DOE*.")] = "",
    patient_id: str = "",
    study_date: Annotated[str, Query(description="A day or a range: 20260101-20260131.")] = "",
    accession_number: str = "",
    study_description: str = "",
    modality: str = "",
    limit: Limit = 50,
    offset: Annotated[int, Query(ge=0, le=0x7FFFFFFF)] = 0,
) -> StudyList:
    """The studies that match, latest first."""
    keys = {"PatientName": patient_name, "PatientID": patient_id, "StudyDate": study_date, "AccessionNumber": accession_number,
            "StudyDescription": study_description, "ModalitiesInStudy": modality}  # fmt: skip
    asked = {BY_KEYWORD[keyword].tag: keys.get(keyword, "") for keyword in _STUDY.values()}
    try:
        wanted = question([Asked(QUERY_RETRIEVE_LEVEL, "STUDY"), *(Asked(tag, text) for tag, text in asked.items())], Root.STUDY)
    except Refusal as refusal:
        raise UsageError(str(refusal)) from None
    query = replace(wanted.query, limit=limit + 1, offset=offset)
    with closing(cast("Generator[Answer, None, None]", house.catalogue.find(query))) as found:
        rows = [_study(answer) for answer in found]
    return StudyList(studies=rows[:limit], more=len(rows) > limit)


def _study(answer: Answer) -> StudyWords:
    values: dict[str, Any] = {name: answer[keyword] for name, keyword in _STUDY.items()}
    values["modalities"] = values["modalities"].split("\\") if values["modalities"] else []
    return StudyWords(**values)


@routes.get("/api/set-aside", responses=problems())
def set_aside(
    house: House,
    limit: Limit = 50,
    after: Annotated[int, Query(ge=0, description="Only those with a greater id.")] = 0,
) -> SetAsideList:
    """The instances that are kept beside the index because they contradict it, oldest first."""
    with closing(cast("Generator[SetAside, None, None]", house.quarantine.set_aside())) as found:
        rows = list(islice((one for one in found if one.id > after), limit + 1))
    return SetAsideList(set_aside=[SetAsideWords.of(one) for one in rows[:limit]], more=len(rows) > limit)


@routes.delete("/api/set-aside/{number}", dependencies=CHANGES, status_code=204, responses=problems(403, 404, 507))
def remove_set_aside(house: House, number: Serial) -> Response:
    """Remove one of them for good. What the index holds stays."""
    if not house.remove_set_aside(number):
        raise Problem(404, f"Nothing is set aside under the number {number}.")
    return Response(status_code=204)


_STEPS: dict[int | str, dict[str, Any]] = {200: {"content": {"application/x-ndjson": {}}}, **problems(403, 409)}


@routes.post("/api/check", dependencies=CHANGES, response_class=StreamingResponse, responses=_STEPS)
def check(house: House) -> StreamingResponse:
    """Compare blobs and index, told in one JSON object a line; it ends with its reader. As a job: `POST /api/jobs`."""
    return _lines(house.backstage.check())


@routes.post("/api/reindex", dependencies=CHANGES, response_class=StreamingResponse, responses=_STEPS)
def reindex(house: House) -> StreamingResponse:
    """Build a new index from the blobs and swap it in, told in lines as above. As a job: `POST /api/jobs`."""
    return _lines(house.backstage.reindex())


def _lines(steps: Iterator[Mapping[str, Any]]) -> StreamingResponse:
    """One JSON object a line, each as soon as it is known; what stands in the way of the first is an error of the request."""
    first = list(islice(steps, 1))

    async def told() -> AsyncIterator[str]:
        with closing(cast("Generator[Mapping[str, Any], None, None]", steps)):
            async for step in iterate_in_threadpool(chain(first, steps)):
                yield json.dumps(step) + "\n"

    return StreamingResponse(told(), media_type="application/x-ndjson")
