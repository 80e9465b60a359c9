"""A listener with invented services: echo, a search that counts, a store in memory, a retrieval of what it is given."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from isocenter.base.clock import SystemClock
from isocenter.dimse import commands
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import Cancelled, Forward, Reply, Request, Service
from isocenter.model.records import Admitted, Instance, Node
from isocenter.net.forward import Forwarder
from isocenter.net.listener import Listener
from isocenter.net.pump import House
from isocenter.standard.sop_class import CT_IMAGE, MR_IMAGE, STUDY_ROOT_FIND, STUDY_ROOT_GET, STUDY_ROOT_MOVE, VERIFICATION
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN, JPEG_2000_LOSSLESS
from isocenter.wire.outlet import value_header
from isocenter.wire.pdu import AssociateRequest, ProposedContext, UserInformation
from isocenter.wire.pdu_codec import encode

ALL = frozenset({"echo", "store", "find", "move", "get"})
SYNTAXES = (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN, JPEG_2000_LOSSLESS)
OPERATIONS = {
    VERIFICATION: "echo",
    CT_IMAGE: "store",
    MR_IMAGE: "store",
    STUDY_ROOT_FIND: "find",
    STUDY_ROOT_GET: "get",
    STUDY_ROOT_MOVE: "move",
}


def answer(request: Request, status: int, **more: object) -> Command:
    return Command(
        field=request.command.field | 0x8000,
        message_id_being_responded_to=request.command.message_id,
        affected_sop_class_uid=request.command.affected_sop_class_uid,
        affected_sop_instance_uid=request.command.affected_sop_instance_uid,
        status=status,
        **more,
    )


class Keeping:
    """A store in memory."""

    def __init__(self, table: Table, request: Request) -> None:
        self.table, self.request, self.parts = table, request, []

    def write(self, view: memoryview) -> None:
        self.parts.append(bytes(view))

    def finish(self) -> Reply:
        if self.table.store_gate is not None:
            assert self.table.store_gate.wait(20)
        status = next(self.table.store_statuses, 0)
        if status == 0:
            self.table.kept[self.request.command.affected_sop_instance_uid] = b"".join(self.parts)
            self.table.kept_requests.append(self.request)
        return Reply(answer(self.request, status, error_comment="as told" if status else ""))

    def abandon(self) -> None:
        self.table.abandoned.append(self.request.command.affected_sop_instance_uid)


@dataclass
class Table:
    """Invented services; `find_count` answers, `forward` what C-GET and C-MOVE send."""

    find_count: int = 3
    find_pause: float = 0.0
    forward: Callable[[Request], Forward] | None = None
    store_statuses: Iterator[int] = field(default_factory=lambda: iter(()))
    store_gate: threading.Event | None = None
    kept: dict[str, bytes] = field(default_factory=dict)
    kept_requests: list[Request] = field(default_factory=list)
    abandoned: list[str] = field(default_factory=list)
    served: list[Request] = field(default_factory=list)
    outcomes: list[object] = field(default_factory=list)

    def transfer_syntaxes(self, abstract_syntax: str) -> tuple[str, ...]:
        return SYNTAXES if abstract_syntax in OPERATIONS else ()

    def operation(self, abstract_syntax: str) -> str:
        return OPERATIONS.get(abstract_syntax, "")

    def may_be_scu(self, abstract_syntax: str) -> bool:
        return self.operation(abstract_syntax) == "store"

    def extended_answers(self, request):
        return ()

    def receive(self, request: Request) -> Keeping:
        return Keeping(self, request)

    def serve(self, request: Request) -> Service:
        self.served.append(request)
        field_ = request.command.field
        if field_ == CommandField.C_FIND_RQ:
            return self._find(request)
        if field_ in (CommandField.C_GET_RQ, CommandField.C_MOVE_RQ):
            return self._retrieve(request)
        if field_ == CommandField.C_ECHO_RQ:
            return self._echo(request)
        raise AssertionError(f"an unexpected request {field_:04X}")

    def _echo(self, request: Request) -> Service:
        yield Reply(answer(request, 0))

    def _find(self, request: Request) -> Service:
        try:
            for number in range(self.find_count):
                if self.find_pause:
                    time.sleep(self.find_pause)
                yield Reply(answer(request, 0xFF00, has_data_set=True), request.identifier + b"%08d" % number)
        except Cancelled:
            yield Reply(answer(request, 0xFE00))
        else:
            yield Reply(answer(request, 0))

    def _retrieve(self, request: Request) -> Service:
        done = failed = 0
        status = 0
        outcomes = yield self.forward(request)
        try:
            for outcome in outcomes:
                self.outcomes.append(outcome)
                done += outcome.status == 0
                failed += outcome.status != 0
                yield Reply(answer(request, 0xFF00, completed=done, failed=failed, remaining=0, warning=0))
        except Cancelled:
            status = 0xFE00
        finally:
            outcomes.close()
        yield Reply(answer(request, status or (0xB000 if failed else 0), completed=done, failed=failed, warning=0))


@dataclass
class Doorman:
    """Lets everybody in, unless told otherwise."""

    admission: object = field(default_factory=lambda: Admitted(ALL))

    def admit(self, request, address):
        return self.admission


@dataclass
class Diary:
    """A witness that writes everything down."""

    opened: list = field(default_factory=list)
    ended: list = field(default_factory=list)
    rejected: list = field(default_factory=list)
    strangers: list = field(default_factory=list)
    requests: list = field(default_factory=list)

    def association_opened(self, summary):
        self.opened.append(summary)

    def association_ended(self, summary):
        self.ended.append(summary)

    def caller_rejected(self, request, address, why):
        self.rejected.append((request, address, why))

    def stranger_left(self, address, why):
        self.strangers.append((address, why))

    def request_served(self, summary, operation, status, seconds):
        self.requests.append((operation, status))


@dataclass
class Station:
    """A running listener and all that it is made of."""

    listener: Listener
    table: Table
    diary: Diary
    doorman: Doorman

    def node(self, **more) -> Node:
        return Node("here", "ISOCENTER", "127.0.0.1", self.listener.port, **more)

    def connect(self) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", self.listener.port), timeout=20)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def wait_until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait for what another thread is about to do."""
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, "it did not happen"
            threading.Event().wait(0.005)


