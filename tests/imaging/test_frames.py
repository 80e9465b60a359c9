import struct

import numpy as np
import pytest
from pydicom.encaps import encapsulate, encapsulate_extended

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.imaging.frames import joined, locate
from isocenter.standard import transfer_syntax as uids


def us(number: int, value: int) -> bytes:
    return struct.pack("<HH2sHH", 0x28, number, b"US", 2, value)


def image(
    pixels: bytes, *, frames: str = "", rows: int = 2, columns: int = 2, bits: int = 8, extra: bytes = b"", samples: int = 1
) -> bytes:
    count = struct.pack("<HH2sH", 0x28, 8, b"IS", len(frames)) + frames.encode() if frames else b""
    size = us(0x10, rows) + us(0x11, columns) + us(0x100, bits) + us(0x101, bits) + us(0x102, bits - 1) + us(0x103, 0)
    return us(2, samples) + count + size + extra + pixels


def native(value: bytes) -> bytes:
    return struct.pack("<HH2sHL", 0x7FE0, 0x10, b"OB", 0, len(value)) + value


def coded(value: bytes) -> bytes:
    return struct.pack("<HH2sHL", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF) + value + bytes.fromhex("feffdde000000000")


def contents(data_set: bytes, syntax: str) -> list[bytes]:
    return [joined(memoryview(data_set), frame) for frame in locate(data_set, syntax).frames]


def test_native_frames_lie_one_after_the_other() -> None:
    data_set = image(native(b"aaaabbbbcccc"), frames="3 ")
    assert contents(data_set, uids.EXPLICIT_VR_LITTLE_ENDIAN) == [b"aaaa", b"bbbb", b"cccc"]


def test_one_bit_frames_may_begin_within_a_byte() -> None:
    found = locate(image(native(b"\x01\x02"), frames="3 ", bits=1), uids.EXPLICIT_VR_LITTLE_ENDIAN)
    assert [frame.first_bit for frame in found.frames] == [0, 4, 0]
    assert [frame.byte_count for frame in found.frames] == [1, 1, 1]


def test_native_pixels_that_are_too_short_are_refused() -> None:
    with pytest.raises(UnreadableDataset, match="3 frames need 12"):
        locate(image(native(b"aaaabbbb"), frames="3 "), uids.EXPLICIT_VR_LITTLE_ENDIAN)


@pytest.mark.parametrize("has_bot", [True, False])
def test_one_fragment_a_frame(has_bot: bool) -> None:
    data_set = image(coded(encapsulate([b"aa", b"bbbb"], has_bot=has_bot)), frames="2 ")
    assert contents(data_set, uids.RLE_LOSSLESS) == [b"aa", b"bbbb"]


def test_the_basic_offset_table_groups_fragments() -> None:
    data_set = image(coded(encapsulate([b"aaaabbbb", b"ccccdddd"], fragments_per_frame=2)), frames="2 ")
    assert contents(data_set, uids.JPEG_BASELINE) == [b"aaaabbbb", b"ccccdddd"]


def test_without_a_table_the_start_of_a_codestream_tells_frames_apart() -> None:
    frames = [b"\xff\xd8\xff\xe0aaaabbbb", b"\xff\xd8\xff\xe0ccccdddd"]
    data_set = image(coded(encapsulate(frames, fragments_per_frame=3, has_bot=False)), frames="2 ")
    assert contents(data_set, uids.JPEG_BASELINE) == frames


def test_an_offset_table_that_lies_is_not_believed() -> None:
    value = bytearray(encapsulate([b"aaaa", b"bbbb"]))
    value[12:16] = struct.pack("<L", 0x7FFFFFFF)
    assert contents(image(coded(bytes(value)), frames="2 "), uids.JPEG_BASELINE) == [b"aaaa", b"bbbb"]


def test_the_extended_offset_table_is_used() -> None:
    value, offsets, lengths = encapsulate_extended([b"aaaa", b"bbbb"])
    extra = b"".join(
        struct.pack("<HH2sHL", 0x7FE0, number, b"OV", 0, len(table)) + table for number, table in ((1, offsets), (2, lengths))
    )
    assert contents(image(coded(value), frames="2 ", extra=extra), uids.JPEG_BASELINE) == [b"aaaa", b"bbbb"]


def test_fragments_that_cannot_be_told_apart_are_refused() -> None:
    value = encapsulate([b"aaaabbbb", b"ccccdddd"], fragments_per_frame=2, has_bot=False)
    with pytest.raises(UnreadableDataset, match="no usable offset table"):
        locate(image(coded(value), frames="2 "), uids.JPEG_BASELINE)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"rows": 0}, "2 x 0"),
        ({"bits": 12}, "12 bits allocated"),
        ({"samples": 2}, "2 samples"),
        ({"frames": "-1"}, "Number of Frames"),
        ({"frames": "9999999999"}, "frames need"),
        ({"rows": 65535, "columns": 65535}, "is more than"),
    ],
)
def test_attributes_that_make_no_sense_are_named(changed: dict, words: str) -> None:
    with pytest.raises(UnreadableDataset, match=words):
        locate(image(native(b"aaaa"), **changed), uids.EXPLICIT_VR_LITTLE_ENDIAN)


def test_more_frames_than_fragments_are_refused() -> None:
    with pytest.raises(UnreadableDataset, match="1 fragments cannot hold"):
        locate(image(coded(encapsulate([b"aaaa"])), frames="2147483646"), uids.JPEG_BASELINE)


def test_pixels_twice_or_never_are_refused() -> None:
    with pytest.raises(UnreadableDataset, match="twice"):
        locate(image(native(b"aaaa") * 2), uids.EXPLICIT_VR_LITTLE_ENDIAN)
    with pytest.raises(LocalError, match="no Pixel Data"):
        locate(image(b""), uids.EXPLICIT_VR_LITTLE_ENDIAN)
    with pytest.raises(LocalError, match="deflated"):
        locate(b"", uids.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN)


def test_a_real_multi_frame_image_has_all_its_frames(one_file) -> None:
    file = one_file("emri_small_jpeg_2k_lossless.dcm")
    found = locate(file.data_set, file.syntax)
    assert len(found.frames) == 10
    starts = {joined(memoryview(file.data_set), frame)[:4] for frame in found.frames}
    assert starts == {b"\xff\x4f\xff\x51"}
    assert np.prod((found.description.rows, found.description.columns)) == 4096
