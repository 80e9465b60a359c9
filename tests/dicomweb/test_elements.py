"""Stepping through a data set: every byte once, every length checked, and what is wrong named with its place."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dicomweb.written_sets import ITEM, SEQUENCE_END, UNDEFINED, explicit, fragments, implicit, item, sequence

from isocenter.base.errors import UnreadableDataset
from isocenter.dicomweb import elements as room
from isocenter.dicomweb.elements import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, Elements

CODE = explicit(0x00080100, "SH", b"T1")


def walked(data: bytes, mode=EXPLICIT_LITTLE) -> list[tuple[int, int]]:
    """Tag and end of each element of the top level."""
    elements = Elements(memoryview(data), mode)
    found, offset = [], 0
    while not elements.is_over(offset, len(data), 0):
        head = elements.head(offset, len(data), elements.mode)
        elements.ends_item(head, offset, delimited=False)
        offset = elements.past(head, len(data), elements.mode, 0)
        found.append((head[0], offset))
    return found


contents = st.recursive(
    st.sampled_from([CODE, explicit(0x00091001, "OB", bytes(5)), fragments(0x7FE00010, b"ab"), b""]),
    lambda inner: st.builds(
        lambda parts, defined, vr: sequence(
            0x00081140, *(item(part, defined=one) for part, one in parts), defined=defined, vr="SQ" if defined else vr
        ),
        st.lists(st.tuples(inner, st.booleans()), max_size=3),
        st.booleans(),
        st.sampled_from(["SQ", "UN"]),
    ),
    max_leaves=10,
)


@given(st.lists(contents, max_size=4))
def test_every_element_ends_where_the_next_begins(parts):
    data = b"".join(parts)
    assert [end for _, end in walked(data)] == [len(b"".join(parts[: n + 1])) for n, part in enumerate(parts) if part]


def test_a_data_set_is_read_as_it_is_written_whatever_is_said_of_it():
    little, big = explicit(0x00080060, "CS", b"CT"), b"\0\x08\0\x60CS\0\2CT"
    for said in (EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG):
        assert Elements(memoryview(little), said).mode == EXPLICIT_LITTLE
        assert Elements(memoryview(big), said).mode == EXPLICIT_BIG
        assert Elements(memoryview(implicit(0x00080060, b"CT")), said).mode == IMPLICIT_LITTLE
        assert Elements(memoryview(b"\x08\0"), said).mode == said


def test_items_of_an_unknown_vr_are_little_endian_whatever_is_around_them():
    inner = item(CODE) + SEQUENCE_END
    data = b"\0\x08\0\x60CS\0\2CT" + b"\0\x08\x11\x40UN\0\0" + b"\xff\xff\xff\xff" + inner
    assert [tag for tag, _ in walked(data, EXPLICIT_BIG)] == [0x00080060, 0x00081140]


def test_fragments_are_found_and_may_be_cut_off_by_the_end_of_the_data():
    data = fragments(0x7FE00010, b"first ", b"second")
    elements = Elements(memoryview(data), EXPLICIT_LITTLE)
    head = elements.head(0, len(data), EXPLICIT_LITTLE)
    found = list(elements.fragments(head, len(data), "<"))
    assert [data[start : start + length] for start, length in found[1:-1]] == [b"first ", b"second"]
    assert found[-1] == (len(data), -1)
    for length in range(12, len(data)):
        assert walked(data[:length]) == [(0x7FE00010, length)]


def test_fragments_that_are_cut_off_within_an_item_are_not_believed():
    inside = fragments(0x7FE00010, b"first ")[:-10]
    with pytest.raises(UnreadableDataset, match="no fragment"):
        walked(sequence(0x00880200, item(inside, defined=False), defined=False) + CODE)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (explicit(0x00080060, "CS", b"CT", 8), r"\(0008,0060\) at byte 8 says 8 bytes, but only 2 are left"),
        (explicit(0x00081140, "SQ", b"", 20), r"says 20 bytes, but only 0 are left"),
        (explicit(0x00081140, "SQ", b"", UNDEFINED), "ends inside an item at byte 12"),
        (explicit(0x00081140, "SQ", ITEM + b"\xff\xff\xff\xff" + CODE, UNDEFINED), "an item has no end"),
        (explicit(0x00081140, "SQ", ITEM + b"\x40\0\0\0" + CODE, UNDEFINED), "an item of 64 bytes at byte 12 has only"),
        (explicit(0x00081140, "SQ", CODE, UNDEFINED), r"\(0008,0100\) at byte 12 is no item of \(0008,1140\)"),
        (explicit(0x00081140, "SQ", b"", UNDEFINED)[:10], r"ends inside \(0008,1140\) at byte 0"),
        (item(b"") * 2, r"\(FFFE,E000\) at byte 0 has no place there"),
        (CODE + SEQUENCE_END, "has no place there"),
        (explicit(0x7FE00010, "OB", CODE, UNDEFINED), "is no fragment of"),
        (CODE + b"\0\0\0\1", "ends inside a tag at byte 10"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(data, words):
    with pytest.raises(UnreadableDataset, match=words) as caught:
        walked(data)
    assert 0 <= caught.value.offset <= len(data)


def test_a_flood_ends(monkeypatch):
    monkeypatch.setattr(room, "ELEMENTS_MAX", 100)
    with pytest.raises(UnreadableDataset, match="more than 100"):
        walked(CODE * 101)
    with pytest.raises(UnreadableDataset, match="more than 100"):
        walked(sequence(0x00081140, *[item(b"")] * 101, defined=False))


def test_bytes_at_random_are_walked_to_their_end_or_refused():
    chance = random.Random(1)
    whole = sequence(0x00081140, item(CODE, defined=False), item(CODE), defined=False) + CODE + fragments(0x7FE00010, b"ab")
    ended = refused = 0
    for _ in range(3000):
        data = bytearray(whole)
        for _ in range(chance.randint(0, 3)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            ended += walked(bytes(data))[-1][1] == len(data)
        except UnreadableDataset:
            refused += 1
    assert ended + refused == 3000
    assert min(ended, refused) > 500
