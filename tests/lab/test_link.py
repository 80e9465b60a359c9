"""The simulated link itself: what is the same for one seed, what time it takes, what it loses."""

import pytest

from isocenter.base.clock import FixedClock
from isocenter.lab.link import Link
from isocenter.wire.events import Aborted, Closed, Fragment, Requested
from isocenter.wire.pdu import AnsweredContext, AssociateAccept, AssociateRequest, ProposedContext, UserInformation
from isocenter.wire.pdu_codec import encode

USER = UserInformation(16384, "1.2.3")
REQUEST = AssociateRequest("CALLED", "CALLING", (ProposedContext(1, "1.2", ("1.3",)),), USER)
ACCEPT = AssociateAccept("CALLED", "CALLING", (AnsweredContext(1, 0, "1.3"),), USER)


def played(seed, chunk_bytes_max=100, latency_seconds=(0.001, 0.5)):
    link = Link(FixedClock(), seed=seed, chunk_bytes_max=chunk_bytes_max, latency_seconds=latency_seconds)
    link.acceptor.answer = lambda end, event: end.accept(ACCEPT) if isinstance(event, Requested) else None
    link.requestor.request(REQUEST)
    link.run()
    link.requestor.association.send_message(1, b"command", [bytes(range(256)) * 20])
    link.run()
    return link


def runs(link):
    return [len(event.view) for event in link.acceptor.heard if isinstance(event, Fragment)]


def test_one_seed_is_one_play():
    first, second = played(7), played(7)
    assert runs(first) == runs(second)
    assert first.clock.monotonic() == second.clock.monotonic()


def test_another_seed_cuts_elsewhere_and_brings_the_same_bytes():
    assert runs(played(7)) != runs(played(8))
    for seed in range(5):
        assert played(seed).acceptor.data_of(1, is_command=False) == bytes(range(256)) * 20


def test_time_passes_by_latencies_alone():
    assert played(7, latency_seconds=(0.0, 0.0)).clock.monotonic() == FixedClock().monotonic()
    assert 1.0 <= played(7, latency_seconds=(1.0, 1.0)).clock.monotonic() - FixedClock().monotonic() <= 4.0


def test_passing_time_ends_exactly_then():
    link = Link(FixedClock(seconds=0.0))
    link.pass_time(3.5)
    assert link.clock.monotonic() == 3.5


def test_a_cut_loses_what_is_flying():
    link = Link(FixedClock(), latency_seconds=(1.0, 1.0))
    link.inject(link.acceptor, encode(REQUEST))
    link.cut("cable")
    link.run()
    assert link.acceptor.heard == [Closed("cable")]


def test_a_half_closed_end_sends_no_more_and_still_hears():
    link = played(7)
    link.half_close(link.acceptor)
    link.acceptor.association.send_message(1, b"lost")
    link.requestor.association.send_message(1, b"late")
    link.run()
    assert link.requestor.data_of(1, is_command=True) == b""
    assert [type(event) for event in link.requestor.heard[-2:]] == [Aborted, Closed]


def test_an_answer_that_fails_is_not_hidden():
    link = Link(FixedClock())

    def failing(end, event):
        raise RuntimeError("the play is wrong")

    link.acceptor.answer = failing
    link.requestor.request(REQUEST)
    with pytest.raises(RuntimeError, match="the play is wrong"):
        link.run()
