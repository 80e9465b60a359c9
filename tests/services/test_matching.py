"""The text of a key becomes the kind of matching that the standard, and the devices in use, mean by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.limits import QUERY_VALUES_MAX, WILDCARDS_MAX
from isocenter.model.query import AnyOf, Range, Single, Wildcard
from isocenter.services.matching import KINDS, WILDCARD_VRS, Unmatchable, earliest_time, latest_time, match_of


@pytest.mark.parametrize("vr", sorted(KINDS))
@pytest.mark.parametrize("text", ["", " ", "\0", "*", "**", "* "])
def test_nothing_and_stars_match_everything_in_any_vr(vr, text):
    assert match_of(vr, text) is None


@pytest.mark.parametrize(
    ("vr", "text", "match"),
    [
        ("LO", "P1", Single("P1")),
        ("LO", " P1 \0", Single("P1")),
        ("LO", "P1\\P2", AnyOf(("P1", "P2"))),
        ("LO", "P1\\P1", Single("P1")),
        ("LO", "\\", None),
        ("LO", "P1\\", Single("P1")),
        ("LO", "P1\\*", None),
        ("LT", "a\\b", Single("a\\b")),
        ("SH", "A?", Wildcard("A?")),
        ("PN", "doe^john^^", Single("doe^john")),
        ("PN", "*a***b*", Wildcard("*a*b*")),
        ("PN", "山田*", Wildcard("山田*")),
        ("CS", "ct", Single("CT")),
        ("CS", "c*", Wildcard("C*")),
        ("UI", "1.2\\1.3", AnyOf(("1.2", "1.3"))),
        ("UI", "1.2.*", Single("1.2.*")),
        ("IS", "1*", Single("1*")),
        ("LO", "%_'\";--", Single("%_'\";--")),
    ],
)
def test_text_is_matched_by_its_vr(vr, text, match):
    assert match_of(vr, text) == match


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("20260101", Single("20260101")),
        ("2026.01.01", Single("20260101")),
        ("20260101-", Range("20260101", "")),
        ("-20260101", Range("", "20260101")),
        ("20260101 - 20260201", Range("20260101", "20260201")),
        ("20260201-20260101", Range("20260201", "20260101")),
        ("2026*", Range("20260101", "20261231")),
        ("202602*", Range("20260201", "20260231")),
        ("-", None),
        ("20260101\\20260102", AnyOf(("20260101", "20260102"))),
    ],
)
def test_dates_match_by_value_range_and_list(text, match):
    assert match_of("DA", text) == match


@pytest.mark.parametrize("text", ["yesterday", "2026", "2026-01-01", "20260101-x", "99999", "２０２６０１０１", "' OR 1=1"])
def test_a_date_that_is_none_is_named_so(text):
    with pytest.raises(Unmatchable, match=r"is not a date|hyphen"):
        match_of("DA", text)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("10", Range("10", "105959.999999")),
        ("1015", Range("1015", "101559.999999")),
        ("10:15:30", Range("101530", "101530.999999")),
        ("101530.5", Range("101530.5", "101530.599999")),
        ("10-11", Range("10", "115959.999999")),
        ("-11", Range("", "115959.999999")),
        ("100000-", Range("10", "")),
        ("-", None),
    ],
)
def test_a_time_covers_all_that_its_precision_leaves_open(text, match):
    assert match_of("TM", text) == match


@pytest.mark.parametrize("text", ["24", "1060", "10.5", "ten", "10-11-12", "1"])
def test_a_time_that_is_none_is_named_so(text):
    with pytest.raises(Unmatchable, match=r"is not a time|hyphen"):
        match_of("TM", text)


HOUR, SIXTY = st.integers(0, 23), st.integers(0, 59)


@given(HOUR, SIXTY, SIXTY, st.integers(0, 999_999), st.sampled_from([2, 4, 6, 8, 13]), HOUR, st.sampled_from([2, 4, 6]))
def test_as_text_the_ends_of_a_time_enclose_exactly_the_times_between(hour, minute, second, micro, digits, other, precision):
    stored = f"{hour:02}{minute:02}{second:02}.{micro:06}"[:digits]
    asked = f"{other:02}0000"[:precision]
    assert (earliest_time(asked) <= stored) == (hour >= other)
    if digits >= precision:
        assert (stored <= latest_time(asked)) == (stored[:precision] <= asked)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("20260101101500", Single("20260101101500")),
        ("20260101-0500", Single("20260101-0500")),
        ("20260101-", Range("20260101", "")),
        ("-20260101", Range("", "20260101")),
        ("20260101-20260102", Range("20260101", "20260102")),
    ],
)
def test_moments_match_by_value_and_range(text, match):
    assert match_of("DT", text) == match


def test_a_moment_that_is_none_is_named_so():
    with pytest.raises(Unmatchable, match="is not a date and time"):
        match_of("DT", "soon")


def test_a_list_of_wild_cards_is_refused():
    with pytest.raises(Unmatchable, match="list of wild cards"):
        match_of("LO", "A*\\B*")


def test_more_values_than_we_bound_are_refused():
    assert isinstance(match_of("UI", "\\".join(f"1.{n}" for n in range(QUERY_VALUES_MAX))), AnyOf)
    with pytest.raises(Unmatchable, match="more than 20000 values"):
        match_of("UI", "\\".join("1.2" for _ in range(100_000)))


def test_a_megabyte_of_wild_cards_is_refused_at_once():
    with pytest.raises(Unmatchable, match=f"more than {WILDCARDS_MAX} wild cards"):
        match_of("LO", "*?" * 500_000)


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=40))
def test_any_text_gives_a_match_or_says_why_not(vr, text):
    try:
        match = match_of(vr, text)
    except Unmatchable:
        return
    assert match is None or isinstance(match, Single | AnyOf | Wildcard | Range)
    if isinstance(match, Wildcard):
        assert vr in WILDCARD_VRS
