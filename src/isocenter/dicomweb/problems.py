"""Errors over HTTP: which status, and the one shape of their body (PS3.18 8.5, RFC 9457).

A status of the table below and a sentence come in; the bytes of a JSON object go out, with `status`, `title` and `detail`. The
sentence names what was wrong and where. What this computer's folders or another patient's values are called may never stand in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from isocenter.base.errors import IsocenterError
from isocenter.base.limits import PROBLEM_CHARACTERS_MAX

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class HttpStatus:
    """One row: `meaning` says when we answer with it."""

    code: int
    title: str
    meaning: str


STATUSES: tuple[HttpStatus, ...] = (
    HttpStatus(200, "OK", "Everything that was asked for is in the answer, or was stored."),
    HttpStatus(202, "Accepted", "Some instances were stored, or some with a warning; the body says what became of each."),
    HttpStatus(204, "No Content", "Nothing matched the search, or the deletion is done."),
    HttpStatus(206, "Partial Content", "The part of a value that the header Range asked for."),
    HttpStatus(304, "Not Modified", "What the client has already, by its entity tag."),
    HttpStatus(400, "Bad Request", "The path, a parameter, a header or the body breaks the rules; the body says which and how."),
    HttpStatus(403, "Forbidden", "Understood, and not allowed here: a change from a foreign page."),
    HttpStatus(404, "Not Found", "There is no such resource: no such path, or nothing with that UID."),
    HttpStatus(
        405,
        "Method Not Allowed",
        "The resource does not know the method, or a setting keeps it off; Allow has those that it knows.",
    ),
    HttpStatus(406, "Not Acceptable", "No media type or transfer syntax that was accepted can be made of what is stored."),
    HttpStatus(408, "Request Timeout", "The head of the request did not come in time."),
    HttpStatus(409, "Conflict", "None of the instances could be stored; the body says why, one by one."),
    HttpStatus(413, "Content Too Large", "The body, or a part of it, is larger than we bound."),
    HttpStatus(414, "URI Too Long", "The path and its parameters are longer than we bound."),
    HttpStatus(415, "Unsupported Media Type", "The body is of a type or a coding that is not taken here."),
    HttpStatus(416, "Range Not Satisfiable", "The header Range asks for bytes behind the end."),
    HttpStatus(421, "Misdirected Request", "The header Host names another computer."),
    HttpStatus(431, "Request Header Fields Too Large", "The headers are larger than we bound."),
    HttpStatus(500, "Internal Server Error", "A fault of ours; the log says which."),
    HttpStatus(501, "Not Implemented", "The standard has it, this archive has not."),
    HttpStatus(503, "Service Unavailable", "Too much is asked at once, or the work took more than its time or memory."),
    HttpStatus(507, "Insufficient Storage", "The disk is full or has failed; what was not acknowledged is not kept."),
)
"""Every status that DICOMweb answers with here, for the conformance statement."""

TITLES: dict[int, str] = {row.code: row.title for row in STATUSES}


class Problem(IsocenterError):
    """A request that is answered with an error: `status` is a row of `STATUSES`, the text is its `detail`.

    `headers` go into the answer beside the body, such as Content-Range with 416.
    """

    def __init__(self, status: int, detail: str, *, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers

    def body(self) -> bytes:
        """The JSON object that tells it."""
        return body(self.status, self.detail)


def body(status: int, detail: str) -> bytes:
    """The JSON object of an error, of the media type `MEDIA_TYPE`: a sentence that is too long is cut."""
    if len(detail) > PROBLEM_CHARACTERS_MAX:
        detail = detail[: PROBLEM_CHARACTERS_MAX - 3] + "..."
    return json.dumps({"status": status, "title": TITLES.get(status, "Error"), "detail": detail}).encode()


def quoted(text: str, characters_max: int = 80) -> str:
    """What somebody sent, fit to stand in a sentence: printable, in quotation marks, cut where it is long."""
    short = text if len(text) <= characters_max else text[: characters_max - 3] + "..."
    return '"' + "".join(character if character.isprintable() else "?" for character in short) + '"'
