import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.pixels import apply_color_lut
from tests.imaging.reading import attributes

from isocenter.base.errors import UnreadableDataset
from isocenter.imaging import palette
from isocenter.imaging.stored_values import Cell
from isocenter.standard import transfer_syntax as uids

BYTE = Cell(8, 8, 7, False)


def with_palette(make_item, descriptors, contents, vr: str = "US", segmented: bool = False):
    made = make_item()
    for name, descriptor, content in zip(("Red", "Green", "Blue"), descriptors, contents, strict=True):
        made.add_new(f"{name}PaletteColorLookupTableDescriptor", vr, descriptor)
        made.add_new(f"{'Segmented' if segmented else ''}{name}PaletteColorLookupTableData", "OW", content)
    return made


@pytest.mark.parametrize(
    "name", ["examples_palette.dcm", "OBXXXX1A.dcm", "OBXXXX1A_expb.dcm", "gdcm-US-ALOKA-16.dcm", "gdcm-US-ALOKA-16_big.dcm"]
)
def test_real_palettes_give_the_colours_that_pydicom_gives(one_file, read_by_pydicom, name: str) -> None:
    file = one_file(name)
    data_set = read_by_pydicom(file.data_set, file.syntax)
    cell = Cell(data_set.BitsAllocated, data_set.BitsStored, data_set.HighBit, False)
    ours = palette.colours(palette.read(attributes(file.data_set, file.syntax), signed=False), cell)
    theirs = apply_color_lut(np.arange(1 << cell.bits_stored, dtype=f"u{cell.bits_allocated // 8}"), data_set)
    assert np.array_equal(ours, theirs >> 8 if int(theirs.max()) > 255 else theirs)


def test_each_colour_begins_at_its_own_first_value(make_item, in_bytes) -> None:
    entries = struct.pack("<2H", 0x1100, 0x2200)
    made = with_palette(make_item, ([2, 0, 16], [2, 1, 16], [2, 200, 16]), (entries,) * 3)
    found = palette.colours(palette.read(attributes(in_bytes(made)), signed=False), BYTE)
    assert found[[0, 1, 2, 200, 201, 255]].tolist() == [
        [0x11, 0x11, 0x11],
        [0x22, 0x11, 0x11],
        [0x22, 0x22, 0x11],
        [0x22, 0x22, 0x11],
        [0x22, 0x22, 0x22],
        [0x22, 0x22, 0x22],
    ]


def test_signed_pixels_have_a_signed_first_value(make_item, in_bytes) -> None:
    made = with_palette(make_item, ([3, 65535, 8],) * 3, (struct.pack("<3H", 1, 2, 3),) * 3)
    found = palette.colours(palette.read(attributes(in_bytes(made)), signed=True), Cell(8, 8, 7, True))
    assert found[[0x80, 0xFF, 0x00, 0x01, 0x7F], 0].tolist() == [1, 1, 2, 3, 3]


def test_entries_that_never_exceed_a_byte_are_bytes_whatever_the_descriptor_says(make_item, in_bytes) -> None:
    made = with_palette(make_item, ([2, 0, 16],) * 3, (struct.pack("<2H", 0, 255),) * 3)
    assert palette.colours(palette.read(attributes(in_bytes(made)), signed=False), BYTE)[1].tolist() == [255, 255, 255]


def test_8_bit_entries_lie_two_in_a_word_in_either_byte_order(make_item, in_bytes) -> None:
    made = with_palette(make_item, ([4, 0, 8],) * 3, (bytes((10, 20, 30, 40)),) * 3)
    little = attributes(in_bytes(made))
    swapped = with_palette(make_item, ([4, 0, 8],) * 3, (bytes((20, 10, 40, 30)),) * 3)
    big = attributes(in_bytes(swapped, uids.EXPLICIT_VR_BIG_ENDIAN), uids.EXPLICIT_VR_BIG_ENDIAN)
    for found in (little, big):
        assert palette.colours(palette.read(found, signed=False), BYTE)[:4, 0].tolist() == [10, 20, 30, 40]


@pytest.mark.parametrize(
    ("descriptor", "content", "words"),
    [
        ([0, 0, 16], bytes(8), "8 bytes, 65536 entries of 16 bits"),
        ([5, 0, 16], bytes(8), "8 bytes, 5 entries"),
        ([9, 0, 8], bytes(8), "8 bytes, 9 entries of 8"),
        ([4, 0, 12], bytes(8), "12 bits an entry"),
        ([4, 0], bytes(8), "2 values, not 3"),
        ([4, 0, 16], b"", "no data"),
    ],
)
def test_a_palette_that_promises_what_is_not_there_is_refused(make_item, in_bytes, descriptor, content, words: str) -> None:
    made = with_palette(make_item, (descriptor,) * 3, (content,) * 3)
    with pytest.raises(UnreadableDataset, match=words):
        palette.read(attributes(in_bytes(made)), signed=False)


def segmented(make_item, in_bytes, segments: bytes, count: int, bits: int = 16) -> list[int]:
    made = with_palette(make_item, ([count, 0, bits],) * 3, (segments + b"\0" * (len(segments) % 2),) * 3, segmented=True)
    return palette.read(attributes(in_bytes(made)), signed=False)[0].entries.tolist()


def test_discrete_linear_and_indirect_segments_are_expanded(make_item, in_bytes) -> None:
    discrete, linear = struct.pack("<4H", 0, 2, 100, 200), struct.pack("<3H", 1, 4, 400)
    again = struct.pack("<4H", 2, 2, 0, 0)
    assert segmented(make_item, in_bytes, discrete + linear + again, 12) == [
        100,
        200,
        250,
        300,
        350,
        400,
        *[100, 200, 250, 300, 350, 400],
    ]
    small = bytes((0, 1, 10, 1, 2, 30, 2, 1, 0, 0, 0, 0))
    assert segmented(make_item, in_bytes, small, 4, bits=8) == [10, 20, 30, 10]


@pytest.mark.parametrize(
    ("segments", "words"),
    [
        (struct.pack("<3H", 1, 4, 400), "begins with a linear segment"),
        (struct.pack("<3H", 0, 9, 400), "promises 9 values"),
        (struct.pack("<3H", 7, 1, 400), "kind 7"),
        (struct.pack("<3H", 0, 1, 400), "gives 1 entries, 8 were promised"),
        (struct.pack("<7H", 0, 1, 5, 2, 1, 6, 0), "kind 2"),
        (struct.pack("<7H", 0, 1, 5, 2, 1, 0xFFFF, 0xFFFF), "ends within a segment"),
        (struct.pack("<5H", 0, 1, 5, 2, 1), "ends within a segment"),
    ],
)
def test_segments_that_lead_nowhere_are_refused(make_item, in_bytes, segments: bytes, words: str) -> None:
    with pytest.raises(UnreadableDataset, match=words):
        segmented(make_item, in_bytes, segments, 8)


def test_segments_never_give_more_than_the_descriptor_promises(make_item, in_bytes) -> None:
    bomb = struct.pack("<3H", 0, 1, 5) + struct.pack("<3H", 1, 65535, 9) + struct.pack("<4H", 2, 65535, 6, 0) * 5000
    assert len(segmented(make_item, in_bytes, bomb[:60000], 300)) == 300


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([8, 16]), st.integers(1, 300))
def test_any_segments_are_expanded_or_refused(make_item, in_bytes, segments: bytes, bits: int, count: int) -> None:
    try:
        entries = segmented(make_item, in_bytes, segments, count, bits)
    except UnreadableDataset:
        return
    assert len(entries) == count
