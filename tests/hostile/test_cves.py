"""What has broken other people's DICOM software: each report as a test with its number, against a real archive or its command line.

The names are those of the reports; the classes are paths from received values, allocation by a received length, parsers without a
bound, and leaks by association.
"""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys

import pytest
from tests.hostile.conftest import wait_until
from tests.hostile.strangers import (
    ABORTED,
    ACCEPTED,
    ALL_SYNTAXES,
    APPLICATION,
    ECHO,
    ECHO_ID,
    IMPLEMENTATION,
    JPEG_ID,
    MAXIMUM,
    MOVE_ID,
    RELEASE,
    RELEASED,
    REQUESTED,
    RLE_ID,
    SEQUENCE_END,
    UNDEFINED,
    WILL_RECEIVE,
    Peer,
    data,
    data_set,
    element,
    item,
    items,
    message,
    nested,
    pdu,
    query_command,
    received,
    request,
    store_command,
    value,
)
from tests.waiting import serving

from isocenter.base.limits import MIB
from isocenter.dimse import commands
from isocenter.dimse.commands import Command, CommandField
from isocenter.standard.sop_class import CT_IMAGE

PATHS = [
    "../../../../tmp/isocenter-was-here", "..", ".", "/tmp/isocenter-was-here", "C:\\isocenter-was-here", "..\\..\\was-here",
    "CON", "1.2/../../../isocenter-was-here", "1.2.3\0.dcm", "%2e%2e%2fisocenter-was-here", "~root", "-rf", "1.2.3.", "1..3",
    "file:///x",
]  # fmt: skip


@pytest.mark.parametrize("uid", PATHS)
def test_cve_2026_56445_a_uid_never_becomes_a_path(associated, archive, uid):
    """A C-STORE whose instance, series, study, class or patient is a path; also the report 823 of the same project."""
    names = {path.name for path in (archive.data / "blobs").rglob("*.*")}
    assert associated.store(data_set(uid), uid).status == 0x0117
    assert associated.store(data_set(uid), "1.2.3.1.1.1").status in (0xA900, 0xC000)
    assert associated.store(data_set("1.2.8.1", series=uid), "1.2.8.1").status == 0xC000
    assert associated.store(data_set("1.2.8.1", study=uid), "1.2.8.1").status == 0xC000
    assert associated.store(data_set("1.2.8.1", element(0x00080016, b"UI", uid)), "1.2.8.1").status in (0xA900, 0xC000)
    unique = f"1.2.8.1.{PATHS.index(uid) + 2}"
    assert associated.store(data_set(unique, element(0x00100020, b"LO", uid), study="1.2.8", series="1.2.8.1"), unique).status == 0
    added = {path.name for path in (archive.data / "blobs").rglob("*.*")} - names
    assert all(len(name) == 13 and name[:9].isdecimal() for name in added)


@pytest.mark.parametrize("established", [False, True])
@pytest.mark.parametrize("kind", [REQUESTED, 4, ABORTED])
def test_pynetdicom_1086_a_pdu_length_of_4_gib_allocates_nothing(archive, established, kind):
    with Peer(archive.port) as peer:
        if established:
            peer.associate()
        before = archive.process.memory_info().rss
        peer.offer(pdu(kind, bytes(MIB), 0xFFFFFFFF))
        if established or kind != ABORTED:
            assert peer.read()[0] == ABORTED
        assert archive.process.memory_info().rss < before + 8 * MIB


def test_cve_2026_52868_a_title_never_becomes_a_path(archive, logged):
    for title in (b"../secret/VICTIM", b"..", b"/tmp/x", b"..\\..\\x", b"a/../../b"):
        with Peer(archive.port) as peer:
            peer.associate(request(called=title, calling=title))
            assert peer.store(data_set("1.2.9.1"), "1.2.9.1", move_originator_ae_title=title.decode()).status == 0
            answer = peer.ask(MOVE_ID, query_command(CommandField.C_MOVE_RQ, move_destination=title.decode()),
                              element(0x00080052, b"CS", "STUDY") + element(0x0020000D, b"UI", "1.2.3.1"))  # fmt: skip
            assert answer.status == 0xA801
    logged("stored")


