"""Technician mode: nothing that says who a patient is leaves over HTTP, whatever asks for it.

Every answer passes here while the setting `technician` is on. JSON goes out with tokens in place of patients, and so does what is
told live; pictures and frames go out, since pixels show how a device works; documents, bulk data, whole instances and whatever else
may name a patient are refused. What is not known to be harmless is refused too. Changes and arriving instances pass as ever.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isocenter.dicomweb.masking import Mask
from isocenter.web.gate import DICOM_WEB
from isocenter.web.problems import problem

_API = "/api/"
_JSON = (b"application/json", b"application/dicom+json", b"application/problem+json")
_LIVE = b"text/event-stream"
_PIXELS = ("/rendered", "/thumbnail")
_FRAMES = "/frames/"
_BULK_DATA = "/bulkdata"
_WITHHELD = ("/document",)
"""Ends of paths whose text is free: a report of an examination may name its patient anywhere."""
_OF_PIXELS = (0x0028, 0x5400, 0x7FE0, *range(0x6000, 0x6020, 2))
"""Groups whose bulk data is numbers: tables of grey and colour, waveforms, pixels, overlays."""
_CAPTURE = "/api/inspector/export"
HARMLESS = ("/api/openapi.json", "/api/setup-sheet", "/api/setup-sheets", "/api/reports", _CAPTURE)
"""Answers that are no JSON and never hold a patient, papers about devices among them; what lies below them, too."""
_NAMES = "names"
_NO = ("", "0", "false", "f", "no", "n", "off")
_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_REFUSAL = "This archive is in technician mode: what may say who a patient is does not leave it."


class Technician:
    """A ring inside the gate; `key` makes the tokens."""

    def __init__(self, app: ASGIApp, key: int) -> None:
        self._app = app
        self._mask = Mask(key)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith((_API, DICOM_WEB)):
            await self._app(scope, receive, send)
            return
        if _is_withheld(path) or (path == _CAPTURE and _asks_for_names(scope)):
            await problem(403, _REFUSAL)(scope, receive, send)
            return
        # What is packed could not be looked into.
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        answer = _Answer(self._mask, path, send)
        await self._app({**scope, "headers": headers}, receive, answer.send)
        if answer.is_refused:
            await problem(403, _REFUSAL)(scope, receive, send)


def _is_harmless(path: str) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in HARMLESS)


def _is_withheld(path: str) -> bool:
    """Whether a path leads to free text, or to bytes that may be of a patient."""
    return (path.endswith(_WITHHELD) and not _is_harmless(path)) or (_BULK_DATA in path and not _is_of_pixels(path))


def _asks_for_names(scope: Scope) -> bool:
    """Whether a capture is wanted with its patients: it would come without, which who asked must know."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True).get(_NAMES, [])
    return any(value.strip().lower() not in _NO for value in asked)


def _is_of_pixels(path: str) -> bool:
    """Whether a path of bulk data leads to numbers that show how a device works."""
    tag = path.rpartition("/")[2]
    return _TAG.fullmatch(tag) is not None and int(tag[:4], 16) in _OF_PIXELS


class _Answer:
    """One answer on its way out: passed on, masked, or refused."""

    def __init__(self, mask: Mask, path: str, send: Send) -> None:
        self._mask = mask
        self._path = path
        self._send = send
        self._start: Message | None = None
        self._held = bytearray()
        self._is_live = False
        self._passes = False
        self.is_refused = False

    async def send(self, message: Message) -> None:
        """In the place of the server's own."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self.is_refused:
            return
        elif self._passes or message["type"] != "http.response.body":
            await self._send(message)
        elif self._is_live:
            await self._send({**message, "body": self._events(message.get("body", b""))})
        else:
            self._held += message.get("body", b"")
            if not message.get("more_body"):
                await self._end()

    async def _begin(self, message: Message) -> None:
        kind = dict(message["headers"]).get(b"content-type", b"")
        if kind.startswith(_LIVE):
            self._is_live = True
            await self._send(message)
        elif kind.startswith(_JSON):
            self._start = message
        elif not kind or message["status"] in (204, 304) or self._is_harmless(kind):
            self._passes = True
            await self._send(message)
        else:
            self.is_refused = True

    def _is_harmless(self, kind: bytes) -> bool:
        if self._path.startswith(DICOM_WEB):
            shows = self._path.endswith(_PIXELS) or _FRAMES in self._path or _BULK_DATA in self._path
            return (
                shows
                and b"application/dicom" not in kind
                and kind.startswith((b"image/", b"multipart/related", b"application/octet-stream"))
            )
        return _is_harmless(self._path)

    async def _end(self) -> None:
        """All of a JSON answer is here."""
        assert self._start is not None, "an answer begins before its body"
        body = json.dumps(self._mask.masked(json.loads(self._held)), ensure_ascii=False).encode() if self._held else b""
        lengths = (b"content-length", b"etag")
        headers = [(name, value) for name, value in self._start["headers"] if name not in lengths]
        await self._send({**self._start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await self._send({"type": "http.response.body", "body": body})

    def _events(self, body: bytes) -> bytes:
        """Those server-sent events that are whole; the rest waits for its end."""
        self._held += body
        whole, mark, rest = bytes(self._held).rpartition(b"\n\n")
        self._held = bytearray(rest)
        lines = [self._line(line) for line in (whole + mark).split(b"\n")]
        return b"\n".join(lines)

    def _line(self, line: bytes) -> bytes:
        name, colon, value = line.partition(b":")
        if name != b"data" or not colon:
            return line
        words: Any = json.loads(value)
        return b"data: " + json.dumps(self._mask.masked(words), ensure_ascii=False).encode()
