"""Connections spoken by hand, for the tests of the inspector."""

from __future__ import annotations

from datetime import UTC, datetime

from isocenter.dimse import commands
from isocenter.dimse.commands import Command, CommandField
from isocenter.model.recording import Ending, Endpoint, Origin, Recording
from isocenter.net.tap import Tap
from isocenter.standard.sop_class import CT_IMAGE, VERIFICATION
from isocenter.wire import pdu_codec
from isocenter.wire.outlet import value_header
from isocenter.wire.pdu import (
    AnsweredContext,
    AssociateAccept,
    AssociateRequest,
    ProposedContext,
    ReleaseReply,
    ReleaseRequest,
    UserIdentity,
    UserInformation,
)

EXPLICIT = "1.2.840.10008.1.2.1"
CONTEXTS = (
    ProposedContext(1, VERIFICATION, (EXPLICIT,)),
    ProposedContext(3, CT_IMAGE, (EXPLICIT,)),
    ProposedContext(5, "1.2.3", (EXPLICIT,)),
)
REQUEST = AssociateRequest("ISOCENTER", "CT-ROOM-2", CONTEXTS, UserInformation(16384, identity=UserIdentity(2, b"otto", b"geheim")))
ANSWERS = (AnsweredContext(1, 0, EXPLICIT), AnsweredContext(3, 0, EXPLICIT), AnsweredContext(5, 3))
ACCEPT = AssociateAccept("ISOCENTER", "CT-ROOM-2", ANSWERS, UserInformation(131072))


def element(tag, vr, value):
    value += b" " * (len(value) % 2)
    return tag.to_bytes(4, "big")[1::-1] + tag.to_bytes(4, "big")[:1:-1] + vr.encode() + len(value).to_bytes(2, "little") + value


HEADER = (
    element(0x00080060, "CS", b"CT")
    + element(0x00080090, "PN", b"REFERRER^ROSA")
    + element(0x00100010, "PN", b"SECRET^SAMUEL")
    + element(0x00100020, "LO", b"SECRET-ID")
    + element(0x00100040, "CS", b"M")
    + element(0x00200013, "IS", b"7")
    + b"\xe0\x7f\x10\x00OW\0\0" + (4000).to_bytes(4, "little") + bytes(4000)
)  # fmt: skip


class Talk:
    """A connection that is spoken by hand; `at` is the moment of what is said next."""

    def __init__(self, outgoing=False, origin=Origin.HOUSE):
        ends = Endpoint("10.0.0.21", 49822), Endpoint("10.0.0.5", 11112)
        self.tap = Tap(Recording("token", datetime(2026, 1, 1, tzinfo=UTC), *ends, origin, outgoing), 0.0)
        self.at = 0.001

    def say(self, forth, data, *, took=0.0, after=0.001, spent=None):
        self.tap.spend(spent)
        self.tap.took(forth, data, self.at, self.at + took)
        self.at += took + after
        return self

    def pdu(self, forth, pdu, **when):
        return self.say(forth, pdu_codec.encode(pdu), **when)

    def message(self, forth, context, command, data=b"", **when):
        body = value_header(context, 3, len(commands.encode(command))) + commands.encode(command)
        return self.say(forth, body + (value_header(context, 2, len(data)) + data if data else b""), **when)

    def open(self):
        return self.pdu(True, REQUEST).pdu(False, ACCEPT)

    def store(self, number, *, status=0, wait=0.001, spent=None, after=0.001):
        sent = Command(field=CommandField.C_STORE_RQ, message_id=number, affected_sop_class_uid=CT_IMAGE,
                       affected_sop_instance_uid=f"1.2.{number}", has_data_set=True, priority=0)  # fmt: skip
        answer = Command(
            field=CommandField.C_STORE_RSP, message_id_being_responded_to=number, affected_sop_class_uid=CT_IMAGE, status=status
        )
        return self.message(True, 3, sent, HEADER, took=0.002, after=wait).message(False, 3, answer, spent=spent, after=after)

    def close(self):
        self.pdu(True, ReleaseRequest()).pdu(False, ReleaseReply())
        self.tap.ended(self.at, Ending.CALLER)
        return self.tap
