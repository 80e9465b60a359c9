import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import SEQUENCE_DEPTH_MAX
from isocenter.imaging.elements import PIXEL_DATA, Reader, syntax_of
from isocenter.standard import transfer_syntax as uids

EXPLICIT = {"explicit": True, "little": True}
ITEM, ITEM_END, SEQUENCE_END = (bytes.fromhex(text) for text in ("feff00e0ffffffff", "feff0de000000000", "feffdde000000000"))
SEQUENCE = bytes.fromhex("0800111153510000ffffffff")


def read(content: bytes, *, explicit: bool = True, little: bool = True):
    reader = Reader(memoryview(content), explicit=explicit, little=little)
    return reader.elements(0, len(content))


def element(group: int, number: int, vr: str, value: bytes) -> bytes:
    if vr in ("OB", "OW", "UN", "SQ", "UT"):
        return struct.pack("<HH2sHL", group, number, vr.encode(), 0, len(value)) + value
    return struct.pack("<HH2sH", group, number, vr.encode(), len(value)) + value


def test_elements_are_found_where_they_are() -> None:
    content = element(8, 5, "CS", b"ISO_IR 100") + element(0x7FE0, 0x10, "OW", b"12")
    first, second = read(content)
    assert (first.tag, first.vr, first.start, first.value, first.length, first.end) == (0x00080005, "CS", 0, 8, 10, 18)
    assert (second.tag, second.vr, content[second.value : second.end]) == (PIXEL_DATA, "OW", b"12")


def test_a_sequence_without_length_ends_at_its_delimiter() -> None:
    inner = element(8, 0x1150, "UI", b"1.2\0")
    content = SEQUENCE + ITEM + inner + ITEM_END + SEQUENCE_END + element(0x10, 0x20, "LO", b"ID")
    sequence, patient = read(content)
    assert [found.tag for found in sequence.items[0].elements] == [0x00081150]
    assert sequence.items[0].length == len(inner)
    assert patient.tag == 0x00100020


def test_un_without_length_is_read_as_implicit_little_endian() -> None:
    implicit = struct.pack("<HHL", 8, 0x1150, 4) + b"1.2\0"
    content = struct.pack("<HH2sHL", 9, 0x1002, b"UN", 0, 0xFFFFFFFF) + ITEM + implicit + ITEM_END + SEQUENCE_END
    (private,) = read(content)
    assert private.items[0].elements[0].tag == 0x00081150


def test_un_without_length_may_hold_explicit_items_all_the_same() -> None:
    inner = element(8, 0x1150, "UI", b"1.2\0")
    content = struct.pack("<HH2sHL", 9, 0x1002, b"UN", 0, 0xFFFFFFFF) + ITEM + inner + ITEM_END + SEQUENCE_END
    (private,) = read(content)
    assert (private.items[0].elements[0].tag, private.items[0].elements[0].vr) == (0x00081150, "UI")


def test_a_single_implicit_element_and_an_implicit_item_are_read_in_an_explicit_data_set() -> None:
    implicit = struct.pack("<HHL", 8, 0x1150, 4) + b"1.2\0"
    content = element(8, 5, "CS", b"ab") + implicit + SEQUENCE + ITEM + implicit + ITEM_END + SEQUENCE_END
    first, single, sequence = read(content)
    assert (single.tag, single.vr, content[single.value : single.end]) == (0x00081150, "", b"1.2\0")
    assert [found.tag for found in sequence.items[0].elements] == [0x00081150]
    assert first.vr == "CS"


def test_a_few_zero_bytes_may_pad_a_data_set_but_no_item() -> None:
    inner = element(8, 0x1150, "UI", b"1.2\0")
    assert len(read(inner + bytes(7))) == 1
    with pytest.raises(UnreadableDataset, match="2 bytes where an element"):
        read(SEQUENCE + struct.pack("<HHL", 0xFFFE, 0xE000, len(inner) + 2) + inner + bytes(2) + SEQUENCE_END)


@pytest.mark.parametrize("announced", [uids.IMPLICIT_VR_LITTLE_ENDIAN, uids.EXPLICIT_VR_LITTLE_ENDIAN, uids.EXPLICIT_VR_BIG_ENDIAN])
def test_a_data_set_is_read_as_it_is_written_whatever_was_announced(announced: str) -> None:
    explicit = element(8, 5, "CS", b"ISO_IR 100")
    implicit = struct.pack("<HHL", 8, 5, 10) + b"ISO_IR 100"
    big = struct.pack(">HH2sH", 8, 5, b"CS", 10) + b"ISO_IR 100"
    for content, expected in ((explicit, (True, True)), (implicit, (False, True)), (big, (True, False))):
        syntax = syntax_of(memoryview(content), uids.of(announced))
        assert (syntax.explicit_vr, syntax.little_endian, syntax.uid) == (*expected, announced)


def test_fragments_are_found_and_their_delimiter_needed() -> None:
    head = struct.pack("<HH2sHL", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF)
    fragments = bytes.fromhex("feff00e000000000") + bytes.fromhex("feff00e002000000") + b"ab"
    (pixels,) = read(head + fragments + SEQUENCE_END)
    assert pixels.fragments == [(20, 0), (28, 2)]
    with pytest.raises(UnreadableDataset, match="never closed"):
        read(head + fragments)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x08\x00\x05", "3 bytes where an element"),
        (element(8, 5, "CS", b"ab")[:-1], "claims 2 bytes where 1 are left"),
        (b"\x08\x00\x05\x00??\x02\x00ab", "claims 147263 bytes where 2 are left"),
        (element(8, 5, "CS", b"ab") + b"\0\0\1", "3 bytes where an element"),
        (b"\x08\x00\x05\x00OB\0\0\x01", "ends within its header"),
        (ITEM_END, "loose"),
        (SEQUENCE + ITEM + ITEM_END, "sequence of undefined length is never closed"),
        (SEQUENCE + ITEM, "item of undefined length is never closed"),
        (SEQUENCE + element(8, 5, "CS", b"ab"), "where an item should begin"),
        (struct.pack("<HH2sHL", 8, 5, b"UT", 0, 0xFFFFFFFF), "cannot have an undefined length"),
        (SEQUENCE + bytes.fromhex("feff00e0ffffff7f"), "an item claims"),
    ],
)
def test_what_makes_no_sense_is_named(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableDataset, match=words):
        read(content)


def test_nesting_ends_at_the_limit() -> None:
    deep = (SEQUENCE + ITEM) * (SEQUENCE_DEPTH_MAX + 1) + (ITEM_END + SEQUENCE_END) * (SEQUENCE_DEPTH_MAX + 1)
    with pytest.raises(UnreadableDataset, match="deeper"):
        read(deep)
    levels = SEQUENCE_DEPTH_MAX
    assert len(read((SEQUENCE + ITEM) * levels + (ITEM_END + SEQUENCE_END) * levels)) == 1


@given(st.binary(max_size=200), st.booleans(), st.booleans())
def test_any_bytes_are_read_or_refused(content: bytes, explicit: bool, little: bool) -> None:
    try:
        found = read(content, explicit=explicit, little=little)
    except UnreadableDataset:
        return
    rest = content[sum(one.end - one.start for one in found) :]
    assert len(rest) < 8
    assert not any(rest), "only zero bytes may pad a data set"


def test_a_real_file_cut_anywhere_is_refused_or_read(one_file) -> None:
    content = one_file("rtplan.dcm").data_set[:1200]
    for end in range(len(content)):
        try:
            found = read(content[:end], explicit=False)
        except UnreadableDataset:
            continue
        assert not found or found[-1].end == end
