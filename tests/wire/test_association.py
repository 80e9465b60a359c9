import gc
import struct
import time
import tracemalloc

import pytest

from isocenter.base.errors import LocalError
from isocenter.base.limits import ARTIM_SECONDS, PDU_COMPLETION_SECONDS, RECEIVE_ROOM_BYTES, RECEIVE_ROOM_BYTES_FIRST
from isocenter.wire.association import Association
from isocenter.wire.events import Aborted, Accepted, Closed, Fragment, Rejected, ReleaseAsked, Released, Requested
from isocenter.wire.pdu import Abort, AnsweredContext, AssociateAccept, AssociateReject, ReleaseReply, UserInformation
from isocenter.wire.pdu_codec import encode
from isocenter.wire.states import State


def test_an_association_from_request_to_release(on_wire):
    requestor, acceptor = on_wire.ready()
    assert requestor.state is acceptor.state is State.READY
    assert requestor.request_pdu == acceptor.request_pdu == on_wire.request()
    assert requestor.accept_pdu == acceptor.accept_pdu == on_wire.accept()
    requestor.send_message(1, b"command", [b"data"])
    heard = on_wire.give(acceptor, on_wire.sent(requestor))
    assert heard == [Fragment(1, True, True, b"command"), Fragment(1, False, True, b"data")]
    requestor.release(1.0)
    assert on_wire.give(acceptor, on_wire.sent(requestor)) == [ReleaseAsked()]
    acceptor.release_reply(1.0)
    assert on_wire.give(requestor, on_wire.sent(acceptor)) == [Released(), Closed("released")]
    assert requestor.wants_close
    assert not acceptor.wants_close
    acceptor.received_eof(1.0)
    assert list(acceptor.events()) == [Closed("released")]
    assert acceptor.wants_close


def test_a_request_is_told_whole_and_answered_while_events_are_read(on_wire):
    acceptor = Association.acceptor(0.0)
    requestor = Association.requestor(0.0)
    requestor.request(on_wire.request(), 0.0)
    early = struct.pack(">BxIIBB", 4, 10, 6, 1, 3) + b"data"
    stream = on_wire.sent(requestor) + early
    space = acceptor.space()
    space[: len(stream)] = stream
    acceptor.received(len(stream), 0.0)
    reading = acceptor.events()
    assert next(reading) == Requested(on_wire.request())
    acceptor.accept(on_wire.accept(), 0.0)
    assert bytes(next(reading).view) == b"data"


def test_a_rejection_closes(on_wire):
    requestor, acceptor = Association.requestor(0.0), Association.acceptor(0.0)
    requestor.request(on_wire.request(), 0.0)
    on_wire.give(acceptor, on_wire.sent(requestor))
    acceptor.reject(AssociateReject(2, 3, 2), 0.0)
    assert acceptor.deadline() == ARTIM_SECONDS
    heard = on_wire.give(requestor, on_wire.sent(acceptor))
    assert heard == [Rejected(AssociateReject(2, 3, 2)), Closed("rejected by the peer: 2, 3, 2")]
    assert requestor.wants_close


def test_what_the_peer_receives_bounds_what_is_sent(on_wire):
    requestor, acceptor = on_wire.ready(pdu_bytes_max=128, pdu_bytes_max_peer=0)
    assert (requestor.pdu_bytes_max_peer, acceptor.pdu_bytes_max_peer) == (128, 131072)
    requestor.send_message(1, b"c" * 500, [b"d" * 500])
    heard = on_wire.give(acceptor, on_wire.sent(requestor))
    assert [len(event.view) for event in heard] == [122] * 4 + [12] + [122] * 4 + [12]


def test_only_accepted_contexts_carry_messages(on_wire):
    requestor, acceptor = on_wire.ready()
    for context_id in (0, 2, 3, 255):
        with pytest.raises(LocalError, match=str(context_id)):
            requestor.send_message(context_id, b"command")
    assert isinstance(on_wire.give(acceptor, struct.pack(">BxIIBB", 4, 6, 2, 3, 0))[0], Aborted)


def test_a_peer_that_can_receive_nothing_cannot_be_accepted(on_wire):
    acceptor = Association.acceptor(0.0)
    on_wire.give(acceptor, encode(on_wire.request(pdu_bytes_max=6)))
    with pytest.raises(LocalError, match="reject it"):
        acceptor.accept(on_wire.accept(), 0.0)
    assert acceptor.state is State.AWAITING_LOCAL_RESPONSE


