"""Titles that are nearly the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.doctor.spelling import looks_like, near_misses, oddities

TITLES = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=16)


@given(TITLES)
def test_a_near_miss_is_another_title_that_fits_and_comes_once(title):
    found = near_misses(title)
    assert title not in found
    assert len(set(found)) == len(found)
    assert all(0 < len(one) <= 16 for one in found)


@given(TITLES, TITLES)
def test_looking_alike_goes_both_ways_and_nothing_looks_like_itself(one, other):
    assert looks_like(one, other) == looks_like(other, one)
    assert not looks_like(one, one)


@given(TITLES)
def test_any_title_can_be_judged(title):
    assert all(isinstance(found, str) for found in oddities(title))


@pytest.mark.parametrize(
    ("title", "meant"),
    [
        ("orthanc", "ORTHANC"), ("ORTHANC", "orthanc"), ("PACS-1", "PACS_1"), ("PACS_1", "PACS-1"), ("PACS 1", "PACS_1"),
        ("CTO1", "CT01"), ("CT01", "CTO1"), ("PAC5", "PACS"), ("ISOCENTER", "ISOCENTRE"), (" PACS", "PACS"), ("MRI1", "MR11"),
    ],
)  # fmt: skip
def test_what_people_mistype_is_among_them(title, meant):
    assert meant in near_misses(title)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("ISOCENTER", "ISOCENTRE", True),
        ("PACS1", "pacs1", True),
        ("CT-01", "CT_O1", True),
        ("ISOCENTER", "ISOCENTER ", True),
        ("ORTHANC", "CONQUEST", False),
    ],
)
def test_the_eye_is_fooled_by_these(one, other, alike):
    assert looks_like(one, other) is alike


@pytest.mark.parametrize(
    ("title", "words"), [(" PACS", "blank"), ("PÄCS", "U+00C4"), ("Pacs", "small letters"), ("A  B", "two blanks")]
)
def test_what_is_invisible_is_named(title, words):
    assert words in "; ".join(oddities(title))


def test_a_plain_title_has_no_oddity():
    assert oddities("CT_ROOM-2") == []
