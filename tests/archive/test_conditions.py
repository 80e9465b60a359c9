"""A key matches what PS3.4 C.2.2.2 says, whatever characters it holds."""

from __future__ import annotations

import re
import time
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.archive.few_rows import evaluate

from isocenter.archive.conditions import condition
from isocenter.archive.folding import fold_group, fold_names
from isocenter.base.errors import UsageError
from isocenter.base.limits import QUERY_ALTERNATIVES_MAX, QUERY_VALUE_CHARACTERS_MAX, QUERY_VALUES_MAX, WILDCARDS_MAX
from isocenter.model.attributes import BY_KEYWORD
from isocenter.model.query import AnyOf, CombinedRange, Range, Single, Wildcard


def matches(keyword, match, stored, **others):
    attribute = BY_KEYWORD[keyword]
    found = condition(attribute, "t", match)
    if found is None:
        return True
    columns = {attribute.column: stored, attribute.column + "_folded": fold_names(stored), **others}
    return evaluate(found.sql, found.parameters, "t", columns)


# Single values and lists


@pytest.mark.parametrize(
    "match", [Single(""), Single("  "), Wildcard("*"), Wildcard("***"), Wildcard(""), AnyOf(()), AnyOf(("", " ")), Range("", "")]
)
def test_an_empty_key_or_a_star_is_universal_matching(match):
    assert condition(BY_KEYWORD["StudyDate"], "t", match) is None


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).map(str.strip).filter(bool)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_text_matches_itself_and_not_another(text):
    from unicodedata import normalize

    stored = normalize("NFC", text)
    for keyword in ("PatientID", "StudyDescription"):
        if keyword == "StudyDescription" and "\\" in text:
            continue
        assert matches(keyword, Single(text), stored)
        assert not matches(keyword, Single(text), stored + "x")
        assert matches(keyword, AnyOf(("y", text)), stored)


@pytest.mark.parametrize("sign", ["%", "_", "'", '"', ";--", "[a]", "[", "]", "^", "\\%", "?*", "\x00a"])
@pytest.mark.parametrize("keyword", ["PatientID", "StudyDescription", "PatientName"])
def test_signs_of_sql_are_ordinary_characters(keyword, sign):
    assert not matches(keyword, Single("x" + sign), "xyz")
    if "\\" not in sign and "\x00" not in sign and sign != "^":
        assert matches(keyword, Single("x" + sign), "x" + sign)
    if not set(sign) & set("*?\\\x00^"):
        assert matches(keyword, Wildcard("x" + sign + "*"), "x" + sign + "yz")
        assert not matches(keyword, Wildcard("x" + sign + "*"), "xayz")


def test_text_is_compared_exactly_but_for_padding_and_code_strings_are_in_capitals():
    assert matches("PatientID", Single(" ab \x00"), "ab")
    assert not matches("PatientID", Single("AB"), "ab")
    assert not matches("StudyDescription", Wildcard("KNIE*"), "Knie links")
    assert matches("Modality", Single("ct"), "CT")
    assert matches("BodyPartExamined", Wildcard("kn*"), "KNEE")


def test_one_of_several_stored_values_is_enough():
    for match in (Single("PRIMARY"), AnyOf(("X", "AXIAL")), Wildcard("PRIM*"), Wildcard("?XIAL"), Wildcard("*RIGI*")):
        assert matches("ImageType", match, "ORIGINAL\\PRIMARY\\AXIAL")
    for match in (Single("PRIM"), AnyOf(("X", "Y")), Wildcard("RIMA*"), Wildcard("?AXIAL")):
        assert not matches("ImageType", match, "ORIGINAL\\PRIMARY\\AXIAL")
    assert matches("ModalitiesInStudy", Single("SR"), "CT\\SR")
    assert not matches("ModalitiesInStudy", Single("S"), "CT\\SR")
    assert matches("OperatorsName", Single("poe^edgar"), "Doe^John\\Poe^Edgar")


