"""A capture file to recordings, so that the same ladder is drawn of what somebody else recorded.

Comes in: a pcap or pcapng file, in pieces. Go out: the connections in it that speak DICOM, or tried to, as recordings. Segments are
put in order and repeated ones dropped (RFC 9293 3.10.7.4); what never comes is left out and told. A connection that had begun
before the capture did is read from its first PDU on. What is held is bounded, whatever the file says.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from isocenter.base.errors import PeerError
from isocenter.base.ids import new_token
from isocenter.base.limits import PCAP_CONNECTIONS_MAX, PCAP_WAITING_BYTES_MAX
from isocenter.doctor.capture_packets import CapturePackets, TcpPacket
from isocenter.doctor.neighbours import ports
from isocenter.model.recording import Ending, Endpoint, Origin, Recording
from isocenter.net.tap import Tap
from isocenter.wire.first_bytes import recognise
from isocenter.wire.pdu_codec import ASSOCIATE_RQ, NAMES, P_DATA_TF, check_length

_FIN, _SYN, _RST, _ACK = 0x01, 0x02, 0x04, 0x10
_HALF = 0x80000000
_FIRST_BYTES = 12
_PACKET_BYTES = 300
"""What a packet that waits costs beside its data."""
_WAYS = 64
"""How many directions may wait for as much as one may."""


@dataclass(slots=True)
class _Way:
    """One direction: the next sequence number, and what came before its time, by how many bytes into the stream it belongs."""

    expected: int | None = None
    position: int = 0
    waiting: list[tuple[int, int, TcpPacket]] = field(default_factory=list)
    waiting_bytes: int = 0
    is_over: bool = False
    is_read: bool = False


@dataclass(slots=True)
class _Connection:
    caller: tuple[str, int]
    tap: Tap | None
    began: float
    called: tuple[str, int]
    has_begun: bool
    is_foreign: bool = False
    has_data: bool = False
    ways: dict[bool, _Way] = field(default_factory=lambda: {True: _Way(), False: _Way()})


class CaptureReading:
    """Reads one capture. `others` counts the connections that speak something else; `label` names the file in the recordings.

    `tap_of` makes what a connection is written to, a recorder's `read` where what is held is to be bounded.
    """

    def __init__(self, label: str, tap_of: Callable[[Recording, float], Tap] = Tap) -> None:
        self.others = 0
        self._serial = 0
        self._waiting_bytes = 0
        self._label = label
        self._tap_of = tap_of
        self._packets = CapturePackets()
        self._connections: dict[tuple[tuple[str, int], tuple[str, int]], _Connection] = {}

    @property
    def remark(self) -> str:
        """Where the file is broken; empty where it is not."""
        return self._packets.remark

    @property
    def packets(self) -> int:
        """How many packets were read."""
        return self._packets.packets

    def feed(self, piece: bytes) -> Iterator[Tap]:
        """The connections that are over with this piece. Raises `UsageError` where the file is no capture."""
        for packet in self._packets.feed(piece):
            yield from self._take(packet)

    def end(self) -> Iterator[Tap]:
        """The connections that are left."""
        self._packets.end()
        for connection in list(self._connections.values()):
            yield from self._done(connection)

    def _take(self, packet: TcpPacket) -> Iterator[Tap]:
        key = min(packet.source, packet.target), max(packet.source, packet.target)
        connection = self._connections.get(key)
        is_opening = packet.flags & (_SYN | _ACK) == _SYN
        if connection is not None and is_opening:
            way = connection.ways[packet.source == connection.caller]
            if way.expected != (packet.sequence + 1) & 0xFFFFFFFF:
                # The same ports again, and no repetition of the first packet: another connection.
                yield from self._done(connection)
                connection = None
        if connection is None:
            if len(self._connections) >= PCAP_CONNECTIONS_MAX:
                yield from self._done(next(iter(self._connections.values())))
            connection = self._connections[key] = _opened(packet)
        self._segment(connection, packet)
        if packet.flags & _RST:
            self._close(connection, packet, Ending.RESET)
            yield from self._done(connection)
        elif all(way.is_over for way in connection.ways.values()):
            yield from self._done(connection)

    def _segment(self, connection: _Connection, packet: TcpPacket) -> None:
        forth = packet.source == connection.caller
        way = connection.ways[forth]
        if packet.flags & _SYN:
            way.expected = (packet.sequence + 1) & 0xFFFFFFFF
            return
        if way.expected is None:
            way.expected = packet.sequence
        length = len(packet.data) + packet.missing
        if length and not way.is_over:
            ahead = (packet.sequence - way.expected + _HALF & 0xFFFFFFFF) - _HALF
            if ahead <= 0:
                self._in_order(connection, way, forth, way.position + ahead, packet)
            else:
                self._serial += 1
                heapq.heappush(way.waiting, (way.position + ahead, self._serial, packet))
                self._hold(way, len(packet.data) + _PACKET_BYTES)
            self._catch_up(connection, way, forth)
        if packet.flags & _FIN and not way.is_over:
            self._catch_up(connection, way, forth, is_last=True)
            way.is_over = True
            self._close(connection, packet, Ending.CALLER if forth else Ending.CALLED)

    def _hold(self, way: _Way, byte_count: int) -> None:
        way.waiting_bytes += byte_count
        self._waiting_bytes += byte_count

    def _in_order(self, connection: _Connection, way: _Way, forth: bool, position: int, packet: TcpPacket) -> None:
        """A segment that begins at or before what is expected: its new part."""
        old = way.position - position
        length = len(packet.data) + packet.missing
        if old >= length:
            return
        self._bytes(connection, forth, packet.data[old:], packet.at)
        if packet.missing:
            self._bytes(connection, forth, None, packet.at, min(packet.missing, length - old))
        self._move(way, length - old)

    @staticmethod
    def _move(way: _Way, count: int) -> None:
        assert way.expected is not None, "set by the first segment"
        way.position += count
        way.expected = (way.expected + count) & 0xFFFFFFFF

    def _catch_up(self, connection: _Connection, way: _Way, forth: bool, *, is_last: bool = False) -> None:
        """Take what waited; where too much waits, or nothing more will come, what is missing is lost."""
        while way.waiting:
            position, _, packet = way.waiting[0]
            ahead = position - way.position
            if ahead > 0:
                is_too_much = way.waiting_bytes > PCAP_WAITING_BYTES_MAX or self._waiting_bytes > PCAP_WAITING_BYTES_MAX * _WAYS
                if not (is_last or is_too_much):
                    return
                self._bytes(connection, forth, None, packet.at, ahead)
                self._move(way, ahead)
            heapq.heappop(way.waiting)
            self._hold(way, -len(packet.data) - _PACKET_BYTES)
            self._in_order(connection, way, forth, position, packet)

    def _bytes(self, connection: _Connection, forth: bool, data: bytes | None, at: float, missing: int = 0) -> None:
        """Bytes in their order, or a count of those that are missing."""
        connection.has_data = True
        if connection.is_foreign:
            return
        way = connection.ways[forth]
        if connection.tap is None:
            if data is None or not _is_wanted(connection, way, data):
                return
            connection.tap = self._tap(connection)
        moment = max(at, connection.began)
        if not way.is_read:
            # A capture that began in the middle of a connection: nobody knows where a PDU begins, until one does.
            if data is None or not (connection.has_begun or _begins_pdu(data)):
                connection.tap.miss(forth, missing if data is None else len(data), moment)
                return
            way.is_read = True
        if data is not None:
            connection.tap.took(forth, data, moment, moment)
        elif not connection.tap.miss(forth, missing, moment):
            # Not within a value: where the next PDU begins must be seen again.
            way.is_read = connection.has_begun = False

    def _tap(self, connection: _Connection) -> Tap:
        began = datetime.fromtimestamp(connection.began, UTC)
        ends = Endpoint(*connection.caller), Endpoint(*connection.called)
        recording = Recording(new_token(), began, *ends, Origin.FILE, label=self._label)
        return self._tap_of(recording, connection.began)

    @staticmethod
    def _close(connection: _Connection, packet: TcpPacket, ending: Ending) -> None:
        if connection.tap is not None:
            reason = "the connection was reset" if ending is Ending.RESET else ""
            connection.tap.ended(max(packet.at, connection.began), ending, reason)

    def _done(self, connection: _Connection) -> Iterator[Tap]:
        key = min(connection.caller, connection.called), max(connection.caller, connection.called)
        self._connections.pop(key, None)
        for forth, way in connection.ways.items():
            self._catch_up(connection, way, forth, is_last=True)
        if connection.tap is not None:
            yield connection.tap
        else:
            self.others += connection.has_data


def _opened(packet: TcpPacket) -> _Connection:
    """A connection at its first packet. Without its opening, whoever sends a request, or has the higher port, is the caller."""
    has_begun = bool(packet.flags & _SYN)
    source_calls = packet.flags & (_SYN | _ACK) == _SYN
    if not has_begun:
        source_calls = packet.data[:2] == bytes((ASSOCIATE_RQ, 0)) or packet.source[1] > packet.target[1]
    caller, called = (packet.source, packet.target) if source_calls else (packet.target, packet.source)
    return _Connection(caller, None, packet.at, called, has_begun)


def _begins_pdu(data: bytes) -> bool:
    """True where a PDU of PS3.8 9.3 may begin."""
    if len(data) < 6 or data[0] not in NAMES or data[1]:
        return False
    length = int.from_bytes(data[2:6], "big")
    if data[0] == P_DATA_TF:
        return length >= 6 and len(data) >= _FIRST_BYTES and 2 <= int.from_bytes(data[6:10], "big") <= length - 4 and data[11] < 4
    try:
        check_length(data[0], length)
    except PeerError:
        return False
    return True


def _is_wanted(connection: _Connection, way: _Way, data: bytes) -> bool:
    """Whether a connection is DICOM, or something else that knocked at a port of DICOM; told by its first bytes."""
    if _begins_pdu(data):
        return True
    if connection.has_begun:
        connection.is_foreign = connection.called[1] not in ports()["dicom"] or recognise(data) is None
        return not connection.is_foreign
    return False
