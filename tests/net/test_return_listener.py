"""The way back's own listener: it takes the one instance that it waits for, and tells who came."""

from __future__ import annotations

import socket
from contextlib import suppress

import pytest
from tests.waiting import wait_for

from isocenter.base.clock import SystemClock
from isocenter.base.errors import UsageError
from isocenter.dataset.identifier import encode
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import AgreedContext, Caller, Request
from isocenter.model.records import Node
from isocenter.net.client import echo, query_contexts
from isocenter.net.requestor import Proposal, open_association
from isocenter.net.return_listener import Kept, ReturnListener, reported
from isocenter.standard.sop_class import CT_IMAGE, STORAGE_COMMITMENT_PUSH, VERIFICATION
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN

UID = "1.2.3"


@pytest.fixture
def way():
    return ReturnListener(0, SystemClock(), address="127.0.0.1")


def called(way, title: str = "ISOCENTER"):
    return Node("us", title, "127.0.0.1", way.port)


def store(way, uid: str, data: bytes = b"data") -> int:
    with open_association(called(way), Proposal(query_contexts(CT_IMAGE)), calling_ae_title="PACS") as requestor:
        command = Command(
            field=CommandField.C_STORE_RQ,
            message_id=1,
            affected_sop_class_uid=CT_IMAGE,
            affected_sop_instance_uid=uid,
            has_data_set=True,
        )
        requestor.send(1, command, (data,))
        return requestor.response(1).command.status


def test_the_instance_that_is_waited_for_comes_whole_with_its_syntax(way):
    with way.opened(UID) as arrivals:
        assert store(way, UID, b"12345678") == 0
        assert arrivals.wait_for(UID, 2) == b"12345678"
        assert arrivals.transfer_syntax == EXPLICIT_VR_LITTLE_ENDIAN


@pytest.mark.parametrize("waited_for", [UID, ""])
def test_no_other_instance_is_ever_acknowledged(way, waited_for):
    with way.opened(waited_for) as arrivals:
        assert store(way, "1.2.4") == 0xA700
        assert arrivals.wait_for("1.2.4", 0) is None


def test_an_object_without_end_is_refused(way, monkeypatch):
    monkeypatch.setattr("isocenter.net.return_listener.CHECKUP_OBJECT_BYTES_MAX", 1000)
    with way.opened(UID) as arrivals:
        assert store(way, UID, bytes(5000)) == 0xA700
        assert arrivals.wait_for(UID, 0) is None


def test_whoever_comes_is_told_with_titles_and_what_became_of_him(way):
    with way.opened(UID) as arrivals:
        with open_association(called(way, "OTHER"), Proposal(query_contexts(VERIFICATION)), calling_ae_title="PACS") as requestor:
            assert echo(requestor).status == 0
            assert arrivals.callers()[0][:3] == ("127.0.0.1", "PACS", "OTHER")
        with suppress(OSError), socket.create_connection(("127.0.0.1", way.port)) as sock:
            sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
            sock.recv(100)
        wait_for(lambda: len(arrivals.callers()) > 1, 5)
        way_callers = arrivals.callers()
    assert way_callers[0] == ("127.0.0.1", "PACS", "OTHER", "1 x echo")
    assert "HTTP" in way_callers[1][3]


def test_a_taken_port_is_told_with_its_number(way):
    with way.opened():
        other = ReturnListener(way.port, SystemClock(), address="127.0.0.1")
        with pytest.raises(UsageError, match=str(way.port)), other.opened():
            raise AssertionError


def test_it_can_be_opened_again_at_the_same_port(way):
    with way.opened():
        port = way.port
    with way.opened(UID):
        assert way.port == port
        assert store(way, UID) == 0


def request(identifier: bytes, syntax: str = IMPLICIT_VR_LITTLE_ENDIAN) -> Request:
    context = AgreedContext(1, STORAGE_COMMITMENT_PUSH, syntax)
    command = Command(field=CommandField.N_EVENT_REPORT_RQ, message_id=3, affected_sop_class_uid=STORAGE_COMMITMENT_PUSH)
    return Request(context, command, identifier, Caller("PACS", "ISOCENTER", "127.0.0.1", frozenset()))


def test_a_report_says_what_is_committed_and_what_failed_and_why():
    one = {0x00081150: CT_IMAGE, 0x00081155: "1.2"}
    words = {0x00081195: "9.9", 0x00081199: [one], 0x00081198: [{**one, 0x00081155: "1.4", 0x00081197: "274"}]}
    report, reply = reported(request(encode(words, IMPLICIT_VR_LITTLE_ENDIAN)))
    assert report == ("9.9", ("1.2",), (("1.4", 0x0112),))
    assert (reply.command.field, reply.command.status, reply.command.message_id_being_responded_to) == (0x8100, 0, 3)


@pytest.mark.parametrize("identifier", [b"\x08", b"HTTP/1.1", b"\x08\x00\x99\x11\xff\xff\xff\xff" * 4, bytes(64)])
def test_a_report_that_cannot_be_read_is_answered_and_harms_nobody(identifier):
    _, reply = reported(request(identifier))
    assert reply.command.message_id_being_responded_to == 3


def test_a_report_is_waited_for_by_its_transaction():
    kept = Kept("")
    kept.report(("1", ("1.2",), ()))
    assert kept.wait_for_report("1", 0) == ("1", ("1.2",), ())
    assert kept.wait_for_report("2", 0) is None
