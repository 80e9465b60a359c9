"""`/api`: files that a person brings.

One file a request, as it is, whatever its size: DICOM, or a zip archive of anything. It is never gathered in the memory of this
room. The answer comes in lines of JSON, one as soon as something is durable or refused, so that a page shows how far it is.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Generator
from contextlib import closing
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from isocenter.base.limits import IMPORT_FILE_BYTES_MAX, IMPORT_NAME_CHARACTERS_MAX, IMPORT_STUDIES_TOLD_MAX
from isocenter.model.imports import Imported, Parcel
from isocenter.web import brought
from isocenter.web.api_house import CHANGES, ApiHouse, House, problems
from isocenter.web.words_imports import ImportedWords, ImportExpected, ImportSummary

routes = APIRouter(tags=["in and out"])

STREAMED = frozenset({"/api/import"})
"""Paths whose bodies are taken as they come, and bounded here."""

_LINES: dict[int | str, dict[str, Any]] = {200: {"content": {"application/x-ndjson": {}}}}


@routes.post(
    "/api/import",
    dependencies=CHANGES,
    response_class=StreamingResponse,
    responses={**_LINES, **problems(403, 413)},
    openapi_extra=brought.BODY,
)
async def import_file(
    house: House,
    request: Request,
    name: Annotated[str, Query(max_length=IMPORT_NAME_CHARACTERS_MAX, description="What the report calls the file.")] = "file",
) -> StreamingResponse:
    """Take one file into the archive: a DICOM file, or a zip archive of such. A line for each instance or refusal, and the sum."""
    brought.check_length(request, IMPORT_FILE_BYTES_MAX)
    parcel = house.imports.open(name)
    try:
        async with house.importing:
            await brought.pass_on(request, parcel.write, IMPORT_FILE_BYTES_MAX)
    except BaseException:
        await run_in_threadpool(parcel.abandon)
        raise
    return StreamingResponse(_outcomes(house, parcel), media_type="application/x-ndjson")


async def _outcomes(house: ApiHouse, parcel: Parcel) -> AsyncIterator[str]:
    """A line each, and the sum; whoever stops listening stops the import."""
    summary, studies = ImportSummary(), dict[str, None]()
    async with house.importing:
        outcomes = cast("Generator[Imported, None, None]", parcel.outcomes())
        with closing(outcomes):
            expected = 1
            async for one in iterate_in_threadpool(outcomes):
                if parcel.expected != expected:
                    expected = parcel.expected
                    yield _line(ImportExpected(expected=expected))
                field = one.word.replace(" ", "_")
                setattr(summary, field, getattr(summary, field) + 1)
                if one.study_instance_uid and len(studies) < IMPORT_STUDIES_TOLD_MAX:
                    studies[one.study_instance_uid] = None
                yield _line(ImportedWords.of(one))
    yield _line(summary.model_copy(update={"studies": list(studies)}))


def _line(words: BaseModel) -> str:
    return json.dumps(words.model_dump()) + "\n"
