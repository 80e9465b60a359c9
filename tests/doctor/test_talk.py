"""One association of a step: its exchanges with their bytes, in clear and by TLS, and what ends it early."""

from __future__ import annotations

import contextlib

import pytest
from tests.doctor.scripted import Peer, raw_peer, reply, visit_to

from isocenter.base.limits import CHECKUP_RAW_BYTES_MAX
from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor.find_step import find
from isocenter.doctor.store_step import store
from isocenter.doctor.talk import Tape, Trouble, opened, proposed
from isocenter.doctor.visit import Security
from isocenter.lab.faults.certificates import Authority
from isocenter.model.checkup import Outcome
from isocenter.model.records import Node
from isocenter.net.tls import listening_context
from isocenter.standard.sop_class import VERIFICATION

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


def test_an_answer_without_a_status_counts_as_a_failure():
    def serve(request):
        answer = reply(request, 0)
        import dataclasses

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
