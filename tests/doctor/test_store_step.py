"""C-STORE of the test object, finding it again, and what is said of what is left behind."""

from __future__ import annotations

import dataclasses

import pytest
from pydicom import Dataset
from tests.doctor.scripted import PLAIN, archive_peer, peer, reply, visit_to

from isocenter.dataset import identifier
from isocenter.doctor.clean_up_step import clean_up
from isocenter.doctor.find_again_step import find_again
from isocenter.doctor.find_step import find
from isocenter.doctor.identity import PATIENT_ID, PATIENT_NAME
from isocenter.doctor.store_step import store
from isocenter.doctor.visit import Consent
from isocenter.model.checkup import Outcome
from isocenter.model.records import Node
from isocenter.standard.sop_class import VERIFICATION
from isocenter.standard.transfer_syntax import EXPLICIT_VR_BIG_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN, JPEG_BASELINE


def test_what_is_stored_is_found_again_and_is_said_to_stay_there(tmp_path):
    with archive_peer(tmp_path / "archive") as node:
        visit = visit_to(node)
        steps = [store(visit), find_again(visit), clean_up(visit)]
    assert [step.outcome for step in steps] == [Outcome.PASSED, Outcome.PASSED, Outcome.WARNED]
    assert PATIENT_ID in steps[2].words
    assert visit.test_object.study_instance_uid in visit.remarks[-1]


def test_nothing_is_stored_without_consent():
    visit = visit_to(Node("peer", "PEER", "127.0.0.1", 9), consent=Consent(store=False))
    assert [store(visit).outcome, find_again(visit).outcome] == [Outcome.SKIPPED, Outcome.SKIPPED]
    assert clean_up(visit).outcome is Outcome.PASSED


@pytest.mark.parametrize("syntax", [IMPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_BIG_ENDIAN])
def test_the_object_is_written_in_the_syntax_that_is_taken(syntax):
    with peer() as opened:
        opened.syntaxes = lambda uid: PLAIN if uid == VERIFICATION else (syntax,)
        visit = visit_to(opened.node)
        step = store(visit)
        came = identifier.decode(opened.kept[visit.test_object.sop_instance_uid], syntax)
    assert step.outcome is Outcome.PASSED
    assert step.facts["accepted_syntaxes"] == [syntax]
    assert (came.PatientID, str(came.PatientName)) == (PATIENT_ID, PATIENT_NAME)
    assert len(came.PixelData) == came.Rows * came.Columns * 2


@pytest.mark.parametrize(("syntaxes", "code"), [((), "store-class-refused"), ((JPEG_BASELINE,), "store-syntax-refused")])
def test_a_refused_class_is_told_from_a_refused_syntax(syntaxes, code):
    with peer() as opened:
        opened.syntaxes = lambda uid: PLAIN if uid == VERIFICATION else syntaxes
        visit = visit_to(opened.node)
        step = store(visit)
    assert (step.outcome, step.sign.code, visit.test_object) == (Outcome.FAILED, code, None)


@pytest.mark.parametrize(
    ("status", "code"),
    [(0xA700, "store-A7xx"), (0xA778, "store-A7xx"), (0xA900, "store-A9xx"), (0xC000, "store-Cxxx"), (0x0110, "store-0110"),
     (0x0111, "store-0111"), (0x0124, "store-0124"), (0x0122, "store-0122"), (0xD000, "store-failed")],
)  # fmt: skip
def test_a_failing_status_is_the_sign_and_what_may_lie_there_is_said(status, code):
    with peer() as opened:
        opened.store_status = status
        opened.store_more = {"error_comment": "no such luck"}
        visit = visit_to(opened.node)
        step = store(visit)
    assert (step.outcome, step.sign.code, step.sign.facts["status"]) == (Outcome.FAILED, code, f"{status:04X}")
    assert "no such luck" in step.sign.facts["said"]
    assert find_again(visit).outcome is Outcome.SKIPPED
    assert "did not say that it stored" in clean_up(visit).words
    assert not any("by hand" in remark for remark in visit.remarks)


def test_a_warning_is_stored():
    with peer() as opened:
        opened.store_status = 0xB000
        visit = visit_to(opened.node)
        step = store(visit)
    assert (step.outcome, step.sign.code, visit.test_object.is_stored) == (Outcome.WARNED, "store-warning", True)


