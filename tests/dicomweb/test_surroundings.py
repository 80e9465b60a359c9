"""VRs that are not written: by the dictionary, by a private creator, by what else the data set says."""

from __future__ import annotations

import struct

import pytest
from pydicom.datadict import DicomDictionary
from tests.dicomweb.written_sets import UNDEFINED

from isocenter.dicomweb.elements import NO_VR
from isocenter.dicomweb.surroundings import Surroundings

PIXEL_REPRESENTATION, LUT_DESCRIPTOR, CHARACTER_SET = 0x00280103, 0x00283002, 0x00080005


def vr(tag: int, written: bytes = NO_VR, length: int = 2, around: Surroundings | None = None) -> str:
    return (around or Surroundings()).vr((tag, written, 8, length))


def test_every_attribute_of_the_standard_has_one_vr():
    for tag, (known, *_) in DicomDictionary.items():
        found = vr(tag)
        assert len(found) == 2
        assert found == known or len(known) > 2
        assert vr(tag, b"UN") == found


@pytest.mark.parametrize(
    ("written", "length", "found"),
    [(b"LT", 2, "LT"), (b"UN", 2, "CS"), (b"ZZ", 2, "UN"), (b"UN", UNDEFINED, "SQ"), (NO_VR, UNDEFINED, "SQ"), (b"OB", 2, "OB")],
)
def test_what_is_written_counts_unless_it_says_nothing(written, length, found):
    assert vr(0x00080060, written, length) == found


def test_pixels_without_a_length_are_bytes():
    assert vr(0x7FE00010, NO_VR, UNDEFINED) == "OB"
    assert vr(0x7FE00010, NO_VR, 100) == "OW"


@pytest.mark.parametrize("order", ["<", ">"])
def test_signed_pixels_make_signed_attributes_in_items_too(order):
    around = Surroundings()
    assert vr(0x00280106, around=around) == "US"
    around.note(PIXEL_REPRESENTATION, struct.pack(f"{order}H", 1), order)
    assert vr(0x00280106, around=around) == "SS"
    assert vr(0x00280106, around=around.inside()) == "SS"
    around.note(PIXEL_REPRESENTATION, struct.pack(f"{order}H", 0), order)
    assert vr(0x00280106, around=around) == "US"


def test_a_table_of_one_entry_is_a_number():
    around = Surroundings()
    around.note(LUT_DESCRIPTOR, struct.pack("<HHH", 1, 0, 16), "<")
    assert vr(0x00283006, around=around) == "US"
    assert vr(0x00283006, around=around.inside()) == "OW"


def test_a_private_creator_counts_for_its_own_block_and_its_own_data_set():
    around = Surroundings()
    creator = (0x00190010, b"LO", 8, 18)
    assert around.are_told_by(creator)
    around.note(0x00190010, b"SIEMENS MR HEADER ", "<")
    assert vr(0x0019100C, around=around) == "IS"
    assert vr(0x0019100C, b"UN", around=around) == "IS"
    assert vr(0x0019110C, around=around) == "UN"
    assert vr(0x0021100C, around=around) == "UN"
    assert vr(0x0019100C, around=around.inside()) == "UN"
    assert vr(0x00190010, around=around) == "LO"
    assert not around.are_told_by((0x00190010, b"LO", 8, 5000))
    assert not around.are_told_by((0x00190100, b"LO", 8, 10))


def test_the_character_set_is_inherited_and_an_empty_one_changes_nothing():
    around = Surroundings()
    around.note(CHARACTER_SET, b"ISO_IR 100", "<")
    inner = around.inside()
    assert inner.declared == b"ISO_IR 100"
    inner.note(CHARACTER_SET, b"", "<")
    assert inner.declared == b"ISO_IR 100"
    inner.note(CHARACTER_SET, b"ISO_IR 192", "<")
    assert (inner.declared, around.declared) == (b"ISO_IR 192", b"ISO_IR 100")
