"""One A-ASSOCIATE-RQ, and whatever comes back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.doctor.doors import (
    aborting,
    accept_of,
    accepting,
    closing,
    door,
    greeting_with,
    rejecting,
    saying,
    silent,
    visit_at,
)

from isocenter.base.errors import UsageError
from isocenter.base.limits import CHECKUP_FOREIGN_BYTES_MAX
from isocenter.doctor.answer import Said
from isocenter.doctor.asking import call, held, listen, open_line, request_of
from isocenter.doctor.visit import Security
from isocenter.wire import pdu_codec
from isocenter.wire.pdu import AssociateReject

REQUEST = request_of(visit_at(104))
ACCEPT = accept_of(REQUEST)


class Heard:
    """A line on which these bytes came, and nothing after them."""

    def __init__(self, raw):
        self.raw, self.asked_for = raw, 0
        self.ending = None
        self.exchanges = []

    def exactly(self, count, until):
        self.asked_for = max(self.asked_for, count)
        got, self.raw = self.raw[:count], self.raw[count:]
        return got

    def note(self, *words): ...


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (accepting(), Said.ACCEPTED),
        (rejecting(1, 1, 7), Said.REJECTED),
        (aborting(2, 1), Said.ABORTED),
        (greeting_with(b"SSH-2.0-x\r\n"), Said.FOREIGN),
        (saying(b"\x99" * 40), Said.FOREIGN),
        (saying(pdu_codec.encode(REQUEST)), Said.BROKEN),
        (saying(ACCEPT[:40]), Said.CUT),
        (closing, Said.CLOSED),
        (silent, Said.SILENT),
    ],
)
def test_every_way_to_answer_has_its_name(behave, said):
    with door(behave) as port:
        visit = visit_at(port)
        answer = call(visit, request_of(visit))
    assert answer.said is said
    assert answer.words
    assert [one.direction for one in answer.exchanges] == ["sent", "got"]


def test_an_association_that_ends_before_anything_is_asked_is_told():
    def behave(sock):
        sock.sendall(ACCEPT)

    with door(behave) as port:
        assert held(visit_at(port), REQUEST).then == "it closed the connection"
    with door(accepting()) as port:
        assert held(visit_at(port), REQUEST).then == ""


@given(st.binary(min_size=1, max_size=300))
def test_no_bytes_of_a_stranger_raise(raw):
    assert listen(Heard(raw), REQUEST, 0).said in Said


@settings(max_examples=30)
@given(st.integers(min_value=1, max_value=len(ACCEPT) - 1))
def test_an_acceptance_that_ends_early_is_cut_wherever_that_is(count):
    assert listen(Heard(ACCEPT[:count]), REQUEST, 0).said is Said.CUT


def test_what_follows_an_answer_does_not_belong_to_it():
    raw = pdu_codec.encode(AssociateReject(1, 1, 3))
    answer = listen(Heard(raw + b"more"), REQUEST, 0)
    assert answer.raw == raw
    assert answer.reject == AssociateReject(1, 1, 3)


@pytest.mark.parametrize("kind", [2, 3, 7])
def test_a_length_that_no_answer_has_is_not_waited_for(kind):
    line = Heard(bytes((kind, 0)) + b"\x7f\xff\xff\xff" + b"x" * 100)
    assert listen(line, REQUEST, 0).said is Said.BROKEN
    assert line.asked_for <= CHECKUP_FOREIGN_BYTES_MAX


def test_an_answer_to_something_else_is_broken():
    other = pdu_codec.encode(pdu_codec.decode(2, ACCEPT[6:]))
    changed = bytearray(other)
    changed[changed.index(b"\x21\x00") + 4] = 77
    assert listen(Heard(bytes(changed)), REQUEST, 0).said is Said.BROKEN


def test_nobody_is_called_with_tls_files_that_cannot_be_used(tmp_path):
    called = []
    with door(lambda sock: called.append(True)) as port:
        visit = visit_at(port, security=Security(authority=tmp_path / "nothing.pem"))
        with pytest.raises(UsageError, match=r"nothing\.pem"):
            open_line(visit)
        with pytest.raises(UsageError, match=r"nothing\.pem"):
            call(visit, REQUEST)
        call(visit_at(port), REQUEST)
    assert len(called) == 1
