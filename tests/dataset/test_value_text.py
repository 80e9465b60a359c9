"""Values as text, by their value representation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import dictionary_VR

from isocenter.dataset import character_set
from isocenter.dataset.value_text import decode, vr_of

DEFAULT = character_set.of("")


@pytest.mark.parametrize(
    ("tag", "value", "text"),
    [
        (0x0020000D, b"1.2.3\0", "1.2.3"),
        (0x00100010, b"A^B ", "A^B"),
        (0x00080008, b"ORIGINAL \\ PRIMARY", "ORIGINAL\\PRIMARY"),
        (0x00104000, b"  said \\ nothing  ", "  said \\ nothing"),
        (0x00280010, b"\0\2", "512"),
        (0x00280010, b"\0\2\1", "512"),
        (0x00280106, b"\0\2\1\0", "512\\1"),
        (0x00280010, b"", ""),
        (0x00091001, b"private ", "private"),
    ],
)
def test_values_come_out_without_padding(tag, value, text):
    assert decode(tag, value, DEFAULT) == text


def test_numbers_follow_the_byte_order():
    assert decode(0x00280010, b"\2\0", DEFAULT, little_endian=False) == "512"


def test_only_the_vrs_that_have_a_character_set_use_it():
    japanese = character_set.of("\\ISO 2022 IR 87")
    assert decode(0x00100010, b"\x1b$B;3ED\x1b(B", japanese) == "山田"
    assert decode(0x00080060, b"\x1b$B;3ED\x1b(B", japanese) == "\x1b$B;3ED\x1b(B"


@given(st.integers(0, 0xFFFFFFFF), st.binary(max_size=30))
def test_any_value_of_any_tag_is_some_text(tag, value):
    assert isinstance(decode(tag, value, DEFAULT), str)
    assert len(vr_of(tag)) == 2


def test_vrs_are_those_of_the_dictionary_and_ambiguous_ones_are_settled():
    assert vr_of(0x00100020) == dictionary_VR(0x00100020) == "LO"
    assert {len(vr_of(tag)) for tag in DicomDictionary} == {2}
    assert (vr_of(0x00280106), vr_of(0x7FE00010)) == ("US", "OW")
    assert (vr_of(0x00090010), vr_of(0x00091001), vr_of(0x00080000)) == ("LO", "UN", "UL")
