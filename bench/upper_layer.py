"""A bare upper layer for measuring, the same for every peer and cheap in CPU: it checks nothing that a measurement does not need.

Not a client for use: `isocenter.net.client` is. Independent of it on purpose, so that the two ends never share a fault.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

VERIFICATION = "1.2.840.10008.1.1"
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
ULTRASOUND_MULTI_FRAME = "1.2.840.10008.5.1.4.1.1.3.1"
STUDY_ROOT_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_ROOT_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
STUDY_ROOT_GET = "1.2.840.10008.5.1.4.1.2.2.3"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
PDU_BYTES_MAX = 131_072
_ROOM_BYTES = 1 << 20
_BUFFERS_AT_ONCE = 512
_APPLICATION = b"1.2.840.10008.3.1.1.1"

Command = dict[int, int | str]
FIELD, ID, ANSWERS, CLASS, INSTANCE = 0x0100, 0x0110, 0x0120, 0x0002, 0x1000
PRIORITY, HAS_DATA, STATUS, DESTINATION = 0x0700, 0x0800, 0x0900, 0x0600
NO_DATA = 0x0101
_STATUS_ELEMENT = struct.pack("<HHL", 0, STATUS, 2)
_TEXTS = frozenset({0x0002, 0x0003, DESTINATION, INSTANCE, 0x0902, 0x1001, 0x1030})


def encoded(command: Command) -> bytes:
    """A command set: Implicit VR Little Endian with its group length (PS3.7 6.3.1)."""
    body = b""
    for number, value in sorted(command.items()):
        raw = struct.pack("<H", value) if isinstance(value, int) else value.encode() + b"\0" * (len(value) % 2)
        body += struct.pack("<HHL", 0, number, len(raw)) + raw
    return struct.pack("<HHLL", 0, 0, 4, len(body)) + body


def decoded(raw: bytes) -> Command:
    found: Command = {}
    position = 0
    while position + 8 <= len(raw):
        _, number, length = struct.unpack_from("<HHL", raw, position)
        value = raw[position + 8 : position + 8 + length]
        found[number] = value.decode("latin-1").strip(" \0") if number in _TEXTS else int.from_bytes(value, "little")
        position += 8 + length
    return found


def identifier(level: str, **keys: tuple[int, str]) -> bytes:
    """A query in Implicit VR Little Endian: keyword to (tag, value)."""
    elements = {0x00080052: level, **dict(keys.values())}
    out = b""
    for tag, text in sorted(elements.items()):
        raw = text.encode() + b" " * (len(text.encode()) % 2)
        out += struct.pack("<HHL", tag >> 16, tag & 0xFFFF, len(raw)) + raw
    return out


def _item(kind: int, content: bytes) -> bytes:
    return struct.pack(">BxH", kind, len(content)) + content


def _title(title: str) -> bytes:
    return title.encode().ljust(16)


@dataclass
class Message:
    """What came: its context, command, and how many bytes of data; the bytes themselves only where they were asked for."""

    context: int
    command: Command
    byte_count: int
    data: bytes


class Link:
    """One association over one socket."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(120)
        self.sock = sock
        self.pdu_bytes_max = 16_384
        self.accepted: dict[int, str] = {}
        self._room = bytearray(_ROOM_BYTES)
        self._view = memoryview(self._room)
        self._start = self._end = 0

    def request(
        self, called: str, contexts: Sequence[tuple[int, str, str]], *, calling: str = "BENCH", scp_of: Sequence[str] = ()
    ) -> None:
        """A-ASSOCIATE as requestor: contexts are (id, abstract syntax, transfer syntax); `scp_of` wants the other role too."""
        items = _item(0x10, _APPLICATION)
        for number, abstract, transfer in contexts:
            items += _item(0x20, bytes((number, 0, 0, 0)) + _item(0x30, abstract.encode()) + _item(0x40, transfer.encode()))
        user = _item(0x51, struct.pack(">L", PDU_BYTES_MAX)) + _item(0x52, b"2.25.1")
        for uid in scp_of:
            user += _item(0x54, struct.pack(">H", len(uid)) + uid.encode() + b"\0\1")
        items += _item(0x50, user)
        body = struct.pack(">HH", 1, 0) + _title(called) + _title(calling) + b"\0" * 32 + items
        self.sock.sendall(struct.pack(">BxL", 1, len(body)) + body)
        kind, content = self._pdu()
        if kind != 2:
            raise ConnectionError(f"not accepted: PDU {kind} {bytes(content[:8]).hex()}")
        self._read_items(bytes(content[68:]))

    def accept(self, *, prefer: str = EXPLICIT) -> None:
        """A-ASSOCIATE as acceptor: every context, in `prefer` where it is proposed, else in the first syntax."""
        _, content = self._pdu()
        raw = bytes(content)
        items, position = _item(0x10, _APPLICATION), 68
        while position + 4 <= len(raw):
            kind, length = struct.unpack_from(">BxH", raw, position)
            value = raw[position + 4 : position + 4 + length]
            if kind == 0x20:
                syntaxes = [found.decode() for number, found in _subitems(value[4:]) if number == 0x40]
                chosen = prefer if prefer in syntaxes else syntaxes[0]
                self.accepted[value[0]] = chosen
                items += _item(0x21, bytes((value[0], 0, 0, 0)) + _item(0x40, chosen.encode()))
            elif kind == 0x50:
                self._read_user(value)
            position += 4 + length
        items += _item(0x50, _item(0x51, struct.pack(">L", PDU_BYTES_MAX)) + _item(0x52, b"2.25.1"))
        body = raw[:68] + items
        self.sock.sendall(struct.pack(">BxL", 2, len(body)) + body)

    def _read_items(self, raw: bytes) -> None:
        for kind, value in _subitems(raw):
            if kind == 0x21 and value[2] == 0:
                self.accepted[value[0]] = next(found for _, found in _subitems(value[4:])).decode().strip("\0")
            elif kind == 0x50:
                self._read_user(value)

    def _read_user(self, value: bytes) -> None:
        for kind, found in _subitems(value):
            if kind == 0x51:
                announced = struct.unpack(">L", found)[0]
                self.pdu_bytes_max = min(announced or PDU_BYTES_MAX, PDU_BYTES_MAX)

    def pieces(self, context: int, data: memoryview) -> list[bytes | memoryview]:
        """Data as P-DATA-TF PDUs of the peer's size, the last one marked; made once, sent many times."""
        room = self.pdu_bytes_max - 6
        out: list[bytes | memoryview] = []
        for start in range(0, len(data), room):
            part = data[start : start + room]
            out += [_pdv(context, len(part), 2 if start + room >= len(data) else 0), part]
        return out

    def send(self, buffers: Sequence[bytes | memoryview]) -> None:
        """All of it, in as few system calls as it takes."""
        for first in range(0, len(buffers), _BUFFERS_AT_ONCE):
            group = [memoryview(buffer) for buffer in buffers[first : first + _BUFFERS_AT_ONCE]]
            while group:
                sent = self.sock.sendmsg(group)
                while group and sent >= len(group[0]):
                    sent -= len(group.pop(0))
                if group:
                    group[0] = group[0][sent:]

    def send_command(self, context: int, command: Command, data: bytes = b"") -> None:
        raw = encoded(command)
        self.send([_pdv(context, len(raw), 3), raw, *(self.pieces(context, memoryview(data)) if data else ())])

    def receive(self, *, keep: bool = True) -> Message | None:
        """The next message; None where the peer releases (and is answered) or goes."""
        command, data, byte_count = b"", [], 0
        while True:
            kind, content = self._pdu()
            if kind == 5:
                self.sock.sendall(b"\x06\0\0\0\0\4\0\0\0\0")
            if kind != 4:
                return None
            position = 0
            while position < len(content):
                length, context, control = struct.unpack_from(">LBB", content, position)
                value = content[position + 6 : position + 4 + length]
                position += 4 + length
                if control & 1:
                    command += value
                else:
                    byte_count += len(value)
                    if keep:
                        data.append(bytes(value))
                if control & 2 and (not control & 1 or decoded(command)[HAS_DATA] == NO_DATA):
                    return Message(context, decoded(command), byte_count, b"".join(data))

    def receive_status(self) -> int:
        """The status of the next message, a response without data. Raises ConnectionError where none comes."""
        kind, content = self._pdu()
        if kind == 4 and content[5] == 3:
            raw = bytes(content)
            at = raw.rfind(_STATUS_ELEMENT)  # a Message ID of 0209H looks like one, before it
            if at >= 0:
                return int.from_bytes(raw[at + 8 : at + 10], "little")
        raise ConnectionError(f"no response in one piece: PDU {kind} {bytes(content[:8]).hex()}")

    def _pdu(self) -> tuple[int, memoryview]:
        self._fill(6)
        kind, length = struct.unpack_from(">BxL", self._room, self._start)
        if length > _ROOM_BYTES - 6:
            raise ConnectionError(f"a PDU of {length} bytes")
        self._fill(6 + length)
        content = self._view[self._start + 6 : self._start + 6 + length]
        self._start += 6 + length
        return kind, content

    def _fill(self, wanted: int) -> None:
        if self._start + wanted > _ROOM_BYTES or self._start == self._end:
            left = self._end - self._start
            self._room[:left] = self._room[self._start : self._end]
            self._start, self._end = 0, left
        while self._end - self._start < wanted:
            count = self.sock.recv_into(self._view[self._end :])
            if count == 0:
                raise ConnectionError("closed by the peer")
            self._end += count

    def release(self) -> None:
        self.sock.sendall(b"\x05\0\0\0\0\4\0\0\0\0")
        while True:
            kind, _ = self._pdu()
            if kind != 4:
                break
        self.sock.close()


def _subitems(raw: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + 4 <= len(raw):
        kind, length = struct.unpack_from(">BxH", raw, position)
        yield kind, raw[position + 4 : position + 4 + length]
        position += 4 + length


def _pdv(context: int, length: int, control: int) -> bytes:
    return struct.pack(">BxLLBB", 4, length + 6, length + 2, context, control)


def connect(port: int, called: str, contexts: Sequence[tuple[int, str, str]], **wanted: Sequence[str]) -> Link:
    link = Link(socket.create_connection(("127.0.0.1", port), timeout=10))
    link.request(called, contexts, **wanted)
    return link


def echo(port: int, called: str) -> bool:
    """Whether a C-ECHO is answered with success."""
    try:
        link = connect(port, called, [(1, VERIFICATION, IMPLICIT)])
        link.send_command(1, {CLASS: VERIFICATION, FIELD: 0x30, ID: 1, HAS_DATA: NO_DATA})
        answer = link.receive()
        link.release()
    except (OSError, ConnectionError):
        return False
    return answer is not None and answer.command[STATUS] == 0
