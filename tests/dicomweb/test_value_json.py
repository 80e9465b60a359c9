"""Single values as JSON: valid whatever the bytes are, exact where they are what their VR says."""

from __future__ import annotations

import base64
import json
import math
import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from isocenter.dataset.value_text import NUMBER_FORMATS, TEXT_VRS
from isocenter.dicomweb import value_json as room

EVERY_VR = sorted(TEXT_VRS | room.BINARY_VRS | set(NUMBER_FORMATS) | {"AT"})
SETS = [b"", b"ISO_IR 100", b"ISO_IR 192", b"ISO_IR 13", b"ISO 2022 IR 6\\ISO 2022 IR 87", b"GB18030", b"no such set"]


def values(vr: str, value: bytes, declared: bytes = b"", order: str = "<") -> list:
    return json.loads(room.written(vr, value, declared, order)).get("Value", [])


@given(st.sampled_from(EVERY_VR), st.binary(max_size=64), st.sampled_from(SETS), st.sampled_from("<>"))
@example("PN", b"\x1b$B=\\=\x1b", SETS[4], "<")
def test_any_bytes_of_any_vr_in_any_character_set_are_valid_json(vr, value, declared, order):
    told = room.written(vr, value, declared, order)
    assert json.loads(told)["vr"] == vr
    assert not set(told) & set(range(32))


@given(st.binary(max_size=64), st.sampled_from(SETS))
def test_a_remembered_attribute_is_the_one_that_is_written(value, declared):
    told = room.attribute(0x00100010, "PN", value, declared, "<")
    assert told == b'"00100010":' + room.written("PN", value, declared, "<")
    assert room.attribute(0x00100010, "PN", value, declared, "<") is told


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("vr", sorted(set(NUMBER_FORMATS) - {"FL", "FD"}))
@given(data=st.data())
def test_whole_numbers_come_out_exactly(vr, order, data):
    size = struct.calcsize(NUMBER_FORMATS[vr])
    low, high = (0, 2 ** (8 * size) - 1) if vr.startswith("U") else (-(2 ** (8 * size - 1)), 2 ** (8 * size - 1) - 1)
    numbers = data.draw(st.lists(st.integers(low, high), max_size=5))
    stored = struct.pack(f"{order}{len(numbers)}{NUMBER_FORMATS[vr]}", *numbers)
    told = values(vr, stored, order=order)
    assert [int(number) for number in told] == numbers
    assert all(isinstance(one, str) == (abs(number) >= 2**53) for one, number in zip(told, numbers, strict=True))
    assert values(vr, stored + bytes(size - 1), order=order) == told


@given(st.lists(st.floats(), max_size=5), st.sampled_from("<>"))
def test_floating_point_numbers_come_out_exactly_and_what_is_none_in_words(numbers, order):
    told = values("FD", struct.pack(f"{order}{len(numbers)}d", *numbers), order=order)
    assert len(told) == len(numbers)
    for one, number in zip(told, numbers, strict=True):
        if math.isfinite(number):
            assert struct.pack("<d", one) == struct.pack("<d", number)
        else:
            assert isinstance(one, str)
            assert math.isnan(float(one)) if math.isnan(number) else float(one) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**8), max_value=10**8))
def test_decimal_text_keeps_its_digits(number):
    assert room.written("DS", str(number).encode(), b"", "<") == b'{"vr":"DS","Value":[%s]}' % str(number).encode()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"1E-3", 0.001), (b"+.5e+2", 50.0), (b"00012", 12), (b"-0", 0), (b"1_000", "1_000"), (b"0x10", "0x10"), (b"NaN", "NaN"),
        (b"inf", "inf"), (b"1e999", "1e999"), (b"1,5", "1,5"), (b".", "."), (b"-", "-"), (b"9" * 40, "9" * 40),
        (b"1e99999", "1e99999"), (b"\xb2", "\u00b2"), (b"1 2", "1 2"),
    ],
)  # fmt: skip
def test_numbers_in_text_are_numbers_or_stay_text(text, told):
    assert values("DS", text) == [told]
    assert type(values("DS", text)[0]) is type(told)


@given(st.integers(1, 8), st.binary(max_size=40))
def test_words_become_little_endian_and_back(size, value):
    vr = {1: "OB", 2: "OW", 3: "AT", 4: "OF", 5: "UL", 6: "OD", 7: "OV", 8: "SV"}[size]
    swapped = room.little_endian(vr, value, ">")
    assert room.little_endian(vr, swapped, ">") == value
    assert room.little_endian(vr, value, "<") == value
    words = room.WORD_BYTES.get(vr, 1)
    whole = len(value) // words * words
    assert swapped[:words] == (value[:words][::-1] if whole else value[:words])
    assert swapped[whole:] == value[whole:]


def test_binary_values_are_little_endian_too():
    told = json.loads(room.written("OW", b"\1\2\3\4\5", b"", ">"))
    assert base64.b64decode(told["InlineBinary"]) == b"\2\1\4\3\5"
    assert json.loads(room.written("OB", b"", b"", "<")) == {"vr": "OB"}


@pytest.mark.parametrize(("vr", "kept"), [("LT", "  a\\b"), ("UT", "  a\\b"), ("ST", "  a\\b"), ("UR", "  a\\b"), ("LO", "a")])
def test_backslashes_and_leading_spaces_are_characters_of_long_texts(vr, kept):
    assert values(vr, b"  a\\b \0")[0] == kept


def test_texts_of_bulk_data_are_utf_8_without_padding():
    assert room.utf_8("UT", b"\xe4 \\ b  ", b"ISO_IR 100") == "ä \\ b".encode()
    assert room.utf_8("UR", b"http://x/\xe4 ", b"ISO_IR 192") == "http://x/ä".encode()
