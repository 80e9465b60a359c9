"""multipart/related, both ways (PS3.18 8.6.1.2, RFC 2046 5.1, RFC 2387).

Reading: the body's bytes in runs of any size come in; the beginning of each part with its headers, its bytes as views that are only
lent, and its end go out, as soon as they are known. No more is held than a delimiter or the headers of one part. `Problem` 400 for
a body that breaks the form, 413 for one that is larger in any way than we bound. Writing: the bytes between the parts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from isocenter.base.limits import (
    MULTIPART_BOUNDARY_CHARACTERS_MAX,
    MULTIPART_HEADER_BYTES_MAX,
    MULTIPART_OUTSIDE_BYTES_MAX,
    MULTIPART_PARTS_MAX,
)
from isocenter.dicomweb.media import MULTIPART_RELATED, MediaType, media_type
from isocenter.dicomweb.problems import Problem, quoted

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]*[0-9A-Za-z'()+_,./:=?-]")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_PADDING_MAX = 64
_HEAD_BYTES_MAX = MULTIPART_HEADER_BYTES_MAX + len(b"\r\n" + b"\r\n\r\n")
"""The headers between the end of the delimiter's line and the empty line after them."""


@dataclass(frozen=True, slots=True)
class PartBegan:
    """The headers of the next part, names in lower case."""

    number: int
    headers: Mapping[str, str]

    @property
    def content_type(self) -> MediaType:
        """What the part is; `application/dicom` is to be assumed where it does not say. Raises `Problem` 400."""
        return media_type(self.headers.get("content-type") or "application/dicom")


@dataclass(frozen=True, slots=True)
class PartBytes:
    """Some of a part; the view is lent until the next event is asked for."""

    view: memoryview


@dataclass(frozen=True, slots=True)
class PartEnded:
    """The part is complete."""

    number: int


Event = PartBegan | PartBytes | PartEnded


class _State(Enum):
    PREAMBLE = 0
    DELIMITER = 1
    HEADERS = 2
    BODY = 3
    EPILOGUE = 4


def related(content_type: str) -> tuple[str, bytes]:
    """The type of the root part and the boundary of a multipart/related Content-Type; the type is empty where none is named.

    Raises `Problem` 415 for another media type, 400 where there is no boundary or none that RFC 2046 allows.
    """
    found = media_type(content_type)
    if found.essence != MULTIPART_RELATED:
        raise Problem(415, f"the body is {found.essence}, not {MULTIPART_RELATED}")
    boundary = found.parameter("boundary")
    if not boundary:
        raise Problem(400, "Content-Type names no boundary")
    if len(boundary) > MULTIPART_BOUNDARY_CHARACTERS_MAX or _BOUNDARY.fullmatch(boundary) is None:
        raise Problem(400, f"{quoted(boundary)} is no boundary (RFC 2046 5.1.1)")
    return found.parameter("type").strip().lower(), boundary.encode("ascii")


