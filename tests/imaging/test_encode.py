import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.encaps import generate_frames

from isocenter.base.errors import LocalError
from isocenter.imaging import codestreams
from isocenter.imaging.decode import decode_frame
from isocenter.imaging.encode import ENCODABLE, described_after, encapsulated, encode_frame
from isocenter.imaging.frames import PixelDescription
from isocenter.standard import transfer_syntax as uids

descriptions = st.builds(
    lambda rows, columns, samples, bits, sign, planar: PixelDescription(
        rows, columns, samples[0], bits[0], bits[1], bits[1] - 1, sign, planar if samples[0] > 1 else 0, samples[1], 1
    ),
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from([(1, "MONOCHROME2"), (1, "PALETTE COLOR"), (3, "RGB"), (3, "YBR_FULL")]),
    st.sampled_from([(1, 1), (8, 8), (8, 6), (16, 16), (16, 12), (32, 32), (64, 64)]),
    st.integers(0, 1),
    st.integers(0, 1),
)


@settings(max_examples=150, deadline=None)
@given(descriptions, st.sampled_from(sorted(ENCODABLE)), st.integers(0, 2**32), st.booleans())
def test_decoding_gives_every_bit_again_or_encoding_says_why_not(
    description: PixelDescription, syntax: str, seed: int, tidy: bool
) -> None:
    native = np.random.default_rng(seed).integers(0, 256, description.frame_byte_count, np.uint8).tobytes()
    if tidy and description.bits_allocated == 16:
        native = (np.frombuffer(native, "<u2") & 0x0FFF).tobytes()
    refusal, coded = "", b""
    try:
        coded = encode_frame(native, syntax, description)
    except LocalError as error:
        refusal = str(error)
    assert "gave up" not in refusal
    if refusal:
        return
    after = described_after(description, syntax)
    back = np.frombuffer(decode_frame(coded, syntax, after), np.uint8)
    expected = np.frombuffer(native, np.uint8)
    if description.planar_configuration and not after.planar_configuration:
        pixels = description.rows * description.columns
        expected = expected.reshape(3, pixels, description.bits_allocated // 8).transpose(1, 0, 2).ravel()
    assert np.array_equal(back, expected)


@pytest.mark.parametrize("syntax", sorted(ENCODABLE))
def test_a_ct_slice_can_be_written_in_every_syntax_of_the_table(syntax: str) -> None:
    native = np.random.default_rng(1).integers(-1024, 3000, 400, np.int16).tobytes()
    description = PixelDescription(20, 20, 1, 16, 16, 15, 1, 0, "MONOCHROME2", 1)
    assert decode_frame(encode_frame(native, syntax, description), syntax, description) == native


def test_the_codestreams_say_what_the_syntax_demands() -> None:
    native = np.random.default_rng(1).integers(0, 4096, 400, np.uint16).tobytes()
    description = PixelDescription(20, 20, 1, 16, 12, 11, 0, 0, "MONOCHROME2", 1)
    first_order = encode_frame(native, uids.JPEG_LOSSLESS_FIRST_ORDER, description)
    scan = first_order.index(b"\xff\xda")
    assert codestreams.jpeg(first_order).marker == 0xC3
    assert codestreams.jpeg(first_order).precision == 12
    assert first_order[scan + 7] == 1, "selection value 1 (PS3.5 A.4.1)"
    assert b"SPIFF" not in encode_frame(native, uids.JPEG_LS_LOSSLESS, description)
    rpcl = encode_frame(native, uids.HTJ2K_LOSSLESS_RPCL, description)
    style = rpcl.index(b"\xff\x52")
    assert rpcl[style + 5] == 2, "resolution, position, component, layer progression (PS3.5 A.4.4)"
    assert b"\xff\x55" in rpcl, "tile-part lengths"
    assert rpcl[style + 13] == 1, "the reversible wavelet"


def test_rgb_becomes_ybr_rct_in_jpeg_2000_and_stays_rgb_elsewhere() -> None:
    rgb = PixelDescription(4, 4, 3, 8, 8, 7, 0, 1, "RGB", 1)
    after = described_after(rgb, uids.JPEG_2000_LOSSLESS)
    assert (after.photometric_interpretation, after.planar_configuration) == ("YBR_RCT", 0)
    assert described_after(rgb, uids.JPEG_LS_LOSSLESS).photometric_interpretation == "RGB"
    assert described_after(rgb, uids.RLE_LOSSLESS) == rgb


@given(st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=5))
def test_fragments_are_even_and_the_table_points_at_them(frames: list[bytes]) -> None:
    value = b"".join(encapsulated(frames))
    found = list(generate_frames(value, number_of_frames=len(frames)))
    assert [frame[: len(original)] for frame, original in zip(found, frames, strict=True)] == frames
    assert all(len(frame) % 2 == 0 for frame in found)
    offsets = struct.unpack_from(f"<{len(frames)}L", value, 8)
    start = 8 + 4 * len(frames)
    assert [value[start + offset : start + offset + 4] for offset in offsets] == [b"\xfe\xff\x00\xe0"] * len(frames)


def test_what_a_syntax_cannot_hold_is_said() -> None:
    subsampled = PixelDescription(4, 4, 3, 8, 8, 7, 0, 0, "YBR_FULL_422", 1)
    with pytest.raises(LocalError, match="YBR_FULL_422"):
        encode_frame(b"\0" * 32, uids.RLE_LOSSLESS, subsampled)
    with pytest.raises(LocalError, match="nothing here encodes JPEG Baseline"):
        encode_frame(b"\0" * 16, uids.JPEG_BASELINE, PixelDescription(4, 4, 1, 8, 8, 7, 0, 0, "MONOCHROME2", 1))
    with pytest.raises(LocalError, match="15 bytes, 16"):
        encode_frame(b"\0" * 15, uids.RLE_LOSSLESS, PixelDescription(4, 4, 1, 8, 8, 7, 0, 0, "MONOCHROME2", 1))
