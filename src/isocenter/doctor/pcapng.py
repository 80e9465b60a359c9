"""Recordings as a pcapng file that Wireshark dissects: Ethernet, IP and TCP made up around the bytes that crossed.

Recordings come in, blocks of a file go out, one after the other, so that no file is ever held in memory. Sequence numbers are those
of the stream, so that what was left out keeps its place: it is filled with zeros and said in the packet's comment, or, past a
bound, left out as a lost segment. Patients are written over with X unless they are asked for, passcodes always. Formats: pcapng
(IETF draft-ietf-opsawg-pcapng), RFC 791, RFC 8200, RFC 9293.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from isocenter.base.limits import PCAP_FILLED_BYTES_MAX, PCAP_PACKET_BYTES
from isocenter.doctor.masking import patched, patches
from isocenter.model.recording import Ending, Endpoint, Recorded, Recording

_SECTION = 0x0A0D0D0A
_INTERFACE = 1
_ENHANCED_PACKET = 6
_BYTE_ORDER = 0x1A2B3C4D
_ETHERNET = 1
_COMMENT = 1
_APPLICATION = 4
_NAME = 2
_RESOLUTION = 9
_NANOSECONDS = 9
_FIN, _SYN, _RST, _PSH, _ACK = 0x01, 0x02, 0x04, 0x08, 0x10
_FIRST_SEQUENCE = 1000
_EPOCH = datetime.fromtimestamp(0, UTC)
_WINDOW = 0xFFFF
_PORT_UNKNOWN = 0xC000
_MASKED = "Values that name patients, and passcodes, were written over with the letter X."
_ZEROS = bytes(PCAP_PACKET_BYTES)


def export(recorded: Iterable[Recorded], application: str, *, names: bool = False) -> Iterator[bytes]:
    """The file, in pieces. `application` is who writes it; `names` says that patients may be told."""
    yield _block(_SECTION, struct.pack("<IHHq", _BYTE_ORDER, 1, 0, -1), _option(_APPLICATION, application.encode()))
    options = _option(_NAME, b"recorded connections") + _option(_RESOLUTION, bytes((_NANOSECONDS,)))
    yield _block(_INTERFACE, struct.pack("<HHI", _ETHERNET, 0, 0), options)
    filled = 0
    for one in recorded:
        flow = _Flow(one.recording)
        yield from flow.packets(one, names=names, may_fill=PCAP_FILLED_BYTES_MAX - filled)
        filled += flow.filled


@dataclass(slots=True)
class _Side:
    """One end in TCP: its next sequence number, and how many bytes are missing before the next packet."""

    end: Endpoint
    hardware: bytes
    sequence: int = _FIRST_SEQUENCE
    lost: int = 0

    def move(self, count: int) -> None:
        self.sequence = (self.sequence + count) & 0xFFFFFFFF

    def lose(self, count: int) -> None:
        """Bytes that crossed and that nobody has any more."""
        self.move(count)
        self.lost += count


class _Flow:
    """One connection as packets."""

    def __init__(self, recording: Recording) -> None:
        self.filled = 0
        self._recording = recording
        self._sides = {
            True: _Side(_with_port(recording.caller), b"\x02\0\0\0\0\x01"),
            False: _Side(_with_port(recording.called), b"\x02\0\0\0\0\x02"),
        }
        self._identification = 0

    def packets(self, recorded: Recorded, *, names: bool, may_fill: int) -> Iterator[bytes]:
        recording = self._recording
        opening = "" if names else _MASKED
        yield self._packet(True, 0.0, b"", _SYN, opening)
        yield self._packet(False, 0.0, b"", _SYN | _ACK)
        yield self._packet(True, 0.0, b"", _ACK)
        segments = recorded.segments()
        masks = patches(segments, names=names)
        for segment in segments:
            side = self._sides[segment.forth]
            if segment.lost:
                side.lose(segment.lost)
            kept = patched(segment, masks.get(segment.serial, ()))
            crossed, whole = 0, max(1, segment.byte_count)
            for data, left_out in _runs(kept, segment.gaps):
                # Nobody knows when each byte of a segment crossed: they are spread over its time.
                at = segment.began + (segment.ended - segment.began) * crossed / whole
                crossed += len(data) + left_out
                yield from self._kept(segment.forth, at, data)
                if left_out and left_out <= may_fill - self.filled:
                    self.filled += left_out
                    yield from self._filled(segment.forth, at, left_out)
                elif left_out:
                    side.lose(left_out)
        yield from self._end(recording)

    def _kept(self, forth: bool, at: float, data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), PCAP_PACKET_BYTES):
            side = self._sides[forth]
            comment = f"{side.lost} bytes before this packet were not recorded." if side.lost else ""
            side.lost = 0
            yield self._packet(forth, at, data[start : start + PCAP_PACKET_BYTES], _PSH | _ACK, comment)

    def _filled(self, forth: bool, at: float, count: int) -> Iterator[bytes]:
        comment = "The data of this packet was not recorded and stands here as zeros."
        while count:
            piece = min(count, PCAP_PACKET_BYTES)
            yield self._packet(forth, at, _ZEROS[:piece], _PSH | _ACK, comment)
            count -= piece

    def _end(self, recording: Recording) -> Iterator[bytes]:
        at = recording.ended
        if at is None:
            return
        if recording.ending is Ending.RESET:
            yield self._packet(False, at, b"", _RST | _ACK, recording.reason)
            return
        first = recording.ending is Ending.CALLER
        yield self._packet(first, at, b"", _FIN | _ACK, recording.reason)
        yield self._packet(not first, at, b"", _FIN | _ACK)
        yield self._packet(first, at, b"", _ACK)

    def _packet(self, forth: bool, at: float, data: bytes, flags: int, comment: str = "") -> bytes:
        here, there = self._sides[forth], self._sides[not forth]
        acknowledged = there.sequence if flags & _ACK else 0
        tcp = struct.pack(
            ">HHIIBBHHH", here.end.port, there.end.port, here.sequence, acknowledged, 5 << 4, flags, _WINDOW, 0, 0
        )  # fmt: skip
        self._identification = (self._identification + 1) & 0xFFFF
        kind, header = _network(here.end, there.end, tcp, data, self._identification)
        frame = there.hardware + here.hardware + kind + header + data
        here.move(len(data) + bool(flags & _SYN) + bool(flags & _FIN))
        moment = self._recording.began + timedelta(seconds=at)
        nanoseconds = (moment - _EPOCH) // timedelta(microseconds=1) * 1000
        fixed = struct.pack("<IIIII", 0, nanoseconds >> 32, nanoseconds & 0xFFFFFFFF, len(frame), len(frame))
        return _block(_ENHANCED_PACKET, fixed + _padded(frame), _option(_COMMENT, comment.encode()) if comment else b"")


def _with_port(end: Endpoint) -> Endpoint:
    return end if end.port else Endpoint(end.address, _PORT_UNKNOWN)


def _runs(kept: bytes, gaps: tuple[tuple[int, int], ...]) -> Iterator[tuple[bytes, int]]:
    """What was kept, each piece with what was left out behind it."""
    start = 0
    for position, count in (*gaps, (len(kept), 0)):
        yield kept[start:position], count
        start = position


def _network(here: Endpoint, there: Endpoint, tcp: bytes, data: bytes, identification: int) -> tuple[bytes, bytes]:
    """The Ethernet type, and the IP and TCP headers with their checksums."""
    source, target = _address(here.address), _address(there.address)
    length = len(tcp) + len(data)
    if source.version == target.version == 6:
        pseudo = source.packed + target.packed + struct.pack(">IHBB", length, 0, 0, 6)
        header = struct.pack(">IHBB", 0x60000000, length, 6, 64) + source.packed + target.packed
        kind = b"\x86\xdd"
    else:
        four, other = _four(source), _four(target)
        pseudo = four + other + struct.pack(">BBH", 0, 6, length)
        header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + length, identification, 0x4000, 64, 6, 0) + four + other
        header = header[:10] + _checksum(header) + header[12:]
        kind = b"\x08\0"
    return kind, header + tcp[:16] + _checksum(pseudo + tcp + data) + tcp[18:]


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        # A host name, or nothing: any address that nobody has will do (RFC 5737).
        return ipaddress.IPv4Address("192.0.2.1")


def _four(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bytes:
    return address.packed[-4:]


def _checksum(data: bytes) -> bytes:
    """The Internet checksum (RFC 1071)."""
    data += b"\0" * (len(data) % 2)
    # A number of 16-bit digits modulo 0xFFFF is the sum of its digits with the carries folded in.
    total = int.from_bytes(data, "big") % 0xFFFF
    if not total and any(data):
        total = 0xFFFF
    return (~total & 0xFFFF).to_bytes(2, "big")


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _option(code: int, value: bytes) -> bytes:
    value = value[:0xFFFF]
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _block(kind: int, body: bytes, options: bytes = b"") -> bytes:
    if options:
        options += bytes(4)
    length = 12 + len(body) + len(options)
    return struct.pack("<II", kind, length) + body + options + struct.pack("<I", length)