class MultipartReader:
    """One body; give it every run of bytes with `feed`, and call `close` at their end."""

    def __init__(self, boundary: bytes) -> None:
        self.parts = 0
        self._delimiter = b"\r\n--" + boundary
        self._state = _State.PREAMBLE
        self._before = _State.PREAMBLE
        # The first delimiter may stand at the very beginning, without a line end before it.
        self._held = b"\r\n"
        self._outside = 0
        self._fault: Problem | None = None

    def feed(self, run: bytes | memoryview) -> list[Event]:
        """What these bytes tell; views in it are lent until the next `feed`.

        Raises `Problem` 400 and 413; where something was told before the fault, at the next call, so that nothing is lost.
        """
        if self._fault is not None:
            raise self._fault
        content = b"".join((self._held, run)) if self._held else bytes(run)
        self._held = b""
        events: list[Event] = []
        try:
            self._read(content, events)
        except Problem as fault:
            self._fault = fault
            if not events:
                raise
        return events

    def _read(self, content: bytes, events: list[Event]) -> None:
        position = 0
        while position < len(content):
            if self._state is _State.DELIMITER:
                reached = self._delimiter_line(content, position, events)
            elif self._state is _State.HEADERS:
                reached = self._headers(content, position, events)
            elif self._state is _State.EPILOGUE:
                self._count_outside(len(content) - position)
                break
            else:
                reached = self._until_delimiter(content, position, events)
            if reached is None:  # more has to come before this can be decided
                self._held = content[position:]
                break
            position = reached

    def close(self) -> None:
        """The body is at its end. Raises `Problem` 400 where its last delimiter has not come, or where it has no part."""
        if self._fault is not None:
            raise self._fault
        if not self.parts and self._state in (_State.PREAMBLE, _State.EPILOGUE):
            raise Problem(400, "the body has no part between its boundaries")
        if self._state is not _State.EPILOGUE:
            raise Problem(400, f"the body ends before its last boundary, in part {max(self.parts, 1)}")

    def _until_delimiter(self, content: bytes, position: int, events: list[Event]) -> int | None:
        """Past the next delimiter, or to where one may begin at the end of these bytes."""
        found = content.find(self._delimiter, position)
        if found >= 0:
            self._tell(content, position, found, events)
            self._before, self._state = self._state, _State.DELIMITER
            return found + len(self._delimiter)
        stop = self._beginning(content, position)
        self._tell(content, position, stop, events)
        return stop if stop > position else None

    def _beginning(self, content: bytes, position: int) -> int:
        """Where the beginning of a delimiter stands that these bytes end with; their length where there is none."""
        start = content.rfind(b"\r", max(position, len(content) - len(self._delimiter) + 1))
        # A delimiter has one carriage return, its first byte: only the last one of these bytes can begin it.
        return start if start >= 0 and self._delimiter.startswith(content[start:]) else len(content)

    def _tell(self, content: bytes, start: int, stop: int, events: list[Event]) -> None:
        if self._state is _State.PREAMBLE:
            self._count_outside(stop - start)
        elif stop > start:
            events.append(PartBytes(memoryview(content)[start:stop]))

    def _count_outside(self, count: int) -> None:
        self._outside += count
        if self._outside > MULTIPART_OUTSIDE_BYTES_MAX:
            raise Problem(413, f"more than {MULTIPART_OUTSIDE_BYTES_MAX} bytes stand before the first part or after the last")

    def _delimiter_line(self, content: bytes, position: int, events: list[Event]) -> int | None:
        """Past what follows a delimiter: two hyphens, or padding up to a line end, which is left to the headers.

        Anything else means that it was no delimiter: content may hold a line that begins like one (RFC 2046 5.1.1).
        """
        stop = position
        while stop < len(content) and stop - position < _PADDING_MAX and content[stop] in b" \t":
            stop += 1
        ahead = content[stop : stop + 2]
        if ahead == b"\r\n" or (ahead == b"--" and stop == position):
            if self._before is _State.BODY:
                events.append(PartEnded(self.parts))
            self._state = _State.EPILOGUE if ahead == b"--" else _State.HEADERS
            return stop + 2 if ahead == b"--" else stop
        if b"\r\n".startswith(ahead) or (ahead == b"-" and stop == position):
            return None
        self._state = self._before
        self._tell(self._delimiter, 0, len(self._delimiter), events)
        return position

    def _headers(self, content: bytes, position: int, events: list[Event]) -> int | None:
        """Past the empty line after the headers of a part."""
        stop = content.find(b"\r\n\r\n", position, position + _HEAD_BYTES_MAX)
        if stop < 0:
            if len(content) - position >= _HEAD_BYTES_MAX:
                raise Problem(413, f"the headers of part {self.parts + 1} are longer than {MULTIPART_HEADER_BYTES_MAX} bytes")
            return None
        self.parts += 1
        if self.parts > MULTIPART_PARTS_MAX:
            raise Problem(413, f"the body has more than {MULTIPART_PARTS_MAX} parts")
        events.append(PartBegan(self.parts, self._fields(content[position + 2 : stop + 2].decode("latin-1"))))
        self._state = _State.BODY
        return stop + 4

    def _fields(self, text: str) -> dict[str, str]:
        headers: dict[str, str] = {}
        for line in text.split("\r\n")[:-1]:
            name, colon, value = line.partition(":")
            if not colon or _NAME.fullmatch(name) is None or _VALUE.fullmatch(value) is None:
                raise Problem(400, f"part {self.parts} has a header that cannot be read: {quoted(line)}")
            if name.lower() in headers:
                raise Problem(400, f"part {self.parts} has the header {name} twice")
            headers[name.lower()] = value.strip(" \t")
        return headers


class MultipartWriter:
    """The bytes between the parts of one answer; `boundary` is fresh and random, so that no part holds it."""

    def __init__(self, boundary: str, root_type: str) -> None:
        self._boundary = boundary
        self._begun = False
        self.content_type = f'{MULTIPART_RELATED}; type="{root_type}"; boundary={boundary}'

    def part(self, content_type: str, *headers: tuple[str, str]) -> bytes:
        """What stands before the bytes of the next part."""
        lines = [f"--{self._boundary}", f"Content-Type: {content_type}", *(f"{name}: {value}" for name, value in headers), "", ""]
        text = "\r\n".join(["", *lines] if self._begun else lines)
        self._begun = True
        return text.encode("latin-1")

    def end(self) -> bytes:
        """What stands after the last part."""
        return f"\r\n--{self._boundary}--\r\n".encode("latin-1")
