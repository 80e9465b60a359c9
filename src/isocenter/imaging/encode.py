"""From the native samples of a frame to a codestream that loses nothing, and from codestreams to encapsulated Pixel Data.

Comes in: native frames, little endian, and their description. Goes out: a codestream for one of the syntaxes in `ENCODABLE`, and
fragments with a Basic Offset Table (PS3.5 8.2, A.4). A syntax that allows loss gets a codestream without loss: nothing here ever
throws a bit away.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from isocenter.base.errors import LocalError
from isocenter.imaging.decode import (
    JPEG_2000_SYNTAXES,
    PACKED_SYNTAXES,
    Samples,
    imagecodecs,
    rle,
)
from isocenter.imaging.frames import PixelDescription
from isocenter.standard import transfer_syntax as uids

_JPEG_XL = (uids.JPEG_XL_LOSSLESS, uids.JPEG_XL)
_ITEM = b"\xfe\xff\x00\xe0"
SEQUENCE_DELIMITER = b"\xfe\xff\xdd\xe0\x00\x00\x00\x00"
_SPIFF = b"\xff\xd8\xff\xe8\x00\x20SPIFF"
_SPIFF_BYTES = 44
_JPEG_XL_EFFORT = 3


def encode_frame(native: bytes | memoryview, syntax_uid: str, description: PixelDescription) -> bytes:
    """The codestream of one frame; decoding it gives `native` again, bit for bit.

    Raises `LocalError` where the syntax cannot hold such pixels or nothing here writes it.
    """
    if syntax_uid not in ENCODABLE:
        raise LocalError(f"nothing here encodes {uids.name_of(syntax_uid)}")
    if len(native) != description.frame_byte_count:
        raise LocalError(f"a frame of {len(native)} bytes, {description.frame_byte_count} were promised")
    _check(syntax_uid, description)
    if syntax_uid in PACKED_SYNTAXES:
        return _packed(bytes(native), syntax_uid, description)
    array = _array(native, description)
    coded = _coded(lambda: _ENCODERS[syntax_uid](array, description), syntax_uid)
    return coded[_SPIFF_BYTES:] if coded.startswith(_SPIFF) else coded


def described_after(description: PixelDescription, syntax_uid: str) -> PixelDescription:
    """What the attributes must say once the frames are coded so (PS3.5 8.2, Tables 8.2.1-1 to 8.2.16-1)."""
    if description.samples_per_pixel == 1 or syntax_uid in PACKED_SYNTAXES:
        return description
    reversible = syntax_uid in JPEG_2000_SYNTAXES and description.photometric_interpretation == "RGB"
    photometric = "YBR_RCT" if reversible else description.photometric_interpretation
    return replace(description, photometric_interpretation=photometric, planar_configuration=0)


def encapsulated(codestreams: Sequence[bytes]) -> list[bytes]:
    """The value of Pixel Data: a Basic Offset Table, one fragment a frame, the delimiter (PS3.5 A.4).

    The table stays empty where an offset would not fit its 32 bits; then every fragment is a frame all the same.
    """
    offsets, position = [], 0
    for codestream in codestreams:
        offsets.append(position)
        position += 8 + len(codestream) + len(codestream) % 2
    table = struct.pack(f"<{len(offsets)}L", *offsets) if offsets[-1] <= 0xFFFFFFFF else b""
    parts = [_ITEM, struct.pack("<L", len(table)), table]
    for codestream in codestreams:
        padding = len(codestream) % 2
        parts += [_ITEM + struct.pack("<L", len(codestream) + padding), codestream, b"\0" * padding]
    parts.append(SEQUENCE_DELIMITER)
    return parts


def _check(syntax_uid: str, description: PixelDescription) -> None:
    name = uids.name_of(syntax_uid)
    if description.subsampled:
        raise LocalError(f"native {description.photometric_interpretation} cannot become {name} without changing its samples")
    if syntax_uid == uids.RLE_LOSSLESS and description.samples_per_pixel * max(description.bits_allocated // 8, 1) > 15:
        raise LocalError(f"{name} holds 15 segments, too few for {description.samples_per_pixel} samples of 64 bits")
    if syntax_uid == uids.RLE_LOSSLESS and description.bits_allocated == 1 and description.samples_per_pixel > 1:
        raise LocalError(f"{name} cannot hold one-bit colour")
    if syntax_uid in PACKED_SYNTAXES:
        return
    if description.bits_allocated not in (8, 16):
        raise LocalError(f"{name} is not written for {description.bits_allocated} bits allocated")
    if description.samples_per_pixel not in (1, 3):
        raise LocalError(f"{name} is not written for {description.samples_per_pixel} samples per pixel")
    if description.samples_per_pixel == 3 and description.photometric_interpretation not in ("RGB", "YBR_FULL"):
        raise LocalError(f"{name} is not written for {description.photometric_interpretation}")
    if syntax_uid in _JPEG_XL and description.photometric_interpretation == "YBR_FULL":
        raise LocalError(f"{name} does not say that its samples are YBR_FULL")


def _array(native: bytes | memoryview, description: PixelDescription) -> Samples:
    kind = "i" if description.pixel_representation else "u"
    array = np.frombuffer(native, np.dtype(f"<{kind}{description.bits_allocated // 8}"))
    rows, columns, samples = description.rows, description.columns, description.samples_per_pixel
    if samples == 1:
        return array.reshape(rows, columns)
    if description.planar_configuration:
        return array.reshape(samples, rows, columns).transpose(1, 2, 0).copy()
    return array.reshape(rows, columns, samples)


def _precision(array: Samples, description: PixelDescription) -> int:
    """Bits stored where the samples keep to them, bits allocated where something else uses the high bits."""
    stored, allocated = description.bits_stored, description.bits_allocated
    if stored == allocated or stored < 2 or description.high_bit != stored - 1:
        return allocated
    low, high = (-(1 << stored - 1), (1 << stored - 1) - 1) if description.pixel_representation else (0, (1 << stored) - 1)
    return stored if int(array.min()) >= low and int(array.max()) <= high else allocated


def _unsigned(array: Samples, precision: int) -> Samples:
    """The bit patterns of signed samples, cut to the precision: what JPEG and JPEG-LS code, since they know no sign."""
    if array.dtype.kind == "u":
        return array
    patterns: Samples = array.view(f"<u{array.dtype.itemsize}")
    masked: Samples = patterns & np.array((1 << precision) - 1, patterns.dtype)
    return masked


def _jpeg_lossless(array: Samples, description: PixelDescription) -> bytes:
    precision = _precision(array, description)
    colour = imagecodecs().JPEG8.CS.RGB if array.ndim == 3 else None
    return bytes(
        imagecodecs().jpeg8_encode(
            _unsigned(array, precision),
            lossless=True,
            predictor=1,
            bitspersample=precision,
            colorspace=colour,
            outcolorspace=colour,
        )
    )


def _jpeg_ls(array: Samples, description: PixelDescription) -> bytes:
    return bytes(imagecodecs().jpegls_encode(_unsigned(array, description.bits_allocated), level=0))


def _jpeg_2000(array: Samples, description: PixelDescription) -> bytes:
    reversible_colour = description.photometric_interpretation == "RGB"
    precision = _precision(array, description)
    codecs = imagecodecs()
    return bytes(
        codecs.jpeg2k_encode(
            array, level=0, codecformat="j2k", reversible=True, mct=reversible_colour, bitspersample=precision, numthreads=1
        )
    )


def _high_throughput(array: Samples, description: PixelDescription) -> bytes:
    reversible_colour = description.photometric_interpretation == "RGB"
    return bytes(imagecodecs().htj2k_encode(array, reversible=True, rgb=reversible_colour, tlm=True))


def _jpeg_xl(array: Samples, description: PixelDescription) -> bytes:
    precision = description.bits_allocated if description.pixel_representation else _precision(array, description)
    unsigned = _unsigned(array, precision)
    return bytes(
        imagecodecs().jpegxl_encode(unsigned, lossless=True, effort=_JPEG_XL_EFFORT, bitspersample=precision, numthreads=1)
    )


_Encoder = Callable[[Samples, PixelDescription], bytes]
_ENCODERS: dict[str, _Encoder] = {
    uids.JPEG_LOSSLESS: _jpeg_lossless,
    uids.JPEG_LOSSLESS_FIRST_ORDER: _jpeg_lossless,
    uids.JPEG_LS_LOSSLESS: _jpeg_ls,
    uids.JPEG_LS_NEAR_LOSSLESS: _jpeg_ls,
    uids.JPEG_2000_LOSSLESS: _jpeg_2000,
    uids.JPEG_2000: _jpeg_2000,
    uids.HTJ2K_LOSSLESS: _high_throughput,
    uids.HTJ2K_LOSSLESS_RPCL: _high_throughput,
    uids.HTJ2K: _high_throughput,
    uids.JPEG_XL_LOSSLESS: _jpeg_xl,
    uids.JPEG_XL: _jpeg_xl,
}
ENCODABLE: frozenset[str] = frozenset(_ENCODERS) | PACKED_SYNTAXES
"""The encapsulated syntaxes that `encode_frame` writes."""


def _coded(encoder: Callable[[], Any], syntax_uid: str) -> bytes:
    try:
        return bytes(encoder())
    except (LocalError, MemoryError):
        raise
    except Exception as error:
        raise LocalError(f"the {uids.name_of(syntax_uid)} encoder gave up: {str(error)[:200] or type(error).__name__}") from error


def _packed(native: bytes, syntax_uid: str, description: PixelDescription) -> bytes:
    if syntax_uid == uids.DEFLATED_IMAGE_FRAME:
        deflater = zlib.compressobj(wbits=-15)
        return deflater.compress(native) + deflater.flush()
    if syntax_uid == uids.ENCAPSULATED_UNCOMPRESSED:
        return native
    bits, samples = description.bits_allocated, description.samples_per_pixel
    if bits == 1:
        return _coded(lambda: rle().encode_frame(native, 1, len(native), 1, 8, "<"), syntax_uid)
    if samples > 1 and description.planar_configuration:
        pixels = description.rows * description.columns
        native = np.frombuffer(native, np.uint8).reshape(samples, pixels, bits // 8).transpose(1, 0, 2).tobytes()
    return _coded(lambda: rle().encode_frame(native, description.rows, description.columns, samples, bits, "<"), syntax_uid)
