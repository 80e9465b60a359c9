"""Data sets made by hand for tests: elements, items and sequences as bytes."""

from __future__ import annotations

import struct

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0\0\0\0\0", b"\xfe\xff\xdd\xe0\0\0\0\0"
LONG = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
IMPLICIT, EXPLICIT, DEFLATED, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"
JPEG = "1.2.840.10008.1.2.4.50"


def explicit(tag: int, vr: str, value: bytes, length: int | None = None) -> bytes:
    start = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr.encode()
    length = len(value) if length is None else length
    return start + (struct.pack("<HI", 0, length) if vr in LONG else struct.pack("<H", length)) + value


def implicit(tag: int, value: bytes, length: int | None = None) -> bytes:
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, len(value) if length is None else length) + value


def item(content: bytes, *, defined: bool = True) -> bytes:
    return ITEM + (struct.pack("<I", len(content)) + content if defined else struct.pack("<I", UNDEFINED) + content + ITEM_END)


def sequence(tag: int, *items: bytes, defined: bool = True, vr: str = "SQ") -> bytes:
    content = b"".join(items)
    return explicit(tag, vr, content) if defined else explicit(tag, vr, content + SEQUENCE_END, UNDEFINED)


def fragments(tag: int, *pieces: bytes) -> bytes:
    content = b"".join(item(piece) for piece in (b"", *pieces))
    return explicit(tag, "OB", content + SEQUENCE_END, UNDEFINED)
