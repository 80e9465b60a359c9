"""What went wrong, as an answer: one JSON shape for all of HTTP, `{"status": ..., "detail": ...}`.

In comes an error of the house or a status with a sentence, out goes a response. No answer may show a stack trace or a path of
this computer; what nobody foresaw goes to the log and is answered with 500.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from isocenter.base.errors import Exhausted, IsocenterError, LocalError, UnreadableDataset, UsageError, VolumeFailed

_log = logging.getLogger("isocenter.web")

_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (UsageError, 400),
    (FileNotFoundError, 404),
    (LocalError, 406),
    (UnreadableDataset, 422),
    (Exhausted, 503),
    (VolumeFailed, 507),
)
"""Which status answers which error, where the route does not know better."""


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that got nothing else; `detail` is one sentence for a person."""
    return JSONResponse({"status": status, "detail": detail}, status_code=status, headers=headers)


def status_of(error: Exception) -> int:
    """The HTTP status of an error of the house; 500 for one that nobody foresaw."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


def explained(error: Exception) -> Response:
    """The answer for an error that a route let through."""
    status = status_of(error)
    if isinstance(error, FileNotFoundError):
        return problem(404, "It is not here any more.")
    if isinstance(error, IsocenterError) and status != 500:
        return problem(status, str(error))
    _log.error("A request could not be answered", exc_info=error)
    return problem(500, "The request could not be answered; the log of this server says why.")


async def on_error(_request: Request, error: Exception) -> Response:
    """For Starlette: errors of the house."""
    return explained(error)


async def on_http_exception(_request: Request, error: Exception) -> Response:
    """For Starlette: no such path, no such method."""
    assert isinstance(error, HTTPException)
    said = str(error.detail)
    if said == HTTPStatus(error.status_code).phrase:
        said = _SENTENCES.get(error.status_code, said)
    return problem(error.status_code, said, error.headers)


_SENTENCES = {404: "There is nothing under this path.", 405: "The path does not know this method."}
