"""Answers whose bytes come from stored files, sent piece by piece.

In come pieces, each bytes in memory or a stretch of an open blob; out go the messages of ASGI. No more than one chunk is held,
whatever is sent, all answers in pieces share one window, and reading stops when the client is gone.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from isocenter.base.errors import IsocenterError
from isocenter.base.limits import SEND_BYTES, SEND_BYTES_LEAST, SENT_TOGETHER_BYTES
from isocenter.model.ports import BlobReader, OpenBlob
from isocenter.web.stored import read

_log = logging.getLogger("isocenter.web")

Headers = list[tuple[bytes, bytes]]
Buffer = bytes | bytearray


def boundary() -> str:
    """A fresh boundary that nobody can guess, so that no stored bytes can hold it."""
    return os.urandom(16).hex()


@asynccontextmanager
async def opened(blobs: BlobReader, blob: str) -> AsyncIterator[OpenBlob]:
    """A stored file, opened in a thread. Raises FileNotFoundError where it is gone."""
    opening = blobs.open(blob)
    found = await run_in_threadpool(opening.__enter__)
    try:
        yield found
    finally:
        opening.__exit__(None, None, None)


class Window:
    """How much each answer under way may hold, so that all of them together stay small. Used by the event loop only."""

    def __init__(self) -> None:
        self._answers = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """While one answer more is under way."""
        self._answers += 1
        try:
            yield
        finally:
            self._answers -= 1

    @property
    def share(self) -> int:
        """Bytes that one answer may read at once now."""
        return max(SEND_BYTES_LEAST, min(SEND_BYTES, SENT_TOGETHER_BYTES // max(1, self._answers)))


window = Window()
"""That of this process: memory is what it bounds."""


class Whole:
    """An answer that is in memory. An ASGI application for one request."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, body: Buffer, headers: Headers, status: int = 200) -> None:
        self.body = body
        self.status = status
        self.headers = [*headers, (b"content-length", b"%d" % len(body))]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self.body})


class Streamed:
    """An answer that comes in pieces, of `length` bytes where that is known. An ASGI application for one request.

    A piece that cannot be had breaks it off: the connection ends before the answer does, and the log says why.
    """

    def __init__(self, pieces: AsyncIterator[Buffer], headers: Headers, *, status: int = 200, length: int | None = None) -> None:
        self._pieces = pieces
        self._status = status
        self._headers = headers if length is None else [*headers, (b"content-length", b"%d" % length)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self._status, "headers": self._headers})
        gone = asyncio.ensure_future(_gone(receive))
        try:
            if scope["method"] == "HEAD" or await self._sent(send, gone):
                await send({"type": "http.response.body", "body": b""})
        except (IsocenterError, FileNotFoundError) as error:
            # Without the last message the server ends the connection, which tells the client that something is missing.
            _log.warning("An answer to %s was broken off: %s", scope["path"], error)
        finally:
            gone.cancel()
            await _closed(self._pieces)

    async def _sent(self, send: Send, gone: asyncio.Future[None]) -> bool:
        """Send every piece; False where the client left before the last one."""
        with window.taken():
            async for piece in self._pieces:
                if gone.done():
                    return False
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        return True


async def _closed(pieces: AsyncIterator[Buffer]) -> None:
    close = getattr(pieces, "aclose", None)
    if close is not None:
        await close()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def stretches(blob: OpenBlob, pieces: Sequence[tuple[int, int]]) -> AsyncIterator[Buffer]:
    """The bytes of (offset in the data set, length) pieces, in chunks that are bounded. Raises FileNotFoundError."""
    for offset, length in pieces:
        offset += blob.dataset_offset
        end = offset + length
        while offset < end:
            count = min(window.share, end - offset)
            yield await read(blob, offset, count)
            offset += count
