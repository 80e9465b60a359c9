"""The header of an instance as rows: named, unfolded, cut, and never in the way of odd values."""

from __future__ import annotations

import base64

from isocenter.base.limits import HEADER_ROW_CHARACTERS_MAX, HEADER_ROW_VALUES_MAX
from isocenter.dicomweb.header_rows import rows


def shown(model):
    return [(row.depth, row.path, row.name, row.value) for row in rows(model)]


def test_attributes_come_by_tag_with_their_names_and_all_their_values():
    model = {
        "00280030": {"vr": "DS", "Value": [0.5, 2.0]},
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Yamada^Tarou", "Phonetic": "やまだ"}]},
        "00080005": {"vr": "CS"},
        "00280009": {"vr": "AT", "Value": ["00181063"]},
        "60003000": {"vr": "OW", "BulkDataURI": "x"},
    }
    assert shown(model) == [
        (0, "00080005", "Specific Character Set", ""),
        (0, "00100010", "Patient's Name", "Yamada^Tarou==やまだ"),
        (0, "00280009", "Frame Increment Pointer", "(0018,1063)"),
        (0, "00280030", "Pixel Spacing", "0.5\\2"),
        (0, "60003000", "Overlay Data", "bulk data, not shown here"),
    ]


def test_sequences_are_unfolded_item_by_item():
    model = {"00081140": {"vr": "SQ", "Value": [{"00081155": {"vr": "UI", "Value": ["1.2"]}}, {}]}}
    assert shown(model) == [
        (0, "00081140", "Referenced Image Sequence", "2 items"),
        (1, "00081140/1", "Item 1", ""),
        (1, "00081140/1/00081155", "Referenced SOP Instance UID", "1.2"),
        (1, "00081140/2", "Item 2", ""),
    ]


def test_private_attributes_are_named_by_their_creator():
    model = {
        "00190010": {"vr": "LO", "Value": ["SIEMENS MR HEADER"]},
        "0019100C": {"vr": "IS", "Value": ["1000"]},
        "001910FE": {"vr": "UN", "InlineBinary": base64.b64encode(b"ab").decode()},
        "00211001": {"vr": "UN"},
        "00091002": {"vr": "LO", "Value": ["x"]},
        "00031042": {"vr": "LO"},
    }
    assert [(name, value) for _, _, name, value in shown(model)] == [
        ("Private attribute of nobody", ""),
        ("Private attribute of nobody", "x"),
        ("Private Creator", "SIEMENS MR HEADER"),
        ("B_value", "1000"),
        ("Private attribute of SIEMENS MR HEADER", "61 62 (2 bytes)"),
        ("Private attribute of nobody", ""),
    ]


def test_long_values_are_cut_and_say_so():
    long = {
        "00104000": {"vr": "LT", "Value": ["x" * (HEADER_ROW_CHARACTERS_MAX + 1)]},
        "00283006": {"vr": "US", "Value": [1] * (HEADER_ROW_VALUES_MAX + 1)},
        "00080018": {"vr": "UI", "Value": ["1.2"]},
        "0042 0011": {"vr": "OB"},
        "00420011": {"vr": "OB", "InlineBinary": base64.b64encode(bytes(33)).decode()},
    }
    assert [row.cut for row in rows(long)] == [False, True, True, True]
    assert all(len(row.value) <= HEADER_ROW_CHARACTERS_MAX for row in rows(long))


def test_what_is_no_attribute_is_left_out_and_odd_values_are_shown_as_they_are():
    odd = {
        "0008": {"vr": "CS"}, "zzzzzzzz": {"vr": "CS"}, "00080008": "text", "00080020": {"vr": "DA", "Value": "20260101"},
        "00080060": {"Value": [None, {"a": 1}]}, "00080070": {"vr": "OB", "InlineBinary": "!"},
        "00081140": {"vr": "SQ", "Value": ["no item"]},
    }  # fmt: skip
    assert [row.value for row in rows(odd)] == ["20260101", "\\{'a': 1}", "!", "1 item", ""]
