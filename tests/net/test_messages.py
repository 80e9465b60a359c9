from __future__ import annotations

import pytest

from isocenter.base.errors import LocalError
from isocenter.base.limits import IDENTIFIER_BYTES_MAX
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import AgreedContext, Caller, Reply, Request
from isocenter.model.records import AssociationOutcome
from isocenter.net import messages
from isocenter.net.messages import Message, Refusal, refusal
from isocenter.standard.sop_class import CT_IMAGE, STUDY_ROOT_FIND, VERIFICATION
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN
from isocenter.wire.outlet import value_header

ECHO = Command(field=CommandField.C_ECHO_RQ, message_id=7, affected_sop_class_uid=VERIFICATION)
FIND = Command(field=CommandField.C_FIND_RQ, message_id=7, affected_sop_class_uid=STUDY_ROOT_FIND, has_data_set=True)
STORE = Command(
    field=CommandField.C_STORE_RQ,
    message_id=7,
    affected_sop_class_uid=CT_IMAGE,
    affected_sop_instance_uid="1.2.3",
    has_data_set=True,
)
CONTEXT = AgreedContext(1, CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN)


def test_several_messages_in_one_segment_are_answered_in_order(start, raw):
    station = start(find_count=1)
    with raw(station) as peer:
        peer.associate(VERIFICATION, STUDY_ROOT_FIND, CT_IMAGE)
        stream = peer.message(1, ECHO) + peer.message(5, STORE, b"abc") + peer.message(1, ECHO) + peer.message(3, FIND, b"q")
        peer.sock.sendall(stream)
        fields = []
        while len(fields) < 5:
            kind, body = peer.read()
            assert kind == 4
            if body[5] & 1:
                fields.append(body)
    station.wait_until(lambda: station.diary.ended)
    assert [operation for operation, _ in station.diary.requests] == ["echo", "store", "echo", "find"]
    assert station.table.kept == {"1.2.3": b"abc"}


def test_a_store_cut_into_the_smallest_values_is_whole(start, raw):
    station = start()
    data = bytes(range(256)) * 8
    with raw(station) as peer:
        peer.associate(CT_IMAGE)
        stream = peer.message(1, STORE)
        for position in range(0, len(data), 2):
            flags = 2 if position + 2 == len(data) else 0
            stream += value_header(1, flags, 2) + data[position : position + 2]
        peer.sock.sendall(stream)
        assert peer.command().status == 0
    assert station.table.kept["1.2.3"] == data


def test_a_store_without_a_data_set_is_still_finished(start, raw):
    station = start()
    with raw(station) as peer:
        peer.associate(CT_IMAGE)
        peer.send(1, Command(field=1, message_id=7, affected_sop_class_uid=CT_IMAGE, affected_sop_instance_uid="1.2.3"))
        assert peer.command().status == 0
    assert station.table.kept == {"1.2.3": b""}


@pytest.mark.parametrize("way", ["close", "reset", "abort", "release"])
def test_a_store_that_is_broken_off_is_abandoned(start, raw, way):
    station = start()
    with raw(station) as peer:
        peer.associate(CT_IMAGE)
        peer.sock.sendall(
            peer.message(1, STORE) + value_header(1, 0, 1000) + bytes(1000) + b"\4\0\0\0"[: 4 if way == "close" else 0]
        )
        if way == "abort":
            peer.sock.sendall(b"\7\0\0\0\0\4\0\0\0\0")
        elif way == "release":
            peer.sock.sendall(b"\5\0\0\0\0\4\0\0\0\0")
            assert peer.read()[0] == 6
        elif way == "reset":
            peer.sock.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")
        peer.close()
        station.wait_until(lambda: station.diary.ended)
    assert station.table.abandoned == ["1.2.3"]
    assert station.table.kept == {}
    (ended,) = station.diary.ended
    assert ended.outcome is not AssociationOutcome.RELEASED
    assert ended.reason


def test_a_sender_that_dies_in_the_middle_of_a_message_is_aborted(start, raw, monkeypatch):
    monkeypatch.setattr(messages, "MESSAGE_PROGRESS_SECONDS", 0.1)
    station = start(idle_seconds=60)
    with raw(station) as peer:
        peer.associate(CT_IMAGE)
        peer.sock.sendall(peer.message(1, STORE) + value_header(1, 0, 10) + bytes(10))
        assert peer.read() == (7, b"\0\0\2\0")
    station.wait_until(lambda: station.diary.ended)
    assert "nothing came for 0.1 s" in station.diary.ended[0].reason
    assert station.table.abandoned == ["1.2.3"]


