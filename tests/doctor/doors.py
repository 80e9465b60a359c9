"""Ports of this computer that do what a test says with whoever connects, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

from tests.waiting import serving

from isocenter.base.clock import SystemClock
from isocenter.doctor.visit import Patience, Visit
from isocenter.model.checkup import Role
from isocenter.model.records import Node
from isocenter.wire import pdu_codec
from isocenter.wire.pdu import (
    Abort,
    AnsweredContext,
    AssociateAccept,
    AssociateReject,
    AssociateRequest,
    ReleaseReply,
    UserInformation,
)

QUICK = Patience(connect=2, greeting=0.1, associate=0.4, response=0.6, pause=0)
Behave = Callable[[socket.socket], None]


@contextlib.contextmanager
def door(behave: Behave, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A port whose every connection gets `behave`, in a thread of its own."""

    def meet(sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), contextlib.closing(sock):
            sock.settimeout(3)
            if tls is None:
                behave(sock)
                return
            with tls.wrap_socket(sock, server_side=True) as secured:
                behave(secured)

    with serving(lambda sock: threading.Thread(target=meet, args=(sock,), daemon=True).start()) as port:
        yield port


def read_request(sock: socket.socket) -> AssociateRequest:
    """The A-ASSOCIATE-RQ that came; ValueError for anything else."""
    head = _exactly(sock, 6)
    if head[:1] != b"\x01":
        raise ValueError(head)
    request = pdu_codec.decode(1, _exactly(sock, int.from_bytes(head[2:6], "big")))
    assert isinstance(request, AssociateRequest)
    return request


def _exactly(sock: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count and (some := sock.recv(count - len(got))):
        got += some
    return got


def accept_of(request: AssociateRequest, result: Callable[[str, str], int] = lambda uid, syntax: 0, **user: object) -> bytes:
    """An A-ASSOCIATE-AC whose results a function of class and syntax chooses."""
    answered = tuple(
        AnsweredContext(one.id, result(one.abstract_syntax, one.transfer_syntaxes[0]), one.transfer_syntaxes[0])
        for one in request.contexts
    )
    information = UserInformation(**{"pdu_bytes_max": 16384, "implementation_class_uid": "1.2.3", **user})
    return pdu_codec.encode(AssociateAccept(request.called_ae_title, request.calling_ae_title, answered, information))


def answering(answer: Callable[[AssociateRequest], bytes]) -> Behave:
    """Answer one request, then wait until the other side is done, as a server does."""

    def behave(sock: socket.socket) -> None:
        sock.sendall(answer(read_request(sock)))
        if sock.recv(10)[:1] == b"\x05":
            sock.sendall(pdu_codec.encode(ReleaseReply()))
        sock.recv(1)

    return behave


def accepting(result: Callable[[str, str], int] = lambda uid, syntax: 0, **user: object) -> Behave:
    return answering(lambda request: accept_of(request, result, **user))


def rejecting(result: int, source: int, reason: int) -> Behave:
    return answering(lambda request: pdu_codec.encode(AssociateReject(result, source, reason)))


def aborting(source: int, reason: int) -> Behave:
    return answering(lambda request: pdu_codec.encode(Abort(source, reason)))


def saying(raw: bytes) -> Behave:
    """Read something, say this, and wait for the other side to go."""

    def behave(sock: socket.socket) -> None:
        sock.recv(65536)
        sock.sendall(raw)
        sock.recv(1)

    return behave


def greeting_with(raw: bytes) -> Behave:
    """Speak first."""

    def behave(sock: socket.socket) -> None:
        sock.sendall(raw)
        while sock.recv(4096):
            pass

    return behave


def silent(sock: socket.socket) -> None:
    while sock.recv(65536):
        pass


def closing(sock: socket.socket) -> None:
    """Read the request, and close without a word."""
    sock.recv(65536)


def visit_at(port: int, role: Role = Role.ARCHIVE, title: str = "PACS", **more: object) -> Visit:
    """A visit whose lower layers are done."""
    more.setdefault("patience", QUICK)
    visit = Visit(Node("pacs", title, "127.0.0.1", port), role, "ISOCENTER", 11112, SystemClock(), **more)
    visit.addresses, visit.address, visit.own_address = ("127.0.0.1",), "127.0.0.1", "127.0.0.1"
    return visit
