"""Where the frames of an image are, without decoding any (PS3.5 8, A.4; PS3.3 C.7.6.3).

Comes in: a data set in one piece and its transfer syntax. Goes out: a `PixelMap`: what a frame looks like, and for each one the
pieces of the buffer that hold it. The size that the attributes promise is computed and compared with what is there before
anything is allocated; no offset of a table is believed that does not hit a fragment.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import FRAME_PIXELS_MAX
from isocenter.imaging.elements import PIXEL_DATA, Element, Reader, syntax_of, tag_text
from isocenter.standard import transfer_syntax
from isocenter.standard.transfer_syntax import TransferSyntax

EXTENDED_OFFSET_TABLE = 0x7FE00001
EXTENDED_OFFSET_TABLE_LENGTHS = 0x7FE00002
SAMPLES_PER_PIXEL = 0x00280002
PHOTOMETRIC_INTERPRETATION = 0x00280004
PLANAR_CONFIGURATION = 0x00280006
NUMBER_OF_FRAMES = 0x00280008
ROWS = 0x00280010
COLUMNS = 0x00280011
BITS_ALLOCATED = 0x00280100
BITS_STORED = 0x00280101
HIGH_BIT = 0x00280102
PIXEL_REPRESENTATION = 0x00280103
FLOAT_PIXEL_DATA = 0x7FE00008
DOUBLE_FLOAT_PIXEL_DATA = 0x7FE00009
Peek = Callable[[int, int], bytes | memoryview]
"""(offset, length) to the bytes there."""

_SUBSAMPLED = ("YBR_FULL_422", "YBR_PARTIAL_422")
_STARTS_OF_CODESTREAM = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\xff\x0a", b"\x00\x00\x00\x0cJXL ", b"\x00\x00\x00\x0cjP  ")


@dataclass(frozen=True, slots=True)
class PixelDescription:
    """The attributes of PS3.3 C.7.6.3 that say how a frame is laid out; checked by `described`."""

    rows: int
    columns: int
    samples_per_pixel: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    pixel_representation: int
    planar_configuration: int
    photometric_interpretation: str
    number_of_frames: int

    @property
    def frame_bits(self) -> int:
        """The size of one native frame, in bits; chroma that is sampled at every second pixel counts as one sample, not two."""
        samples = 2 if self.subsampled else self.samples_per_pixel
        return self.rows * self.columns * samples * self.bits_allocated

    @property
    def frame_byte_count(self) -> int:
        """The same in bytes, rounded up."""
        return (self.frame_bits + 7) // 8

    @property
    def subsampled(self) -> bool:
        """Whether a native frame stores two luminance samples with one pair of chrominance (PS3.3 C.7.6.3.1.2)."""
        return self.samples_per_pixel == 3 and self.photometric_interpretation in _SUBSAMPLED


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: the (offset, length) of its pieces; a native one-bit frame may begin at `first_bit` of its first byte."""

    pieces: tuple[tuple[int, int], ...]
    first_bit: int = 0

    @property
    def byte_count(self) -> int:
        return sum(length for _, length in self.pieces)


@dataclass(frozen=True, slots=True)
class PixelMap:
    """What `locate` found: where each frame lies in the buffer that it was given."""

    description: PixelDescription
    transfer_syntax: TransferSyntax
    encapsulated: bool
    vr: str
    frames: tuple[Frame, ...]


def locate(data_set: bytes | memoryview, syntax_uid: str) -> PixelMap:
    """Find the frames of Pixel Data (7FE0,0010) in a data set that is not deflated.

    Raises `LocalError` where it has none or is deflated as a whole, `UnreadableDataset` where attributes, offsets and lengths
    contradict each other.
    """
    syntax = transfer_syntax.of(syntax_uid)
    if syntax.deflated:
        raise LocalError("frames cannot be located in a deflated data set; inflate it first")
    view = memoryview(data_set)
    syntax = syntax_of(view, syntax)
    reader = Reader(view, explicit=syntax.explicit_vr, little=syntax.little_endian)
    return pixel_map(reader, reader.elements(0, len(view)), syntax)


