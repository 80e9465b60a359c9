"""A peer in this process that does what a test says, and an archive in this process that does what an archive does."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.waiting import serving

from isocenter.archive.archive import Archive
from isocenter.archive.catalogue import IndexCatalogue
from isocenter.archive.index_reader import IndexReader
from isocenter.base.clock import SystemClock
from isocenter.dataset import identifier
from isocenter.dimse.commands import Command
from isocenter.dimse.exchange import Reply, Request
from isocenter.doctor.visit import Patience, Visit
from isocenter.model.checkup import Role
from isocenter.model.records import Admitted, Node
from isocenter.net.forward import Forwarder
from isocenter.net.listener import Listener
from isocenter.net.pump import House
from isocenter.services.roster import Roster
from isocenter.standard.sop_class import QUERY_RETRIEVE, STORAGE
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from isocenter.wire import pdu_codec
from isocenter.wire.negotiation import negotiate

PLAIN = (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)
ALL = frozenset({"echo", "store", "find", "move", "get"})
SHORT = Patience(connect=5, greeting=0.05, associate=1, response=1, retrieve=5, arrival=0.3, commitment=1, pause=0)


def reply(request: Request, status: int, answer: dict[str, str] | None = None, **more: object) -> Reply:
    """A response to a request, with an answer of texts by keyword."""
    asked = request.command
    command = Command(
        field=asked.field | 0x8000,
        message_id_being_responded_to=asked.message_id,
        affected_sop_class_uid=asked.affected_sop_class_uid or asked.requested_sop_class_uid,
        affected_sop_instance_uid=asked.affected_sop_instance_uid,
        status=status,
        has_data_set=answer is not None,
        **more,
    )
    data = identifier.encode(answer, request.context.transfer_syntax) if answer is not None else None
    return Reply(command, data)


class Keeping:
    """One C-STORE into a dictionary."""

    def __init__(self, peer: Peer, request: Request) -> None:
        self.peer, self.request, self.parts = peer, request, bytearray()

    def write(self, view: memoryview) -> None:
        self.parts += view

    def finish(self) -> Reply:
        uid = self.request.command.affected_sop_instance_uid
        self.peer.kept[uid] = bytes(self.parts)
        return reply(self.request, self.peer.store_status, **self.peer.store_more)

    def abandon(self) -> None: ...


class Peer:
    """A listener whose answers are functions. `syntaxes` says what is accepted of a class; `serve_with` answers all but C-STORE."""

    def __init__(
        self, serve_with: Callable[[Request], Iterator[Reply]] | None = None, *, tls: ssl.SSLContext | None = None
    ) -> None:
        self.serve_with = serve_with or (lambda request: iter((reply(request, 0),)))
        self.syntaxes: Callable[[str], tuple[str, ...]] = lambda uid: PLAIN
        self.store_status = 0
        self.store_more: dict[str, object] = {}
        self.kept: dict[str, bytes] = {}
        clock = SystemClock()
        house = House(self, self, self, clock, Forwarder(self, None, ae_title="PEER"))
        self.listener = Listener(house, address="127.0.0.1", tls=tls)
        self.listener.start()

    def close(self) -> None:
        self.listener.stop(0.0)

    @property
    def node(self) -> Node:
        return Node("peer", "PEER", "127.0.0.1", self.listener.port)

    def admit(self, request, address):
        return Admitted(ALL)

    def transfer_syntaxes(self, abstract_syntax):
        return self.syntaxes(abstract_syntax)

    def operation(self, abstract_syntax):
        return "store" if abstract_syntax in STORAGE else getattr(QUERY_RETRIEVE.get(abstract_syntax), "operation", "echo")

    def may_be_scu(self, abstract_syntax):
        return True

    def extended_answers(self, request):
        return ()

    def receive(self, request):
        return Keeping(self, request)

    def serve(self, request):
        yield from self.serve_with(request)

    def association_opened(self, summary): ...

    def association_ended(self, summary): ...

    def caller_rejected(self, request, address, why): ...

    def stranger_left(self, address, why): ...

    def request_served(self, summary, operation, status, seconds): ...


@contextlib.contextmanager
def peer(serve_with: Callable[[Request], Iterator[Reply]] | None = None) -> Iterator[Peer]:
    """A peer for one block."""
    with contextlib.closing(Peer(serve_with)) as opened:
        yield opened


class _Offer:
    """Accepts everything that is proposed."""

    def transfer_syntaxes(self, abstract_syntax):
        return PLAIN

    def operation(self, abstract_syntax):
        return "store" if abstract_syntax in STORAGE else "echo"

    def may_be_scu(self, abstract_syntax):
        return True

    def extended_answers(self, request):
        return ()


@contextlib.contextmanager
def raw_peer(after_accept: Callable[[socket.socket, bytes], None]) -> Iterator[Node]:
    """A peer of bytes: accepts one association after the other, reads the first PDU of data and hands the socket over."""

    def meet(sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError, ValueError):
            sock.settimeout(3)
            request = pdu_codec.decode(1, _pdu(sock)[6:])
            sock.sendall(pdu_codec.encode(negotiate(request, _Offer(), operations=ALL)))
            after_accept(sock, _pdu(sock))

    with serving(meet) as port:
        yield Node("raw", "RAW", "127.0.0.1", port)


def _pdu(sock: socket.socket) -> bytes:
    head = sock.recv(6, socket.MSG_WAITALL)
    return head + sock.recv(int.from_bytes(head[2:6], "big"), socket.MSG_WAITALL)


@contextlib.contextmanager
def archive_peer(folder: Path, nodes: dict[str, Node] | None = None) -> Iterator[Node]:
    """An archive of this house on a port of its own. `nodes` are the destinations that it knows by their title."""
    known = nodes if nodes is not None else {}
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        archive = stack.enter_context(Archive(folder))
        reader = IndexReader(archive.index)
        stack.callback(reader.close)
        clock = SystemClock()
        answers = Peer()
        answers.close()
        roster = Roster(
            ae_title="PEER", intake=archive, catalogue=IndexCatalogue(reader, archive), destination=known.get, clock=clock
        )
        listener = Listener(House(answers, roster, answers, clock, Forwarder(archive, None, ae_title="PEER")), address="127.0.0.1")
        listener.start()
        stack.callback(listener.stop, 0.0)
        yield Node("archive", "PEER", "127.0.0.1", listener.port)


def visit_to(node: Node, **more: object) -> Visit:
    """A visit with a test's patience."""
    more.setdefault("patience", SHORT)
    return Visit(node, Role.ARCHIVE, "ISOCENTER", 11112, SystemClock(), **more)
