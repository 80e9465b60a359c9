"""All routes, assembled: the page, `/api` and DICOMweb (PS3.18) behind one gate.

In come HTTP requests from this computer, out go the page, and what `/api` and the rooms of DICOMweb answer. Nothing gets past the
gate, so that no web site can reach in through a person's browser. Nothing here opens a file or a socket.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, ExceptionHandler, Receive, Scope, Send

from isocenter.base.errors import IsocenterError
from isocenter.web import capabilities, delete, metadata, qido, stow
from isocenter.web.gate import DICOM_WEB, Gate
from isocenter.web.house import WebHouse
from isocenter.web.problems import on_error, on_http_exception
from isocenter.web.retrieval import Retrieval
from isocenter.web.technician import Technician
from isocenter.web.workstation import Workstation

_API = "/api/{rest:path}"


def app(api: ASGIApp, house: WebHouse | None = None, *, hides_patients: bool = False) -> ASGIApp:
    """The ASGI application over one house; `api` is that of `web.api`, without `house` there is no DICOMweb.

    `hides_patients`: in technician mode nothing that says who a patient is leaves.
    """
    routes: list[BaseRoute] = [Route(_API, api)]
    page = Mount("/", Workstation())
    if house is None:
        return Gate(Starlette(routes=[*routes, page], exception_handlers=EXPLAINED))
    retrieval = Retrieval(house)
    routes.append(Mount(DICOM_WEB, routes=[*retrieval.routes(), *dicom_web(house)]))
    inside = Starlette(routes=[*routes, page], exception_handlers=EXPLAINED)

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        await ((retrieval.frames.at_once(scope) if scope["type"] == "http" else None) or inside)(scope, receive, send)

    return Gate(Technician(answered, secrets.randbits(64)) if hides_patients else answered, house.origins)


def dicom_web(house: WebHouse) -> list[BaseRoute]:
    """What the rooms of DICOMweb bring: the first that fits path and method answers."""
    return [*stow.routes(house), *qido.routes(house), *metadata.routes(house), *delete.routes(house), *capabilities.routes(house)]


EXPLAINED: Mapping[Any, ExceptionHandler] = {
    HTTPException: on_http_exception,
    IsocenterError: on_error,
    FileNotFoundError: on_error,
    Exception: on_error,
}
"""How an error that a route lets through is answered."""