def joined(view: memoryview, frame: Frame) -> bytes:
    """The bytes of a frame in one piece: a codestream, or native words."""
    return b"".join(view[offset : offset + length] for offset, length in frame.pieces)


def pixel_map(reader: Reader, elements: Sequence[Element], syntax: TransferSyntax) -> PixelMap:
    """The same as `locate` for the elements of one data set or item that were read already."""
    pixels = [element for element in elements if element.tag == PIXEL_DATA]
    if not pixels:
        raise LocalError("the data set has no Pixel Data (7FE0,0010)")
    if len(pixels) > 1:
        raise UnreadableDataset("Pixel Data (7FE0,0010) is there twice", offset=pixels[1].start)
    description = described(reader, elements)
    element = pixels[0]
    if element.fragments is None:
        return PixelMap(description, syntax, False, element.vr, _native_frames(element, description))
    frames = encapsulated_frames(
        element.fragments,
        description.number_of_frames,
        lambda offset, length: reader.view[offset : offset + length],
        extended=extended_offset_table(reader, elements),
        start=element.start,
    )
    return PixelMap(description, syntax, True, element.vr, frames)


def described(reader: Reader, elements: Sequence[Element]) -> PixelDescription:
    """Read and check the Image Pixel attributes. `UnreadableDataset` names the one that makes no sense."""
    found = {element.tag: element for element in elements if element.tag >> 16 == 0x0028}

    def number(tag: int, default: int | None = None) -> int:
        element = found.get(tag)
        if element is None or element.length == 0:
            if default is None:
                raise UnreadableDataset(f"{tag_text(tag)} is missing, so the size of a frame is unknown")
            return default
        if element.vr not in ("", "US") or element.length != 2:
            raise UnreadableDataset(f"{tag_text(tag)} is not one US value", offset=element.start)
        order = "little" if reader.little else "big"
        return int.from_bytes(reader.view[element.value : element.end], order)  # type: ignore[arg-type]

    def text(tag: int) -> str:
        element = found.get(tag)
        return (
            "" if element is None else bytes(reader.view[element.value : element.end][:64]).decode("ascii", "replace").strip(" \0")
        )

    frames_text = text(NUMBER_OF_FRAMES)
    if not (frames_text.isascii() and frames_text.isdigit()) and frames_text:
        raise UnreadableDataset(f"Number of Frames (0028,0008) is {frames_text!r}")
    allocated = number(BITS_ALLOCATED)
    description = PixelDescription(
        rows=number(ROWS),
        columns=number(COLUMNS),
        samples_per_pixel=number(SAMPLES_PER_PIXEL, 1),
        bits_allocated=allocated,
        bits_stored=number(BITS_STORED, allocated),
        high_bit=number(HIGH_BIT, number(BITS_STORED, allocated) - 1),
        pixel_representation=number(PIXEL_REPRESENTATION, 0),
        planar_configuration=number(PLANAR_CONFIGURATION, 0),
        photometric_interpretation=text(PHOTOMETRIC_INTERPRETATION),
        number_of_frames=int(frames_text[:12] or "1") or 1,
    )
    _check(description)
    return description


def _check(description: PixelDescription) -> None:
    rules: tuple[tuple[bool, str], ...] = (
        (description.rows > 0 and description.columns > 0, f"an image of {description.columns} x {description.rows}"),
        (
            description.rows * description.columns <= FRAME_PIXELS_MAX,
            f"a frame of {description.columns} x {description.rows} pixels is more than {FRAME_PIXELS_MAX}",
        ),
        (description.samples_per_pixel in (1, 3, 4), f"{description.samples_per_pixel} samples per pixel"),
        (description.bits_allocated in (1, 8, 16, 32, 64), f"{description.bits_allocated} bits allocated"),
        (
            1 <= description.bits_stored <= description.bits_allocated,
            f"{description.bits_stored} bits stored in {description.bits_allocated}",
        ),
        (description.high_bit < description.bits_allocated, f"high bit {description.high_bit} of {description.bits_allocated}"),
        (description.pixel_representation in (0, 1), f"pixel representation {description.pixel_representation}"),
        (description.planar_configuration in (0, 1), f"planar configuration {description.planar_configuration}"),
    )
    for holds, text in rules:
        if not holds:
            raise UnreadableDataset(f"the image attributes make no sense: {text}")


