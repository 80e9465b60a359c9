"""One value as a body of its own, whole or in parts (PS3.18 8.6.1, RFC 9110 14).

Bytes in memory, followed by stretches of a stored file, come in with the headers of a request; the answer goes out: all of it, the
one range that was asked for, or several as parts. A range of something else than the client began with is never given out: where
the header If-Range names another entity tag, all of it goes out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from starlette.requests import Request
from starlette.types import ASGIApp

from isocenter.base.limits import SEND_BYTES
from isocenter.dicomweb import ranges
from isocenter.dicomweb.media import OCTET_STREAM
from isocenter.dicomweb.multipart import MultipartWriter
from isocenter.dicomweb.ranges import ByteRange
from isocenter.model.records import Instance
from isocenter.web.house import WebHouse
from isocenter.web.sending import Buffer, Headers, Streamed, boundary, opened, stretches


class Value:
    """`content`, and after it the (offset in the data set, length) `pieces` of an instance's file; `length` bytes together."""

    def __init__(
        self, house: WebHouse, content: bytes = b"", instance: Instance | None = None, pieces: Sequence[tuple[int, int]] = ()
    ) -> None:
        self._house = house
        self._content = content
        self._instance = instance
        self._pieces = pieces
        self.length = len(content) + sum(length for _, length in pieces)

    @property
    def whole(self) -> ByteRange:
        """All of it."""
        return ByteRange(0, self.length)

    async def bytes(self, part: ByteRange) -> AsyncIterator[Buffer]:
        """A part of it, in chunks. Raises FileNotFoundError where the file is gone."""
        end = part.offset + part.length
        for offset in range(part.offset, min(end, len(self._content)), SEND_BYTES):
            yield self._content[offset : min(offset + SEND_BYTES, end)]
        if self._instance is None or end <= len(self._content):
            return
        async with opened(self._house.blobs, self._instance.blob) as blob:
            async for piece in stretches(blob, self._within(part.offset, end)):
                yield piece

    def _within(self, start: int, end: int) -> list[tuple[int, int]]:
        """The pieces of the file that hold the bytes from `start` to `end` of the value."""
        found = []
        position = len(self._content)
        for offset, length in self._pieces:
            first, last = max(start, position), min(end, position + length)
            if first < last:
                found.append((offset + first - position, last - first))
            position += length
        return found


def ranged(request: Request, value: Value, entity_tag: str, content_type: str, headers: Headers) -> ASGIApp:
    """The answer as one body, or what the header Range asks of it. Raises `Problem` 416 where no range holds a byte of it."""
    headers = [*headers, (b"accept-ranges", b"bytes"), (b"etag", entity_tag.encode("latin-1"))]
    asked: Sequence[ByteRange] = ()
    if ranges.unchanged(request.headers.get("if-range"), entity_tag):
        asked = ranges.ranges(request.headers.get("range"), value.length)
    kind = (b"content-type", content_type.encode("latin-1"))
    if not asked:
        return Streamed(value.bytes(value.whole), [*headers, kind], length=value.length)
    if len(asked) == 1:
        place = (b"content-range", asked[0].content_range(value.length).encode("ascii"))
        return Streamed(value.bytes(asked[0]), [*headers, kind, place], status=206, length=asked[0].length)
    writer = MultipartWriter(boundary(), content_type.partition(";")[0])
    parts = [(writer.part(content_type, ("Content-Range", part.content_range(value.length))), part) for part in asked]
    several = writer.content_type.replace("multipart/related", "multipart/byteranges", 1).encode("latin-1")
    return in_parts(writer, parts, value, [*headers, (b"content-type", several)], status=206)


def as_part(value: Value) -> ASGIApp:
    """The answer as the only part of a multipart body."""
    writer = MultipartWriter(boundary(), OCTET_STREAM)
    headers: Headers = [(b"content-type", writer.content_type.encode("latin-1"))]
    return in_parts(writer, [(writer.part(OCTET_STREAM), value.whole)], value, headers)


def in_parts(
    writer: MultipartWriter, parts: Sequence[tuple[bytes, ByteRange]], value: Value, headers: Headers, *, status: int = 200
) -> ASGIApp:
    """Parts of a value, each with what stands before it."""
    end = writer.end()
    length = sum(len(head) + part.length for head, part in parts) + len(end)

    async def pieces() -> AsyncIterator[Buffer]:
        for head, part in parts:
            yield head
            async for piece in value.bytes(part):
                yield piece
        yield end

    return Streamed(pieces(), headers, status=status, length=length)
