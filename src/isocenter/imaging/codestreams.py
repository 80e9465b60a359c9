"""What a codestream says of itself in its first bytes: width, height, components, precision.

Comes in: the bytes of one frame. Goes out: a `Codestream`, before any codec sees them: a codec allocates what the header claims,
and a header of 20 bytes may claim gigabytes. No sample is decoded here. The headers are those of
ISO 10918-1 (JPEG), 14495-1 (JPEG-LS), 15444-1 (JPEG 2000) and 18181-1 (JPEG XL).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import JPEG_2000_TILES_MAX

_JPEG_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}
"""Start of frame of every JPEG process, and of JPEG-LS; C4, C8 and CC are tables and an extension."""
_JPEG_LONE_MARKERS = frozenset({0x01, 0xD8, *range(0xD0, 0xD8)})
_JXL_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_JXL_SIGNATURE = b"\x00\x00\x00\x0cJXL \r\n\x87\n"


@dataclass(frozen=True, slots=True)
class Codestream:
    """A frame as its own header describes it. `precision` 0 and `components` 0 mean that the header keeps them further in.

    `start` is where the codestream begins, `marker` the JPEG start-of-frame marker (0 for others).
    """

    columns: int
    rows: int
    components: int
    precision: int
    signed: bool = False
    start: int = 0
    marker: int = 0


def jpeg(codestream: bytes) -> Codestream:
    """The frame header of a JPEG or JPEG-LS codestream; what stands before its SOI is skipped, as decoders do."""
    start = codestream.find(b"\xff\xd8\xff")
    if start < 0:
        raise UnreadableDataset("a JPEG codestream without start of image (FFD8)")
    position = start
    while position + 4 <= len(codestream):
        if codestream[position] != 0xFF:
            raise UnreadableDataset("a JPEG codestream with bytes between its segments", offset=position)
        marker = codestream[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker in _JPEG_LONE_MARKERS:
            position += 2
        elif marker in _JPEG_FRAME_MARKERS:
            if position + 10 > len(codestream):
                break
            precision, rows, columns, components = struct.unpack_from(">BHHB", codestream, position + 4)
            return Codestream(columns, rows, components, precision, start=start, marker=marker)
        elif marker in (0xD9, 0xDA):
            break
        else:
            position += 2 + max(2, int.from_bytes(codestream[position + 2 : position + 4], "big"))
    raise UnreadableDataset("a JPEG codestream without a frame header", offset=min(position, len(codestream)))


def jpeg_2000(codestream: bytes) -> Codestream:
    """The SIZ segment of a JPEG 2000 or High-Throughput JPEG 2000 codestream, in a JP2 box or bare."""
    start = codestream.find(b"\xff\x4f\xff\x51")
    if start < 0 or len(codestream) < start + 42:
        raise UnreadableDataset("a JPEG 2000 codestream without its SIZ segment")
    fields = struct.unpack_from(">LLLLLLLLH", codestream, start + 8)
    right, bottom, left, top, tile_width, tile_height, tile_left, tile_top, components = fields
    if right <= left or bottom <= top or tile_width == 0 or tile_height == 0:
        raise UnreadableDataset("a JPEG 2000 codestream with an empty image or tile", offset=start)
    tiles = -(-(right - tile_left) // tile_width) * -(-(bottom - tile_top) // tile_height)
    if not 0 < tiles <= JPEG_2000_TILES_MAX:
        raise UnreadableDataset(f"a JPEG 2000 codestream of {tiles} tiles", offset=start)
    first = start + 42
    if components == 0 or len(codestream) < first + 3 * components:
        raise UnreadableDataset("a JPEG 2000 codestream whose SIZ segment is cut off", offset=start)
    of_component = [tuple(codestream[first + 3 * index : first + 3 * index + 3]) for index in range(components)]
    if any(component != of_component[0] for component in of_component) or of_component[0][1:] != (1, 1):
        raise UnreadableDataset("a JPEG 2000 codestream whose components differ in size or precision", offset=first)
    depth = of_component[0][0]
    return Codestream(right - left, bottom - top, components, (depth & 0x7F) + 1, bool(depth & 0x80), start)


def jpeg_xl(codestream: bytes) -> Codestream:
    """The size header of a JPEG XL codestream, in its box format or bare."""
    start = 0
    if codestream.startswith(_JXL_SIGNATURE):
        start = _jpeg_xl_box(codestream)
    if codestream[start : start + 2] != b"\xff\x0a":
        raise UnreadableDataset("a JPEG XL codestream without its signature", offset=start)
    bits = int.from_bytes(codestream[start + 2 : start + 14].ljust(12, b"\0"), "little")

    def take(count: int) -> int:
        nonlocal bits
        value = bits & ((1 << count) - 1)
        bits >>= count
        return value

    def side(small: int) -> int:
        return (take(5) + 1) * 8 if small else take((9, 13, 18, 30)[take(2)]) + 1

    small = take(1)
    rows = side(small)
    ratio = take(3)
    columns = rows * _JXL_RATIOS[ratio - 1][0] // _JXL_RATIOS[ratio - 1][1] if ratio else side(small)
    return Codestream(columns, rows, 0, 0, start=start)


def _jpeg_xl_box(codestream: bytes) -> int:
    """Where the codestream begins in the boxes of ISO 18181-2."""
    position = 0
    while position + 8 <= len(codestream):
        length, kind = int.from_bytes(codestream[position : position + 4], "big"), codestream[position + 4 : position + 8]
        if kind == b"jxlc":
            return position + 8
        if kind == b"jxlp":
            return position + 12
        if length < 8:
            break
        position += length
    raise UnreadableDataset("a JPEG XL file without a codestream box", offset=position)


def jpeg_colour(codestream: bytes) -> str:
    """What the three components of a lossy JPEG are, as its own markers say: "RGB", "YBR_FULL", or "" where they say nothing.

    An Adobe segment decides (transform 0 is RGB), then a JFIF one (always YBR), then components that are called R, G and B.
    """
    position = codestream.find(b"\xff\xd8\xff")
    jfif = False
    while position >= 0 and position + 4 <= len(codestream):
        marker = codestream[position + 1]
        if codestream[position] != 0xFF or marker in (0xD9, 0xDA):
            break
        if marker == 0xFF or marker in _JPEG_LONE_MARKERS:
            position += 1 if marker == 0xFF else 2
            continue
        length = max(2, int.from_bytes(codestream[position + 2 : position + 4], "big"))
        segment = codestream[position + 4 : position + 2 + length]
        if marker == 0xEE and segment.startswith(b"Adobe") and len(segment) >= 12:
            return "RGB" if segment[11] == 0 else "YBR_FULL"
        jfif = jfif or (marker == 0xE0 and segment.startswith(b"JFIF\0"))
        if marker in _JPEG_FRAME_MARKERS:
            names = bytes(segment[6 + 3 * number] for number in range(3) if len(segment) > 6 + 3 * number)
            return "YBR_FULL" if jfif else "RGB" if names == b"RGB" else ""
        position += 2 + length
    return "YBR_FULL" if jfif else ""
