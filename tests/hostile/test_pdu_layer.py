"""PDUs that are no PDUs, or come at the wrong time: the right abort or rejection, and the archive goes on (PS3.8 9.2 and 9.3)."""

from __future__ import annotations

import re
import socket
import struct
import threading

import pytest
from tests.hostile.conftest import wait_until
from tests.hostile.strangers import (
    ABORTED,
    ACCEPTED,
    APPLICATION,
    CLOSED,
    CONTEXTS,
    DATA,
    ECHO,
    ECHO_ID,
    FIND_ID,
    GET_ID,
    IMPLEMENTATION,
    MAXIMUM,
    REJECTED,
    RELEASE,
    RELEASED,
    REQUESTED,
    STORE_ID,
    UNUSED_ID,
    Peer,
    context,
    data,
    data_set,
    item,
    message,
    pdu,
    request,
    store_command,
    value,
)

from isocenter.base.limits import CONTROL_PDU_BYTES_MAX, MIB, PDU_BYTES_MAX
from isocenter.dimse import commands
from isocenter.standard.sop_class import CT_IMAGE, STUDY_ROOT_FIND, VERIFICATION
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN

ECHO_BYTES = commands.encode(ECHO)
BY_USER = (0, 0)
UNRECOGNIZED, UNEXPECTED, UNEXPECTED_PARAMETER, INVALID = (2, 1), (2, 2), (2, 5), (2, 6)
PROPOSE = ((VERIFICATION, IMPLICIT_VR_LITTLE_ENDIAN), (CT_IMAGE, EXPLICIT_VR_LITTLE_ENDIAN))


LINE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]{12}Z (INFO|WARNING) association: ")


def aborted(peer: Peer) -> tuple[int, int]:
    """Source and reason of the A-ABORT that comes next, and that the connection then ends once we close our side."""
    kind, body = peer.read()
    assert kind == ABORTED, (kind, body)
    peer.sock.shutdown(socket.SHUT_WR)
    assert peer.read()[0] == CLOSED
    return body[2], body[3]


BEFORE = {
    "4 a length of 4 GiB": pdu(REQUESTED, b"", 0xFFFFFFFF),
    "5 a length of 0": pdu(REQUESTED, b""),
    "6 a length below the fixed part": pdu(REQUESTED, bytes(67)),
    "7 a length of 1 MiB and one": pdu(REQUESTED, bytes(1000), MIB + 1),
    "7 a length of the bound and one": pdu(REQUESTED, b"", CONTROL_PDU_BYTES_MAX + 1),
    "8 P-DATA of 4 GiB": pdu(DATA, b"", 0xFFFFFFF0),
    "10 type 00H": pdu(0, bytes(4)),
    "10 type 08H": pdu(8, bytes(4)),
    "10 type FFH": pdu(0xFF, bytes(4)),
    "11 P-DATA in Sta2": data(value(ECHO_ID, ECHO_BYTES, command=True)),
    "13 A-ASSOCIATE-AC to an acceptor": pdu(ACCEPTED, request()[6:]),
    "13 A-ASSOCIATE-RJ to an acceptor": pdu(REJECTED, b"\0\1\1\1"),
    "14 A-RELEASE-RP": pdu(RELEASED, bytes(4)),
    "14 A-RELEASE-RQ": pdu(RELEASE, bytes(4)),
    "18 two application contexts": request(application=APPLICATION * 2),
    "19 129 contexts": request(contexts=b"".join(context(n % 256, VERIFICATION, "1.2.840.10008.1.2") for n in range(1, 259, 2))),
    "19 an even identifier": request(contexts=context(2, *PROPOSE[0])),
    "19 identifier 0": request(contexts=context(0, *PROPOSE[0])),
    "19 one identifier twice": request(contexts=context(1, *PROPOSE[0]) + context(1, *PROPOSE[1])),
    "20 thousands of transfer syntaxes": request(contexts=context(1, VERIFICATION, *(f"1.2.{n}" for n in range(4000)))),
    "20 two abstract syntaxes": request(contexts=item(0x20, b"\1\0\0\0" + item(0x30, b"1.2") * 2 + item(0x40, b"1.2"))),
    "20 no abstract syntax": request(contexts=item(0x20, b"\1\0\0\0" + item(0x40, b"1.2.840.10008.1.2"))),
    "21 a sub-item beyond its item": request(contexts=item(0x20, b"\1\0\0\0" + item(0x30, b"1.2", 500))),
    "21 an item beyond its PDU": request(contexts=item(0x20, b"\1\0\0\0", 65535)),
    "21 a sub-item that reaches back": request(user=item(0x51, b"\0\0", 65533)),
    "21 half an item at the end": request(more=b"\x20\0\0"),
    "22 a UID of 65 characters": request(contexts=context(1, "1." + "2" * 63, PROPOSE[0][1])),
    "22 a UID outside of ASCII": request(contexts=context(1, "1.2.\xe9".encode("latin-1"), PROPOSE[0][1])),
    "22 a UID with NUL inside": request(contexts=context(1, b"1.2\x003.4", PROPOSE[0][1])),
    "24 a user name longer than its item": request(user=MAXIMUM + item(0x58, b"\1\0" + struct.pack(">H", 60000) + b"x")),
    "24 a passcode longer than its item": request(user=MAXIMUM + item(0x58, b"\2\0\0\1x" + struct.pack(">H", 9) + b"y")),
    "25 a maximum length of 3 bytes": request(user=item(0x51, b"\0\0\1")),
    "25 two maximum lengths": request(user=MAXIMUM * 2),
    "26 an asynchronous window of 2 bytes": request(user=MAXIMUM + item(0x53, b"\0\1")),
    "27 a role without its flags": request(user=MAXIMUM + item(0x54, b"\0\3" + b"1.2")),
    "28 extended negotiation whose UID is not there": request(user=MAXIMUM + item(0x56, b"\xff\xff")),
}  # fmt: skip


