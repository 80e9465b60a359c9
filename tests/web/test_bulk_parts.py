import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import STOW_BULK_BYTES_HELD
from isocenter.dicomweb.json_data_set import Hole
from isocenter.dicomweb.media import media_type
from isocenter.dicomweb.problems import Problem
from isocenter.web import bulk_parts
from isocenter.web.bulk_parts import BulkParts

PIXELS = Hole(0x7FE00010, "OW", "pixels")
OCTETS = "application/octet-stream"
RLE = "1.2.840.10008.1.2.5"


def filled(content_type: str, *parts: bytes) -> BulkParts:
    bulk = BulkParts(media_type(content_type))
    for part in parts:
        bulk.begin()
        bulk.write(memoryview(part))
    return bulk


@given(st.binary(max_size=99), st.sampled_from(["OB", "OW", "UN", "UT"]))
def test_native_bytes_become_one_element_of_even_length(value, vr):
    bulk = filled(OCTETS, value)
    content = b"".join(bulk.element(Hole(0x00420011, vr, "x")))
    bulk.close()
    padded = value + b"\0" * (len(value) % 2)
    assert content == b"\x42\x00\x11\x00" + vr.encode() + b"\0\0" + len(padded).to_bytes(4, "little") + padded


def test_what_is_longer_than_is_held_in_memory_comes_back_from_its_file():
    value = bytes(range(256)) * (STOW_BULK_BYTES_HELD // 128)
    bulk = filled(OCTETS, value)
    content = b"".join(bulk.element(PIXELS))
    bulk.close()
    assert content[12:] == value


@given(st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=5))
def test_compressed_frames_become_a_fragment_each(frames):
    bulk = filled(f"image/dicom-rle; transfer-syntax={RLE}", *frames)
    content = b"".join(bulk.element(PIXELS))
    bulk.close()
    assert content.startswith(b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\0\0\0\0")
    position = 20
    for frame in frames:
        length = int.from_bytes(content[position + 4 : position + 8], "little")
        assert content[position : position + 4] == b"\xfe\xff\x00\xe0"
        assert content[position + 8 : position + 8 + length] == frame + b"\0" * (len(frame) % 2)
        position += 8 + length
    assert content[position:] == b"\xfe\xff\xdd\xe0\0\0\0\0"


def jpeg(marker: int) -> bytes:
    return b"\xff\xd8\xff" + bytes([marker]) + b"\0\x0b\x08\0\x08\0\x08\x01\x01\x11\0\xff\xd9"


@pytest.mark.parametrize(
    ("content_type", "value", "syntax"),
    [
        (OCTETS, b"", "1.2.840.10008.1.2.1"),
        ("application/pdf", b"", "1.2.840.10008.1.2.1"),
        (f"{OCTETS}; transfer-syntax=1.2.840.10008.1.2", b"", "1.2.840.10008.1.2.1"),
        (f"{OCTETS}; transfer-syntax={RLE}", b"", RLE),
        ("image/jpeg", jpeg(0xC0), "1.2.840.10008.1.2.4.50"),
        ("image/jpeg", jpeg(0xC1), "1.2.840.10008.1.2.4.51"),
        ("image/jpeg", jpeg(0xC3), "1.2.840.10008.1.2.4.57"),
        ("image/jpeg", b"no jpeg", "1.2.840.10008.1.2.4.70"),
        ("image/jpeg; transfer-syntax=1.2.840.10008.1.2.4.50", jpeg(0xC3), "1.2.840.10008.1.2.4.50"),
        ("image/jp2", b"", "1.2.840.10008.1.2.4.90"),
        ("image/x-jls", b"", "1.2.840.10008.1.2.4.80"),
        ("video/mp4", b"", "1.2.840.10008.1.2.4.102"),
    ],
)
def test_the_transfer_syntax_is_the_one_named_else_what_the_stream_or_the_standard_says(content_type, value, syntax):
    bulk = filled(content_type, value)
    assert bulk.transfer_syntax() == syntax
    bulk.close()


def test_a_jpeg_that_was_looked_into_is_still_whole():
    bulk = filled("image/jpeg", jpeg(0xC0))
    assert bulk.transfer_syntax() == "1.2.840.10008.1.2.4.50"
    bulk.begin()
    bulk.write(memoryview(jpeg(0xC0)))
    content = b"".join(bulk.element(PIXELS))
    bulk.close()
    assert content.count(jpeg(0xC0)) == 2


@pytest.mark.parametrize(("content_type", "by_frames"), [(OCTETS, False), ("image/jp2", True), ("video/mp4", False)])
def test_only_compressed_images_come_frame_by_frame(content_type, by_frames):
    bulk = filled(content_type, b"x")
    assert bulk.is_by_frames is by_frames
    bulk.close()


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"])
def test_big_endian_and_deflated_values_are_refused(syntax):
    bulk = filled(f"{OCTETS}; transfer-syntax={syntax}", b"x")
    with pytest.raises(UnreadableDataset, match="web services do not use"):
        list(bulk.element(PIXELS))
    bulk.close()


def test_a_native_value_in_two_parts_is_refused():
    bulk = filled(OCTETS, b"ab", b"cd")
    with pytest.raises(UnreadableDataset, match="came in 2 parts"):
        list(bulk.element(PIXELS))
    with pytest.raises(UnreadableDataset, match="came in 2 parts"):
        bulk.value(100)
    bulk.close()


def test_a_value_inside_a_sequence_is_bounded():
    bulk = filled(OCTETS, b"abc")
    assert bulk.value(3) == b"abc"
    with pytest.raises(UnreadableDataset, match="3 bytes; 2 are allowed"):
        bulk.value(2)
    bulk.close()


def test_parts_of_more_bytes_than_an_instance_may_have_end_the_request(monkeypatch):
    monkeypatch.setattr(bulk_parts, "DATASET_BYTES_MAX", 5)
    bulk = filled(OCTETS, b"abc")
    bulk.begin()
    with pytest.raises(Problem, match="more than 5 bytes"):
        bulk.write(memoryview(b"def"))
    bulk.close()
