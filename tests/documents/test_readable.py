"""A report in words: what a reader sees of dates, codes, numbers and coordinates."""

from __future__ import annotations

import pytest

from isocenter.documents import codes, content, readable
from isocenter.documents.codes import Code
from isocenter.documents.content import CONTAINS
from isocenter.documents.elements import data_set

NAME = Code("N", "99X", "Name")


def told(item):
    [line] = readable.line(content.read(content.container(None, NAME, [item])).root).lines
    return line


@pytest.mark.parametrize(
    ("value_type", "keyword", "value", "words"),
    [
        ("DATE", "Date", "20260131", "2026-01-31"),
        ("TIME", "Time", "142233.5", "14:22:33"),
        ("DATETIME", "DateTime", "20260131142233", "2026-01-31 14:22:33"),
        ("DATETIME", "DateTime", "2026", "2026"),
        ("PNAME", "PersonName", "DOE^JANE", "DOE^JANE"),
    ],
)
def test_a_value_is_told_in_words(value_type, keyword, value, words):
    item = data_set(ValueType=value_type, ConceptNameCodeSequence=[NAME.item()], **{keyword: value})
    assert told(item).value == words


def test_a_number_keeps_its_digits_and_shows_its_unit():
    line = told(content.measured(CONTAINS, NAME, 12.5, codes.unit_code("mm²")))
    assert (line.value, line.unit) == ("12.5", "mm²")


def test_what_says_nothing_to_a_reader_is_left_out():
    language = content.coded("HAS CONCEPT MOD", codes.LANGUAGE, codes.ENGLISH)
    root = readable.line(content.read(content.container(None, NAME, [language])).root)
    assert root.lines == ()


def test_coordinates_are_told_by_their_number():
    assert told(data_set(ValueType="SCOORD", GraphicType="POLYLINE", GraphicData=[1, 2, 3, 4])).value == "polyline of 2 points"
