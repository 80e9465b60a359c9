"""One HTTP connection, within bounds: what a client may send before it is understood, and how long it may take to listen.

uvicorn speaks HTTP/1.1 with httptools, whose parser is strict; it bounds neither heads nor silence. Here a head has its bytes, its
number of fields and its seconds; a body that stops coming, and a client that stops reading, end the connection. A refusal has the
one JSON shape of all errors. Nothing is held per connection but counters.
"""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from isocenter.base.limits import (
    HTTP_CONNECTIONS_MAX,
    HTTP_HEAD_BYTES_MAX,
    HTTP_HEAD_SECONDS,
    HTTP_HEADERS_MAX,
    HTTP_LOOK_SECONDS,
    HTTP_SILENCE_SECONDS,
    HTTP_TARGET_BYTES_MAX,
)
from isocenter.dicomweb import problems

_log = logging.getLogger("isocenter.web.connection")


def _is_fault(record: logging.LogRecord) -> bool:
    """What uvicorn says of a connection: only our faults are worth a line; a flood of nonsense is not, nor our own stop."""
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    return error is not None and not isinstance(error, asyncio.CancelledError)


_log.addFilter(_is_fault)


class _Refused(Exception):
    """Raised through the parser, which then takes nothing more."""


class BoundedConnection(HttpToolsProtocol):
    """The protocol class for `uvicorn.Config(http=...)`. Used by the event loop only."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.logger = _log
        self._refusal: tuple[int, str] | None = None
        self._in_head = True
        self._head_bytes = 0
        self._head_since: float | None = None
        self._heard = 0.0
        self._unwritten = 0
        self._unwritten_since: float | None = None
        self._next_look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Turned away at once where there are too many, so that they cannot use up what DICOM needs to accept callers."""
        super().connection_made(transport)
        self._heard = self._head_since = self.loop.time()
        if len(self.connections) > HTTP_CONNECTIONS_MAX:
            self._refuse(503, f"{HTTP_CONNECTIONS_MAX} connections are open, and there may not be more")
            return
        self._next_look = self.loop.call_later(HTTP_LOOK_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._next_look is not None:
            self._next_look.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refusal is not None:
            return
        self._heard = self.loop.time()
        if self._in_head:
            if self._head_since is None:
                self._head_since = self._heard
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HTTP_HEAD_BYTES_MAX and self._refusal is None:
            self._refuse(431, f"the head of the request is longer than {HTTP_HEAD_BYTES_MAX} bytes")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        self._in_head, self._head_bytes, self._head_since = False, 0, None
        headers = self.headers
        if len(self.url) > HTTP_TARGET_BYTES_MAX:
            raise self._refused(414, f"path and query are longer than {HTTP_TARGET_BYTES_MAX} bytes")
        if len(headers) > HTTP_HEADERS_MAX:
            raise self._refused(431, f"there are more than {HTTP_HEADERS_MAX} header fields")
        if sum(len(name) + len(value) for name, value in headers) > HTTP_HEAD_BYTES_MAX:
            raise self._refused(431, f"the head of the request is longer than {HTTP_HEAD_BYTES_MAX} bytes")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head = True

    def send_400_response(self, msg: str) -> None:
        """The parser gave up: over what we refused, or over what is no HTTP."""
        status, detail = self._refusal or (400, "this is not HTTP/1.1 that can be read")
        self._refuse(status, detail)

    def _refused(self, status: int, detail: str) -> _Refused:
        self._refusal = (status, detail)
        return _Refused()

    def _refuse(self, status: int, detail: str) -> None:
        """Say why, and close. Only said where no answer is under way, which the words would fall into."""
        self._refusal = (status, detail)
        if self.cycle is None or self.cycle.response_complete:
            body = problems.body(status, detail)
            head = (
                f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {problems.MEDIA_TYPE}\r\n"
                f"Content-Length: {len(body)}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
            )
            self.transport.write(head.encode("ascii") + body)
        self.transport.close()

    def _look(self) -> None:
        """From time to time: is the client still there?"""
        now = self.loop.time()
        if self._head_since is not None and now - self._head_since > HTTP_HEAD_SECONDS:
            self._refuse(408, f"the head of the request did not come within {HTTP_HEAD_SECONDS:g} seconds")
            return
        waits_for_body = self.cycle is not None and self.cycle.more_body and not self.cycle.response_complete
        if waits_for_body and not self.flow.read_paused and now - self._heard > HTTP_SILENCE_SECONDS:
            self.transport.abort()
            return
        unwritten = self.transport.get_write_buffer_size()
        if not unwritten or unwritten != self._unwritten:
            self._unwritten, self._unwritten_since = unwritten, now
        elif self._unwritten_since is not None and now - self._unwritten_since > HTTP_SILENCE_SECONDS:
            self.transport.abort()
            return
        self._next_look = self.loop.call_later(HTTP_LOOK_SECONDS, self._look)
