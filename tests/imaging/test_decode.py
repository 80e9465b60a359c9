import io
import struct
import sys
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.pixels import pixel_array
from tests.imaging.reading import frame_array

from isocenter.base.errors import IsocenterError, LocalError, UnreadableDataset
from isocenter.imaging import decode
from isocenter.imaging.decode import decode_frame, described_after, imagecodecs
from isocenter.imaging.encode import encode_frame
from isocenter.imaging.frames import PixelDescription, joined, locate
from isocenter.standard import transfer_syntax as uids

GREY = PixelDescription(6, 5, 1, 16, 12, 11, 0, 0, "MONOCHROME2", 1)
COLOUR = PixelDescription(8, 8, 3, 8, 8, 7, 0, 0, "RGB", 1)
BROKEN = {"JPEG2000-embedded-sequence-delimiter.dcm", "MR_truncated.dcm", "badVR.dcm", "nested_priv_SQ.dcm"}
BROKEN |= {"emri_small_jpeg_2k_lossless_too_short.dcm", "rtplan_truncated.dcm", "DICOMDIR-nooffset"}


def located(file):
    if file.name in BROKEN or uids.of(file.syntax).deflated:
        return None
    try:
        return locate(file.data_set, file.syntax)
    except LocalError:
        return None


def test_every_image_that_pydicom_decodes_is_decoded_to_the_same_values(pydicom_files, read_by_pydicom) -> None:
    compared = 0
    for file in pydicom_files:
        pixels = located(file)
        if pixels is None or file.syntax not in (
            uids.IMPLICIT_VR_LITTLE_ENDIAN,
            uids.EXPLICIT_VR_LITTLE_ENDIAN,
            uids.EXPLICIT_VR_BIG_ENDIAN,
            uids.RLE_LOSSLESS,
        ):
            continue
        if pixels.description.subsampled or file.name == "mlut_18.dcm":  # pydicom upsamples the one and cuts the other to 12 bits
            continue
        data_set = read_by_pydicom(file.data_set, file.syntax)
        data_set.file_meta = file.meta
        for index in range(min(2, len(pixels.frames))):
            ours = frame_array(memoryview(file.data_set), pixels, index)
            assert np.array_equal(ours, pixel_array(data_set, index=index, raw=True)), file.name
        compared += 1
    assert compared > 60


def test_every_coded_image_is_decoded_to_the_size_that_it_promises(pydicom_files) -> None:
    seen = set()
    for file in pydicom_files:
        pixels = located(file)
        if pixels is None or not pixels.encapsulated:
            continue
        content = decode_frame(joined(memoryview(file.data_set), pixels.frames[0]), file.syntax, pixels.description)
        assert len(content) == described_after(pixels.description, file.syntax).frame_byte_count, file.name
        seen.add(file.syntax)
    assert len(seen) >= 7


@pytest.mark.parametrize(
    ("coded", "native"),
    [
        ("MR_small_jp2klossless.dcm", "MR_small.dcm"),
        ("MR_small_jpeg_ls_lossless.dcm", "MR_small.dcm"),
        ("MR_small_RLE.dcm", "MR_small.dcm"),
        ("emri_small_jpeg_2k_lossless.dcm", "emri_small.dcm"),
        ("emri_small_jpeg_ls_lossless.dcm", "emri_small.dcm"),
        ("SC_rgb_rle_32bit_2frame.dcm", "SC_rgb_32bit_2frame.dcm"),
    ],
)
def test_lossless_codings_give_the_uncompressed_twin_bit_for_bit(one_file, coded: str, native: str) -> None:
    first, second = one_file(coded), one_file(native)
    one, other = locate(first.data_set, first.syntax), locate(second.data_set, second.syntax)
    assert len(one.frames) == len(other.frames)
    for index in range(len(one.frames)):
        ours = frame_array(memoryview(first.data_set), one, index)
        assert np.array_equal(ours, frame_array(memoryview(second.data_set), other, index))


