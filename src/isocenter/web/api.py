"""`/api` as one ASGI application, with its OpenAPI document: what the page, the command line and scripts ask of the house.

Requests of JSON come in, JSON goes out; errors have the one shape of `dicomweb.problems`. A body is bounded before it is looked
at, and a change needs the header X-Isocenter. Only the page's own thread loads this room, since FastAPI takes its time.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isocenter import __version__
from isocenter.base.errors import IsocenterError, LinkLost, LocalError, Refused
from isocenter.base.limits import API_BODY_BYTES_MAX
from isocenter.web import (
    api_acquaintances,
    api_activity,
    api_annotations,
    api_archive,
    api_doctor,
    api_documents,
    api_explain,
    api_export,
    api_imports,
    api_inspector,
    api_jobs,
    api_network,
    api_nodes,
    api_query,
    api_reachability,
    api_reports,
    api_samples,
    api_sheets,
    api_status,
    api_studies,
    api_upkeep,
    api_vigil,
)
from isocenter.web.api_house import ApiHouse
from isocenter.web.problems import explained, on_error, on_http_exception, problem

_STATUSES: tuple[tuple[type[IsocenterError], int], ...] = ((LinkLost, 502), (Refused, 502))
"""Beside those of `web.problems`: what another device did is no fault of the request."""


_ROOMS = (
    api_annotations,
    api_documents,
    api_activity,
    api_status,
    api_doctor,
    api_explain,
    api_network,
    api_vigil,
    api_acquaintances,
    api_nodes,
    api_jobs,
    api_archive,
    api_export,
    api_imports,
    api_inspector,
    api_samples,
    api_studies,
    api_query,
    api_reachability,
    api_reports,
    api_sheets,
    api_upkeep,
)


def api(house: ApiHouse) -> ASGIApp:
    """The application over one house. Its routes have their whole paths, from `/api` on."""
    application = _Api(
        title="Isocenter",
        version=__version__,
        description="The house behind the page: nodes, jobs, log, settings. DICOMweb is under /dicom-web.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={
            HTTPException: on_http_exception,
            RequestValidationError: _on_misunderstanding,
            IsocenterError: _on_error,
            Exception: on_error,
        },
    )
    application.state.house = house
    for room in _ROOMS:
        application.include_router(room.routes)
    streamed = api_imports.STREAMED | api_explain.STREAMED | api_inspector.STREAMED
    return Bounded(application, API_BODY_BYTES_MAX, streamed)


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """As FastAPI makes it, without the answer 422: what cannot be understood is 400 here."""
        document = super().openapi()
        for path in document["paths"].values():
            for operation in path.values():
                operation["responses"].pop("422", None)
        for name in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(name, None)
        return document


async def _on_misunderstanding(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    said = []
    for one in error.errors()[:_MISTAKES_TOLD]:
        place = ".".join(str(part) for part in one["loc"])
        said.append(f"{place}: {one['msg']}")
    return problem(400, "; ".join(said))


_MISTAKES_TOLD = 5


async def _on_error(_request: Request, error: Exception) -> Response:
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            return problem(status, str(error))
    if isinstance(error, LocalError):
        return problem(409, str(error))
    return explained(error)


class Bounded:
    """An application whose requests have bodies of so many bytes at most: read whole before it sees them, or answered with 413.

    The routes of the `streamed` paths take their bodies as they come, and bound them themselves.
    """

    def __init__(self, app: ASGIApp, bytes_max: int, streamed: Collection[str] = ()) -> None:
        self._app = app
        self._bytes_max = bytes_max
        self._streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"} or scope["path"] in self._streamed:
            await self._app(scope, receive, send)
            return
        parts: list[Message] = []
        count, is_more = 0, True
        while is_more:
            message = await receive()
            count += len(message.get("body", b""))
            if count > self._bytes_max:
                answer = problem(
                    413, f"The body is longer than the {self._bytes_max} bytes that are taken.", {"connection": "close"}
                )
                await answer(scope, receive, send)
                return
            parts.append(message)
            is_more = message.get("more_body", False)
        parts.reverse()

        async def replay() -> Message:
            return parts.pop() if parts else await receive()

        await self._app(scope, replay, send)
