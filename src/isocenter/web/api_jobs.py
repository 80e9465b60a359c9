"""`/api/jobs`: long work, asked for once and looked at again: asked for, listed, cancelled, started again.

A job that was accepted is a row already: the answer is 202 with its place, and it outlives this process.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from isocenter.base.limits import API_ROWS_MAX
from isocenter.dicomweb.problems import Problem
from isocenter.model.jobs import Job
from isocenter.web.api_house import CHANGES, House, problems
from isocenter.web.api_words import HeldWords, JobList, JobWanted, JobWords, KindName

routes = APIRouter(tags=["jobs"])

JobId = Annotated[int, Path(ge=0, le=0x7FFFFFFFFFFFFFFF)]


@routes.get("/api/jobs", responses=problems())
def jobs(
    house: House,
    limit: Annotated[int, Query(ge=1, le=API_ROWS_MAX)] = 50,
    before: Annotated[int | None, Query(ge=0, le=0x7FFFFFFFFFFFFFFF, description="Only those with a lesser id.")] = None,
    kind: Annotated[KindName | None, Query(description="Only those of this kind.")] = None,
    under_way: Annotated[str, Query(pattern="^[01]$", description="1: those that run or wait, oldest first.")] = "0",
) -> JobList:
    """The latest jobs first, or those that run and wait."""
    going = house.jobs.under_way(kind or "")
    found = going[:limit] if under_way == "1" else house.jobs.jobs(limit, before, kind or "")
    return JobList(jobs=[JobWords.of(job) for job in found], held=sorted(house.jobs.held), under_way=len(going))


@routes.post("/api/jobs/hold", dependencies=CHANGES, responses=problems(403))
def hold(
    house: House, kind: Annotated[KindName, Query()], on: Annotated[str, Query(pattern="^[01]$", description="1 or 0.")]
) -> HeldWords:
    """Let no job of a kind begin any more, or let them begin again; what runs goes on. Until the next start."""
    house.jobs.hold(kind, on == "1")
    return HeldWords(held=sorted(house.jobs.held))


@routes.post("/api/jobs", dependencies=CHANGES, status_code=202, responses=problems(403, 404, 409, 507))
def submit(house: House, wanted: JobWanted, response: Response) -> JobWords:
    """Ask for a job: `retrieve`, `send`, `check` or `reindex`."""
    values = wanted.model_dump(exclude={"kind"})
    if "node" in values:
        house.call(values["node"])
    return _accepted(house.jobs.submit(wanted.kind, values), response)


@routes.get("/api/jobs/{number}", responses=problems(404))
def job(house: House, number: JobId) -> JobWords:
    """How a job stands."""
    return JobWords.of(_there(house.jobs.job(number), number))


@routes.post("/api/jobs/{number}/cancel", dependencies=CHANGES, responses=problems(403, 404, 409))
def cancel(house: House, number: JobId) -> JobWords:
    """Ask a job to stop: one that waits is cancelled at once, one that runs soon."""
    return JobWords.of(_there(house.jobs.cancel(number), number))


@routes.post("/api/jobs/{number}/again", dependencies=CHANGES, status_code=202, responses=problems(403, 404, 409, 507))
def again(house: House, number: JobId, response: Response) -> JobWords:
    """Start a job that is over once more, from its beginning."""
    return _accepted(_there(house.jobs.again(number), number), response)


def _there(found: Job | None, number: int) -> Job:
    if found is None:
        raise Problem(404, f"There is no job {number}.")
    return found


def _accepted(job: Job, response: Response) -> JobWords:
    response.headers["location"] = f"/api/jobs/{job.id}"
    return JobWords.of(job)
