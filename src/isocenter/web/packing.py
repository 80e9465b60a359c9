"""JSON packed with gzip for the clients that take it; nothing else is ever packed: pixels are packed already, or do not gain.

An Accept-Encoding header and bytes come in, bytes go out; a stream stays a stream, and is packed in the thread pool.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from starlette.concurrency import run_in_threadpool

_CODING = re.compile(r"\s*(gzip|x-gzip|\*)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?", re.IGNORECASE)
_LEVEL = 1
"""JSON of a search shrinks to a tenth; the highest level would save a third of that and take eight times as long."""
_GZIP_FORM = 16 + zlib.MAX_WBITS


def takes_gzip(accept_encoding: str) -> bool:
    """Whether the client takes gzip (RFC 9110 12.5.3); one that says nothing does not."""
    qualities = {}
    for coding in accept_encoding.split(","):
        found = _CODING.fullmatch(coding)
        if found is not None:
            qualities[found[1].lower().removeprefix("x-")] = float(found[2] or 1)
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


async def packed(content: bytes) -> bytes:
    """One answer that is there whole."""
    return await run_in_threadpool(gzip.compress, content, _LEVEL, mtime=0)


async def packed_stream(pieces: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    """An answer piece by piece; `pieces` are closed with it, also where it is left early."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP_FORM)
    async with aclosing(pieces):
        async for piece in pieces:
            if out := await run_in_threadpool(packer.compress, piece):
                yield out
    yield packer.flush()