def test_a_receiver_that_is_of_no_use_after_an_image_is_told():
    with peer(lambda request: iter(())) as opened:
        visit = visit_to(opened.node)
        step = store(visit)
    assert visit.test_object.is_stored
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, "store-one-image")


def test_an_object_that_was_acknowledged_and_is_not_there_is_lost(monkeypatch):
    monkeypatch.setattr("isocenter.doctor.find_again_step.CHECKUP_STORED_SECONDS", 0.0)
    step, _ = found_again()
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "found-nothing")


def found_again(serve_with=None):
    """What is found after the object was sent, and the visit."""
    with peer(serve_with) as opened:
        visit = visit_to(opened.node)
        store(visit)
        return find_again(visit), visit


def asked_by(request) -> Dataset:
    """The keys of a search; empty for any other request."""
    return identifier.decode(request.identifier, request.context.transfer_syntax) if request.identifier else Dataset()


def searching(answer: dict[str, str], levels: tuple[str, ...] = ("STUDY", "IMAGE")):
    def serve(request):
        asked = asked_by(request)
        if asked.get("QueryRetrieveLevel") in levels:
            yield reply(request, 0xFF00, answer | uids(asked))
        yield reply(request, 0)

    return serve


def uids(asked: Dataset) -> dict[str, str]:
    """What was asked for by UID, as an answer gives it back."""
    keys = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
    return {keyword: str(asked.get(keyword)) for keyword in keys if asked.get(keyword)}


def test_an_archive_that_files_it_under_another_patient_is_told():
    step, _ = found_again(searching({"PatientID": "00000000", "PatientName": PATIENT_NAME}))
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, "found-changed")
    assert step.facts["changed"] == {"PatientID": "00000000"}


def test_an_archive_that_answers_with_somebody_else_is_no_proof_and_nobody_is_named(monkeypatch):
    monkeypatch.setattr("isocenter.doctor.find_again_step.CHECKUP_STORED_SECONDS", 0.0)
    person = {"PatientName": "SECRET^SAMUEL", "PatientID": "SECRET-ID", "StudyInstanceUID": "1.2", "SOPInstanceUID": "1.2.3"}

    def serve(request):
        if request.identifier:
            yield reply(request, 0xFF00, person)
        yield reply(request, 0)

    with peer(serve) as opened:
        visit = visit_to(opened.node)
        store(visit)
        steps = [find(visit), find_again(visit)]
    assert (steps[1].outcome, steps[1].sign.code, steps[1].sign.facts) == (Outcome.FAILED, "found-others", {"count": "1"})
    assert "SECRET" not in repr([steps, visit.remarks])


def test_the_name_in_somebody_elses_study_is_not_taken_for_the_test_patients():
    def serve(request):
        asked = asked_by(request)
        if asked.get("QueryRetrieveLevel") == "IMAGE":
            yield reply(request, 0xFF00, uids(asked))
        elif request.identifier:
            yield reply(request, 0xFF00, {"PatientName": "SECRET^SAMUEL", "PatientID": "SECRET-ID", "StudyInstanceUID": "1.2"})
        yield reply(request, 0)

    step, visit = found_again(serve)
    assert step.outcome is Outcome.PASSED
    assert "SECRET" not in repr([step, visit.remarks])


def test_a_study_without_its_image_is_told(monkeypatch):
    monkeypatch.setattr("isocenter.doctor.find_again_step.CHECKUP_STORED_SECONDS", 0.0)
    step, _ = found_again(searching({"PatientID": PATIENT_ID}, ("STUDY",)))
    assert step.sign.code == "found-study-only"


def test_an_archive_that_indexes_later_is_waited_for():
    searches = []

    def serve(request):
        asked = asked_by(request)
        if asked.get("QueryRetrieveLevel") == "IMAGE":
            searches.append(asked)
        if len(searches) > 2 or asked.get("QueryRetrieveLevel") == "STUDY":
            yield reply(request, 0xFF00, {"PatientID": PATIENT_ID, "PatientName": PATIENT_NAME} | uids(asked))
        yield reply(request, 0)

    step, _ = found_again(serve)
    assert step.outcome is Outcome.PASSED
    assert len(searches) == 3


def test_its_uids_are_new_each_time():
    with peer() as opened:
        visits = [visit_to(opened.node), visit_to(opened.node)]
        for visit in visits:
            store(visit)
    first, second = (dataclasses.astuple(visit.test_object)[1:4] for visit in visits)
    assert not set(first) & set(second)