def test_numbers_are_compared_as_numbers():
    assert matches("InstanceNumber", Single("7"), "007")
    assert matches("Rows", AnyOf(("64", "512")), "512")
    assert not matches("SeriesNumber", Single("0"), "")
    assert matches("PatientWeight", Single("70"), "70.0")
    for keyword, text in (("InstanceNumber", "seven"), ("PatientWeight", "heavy"), ("Rows", "1e3"), ("SeriesNumber", "9" * 30)):
        with pytest.raises(UsageError, match=keyword):
            condition(BY_KEYWORD[keyword], "t", Single(text))


def test_only_a_bare_column_can_be_found_by_its_index():
    for keyword in ("PatientID", "StudyInstanceUID", "AccessionNumber"):
        attribute = BY_KEYWORD[keyword]
        for match in (Single("1"), AnyOf(("1", "2")), Wildcard("1*")):
            assert condition(attribute, "t", match).found_by_index
        assert not condition(attribute, "t", Wildcard("*1*")).found_by_index


# Wild cards

PIECES = st.lists(st.sampled_from(["a", "b", "[", "]", "%", "_", "é", "山", "*", "?", "-", "^"]), min_size=1, max_size=8).map(
    "".join
)
STORED = st.text("ab[]%_é山-^", max_size=8)


def like(pattern, text):
    return re.fullmatch("".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in pattern), text, re.DOTALL) is not None


@settings(max_examples=300, deadline=None)
@given(PIECES, STORED)
def test_wild_cards_mean_what_the_standard_says(pattern, stored):
    for keyword in ("PatientID", "StudyDescription", "PatientComments"):
        assert matches(keyword, Wildcard(pattern), stored) == like(pattern, stored)


@settings(max_examples=300, deadline=None)
@given(PIECES, STORED)
@example("^**", "")
def test_wild_cards_in_names_mean_the_same_of_folded_names(pattern, stored):
    found = matches("PatientName", Wildcard(pattern), stored)
    # A run of stars says no more than one.
    folded = re.sub(r"\*+", "*", fold_group(pattern))
    expected = like(folded, fold_group(stored))
    if folded.endswith("^*"):
        expected = expected or like(folded[:-1].rstrip("^"), fold_group(stored))
    assert found == (expected or folded in {"", "*"})


def test_the_prefix_range_ends_after_the_last_code_point():
    last = "\U0010ffff"
    assert matches("PatientID", Wildcard(f"a{last}*"), f"a{last}z")
    assert matches("PatientID", Wildcard(f"{last}*"), f"{last}z")
    assert matches("PatientID", Wildcard("\ud7ff*"), "\ud7ffz")


