from __future__ import annotations

import socket
import threading
from time import monotonic

import pytest

from isocenter.net import blocking
from isocenter.net.blocking import GaveUp, Link
from isocenter.wire.association import Association
from isocenter.wire.events import Aborted, Accepted, Closed, Fragment, ReleaseAsked, Released, Requested
from isocenter.wire.negotiation import negotiate
from isocenter.wire.pdu import AssociateRequest, ProposedContext, UserInformation

CLASS = "1.2.840.10008.1.1"
SYNTAX = "1.2.840.10008.1.2"
REQUEST = AssociateRequest("THERE", "HERE", (ProposedContext(1, CLASS, (SYNTAX,)),), UserInformation(pdu_bytes_max=16384))


class Offer:
    def transfer_syntaxes(self, abstract_syntax):
        return (SYNTAX,)

    def operation(self, abstract_syntax):
        return "store"

    def may_be_scu(self, abstract_syntax):
        return False

    def extended_answers(self, request):
        return ()


@pytest.fixture
def links():
    near, far = socket.socketpair()
    near.setblocking(False)
    far.setblocking(False)
    near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
    pair = Link(near, Association.requestor(monotonic())), Link(far, Association.acceptor(monotonic()))
    yield pair
    for link in pair:
        link.close()


@pytest.fixture
def open_links(links):
    near, far = links
    near.association.request(REQUEST, monotonic())
    near.flush()
    (asked,) = far.receive(5)
    assert isinstance(asked, Requested)
    far.association.accept(negotiate(asked.request, Offer(), operations=frozenset({"store"})), monotonic())
    far.flush()
    (accepted,) = near.receive(5)
    assert isinstance(accepted, Accepted)
    return links


def read_until(link, kind):
    """Copies of all fragments, and the first event of that kind."""
    taken = bytearray()
    while True:
        for event in link.receive(5):
            if isinstance(event, Fragment) and not event.is_command:
                taken += event.view
            if isinstance(event, kind):
                return bytes(taken), event


def test_a_message_larger_than_any_buffer_arrives_whole_and_is_counted(open_links):
    near, far = open_links
    data = bytes(range(256)) * 20_000
    near.association.send_message(1, b"command", [data[:70_000], data[70_000:]])
    near.association.release(monotonic())
    sender = threading.Thread(target=near.flush)
    sender.start()
    taken, _ = read_until(far, ReleaseAsked)
    sender.join()
    assert taken == data
    assert near.bytes_out == far.bytes_in > len(data)


def test_an_orderly_end_closes_on_both_sides(open_links):
    near, far = open_links
    near.association.release(monotonic())
    near.flush()
    assert list(far.receive(5)) == [ReleaseAsked()]
    far.association.release_reply(monotonic())
    far.flush()
    assert [type(event) for event in near.receive(5)] == [Released, Closed]
    assert near.association.wants_close
    near.close()
    assert [type(event) for event in far.receive(5)] == [Closed]


def test_silence_is_given_up_after_its_time(open_links):
    near, _ = open_links
    began = monotonic()
    with pytest.raises(GaveUp, match=r"nothing came for 0.05 s"):
        near.receive(0.05)
    assert monotonic() - began < 5


def test_nothing_there_is_no_event_and_no_wait(open_links):
    assert open_links[0].poll() is None


def test_polling_reads_what_is_there(open_links):
    near, far = open_links
    far.association.abort(now=monotonic())
    far.flush()
    assert any(isinstance(event, Aborted) and event.by_peer for event in near.poll())


def test_the_timer_of_the_association_ends_a_wait(links, monkeypatch):
    far = links[1]
    monkeypatch.setattr(blocking, "monotonic", lambda: monotonic() + 11)
    assert [type(event) for event in far.receive(300)] == [Closed]
    assert far.association.wants_close


def test_a_close_in_the_middle_of_a_pdu_is_told_as_such(open_links):
    near, far = open_links
    near.stream.send(b"\4\0\0\0\1\0\0")
    near.close()
    list(far.receive(5))
    events = list(far.receive(5))
    assert isinstance(events[0], Aborted)
    assert "in the middle of a PDU" in events[0].why


def test_what_the_peer_said_last_is_heard_even_when_sending_fails(open_links):
    near, far = open_links
    far.association.abort(2, 2, now=monotonic())
    far.flush()
    far.close()
    near.association.send_message(1, b"command", [bytes(1_000_000)])
    near.flush()
    events = list(near.receive(5))
    assert isinstance(events[0], Aborted)
    assert (events[0].source, events[0].reason) == (2, 2)


def test_a_send_that_fails_with_nothing_left_to_hear_ends_the_association(open_links):
    near, far = open_links
    far.close()
    near.association.send_message(1, b"command", [bytes(1_000_000)])
    near.flush()
    assert any(isinstance(event, Closed) for event in near.receive(5))


def test_a_peer_that_does_not_read_is_not_waited_for_long(open_links, monkeypatch):
    near, _ = open_links
    monkeypatch.setattr(blocking, "SEND_STALL_SECONDS", 0.05)
    near.association.send_message(1, b"command", [bytes(5_000_000)])
    near.flush()
    events = list(near.receive(5))
    assert any("the peer read nothing for 0.05 s" in getattr(event, "why", "") for event in events)


def test_a_data_set_that_cannot_be_read_on_raises_where_it_is_sent(open_links):
    def broken():
        yield b"first"
        raise OSError("the disk is gone")

    near = open_links[0]
    near.association.send_message(1, b"command", broken())
    with pytest.raises(OSError, match="the disk is gone"):
        near.flush()


def test_a_waiting_thread_can_be_woken_from_outside(open_links):
    near, far = open_links
    told = []

    def wait():
        try:
            near.receive(60)
        except GaveUp as reason:
            told.append(str(reason))

    thread = threading.Thread(target=wait)
    thread.start()
    near.interrupt("stopping")
    thread.join(5)
    assert told == ["stopping"]
    near.association.abort(now=monotonic())
    near.flush()
    assert any(isinstance(event, Aborted) for event in far.receive(5))


def test_severing_ends_a_send_that_hangs(open_links):
    near, _ = open_links
    near.association.send_message(1, b"command", [bytes(5_000_000)])
    thread = threading.Thread(target=near.flush)
    thread.start()
    near.sever()
    thread.join(5)
    assert not thread.is_alive()


def test_lingering_lets_the_peer_read_our_last_words(open_links):
    near, far = open_links
    far.stream.send(b"x" * 1000)
    near.association.abort(now=monotonic())
    near.flush()
    thread = threading.Thread(target=near.linger, args=(5,))
    thread.start()
    assert any(isinstance(event, Aborted) for event in far.receive(5))
    far.close()
    thread.join(5)
    assert not thread.is_alive()


def test_lingering_ends_by_itself(open_links):
    began = monotonic()
    open_links[0].linger(0.05)
    assert monotonic() - began < 5


def test_closing_twice_is_closing_once(links):
    links[0].close()
    links[0].close()
