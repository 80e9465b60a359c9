"""Where the frames of a stored instance lie, found with small reads (PS3.5 8, A.4).

Comes in: a way to read bytes of the data set, its length, its transfer syntax. Goes out: a `FrameIndex`, small enough to be kept.
Of a native image only what stands before the pixels is read, of an encapsulated one the header of each fragment too. Nothing is
decoded. No offset may be given out that does not lie within the data set, and no more is held than the limits of fragments allow.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import FRAGMENTS_INDEXED_MAX, FRAME_HEAD_BYTES, FRAME_HEAD_BYTES_MAX
from isocenter.dataset.skim import ITEM, SEQUENCE_DELIMITER, UNDEFINED
from isocenter.imaging.elements import (
    PIXEL_DATA,
    Element,
    Reader,
    syntax_of,
    tag_text,
)
from isocenter.imaging.frames import (
    EXTENDED_OFFSET_TABLE,
    PixelDescription,
    described,
    encapsulated_frames,
    extended_offset_table,
)
from isocenter.standard import transfer_syntax as uids
from isocenter.standard.transfer_syntax import TransferSyntax

Read = Callable[[int, int], bytes]
"""(offset in the data set, length) to the bytes there; fewer only at the end."""

Piece = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FrameIndex:
    """Where each frame is. `pieces` of an encapsulated image in order of frames; a native one begins at `first`.

    `ready` says whether the stored bytes are what goes out: a codestream, or whole bytes of little endian samples.
    """

    description: PixelDescription
    encapsulated: bool
    ready: bool
    count: int
    first: int = 0
    pieces: tuple[tuple[Piece, ...], ...] = ()

    def of(self, frame: int) -> tuple[Piece, ...]:
        """The (offset, length) of the pieces of a frame, counted from 1. Only where `ready`."""
        if self.encapsulated:
            return self.pieces[frame - 1]
        length = self.description.frame_byte_count
        return ((self.first + (frame - 1) * length, length),)

    @property
    def weight(self) -> int:
        """How much it costs to be kept: the pieces that it lists."""
        return 1 + len(self.pieces)


def index_frames(read: Read, byte_count: int, syntax_uid: str) -> FrameIndex:
    """Find the frames of Pixel Data (7FE0,0010).

    Raises `LocalError` where there is none, or more than can be listed here, or where the data set is deflated as a whole;
    `UnreadableDataset` where attributes, offsets and lengths contradict each other.
    """
    syntax = uids.of(syntax_uid)
    if syntax.deflated:
        raise LocalError("frames cannot be located in a deflated data set; inflate it first")
    size = FRAME_HEAD_BYTES
    while True:
        head = memoryview(read(0, min(size, byte_count)))
        try:
            syntax = syntax_of(head, syntax)
            reader, elements, pixels = _before_pixels(head, byte_count, syntax)
            break
        except (UnreadableDataset, struct.error, IndexError) as error:
            if len(head) < min(byte_count, FRAME_HEAD_BYTES_MAX) and len(head) == size:
                size = min(size * 8, FRAME_HEAD_BYTES_MAX)
                continue
            if isinstance(error, UnreadableDataset):
                raise
            raise UnreadableDataset(
                "the data set ends within an element, or its pixels begin too late", offset=len(head)
            ) from error
    description = described(reader, elements)
    if not pixels.undefined:
        return _native(pixels, description, syntax)
    fragments = _fragments(read, pixels.value, byte_count)
    frames = encapsulated_frames(
        fragments, description.number_of_frames, read, extended=extended_offset_table(reader, elements), start=pixels.start
    )
    return FrameIndex(description, True, True, len(frames), pieces=tuple(frame.pieces for frame in frames))


def _native(pixels: Element, description: PixelDescription, syntax: TransferSyntax) -> FrameIndex:
    needed = (description.frame_bits * description.number_of_frames + 7) // 8
    if pixels.length < needed:
        text = f"Pixel Data has {pixels.length} bytes, {description.number_of_frames} frames need {needed}"
        raise UnreadableDataset(text, offset=pixels.start)
    ready = syntax.little_endian and syntax.uid != uids.GE_PRIVATE_IMPLICIT and description.frame_bits % 8 == 0
    return FrameIndex(description, False, ready, description.number_of_frames, pixels.value)


def _before_pixels(head: memoryview, byte_count: int, syntax: TransferSyntax) -> tuple[Reader, list[Element], Element]:
    """The elements that describe pixels, and Pixel Data itself; values that are only passed over may lie behind `head`."""
    reader = Reader(head, explicit=syntax.explicit_vr, little=syntax.little_endian)
    found: list[Element] = []
    position = 0
    while position < byte_count:
        if byte_count == len(head) and byte_count - position < 8 and not any(head[position:]):
            break
        vr, value, length = reader.header_at(position)
        tag = reader.tag_at(position)
        if length == UNDEFINED and tag != PIXEL_DATA:
            position = reader.end_at(position)
            continue
        end = value if length == UNDEFINED else value + length
        if end > byte_count:
            raise UnreadableDataset(f"{tag_text(tag)} claims {length} bytes where {byte_count - value} are left", offset=position)
        if tag >> 16 == 0x0028 or tag in (EXTENDED_OFFSET_TABLE, PIXEL_DATA):
            element = Element(tag, vr, position, value, end - value, end, length == UNDEFINED)
            if tag == PIXEL_DATA:
                return reader, found, element
            if end > len(head):
                raise IndexError
            found.append(element)
        position = end
    raise LocalError("the data set has no Pixel Data (7FE0,0010)")


def _fragments(read: Read, start: int, end: int) -> Sequence[Piece]:
    """The values of all items up to the sequence's delimiter, that of the Basic Offset Table first (PS3.5 A.4)."""
    found: list[Piece] = []
    position = start
    while end - position >= 8:
        group, number, length = struct.unpack("<HHL", read(position, 8))
        tag, value = group << 16 | number, position + 8
        if tag == SEQUENCE_DELIMITER:
            return found
        if tag != ITEM:
            raise UnreadableDataset(f"{tag_text(tag)} where a fragment should begin", offset=position)
        if length > end - value:
            raise UnreadableDataset(f"a fragment claims {length} bytes where {end - value} are left", offset=position)
        if len(found) > FRAGMENTS_INDEXED_MAX:
            raise LocalError(f"more than {FRAGMENTS_INDEXED_MAX} fragments are not listed here")
        found.append((value, length))
        position = value + length
    raise UnreadableDataset("the fragments are never closed", offset=position)
