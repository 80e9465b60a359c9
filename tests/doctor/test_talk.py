"""One association of a step: its exchanges with their bytes, in clear and by TLS, and what ends it early."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time

import pytest
from tests.doctor.scripted import SHORT, Peer, raw_peer, reply, visit_to

from isocenter.base.limits import CHECKUP_RAW_BYTES_MAX
from isocenter.dataset import identifier
from isocenter.dimse import commands
from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor.find_step import find
from isocenter.doctor.store_step import store
from isocenter.doctor.talk import Tape, Trouble, opened, proposed
from isocenter.doctor.visit import Security
from isocenter.lab.faults.certificates import Authority
from isocenter.model.checkup import Outcome
from isocenter.model.records import Node
from isocenter.net.tls import listening_context
from isocenter.standard.sop_class import STUDY_ROOT_FIND, VERIFICATION
from isocenter.wire.outlet import value_header

ECHO = Command(field=CommandField.C_ECHO_RQ, affected_sop_class_uid=VERIFICATION)


@pytest.fixture
def peer():
    with contextlib.closing(Peer()) as made:
        yield made


def test_each_message_is_written_down_with_its_first_bytes_and_its_whole_length(peer):
    step = store(visit_to(peer.node))
    told = [(one.direction, one.words.partition(",")[0]) for one in step.exchanges]
    assert told == [
        ("sent", "A-ASSOCIATE-RQ"),
        ("got", "A-ASSOCIATE-AC"),
        ("sent", "C-STORE of a CT Image Storage"),
        ("got", "C-STORE response 0000"),
        ("sent", "C-ECHO after it"),
        ("got", "C-ECHO response 0000"),
    ]
    assert [one.raw[0] for one in step.exchanges] == [1, 2, 4, 4, 4, 4]
    stored = step.exchanges[2]
    assert len(stored.raw) == CHECKUP_RAW_BYTES_MAX
    assert stored.byte_count > 500_000
    assert all(len(one.raw) == min(one.byte_count, CHECKUP_RAW_BYTES_MAX) for one in step.exchanges)


def test_the_time_of_a_step_begins_with_its_association(peer):
    step = find(visit_to(peer.node))
    assert step.milliseconds is not None
    assert 0 < step.milliseconds < 60_000


def test_a_response_comes_with_its_status(peer):
    tape = Tape(visit_to(peer.node))
    with opened(visit_to(peer.node), proposed(VERIFICATION), tape, "find") as talk:
        [answer] = talk.ask(talk.contexts(VERIFICATION)[0], ECHO, None, 1, "C-ECHO")
    assert (answer.status, answer.is_pending) == (0, False)


def without_end(change, stopped=lambda: False):
    """A peer that goes on and on, and how a search there ends: its sign and how long it took."""

    def serve(request):
        while True:
            answer = reply(request, 0xFF00)
            threading.Event().wait(0.005)
            yield dataclasses.replace(answer, command=change(answer.command))

    with contextlib.closing(Peer(serve)) as peer:
        visit = visit_to(peer.node, is_stopped=stopped, patience=dataclasses.replace(SHORT, response=0.3))
        began = time.monotonic()
        with pytest.raises(Trouble) as told, opened(visit, proposed(VERIFICATION), Tape(visit), "echo") as talk:
            list(talk.ask(talk.contexts(VERIFICATION)[0], ECHO, None, 0.3, "C-ECHO"))
        return told.value, time.monotonic() - began


def stray(command):
    return dataclasses.replace(command, message_id_being_responded_to=4711, status=0)


def request_of_theirs(command):
    report = CommandField.N_EVENT_REPORT_RQ
    return Command(
        field=report, message_id=9, affected_sop_class_uid=VERIFICATION, affected_sop_instance_uid="1.2", event_type_id=1
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [(lambda command: command, "echo-silent"), (stray, "echo-wrong-id"), (request_of_theirs, "echo-silent")],
    ids=["pending", "answers to another message", "requests"],
)
def test_what_goes_on_without_end_ends_in_time(change, code):
    trouble, seconds = without_end(change)
    assert trouble.sign.code == code
    assert 0.2 < seconds < 5


@pytest.mark.parametrize("change", [lambda command: command, stray, request_of_theirs])
def test_what_goes_on_without_end_ends_where_the_checkup_is_stopped(change):
    trouble, _ = without_end(change, lambda: True)
    assert (trouble.outcome, str(trouble)) == (Outcome.SKIPPED, "stopped by you")


def test_whoever_goes_on_after_the_last_answer_is_not_listened_to_for_ever(monkeypatch):
    monkeypatch.setattr("isocenter.net.requestor.ARTIM_SECONDS", 0.3)

    def answer(number):
        command = commands.encode(Command(field=CommandField.C_ECHO_RSP, message_id_being_responded_to=number, status=0))
        return value_header(1, 3, len(command)) + command

    def go_on(sock, _):
        sock.sendall(answer(1))
        while True:
            sock.sendall(answer(9) * 100)

    with raw_peer(go_on) as node:
        visit = visit_to(node)
        with opened(visit, proposed(VERIFICATION), Tape(visit), "echo") as talk:
            [last] = talk.ask(talk.contexts(VERIFICATION)[0], ECHO, None, 1, "C-ECHO")
            began = time.monotonic()
    assert last.status == 0
    assert time.monotonic() - began < 5


def test_a_search_has_its_time_for_each_answer():
    def serve(request):
        for _ in range(5):
            threading.Event().wait(0.3)
            yield reply(request, 0xFF00, {"PatientID": "1"})
        yield reply(request, 0)

    with contextlib.closing(Peer(serve)) as peer:
        visit = visit_to(peer.node)
        proposal = proposed(STUDY_ROOT_FIND)
        command = Command(field=CommandField.C_FIND_RQ, affected_sop_class_uid=STUDY_ROOT_FIND, priority=0)
        with opened(visit, proposal, Tape(visit), "find") as talk:
            context = talk.contexts(STUDY_ROOT_FIND)[0]
            data = identifier.encode({"PatientID": ""}, context.transfer_syntax)
            assert len(list(talk.ask(context, command, data, 1.0, "C-FIND"))) == 6


def test_of_an_answer_no_byte_of_its_data_set_is_written_down():
    def serve(request):
        if request.identifier:
            yield reply(request, 0xFF00, {"PatientName": "SECRET^SAMUEL", "PatientID": "SECRET-ID"})
        yield reply(request, 0)

    with contextlib.closing(Peer(serve)) as peer:
        step = find(visit_to(peer.node))
    answers = [one for one in step.exchanges if one.direction == "got" and "C-FIND response" in one.words]
    assert any(len(one.raw) > 12 for one in answers)
    assert not any(b"SECRET" in one.raw for one in answers)


def test_an_answer_without_a_status_counts_as_a_failure():
    def serve(request):
        answer = reply(request, 0)
        yield dataclasses.replace(answer, command=dataclasses.replace(answer.command, status=None))

    with contextlib.closing(Peer(serve)) as peer, opened(visit_to(peer.node), proposed(VERIFICATION), _tape(peer), "find") as talk:
        [answer] = talk.ask(talk.contexts(VERIFICATION)[0], ECHO, None, 1, "C-ECHO")
    assert answer.status == 0xC000


def _tape(peer):
    return Tape(visit_to(peer.node))


def test_a_rejection_after_all_went_well_is_told_as_a_change():
    from isocenter.model.records import TurnedAway

    with contextlib.closing(Peer()) as peer:
        peer.admit = lambda request, address: TurnedAway(2, 3, 2, "full")
        step = find(visit_to(peer.node))
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "later-rejected")
    assert dict(step.sign.facts) == {"result": 2, "source": 3, "reason": 2}


def test_a_class_that_is_refused_is_told_by_its_own_contexts(peer):
    peer.syntaxes = lambda uid: ()
    with pytest.raises(Trouble) as told, opened(visit_to(peer.node), proposed(VERIFICATION), _tape(peer), "find"):
        raise AssertionError
    assert told.value.sign.code == "find-class-refused"


def test_files_for_tls_that_cannot_be_used_are_our_own_fault(tmp_path):
    visit = visit_to(Node("x", "X", "127.0.0.1", 9), security=Security(tmp_path / "nothing.pem"))
    step = find(visit)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "own-error")


def test_the_same_goes_by_tls(tmp_path):
    authority = Authority(tmp_path, "Authority")
    context = listening_context(*authority.issue("right"))
    with contextlib.closing(Peer(tls=context)) as peer:
        visit = visit_to(peer.node, security=Security(authority.certificate, check_host=False))
        steps = [find(visit), store(visit)]
    assert [step.outcome for step in steps] == [Outcome.PASSED, Outcome.PASSED], [step.words for step in steps]
    assert steps[0].exchanges[0].raw[0] == 1, "the PDU and not its cipher is shown"


@pytest.mark.parametrize(
    "garbage", [b"", b"\x04", b"\x04\0\xff\xff\xff\xff", b"\x04\0\0\0\0\x08\0\0\0\x04\x01\x03zz", bytes(4000), b"\xff" * 4000]
)
def test_whatever_bytes_come_end_in_a_sign(garbage):
    with raw_peer(lambda sock, _: sock.sendall(garbage)) as node:
        step = find(visit_to(node))
    assert step.outcome is Outcome.FAILED
    assert step.sign.code.startswith("find-")
