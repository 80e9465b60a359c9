"""The routes of the page and of `/api`, assembled.

In come HTTP requests from this computer, out go the page, JSON and a stream of events. A request that names another host, or a
change that a foreign page could have sent (no `X-Isocenter` header), is refused, so that no web site can reach in through a
person's browser. Nothing here opens a file or a socket.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isocenter.base.limits import LIVE_SECONDS
from isocenter.web.backstage import Backstage

_HEADERS = {
    b"content-security-policy": b"default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cache-control": b"no-store",
}


class Guarded:
    """Every answer carries the headers that keep a browser from doing more with it than we meant."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS.items()]
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)


def app(backstage: Backstage) -> Starlette:
    """The ASGI application over one house."""
    pages = _Pages(backstage)
    return Starlette(
        routes=[
            Route("/api/status", pages.status),
            Route("/api/live", pages.live),
            Route("/api/debug", pages.debug, methods=["POST"]),
            Route("/api/check", pages.check, methods=["POST"]),
            Route("/api/reindex", pages.reindex, methods=["POST"]),
            Mount("/", StaticFiles(packages=[("isocenter.web", "static")], html=True)),
        ],
        middleware=[
            Middleware(Guarded),
            Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"], www_redirect=False),
        ],
    )


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
            return _problem(400, "Say ?on=1 or ?on=0.")
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
    return _problem(403, "A change needs the header X-Isocenter, which a foreign page cannot send.")


def _problem(status: int, detail: str) -> Response:
    return JSONResponse({"status": status, "detail": detail}, status_code=status)