@pytest.mark.parametrize(
    ("raw_bytes", "reason"),
    [
        (b"\x00\0\0\0\0\0", 1),
        (b"\x08\0\0\0\0\4", 1),
        (b"\xff\0\0\0\0\4", 1),
        (b"\x01\0\0\0\0\x50", 2),
        (b"\x01\0\xff\xff\xff\xff", 2),
        (b"\x02\0\0\0\0\x50", 2),
        (b"\x03\0\0\0\0\4\0\1\1\1", 2),
        (b"\x06\0\0\0\0\4\0\0\0\0", 2),
        (b"\x05\0\0\0\0\5", 6),
        (b"\x07\0\0\0\0\0", 6),
        (b"\x07\0\0\0\1\0", 6),
        (b"\x04\0\xff\xff\xff\xf0", 6),
        (b"\x04\0\0\0\0\0", 6),
        (struct.pack(">BxI", 4, 16385), 6),
        (struct.pack(">BxIIBB", 4, 10, 1, 1, 0), 6),
        (struct.pack(">BxIIBB", 4, 10, 0x7FFFFFFE, 1, 0), 6),
        (struct.pack(">BxIIBB", 4, 10, 6, 9, 0), 6),
    ],
)
def test_what_breaks_the_protocol_is_aborted_with_its_reason(on_wire, raw_bytes, reason):
    _, acceptor = on_wire.ready()
    (aborted,) = on_wire.give(acceptor, raw_bytes)
    assert (aborted.source, aborted.reason, aborted.by_peer) == (2, reason, False)
    assert aborted.why
    assert on_wire.sent(acceptor) == encode(Abort(2, reason))
    assert acceptor.state is State.AWAITING_CLOSE


@pytest.mark.parametrize("length", [0, 67, 256 * 1024 + 1, 0xFFFFFFFF])
def test_a_request_of_an_impossible_length_is_aborted_at_its_header(on_wire, length):
    acceptor = Association.acceptor(0.0)
    (aborted,) = on_wire.give(acceptor, struct.pack(">BxI", 1, length))
    assert str(length) in aborted.why
    assert on_wire.sent(acceptor) == encode(Abort(0, 0))


@pytest.mark.parametrize(
    ("first", "protocol"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "HTTP"),
        (b"\x16\x03\x01\x02\x00\x01\x00", "TLS"),
        (b"\x0bMSH|^~\\&|A", "HL7 MLLP"),
        (b"SSH-2.0-x", "SSH"),
        (b"\x03\x00\x00\x13\x0e\xe0\x00\x00", "RDP"),
    ],
)
def test_a_foreign_protocol_is_named_and_not_waited_for(on_wire, first, protocol):
    acceptor = Association.acceptor(0.0)
    (aborted,) = on_wire.give(acceptor, first, now=3.0)
    assert aborted.why == f"the peer speaks {protocol}, not DICOM"
    assert acceptor.deadline() == 3.0
    acceptor.tick(3.0)
    assert list(acceptor.events()) == [Closed(aborted.why)]
    assert acceptor.wants_close
    assert on_wire.sent(acceptor) == encode(Abort(0, 0))


def test_a_requestor_names_what_it_reached(on_wire):
    requestor = Association.requestor(0.0)
    requestor.request(on_wire.request(), 0.0)
    (aborted,) = on_wire.give(requestor, b"HTTP/1.1 400 Bad Request\r\n")
    assert "HTTP" in aborted.why


def test_a_fragment_of_a_foreign_greeting_is_named_when_the_timer_expires(on_wire):
    acceptor = Association.acceptor(0.0)
    on_wire.give(acceptor, b"\x16\x03\x01")
    acceptor.tick(ARTIM_SECONDS)
    (closed,) = acceptor.events()
    assert "TLS" in closed.why


def test_the_same_bytes_later_are_a_broken_pdu(on_wire):
    _, acceptor = on_wire.ready()
    (aborted,) = on_wire.give(acceptor, b"GET / HTTP/1.1\r\n\r\n")
    assert "47H" in aborted.why
    assert acceptor.deadline() == ARTIM_SECONDS


def test_after_a_broken_pdu_everything_is_dropped(on_wire):
    _, acceptor = on_wire.ready()
    on_wire.give(acceptor, b"\x99" * 6)
    on_wire.sent(acceptor)
    for _ in range(100):
        assert on_wire.give(acceptor, encode(Abort()) * 50) == []
    assert on_wire.sent(acceptor) == b""
    acceptor.received_eof(1.0)
    assert [type(event) for event in acceptor.events()] == [Closed]


def test_after_our_abort_the_rest_of_a_pdu_is_dropped_and_the_peers_abort_heard(on_wire):
    requestor, acceptor = on_wire.ready()
    requestor.send_message(1, b"c", [bytes(10000)])
    stream = on_wire.sent(requestor)
    on_wire.give(acceptor, stream[:5000])
    acceptor.abort(2, 0, now=1.0)
    assert on_wire.sent(acceptor) == encode(Abort(2, 0))
    assert on_wire.give(acceptor, stream[5000:]) == []
    assert [type(event) for event in on_wire.give(acceptor, encode(Abort()))] == [Closed]


