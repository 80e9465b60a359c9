"""What went wrong, as an answer: the one JSON shape of `dicomweb.problems`, for all of HTTP.

In comes an error of the house or a status with a sentence, out goes a response. No answer may show a stack trace or a path of
this computer; what nobody foresaw goes to the log and is answered with 500.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from isocenter.base.errors import Exhausted, IsocenterError, LocalError, UnreadableDataset, UsageError, VolumeFailed
from isocenter.dicomweb import problems
from isocenter.dicomweb.problems import Problem

_log = logging.getLogger("isocenter.web")

_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (UsageError, 400),
    (FileNotFoundError, 404),
    (LocalError, 406),
    (UnreadableDataset, 406),
    (Exhausted, 503),
    (VolumeFailed, 507),
)
"""Which status answers which error, where the route does not know better."""


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer to a request that got nothing else; `detail` is one sentence for a person."""
    return Response(problems.body(status, detail), status, headers, problems.MEDIA_TYPE)


def as_problem(error: Exception) -> Problem:
    """An error that a route let through, as what is told of it; the log gets what nobody foresaw."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, FileNotFoundError):
        return Problem(404, "it is not here any more")
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    if isinstance(error, IsocenterError) and status != 500:
        return Problem(status, str(error))
    _log.error("A request could not be answered", exc_info=error)
    return Problem(500, "the request could not be answered; the log of this server says why")


def explained(error: Exception) -> Response:
    """The answer for an error that a route let through."""
    told = as_problem(error)
    return problem(told.status, told.detail, dict(told.headers))


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


_SENTENCES = {404: "there is nothing under this path", 405: "the path does not know this method"}
