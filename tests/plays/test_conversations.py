"""Conversations on the simulated link: release collision, aborts in the middle, timers, loss and half-close, over many seeds."""

import pytest

from isocenter.base.clock import FixedClock
from isocenter.base.limits import ARTIM_SECONDS, PDU_COMPLETION_SECONDS
from isocenter.lab.link import Link
from isocenter.wire.events import Aborted, Accepted, Closed, Fragment, Rejected, ReleaseAsked, Released, Requested
from isocenter.wire.outlet import value_header
from isocenter.wire.pdu import (
    Abort,
    AnsweredContext,
    AssociateAccept,
    AssociateReject,
    AssociateRequest,
    ProposedContext,
    ReleaseRequest,
    UserInformation,
)
from isocenter.wire.pdu_codec import encode
from isocenter.wire.states import State

USER = UserInformation(16384, "1.2.3")
REQUEST = AssociateRequest("CALLED", "CALLING", (ProposedContext(1, "1.2", ("1.3",)),), USER)
ACCEPT = AssociateAccept("CALLED", "CALLING", (AnsweredContext(1, 0, "1.3"),), USER)
SEEDS = range(8)


def accepting(end, event):
    if isinstance(event, Requested):
        end.accept(ACCEPT)


def replying(end, event):
    accepting(end, event)
    if isinstance(event, ReleaseAsked):
        end.release_reply()


def link_of(seed, answer=accepting, **more):
    """A link on which the association is established, cut and delayed by the seed."""
    settings = {"chunk_bytes_max": 1 + 97 * seed, "latency_seconds": (0.0, 0.01 * seed)} | more
    link = Link(FixedClock(), seed=seed, **settings)
    link.acceptor.answer = answer
    link.requestor.request(REQUEST)
    link.run()
    assert link.requestor.association.state is State.READY
    return link


def told(end):
    """What an end heard, by type, runs of one value as one."""
    kinds = [type(event) for event in end.heard]
    return [kind for at, kind in enumerate(kinds) if kind is not Fragment or at == 0 or kinds[at - 1] is not Fragment]


def assert_over(link):
    for end in (link.requestor, link.acceptor):
        assert end.association.state is State.IDLE, end
        assert end.is_closed
        assert told(end)[-1] is Closed
        assert told(end).count(Closed) == 1
        assert end.association.outgoing() == []
        assert end.association.deadline() is None


@pytest.mark.parametrize("seed", SEEDS)
def test_a_message_there_and_back_and_an_orderly_end(seed):
    link = link_of(seed, replying)
    link.requestor.association.send_message(1, b"store", [b"x" * 18_000, b"y" * 5])
    link.run()
    assert link.acceptor.data_of(1, is_command=True) == b"store"
    assert link.acceptor.data_of(1, is_command=False) == b"x" * 18_000 + b"y" * 5
    link.acceptor.association.send_message(1, b"stored")
    link.requestor.release()
    link.run()
    assert told(link.requestor) == [Accepted, Fragment, Released, Closed]
    assert told(link.acceptor) == [Requested, Fragment, ReleaseAsked, Closed]
    assert_over(link)


@pytest.mark.parametrize("seed", SEEDS)
def test_release_collision_the_requestor_answers_first(seed):
    link = link_of(seed)
    link.requestor.release()
    link.acceptor.release()
    link.run()
    assert link.requestor.association.state is State.COLLISION_REQUESTOR_AWAITING_LOCAL_REPLY
    assert link.acceptor.association.state is State.COLLISION_ACCEPTOR_AWAITING_REPLY
    link.requestor.release_reply()
    link.run()
    assert link.requestor.association.state is State.COLLISION_REQUESTOR_AWAITING_REPLY
    assert link.acceptor.association.state is State.COLLISION_ACCEPTOR_AWAITING_LOCAL_REPLY
    link.acceptor.release_reply()
    link.run()
    assert told(link.requestor) == [Accepted, ReleaseAsked, Released, Closed]
    assert told(link.acceptor) == [Requested, ReleaseAsked, Released, Closed]
    assert_over(link)


def test_release_collision_the_acceptor_must_wait():
    link = link_of(0)
    link.requestor.release()
    link.acceptor.release()
    link.run()
    with pytest.raises(Exception, match="Sta10"):
        link.acceptor.release_reply()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("who", ["requestor", "acceptor"])
def test_an_abort_in_a_release_collision_ends_both(seed, who):
    link = link_of(seed)
    link.requestor.release()
    link.acceptor.release()
    link.run()
    getattr(link, who).abort()
    link.run()
    assert_over(link)
    other = link.other(getattr(link, who))
    assert Aborted(0, 0, True, "aborted by the peer") in other.heard


@pytest.mark.parametrize("seed", SEEDS)
def test_an_abort_in_the_middle_of_a_message(seed):
    link = link_of(seed, chunk_bytes_max=5000)
    association = link.requestor.association
    association.send_message(1, b"store", (b"x" * 300_000 for _ in range(100)))
    first = b"".join(association.outgoing())
    link.inject(link.acceptor, first)
    link.requestor.abort(2, 0)
    link.run()
    assert link.acceptor.heard[-2:] == [Aborted(2, 0, True, "aborted by the peer"), Closed("aborted by the peer")]
    assert not any(isinstance(event, Fragment) and event.is_last and not event.is_command for event in link.acceptor.heard)
    assert len(link.acceptor.data_of(1, is_command=False)) < 1_200_000
    assert_over(link)


