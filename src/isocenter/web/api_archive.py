"""`/api`: what is set aside, and a check or a rebuilding told step by step.

Everything comes in pages: no list of an archive is ever whole in memory.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import Response

from isocenter.base.limits import API_ROWS_MAX
from isocenter.dicomweb.problems import Problem
from isocenter.web.api_house import CHANGES, House, problems
from isocenter.web.api_words import SetAsideList, SetAsideWords

if TYPE_CHECKING:
    from collections.abc import Generator

    from isocenter.model.records import SetAside

routes = APIRouter(tags=["archive"])

Limit = Annotated[int, Query(ge=1, le=API_ROWS_MAX)]
Serial = Annotated[int, Path(ge=0, le=0x7FFFFFFFFFFFFFFF)]


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