def test_the_nema_images_agree_across_their_lossless_codings(nema_files) -> None:
    by_image: dict[str, list] = {}
    for file in nema_files:
        if file.name.endswith(("_RLE", "_JLSL", "_JPLL", "_J2KR")):
            by_image.setdefault(file.name.split("_")[0], []).append(file)
    compared = 0
    for name, files in by_image.items():
        arrays = []
        for file in files:
            pixels = locate(file.data_set, file.syntax)
            arrays.append(frame_array(memoryview(file.data_set), pixels, 0))
        for array in arrays[1:]:
            assert np.array_equal(arrays[0].astype(np.int64), array.astype(np.int64)), name
            compared += 1
    assert compared >= 20


def test_colour_is_not_touched(one_file) -> None:
    file = one_file("SC_rgb_dcmtk_+eb+cy+np.dcm")
    pixels = locate(file.data_set, file.syntax)
    red = frame_array(memoryview(file.data_set), pixels, 0)[5, 50]
    assert described_after(pixels.description, file.syntax).photometric_interpretation == "YBR_FULL"
    assert np.abs(red.astype(int) - (76, 85, 255)).max() <= 1  # pure red in YBR_FULL (PS3.3 C.7.6.3.1.2)


def test_the_sign_is_carried_on_where_the_codec_knows_none() -> None:
    signed = replace(GREY, pixel_representation=1)
    native = np.arange(-15, 15, dtype="<i2").tobytes()
    for syntax in (uids.JPEG_LOSSLESS_FIRST_ORDER, uids.JPEG_LS_LOSSLESS, uids.JPEG_2000_LOSSLESS):
        assert decode_frame(encode_frame(native, syntax, signed), syntax, signed) == native


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rows": 5}, "5 x 6, the attributes say 5 x 5"),
        ({"samples_per_pixel": 3}, "1 components"),
        ({"bits_allocated": 8, "bits_stored": 8}, "12 bits, 8 are allocated"),
        ({"bits_allocated": 64}, "cannot code 64 bits"),
    ],
)
def test_a_codestream_that_contradicts_the_attributes_is_refused(change: dict, words: str) -> None:
    codestream = encode_frame(b"\1\0" * 30, uids.JPEG_LOSSLESS_FIRST_ORDER, GREY)
    with pytest.raises(UnreadableDataset, match=words):
        decode_frame(codestream, uids.JPEG_LOSSLESS_FIRST_ORDER, replace(GREY, **change))


def test_a_header_that_claims_gigabytes_is_refused_before_a_codec_sees_it() -> None:
    bomb = b"\xff\xd8\xff\xc0" + struct.pack(">HBHHB", 11, 8, 65535, 65535, 1) + b"\x01\x11\x00"
    with pytest.raises(UnreadableDataset, match="65535 x 65535"):
        decode_frame(bomb, uids.JPEG_BASELINE, GREY)


@pytest.mark.parametrize(("marker", "side"), [(0xC0, 4000), (0xC2, 4000), (0xC3, 600)])
def test_a_jpeg_too_short_for_its_pixels_is_refused_before_a_codec_fills_them_up(marker: int, side: int) -> None:
    frame = struct.pack(">HBHHB", 11, 8, side, side, 1) + b"\x01\x11\x00"
    bomb = b"\xff\xd8\xff" + bytes((marker,)) + frame + bytes(20_000)
    large = replace(GREY, rows=side, columns=side, bits_allocated=8, bits_stored=8, high_bit=7)
    with pytest.raises(UnreadableDataset, match="cannot hold"):
        decode_frame(bomb, uids.JPEG_BASELINE, large)


@pytest.mark.parametrize(
    "header",
    [
        struct.pack("<16L", 255, *range(64, 79)),
        struct.pack("<16L", 2, 80, 64, *[0] * 13),
        struct.pack("<16L", 2, 64, 9999, *[0] * 13),
        struct.pack("<16L", 1, 64, *[0] * 14),
        b"\0" * 10,
    ],
)
def test_an_rle_header_that_lies_is_refused(header: bytes) -> None:
    with pytest.raises(UnreadableDataset, match="RLE"):
        decode_frame(header + b"\0" * 40, uids.RLE_LOSSLESS, GREY)