@pytest.mark.parametrize("raw", BEFORE.values(), ids=BEFORE)
def test_what_is_no_request_is_aborted_before_an_association(peer, logged, raw):
    peer.offer(raw)
    assert aborted(peer) == BY_USER
    logged("connected, but made no association")


AFTER = {
    "8 P-DATA of 4 GiB": (pdu(DATA, b"", 0xFFFFFFF0), INVALID),
    "9 P-DATA over the maximum by one": (data(value(ECHO_ID, bytes(PDU_BYTES_MAX - 5))), INVALID),
    "10 type 00H": (pdu(0, bytes(4)), UNRECOGNIZED),
    "10 type 08H": (pdu(8, bytes(4)), UNRECOGNIZED),
    "10 type FFH": (pdu(0xFF, bytes(4)), UNRECOGNIZED),
    "12 a second request": (request(), UNEXPECTED),
    "13 A-ASSOCIATE-AC": (pdu(ACCEPTED, request()[6:]), UNEXPECTED),
    "13 A-ASSOCIATE-RJ": (pdu(REJECTED, b"\0\1\1\1"), UNEXPECTED),
    "14 A-RELEASE-RP": (pdu(RELEASED, bytes(4)), UNEXPECTED),
    "15 A-ABORT of 5 bytes": (pdu(ABORTED, bytes(5)), INVALID),
    "15 A-ABORT of 4 GiB": (pdu(ABORTED, b"", 0xFFFFFFFF), INVALID),
    "29 P-DATA of 0 bytes": (pdu(DATA, b""), INVALID),
    "29 a value of 0 bytes": (data(value(ECHO_ID, b"", length=0)), INVALID),
    "29 a value of 1 byte": (data(value(ECHO_ID, b"", length=1)), INVALID),
    "29 a value over its PDU": (data(value(ECHO_ID, bytes(10), length=13)), INVALID),
    "29 a value that leaves half a header": (data(value(ECHO_ID, bytes(10)) + b"\0\0\0"), INVALID),
    "29 a value of 7FFFFFFCH": (data(value(ECHO_ID, bytes(10), length=0x7FFFFFFC)), INVALID),
    "29 a value of FFFFFFFFH": (data(value(ECHO_ID, bytes(10), length=0xFFFFFFFF)), INVALID),
    "30 a context that was not proposed": (data(value(UNUSED_ID, ECHO_BYTES, command=True)), INVALID),
    "30 context 0": (data(value(0, ECHO_BYTES, command=True)), INVALID),
    "31 empty fragments for ever": (data(value(ECHO_ID, b"", command=True, last=False)) * 1000, INVALID),
    "32 a data set without a command": (data(value(STORE_ID, data_set())), UNEXPECTED_PARAMETER),
    "32 a command that never ends": (data(value(ECHO_ID, bytes(16000), command=True, last=False)) * 8, INVALID),
    "32 a data set that ends twice": (message(STORE_ID, store_command("1.2.3.4.5"), b"") + data(value(STORE_ID, b"")),
                                      UNEXPECTED_PARAMETER),
    "32 two contexts at once": (data(value(ECHO_ID, ECHO_BYTES, command=True, last=False), value(FIND_ID, b"", command=True)),
                                UNEXPECTED_PARAMETER),
    "32 a command inside of a data set": (data(value(STORE_ID, commands.encode(store_command("1.2.3")), command=True))
                                          + data(value(STORE_ID, b"x", last=False), value(ECHO_ID, ECHO_BYTES, command=True)),
                                          UNEXPECTED_PARAMETER),
    "32 a data set on another context": (data(value(STORE_ID, commands.encode(store_command("1.2.3")), command=True),
                                              value(GET_ID, b"x")), UNEXPECTED_PARAMETER),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "reason"), AFTER.values(), ids=AFTER)
