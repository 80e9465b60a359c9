"""A data set in another transfer syntax, nothing lost and nothing else changed (PS3.5 8.2, 10, Annex A).

Comes in: a data set in one piece, its transfer syntax, the wanted one. Goes out: the data set in the wanted one: pixels bit for bit
the same, the attributes that describe their coding corrected, every other element as it was. Encoded to encoded goes through
native, one frame at a time. What cannot be done without loss is refused with a sentence; an answer is never nearly right.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import TRANSCODE_BYTES_MAX
from isocenter.dataset.deflated import deflated, inflated
from isocenter.imaging import decode, encode
from isocenter.imaging.elements import PIXEL_DATA, Element, Reader, syntax_of
from isocenter.imaging.frames import (
    DOUBLE_FLOAT_PIXEL_DATA,
    EXTENDED_OFFSET_TABLE,
    EXTENDED_OFFSET_TABLE_LENGTHS,
    FLOAT_PIXEL_DATA,
    PHOTOMETRIC_INTERPRETATION,
    PLANAR_CONFIGURATION,
    PixelDescription,
    PixelMap,
    joined,
    pixel_map,
)
from isocenter.imaging.recode import Buffer, Changes, Value, Writer, swap
from isocenter.standard import transfer_syntax as uids
from isocenter.standard.transfer_syntax import TransferSyntax

NATIVE = frozenset(
    {
        uids.IMPLICIT_VR_LITTLE_ENDIAN,
        uids.EXPLICIT_VR_LITTLE_ENDIAN,
        uids.EXPLICIT_VR_BIG_ENDIAN,
        uids.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    }
)
_READABLE_NATIVE = NATIVE | {uids.GE_PRIVATE_IMPLICIT, uids.PAPYRUS_3_IMPLICIT}
_PREFERENCE = (
    uids.EXPLICIT_VR_LITTLE_ENDIAN,
    uids.IMPLICIT_VR_LITTLE_ENDIAN,
    uids.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    uids.EXPLICIT_VR_BIG_ENDIAN,
    uids.JPEG_LS_LOSSLESS,
    uids.JPEG_2000_LOSSLESS,
    uids.JPEG_LOSSLESS_FIRST_ORDER,
    uids.RLE_LOSSLESS,
    uids.HTJ2K_LOSSLESS,
    uids.HTJ2K_LOSSLESS_RPCL,
    uids.JPEG_LOSSLESS,
    uids.JPEG_XL_LOSSLESS,
)
"""What a destination is offered when it refuses the stored syntax: what everybody reads first, what is rarely read last."""


def can(stored_syntax: str, wanted_syntax: str) -> bool:
    """Whether `transcode` knows the way between two syntaxes. The pixels themselves may still forbid it."""
    if stored_syntax == wanted_syntax:
        return True
    readable = stored_syntax in _READABLE_NATIVE or stored_syntax in decode.DECODABLE
    return readable and (wanted_syntax in NATIVE or wanted_syntax in encode.ENCODABLE)


def choices(stored_syntax: str) -> tuple[str, ...]:
    """The syntaxes to propose to a destination for an instance, best first: the stored one, then those that it can become."""
    others = (uid for uid in _PREFERENCE if uid != stored_syntax and can(stored_syntax, uid))
    return (stored_syntax, *others)


def transcode(data_set: bytes | memoryview, stored_syntax: str, wanted_syntax: str) -> bytes:
    """The data set in `wanted_syntax`: the port `model.ports.Transcoder`.

    Raises `LocalError` with the reason for anything that cannot be done: a syntax that nothing here reads or writes, pixels that
    the wanted one cannot hold, a broken data set, more than `TRANSCODE_BYTES_MAX` bytes of pixels.
    """
    if stored_syntax == wanted_syntax:
        return bytes(data_set)
    stored, wanted = uids.of(stored_syntax), uids.of(wanted_syntax)
    if not can(stored_syntax, wanted_syntax):
        raise LocalError(f"{stored.name} cannot be changed into {wanted.name} here")
    try:
        return _transcoded(data_set, stored, wanted)
    except UnreadableDataset as error:
        raise LocalError(f"not changed into {wanted.name}: {error}, at byte {error.offset}") from error
    except MemoryError as error:
        raise LocalError(f"not changed into {wanted.name}: too large for this computer's memory") from error


def transcoded_frame(view: memoryview, pixels: PixelMap, index: int, wanted_syntax: str) -> bytes:
    """One frame of a located image as it would be in `wanted_syntax`: a codestream, or native samples.

    Raises `LocalError` where that syntax cannot be written here or cannot hold these pixels, `UnreadableDataset` for a frame that
    is broken.
    """
    stored, wanted = pixels.transfer_syntax, uids.of(wanted_syntax)
    if stored.uid == wanted.uid and pixels.encapsulated:
        return joined(view, pixels.frames[index])
    if not can(stored.uid, wanted_syntax):
        raise LocalError(f"{stored.name} cannot be changed into {wanted.name} here")
    native = decode.native_frame(view, pixels, index)
    description = _described_native(pixels)
    if wanted.encapsulated:
        return encode.encode_frame(native, wanted_syntax, description)
    if wanted.little_endian or description.bits_allocated <= 8:
        return native
    return bytes(swap(native, description.bits_allocated // 8))


def _transcoded(data_set: bytes | memoryview, stored: TransferSyntax, wanted: TransferSyntax) -> bytes:
    content = inflated(data_set) if stored.deflated else data_set
    view = memoryview(content)
    if len(view) > TRANSCODE_BYTES_MAX:
        raise LocalError(f"a data set of {len(view)} bytes is more than the {TRANSCODE_BYTES_MAX} that are transcoded")
    stored = syntax_of(view, stored)
    reader = Reader(view, explicit=stored.explicit_vr, little=stored.little_endian)
    elements = reader.elements(0, len(view))
    changes: Changes = {}
    if wanted.encapsulated or stored.uid == uids.GE_PRIVATE_IMPLICIT:
        changes = _new_pixels(reader, elements, stored, wanted)
    writer = Writer(
        reader,
        explicit=wanted.explicit_vr,
        little=wanted.little_endian,
        native_pixels=lambda nested, found: _native_pixels(nested, found, stored, wanted),
    )
    result = b"".join(writer.pieces(elements, changes))
    return deflated(result) if wanted.deflated else result


def _new_pixels(reader: Reader, elements: Sequence[Element], stored: TransferSyntax, wanted: TransferSyntax) -> Changes:
    tags = {element.tag for element in elements}
    if PIXEL_DATA not in tags:
        if tags & {FLOAT_PIXEL_DATA, DOUBLE_FLOAT_PIXEL_DATA} and wanted.encapsulated:
            raise LocalError(f"{wanted.name} cannot hold floating point pixels")
        return {}
    pixels = _bounded(pixel_map(reader, elements, stored))
    if not wanted.encapsulated:
        return _native(reader, pixels, wanted)
    native_description = _described_native(pixels)
    described = encode.described_after(native_description, wanted.uid)
    frames = [
        encode.encode_frame(decode.native_frame(reader.view, pixels, index), wanted.uid, native_description)
        for index in range(len(pixels.frames))
    ]
    value = Value("OB", encode.encapsulated(frames), fragments=True)
    return {**_attributes(pixels.description, described), PIXEL_DATA: value}


def _native_pixels(reader: Reader, elements: Sequence[Element], stored: TransferSyntax, wanted: TransferSyntax) -> Changes:
    """Fragments decoded: of the image itself, and of an icon in a sequence, which may stay native in any syntax (PS3.5 A.4)."""
    return _native(reader, _bounded(pixel_map(reader, elements, stored)), wanted)


def _native(reader: Reader, pixels: PixelMap, wanted: TransferSyntax) -> Changes:
    description = _described_native(pixels)
    frames: list[Buffer] = [decode.native_frame(reader.view, pixels, index) for index in range(len(pixels.frames))]
    if description.frame_bits % 8 and len(frames) > 1:
        frames = _packed_bits(frames, description.frame_bits)
    words = description.bits_allocated > 8
    value = Value("OW" if words else "OB", frames, word_bytes=description.bits_allocated // 8 if words else 1)
    return {**_attributes(pixels.description, description), PIXEL_DATA: value}


def _described_native(pixels: PixelMap) -> PixelDescription:
    if not pixels.encapsulated:
        return pixels.description
    return decode.described_after(pixels.description, pixels.transfer_syntax.uid)


def _bounded(pixels: PixelMap) -> PixelMap:
    size = pixels.description.frame_byte_count * len(pixels.frames)
    if size > TRANSCODE_BYTES_MAX:
        raise LocalError(f"{size} bytes of pixels are more than the {TRANSCODE_BYTES_MAX} that are transcoded")
    return pixels


def _attributes(before: PixelDescription, after: PixelDescription) -> dict[int, Value | None]:
    """The elements that speak of the coding and say something else now."""
    changes: dict[int, Value | None] = {EXTENDED_OFFSET_TABLE: None, EXTENDED_OFFSET_TABLE_LENGTHS: None}
    if after.photometric_interpretation != before.photometric_interpretation:
        changes[PHOTOMETRIC_INTERPRETATION] = Value("CS", [after.photometric_interpretation.encode("ascii")])
    if after.planar_configuration != before.planar_configuration:
        changes[PLANAR_CONFIGURATION] = Value("US", [after.planar_configuration.to_bytes(2, "little")])
    return changes


def _packed_bits(frames: Sequence[Buffer], bits: int) -> list[Buffer]:
    """One-bit frames one after the other without padding between them (PS3.5 8.1.1); eight of them end on a whole byte."""
    packed: list[Buffer] = []
    for first in range(0, len(frames), 8):
        eight = [np.unpackbits(np.frombuffer(frame, np.uint8), bitorder="little")[:bits] for frame in frames[first : first + 8]]
        packed.append(np.packbits(np.concatenate(eight), bitorder="little").tobytes())
    return packed
