"""The layer of the echo."""

from __future__ import annotations

import pytest
from tests.doctor.scripted import Peer, raw_peer, reply, visit_to

from isocenter.doctor import echo_step
from isocenter.doctor.echo_step import echo_ten_times
from isocenter.model.checkup import Outcome


@pytest.fixture
def peer():
    made = Peer()
    yield made
    made.close()


def timed(*milliseconds, connect=0.2):
    visit = visit_to(_NODE)
    visit.connect_milliseconds = connect
    return visit, echo_step._told(visit, list(milliseconds))


def test_ten_echoes_are_answered_on_one_association(peer):
    step = echo_ten_times(visit_to(peer.node))
    assert (step.outcome, step.facts["count"]) == (Outcome.PASSED, 10)
    assert step.facts["least"] <= step.facts["median"] <= step.facts["longest"]
    assert sum("C-ECHO" in one.words for one in step.exchanges) == 20


def test_a_failing_echo_says_its_status(peer):
    peer.serve_with = lambda request: iter((reply(request, 0x0110),))
    step = echo_ten_times(visit_to(peer.node))
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "echo-failed")
    assert "0110" in step.sign.facts["status"]


def test_verification_that_is_refused_is_told(peer):
    peer.syntaxes = lambda uid: ()
    step = echo_ten_times(visit_to(peer.node))
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "echo-class-refused")


def test_silence_after_the_acceptance_is_told():
    with raw_peer(lambda sock, pdu: sock.recv(100)) as node:
        step = echo_ten_times(visit_to(node))
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "echo-silent")


_NODE = type("Node", (), {"name": "peer"})()


@pytest.mark.parametrize(
    ("milliseconds", "code"),
    [
        ((44.0,) * 10, "echo-steps"),
        ((300.0,) * 10, "echo-slow"),
        ((1.0,) * 9 + (900.0,), "echo-uneven"),
    ],
)
def test_times_that_are_not_right_are_a_remark(milliseconds, code):
    visit, step = timed(*milliseconds)
    assert (step.outcome, step.sign.code) == (Outcome.WARNED, code)
    assert visit.remarks


def test_a_long_way_is_not_the_fault_of_the_other_side():
    visit, step = timed(*(250.0,) * 10, connect=240.0)
    assert step.outcome is Outcome.PASSED
    assert not visit.remarks