def test_aborting_between_two_fragments_stops_them(on_wire):
    requestor, acceptor = on_wire.ready()
    for _ in range(5):
        requestor.send_message(1, b"c")
    stream = on_wire.sent(requestor)
    space = acceptor.space()
    space[: len(stream)] = stream
    acceptor.received(len(stream), 0.0)
    reading = acceptor.events()
    next(reading)
    acceptor.abort(now=0.0)
    assert list(reading) == []


def test_an_abort_forgets_what_was_queued(on_wire):
    requestor, _ = on_wire.ready()
    requestor.send_message(1, b"c", [bytes(10_000_000)])
    requestor.outgoing()
    requestor.abort(now=0.0)
    assert on_wire.sent(requestor) == encode(Abort())


def test_the_peers_abort_forgets_what_was_queued(on_wire):
    requestor, _ = on_wire.ready()
    requestor.send_message(1, b"c", [bytes(10_000_000)])
    heard = on_wire.give(requestor, encode(Abort(2, 4)))
    assert heard == [Aborted(2, 4, True, "aborted by the peer"), Closed("aborted by the peer")]
    assert on_wire.sent(requestor) == b""


def test_a_release_goes_out_behind_what_is_queued(on_wire):
    requestor, acceptor = on_wire.ready()
    requestor.send_message(1, b"c", [bytes(3_000_000)])
    requestor.release(0.0)
    heard = on_wire.give(acceptor, on_wire.sent(requestor))
    assert heard[-1] == ReleaseAsked()
    assert sum(len(event.view) for event in heard[:-1]) == 3_000_001


def test_data_after_our_release_request_still_comes(on_wire):
    requestor, acceptor = on_wire.ready()
    acceptor.send_message(1, b"late", [b"answer"])
    requestor.release(0.0)
    heard = on_wire.give(requestor, on_wire.sent(acceptor))
    assert [event.view for event in heard] == [b"late", b"answer"]
    on_wire.give(acceptor, on_wire.sent(requestor))
    acceptor.send_message(1, b"later")
    acceptor.release_reply(0.0)
    assert [type(event) for event in on_wire.give(requestor, on_wire.sent(acceptor))] == [Fragment, Released, Closed]


def test_a_caller_that_says_nothing_is_closed_when_artim_expires():
    acceptor = Association.acceptor(100.0)
    assert acceptor.deadline() == 100.0 + ARTIM_SECONDS
    acceptor.tick(100.0 + ARTIM_SECONDS - 0.01)
    assert not acceptor.wants_close
    acceptor.tick(100.0 + ARTIM_SECONDS)
    assert list(acceptor.events()) == [Closed("no complete A-ASSOCIATE-RQ within 10 s")]
    assert acceptor.wants_close
    assert acceptor.outgoing() == []


def test_dripping_a_request_does_not_stretch_artim(on_wire):
    acceptor = Association.acceptor(0.0)
    for second, byte in enumerate(encode(on_wire.request())[:9]):
        on_wire.give(acceptor, bytes([byte]), now=float(second))
    assert acceptor.deadline() == ARTIM_SECONDS


def test_a_pdu_must_be_complete_in_time(on_wire):
    requestor, acceptor = on_wire.ready()
    requestor.send_message(1, b"c", [bytes(10000)])
    stream = on_wire.sent(requestor)
    assert acceptor.deadline() is None
    on_wire.give(acceptor, stream[:5000], now=100.0)
    assert acceptor.deadline() == 100.0 + PDU_COMPLETION_SECONDS
    on_wire.give(acceptor, stream[5000:6000], now=110.0)
    assert acceptor.deadline() == 100.0 + PDU_COMPLETION_SECONDS
    acceptor.tick(100.0 + PDU_COMPLETION_SECONDS)
    (aborted,) = acceptor.events()
    assert (aborted.source, aborted.reason, aborted.by_peer) == (2, 0, False)
    assert "30 s" in aborted.why
    assert acceptor.deadline() == 100.0 + PDU_COMPLETION_SECONDS + ARTIM_SECONDS


def test_a_complete_pdu_is_not_timed_and_the_next_begins_anew(on_wire):
    requestor, acceptor = on_wire.ready()
    requestor.send_message(1, b"c", [bytes(10000)])
    requestor.send_message(1, b"c", [bytes(10000)])
    stream = on_wire.sent(requestor)
    on_wire.give(acceptor, stream[:5000], now=100.0)
    on_wire.give(acceptor, stream[5000:15000], now=120.0)
    assert acceptor.deadline() == 120.0 + PDU_COMPLETION_SECONDS
    on_wire.give(acceptor, stream[15000:], now=121.0)
    assert acceptor.deadline() is None


