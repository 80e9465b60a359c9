"""`/api`: how the house stands, its log, its settings, and the stream that keeps a page up to date.

Nothing of it waits for another device. The stream looks once in LIVE_SECONDS and sends what has changed; it ends with its reader.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from isocenter.base.config import SETTINGS, Setting
from isocenter.base.limits import API_JOBS_SHOWN, LIVE_LINES_MAX, LIVE_SECONDS
from isocenter.web.api_activity import Activity
from isocenter.web.api_house import CHANGES, ApiHouse, House, problems
from isocenter.web.api_network import neighbours
from isocenter.web.api_words import DebugWords, JobWords, LogLineWords, LogWords, SettingWords
from isocenter.web.words_doctor import CheckupState

routes = APIRouter(tags=["status"])


@routes.get("/api/status", responses=problems())
def status(house: House) -> dict[str, Any]:
    """Who we are, how many things we hold, what is going on, and the latest studies."""
    return dict(house.backstage.status())


@routes.get("/api/live", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}, **problems()})
def live(house: House, request: Request) -> StreamingResponse:
    """Server-sent events: `status`, `jobs`, `associations`, `network`, `checkup`, `recordings` that changed; `log`, `arrivals`."""
    return StreamingResponse(_events(house, request), media_type="text/event-stream")


async def _events(house: ApiHouse, request: Request) -> AsyncIterator[str]:
    serial, told, version = 0, "", -1
    activity = await run_in_threadpool(Activity, house)
    standings, stood = house.neighbourhood.standings, (-1, -1)
    climbed, recorded = 0, -1
    while not await request.is_disconnected():
        for line in house.backstage.log_lines(serial):
            serial = line.serial
            yield _event("log", asdict(line))
        if house.jobs.version != version:
            version = house.jobs.version
            jobs = await run_in_threadpool(house.jobs.jobs, API_JOBS_SHOWN)
            told_jobs = [JobWords.of(job).model_dump(mode="json") for job in jobs]
            going = len(house.jobs.under_way())
            yield _event("jobs", {"jobs": told_jobs, "held": sorted(house.jobs.held), "under_way": going})
        stands = standings.version, await run_in_threadpool(house.shelf.version)
        if stands != stood:
            stood = stands
            yield _event("network", await run_in_threadpool(neighbours, house))
        if (recordings := house.inspection.version) != recorded:
            recorded = recordings
            yield _event("recordings", {"version": recorded})
        if house.clinic.version != climbed:
            seen, climbed = climbed, house.clinic.version
            for checkup in house.clinic.changed_since(seen):
                yield _event("checkup", CheckupState.of(checkup).model_dump(mode="json"))
        for name, words in await run_in_threadpool(lambda: list(activity.news())):
            yield _event(name, words)
        status = json.dumps(await run_in_threadpool(house.backstage.status))
        if status != told:
            told = status
            yield f"event: status\ndata: {status}\n\n"
        await anyio.sleep(LIVE_SECONDS)


def _event(name: str, words: Mapping[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(words)}\n\n"


@routes.get("/api/log", responses=problems())
def log(
    house: House,
    after: Annotated[int, Query(ge=0, description="Only lines with a greater serial.")] = 0,
    limit: Annotated[int, Query(ge=1, le=LIVE_LINES_MAX, description="The latest so many.")] = LIVE_LINES_MAX,
) -> LogWords:
    """The latest lines of the log, oldest first. The log file keeps the rest."""
    lines = house.backstage.log_lines(after)[-limit:]
    return LogWords(lines=[LogLineWords.model_validate(asdict(line)) for line in lines])


@routes.get("/api/settings", responses=problems())
def settings(house: House) -> list[SettingWords]:
    """Every setting that is in force, where it came from, and how it can be set."""
    return [
        SettingWords(
            name=row.name,
            value=_shown(row, getattr(house.settings, row.name)),
            default=row.default,
            source=house.settings.sources.get(row.name, ""),
            why=row.why,
            flag=row.flag,
            environment=row.environment,
        )
        for row in SETTINGS
    ]


def _shown(row: Setting, value: str | int | bool) -> str | int | bool:
    return "(set, and not shown)" if row.is_secret and value else value


@routes.post("/api/debug", dependencies=CHANGES, responses=problems(403))
def debug(house: House, on: Annotated[str, Query(pattern="^[01]$", description="1 or 0.")]) -> DebugWords:
    """Switch the debug log on or off, until the next start."""
    house.backstage.set_debug(on == "1")
    return DebugWords(debug=on == "1")