def test_cve_2026_50254_and_35505_associations_leave_nothing_behind(archive):
    """Opened and left in five ways, three thousand times: memory and descriptors stay where they were."""

    def many(count: int) -> int:
        for number in range(count):
            with Peer(archive.port) as peer:
                match number % 5:
                    case 0:
                        peer.associate()
                        peer.send(pdu(RELEASE, bytes(4)))
                        assert peer.read()[0] == RELEASED
                    case 1:
                        peer.associate(request(user=MAXIMUM + item(0x58, b"\1\1" + struct.pack(">H", 30_000) + bytes(30_002))))
                        peer.send(pdu(ABORTED, bytes(4)))
                    case 2:
                        peer.associate()
                        peer.reset()
                    case 3:
                        peer.send(request(version=0))
                        assert peer.read()[0] == 3
                    case 4:
                        peer.send(request(calling=b"%d" % number)[:-9])
        wait_until(lambda: archive.process.num_threads() < 130, "threads are left")
        return archive.process.memory_info().rss

    many(500)
    descriptors = archive.process.num_fds()
    before = many(1000)
    after = many(2000)
    assert after - before < 6 * MIB, f"{(after - before) / 2000:.0f} bytes an association"
    wait_until(lambda: archive.process.num_fds() <= descriptors + 4, "descriptors are left")


def test_cve_2026_44628_a_query_of_mixed_up_types_is_answered(associated):
    """A C-FIND in which sequences are texts, texts are sequences, and numbers are both."""
    level = element(0x00080052, b"CS", "STUDY")
    sequence = items(element(0x00080100, b"SH", "x")) + SEQUENCE_END
    for tag in (
        0x00080005,
        0x00080020,
        0x00080030,
        0x00080050,
        0x00080061,
        0x00100010,
        0x00100020,
        0x0020000D,
        0x00201208,
        0x00081110,
    ):
        for vr in (b"SQ", b"UN", b"OB", b"FD", b"US", b"AT", b"UI", b"PN", b"UL", b"TM"):
            raw = sequence if vr == b"SQ" else b"\xff\xfe\x00\x01"
            parts = [level, element(tag, vr, raw, UNDEFINED if vr == b"SQ" else None)]
            asked = b"".join(sorted(parts, key=lambda part: struct.unpack("<HH", part[:4])))
            assert associated.find(asked).status in (0, 0xA900)
    for vr in (b"SQ", b"US", b"UN", b"OB"):
        raw = sequence if vr == b"SQ" else b"STUDY "
        assert associated.find(element(0x00080052, vr, raw, UNDEFINED if vr == b"SQ" else None)).status in (0, 0xA900)
    assert associated.ask(ECHO_ID, ECHO).status == 0


def test_dcmtk_2026_05_a_study_called_dot_dot_is_refused(associated, archive):
    for study in ("..", "...", "./.."):
        assert associated.store(data_set("1.2.10.1", study=study), "1.2.10.1").status == 0xC000
    answer = associated.find(element(0x00080052, b"CS", "STUDY") + element(0x0020000D, b"UI", ".."))
    assert answer.status in (0, 0xA900)


@pytest.mark.parametrize("depth", [65, 1000, 100_000])
def test_dcmtk_2026_05_sequences_nest_to_a_bound(associated, depth):
    assert associated.store(data_set("1.2.11.1", nested(depth)), "1.2.11.1").status == 0xC000
    assert associated.find(element(0x00080052, b"CS", "STUDY") + nested(depth)).status == 0xA900


@pytest.mark.parametrize("length", [0, 1, 0x7FFFFFFC, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFF])
def test_dcmtk_2023_the_length_of_a_value_cannot_overflow_its_pdu(associated, length):
    associated.offer(data(value(ECHO_ID, commands.encode(ECHO), command=True, length=length)))
    assert associated.read() == (ABORTED, b"\0\0\2\6")


def test_dcmtk_2026_05_coded_pixels_that_lead_a_decoder_astray_fail_alone(peer, archive):
    """RLE that reads beyond its segments, and JPEG segments of no length that a parser could walk for ever."""
    peer.associate(ALL_SYNTAXES)
    plain = {0x00280002: 1, 0x00280010: 8, 0x00280011: 8, 0x00280100: 8, 0x00280101: 8, 0x00280102: 7, 0x00280103: 0}
    size = b"".join(element(tag, b"US", struct.pack("<H", number)) for tag, number in plain.items())
    endless = [b"\xff\xd8" + b"\xff\xe0\x00\x00" * 3000, b"\xff\xd8" + b"\xff" * 30_000, b"\xff\xd8\xff\xda\x00\x00"]
    beyond = [struct.pack("<16I", 1, 64, *[0] * 14) + run for run in (b"\x7f", b"\x81", b"\x80" * 9000)]
    for number, (context_id, stream) in enumerate([(JPEG_ID, one) for one in endless] + [(RLE_ID, one) for one in beyond]):
        pixels = element(0x7FE00010, b"OB", items(b"", stream, undefined=False) + SEQUENCE_END, UNDEFINED)
        raw = data_set(f"1.2.12.1.{number}", study="1.2.12", series="1.2.12.1") + size + pixels
        assert peer.store(raw, f"1.2.12.1.{number}", context_id).status == 0
    with Peer(archive.port) as destination:
        destination.associate(WILL_RECEIVE)
        answer, came = received(destination, "1.2.12")
    assert (answer.status, answer.failed, came) == (0xA702, 6, [])