def test_hostile_patterns_are_bounded_and_cheap():
    keys = [Wildcard("*?" * 40), Wildcard("*" + "a*" * WILDCARDS_MAX), Wildcard("a?" * (WILDCARDS_MAX + 1))]
    for keyword in ("PatientID", "PatientName", "StudyDescription"):
        for key in keys:
            with pytest.raises(UsageError, match="wild cards"):
                condition(BY_KEYWORD[keyword], "t", key)
        begun = time.perf_counter()
        # Nearly matching at every place is the costliest thing for a matcher that backtracks.
        assert not matches(keyword, Wildcard("*" + "a?a*" * ((WILDCARDS_MAX - 1) // 2) + "b"), "a" * 1024)
        assert time.perf_counter() - begun < 1.0


def test_long_values_and_long_lists_are_refused_by_name():
    with pytest.raises(UsageError, match=rf"PatientID .* {QUERY_VALUE_CHARACTERS_MAX + 1}"):
        condition(BY_KEYWORD["PatientID"], "t", Single("x" * (QUERY_VALUE_CHARACTERS_MAX + 1)))
    many = tuple(map(str, range(QUERY_VALUES_MAX + 1)))
    with pytest.raises(UsageError, match=rf"SOPInstanceUID .* {QUERY_VALUES_MAX}"):
        condition(BY_KEYWORD["SOPInstanceUID"], "t", AnyOf(many))
    with pytest.raises(UsageError, match="StudyDescription"):
        condition(BY_KEYWORD["StudyDescription"], "t", AnyOf(many[: QUERY_ALTERNATIVES_MAX + 1]))
    assert matches("StudyDescription", AnyOf(many[:QUERY_ALTERNATIVES_MAX]), many[QUERY_ALTERNATIVES_MAX - 1])


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(BY_KEYWORD)), st.text(max_size=20), st.text(max_size=20))
def test_no_text_makes_sql_fail(keyword, one, other):
    stored = other.encode("utf-8", "replace").decode()
    for match in (Single(one), AnyOf((one, other)), Wildcard(one), Wildcard(f"*{one}"), Range(one, other)):
        with suppress(UsageError):
            matches(keyword, match, stored)
    with suppress(UsageError):
        matches("StudyDate", CombinedRange("StudyTime", (one, other), (other, one)), stored, study_time=stored)


# Names


@pytest.mark.parametrize(
    ("key", "stored"),
    [
        ("DOE^JOHN", "Doe^John"),
        ("doe^john^^^", "DOE^JOHN"),
        ("doe ^ john", "Doe^John^^"),
        ("ＤＯＥ^ｊｏｈｎ", "Doe^John"),
        ("ИВАНОВ^ИВАН", "Иванов^Иван"),
        ("διονυσιου", "ΔΙΟΝΥΣΙΟΥ"),
        ("ΔΙΟΝΥΣΊΟΥ^ΓΙΏΡΓΟΣ", "Διονυσίου^Γιώργος"),
        ("STRASSE", "Straße"),
        ("山田^太郎", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("やまだ^たろう", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("YAMADA^TAROU", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("yamada^tarou=山田^太郎", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("=山田^太郎", "Yamada^Tarou=山田^太郎"),
        ("ﾔﾏﾀﾞ^ﾀﾛｳ", "ヤマダ^タロウ=山田^太郎"),
        ("e\u0301tienne", "Étienne"),
    ],
)
def test_a_name_is_found_in_any_case_width_and_group(key, stored):
    assert matches("PatientName", Single(key), stored)
    assert matches("ReferringPhysicianName", AnyOf(("nobody", key)), stored)


@pytest.mark.parametrize(
    ("key", "stored"),
    [
        ("DOE", "Doe^John"),
        ("DOE^JOHN", "Doe"),
        ("DOE^JOHN", "Doe^Johnny"),
        ("山田^花子", "Yamada^Tarou=山田^太郎"),
        ("x=山田", "Y=山田"),
    ],
)
def test_another_name_is_not_found(key, stored):
    assert not matches("PatientName", Single(key), stored)


@pytest.mark.parametrize(
    ("key", "stored", "found"),
    [
        ("DOE*", "Doe^John", True),
        ("DOE^*", "Doe^John", True),
        ("DOE^*", "Doe", True),
        ("DOE^*", "Doering^John", False),
        ("DOE^^*", "Doe^John", False),
        ("DOE^^*", "Doe^^X", True),
        ("DOE^J*^^", "Doe^John", True),
        ("*JOHN*", "Doe^John", True),
        ("*JOHN", "Doe^John^^^", True),
        ("D?E*", "Doe^John", True),
        ("d*j*n", "Doe^John", True),
        ("D?E", "Doe^John", False),
        ("山田*", "Yamada^Tarou=山田^太郎=やまだ^たろう", True),
        ("*太*", "Yamada^Tarou=山田^太郎", True),
        ("やま*", "Yamada^Tarou=山田^太郎=やまだ^たろう", True),
        ("まだ*", "Yamada^Tarou=山田^太郎=やまだ^たろう", False),
        ("ИВАН*", "Иванов^Пётр", True),
        ("*ΣΟΦΊΑ*", "Παπαδόπουλος^Σοφία", True),
        ("=山*", "Yamada^Tarou=山田^太郎", True),
        ("YAM*=山*", "Yamada^Tarou=山田^太郎", True),
        ("YAM*=川*", "Yamada^Tarou=山田^太郎", False),
    ],
)
def test_wild_cards_in_names(key, stored, found):
    assert matches("PatientName", Wildcard(key), stored) is found


# Dates and times


@pytest.mark.parametrize(
    ("match", "stored", "found"),
    [
        (Single("20260102"), "20260102", True),
        (Single("2026.01.02"), "20260102", True),
        (Single("2026-01-02"), "20260102", True),
        (Single("202601"), "20260131", True),
        (Single("2026"), "20250131", False),
        (Range("20260101", "20260103"), "20260103", True),
        (Range("20260101", "20260103"), "20260104", False),
        (Range("20260101", ""), "20270101", True),
        (Range("", "20260101"), "20260101", True),
        (Range("", "20260101"), "", False),
        (Range("20260101", ""), "", False),
        (Range("20260103", "20260101"), "20260102", False),
        (Range("2025.12.31", "2026.01.02"), "20260101", True),
        (AnyOf(("20260101", "20260102")), "20260102", True),
        (Wildcard("2026*"), "20260102", True),
    ],
)
def test_dates(match, stored, found):
    assert matches("StudyDate", match, stored) is found


@pytest.mark.parametrize(
    ("match", "stored", "found"),
    [
        (Range("0800", ""), "080000", True),
        (Range("080000", ""), "0800", True),
        (Range("08", "09"), "095959.5", True),
        (Range("0800", "0900"), "0900", True),
        (Range("0800", "0900"), "090059.999999", True),
        (Range("0800", "0900"), "090100", False),
        (Range("0800", "0900"), "07", False),
        (Range("", "0900"), "", False),
        (Range("08", "085959.999999"), "08", True),
        (Single("0800"), "080030", True),
        (Single("080000"), "080000.123", True),
        (Single("080000.1"), "080000.2", False),
        (Single("08:00"), "08:00:00", True),
        (AnyOf(("07", "09")), "0915", True),
    ],
)
def test_times_of_any_precision(match, stored, found):
    assert matches("StudyTime", match, stored) is found


@pytest.mark.parametrize(
    ("low", "high", "date", "time", "found"),
    [
        (("20260101", "1000"), ("20260102", "0900"), "20260101", "0900", False),
        (("20260101", "1000"), ("20260102", "0900"), "20260101", "1000", True),
        (("20260101", "1000"), ("20260102", "0900"), "20260102", "0830", True),
        (("20260101", "1000"), ("20260102", "0900"), "20260102", "090100", False),
        (("20260101", "1000"), ("20260103", "0900"), "20260102", "2300", True),
        (("20260101", "1000"), ("", ""), "20260102", "0001", True),
        (("", ""), ("20260102", "0900"), "20251231", "2300", True),
        (("20260101", "1000"), ("20260102", "0900"), "20260101", "", True),
        (("20260101", ""), ("20260102", ""), "20260102", "2300", True),
        (("", ""), ("20260102", "0900"), "", "", False),
    ],
)
def test_a_date_and_a_time_make_one_range_of_moments(low, high, date, time, found):
    assert matches("StudyDate", CombinedRange("StudyTime", low, high), date, study_time=time) is found


@pytest.mark.parametrize(
    ("keyword", "match"),
    [
        ("StudyDate", Single("yesterday")),
        ("StudyDate", Range("2026010", "")),
        ("StudyDate", Range("20260101", "-")),
        ("StudyTime", Single("8")),
        ("StudyTime", Range("", "ten")),
        ("PatientID", Range("1", "2")),
        ("StudyDate", CombinedRange("SeriesTime", ("20260101", ""), ("", ""))),
        ("PatientID", CombinedRange("StudyTime", ("20260101", ""), ("", ""))),
        ("StudyDate", CombinedRange("StudyTime", ("2026", "10"), ("", ""))),
    ],
)
def test_what_cannot_be_a_date_or_a_time_is_refused_by_name(keyword, match):
    with pytest.raises(UsageError, match=keyword):
        condition(BY_KEYWORD[keyword], "t", match)
