"""From the codestream of one frame to its native samples (PS3.5 8.2, A.4).

Comes in: a codestream, its transfer syntax, the description of a frame. Goes out: exactly the bytes that the description promises,
little endian, colour as it was coded: YBR stays YBR, only the transforms that belong to a codec (RCT, ICT) are undone by it. What
the codestream claims of itself is compared with the attributes before a codec is called, and what the codec gave after it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.imaging import codestreams
from isocenter.imaging.codestreams import Codestream
from isocenter.imaging.frames import PixelDescription, PixelMap, joined
from isocenter.imaging.recode import swap
from isocenter.standard import transfer_syntax as uids

Samples = np.ndarray[Any, np.dtype[Any]]

JPEG_LOSSY_SYNTAXES = frozenset({uids.JPEG_BASELINE, uids.JPEG_EXTENDED, uids.JPEG_SPECTRAL_SELECTION, uids.JPEG_FULL_PROGRESSION})
"""The last two are retired; they say in which order the coefficients come, and any decoder for the web reads them."""
JPEG_SYNTAXES = JPEG_LOSSY_SYNTAXES | {uids.JPEG_LOSSLESS, uids.JPEG_LOSSLESS_FIRST_ORDER}
JPEG_LS_SYNTAXES = frozenset({uids.JPEG_LS_LOSSLESS, uids.JPEG_LS_NEAR_LOSSLESS})
JPEG_2000_SYNTAXES = frozenset({uids.JPEG_2000_LOSSLESS, uids.JPEG_2000, uids.HTJ2K_LOSSLESS, uids.HTJ2K_LOSSLESS_RPCL, uids.HTJ2K})
JPEG_XL_SYNTAXES = frozenset({uids.JPEG_XL_LOSSLESS, uids.JPEG_XL_JPEG_RECOMPRESSION, uids.JPEG_XL})
PACKED_SYNTAXES = frozenset({uids.RLE_LOSSLESS, uids.ENCAPSULATED_UNCOMPRESSED, uids.DEFLATED_IMAGE_FRAME})
"""Those that code bytes, whatever the pixels mean: every number of bits allocated, either planar configuration."""
DECODABLE = JPEG_SYNTAXES | JPEG_LS_SYNTAXES | JPEG_2000_SYNTAXES | JPEG_XL_SYNTAXES | PACKED_SYNTAXES
_SOF_OF_LOSSLESS_JPEG = 0xC3
_SOF_OF_LOSSLESS_CODING = frozenset({0xC3, 0xC7})
_SOF_OF_HUFFMAN_CODING = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7})
_SOF_OF_JPEG_LS = 0xF7
_END_OF_IMAGE = b"\xff\xd9"


def imagecodecs() -> Any:
    """The codecs, loaded at the first frame that needs one: `LocalError` where this computer has none."""
    try:
        import imagecodecs
    except ImportError as error:
        raise LocalError("this pixel coding needs the package imagecodecs, which is not installed here") from error
    return imagecodecs


def rle() -> Any:
    """The RLE codec, loaded when it is needed."""
    try:
        from rle import rle as codec
    except ImportError as error:
        raise LocalError("RLE needs the package pylibjpeg-rle, which is not installed here") from error
    return codec


def native_frame(view: memoryview, pixels: PixelMap, index: int) -> bytes:
    """The native samples of one frame of a located image, little endian, decoded where they are coded.

    Raises as `decode_frame` does. One-bit frames begin at bit 0 of their own first byte.
    """
    frame = pixels.frames[index]
    description = pixels.description
    content = joined(view, frame)
    if pixels.encapsulated:
        return decode_frame(content, pixels.transfer_syntax.uid, description)
    if frame.first_bit or description.frame_bits % 8:
        return _realigned(content, frame.first_bit, description.frame_bits)
    width = sample_swap_bytes(pixels)
    if width == 2 and description.bits_allocated == 8:
        return _unpaired(view, pixels, index)
    return swap(content, width) if width > 1 else content


def sample_swap_bytes(pixels: PixelMap) -> int:
    """How many bytes belong together when native words of another byte order are read: 1 where nothing is to be swapped."""
    if pixels.encapsulated:
        return 1
    if pixels.transfer_syntax.little_endian and pixels.transfer_syntax.uid != uids.GE_PRIVATE_IMPLICIT:
        return 1
    allocated = pixels.description.bits_allocated
    return allocated // 8 if allocated > 8 else 2 if pixels.vr == "OW" else 1


def described_after(description: PixelDescription, syntax_uid: str) -> PixelDescription:
    """What the attributes must say once the frames are native (PS3.5 8.2.4 for RCT and ICT, PS3.3 C.7.6.3.1.2)."""
    if description.samples_per_pixel == 1 or syntax_uid in PACKED_SYNTAXES:
        return description
    photometric = description.photometric_interpretation
    if photometric in ("YBR_RCT", "YBR_ICT", "XYB") or syntax_uid in (uids.JPEG_XL_JPEG_RECOMPRESSION, uids.JPEG_XL):
        photometric = "RGB"
    elif photometric == "YBR_FULL_422":
        photometric = "YBR_FULL"
    return replace(description, photometric_interpretation=photometric, planar_configuration=0)


def decode_frame(codestream: bytes, syntax_uid: str, description: PixelDescription) -> bytes:
    """The native samples of one coded frame: `described_after(description, syntax_uid).frame_byte_count` bytes.

    Raises `UnreadableDataset` where the codestream is broken or contradicts the attributes, `LocalError` where nothing here can
    decode that transfer syntax.
    """
    if syntax_uid not in DECODABLE:
        raise LocalError(f"nothing here decodes {uids.name_of(syntax_uid)}")
    if syntax_uid in PACKED_SYNTAXES:
        return _unpacked(codestream, syntax_uid, description)
    if description.bits_allocated not in (8, 16, 32):
        raise UnreadableDataset(f"{uids.name_of(syntax_uid)} cannot code {description.bits_allocated} bits allocated")
    if description.photometric_interpretation in ("YBR_PARTIAL_422", "YBR_PARTIAL_420"):
        raise LocalError(f"{description.photometric_interpretation} has no native form with all samples")
    if syntax_uid in JPEG_2000_SYNTAXES:
        header = codestreams.jpeg_2000(codestream)
        decoder = _jpeg_2000
    elif syntax_uid in JPEG_XL_SYNTAXES:
        header = codestreams.jpeg_xl(codestream)
        decoder = _jpeg_xl
    else:
        header = codestreams.jpeg(codestream)
        decoder = _jpeg_ls if header.marker == _SOF_OF_JPEG_LS else _jpeg
    _compare(header, description)
    _weigh(len(codestream), header)
    array = _called(lambda: decoder(codestream[header.start :], header), uids.name_of(syntax_uid))
    return _samples(array, header, description)


def _compare(header: Codestream, description: PixelDescription) -> None:
    if (header.rows, header.columns) != (description.rows, description.columns):
        text = f"the codestream is {header.columns} x {header.rows}, the attributes say {description.columns} x {description.rows}"
        raise UnreadableDataset(text)
    if header.components not in (0, description.samples_per_pixel):
        raise UnreadableDataset(f"the codestream has {header.components} components, not {description.samples_per_pixel}")
    if header.precision > description.bits_allocated:
        raise UnreadableDataset(f"the codestream has {header.precision} bits, {description.bits_allocated} are allocated")


def _weigh(byte_count: int, header: Codestream) -> None:
    """Refuse a JPEG that is too short for its pixels, which a decoder would fill up with grey, gigabytes of it.

    Huffman codes have a bit at least for each block of 8 x 8, or for each sample of a lossless JPEG (ISO 10918-1 F.1.2, H.1.2).
    """
    if header.marker not in _SOF_OF_HUFFMAN_CODING:
        return
    pixels_a_bit = 1 if header.marker in _SOF_OF_LOSSLESS_CODING else 64
    if header.rows * header.columns > 8 * byte_count * pixels_a_bit:
        raise UnreadableDataset(f"a JPEG of {byte_count} bytes cannot hold {header.columns} x {header.rows} pixels")


def _called(decoder: Callable[[], Samples], name: str) -> Samples:
    """A codec's own errors are many, and a Rust panic is no Exception: all of them mean that the frame is broken."""
    try:
        return decoder()
    except (LocalError, MemoryError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise UnreadableDataset(f"the {name} decoder gave up: {str(error)[:200] or type(error).__name__}") from error


def _jpeg(codestream: bytes, header: Codestream) -> Samples:
    codecs = imagecodecs()
    if header.components == 3 and header.marker != _SOF_OF_LOSSLESS_JPEG:
        colour = codecs.JPEG8.CS.YCbCr
        return np.asarray(codecs.jpeg8_decode(codestream, colorspace=colour, outcolorspace=colour))
    if header.components == 3:
        colour = codecs.JPEG8.CS.RGB
        return np.asarray(codecs.jpeg8_decode(codestream, colorspace=colour, outcolorspace=colour))
    return np.asarray(codecs.jpeg8_decode(codestream))


def _jpeg_ls(codestream: bytes, header: Codestream) -> Samples:
    if not codestream.rstrip(b"\0").endswith(_END_OF_IMAGE):
        codestream += _END_OF_IMAGE  # CharLS counts for seconds where a stream is cut off; at a marker it stops
    return np.asarray(imagecodecs().jpegls_decode(codestream))


def _jpeg_2000(codestream: bytes, header: Codestream) -> Samples:
    return np.asarray(imagecodecs().jpeg2k_decode(codestream, numthreads=1))


def _jpeg_xl(codestream: bytes, header: Codestream) -> Samples:
    return np.asarray(imagecodecs().jpegxl_decode(codestream, numthreads=1))


def _samples(array: Samples, header: Codestream, description: PixelDescription) -> bytes:
    """The codec's array as native words: widened to the bits allocated, its sign carried on where the codec knows none."""
    expected = description.rows * description.columns * description.samples_per_pixel
    if array.size != expected or array.dtype.kind not in "iu" or array.shape[:2] != (description.rows, description.columns):
        raise UnreadableDataset(f"the decoder gave {array.shape} {array.dtype}, {expected} samples were promised")
    width = description.bits_allocated // 8
    if array.dtype.itemsize > width:
        if header.precision == 0 or header.precision > description.bits_allocated:
            raise UnreadableDataset(f"the decoder gave {array.dtype}, {description.bits_allocated} bits are allocated")
        array = array.astype(f"<{array.dtype.kind}{width}")
    spare = width * 8 - header.precision
    if description.pixel_representation and not header.signed and header.precision and spare > 0:
        wide = array.astype(f"<i{width}")
        return np.ascontiguousarray((wide << spare) >> spare).tobytes()
    return np.ascontiguousarray(array, dtype=f"<{array.dtype.kind}{width}").tobytes()


def _unpacked(codestream: bytes, syntax_uid: str, description: PixelDescription) -> bytes:
    expected = description.frame_byte_count
    if syntax_uid == uids.RLE_LOSSLESS:
        return _run_lengths(codestream, description)
    if syntax_uid == uids.DEFLATED_IMAGE_FRAME:
        inflater = zlib.decompressobj(wbits=-15)
        try:
            codestream = inflater.decompress(codestream, expected + 2)
        except zlib.error as error:
            raise UnreadableDataset(f"a deflated frame cannot be inflated: {error}") from error
        if not inflater.eof:
            raise UnreadableDataset(f"a deflated frame does not end after the {expected} bytes that were promised")
    if not expected <= len(codestream) <= expected + 1:
        raise UnreadableDataset(f"a frame of {len(codestream)} bytes, {expected} were promised")
    return codestream[:expected]


def _run_lengths(codestream: bytes, description: PixelDescription) -> bytes:
    """RLE (PS3.5 Annex G): one segment for each byte of a composite pixel, most significant first."""
    packed = description.bits_allocated == 1
    bits = 8 if packed else description.bits_allocated
    pixels = (description.rows * description.columns + 7) // 8 if packed else description.rows * description.columns
    expected = pixels * description.samples_per_pixel * bits // 8
    if expected != (description.frame_bits + 7) // 8:
        raise UnreadableDataset(f"RLE cannot code {description.photometric_interpretation}")
    segments = description.samples_per_pixel * bits // 8
    if len(codestream) < 64 or segments > 15:
        raise UnreadableDataset(f"an RLE frame of {len(codestream)} bytes for {segments} segments")
    header = np.frombuffer(codestream, "<u4", 16)
    offsets = [int(offset) for offset in header[1 : segments + 1]] + [len(codestream)]
    ascending = all(before < after for before, after in pairwise(offsets))
    if int(header[0]) != segments or offsets[0] != 64 or not ascending:
        raise UnreadableDataset(f"an RLE header of {int(header[0])} segments at {offsets[:-1]}, {segments} belong to the pixels")
    content = _called(lambda: np.frombuffer(rle().decode_frame(codestream, pixels, bits, "<"), np.uint8), "RLE")
    if content.size != expected:
        raise UnreadableDataset(f"the RLE decoder gave {content.size} bytes, {expected} were promised")
    if description.samples_per_pixel > 1 and not description.planar_configuration:
        content = content.reshape(description.samples_per_pixel, pixels, bits // 8).transpose(1, 0, 2)
    return content.tobytes()


def _unpaired(view: memoryview, pixels: PixelMap, index: int) -> bytes:
    """Bytes that were written as big endian words: each pair is exchanged, and a frame may begin in the middle of one."""
    base = pixels.frames[0].pieces[0][0]
    offset, length = pixels.frames[index].pieces[0]
    first = (offset - base) % 2
    start, stop = offset - first, offset + length + (offset - base + length) % 2
    if stop > len(view):
        raise UnreadableDataset("Pixel Data ends within a word", offset=offset)
    return swap(view[start:stop], 2)[first : first + length]


def _realigned(content: bytes, first_bit: int, bits: int) -> bytes:
    """One-bit pixels moved so that the frame begins at bit 0 (PS3.5 D: the first pixel is the least significant bit)."""
    unpacked = np.unpackbits(np.frombuffer(content, np.uint8), bitorder="little")
    return np.packbits(unpacked[first_bit : first_bit + bits], bitorder="little").tobytes()
