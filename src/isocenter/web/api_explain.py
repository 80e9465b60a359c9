"""`/api`: logs of other products explained, and the table of faults behind the explanations.

A log comes in as it is and is kept nowhere; what goes out holds no patient's name.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool

from isocenter.base.limits import EXPLAIN_BYTES_MAX
from isocenter.dicomweb.problems import Problem
from isocenter.web.api_house import CHANGES, House, problems
from isocenter.web.words_explain import FaultWords, LogExplanation

routes = APIRouter(tags=["connections"])

STREAMED = frozenset({"/api/explain"})
"""Paths whose bodies are taken as they come, and bounded here."""

_LOG = {"text/plain": {"schema": {"type": "string"}}}


@routes.post(
    "/api/explain",
    dependencies=CHANGES,
    responses=problems(403, 413),
    openapi_extra={"requestBody": {"required": True, "content": _LOG}},
)
async def explain(
    house: House,
    request: Request,
    product: Annotated[
        str, Query(max_length=32, description="Whose log it is; empty: each line is recognised by its own shape.")
    ] = "",
) -> LogExplanation:
    """What the lines of a log mean, in UTF-8 or in UTF-16 with its mark."""
    if product and product not in house.logs.products():
        raise Problem(400, f"No log of {product!r} can be explained; there are {', '.join(house.logs.products())}.")
    log = bytearray()
    async for piece in request.stream():
        log += piece
        if len(log) > EXPLAIN_BYTES_MAX:
            raise Problem(413, f"Only {EXPLAIN_BYTES_MAX} bytes of a log are taken here; `isocenter explain FILE` takes any size.")
    return LogExplanation.of(await run_in_threadpool(house.logs.explain, bytes(log), product))


@routes.get("/api/explain", responses=problems())
def explained_products(house: House) -> list[str]:
    """Whose logs can be explained."""
    return list(house.logs.products())


@routes.get("/api/faults/{identifier}", responses=problems(404))
def fault(house: House, identifier: Annotated[str, Path(pattern=r"^[A-Z]{1,2}[0-9]{1,2}$", examples=["A16"])]) -> FaultWords:
    """One fault of the table: how it looks, what tells it from others, and who changes what."""
    if (entry := house.logs.fault(identifier)) is None:
        raise Problem(404, f"There is no fault {identifier!r} in the table.")
    return FaultWords.of(entry)
