"""A capture file to the TCP segments in it: pcap and pcapng, of Ethernet, Linux cooked, raw, and loopback interfaces.

Comes in: a file, in pieces of any size. Go out: `TcpPacket`s in the order of the file. Every length is checked against its bounds
before anything is held, what is broken ends with a sentence, and what is not TCP is counted and left. Formats: pcap and pcapng
(IETF draft-ietf-opsawg-pcap and -pcapng), IEEE 802.1Q, RFC 791, RFC 8200, RFC 9293.
"""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from isocenter.base.errors import UsageError
from isocenter.base.limits import PCAP_INTERFACES_MAX, PCAP_RECORD_BYTES_MAX

_MICROSECONDS = timedelta(seconds=1) // timedelta(microseconds=1)
_NANOSECONDS = _MICROSECONDS * 1000
_MAGIC = {
    b"\xa1\xb2\xc3\xd4": (">", _MICROSECONDS),
    b"\xd4\xc3\xb2\xa1": ("<", _MICROSECONDS),
    b"\xa1\xb2\x3c\x4d": (">", _NANOSECONDS),
    b"\x4d\x3c\xb2\xa1": ("<", _NANOSECONDS),
}
_SECTION = b"\x0a\x0d\x0d\x0a"
_INTERFACE, _SIMPLE_PACKET, _ENHANCED_PACKET = 1, 3, 6
_RESOLUTION = 9
_NULL, _ETHERNET, _LOOP, _SLL, _SLL2 = 0, 1, 108, 113, 276
_RAW = frozenset((12, 14, 101, 228, 229))
_IPV4, _IPV6 = 0x0800, 0x86DD
_VLANS = frozenset((0x8100, 0x88A8, 0x9100))
_TCP = 6
_EXTENSIONS = frozenset((0, 43, 60))
_VLANS_MAX = 3
_LATEST_SECONDS = float(0x7FFFFFFF)
"""No packet was caught later: a moment that a broken file makes up is brought back to where every clock can follow."""


class TcpPacket(NamedTuple):
    """One TCP segment. `at` is seconds since 1970; `missing` are bytes of it that the capture cut off."""

    at: float
    source: tuple[str, int]
    target: tuple[str, int]
    sequence: int
    flags: int
    data: bytes
    missing: int


class CapturePackets:
    """Reads one file. `others` counts packets that are not whole TCP segments; `remark` says where the file is broken."""

    def __init__(self) -> None:
        self.others = 0
        self.packets = 0
        self.remark = ""
        self._held = bytearray()
        self._format = ""
        self._order = "<"
        self._units = _MICROSECONDS
        self._link = _ETHERNET
        self._interfaces: list[tuple[int, float]] = []

    def feed(self, piece: bytes) -> Iterator[TcpPacket]:
        """The segments that are complete with this piece. Raises `UsageError` where the file is no capture."""
        if self.remark:
            return
        self._held += piece
        position = 0
        while True:
            taken, packet = self._next(position)
            if packet is not None:
                yield packet
            if not taken:
                break
            position += taken
        del self._held[:position]

    def end(self) -> None:
        """The file is over. Raises `UsageError` where it never began to be one."""
        if not self._format:
            raise UsageError("This is no capture file: it begins neither as pcap nor as pcapng.")
        if self._held and not self.remark:
            self.remark = "The file ends in the middle of a packet."

    def _next(self, position: int) -> tuple[int, TcpPacket | None]:
        """Read one record; how many bytes it takes, 0 where bytes lack."""
        if not self._format:
            return self._begin(), None
        if self._format == "pcap":
            return self._record(position)
        return self._block(position)

    def _begin(self) -> int:
        head = bytes(self._held[:24])
        if len(head) < 24:
            return 0
        if head[:4] == _SECTION:
            self._format = "pcapng"
            return self._section(0)
        known = _MAGIC.get(head[:4])
        if known is None:
            raise UsageError("This is no capture file: it begins neither as pcap nor as pcapng.")
        self._order, self._units = known
        self._format = "pcap"
        self._link = struct.unpack_from(f"{self._order}I", head, 20)[0] & 0x0FFFFFFF
        return 24

    def _broken(self, why: str) -> int:
        self.remark = why
        self._held.clear()
        return 0

    def _record(self, position: int) -> tuple[int, TcpPacket | None]:
        """One packet of a pcap file."""
        if len(self._held) - position < 16:
            return 0, None
        seconds, fraction, kept, whole = struct.unpack_from(f"{self._order}IIII", self._held, position)
        if kept > PCAP_RECORD_BYTES_MAX:
            return self._broken(f"A packet claims {kept} bytes, which no packet has; what follows was not read."), None
        if len(self._held) - position - 16 < kept:
            return 0, None
        frame = bytes(self._held[position + 16 : position + 16 + kept])
        return 16 + kept, self._frame(frame, max(0, whole - kept), self._link, seconds + fraction / self._units)

    def _block(self, position: int) -> tuple[int, TcpPacket | None]:
        """One block of a pcapng file."""
        if len(self._held) - position < 12:
            return 0, None
        if bytes(self._held[position : position + 4]) == _SECTION:
            return self._section(position), None
        kind, length = struct.unpack_from(f"{self._order}II", self._held, position)
        if length < 12 or length % 4 or length > PCAP_RECORD_BYTES_MAX:
            return self._broken(f"A block claims {length} bytes, which none can have; what follows was not read."), None
        if len(self._held) - position < length:
            return 0, None
        body = bytes(self._held[position + 8 : position + length - 4])
        if kind == _INTERFACE and len(body) >= 8:
            if len(self._interfaces) >= PCAP_INTERFACES_MAX:
                return self._broken("The file describes more interfaces than any computer has."), None
            self._interfaces.append((struct.unpack_from(f"{self._order}H", body)[0], self._resolution(body[8:])))
        elif kind == _ENHANCED_PACKET and len(body) >= 20:
            return length, self._enhanced(body)
        elif kind == _SIMPLE_PACKET and len(body) >= 4 and self._interfaces:
            whole = struct.unpack_from(f"{self._order}I", body)[0]
            frame = body[4 : 4 + min(whole, len(body) - 4)]
            return length, self._frame(frame, max(0, whole - len(frame)), self._interfaces[0][0], 0.0)
        return length, None

    def _section(self, position: int) -> int:
        """A section header: from here on another byte order, and other interfaces."""
        order = bytes(self._held[position + 8 : position + 12])
        if order not in (b"\x1a\x2b\x3c\x4d", b"\x4d\x3c\x2b\x1a"):
            return self._broken("A section of the file has no byte order.")
        self._order = ">" if order[0] == 0x1A else "<"
        length = struct.unpack_from(f"{self._order}I", self._held, position + 4)[0]
        if length < 28 or length % 4 or length > PCAP_RECORD_BYTES_MAX:
            return self._broken(f"A section claims a header of {length} bytes; what follows was not read.")
        if len(self._held) - position < length:
            return 0
        self._interfaces = []
        return int(length)

    def _resolution(self, options: bytes) -> float:
        """How many units of an interface's clock make a second."""
        position = 0
        while position + 4 <= len(options):
            code, length = struct.unpack_from(f"{self._order}HH", options, position)
            if not code:
                break
            if code == _RESOLUTION and length == 1 and position + 4 < len(options):
                value = options[position + 4]
                return float(2 ** min(value & 0x7F, 60) if value & 0x80 else 10 ** min(value, 18))
            position += 4 + length + -length % 4
        return float(_MICROSECONDS)

    def _enhanced(self, body: bytes) -> TcpPacket | None:
        number, high, low, kept, whole = struct.unpack_from(f"{self._order}IIIII", body)
        if number >= len(self._interfaces) or kept > len(body) - 20:
            self.others += 1
            return None
        link, units = self._interfaces[number]
        return self._frame(body[20 : 20 + kept], max(0, whole - kept), link, (high << 32 | low) / units)

    def _frame(self, frame: bytes, cut: int, link: int, at: float) -> TcpPacket | None:
        """The TCP segment of a frame; anything else is counted."""
        self.packets += 1
        at = min(at, _LATEST_SECONDS)
        kind, start = _network_of(frame, link)
        packet = None
        if kind == _IPV4:
            packet = _of_ipv4(frame, start, cut, at)
        elif kind == _IPV6:
            packet = _of_ipv6(frame, start, cut, at)
        self.others += packet is None
        return packet