class Files:
    """Blobs that are files, by their name."""

    def __init__(self) -> None:
        self.opened = 0

    @contextlib.contextmanager
    def open(self, blob: str):
        self.opened += 1
        with open(blob, "rb") as file:
            yield OpenFile(file.fileno())


class OpenFile:
    dataset_offset = 200

    def __init__(self, number: int) -> None:
        self.number = number
        self.byte_count = os.fstat(number).st_size - self.dataset_offset

    def fileno(self) -> int:
        return self.number

    def read(self, offset: int, length: int) -> bytes:
        return os.pread(self.number, length, offset)


@pytest.fixture
def make_instance(tmp_path):
    """Stored instances with invented bytes: `make_instance("1.2.3", 1000)`."""

    def make(uid: str, size: int = 1000, sop_class: str = CT_IMAGE, syntax: str = EXPLICIT_VR_LITTLE_ENDIAN) -> Instance:
        path = tmp_path / f"{uid}.dcm"
        path.write_bytes(b"h" * OpenFile.dataset_offset + data_set_of(uid, size))
        return Instance(sop_class, uid, "1.2", "1.1", syntax, str(path), size, "", datetime(2026, 1, 1, tzinfo=UTC))

    return make


def data_set_of(uid: str, size: int) -> bytes:
    return (uid.encode() * (size // len(uid) + 1))[:size]


@pytest.fixture
def start():
    """Starts stations and stops them: `station = start(find_count=5)`."""
    stations: list[Station] = []

    def begin(
        *,
        blobs=None,
        transcoder=None,
        doorman=None,
        tls=None,
        idle_seconds=30.0,
        listener_options=None,
        address="127.0.0.1",
        **more,
    ) -> Station:
        table, diary, doorman = Table(**more), Diary(), doorman or Doorman()
        forwarder = Forwarder(blobs or Files(), transcoder, ae_title="ISOCENTER")
        house = House(doorman, table, diary, SystemClock(), forwarder, idle_seconds=idle_seconds)
        listener = Listener(house, address=address, tls=tls, **(listener_options or {}))
        listener.start()
        stations.append(Station(listener, table, diary, doorman))
        return stations[-1]

    yield begin
    for station in stations:
        station.listener.stop(0.0)


@pytest.fixture
def data_of():
    return data_set_of


class Raw:
    """A peer that writes any bytes and reads whole PDUs."""

    def __init__(self, station: Station) -> None:
        self.sock = station.connect()

    def request(self, *classes: str, called: str = "ISOCENTER", **user) -> None:
        contexts = tuple(ProposedContext(2 * number + 1, uid, (EXPLICIT_VR_LITTLE_ENDIAN,)) for number, uid in enumerate(classes))
        information = UserInformation(**{"pdu_bytes_max": 16384, "implementation_class_uid": "1.2.3", **user})
        self.sock.sendall(encode(AssociateRequest(called, "RAW", contexts, information)))

    def associate(self, *classes: str, **user) -> None:
        self.request(*classes, **user)
        assert self.read()[0] == 2

    def message(self, context_id: int, command: Command, data: bytes | None = None) -> bytes:
        coded = commands.encode(command)
        pdu = value_header(context_id, 3, len(coded)) + coded
        return pdu if data is None else pdu + value_header(context_id, 2, len(data)) + data

    def send(self, context_id: int, command: Command, data: bytes | None = None) -> None:
        self.sock.sendall(self.message(context_id, command, data))

    def read(self) -> tuple[int, bytes]:
        """The next PDU's type and body; (0, b"") where the connection ended."""
        head = self._exactly(6)
        if head is None:
            return 0, b""
        return head[0], self._exactly(int.from_bytes(head[2:], "big")) or b""

    def command(self) -> Command:
        kind, body = self.read()
        assert kind == 4
        assert body[5] == 3
        return commands.decode(body[6 : 4 + int.from_bytes(body[:4], "big")])

    def _exactly(self, count: int) -> bytes | None:
        data = b""
        while len(data) < count:
            try:
                more = self.sock.recv(count - len(data))
            except ConnectionError:
                return None
            if not more:
                return None
            data += more
        return data

    def close(self) -> None:
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@pytest.fixture
def raw():
    """Opens raw peers: `with raw(station) as peer`."""
    return Raw


@pytest.fixture
def blobs():
    return Files()