@pytest.mark.parametrize(
    "stream",
    [
        value_header(1, 2, 4) + b"data",
        value_header(99, 3, 4) + b"data",
        value_header(1, 3, 4) + b"nons",
        b"\4\0\xff\xff\xff\xf0",
        b"\4\0\0\0\0\6\x7f\xff\xff\xff\1\3",
        b"\x0c\0\0\0\0\0",
        b"\1\0\0\0\0\4\0\0\0\0",
        b"\6\0\0\0\0\4\0\0\0\0",
        b"".join(value_header(1, 1, 0) for _ in range(200)),
    ],
    ids=["data first", "unknown context", "no command", "giant PDU", "giant value", "type 0C", "a second request",
         "unasked release reply", "empty fragments"],
)  # fmt: skip
def test_what_breaks_the_protocol_is_aborted_and_told(start, raw, stream):
    station = start()
    with raw(station) as peer:
        peer.associate(VERIFICATION)
        peer.sock.sendall(stream)
        kind, body = peer.read()
        assert kind == 7
        assert body[2] == 2
    station.wait_until(lambda: station.diary.ended)
    assert station.diary.ended[0].reason.startswith("aborted by us: ")
    assert len(station.diary.ended[0].reason) > 25


def test_an_identifier_that_never_ends_is_not_kept_and_is_answered(start, raw):
    station = start()
    with raw(station) as peer:
        peer.associate(STUDY_ROOT_FIND, pdu_bytes_max=131072)
        peer.sock.sendall(peer.message(1, FIND))
        piece = value_header(1, 0, 100_000) + bytes(100_000)
        for _ in range(IDENTIFIER_BYTES_MAX // 100_000 + 2):
            peer.sock.sendall(piece)
        peer.sock.sendall(value_header(1, 2, 2) + b"\0\0")
        answer = peer.command()
        assert answer.status == 0x0213
        assert "identifier over" in answer.error_comment
    assert not station.table.served


class Failing:
    """A sink that fails where it is told to."""

    def __init__(self, where):
        self.where, self.abandoned = where, False

    def write(self, view):
        if self.where == "write":
            raise ValueError("broken")

    def finish(self):
        raise ValueError("broken")

    def abandon(self):
        self.abandoned = True
        raise ValueError("broken")


@pytest.mark.parametrize("where", ["receive", "write", "finish"])
def test_a_sink_that_fails_costs_one_answer_and_no_association(start, raw, where, caplog):
    station = start()
    keep = station.table.receive
    sink = Failing(where)

    def receive(request):
        if where == "receive":
            raise ValueError("broken")
        return sink

    with raw(station) as peer:
        peer.associate(CT_IMAGE)
        station.table.receive = receive
        peer.send(1, STORE, b"data")
        answer = peer.command()
        assert answer.status == 0x0110
        assert answer.affected_sop_instance_uid == "1.2.3"
        station.table.receive = keep
        peer.send(1, STORE, b"data")
        assert peer.command().status == 0
    assert "broken" in caplog.text


def test_a_refusal_answers_any_request_and_nothing_else():
    reply = refusal(Message(CONTEXT, FIND, b""), 0x0122, "why")
    assert reply.command.field == CommandField.C_FIND_RSP
    assert reply.command.message_id_being_responded_to == 7
    assert reply.command.affected_sop_class_uid == STUDY_ROOT_FIND
    for command in (Command(field=0x8001), Command(field=CommandField.C_CANCEL_RQ)):
        with pytest.raises(LocalError):
            refusal(Message(CONTEXT, command, b""), 0x0122, "why")


def test_a_refusal_takes_a_data_set_and_keeps_nothing():
    sink = Refusal(Request(CONTEXT, STORE, b"", Caller("A", "B", "", frozenset())), 0xA700, "full")
    sink.write(memoryview(b"data"))
    sink.abandon()
    assert isinstance(sink.finish(), Reply)
    assert sink.finish().command.status == 0xA700
