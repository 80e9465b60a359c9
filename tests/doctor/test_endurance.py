"""What only patience shows."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from tests.doctor.doors import accept_of, accepting, door, read_request, rejecting, visit_at

from isocenter.base.limits import CHECKUP_ASSOCIATIONS_AT_ONCE
from isocenter.doctor.endurance import at_once, in_silence
from isocenter.wire import pdu_codec
from isocenter.wire.pdu import Abort


def visit_to(port, **more):
    visit = visit_at(port, **more)
    visit.patience = replace(visit.patience, idle=0.1)
    return visit


def limited(most, otherwise=None):
    """A server that holds so many associations and turns the next one away."""
    lock, held = threading.Lock(), []

    def behave(sock):
        with lock:
            is_full = len(held) >= most
            if not is_full:
                held.append(sock)
        (otherwise or rejecting(2, 3, 2))(sock) if is_full else accepting()(sock)

    return behave


def taking_once(stopped):
    """A server that takes an association, at which whoever called is told to stop."""

    def behave(sock):
        sock.sendall(accept_of(read_request(sock)))
        stopped.append(True)
        sock.recv(10)

    return behave


@pytest.mark.parametrize(("most", "sign"), [(1, "one-at-a-time"), (2, "few-at-once"), (5, None)])
def test_how_many_it_takes_at_once_is_counted(most, sign):
    with door(limited(most)) as port:
        found = at_once(visit_to(port))
    assert found.facts["at_once"] == most
    assert str(most) in found.remark
    assert (found.sign.code if found.sign else None) == sign


def test_whoever_refuses_the_first_is_not_said_to_take_none():
    with door(rejecting(2, 3, 2)) as port:
        found = at_once(visit_to(port))
    assert (found.facts["at_once"], found.sign) == (0, None)
    assert "not had at once: it answers with A-ASSOCIATE-RJ" in found.remark
    assert "a pause between two" in found.remark


def test_whoever_takes_as_many_as_are_held_gets_no_remark():
    with door(accepting()) as port:
        found = at_once(visit_to(port))
    assert (found.remark, found.facts["at_once"], found.sign) == ("", CHECKUP_ASSOCIATIONS_AT_ONCE, None)


def test_where_counting_was_stopped_is_no_limit_of_the_device():
    stopped = []
    with door(taking_once(stopped)) as port:
        found = at_once(visit_to(port, is_stopped=lambda: bool(stopped)))
    assert (found.remark, found.facts, found.sign) == ("", {}, None)


def test_whoever_stops_in_the_silence_finds_nothing():
    stopped = []
    with door(taking_once(stopped)) as port:
        visit = visit_to(port, is_stopped=lambda: bool(stopped))
        visit.patience = replace(visit.patience, idle=5.0)
        found = in_silence(visit)
    assert (found.remark, found.facts, found.sign) == ("", {}, None)


def test_all_that_were_held_are_released():
    released = []

    def counting(sock):
        sock.sendall(accept_of(read_request(sock)))
        released.append(sock.recv(10)[:1])

    with door(counting) as port:
        at_once(visit_to(port))
    assert set(released) <= {b"\x05"}


def test_silence_that_lasts_is_no_remark():
    with door(accepting()) as port:
        found = in_silence(visit_to(port))
    assert (found.remark, found.sign) == ("", None)
    assert found.facts["ended_by"] == ""


def ending(last_words):
    def behave(sock):
        sock.sendall(accept_of(read_request(sock)) + last_words)

    return behave


@pytest.mark.parametrize(("last_words", "how"), [(pdu_codec.encode(Abort(0, 0)), "an A-ABORT"), (b"", "closing the connection")])
def test_who_ends_a_silent_association_is_told(last_words, how):
    with door(ending(last_words)) as port:
        found = in_silence(visit_to(port))
    assert found.facts["ended_by"] == how
    assert how in found.remark
    assert found.sign.code == "silence-ended"


def test_a_connection_that_does_not_answer_after_the_silence_was_forgotten_on_the_way():
    def forgotten(sock):
        sock.sendall(accept_of(read_request(sock)))
        while sock.recv(100):
            pass

    with door(forgotten) as port:
        found = in_silence(visit_to(port))
    assert found.sign.code == "silence-forgotten"


def test_whoever_stops_is_not_held_for_five_minutes():
    with door(accepting()) as port:
        visit = visit_at(port, is_stopped=lambda: bool(stopped))
        visit.patience = replace(visit.patience, idle=300)
        stopped = []
        visit.pause = lambda seconds: None
        threading.Timer(0.05, stopped.append, (True,)).start()
        assert in_silence(visit).remark == ""