@pytest.mark.parametrize("seed", SEEDS)
def test_aborts_that_cross(seed):
    link = link_of(seed, latency_seconds=(0.1, 0.2))
    link.requestor.abort()
    link.acceptor.abort()
    link.run()
    assert_over(link)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rejected_request(seed):
    link = Link(FixedClock(), seed=seed, chunk_bytes_max=7)
    link.acceptor.answer = lambda end, event: end.reject(AssociateReject(1, 1, 7)) if isinstance(event, Requested) else None
    link.requestor.request(REQUEST)
    link.run()
    assert told(link.requestor) == [Rejected, Closed]
    assert told(link.acceptor) == [Requested, Closed]
    assert_over(link)


def test_a_peer_that_does_not_close_after_a_rejection_is_closed_when_artim_expires():
    link = Link(FixedClock())
    link.acceptor.answer = lambda end, event: end.reject(AssociateReject(1, 1, 7)) if isinstance(event, Requested) else None
    link.inject(link.acceptor, encode(REQUEST))
    link.pass_time(ARTIM_SECONDS - 0.1)
    assert not link.acceptor.is_closed
    link.pass_time(0.2)
    assert link.acceptor.heard[-1] == Closed("rejected by us: 1, 1, 7")
    assert link.acceptor.is_closed


def test_a_silent_caller_is_closed_when_artim_expires():
    link = Link(FixedClock())
    link.pass_time(ARTIM_SECONDS + 1)
    assert told(link.acceptor) == [Closed]
    assert link.acceptor.is_closed


def test_a_caller_that_drips_its_request_is_closed_when_artim_expires():
    link = Link(FixedClock())
    for byte in encode(REQUEST):
        link.inject(link.acceptor, bytes([byte]))
        link.pass_time(5.0)
    assert link.acceptor.heard == [Closed("no complete A-ASSOCIATE-RQ within 10 s")]


def test_a_pdu_that_never_ends_is_aborted_and_the_peer_told():
    link = link_of(3)
    link.inject(link.acceptor, value_header(1, 2, 1000) + b"only this")
    link.pass_time(PDU_COMPLETION_SECONDS + 1)
    assert [type(event) for event in link.acceptor.heard[-2:]] == [Aborted, Closed]
    assert link.acceptor.heard[-2].why == "a PDU was not complete 30 s after its first byte"
    assert Aborted(2, 0, True, "aborted by the peer") in link.requestor.heard
    assert_over(link)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_reset_in_the_middle_of_a_message(seed):
    link = link_of(seed)
    link.inject(link.acceptor, value_header(1, 2, 1000) + b"x" * 500)
    link.run()
    link.cut()
    why = "the connection was reset in the middle of a PDU"
    assert link.acceptor.heard[-2:] == [Aborted(2, 0, True, why), Closed(why)]
    assert told(link.requestor)[-2:] == [Aborted, Closed]
    link.run()
    assert_over(link)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_half_close_before_the_answer_still_brings_what_was_sent(seed):
    link = link_of(seed)
    link.requestor.association.send_message(1, b"store", [b"data"])
    link.half_close(link.requestor)
    link.run()
    assert link.acceptor.data_of(1, is_command=False) == b"data"
    assert told(link.acceptor)[-2:] == [Aborted, Closed]
    assert_over(link)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_half_close_behind_a_release_request_is_still_answered(seed):
    link = link_of(seed, replying, latency_seconds=(0.0, 0.0))
    link.requestor.release()
    link.half_close(link.requestor)
    link.run()
    assert told(link.requestor) == [Accepted, Released, Closed]
    assert_over(link)


def test_a_storm_of_aborts_is_one_abort():
    link = link_of(1)
    link.inject(link.acceptor, encode(Abort(0, 0)) * 10_000)
    link.run()
    assert told(link.acceptor) == [Requested, Aborted, Closed]


def test_a_second_request_and_what_follows_it_are_answered_once():
    link = link_of(1)
    link.inject(link.acceptor, encode(REQUEST) + encode(ReleaseRequest()) * 100)
    link.run()
    assert [(event.reason, event.by_peer) for event in link.acceptor.heard if isinstance(event, Aborted)] == [(2, False)]
    assert_over(link)


@pytest.mark.parametrize("seed", SEEDS)
def test_both_talk_at_once(seed):
    link = link_of(seed, replying)
    for end in (link.requestor, link.acceptor):
        for number in range(5):
            end.association.send_message(1, b"c%d" % number, [bytes([number]) * 2_000])
    link.run()
    whole = b"".join(bytes([number]) * 2_000 for number in range(5))
    for end in (link.requestor, link.acceptor):
        assert end.data_of(1, is_command=True) == b"c0c1c2c3c4"
        assert end.data_of(1, is_command=False) == whole
    link.requestor.release()
    link.run()
    assert_over(link)