def test_what_breaks_an_association_is_aborted_with_its_reason(associated, logged, raw, reason):
    associated.offer(raw)
    kind, body = associated.read()
    while kind == DATA:  # the answer to what was whole
        kind, body = associated.read()
    assert (kind, body[2], body[3]) == (ABORTED, *reason)
    logged("aborted by us")


REJECTIONS = {
    "17 protocol version 0": (request(version=0), (1, 2, 2)),
    "17 protocol version 2": (request(version=2), (1, 2, 2)),
    "18 another application context": (request(application=item(0x10, b"1.2.840.10008.3.1.1.2")), (1, 1, 2)),
    "18 no application context": (request(application=b""), (1, 1, 2)),
    "19 no presentation contexts": (request(contexts=b""), (1, 1, 1)),
    **{f"25 a maximum length of {n}": (request(user=item(0x51, struct.pack(">I", n))), (1, 1, 1)) for n in (1, 6, 7)},
}


@pytest.mark.parametrize(("raw", "answer"), REJECTIONS.values(), ids=REJECTIONS)
def test_what_cannot_be_negotiated_is_rejected_with_its_reason(peer, logged, raw, answer):
    peer.send(raw)
    kind, body = peer.read()
    assert (kind, tuple(body[1:])) == (REJECTED, answer)
    logged("Turned away STRANGER")


def _spoiled() -> bytes:
    """A request whose reserved bytes are all set (PS3.8 9.3.1: not tested)."""
    raw = bytearray(request())
    raw[1] = 0xFF
    raw[8:10] = b"\xff\xff"
    raw[42:74] = b"\xff" * 32
    at = 74
    while at < len(raw):
        raw[at + 1] = 0xFF
        if raw[at] == 0x20:
            raw[at + 5 : at + 8] = b"\xff\xff\xff"
        at += 4 + int.from_bytes(raw[at + 2 : at + 4], "big")
    return bytes(raw)


def identity(kind: int, primary: bytes, secondary: bytes = b"", asked: int = 1) -> bytes:
    body = bytes((kind, asked)) + struct.pack(">H", len(primary)) + primary + struct.pack(">H", len(secondary)) + secondary
    return MAXIMUM + item(0x58, body)


XXE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><saml:Assertion>&b;</saml:Assertion>'
TAKEN = {
    "16 every reserved byte set": _spoiled(),
    "17 protocol version FFFFH": request(version=0xFFFF),
    "20 a context without transfer syntaxes beside a good one": request(contexts=CONTEXTS + context(21, CT_IMAGE)),
    "21 items that do not exist": request(more=item(0x77, bytes(300)) * 100),
    "22 an empty UID": request(contexts=CONTEXTS + context(21, b"", IMPLICIT_VR_LITTLE_ENDIAN)),
    "22 UIDs padded with NUL and space": request(contexts=CONTEXTS + context(21, CT_IMAGE + "\0", b"1.2.840.10008.1.2 ")),
    "22 a path for a UID": request(contexts=CONTEXTS + context(21, b"../../etc/passwd", IMPLICIT_VR_LITTLE_ENDIAN)),
    "24 a long user name": request(user=identity(1, b"x" * 60_000)),
    "24 a type that does not exist": request(user=identity(99, b"a", b"b")),
    "24 type 0": request(user=identity(0, b"a")),
    "24 SAML with an external entity": request(user=identity(4, XXE.ljust(60_000))),
    "24 JWT without a signature": request(user=identity(5, b"eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.")),
    "25 no limit": request(user=item(0x51, bytes(4))),
    "25 the largest": request(user=item(0x51, b"\xff\xff\xff\xff")),
    "25 no maximum length": request(user=IMPLEMENTATION),
    "26 a window of 0": request(user=MAXIMUM + item(0x53, bytes(4))),
    "26 a window of 65535": request(user=MAXIMUM + item(0x53, b"\xff" * 4)),
    "27 a role for what is not proposed, and none at all": request(
        user=MAXIMUM + item(0x54, b"\0\3" + b"9.9" + b"\1\1") + item(0x54, b"\0\3" + b"9.8" + b"\0\0")),
    "28 extended negotiation of 60 KB": request(user=MAXIMUM + item(0x56, b"\0\x1b" + STUDY_ROOT_FIND.encode() + bytes(60_000))),
}  # fmt: skip