def test_a_connection_lost_inside_a_pdu_says_so(on_wire):
    requestor, acceptor = on_wire.ready()
    requestor.send_message(1, b"c", [bytes(10000)])
    on_wire.give(acceptor, on_wire.sent(requestor)[:5000])
    acceptor.received_eof(1.0, "the connection was reset")
    why = "the connection was reset in the middle of a PDU"
    assert list(acceptor.events()) == [Aborted(2, 0, True, why), Closed(why)]


def test_what_came_before_the_end_is_told_before_it(on_wire):
    requestor, acceptor = on_wire.ready()
    requestor.send_message(1, b"c")
    requestor.release(0.0)
    stream = on_wire.sent(requestor)
    space = acceptor.space()
    space[: len(stream)] = stream
    acceptor.received(len(stream), 0.0)
    acceptor.received_eof(0.0)
    told = []
    for event in acceptor.events():
        told.append(type(event))
        if isinstance(event, ReleaseAsked):
            acceptor.release_reply(0.0)
    assert told == [Fragment, ReleaseAsked, Closed]
    assert on_wire.sent(acceptor) == encode(ReleaseReply())


@pytest.mark.parametrize(
    "accept",
    [
        AssociateAccept("A", "B", (AnsweredContext(7, 0, "1.2.840.10008.1.2"),), UserInformation(16384)),
        AssociateAccept("A", "B", (AnsweredContext(1, 0, "1.2.3"),), UserInformation(16384)),
        AssociateAccept("A", "B", (AnsweredContext(1, 0, "1.2.840.10008.1.2"),), UserInformation(7)),
    ],
)
def test_an_answer_to_something_else_is_aborted(on_wire, accept):
    requestor = Association.requestor(0.0)
    requestor.request(on_wire.request(), 0.0)
    on_wire.sent(requestor)
    (aborted,) = on_wire.give(requestor, encode(accept))
    assert (aborted.source, aborted.reason) == (2, 6)


def test_an_answer_may_leave_contexts_out(on_wire):
    requestor = Association.requestor(0.0)
    requestor.request(on_wire.request(), 0.0)
    accept = AssociateAccept("", "", (AnsweredContext(1, 0, "1.2.840.10008.1.2"),), UserInformation())
    assert on_wire.give(requestor, encode(accept)) == [Accepted(accept)]
    assert requestor.pdu_bytes_max_peer == 16384


def test_a_wish_that_cannot_be_encoded_changes_nothing(on_wire):
    requestor = Association.requestor(0.0)
    with pytest.raises(LocalError):
        requestor.request(on_wire.request(protocol_version=70000), 0.0)
    assert (requestor.state, requestor.request_pdu) == (State.IDLE, None)


def test_values_of_one_byte_cost_time_in_proportion(on_wire):
    """Ten times the values may not cost a hundred times the time; both are read in the same small room."""
    spent = []
    for pdus in (20, 200):
        _, acceptor = on_wire.ready()
        stream = memoryview((struct.pack(">BxI", 4, 7 * 2300) + struct.pack(">IBB", 3, 1, 0).ljust(7, b"x") * 2300) * pdus)
        begin = time.process_time()
        count = 0
        while stream:
            space = acceptor.space()
            size = min(len(space), len(stream))
            space[:size] = stream[:size]
            stream = stream[size:]
            acceptor.received(size, 0.0)
            count += sum(len(event.view) for event in acceptor.events())
        spent.append(time.process_time() - begin)
        assert count == 2300 * pdus
    assert spent[1] < spent[0] * 40


def test_a_silent_association_costs_a_few_kib(on_wire):
    acceptor = Association.acceptor(0.0)
    on_wire.give(acceptor, encode(on_wire.request()))
    acceptor.accept(on_wire.accept(), 0.0)
    assert acceptor._inlet.room_bytes == RECEIVE_ROOM_BYTES_FIRST < 64 * 1024
    requestor, _ = on_wire.ready()
    requestor.send_message(1, b"c", [bytes(4 * RECEIVE_ROOM_BYTES)])
    on_wire.give(acceptor, on_wire.sent(requestor))
    assert acceptor._inlet.room_bytes == RECEIVE_ROOM_BYTES


def test_hundreds_of_associations_leave_nothing_behind(on_wire):
    """CVE-2026-50254 leaked memory for each association request."""

    def one():
        requestor, acceptor = on_wire.ready()
        requestor.abort(now=0.0)
        on_wire.give(acceptor, on_wire.sent(requestor))

    one()
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(300):
        one()
    gc.collect()
    left = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert left < 64 * 1024