def test_rle_runs_beyond_the_end_are_refused() -> None:
    header = struct.pack("<16L", 2, 64, 66, *[0] * 13)
    for segment in (b"\x7f\x00\x7f\x00", b"\x81\x00\x81\x00", b"\x80\x80\x80\x80"):
        with pytest.raises(UnreadableDataset):
            decode_frame(header + segment, uids.RLE_LOSSLESS, GREY)


def test_a_deflated_frame_that_grows_is_refused() -> None:
    deflater = zlib.compressobj(wbits=-15)
    bomb = deflater.compress(b"\0" * 10_000_000) + deflater.flush()
    with pytest.raises(UnreadableDataset, match="does not end after the 40 bytes"):
        decode_frame(bomb, uids.DEFLATED_IMAGE_FRAME, replace(GREY, rows=4))


def test_a_jpeg_ls_frame_that_is_cut_off_is_refused_at_once() -> None:
    codestream = encode_frame(bytes(range(192)), uids.JPEG_LS_LOSSLESS, COLOUR)
    refused = 0
    for end in range(30, len(codestream) - 2):
        try:
            decode_frame(codestream[:end], uids.JPEG_LS_LOSSLESS, COLOUR)
        except UnreadableDataset:
            refused += 1
    assert refused > 20


def test_video_and_unknown_syntaxes_have_no_decoder() -> None:
    for syntax in (uids.MPEG2_MAIN_LEVEL, "1.2.3.4"):
        with pytest.raises(LocalError, match="nothing here decodes"):
            decode_frame(b"", syntax, GREY)


def test_a_computer_without_imagecodecs_is_told_so(monkeypatch) -> None:
    codestream = encode_frame(b"\1\0" * 30, uids.JPEG_LS_LOSSLESS, GREY)
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    with pytest.raises(LocalError, match="needs the package imagecodecs"):
        decode_frame(codestream, uids.JPEG_LS_LOSSLESS, GREY)


CODED = sorted(decode.JPEG_LS_SYNTAXES | {uids.JPEG_LOSSLESS_FIRST_ORDER, uids.RLE_LOSSLESS, uids.JPEG_2000_LOSSLESS})


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)
@given(st.sampled_from(CODED), st.data())
def test_a_damaged_frame_is_refused_or_has_the_promised_size(syntax: str, data) -> None:
    native = (np.arange(192, dtype=np.uint8) * 7).tobytes()
    coded = bytearray(encode_frame(native, syntax, replace(COLOUR, photometric_interpretation="YBR_FULL")))
    position = data.draw(st.integers(0, len(coded) - 1))
    coded[position] ^= 1 << data.draw(st.integers(0, 7))
    end = data.draw(st.integers(1, len(coded)))
    try:
        content = decode_frame(bytes(coded[:end]), syntax, COLOUR)
    except IsocenterError:
        return
    assert len(content) == len(native)


def test_the_codecs_that_the_table_promises_are_in_this_build() -> None:
    codecs = imagecodecs()
    assert codecs.JPEG8.available
    assert codecs.JPEG8.all_precisions
    assert codecs.JPEGLS.available
    assert codecs.JPEG2K.available
    assert codecs.HTJ2K.available
    assert codecs.JPEGXL.available


@pytest.mark.parametrize("syntax", [uids.JPEG_FULL_PROGRESSION, uids.JPEG_SPECTRAL_SELECTION])
@pytest.mark.parametrize("mode", ["L", "YCbCr"])
def test_a_retired_progressive_jpeg_is_decoded_as_a_web_browser_would(syntax: str, mode: str) -> None:
    picture = Image.radial_gradient("L").resize((32, 16)).convert("RGB").convert(mode)
    stream = io.BytesIO()
    picture.save(stream, "JPEG", progressive=True, quality=90)
    samples = len(mode) if mode == "L" else 3
    description = PixelDescription(16, 32, samples, 8, 8, 7, 0, 0, "MONOCHROME2" if mode == "L" else "YBR_FULL_422", 1)
    ours = np.frombuffer(decode_frame(stream.getvalue(), syntax, description), np.uint8).reshape(16, 32, -1).squeeze()
    again = Image.open(stream)
    again.draft(mode, again.size)
    assert again.info["progressive"]
    assert np.abs(ours.astype(int) - np.asarray(again.convert(mode))).max() <= 2
