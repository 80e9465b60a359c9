"""Identifiers as bytes: what was asked, and what is answered."""

from __future__ import annotations

import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence

from isocenter.base import log as base_log
from isocenter.dimse.commands import CommandField
from isocenter.services.identifiers import AnswerWriter, encode_uids, read
from isocenter.services.keys import Asked
from isocenter.standard import sop_class, transfer_syntax

EXPLICIT = transfer_syntax.EXPLICIT_VR_LITTLE_ENDIAN
DEFLATED = transfer_syntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN
SYNTAXES = [EXPLICIT, transfer_syntax.IMPLICIT_VR_LITTLE_ENDIAN, transfer_syntax.EXPLICIT_VR_BIG_ENDIAN]
NAME, ID, ROWS, SIZE = 0x00100010, 0x00100020, 0x00280010, 0x00101020


def writer(returned, fixed=None, *, syntax=EXPLICIT, character_set="", always_declares=False):
    return AnswerWriter(returned, fixed or {}, transfer_syntax=syntax, character_set=character_set, always_declares=always_declares)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_elements_come_as_text_whatever_their_vr(request_of, tools, syntax):
    asked = Dataset()
    asked.QueryRetrieveLevel = "IMAGE"
    asked.PatientName = "DOE^JOHN"
    asked.SOPInstanceUID = ["1.2", "1.3"]
    asked.PatientSize = "1.80"
    asked.Rows = 512
    asked.InstanceNumber = "07"
    asked.PatientID = ""
    request = request_of(CommandField.C_FIND_RQ, sop_class.STUDY_ROOT_FIND, tools.encoded(asked, syntax), syntax=syntax)
    assert set(read(request).elements) == {
        Asked(0x00080052, "IMAGE"), Asked(NAME, "DOE^JOHN"), Asked(0x00080018, "1.2\\1.3"), Asked(SIZE, "1.80"),
        Asked(ROWS, "512"), Asked(0x00200013, "07"), Asked(ID, ""),
    }  # fmt: skip


def test_what_was_asked_comes_into_the_log_only_where_patients_may(request_of, tools, caplog):
    asked = Dataset()
    asked.PatientName = "DOE^JOHN"
    asked.PatientID = ""
    request = request_of(CommandField.C_FIND_RQ, sop_class.STUDY_ROOT_FIND, tools.encoded(asked))
    read(request)
    assert "DOE" not in caplog.text
    base_log.set_patient_data(True)
    try:
        read(request)
    finally:
        base_log.set_patient_data(False)
    assert caplog.messages == [f"{request.caller.ae_title} ({request.caller.address}) asks for PatientName=DOE^JOHN"]


@pytest.mark.parametrize(
    ("value", "nested", "wanted"),
    [("", False, False), ("*", False, False), ("X", False, True), ("X", True, True), ("", True, False)],
)
def test_a_sequence_says_whether_it_has_something_to_match_with(request_of, tools, value, nested, wanted):
    item = Dataset()
    item.CodeValue = value
    if nested:
        outer = Dataset()
        outer.ConceptCodeSequence = Sequence([item])
        item = outer
    asked = Dataset()
    asked.ProcedureCodeSequence = Sequence([item])
    request = request_of(CommandField.C_FIND_RQ, sop_class.STUDY_ROOT_FIND, tools.encoded(asked))
    assert read(request).elements == (Asked(0x00081032, "", wanted),)


def test_a_deflated_identifier_is_read_and_written(request_of, tools):
    identifier = writer([(NAME, "PatientName")], syntax=DEFLATED).write({"PatientName": "DOE^JOHN"})
    request = request_of(CommandField.C_FIND_RQ, sop_class.STUDY_ROOT_FIND, identifier, syntax=DEFLATED)
    assert read(request).elements == (Asked(NAME, "DOE^JOHN"),)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_an_answer_holds_what_is_fixed_what_is_known_and_what_is_not(tools, syntax):
    answer = writer([(NAME, "PatientName"), (ID, ""), (ROWS, "Rows")], {0x00080052: "IMAGE"}, syntax=syntax)
    dataset = tools.decoded(answer.write({"PatientName": "DOE^JOHN", "Rows": "512"}), syntax)
    assert (dataset.PatientName, dataset.Rows, dataset.QueryRetrieveLevel) == ("DOE^JOHN", 512, "IMAGE")
    assert dataset["PatientID"].is_empty
    assert len(dataset) == 4


def test_a_value_that_cannot_be_written_does_not_hide_its_match(tools):
    dataset = tools.decoded(writer([(ROWS, "Rows"), (ID, "PatientID")]).write({"Rows": "many", "PatientID": "P1"}))
    assert dataset["Rows"].is_empty
    assert dataset.PatientID == "P1"


@pytest.mark.parametrize(
    ("requested", "name", "declared"),
    [
        ("", "DOE", None),
        ("", "Müller", "ISO_IR 192"),
        ("ISO_IR 100", "DOE", "ISO_IR 100"),
        ("ISO_IR 100", "Müller", "ISO_IR 100"),
        ("ISO_IR 100", "山田", "ISO_IR 192"),
        ("ISO_IR 192", "DOE", "ISO_IR 192"),
        ("NONSENSE", "Müller", "ISO_IR 192"),
    ],
)
def test_each_answer_declares_what_it_is_written_in(tools, requested, name, declared):
    dataset = tools.decoded(writer([(NAME, "PatientName")], character_set=requested).write({"PatientName": name}))
    assert dataset.get("SpecificCharacterSet") == declared
    assert str(dataset.PatientName) == name


def test_a_list_of_uids_is_one_element(tools):
    dataset = tools.decoded(encode_uids(0x00080058, ["1.2", "1.3"], EXPLICIT))
    assert dataset.FailedSOPInstanceUIDList == ["1.2", "1.3"]
