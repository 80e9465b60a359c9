import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.imaging.elements import Reader
from isocenter.imaging.recode import Value, Writer, swap


def explicit(group: int, number: int, vr: str, value: bytes, order: str = "<") -> bytes:
    start = struct.pack(order + "HH2s", group, number, vr.encode())
    if vr in ("OB", "OW", "UN", "SQ", "UT"):
        return start + struct.pack(order + "HL", 0, len(value)) + value
    return start + struct.pack(order + "H", len(value)) + value


def implicit(group: int, number: int, value: bytes) -> bytes:
    return struct.pack("<HHL", group, number, len(value)) + value


def recoded(content: bytes, *, was_explicit: bool = True, was_little: bool = True, changes=None, **wanted: bool) -> bytes:
    reader = Reader(memoryview(content), explicit=was_explicit, little=was_little)
    return b"".join(Writer(reader, **wanted).pieces(reader.elements(0, len(content)), changes))


def item(content: bytes) -> bytes:
    return struct.pack("<HHL", 0xFFFE, 0xE000, len(content)) + content


def test_lengths_of_sequences_follow_their_new_headers() -> None:
    inner = explicit(8, 0x1150, "UI", b"1.2\0")
    content = explicit(8, 0x1115, "SQ", item(inner) + item(inner))
    expected_inner = implicit(8, 0x1150, b"1.2\0")
    expected = implicit(8, 0x1115, item(expected_inner) + item(expected_inner))
    assert recoded(content, explicit=False, little=True) == expected
    assert recoded(expected, was_explicit=False, explicit=True, little=True) == content


def test_each_representation_swaps_its_own_words() -> None:
    for vr, value, swapped in (
        ("US", b"\x01\x02", b"\x02\x01"),
        ("AT", b"\x08\x00\x50\x11", b"\x00\x08\x11\x50"),
        ("UL", b"\x01\x02\x03\x04", b"\x04\x03\x02\x01"),
        ("FD", bytes(range(8)), bytes(range(7, -1, -1))),
        ("OB", b"\x01\x02", b"\x01\x02"),
        ("LO", b"ab", b"ab"),
    ):
        assert recoded(explicit(9, 0x1001, vr, value), explicit=True, little=False) == explicit(9, 0x1001, vr, swapped, ">")


def test_unknown_bytes_keep_their_order_and_known_ones_do_not() -> None:
    assert recoded(explicit(9, 0x1001, "UN", b"\1\2"), explicit=True, little=False) == explicit(9, 0x1001, "UN", b"\1\2", ">")
    assert recoded(explicit(0x28, 0x10, "UN", b"\1\2"), explicit=True, little=False) == explicit(0x28, 0x10, "US", b"\2\1", ">")


def test_changes_replace_remove_and_insert_in_order_of_tags() -> None:
    content = explicit(8, 5, "CS", b"ab") + explicit(0x10, 0x10, "PN", b"cd") + explicit(0x28, 4, "CS", b"ef")
    changes = {0x00080005: None, 0x00100020: Value("LO", [b"new"]), 0x00280004: Value("CS", [b"RGB"])}
    expected = explicit(0x10, 0x10, "PN", b"cd") + explicit(0x10, 0x20, "LO", b"new\0") + explicit(0x28, 4, "CS", b"RGB ")
    assert recoded(content, changes=changes, explicit=True, little=True) == expected


def test_a_group_length_that_would_lie_is_left_out() -> None:
    content = explicit(8, 0, "UL", b"\x0a\0\0\0") + explicit(8, 5, "CS", b"ab")
    assert recoded(content, explicit=False, little=True) == implicit(8, 5, b"ab")
    assert recoded(content, explicit=True, little=True) == content


@given(st.lists(st.tuples(st.integers(0x0009, 0x7FDF), st.integers(1, 0xFFFF), st.binary(max_size=20)), max_size=6))
def test_the_same_encoding_gives_the_same_bytes_whatever_they_are(parts: list[tuple[int, int, bytes]]) -> None:
    content = b"".join(explicit(group, number, "UN", value) for group, number, value in parts)
    assert recoded(content, explicit=True, little=True) == content


def test_cut_off_words_and_fragments_in_implicit_are_refused() -> None:
    with pytest.raises(UnreadableDataset, match=r"\(0028,0010\) has 3 bytes"):
        recoded(explicit(0x28, 0x10, "US", b"abc"), explicit=True, little=False)
    with pytest.raises(UnreadableDataset, match="whole words of 4"):
        swap(b"abc", 4)
    pixels = struct.pack("<HH2sHL", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF) + item(b"") + bytes.fromhex("feffdde000000000")
    with pytest.raises(LocalError, match="fragments"):
        recoded(pixels, explicit=False, little=True)