def extended_offset_table(reader: Reader, elements: Sequence[Element]) -> memoryview:
    """The value of Extended Offset Table (7FE0,0001); empty where there is none."""
    found = next((element for element in elements if element.tag == EXTENDED_OFFSET_TABLE), None)
    return reader.view[:0] if found is None else reader.view[found.value : found.end]


def _native_frames(element: Element, description: PixelDescription) -> tuple[Frame, ...]:
    bits = description.frame_bits
    needed = (bits * description.number_of_frames + 7) // 8
    if element.length < needed:
        text = f"Pixel Data has {element.length} bytes, {description.number_of_frames} frames need {needed}"
        raise UnreadableDataset(text, offset=element.start)
    frames = []
    for index in range(description.number_of_frames):
        first = index * bits
        offset = first // 8
        frames.append(Frame(((element.value + offset, (first + bits + 7) // 8 - offset),), first % 8))
    return tuple(frames)


def encapsulated_frames(
    fragments: Sequence[tuple[int, int]], count: int, peek: Peek, *, extended: bytes | memoryview = b"", start: int = 0
) -> tuple[Frame, ...]:
    """Which fragments hold which of `count` frames: by the tables, which are believed where they hit, else by the content.

    `fragments` are the items' values, that of the Basic Offset Table first; `peek` gives bytes at an offset, `extended` is what
    Extended Offset Table (7FE0,0001) holds, `start` where the element begins. Raises `UnreadableDataset`.
    """
    if not fragments:
        raise UnreadableDataset("encapsulated Pixel Data without a Basic Offset Table item", offset=start)
    table, pieces = fragments[0], fragments[1:]
    if count > len(pieces):
        raise UnreadableDataset(f"{len(pieces)} fragments cannot hold {count} frames", offset=start)
    if count == 1:
        return (Frame(tuple(pieces)),)
    ways: tuple[Callable[[], list[int] | None], ...] = (
        lambda: _starts_by_table(extended, "Q", pieces),
        lambda: _starts_by_table(peek(*table) if table[1] <= 4 * len(pieces) else b"", "L", pieces),
        lambda: list(range(count)) if len(pieces) == count else None,
        lambda: _starts_by_content(peek, pieces),
    )
    for way in ways:
        starts = way()
        if starts is not None and len(starts) == count:
            ends = [*starts[1:], len(pieces)]
            return tuple(Frame(tuple(pieces[first:last])) for first, last in zip(starts, ends, strict=True))
    text = f"{len(pieces)} fragments, no usable offset table and no codestream starts that add up to {count} frames"
    raise UnreadableDataset(text, offset=start)


def _starts_by_table(table: bytes | memoryview, code: str, pieces: Sequence[tuple[int, int]]) -> list[int] | None:
    """Which fragment each offset points to; None where one misses. Offsets count from the first fragment's item tag (A.4)."""
    width = struct.calcsize("<" + code)
    if not table or len(table) % width:
        return None
    offsets = struct.unpack(f"<{len(table) // width}{code}", table)
    by_offset = {value - pieces[0][0]: index for index, (value, _) in enumerate(pieces)}
    indices = [by_offset.get(offset, -1) for offset in offsets]
    ascending = all(before < after for before, after in pairwise(indices))
    return indices if indices[0] == 0 and ascending else None


def _starts_by_content(peek: Peek, pieces: Sequence[tuple[int, int]]) -> list[int]:
    """The fragments that begin like a codestream: without a table, only their content tells frames apart."""
    return [
        index
        for index, (offset, length) in enumerate(pieces)
        if bytes(peek(offset, min(length, 8))).startswith(_STARTS_OF_CODESTREAM)
    ]