# The other way round: we are the one who asks, and who answers means harm.


def accepting(raw: bytes) -> bytes:
    """An A-ASSOCIATE-AC that accepts every context with its first transfer syntax, and every role."""
    contexts, roles, at = b"", b"", 74
    while at < len(raw):
        kind, size = raw[at], int.from_bytes(raw[at + 2 : at + 4], "big")
        body = raw[at + 4 : at + 4 + size]
        if kind == 0x20:
            syntax = body.index(b"\x40\0", 4 + 4 + int.from_bytes(body[6:8], "big"))
            length = int.from_bytes(body[syntax + 2 : syntax + 4], "big")
            contexts += item(0x21, bytes((body[0], 0, 0, 0)) + body[syntax : syntax + 4 + length])
        elif kind == 0x50:
            inner = 0
            while inner < len(body):
                length = int.from_bytes(body[inner + 2 : inner + 4], "big")
                if body[inner] == 0x54:
                    roles += body[inner : inner + 4 + length]
                inner += 4 + length
        at += 4 + size
    return pdu(ACCEPTED, raw[6:74] + APPLICATION + contexts + item(0x50, MAXIMUM + IMPLEMENTATION + roles))


class Villain:
    """An SCP that answers C-FIND with one CT study and C-GET with instances whose UIDs are paths."""

    def __init__(self, uids: list[str]) -> None:
        self.uids = uids
        self.statuses: list[int] = []

    def meet(self, sock: socket.socket) -> None:
        with sock:
            self.serve(sock)

    def serve(self, sock: socket.socket) -> None:
        peer = Peer.__new__(Peer)
        peer.sock, peer._rest = sock, b""
        kind, body = peer.read()
        assert kind == REQUESTED
        raw = pdu(kind, body)
        sock.sendall(accepting(raw))
        while (found := peer.read())[0] == 4:
            body = found[1]
            if not body[5] & 1:
                continue
            number, command = body[4], commands.decode(body[6 : 4 + int.from_bytes(body[:4], "big")])
            if command.field == CommandField.C_FIND_RQ:
                asked = element(0x00080052, b"CS", "SERIES") + element(0x00080060, b"CS", "CT")
                sock.sendall(
                    message(number, self.reply(command, 0xFF00, has_data_set=True), asked) + message(number, self.reply(command, 0))
                )
            elif command.field == CommandField.C_GET_RQ:
                self.give(peer, raw)
                sock.sendall(message(number, self.reply(command, 0, completed=len(self.uids), failed=0, warning=0)))
        if found[0] == RELEASE:
            sock.sendall(pdu(RELEASED, bytes(4)))

    def reply(self, command: Command, status: int, **more: object) -> Command:
        return Command(field=command.field | 0x8000, message_id_being_responded_to=command.message_id,
                       affected_sop_class_uid=command.affected_sop_class_uid, status=status, **more)  # fmt: skip

    def give(self, peer: Peer, raw: bytes) -> None:
        at = raw.index(b"\x30\0" + struct.pack(">H", len(CT_IMAGE)) + CT_IMAGE.encode())
        number = raw[raw.rindex(b"\x20\0", 0, at) + 4]
        for message_id, uid in enumerate(self.uids, 1):
            peer.send(message(number, store_command(uid, message_id), data_set(uid)))
            self.statuses.append(peer.command().status)


@pytest.mark.parametrize("name", ["cve_2022_2119_2120", "cve_2026_50003"])
def test_cve_2022_2119_and_2026_50003_what_we_fetch_stays_in_its_folder(archive, name, tmp_path):
    """`isocenter get` from an SCP that names its instances with paths, bit-preserving as it always is."""
    uids = [uid for uid in PATHS if "\0" not in uid] + ["1.2.3.4.5", "", "x" * 300, "1.2.3.4.5"]
    villain = Villain(uids)
    out = tmp_path / "deep" / "deeper" / "out"
    with serving(villain.meet) as port:
        command = [sys.executable, "-m", "isocenter", "get", f"VILLAIN@127.0.0.1:{port}", "-k", "StudyInstanceUID=1.2.3",
                   "--out", str(out), "--json"]  # fmt: skip
        done = subprocess.run(
            command, env=archive.environment, cwd=archive.around / "cwd", capture_output=True, text=True, timeout=60
        )
    assert done.returncode in (0, 5), done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert written
    assert all(path.startswith("deep/deeper/out/") and path.count("/") == 3 and path.endswith(".dcm") for path in written)
    assert villain.statuses.count(0) == len(uids)
    assert len(written) == len(uids) - 1, "each but the repeated one is a file of its own"
