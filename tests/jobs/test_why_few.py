"""The key that excludes everything names itself, with the spelling that finds."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset

from isocenter.base.clock import FixedClock, SystemClock
from isocenter.base.errors import LinkLost
from isocenter.base.limits import WHY_ANSWERS_MAX, WHY_QUESTIONS_MAX
from isocenter.jobs.questions import At, RootName, question
from isocenter.jobs.searching import Call
from isocenter.jobs.why_few import Counted, counting, why_few
from isocenter.model.records import Node

WORDS = ("PatientName", "PatientID", "StudyDate", "ModalitiesInStudy", "AccessionNumber")
STUDIES = [
    {
        "PatientName": "DOE^JOHN",
        "PatientID": "0004711",
        "StudyDate": "20040119",
        "ModalitiesInStudy": "CT",
        "AccessionNumber": "A1",
    },
    {"PatientName": "ROE^JANE", "PatientID": "0004712", "StudyDate": "20040220", "ModalitiesInStudy": "MR", "AccessionNumber": ""},
]


def matches(wanted: str, value: str, keyword: str) -> bool:
    """As a plain archive matches: exact, wild cards, ranges of well formed days; a star excludes what is absent."""
    if not wanted:
        return True
    if keyword == "StudyDate":
        first, dash, last = wanted.partition("-")
        return (first or "0") <= value <= (last or "9") if dash else wanted == value
    return bool(value) and fnmatch.fnmatchcase(value, wanted)


class Archive:
    """Counts as an archive would. It fails wherever the key that it `dislikes` has a value."""

    def __init__(self, dislikes: str = "") -> None:
        self.asked = []
        self.dislikes = dislikes

    def __call__(self, asked) -> Counted:
        from isocenter.jobs.questions import keyword_of

        self.asked.append(asked)
        keys = {keyword_of(tag): value for tag, value in asked.keys.items() if value}
        if self.dislikes and keys.get(self.dislikes) is not None:
            return Counted(failure="C000 Unable to process.")
        if "Modality" in keys:
            return Counted()
        return Counted(sum(all(matches(value, one.get(word, ""), word) for word, value in keys.items()) for one in STUDIES))


def asked(level: At = At.STUDY, **keys: str):
    return question(level, RootName.STUDY, [f"{keyword}={value}" for keyword, value in keys.items()], returned=False)


def ask(count, question):
    return why_few(count, question, SystemClock())


def test_it_ends_when_its_time_is_over_with_what_it_has():
    archive, clock = Archive(), FixedClock()

    def slowly(question):
        clock.advance(25)
        return archive(question)

    why = why_few(slowly, asked(PatientName="DOE", StudyDate="20040119", ModalitiesInStudy="CT"), clock)
    assert len(archive.asked) == 3
    assert why.guilty == ("PatientName",)


@pytest.mark.parametrize(
    ("keys", "guilty", "fault", "value"),
    [
        ({"PatientName": "DOE"}, "PatientName", "Q5", "DOE*"),
        ({"PatientName": "DOE JOHN"}, "PatientName", "Q5", "DOE^JOHN*"),
        ({"PatientName": "doe*"}, "PatientName", "Q6", "DOE*"),
        ({"PatientName": "JOHN*"}, "PatientName", "Q5", "*JOHN*"),
        ({"PatientName": "DÖE*"}, "PatientName", "Q9", "D*"),
        ({"PatientID": "4711"}, "PatientID", "Q10", "*4711"),
        ({"PatientID": "000471"}, "PatientID", "Q10", "000471*"),
        ({"StudyDate": "2004.01.19"}, "StudyDate", "Q7", "20040119"),
        ({"StudyDate": "2004-01-19"}, "StudyDate", "Q7", "20040119"),
        ({"StudyDate": "*"}, "StudyDate", "Q7", ""),
        ({"StudyDate": "20040201-20040101"}, "StudyDate", "Q7", "20040101-20040201"),
        ({"ModalitiesInStudy": "ct"}, "ModalitiesInStudy", "Q6", "CT"),
        ({"Modality": "CT"}, "Modality", "Q11", "CT"),
        ({"AccessionNumber": "a1"}, "AccessionNumber", "Q6", "A1"),
    ],
)
def test_each_way_of_missing_has_its_cure(keys, guilty, fault, value):
    why = ask(Archive(), asked(**keys))
    assert why.guilty == (guilty,)
    assert [(cure.fault, cure.value) for cure in why.cures] == [(fault, value)]
    assert why.cures[0].found.count > why.whole.count
    assert guilty in why.words


def test_the_guilty_key_is_told_from_the_innocent_ones():
    why = ask(Archive(), asked(PatientName="DOE", StudyDate="20040119", ModalitiesInStudy="CT"))
    assert why.guilty == ("PatientName",)
    assert [(one.keyword, one.found.count) for one in why.without] == [
        ("PatientName", 1),
        ("StudyDate", 0),
        ("ModalitiesInStudy", 0),
    ]


def test_two_keys_that_exclude_together_are_named_together():
    why = ask(Archive(), asked(PatientName="doe*", PatientID="nobody", StudyDate="20040119"))
    assert why.together
    assert why.guilty == ("PatientName", "PatientID")
    assert [(cure.replaces, cure.value) for cure in why.cures] == [("PatientName", "DOE*")]


def test_a_star_that_leaves_out_who_has_no_value_is_found():
    why = ask(Archive(), asked(AccessionNumber="*"))
    assert (why.whole.count, why.guilty, why.cures[0].fault, why.cures[0].value) == (1, ("AccessionNumber",), "Q8", "")


def test_a_failing_search_names_the_key_that_is_not_understood():
    why = ask(Archive(dislikes="StudyDate"), asked(PatientName="DOE*", StudyDate="*"))
    assert why.whole.failure
    assert why.guilty == ("StudyDate",)
    assert "is not understood there" in why.words


def test_another_level_is_meant_by_the_key_that_replaces_it():
    why = ask(Archive(), asked(Modality="CT"))
    assert (why.cures[0].replaces, why.cures[0].keyword) == ("Modality", "ModalitiesInStudy")


def test_where_nothing_is_to_blame_that_is_said():
    assert "what is shown is what there is" in ask(Archive(), asked(PatientName="*")).words
    assert "no key" in ask(Archive(), asked()).words


def test_an_empty_archive_is_told_from_a_guilty_key():
    why = ask(lambda question: Counted(), asked(PatientName="DOE", PatientID="1"))
    assert why.guilty == ()
    assert "another called title" in why.words


def test_an_archive_that_always_fails_is_told():
    why = ask(lambda question: Counted(failure="C000"), asked(PatientName="DOE", PatientID="1"))
    assert why.guilty == ()
    assert "without any key as well: C000" in why.words


def test_the_keys_of_the_levels_above_are_never_dropped():
    archive = Archive()
    ask(archive, asked(At.SERIES, StudyInstanceUID="1.2", Modality="CT"))
    assert all(one.keys[0x0020000D] == "1.2" for one in archive.asked)


def test_no_search_is_made_twice_and_there_are_never_too_many():
    archive = Archive()
    keys = {
        "PatientName": "x",
        "PatientID": "x",
        "StudyDate": "19990101",
        "ModalitiesInStudy": "x",
        "AccessionNumber": "x",
        "StudyID": "x",
    }
    ask(archive, asked(**keys, StudyDescription="x", ReferringPhysicianName="x"))
    assert len(archive.asked) == len({tuple(sorted(one.keys.items())) for one in archive.asked}) <= WHY_QUESTIONS_MAX


@given(
    st.dictionaries(st.sampled_from(["PatientName", "PatientID", "StudyDate", "AccessionNumber"]), st.text(max_size=12), max_size=4)
)
def test_whatever_is_typed_ends_in_a_sentence(keys):
    typed = {keyword: value.replace("=", "") for keyword, value in keys.items()}
    why = ask(Archive(), asked(**typed))
    assert why.words.endswith((".", "!"))
    assert all(cure.found.beats(why.whole) for cure in why.cures)


@pytest.mark.parametrize(
    ("under", "count"),
    [
        ({"CT": ["1.1", "1.2"], "MR": ["1.3"]}, 3),
        ({"CT": ["1.1", "1.2"], "SR": ["1.2", "1.1"]}, 2),
        ({"CT": ["", ""], "MR": ["", "1.1"]}, 4),
    ],
    ids=["different studies", "the same under both", "answers without a UID"],
)
def test_several_modalities_are_counted_one_by_one_and_a_study_under_two_of_them_once(monkeypatch, under, count):
    asked_for = []

    def answers(call, one, limit):
        asked_for.append(one.keys[0x00080061])
        for uid in under[asked_for[-1]]:
            answer = Dataset()
            answer.StudyInstanceUID = uid
            yield answer

    monkeypatch.setattr("isocenter.jobs.why_few.answers", answers)
    search = asked(ModalitiesInStudy="\\".join(under))
    found = counting(Call(Node("x", "X", "127.0.0.1", 9), "HERE"), SystemClock())(search)
    assert (asked_for, found) == (list(under), Counted(count))


def test_more_than_are_read_is_told_and_no_more_are_counted(monkeypatch):
    def answers(call, one, limit):
        yield from (Dataset() for _ in range(limit))

    monkeypatch.setattr("isocenter.jobs.why_few.answers", answers)
    found = counting(Call(Node("x", "X", "127.0.0.1", 9), "HERE"), SystemClock())(asked(PatientID="1"))
    assert found == Counted(WHY_ANSWERS_MAX, more=True)


def test_a_list_of_modalities_costs_a_search_for_each():
    archive = Archive()
    codes = [f"M{number}" for number in range(WHY_QUESTIONS_MAX // 2)]
    ask(archive, asked(ModalitiesInStudy="\\".join(codes), PatientName="x", PatientID="x"))
    assert sum(len(one.keys.get(0x00080061, "").split("\\")) for one in archive.asked) <= WHY_QUESTIONS_MAX


def test_a_node_that_is_not_reached_is_no_verdict():
    with pytest.raises(LinkLost):
        ask(counting(Call(Node("x", "X", "127.0.0.1", 9), "HERE"), SystemClock()), asked(PatientName="DOE"))