@pytest.mark.parametrize("raw", TAKEN.values(), ids=TAKEN)
def test_what_is_merely_strange_is_served(peer, raw):
    answer = peer.associate(raw)
    assert peer.ask(ECHO_ID, ECHO).status == 0
    assert b"\x53\0\0\x04" not in answer or b"\x53\0\0\x04\0\1\0\1" in answer
    peer.send(pdu(RELEASE, bytes(4)))
    assert peer.read()[0] == RELEASED


@pytest.mark.parametrize(
    "title",
    [b" " * 16, bytes(16), b"../../x", rb"..\..\x", b"\x1b[2J\x07", "Ärzte".encode(), b"a\nINFO forged: x", b"$(id)`id`"],
    ids=repr,
)
def test_group_23_a_strange_title_is_served_and_cannot_forge_the_log(peer, archive, logged, title):
    lines = len(archive.log().splitlines())
    peer.associate(request(calling=title, called=title))
    assert peer.ask(ECHO_ID, ECHO).status == 0
    peer.send(pdu(RELEASE, bytes(4)))
    assert peer.read()[0] == RELEASED
    logged("echoed")
    added = archive.log().splitlines()[lines:]
    assert all(line.isprintable() and LINE.match(line) for line in added), added


def test_group_26_a_flood_of_requests_beyond_the_window_is_answered_one_by_one(associated):
    """One operation at a time was negotiated; whoever sends ten thousand waits for ten thousand answers."""
    count = 10_000
    flood = message(ECHO_ID, ECHO) * count
    sending = threading.Thread(target=associated.offer, args=(flood,))
    sending.start()
    assert all(associated.command().status == 0 for _ in range(count))
    sending.join()


def test_group_31_a_data_set_in_values_of_one_byte_is_stored_whole(associated, archive):
    uid = "1.2.31.1.1"
    raw = data_set(uid, study="1.2.31", series="1.2.31.1", pixels=bytes(range(256)) * 1200)
    tiny = [value(STORE_ID, raw[at : at + 1], last=at == len(raw) - 1) for at in range(len(raw))]
    associated.send(data(value(STORE_ID, commands.encode(store_command(uid)), command=True)))
    for at in range(0, len(tiny), 16_000):
        associated.send(data(*tiny[at : at + 16_000]))
    assert associated.final().status == 0
    assert any(path.read_bytes().endswith(raw) for path in (archive.data / "blobs").rglob("*.dcm"))


@pytest.mark.parametrize("end", ["reset", "close", "half", "abort", "release"])
@pytest.mark.parametrize("inside_of_a_pdu", [True, False])
def test_group_33_whoever_leaves_in_the_middle_of_a_data_set_leaves_nothing_behind(archive, end, inside_of_a_pdu, logged):
    study = f"1.2.33.{['reset', 'close', 'half', 'abort', 'release'].index(end)}.{inside_of_a_pdu:d}"
    raw = data_set(f"{study}.1.1", study=study, series=f"{study}.1", pixels=bytes(40_000))
    whole = message(STORE_ID, store_command(f"{study}.1.1"), raw)
    with Peer(archive.port) as peer:
        peer.associate()
        pdus = len(data(value(STORE_ID, raw[:16000]))) * 2 + len(message(STORE_ID, store_command(f"{study}.1.1")))
        peer.send(whole[: pdus - inside_of_a_pdu * 1000])
        if end == "reset":
            peer.reset()
        elif end == "half":
            peer.sock.shutdown(socket.SHUT_WR)
            assert peer.read()[0] in (ABORTED, CLOSED)
        elif end == "abort" and not inside_of_a_pdu:
            peer.send(pdu(ABORTED, bytes(4)))
            assert peer.read()[0] == CLOSED
        elif end == "release" and not inside_of_a_pdu:
            peer.send(pdu(RELEASE, bytes(4)))
            assert peer.read()[0] == RELEASED
    logged("STRANGER")
    assert archive.instances(study) == []
    assert not any(raw[:2000] in path.read_bytes() for path in (archive.data / "blobs").rglob("*.dcm"))


