"""Bytes of PDUs written out by hand, apart from the codec that is tested, and associations in the state that a test begins in."""

import struct
from types import SimpleNamespace

import pytest

from isocenter.wire.association import Association
from isocenter.wire.events import Requested
from isocenter.wire.pdu import AnsweredContext, AssociateAccept, AssociateRequest, ProposedContext, UserInformation

VERIFICATION = "1.2.840.10008.1.1"
IMPLICIT = "1.2.840.10008.1.2"


def item(kind, body):
    return struct.pack(">BBH", kind, 0, len(body)) + body


def pdu(kind, body):
    return struct.pack(">BBI", kind, 0, len(body)) + body


def value(context_id, flags, payload):
    return struct.pack(">IBB", len(payload) + 2, context_id, flags) + payload


def context(number, abstract=b"1.2.840.10008.1.1", syntaxes=(b"1.2.840.10008.1.2",)):
    body = bytes([number, 0, 0, 0]) + item(0x30, abstract) + b"".join(item(0x40, syntax) for syntax in syntaxes)
    return item(0x20, body)


def associate(*items, kind=1, version=1, called=b"CALLED          ", calling=b"CALLING         "):
    return pdu(kind, struct.pack(">HH", version, 0) + called + calling + bytes(32) + b"".join(items))


@pytest.fixture
def raw():
    return SimpleNamespace(item=item, pdu=pdu, value=value, context=context, associate=associate)


def kept(event):
    return event._replace(view=bytes(event.view)) if isinstance(event, tuple) else event


def give(association, raw_bytes, now=0.0, chunk=None):
    """Let bytes arrive, at most `chunk` at once; the events, fragments with copied bytes."""
    heard = []
    while raw_bytes:
        space = association.space()
        size = min(len(space), len(raw_bytes), chunk or len(raw_bytes))
        space[:size] = raw_bytes[:size]
        raw_bytes = raw_bytes[size:]
        association.received(size, now)
        heard += [kept(event) for event in association.events()]
    return heard


def sent(association):
    """All that an association has to send, as one run of bytes."""
    out = b""
    while buffers := association.outgoing():
        out += b"".join(buffers)
    return out


def request(pdu_bytes_max=16384, **fields):
    user = UserInformation(pdu_bytes_max=pdu_bytes_max, implementation_class_uid="1.2.3")
    contexts = (ProposedContext(1, VERIFICATION, (IMPLICIT,)), ProposedContext(3, "1.2.3.4", (IMPLICIT,)))
    return AssociateRequest("CALLED", "CALLING", contexts, user, **fields)


def accept(pdu_bytes_max=16384):
    user = UserInformation(pdu_bytes_max=pdu_bytes_max, implementation_class_uid="1.2.3")
    contexts = (AnsweredContext(1, 0, IMPLICIT), AnsweredContext(3, 3, IMPLICIT))
    return AssociateAccept("CALLED", "CALLING", contexts, user)


def ready(pdu_bytes_max=16384, pdu_bytes_max_peer=16384):
    """(requestor, acceptor) in Sta6; the acceptor receives `pdu_bytes_max`, the requestor `pdu_bytes_max_peer`."""
    requestor, acceptor = Association.requestor(0.0), Association.acceptor(0.0)
    requestor.request(request(pdu_bytes_max_peer), 0.0)
    assert isinstance(give(acceptor, sent(requestor))[0], Requested)
    acceptor.accept(accept(pdu_bytes_max), 0.0)
    give(requestor, sent(acceptor))
    return requestor, acceptor


@pytest.fixture
def on_wire():
    return SimpleNamespace(give=give, sent=sent, request=request, accept=accept, ready=ready)
