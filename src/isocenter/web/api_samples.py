"""`/api/samples`: the sample studies, for a first look at an empty archive."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import closing
from itertools import islice
from typing import Any, cast

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool

from isocenter.model.imports import SampleStep
from isocenter.web.api_house import CHANGES, House, problems
from isocenter.web.words_imports import SampleStepWords, SampleWords

routes = APIRouter(tags=["in and out"])

_LINES: dict[int | str, dict[str, Any]] = {200: {"content": {"application/x-ndjson": {}}}, **problems(403, 409, 507)}


@routes.get("/api/samples", responses=problems())
def samples(house: House) -> SampleWords:
    """How large the sample studies are."""
    images, byte_count = house.samples.size()
    return SampleWords(images=images, bytes=byte_count)


@routes.post("/api/samples", dependencies=CHANGES, response_class=StreamingResponse, responses=_LINES)
def make_samples(house: House) -> StreamingResponse:
    """Make the four sample studies and store them, with a line for each image; those that are there already stay as they are."""
    steps = house.samples.make()
    first = list(islice(steps, 1))
    return StreamingResponse(_steps(first, steps), media_type="application/x-ndjson")


async def _steps(first: list[SampleStep], rest: Iterator[SampleStep]) -> AsyncIterator[str]:
    with closing(cast("Generator[SampleStep, None, None]", rest)):
        for step in first:
            yield _line(step)
        async for step in iterate_in_threadpool(rest):
            yield _line(step)


def _line(step: SampleStep) -> str:
    return json.dumps(SampleStepWords(done=step.done, total=step.total).model_dump()) + "\n"
