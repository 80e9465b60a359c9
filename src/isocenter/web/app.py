"""All routes, assembled: the page, `/api` and DICOMweb (PS3.18) behind one gate.

In come HTTP requests from this computer, out go the page, JSON, a stream of events, and what the rooms of DICOMweb answer. A change
below `/api` that a foreign page could have sent (no `X-Isocenter` header) is refused, so that no web site can reach in through a
person's browser. Nothing here opens a file or a socket.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

from isocenter.base.errors import IsocenterError
from isocenter.base.limits import LIVE_SECONDS
from isocenter.web import capabilities, delete, qido, stow
from isocenter.web.backstage import Backstage
from isocenter.web.frames import Frames
from isocenter.web.gate import DICOM_WEB, Gate
from isocenter.web.house import WebHouse
from isocenter.web.problems import on_error, on_http_exception, problem
from isocenter.web.stored import StoredInstances


def app(backstage: Backstage, house: WebHouse | None = None) -> ASGIApp:
    """The ASGI application over one house; without `house` there is no DICOMweb."""
    pages = _Pages(backstage)
    routes: list[BaseRoute] = [
        Route("/api/status", pages.status),
        Route("/api/live", pages.live),
        Route("/api/debug", pages.debug, methods=["POST"]),
        Route("/api/check", pages.check, methods=["POST"]),
        Route("/api/reindex", pages.reindex, methods=["POST"]),
    ]
    page = Mount("/", StaticFiles(packages=[("isocenter.web", "static")], html=True))
    if house is None:
        return Gate(Starlette(routes=[*routes, page], exception_handlers=EXPLAINED))
    stored = StoredInstances(house)
    frames = Frames(house, stored)
    routes.append(Mount(DICOM_WEB, routes=[*frames.routes(), *dicom_web(house)]))
    inside = Starlette(routes=[*routes, page], exception_handlers=EXPLAINED)

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        await ((frames.at_once(scope) if scope["type"] == "http" else None) or inside)(scope, receive, send)

    return Gate(answered, house.origins)


def dicom_web(house: WebHouse) -> list[BaseRoute]:
    """What the rooms of DICOMweb bring: the first that fits path and method answers."""
    return [*stow.routes(house), *qido.routes(house), *delete.routes(house), *capabilities.routes(house)]


EXPLAINED: Mapping[Any, ExceptionHandler] = {
    HTTPException: on_http_exception,
    IsocenterError: on_error,
    FileNotFoundError: on_error,
    Exception: on_error,
}
"""How an error that a route lets through is answered."""


class _Pages:
    def __init__(self, backstage: Backstage) -> None:
        self._backstage = backstage

    async def status(self, _request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self._backstage.status))

    async def live(self, request: Request) -> Response:
        return StreamingResponse(self._events(request), media_type="text/event-stream")

    async def _events(self, request: Request) -> AsyncIterator[str]:
        serial, told = 0, ""
        while not await request.is_disconnected():
            for line in self._backstage.log_lines(serial):
                serial = line.serial
                yield _event("log", {"level": line.level, "text": line.text})
            status = json.dumps(await run_in_threadpool(self._backstage.status))
            if status != told:
                told = status
                yield f"event: status\ndata: {status}\n\n"
            await asyncio.sleep(LIVE_SECONDS)

    async def debug(self, request: Request) -> Response:
        if refusal := _refusal(request):
            return refusal
        on = request.query_params.get("on")
        if on not in {"0", "1"}:
            return problem(400, "Say ?on=1 or ?on=0.")
        self._backstage.set_debug(on == "1")
        return JSONResponse({"debug": on == "1"})

    async def check(self, request: Request) -> Response:
        return _refusal(request) or _lines(self._backstage.check())

    async def reindex(self, request: Request) -> Response:
        return _refusal(request) or _lines(self._backstage.reindex())


def _event(name: str, words: Mapping[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(words)}\n\n"


def _lines(steps: Iterator[Mapping[str, Any]]) -> Response:
    """One JSON object a line, each as soon as it is known."""

    async def told() -> AsyncIterator[str]:
        async for step in iterate_in_threadpool(steps):
            yield json.dumps(step) + "\n"

    return StreamingResponse(told(), media_type="application/x-ndjson")


def _refusal(request: Request) -> Response | None:
    if "x-isocenter" in request.headers:
        return None
    return problem(403, "A change needs the header X-Isocenter, which a foreign page cannot send.")
