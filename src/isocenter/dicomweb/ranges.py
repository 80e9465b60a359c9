"""Parts of a value: the header Range, and what answers it (RFC 9110 14, PS3.18 8.6.1).

The header and the length of the whole come in, the byte ranges go out; `Problem` 416 where none of them holds a byte. Nothing here
reads: an answer is never longer than the whole, however many ranges were asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from isocenter.base.limits import RANGES_MAX
from isocenter.dicomweb.problems import Problem

_UNIT = "bytes"
_SPECIFIER = re.compile(r"([0-9]{0,19})-([0-9]{0,19})")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """`length` bytes from `offset`, at least one."""

    offset: int
    length: int

    def content_range(self, whole: int) -> str:
        """The header Content-Range (RFC 9110 14.4)."""
        return f"bytes {self.offset}-{self.offset + self.length - 1}/{whole}"


def ranges(header: str | None, whole: int) -> tuple[ByteRange, ...]:
    """The parts that the header Range asks for of `whole` bytes, in the order asked; none means all of it.

    A header that cannot be read, of another unit or with too many ranges asks for nothing, as RFC 9110 14.2 has it; overlapping
    ranges become one. Raises `Problem` 416, with Content-Range, where every range begins behind the end.
    """
    if not header:
        return ()
    unit, equals, text = header.partition("=")
    specifiers = text.split(",", RANGES_MAX)
    if not equals or unit.strip().lower() != _UNIT or len(specifiers) > RANGES_MAX:
        return ()
    found: list[ByteRange] = []
    asked = 0
    for specifier in specifiers:
        if not specifier.strip():
            continue
        match = _SPECIFIER.fullmatch(specifier.strip())
        if match is None or match[0] == "-" or (match[1] and match[2] and int(match[2]) < int(match[1])):
            return ()
        asked += 1
        part = _part(match[1], match[2], whole)
        if part is not None:
            found.append(part)
    if asked and not found:
        raise Problem(416, f"there are {whole} bytes", headers=(("Content-Range", f"bytes */{whole}"),))
    return _joined(found)


def _part(first: str, last: str, whole: int) -> ByteRange | None:
    if not first:
        length = min(int(last), whole)
        return ByteRange(whole - length, length) if length else None
    offset = int(first)
    if offset >= whole:
        return None
    return ByteRange(offset, min(int(last) + 1 if last else whole, whole) - offset)


def _joined(found: list[ByteRange]) -> tuple[ByteRange, ...]:
    """Overlapping and adjacent ranges as one, each at the place of its first."""
    joined: list[ByteRange] = []
    for part in found:
        start, stop = part.offset, part.offset + part.length
        place = len(joined)
        for index in range(len(joined) - 1, -1, -1):
            other = joined[index]
            if start <= other.offset + other.length and other.offset <= stop:
                start, stop = min(start, other.offset), max(stop, other.offset + other.length)
                del joined[index]
                place = index
        joined.insert(place, ByteRange(start, stop - start))
    return tuple(joined)


def unchanged(if_range: str | None, entity_tag: str) -> bool:
    """Whether a Range may be answered in part: the header If-Range is absent, or names the strong entity tag that is there now."""
    return not if_range or (if_range.strip() == entity_tag and not entity_tag.startswith("W/"))
