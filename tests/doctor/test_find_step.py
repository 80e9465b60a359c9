"""C-FIND at each root and level, of peers that do as they are told."""

from __future__ import annotations

import pytest
from tests.doctor.scripted import PLAIN, archive_peer, peer, raw_peer, reply, visit_to

from isocenter.dataset import identifier
from isocenter.doctor.find_step import find, slow
from isocenter.doctor.identity import PATIENT_ID
from isocenter.doctor.questions import Search
from isocenter.model.checkup import Outcome
from isocenter.standard.sop_class import PATIENT_ROOT_FIND, STUDY_ROOT_FIND, VERIFICATION
from isocenter.standard.transfer_syntax import JPEG_BASELINE


def test_an_archive_is_asked_at_every_level_of_every_root_and_for_no_patient_but_the_test_patient(tmp_path):
    with archive_peer(tmp_path / "archive") as node:
        visit = visit_to(node)
        step = find(visit)
    assert step.outcome is Outcome.PASSED
    assert {root: list(levels) for root, levels in step.facts["roots"].items()} == {
        "study": ["study", "series", "image"],
        "patient": ["patient", "study", "series", "image"],
        "patient-study-only": ["patient", "study"],
    }


def test_only_the_test_patient_is_ever_asked_for():
    asked = []

    def serve(request):
        if request.identifier:
            asked.append(identifier.decode(request.identifier, request.context.transfer_syntax))
        yield reply(request, 0)

    with peer(serve) as opened:
        find(visit_to(opened.node))
    assert asked
    for one in asked:
        values = [str(one.get(word) or "") for word in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID")]
        assert PATIENT_ID in values or any(value.startswith("2.25.") for value in values)
        assert not one.get("PatientName")


def test_what_is_left_of_a_failing_search_never_asks_for_the_whole_archive():
    asked = []

    def serve(request):
        if request.identifier:
            asked.append(identifier.decode(request.identifier, request.context.transfer_syntax))
        yield reply(request, 0xA900 if request.identifier else 0)

    with peer(serve) as opened:
        find(visit_to(opened.node))
    assert any("PatientID" not in one for one in asked)
    assert all(one.get("PatientID") or str(one.get("StudyInstanceUID") or "").startswith("2.25.") for one in asked)


def test_one_refused_root_is_no_fault():
    with peer() as opened:
        opened.syntaxes = lambda uid: PLAIN if uid in (PATIENT_ROOT_FIND, VERIFICATION) else ()
        step = find(visit_to(opened.node))
    assert step.outcome is Outcome.PASSED
    assert list(step.facts["roots"]) == ["patient"]


@pytest.mark.parametrize(("syntaxes", "code"), [((), "find-class-refused"), ((JPEG_BASELINE,), "find-syntax-refused")])
def test_a_refused_class_is_told_from_a_refused_syntax(syntaxes, code):
    with peer() as opened:
        opened.syntaxes = lambda uid: PLAIN if uid == VERIFICATION else syntaxes
        step = find(visit_to(opened.node))
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, code)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (0xA900, "find-A900"),
        (0xC001, "find-Cxxx"),
        (0xC000, "find-Cxxx"),
        (0xA700, "find-A700"),
        (0x0122, "find-0122"),
        (0xD123, "find-failed"),
    ],
)
def test_a_failing_status_is_the_sign(status, code):
    with peer(lambda request: iter((reply(request, 0 if not request.identifier else status),))) as opened:
        step = find(visit_to(opened.node))
    assert (step.outcome, step.sign.code, step.sign.facts["status"]) == (Outcome.FAILED, code, f"{status:04X}")
    assert "study level" in step.words


def test_the_key_that_makes_a_search_fail_is_named():
    def serve(request):
        asked = identifier.decode(request.identifier, request.context.transfer_syntax) if request.identifier else {}
        yield reply(request, 0xA900 if "ModalitiesInStudy" in asked else 0)

    with peer(serve) as opened:
        opened.syntaxes = lambda uid: PLAIN if uid in (STUDY_ROOT_FIND, VERIFICATION) else ()
        step = find(visit_to(opened.node))
    assert (step.outcome, step.sign.code, step.sign.facts["key"]) == (Outcome.FAILED, "find-key-disliked", "ModalitiesInStudy")


@pytest.mark.parametrize(
    ("milliseconds", "echo", "code"),
    [
        (44.0, 0.4, "find-slow"),
        (90.0, 1.0, "find-slow"),
        (300.0, 1.0, "find-late"),
        (30.0, 1.0, None),
        (60.0, 50.0, None),
        (44.0, None, None),
    ],
)
def test_packets_that_wait_are_told_from_a_search_that_takes_long(milliseconds, echo, code):
    search = Search(status=0, first_milliseconds=milliseconds, milliseconds=milliseconds)
    found = slow([search, search], echo)
    assert (found.code if found else None) == code


def test_a_root_that_fails_beside_one_that_works_is_a_remark():
    def serve(request):
        yield reply(request, 0xA900 if request.context.abstract_syntax == PATIENT_ROOT_FIND else 0)

    with peer(serve) as opened:
        visit = visit_to(opened.node)
        step = find(visit)
    assert step.outcome is Outcome.WARNED
    assert any("patient root fails" in remark for remark in visit.remarks)


def test_ignored_keys_are_told():
    def serve(request):
        if request.identifier:
            yield reply(request, 0xFF01, {"PatientID": "X"})
        yield reply(request, 0)

    with peer(serve) as opened:
        visit = visit_to(opened.node)
        step = find(visit)
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, "find-keys-ignored")


def test_an_endless_answer_is_cancelled():
    def serve(request):
        while request.context.abstract_syntax == STUDY_ROOT_FIND:
            yield reply(request, 0xFF00, {"PatientID": "X", "StudyInstanceUID": "1.2"})
        yield reply(request, 0)

    with peer(serve) as opened:
        step = find(visit_to(opened.node))
    assert step.outcome is Outcome.PASSED
    assert step.facts["roots"]["study"]["study"] == {**step.facts["roots"]["study"]["study"], "status": "", "answers": 20}


ABORT = bytes.fromhex("07000000000400000000")


@pytest.mark.parametrize(
    ("react", "code"),
    [
        (lambda sock, _: sock.sendall(ABORT), "find-aborted"),
        (lambda sock, _: None, "find-closed"),
        (lambda sock, _: all(iter(lambda: sock.recv(4096), b"")), "find-silent"),
        (lambda sock, _: sock.sendall(bytes.fromhex("05000000000400000000")) or sock.recv(100), "find-released"),
        (lambda sock, _: sock.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "find-garbled"),
    ],
    ids=["abort", "close", "silence", "release", "garbage"],
)
def test_what_comes_instead_of_an_answer_is_named(react, code):
    with raw_peer(react) as node:
        step = find(visit_to(node))
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, code)
    assert [one.direction for one in step.exchanges][:3] == ["sent", "got", "sent"]
    assert step.exchanges[0].raw[0] == 1
    assert step.exchanges[1].raw[0] == 2


def test_an_answer_to_another_message_is_told_as_such():
    def serve(request):
        answer = reply(request, 0)
        import dataclasses

        wrong = dataclasses.replace(answer.command, message_id_being_responded_to=request.command.message_id + 7)
        yield dataclasses.replace(answer, command=wrong)

    with peer(serve) as opened:
        step = find(visit_to(opened.node))
    assert step.sign.code == "find-wrong-id"
    assert step.sign.facts == {"answered": 8, "asked": 1}


def test_nobody_there_any_more_is_no_error_of_ours():
    with peer() as opened:
        node = opened.node
    step = find(visit_to(node))
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "later-lost")
