"""What a stranger writes: PDUs, items, commands and data sets of any shape, right or wrong, and a peer that sends them.

Bytes are put together by hand where they shall be wrong; only what shall be right is left to the house's own encoders.
"""

from __future__ import annotations

import socket
import struct
import time
import zlib

from isocenter.dimse import commands
from isocenter.dimse.commands import Command, CommandField
from isocenter.standard.sop_class import CT_IMAGE, STUDY_ROOT_FIND, STUDY_ROOT_GET, STUDY_ROOT_MOVE, VERIFICATION
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from isocenter.wire.pdu import APPLICATION_CONTEXT

REQUESTED, ACCEPTED, REJECTED, DATA, RELEASE, RELEASED, ABORTED, CLOSED = 1, 2, 3, 4, 5, 6, 7, 0
ECHO_ID, STORE_ID, FIND_ID, GET_ID, MOVE_ID, IMPLICIT_STORE_ID = 1, 3, 5, 7, 9, 11
UNUSED_ID = 99
ANSWER_SECONDS = 20.0
IP_BIND_ADDRESS_NO_PORT = 24
"""Of Linux; Python names it since 3.12."""


def pdu(kind: int, body: bytes, length: int | None = None) -> bytes:
    return struct.pack(">BxI", kind, len(body) if length is None else length) + body


def item(kind: int, body: bytes, length: int | None = None) -> bytes:
    return struct.pack(">BxH", kind, len(body) if length is None else length) + body


def context(number: int, abstract: bytes | str, *syntaxes: bytes | str) -> bytes:
    raw = [uid.encode() if isinstance(uid, str) else uid for uid in (abstract, *syntaxes)]
    return item(0x20, bytes((number, 0, 0, 0)) + item(0x30, raw[0]) + b"".join(item(0x40, uid) for uid in raw[1:]))


APPLICATION = item(0x10, APPLICATION_CONTEXT.encode())
CONTEXTS = b"".join(
    context(number, uid, syntax)
    for number, uid, syntax in (
        (ECHO_ID, VERIFICATION, IMPLICIT_VR_LITTLE_ENDIAN),
        (STORE_ID, CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN),
        (FIND_ID, STUDY_ROOT_FIND, EXPLICIT_VR_LITTLE_ENDIAN),
        (GET_ID, STUDY_ROOT_GET, EXPLICIT_VR_LITTLE_ENDIAN),
        (MOVE_ID, STUDY_ROOT_MOVE, EXPLICIT_VR_LITTLE_ENDIAN),
        (IMPLICIT_STORE_ID, CT_IMAGE, IMPLICIT_VR_LITTLE_ENDIAN),
    )
)
MAXIMUM = item(0x51, struct.pack(">I", 16384))
IMPLEMENTATION = item(0x52, b"1.2.3.4")


def request(
    *,
    called: bytes = b"ISOCENTER",
    calling: bytes = b"STRANGER",
    version: int = 1,
    application: bytes = APPLICATION,
    contexts: bytes = CONTEXTS,
    user: bytes = MAXIMUM + IMPLEMENTATION,
    more: bytes = b"",
) -> bytes:
    """An A-ASSOCIATE-RQ; each part may be anything (PS3.8 9.3.2)."""
    fixed = struct.pack(">HH", version, 0) + called.ljust(16)[:16] + calling.ljust(16)[:16] + bytes(32)
    return pdu(REQUESTED, fixed + application + contexts + item(0x50, user) + more)


def value(number: int, payload: bytes, *, command: bool = False, last: bool = True, length: int | None = None) -> bytes:
    """A presentation data value (PS3.8 9.3.5.1)."""
    return struct.pack(">IBB", len(payload) + 2 if length is None else length, number, command | last << 1) + payload


def data(*values: bytes, length: int | None = None) -> bytes:
    return pdu(DATA, b"".join(values), length)


def us(element: int, *numbers: int) -> bytes:
    """An element of a command set with numbers of 16 bits."""
    return struct.pack("<HHI", 0, element, 2 * len(numbers)) + struct.pack(f"<{len(numbers)}H", *numbers)


def text(element: int, raw: bytes | str) -> bytes:
    raw = raw.encode("latin-1") if isinstance(raw, str) else raw
    return struct.pack("<HHI", 0, element, len(raw) + len(raw) % 2) + raw + bytes(len(raw) % 2)


def message(number: int, command: Command | bytes, data_set: bytes | None = None, fragment: int = 16000) -> bytes:
    """A whole message in as many PDUs as it needs."""
    coded = command if isinstance(command, bytes) else commands.encode(command)
    parts = [data(value(number, coded, command=True))]
    if data_set is not None:
        pieces = [data_set[at : at + fragment] for at in range(0, len(data_set), fragment)] or [b""]
        parts += [data(value(number, piece, last=at == len(pieces) - 1)) for at, piece in enumerate(pieces)]
    return b"".join(parts)


