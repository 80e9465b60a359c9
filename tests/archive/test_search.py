"""A query becomes SQL whose values are parameters, and says which keys it does not match with."""

from __future__ import annotations

import pytest

from isocenter.archive.search import answer_columns, in_order, understand, unsupported
from isocenter.base.errors import UsageError
from isocenter.base.limits import QUERY_VALUES_MAX
from isocenter.model.attributes import ATTRIBUTES, Level
from isocenter.model.query import AnyOf, Key, Query, Range, Single, Wildcard


def query(level, *keys, **more):
    return Query(level, tuple(Key(keyword, match) for keyword, match in keys), **more)


def test_no_value_of_a_key_is_ever_part_of_the_text():
    asked = understand(
        query(
            Level.IMAGE, *((keyword, Single("4711")) for keyword in ("PatientID", "StudyInstanceUID", "Modality", "InstanceNumber"))
        )
    )
    statements = [
        asked.gather(10),
        asked.count_instances(),
        asked.instances_of(3, 99),
        *asked.walk(99, None, 10),
        *asked.walk(99, ("", 5), 10),
    ]
    assert all("4711" not in statement.sql and statement.sql.count("?") == len(statement.parameters) for statement in statements)


def test_keys_that_cannot_take_part_are_told_in_their_order():
    keys = (
        "NumberOfStudyRelatedInstances",
        "PatientName",
        "SeriesDescription",
        "NoSuchKeyword",
        "Modality",
        "SOPInstanceUID",
        "SOPClassUID",
    )
    asked = query(Level.STUDY, *((keyword, Single("1")) for keyword in keys))
    assert unsupported(asked) == ("NumberOfStudyRelatedInstances", "SeriesDescription", "NoSuchKeyword", "SOPInstanceUID")
    assert set(understand(asked).conditions) == {Level.PATIENT, Level.STUDY}
    assert unsupported(query(Level.IMAGE, ("Modality", Single("CT")), ("ModalitiesInStudy", Single("CT")))) == ()
    assert unsupported(query(Level.SERIES, ("SOPClassUID", Single("1")))) == ("SOPClassUID",)


def test_an_index_is_used_where_one_leads_to_the_matches():
    assert understand(query(Level.STUDY, ("PatientID", Single("1")))).gathers
    assert understand(query(Level.STUDY, ("AccessionNumber", Wildcard("A1*")))).gathers
    assert understand(query(Level.IMAGE, ("SOPInstanceUID", AnyOf(("1", "2"))))).gathers
    assert understand(query(Level.PATIENT, ("PatientName", Wildcard("*a*")))).gathers
    assert not understand(query(Level.STUDY)).gathers
    assert not understand(query(Level.STUDY, ("StudyDate", Range("20260101", "")), ("ModalitiesInStudy", Single("CT")))).gathers
    assert not understand(query(Level.STUDY, ("AccessionNumber", Wildcard("*1*")))).gathers


def test_the_values_of_all_keys_together_are_bounded():
    half = tuple(map(str, range(QUERY_VALUES_MAX // 2 + 1)))
    with pytest.raises(UsageError, match="in all"):
        understand(query(Level.IMAGE, ("SOPInstanceUID", AnyOf(half)), ("SeriesInstanceUID", AnyOf(half))))


def test_columns_are_those_at_or_above_the_level_and_unknown_keywords_have_none():
    known, columns = answer_columns(Level.STUDY, ("PatientName", "Nonsense", "Modality", "NumberOfStudyRelatedSeries"))
    assert known == ("PatientName", "NumberOfStudyRelatedSeries")
    assert columns == "patient.patient_name, study.series_count"
    assert answer_columns(Level.STUDY, ("Modality",)) == ((), "0")
    everything, _ = answer_columns(Level.IMAGE, [attribute.keyword for attribute in ATTRIBUTES])
    assert len(everything) == len(ATTRIBUTES)


def test_gathered_rows_come_in_the_order_of_answers():
    assert in_order(Level.STUDY, [(1, "2025", 0), (2, "2026", 0), (3, "2025", 0), (4, "", 0)]) == [2, 3, 1, 4]
    assert in_order(Level.SERIES, [(7, 1, 10), (8, 1, 9), (9, 0, 11), (3, 1, 9)]) == [9, 3, 8, 7]