def _network_of(frame: bytes, link: int) -> tuple[int, int]:
    """The Ethernet type of what a frame carries, and where that begins; type 0 for what is not known."""
    if link == _ETHERNET:
        start, kind = 14, int.from_bytes(frame[12:14], "big")
        for _ in range(_VLANS_MAX):
            if kind not in _VLANS:
                break
            kind = int.from_bytes(frame[start + 2 : start + 4], "big")
            start += 4
        return kind, start
    if link == _SLL:
        return int.from_bytes(frame[14:16], "big"), 16
    if link == _SLL2:
        return int.from_bytes(frame[0:2], "big"), 20
    start = 4 if link in (_NULL, _LOOP) else 0
    if start or link in _RAW:
        # The family's number differs from system to system; the version of the packet does not.
        version = frame[start] >> 4 if len(frame) > start else 0
        return {4: _IPV4, 6: _IPV6}.get(version, 0), start
    return 0, 0


def _of_ipv4(frame: bytes, start: int, cut: int, at: float) -> TcpPacket | None:
    if len(frame) < start + 20:
        return None
    header, whole = (frame[start] & 0x0F) * 4, int.from_bytes(frame[start + 2 : start + 4], "big")
    fragment = int.from_bytes(frame[start + 6 : start + 8], "big") & 0x3FFF
    if frame[start] >> 4 != 4 or header < 20 or frame[start + 9] != _TCP or fragment:
        return None
    ends = str(ipaddress.IPv4Address(frame[start + 12 : start + 16])), str(ipaddress.IPv4Address(frame[start + 16 : start + 20]))
    # A card that cuts packets itself leaves their length to the driver, which writes 0.
    length = whole - header if whole else len(frame) + cut - start - header
    return _of_tcp(frame, start + header, length, ends, at)


def _of_ipv6(frame: bytes, start: int, cut: int, at: float) -> TcpPacket | None:
    if len(frame) < start + 40 or frame[start] >> 4 != 6:
        return None
    length, following = int.from_bytes(frame[start + 4 : start + 6], "big"), frame[start + 6]
    length = length or len(frame) + cut - start - 40
    ends = str(ipaddress.IPv6Address(frame[start + 8 : start + 24])), str(ipaddress.IPv6Address(frame[start + 24 : start + 40]))
    position = start + 40
    while following in _EXTENSIONS and len(frame) >= position + 8:
        following, size = frame[position], (frame[position + 1] + 1) * 8
        position += size
        length -= size
    return _of_tcp(frame, position, length, ends, at) if following == _TCP else None


def _of_tcp(frame: bytes, start: int, length: int, ends: tuple[str, str], at: float) -> TcpPacket | None:
    if len(frame) < start + 20 or length < 20:
        return None
    source, target, sequence, _, offset, flags = struct.unpack_from(">HHIIBB", frame, start)
    header = (offset >> 4) * 4
    if header < 20 or header > length:
        return None
    data = frame[start + header : start + length]
    return TcpPacket(at, (ends[0], source), (ends[1], target), sequence, flags, data, max(0, length - header - len(data)))
