"""From the elements of an identifier to a query, without any bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.model.attributes import ATTRIBUTES, BY_KEYWORD, Level
from isocenter.model.query import Key, Root, Single
from isocenter.services.keys import LEVELS, MATCHED_COMPUTED, QUERY_RETRIEVE_LEVEL, STANDS_FOR, Asked, printed, question, selection
from isocenter.services.responses import Refusal

VALUES = {"DA": "20260101", "TM": "101500", "UI": "1.2.3", "IS": "1", "DS": "1", "US": "1"}


def at(level: str, *elements: Asked) -> tuple[Asked, ...]:
    return (Asked(QUERY_RETRIEVE_LEVEL, level), *elements)


@pytest.mark.parametrize(("root", "level"), [(root, level) for root in Root for level in LEVELS[root]])
@pytest.mark.parametrize("attribute", ATTRIBUTES, ids=lambda attribute: attribute.keyword)
def test_every_attribute_at_every_level_is_matched_with_or_admitted(root, level, attribute):
    asked = question(at(level.name, Asked(attribute.tag, VALUES.get(attribute.vr, "X"))), root)
    stands_for = STANDS_FOR.get((level, attribute.keyword), "")
    is_counted = attribute.computed and attribute.keyword not in MATCHED_COMPUTED
    if stands_for:
        assert [key.keyword for key in asked.query.keys] == [stands_for]
    elif attribute.level > level or is_counted:
        assert asked.query.keys == ()
        assert asked.unmatched == (attribute.tag,)
    else:
        assert [key.keyword for key in asked.query.keys] == [attribute.keyword]
        assert asked.unmatched == ()
    assert asked.query.returned == ((attribute.keyword,) if attribute.level <= level else ())
    assert [tag for tag, _ in asked.returned] == [attribute.tag]


def test_lower_case_levels_are_understood():
    assert question(at("study "), Root.STUDY).query.level is Level.STUDY


@pytest.mark.parametrize("tag", [0x00080000, 0x00100000, 0x00080005, 0x00080053, 0x00080054, 0x00080056])
def test_what_is_no_key_is_neither_matched_nor_returned(tag):
    asked = question(at("STUDY", Asked(tag, "X")), Root.STUDY)
    assert (asked.query.keys, asked.returned, asked.unmatched, asked.fixed) == ((), (), (), {})


def test_a_tag_is_printed_with_its_name_where_it_has_one():
    assert printed(0x00100020) == "PatientID (0010,0020)"
    assert printed(0x00091001) == "(0009,1001)"


def test_a_selection_has_exact_unique_keys_only():
    asked = at(
        "SERIES",
        Asked(0x00100010, "DOE*"),
        Asked(0x00100020, "A*"),
        Asked(0x0020000D, "1.2"),
        Asked(0x0020000E, "1.2.3"),
        Asked(0x00080018, "1.2.3.4"),
    )
    query = selection(asked, Root.PATIENT)
    assert set(query.keys) == {
        Key("PatientID", Single("A*")), Key("StudyInstanceUID", Single("1.2")), Key("SeriesInstanceUID", Single("1.2.3")),
    }  # fmt: skip


ELEMENTS = st.lists(
    st.builds(
        Asked,
        st.one_of(st.sampled_from([a.tag for a in ATTRIBUTES]), st.integers(0, 0xFFFFFFFF)),
        st.text(max_size=20),
        st.booleans(),
    ),
    max_size=12,
)


@given(ELEMENTS, st.sampled_from(["PATIENT", "STUDY", "SERIES", "IMAGE", "X", ""]), st.sampled_from(list(Root)), st.booleans())
def test_any_identifier_becomes_a_question_and_a_selection_or_a_refusal(elements, level, root, strict):
    asked = at(level, *elements)
    try:
        whole = question(asked, root, strict=strict, combined=not strict)
    except Refusal:
        whole = None
    if whole is not None:
        assert all(key.keyword in BY_KEYWORD for key in whole.query.keys)
        assert set(whole.query.returned) <= set(BY_KEYWORD)
        assert {name for _, name in whole.returned if name} == {
            *whole.query.returned,
            *(f"{t:08X}" for t in whole.query.extra_tags),
        }
    try:
        query = selection(asked, root, strict=strict)
    except Refusal:
        return
    assert query.keys