def test_group_33_a_half_close_behind_a_whole_request_is_still_answered(associated, archive):
    associated.send(message(ECHO_ID, ECHO))
    associated.sock.shutdown(socket.SHUT_WR)
    assert associated.command().status == 0


FOREIGN = {
    "HTTP": b"GET / HTTP/1.1\r\nHost: archive\r\n\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(190),
    "HL7 MLLP": b"\x0bMSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5\r\x1c\r",
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "RDP": bytes.fromhex("030000130ee000000000000100080003000000"),
}


@pytest.mark.parametrize(("name", "raw"), FOREIGN.items(), ids=FOREIGN)
def test_group_35_another_protocol_is_named_in_the_log_and_closed(peer, logged, name, raw):
    peer.send(raw)
    while (kind := peer.read()[0]) != CLOSED:
        assert kind == ABORTED
    logged(f"the peer speaks {name}, not DICOM")


def test_group_37_a_storm_of_aborts_is_weathered(archive):
    for number in range(300):
        with Peer(archive.port) as peer:
            if number % 3:
                peer.associate()
            peer.send(pdu(ABORTED, bytes(4)) * (1 + number % 5))
            if number % 2:
                peer.reset()


@pytest.mark.parametrize(
    "more", [pdu(ABORTED, bytes(4)), message(ECHO_ID, ECHO), pdu(RELEASE, bytes(4)), request(), b"GET / "], ids=repr
)
def test_group_37_a_request_that_is_spoiled_in_the_same_breath_makes_no_association(peer, archive, logged, more):
    """What follows a request before its answer ends it (PS3.8 Table 9-10, Sta3); nobody accepts it then."""
    peer.offer(request() + more)
    kind, _ = peer.read()
    assert kind in (ABORTED, CLOSED)
    logged("connected, but made no association")


def test_group_37_a_release_that_collides_with_an_answer_ends_in_order(associated):
    """The request and the release in one segment: the answer comes first, then the release is answered."""
    associated.send(message(ECHO_ID, ECHO) + pdu(RELEASE, bytes(4)) + pdu(RELEASE, bytes(4)))
    assert associated.command().status == 0
    assert associated.read()[0] == RELEASED


def test_group_7_many_requests_that_never_end_hold_little(archive):
    """Each fills what a request may have but for its last byte."""
    raw = pdu(REQUESTED, bytes(CONTROL_PDU_BYTES_MAX - 1), CONTROL_PDU_BYTES_MAX)
    peers = [Peer(archive.port) for _ in range(60)]
    for peer in peers:
        peer.offer(raw)
    wait_until(lambda: archive.process.memory_info().rss < archive.rss + 64 * MIB, "the open requests hold too much")
    for peer in peers:
        peer.sock.close()


def test_group_36_connections_that_stay_open_after_their_association_hold_little(archive):
    """Each fills the room that it is read into, is released, and does not close."""
    unwanted = message(STORE_ID, store_command("no UID"), bytes(1 * MIB))
    peers = []
    before = archive.process.memory_info().rss
    for _ in range(400):
        peer = Peer(archive.port)
        peer.associate()
        peer.send(unwanted)
        assert peer.final().status == 0x0117
        peer.send(pdu(RELEASE, bytes(4)))
        assert peer.read()[0] == RELEASED
        peers.append(peer)
    grown = archive.process.memory_info().rss - before
    for peer in peers:
        peer.sock.close()
    # 200 MiB, if each kept its room. Recordings, small as they are, lie between freed rooms, which the allocator then keeps.
    assert grown < 96 * MIB, f"memory grew by {grown / MIB:.0f} MiB"
