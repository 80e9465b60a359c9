"""Keys as a person types them, made into an identifier."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isocenter.base.errors import UsageError
from isocenter.dataset.identifier import decode
from isocenter.jobs.questions import RETURNED, UNIQUE, At, RootName, keyword_of, question, tag_of
from isocenter.standard.transfer_syntax import IMPLICIT_VR_LITTLE_ENDIAN


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([level for level in At if level is not At.PATIENT]), st.text("abcÄß語*?^ -", max_size=20))
def test_what_is_typed_is_what_is_asked(level, value):
    asked = question(level, None, [f"StudyDescription={value}"])
    data_set = decode(asked.identifier(IMPLICIT_VR_LITTLE_ENDIAN), IMPLICIT_VR_LITTLE_ENDIAN)
    assert str(data_set.StudyDescription).strip() == value.strip()
    assert data_set.QueryRetrieveLevel == level.name
    assert {tag_of(keyword) for keyword in RETURNED[level]} <= {int(element.tag) for element in data_set}


@pytest.mark.parametrize("text", ["PatientID", "00100020", "0010,0020", "(0010,0020)"])
def test_a_tag_is_written_in_any_of_its_forms(text):
    assert tag_of(text) == 0x00100020
    assert keyword_of(0x00100020) == "PatientID"


@pytest.mark.parametrize("text", ["", "PatientNam", "0010002", "001000200", "GGGGGGGG", "-0100020", "0x100020", "0010_020"])
def test_what_is_neither_keyword_nor_tag_is_named(text):
    with pytest.raises(UsageError, match="neither a keyword"):
        tag_of(text)


def test_the_unique_keys_are_those_of_the_model():
    assert question(At.SERIES, None, []).unique_keys == [UNIQUE[At.STUDY], UNIQUE[At.SERIES]]
    assert question(At.PATIENT, None, []).root is RootName.PATIENT
    with pytest.raises(UsageError, match="no patient level"):
        question(At.PATIENT, RootName.STUDY, [])


def test_a_retrieval_asks_for_nothing_that_was_not_typed():
    assert question(At.STUDY, None, ["StudyInstanceUID=1.2"], returned=False).keys == {UNIQUE[At.STUDY]: "1.2"}


def test_a_value_that_cannot_be_written_is_refused_before_anybody_is_called():
    with pytest.raises(UsageError):
        question(At.IMAGE, None, ["Rows=many"])
