import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from tests.imaging.reading import attributes

from isocenter.base.errors import UnreadableDataset
from isocenter.standard import transfer_syntax as uids

SYNTAXES = (uids.EXPLICIT_VR_LITTLE_ENDIAN, uids.IMPLICIT_VR_LITTLE_ENDIAN, uids.EXPLICIT_VR_BIG_ENDIAN)
WINDOW_CENTER, PIXEL_PADDING, LUT_DATA, SEQUENCE = 0x00281050, 0x00280120, 0x00283006, 0x00283000


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_way_to_write_a_data_set_gives_the_same_values(make_item, in_bytes, syntax: str) -> None:
    made = make_item(WindowCenter=["40", "-3.5e2"], PatientID="a ", ImageType=["ORIGINAL", "PRIMARY"])
    made.add_new(PIXEL_PADDING, "SS", -2000)
    made.add_new(LUT_DATA, "US", [1, 2, 0xFFFE])
    made.ModalityLUTSequence = [make_item(WindowCenter="1"), make_item(WindowCenter="2")]
    found = attributes(in_bytes(made, syntax), syntax)
    assert found.decimals(WINDOW_CENTER) == [40, -350]
    assert (found.text(0x00100020), found.texts(0x00080008)) == ("a", ["ORIGINAL", "PRIMARY"])
    assert found.shorts(PIXEL_PADDING, signed=True) == [-2000]
    assert found.words(LUT_DATA) == struct.pack("<3H", 1, 2, 0xFFFE)
    items = [found.item(SEQUENCE, index) for index in range(3)]
    assert [None if item is None else item.text(WINDOW_CENTER) for item in items] == ["1", "2", None]


def test_what_is_absent_or_empty_is_nothing(make_item, in_bytes) -> None:
    found = attributes(in_bytes(make_item(WindowCenter=None, ModalityLUTSequence=[])))
    assert found.element(WINDOW_CENTER) is None
    assert found.element(0x00100010) is None
    assert found.tags() == (WINDOW_CENTER, SEQUENCE)
    for tag in (WINDOW_CENTER, 0x00100010):
        assert (found.value(tag), found.texts(tag), found.text(tag), found.decimals(tag)) == (None, [], "", [])
        assert (found.shorts(tag), found.short(tag), found.words(tag)) == ([], None, b"")
    assert found.item(SEQUENCE) is None


@pytest.mark.parametrize("text", ["1e99999", "NaN", "x", "1\\", "0x10", "inf"])
def test_text_that_is_no_number_is_named(text: str) -> None:
    value = text.encode().ljust((len(text) + 1) // 2 * 2)
    with pytest.raises(UnreadableDataset, match=r"\(0028,1050\) holds .*not a number"):
        attributes(struct.pack("<HH2sH", 0x28, 0x1050, b"DS", len(value)) + value).decimals(WINDOW_CENTER)


def test_a_million_numbers_are_not_all_read() -> None:
    value = b"1\\" * 30_000 + b"1 "
    assert len(attributes(struct.pack("<HH2sH", 0x28, 0x1050, b"DS", len(value)) + value).decimals(WINDOW_CENTER)) == 1000


@given(st.binary(min_size=1, max_size=40).filter(lambda value: len(value) % 2 == 1))
def test_words_cut_off_are_refused(value: bytes) -> None:
    content = struct.pack("<HH2sH", 0x28, 0x0120, b"US", len(value)) + value
    with pytest.raises(UnreadableDataset, match="not words of 2"):
        attributes(content).shorts(PIXEL_PADDING)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=5))
def test_decimal_strings_keep_their_value(numbers: list[float]) -> None:
    texts = [f"{number:.9g}" for number in numbers]
    value = "\\".join(texts).encode()
    value += b" " * (len(value) % 2)
    found = attributes(struct.pack("<HH2sH", 0x28, 0x1050, b"DS", len(value)) + value).decimals(WINDOW_CENTER)
    assert all(math.isclose(one, float(other), abs_tol=0) for one, other in zip(found, texts, strict=True))


def test_an_item_is_found_in_long_sequences_and_in_those_without_a_length(make_item, in_bytes) -> None:
    made = Dataset()
    made.ModalityLUTSequence = [make_item(WindowCenter=str(number)) for number in range(300)]
    plain = attributes(in_bytes(made))
    made["ModalityLUTSequence"].is_undefined_length = True
    for one in made.ModalityLUTSequence:
        one.is_undefined_length_sequence_item = True
    undefined = attributes(in_bytes(made))
    for found in (plain, undefined):
        for index in (299, 0, 150):
            item = found.item(SEQUENCE, index)
            assert item is not None
            assert item.text(WINDOW_CENTER) == str(index)
        assert found.item(SEQUENCE, 300) is None


def test_a_sequence_whose_items_claim_too_much_is_refused(make_item, in_bytes) -> None:
    content = bytearray(in_bytes(make_item(ModalityLUTSequence=[make_item(WindowCenter="1"), make_item(WindowCenter="2")])))
    content[12 + 4 : 12 + 8] = struct.pack("<L", 1 << 30)
    for index in (0, 1):
        with pytest.raises(UnreadableDataset, match="claims 1073741824 bytes"):
            attributes(bytes(content)).item(SEQUENCE, index)