def store_command(uid: str, message_id: int = 1, **more: object) -> Command:
    return Command(**{
        "field": CommandField.C_STORE_RQ, "message_id": message_id, "affected_sop_class_uid": CT_IMAGE,
        "affected_sop_instance_uid": uid, "priority": 0, "has_data_set": True, **more,
    })  # fmt: skip


def query_command(field: CommandField, message_id: int = 1, **more: object) -> Command:
    classes = {
        CommandField.C_FIND_RQ: STUDY_ROOT_FIND, CommandField.C_GET_RQ: STUDY_ROOT_GET, CommandField.C_MOVE_RQ: STUDY_ROOT_MOVE,
    }  # fmt: skip
    return Command(**{
        "field": field, "message_id": message_id, "affected_sop_class_uid": classes[field], "priority": 0, "has_data_set": True,
        **more,
    })  # fmt: skip


ECHO = Command(field=CommandField.C_ECHO_RQ, message_id=1, affected_sop_class_uid=VERIFICATION)

LONG = {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"}
UNDEFINED = 0xFFFFFFFF


def element(tag: int, vr: bytes, raw: bytes | str, length: int | None = None) -> bytes:
    """One element in Explicit VR Little Endian; `length` may lie."""
    raw = raw.encode() if isinstance(raw, str) else raw
    if length is None:
        raw += (b"\0" if vr in (b"UI", b"OB", b"UN") else b" ") * (len(raw) % 2)
        length = len(raw)
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr
    return head + (struct.pack("<xxI", length) if vr in LONG else struct.pack("<H", length & 0xFFFF)) + raw


def deflated(raw: bytes) -> bytes:
    """As Deflated Explicit VR Little Endian has it (PS3.5 A.5)."""
    pressing = zlib.compressobj(9, wbits=-15)
    return pressing.compress(raw) + pressing.flush()


def data_set(
    uid: str = "1.2.3.1.1.1", *more: bytes, study: str = "1.2.3.1", series: str = "1.2.3.1.1", pixels: bytes = b""
) -> bytes:
    """A CT image; `more` are elements to put in, each in the place of one with its tag."""
    known = {
        0x00080016: element(0x00080016, b"UI", CT_IMAGE), 0x00080018: element(0x00080018, b"UI", uid),
        0x00080020: element(0x00080020, b"DA", "20260102"), 0x00080060: element(0x00080060, b"CS", "CT"),
        0x00100010: element(0x00100010, b"PN", "Doe^John"), 0x00100020: element(0x00100020, b"LO", "4711"),
        0x0020000D: element(0x0020000D, b"UI", study), 0x0020000E: element(0x0020000E, b"UI", series),
        0x00200013: element(0x00200013, b"IS", "1"),
    }  # fmt: skip
    if pixels:
        known[0x7FE00010] = element(0x7FE00010, b"OW", pixels)
    for each in more:
        known[tag_of(each)] = each
    return b"".join(raw for _, raw in sorted(known.items()))


def tag_of(raw: bytes) -> int:
    group, number = struct.unpack_from("<HH", raw)
    return group << 16 | number


def items(*each: bytes, undefined: bool = True) -> bytes:
    """A sequence's value: items, with their delimiters where lengths are left open."""
    if undefined:
        return b"".join(b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + one + b"\xfe\xff\x0d\xe0\0\0\0\0" for one in each)
    return b"".join(b"\xfe\xff\x00\xe0" + struct.pack("<I", len(one)) + one for one in each)


SEQUENCE_END = b"\xfe\xff\xdd\xe0\0\0\0\0"


def nested(depth: int, tag: int = 0x00081140) -> bytes:
    """A sequence in a sequence in a sequence …, all of undefined length."""
    head = element(tag, b"SQ", b"", UNDEFINED) + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    return head * depth + (b"\xfe\xff\x0d\xe0\0\0\0\0" + SEQUENCE_END) * depth


class Peer:
    """A caller that writes any bytes and reads whole PDUs."""

    def __init__(self, port: int, source: str = "") -> None:
        self.sock = socket.socket()
        self.sock.settimeout(ANSWER_SECONDS)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if source:
            # The port is chosen when it is known where to: thousands of connections that are just over block few then.
            self.sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            self.sock.bind((source, 0))
        self._rest = b""
        try:
            self.sock.connect(("127.0.0.1", port))
        except OSError:
            self.sock.close()
            raise

    def send(self, raw: bytes) -> None:
        self.sock.sendall(raw)

    def offer(self, raw: bytes) -> None:
        """Send what the other side may refuse to take to its end."""
        try:
            self.sock.sendall(raw)
        except (BrokenPipeError, ConnectionResetError):
            return

    def associate(self, raw: bytes | None = None) -> bytes:
        self.send(request() if raw is None else raw)
        kind, body = self.read()
        assert kind == ACCEPTED, (kind, body)
        return body

    def read(self) -> tuple[int, bytes]:
        """Type and body of the next PDU; (0, b"") where the connection has ended."""
        head = self._exactly(6)
        if head is None:
            return CLOSED, b""
        body = self._exactly(int.from_bytes(head[2:], "big"))
        return (CLOSED, b"") if body is None else (head[0], body)

    def _exactly(self, count: int) -> bytes | None:
        while len(self._rest) < count:
            try:
                more = self.sock.recv(262_144)
            except ConnectionError:
                return None
            if not more:
                return None
            self._rest += more
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken

    def command(self) -> Command:
        """The next command; data sets between are passed over."""
        while True:
            kind, body = self.read()
            assert kind == DATA, (kind, body)
            if body[5] & 1:
                assert body[5] == 3
                return commands.decode(body[6 : 4 + int.from_bytes(body[:4], "big")])

    def final(self) -> Command:
        """The next response that is not pending."""
        while True:
            command = self.command()
            if command.status is not None and command.status & 0xFF00 != 0xFF00:
                return command

    def ask(self, number: int, command: Command | bytes, identifier: bytes | None = None) -> Command:
        self.send(message(number, command, identifier))
        return self.final()

    def store(self, raw: bytes, uid: str = "1.2.3.1.1.1", number: int = STORE_ID, **more: object) -> Command:
        return self.ask(number, store_command(uid, **more), raw)

    def find(self, identifier: bytes) -> Command:
        return self.ask(FIND_ID, query_command(CommandField.C_FIND_RQ), identifier)

    def reset(self) -> None:
        """Close with a RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()


_HELLO = request(contexts=context(1, VERIFICATION, IMPLICIT_VR_LITTLE_ENDIAN), calling=b"FRIEND")


def echo_seconds(port: int, source: str = "") -> float:
    """A whole C-ECHO: connection, association, request, answer, release."""
    began = time.perf_counter()
    with Peer(port, source) as peer:
        peer.associate(_HELLO)
        assert peer.ask(1, ECHO).status == 0
        peer.send(pdu(RELEASE, bytes(4)))
        assert peer.read()[0] == RELEASED
    return time.perf_counter() - began


SYNTAX_IDS = {
    "1.2.840.10008.1.2.1.99": 31, "1.2.840.10008.1.2.2": 33, "1.2.840.10008.1.2.4.50": 35, "1.2.840.10008.1.2.4.70": 37,
    "1.2.840.10008.1.2.4.80": 39, "1.2.840.10008.1.2.4.90": 41, "1.2.840.10008.1.2.4.201": 43, "1.2.840.10008.1.2.5": 45,
    "1.2.840.10008.1.2.4.100": 47, "1.2.840.10008.1.2.4.110": 49,
}  # fmt: skip
DEFLATED_ID, BIG_ENDIAN_ID, JPEG_ID, JPEG_LOSSLESS_ID, JPEG_LS_ID, JPEG_2000_ID, HTJ2K_ID, RLE_ID, MPEG2_ID, JPEG_XL_ID = (
    SYNTAX_IDS.values()
)
ROLE = item(0x54, struct.pack(">H", len(CT_IMAGE)) + CT_IMAGE.encode() + b"\1\1")
ALL_SYNTAXES = request(
    contexts=CONTEXTS + b"".join(context(number, CT_IMAGE, uid) for uid, number in SYNTAX_IDS.items()),
    user=MAXIMUM + IMPLEMENTATION,
)
"""Proposes to store CT images in most syntaxes."""
WILL_RECEIVE = request(user=MAXIMUM + IMPLEMENTATION + ROLE)
"""Proposes to receive CT images on the same association, in the native syntaxes alone."""


def received(peer: Peer, study: str, status: int = 0) -> tuple[Command, list[str]]:
    """C-GET of a study by a peer that answers every instance with `status`: the final response, and which came."""
    asked = element(0x00080052, b"CS", "STUDY") + element(0x0020000D, b"UI", study)
    peer.send(message(GET_ID, query_command(CommandField.C_GET_RQ), asked))
    came = []
    while True:
        command = peer.command()
        if command.field == CommandField.C_STORE_RQ:
            came.append(command.affected_sop_instance_uid)
            reply = Command(
                field=CommandField.C_STORE_RSP, message_id_being_responded_to=command.message_id, affected_sop_class_uid=CT_IMAGE,
                affected_sop_instance_uid=command.affected_sop_instance_uid, status=status,
            )  # fmt: skip
            peer.send(message(STORE_ID, reply))
        elif command.status != 0xFF00:
            return command, came
