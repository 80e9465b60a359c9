from __future__ import annotations

import shutil
import subprocess

import pytest
from tests.doctor.talks import HEADER, Talk

from isocenter.base.limits import PCAP_PACKET_BYTES, RECORDED_DATA_BYTES
from isocenter.dimse import commands
from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor import pcapng
from isocenter.doctor.ladder import ladder
from isocenter.doctor.message_details import details
from isocenter.doctor.pcapng import export
from isocenter.model.recording import Ending, Endpoint
from isocenter.wire.outlet import value_header

tshark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")


def file(taps, tmp_path, **options):
    path = tmp_path / "talk.pcapng"
    path.write_bytes(b"".join(export(taps, "Isocenter", **options)))
    return path


def fields(path, *names, only="", port=11112):
    checks = [word for layer in ("tcp", "ip") for word in ("-o", f"{layer}.check_checksum:TRUE")]
    wanted = [word for name in names for word in ("-e", name)]
    words = ["tshark", "-r", str(path), "-d", f"tcp.port=={port},dicom", *checks, "-T", "fields", *wanted]
    told = subprocess.run(words + (["-Y", only] if only else []), capture_output=True, text=True, timeout=60, check=True)
    return [line.split("\t") for line in told.stdout.splitlines()]


@pytest.fixture
def tap():
    talk = Talk().open()
    for number in range(1, 4):
        talk.store(number)
    return talk.close()


@tshark
def test_wireshark_reads_every_pdu_and_finds_nothing_wrong(tap, tmp_path):
    path = file([tap], tmp_path)
    kinds = [kind for line in fields(path, "dicom.pdu.type", only="dicom") for kind in line[0].split(",")]
    assert [kind for kind in kinds if kind not in ("0x04", "4")] == [kind for kind in kinds if int(kind, 0) != 4]
    assert [int(kind, 0) for kind in kinds if int(kind, 0) != 4] == [1, 2, 5, 6]
    assert sum(int(kind, 0) == 4 for kind in kinds) == 9
    assert (
        fields(path, "frame.number", only="_ws.malformed || tcp.analysis.flags || tcp.checksum.status==0 || ip.checksum.status==0")
        == []
    )


@tshark
def test_patients_and_passcodes_are_written_over_unless_they_are_asked_for(tap, tmp_path):
    masked, told = file([tap], tmp_path).read_bytes(), b"".join(export([tap], "Isocenter", names=True))
    for secret in (b"SECRET^SAMUEL", b"SECRET-ID", b"REFERRER^ROSA"):
        assert secret not in masked
        assert secret in told
    assert b"geheim" not in told
    assert len(masked) > len(told) - 200
    assert fields(tmp_path / "talk.pcapng", "frame.number", only="_ws.malformed") == []


@tshark
def test_what_was_left_out_is_zeros_and_said_in_a_comment(tmp_path):
    talk = Talk().open()
    sent = commands.encode(Command(field=CommandField.C_STORE_RQ, message_id=1, affected_sop_class_uid="1.2", has_data_set=True))
    talk.say(True, value_header(3, 3, len(sent)) + sent + value_header(3, 2, 100_000) + b"\x01" * 100_000)
    path = file([talk.close()], tmp_path)
    comments = [line[0] for line in fields(path, "frame.comment", only="frame.comment contains zeros")]
    assert len(comments) == -(-(100_000 - RECORDED_DATA_BYTES) // PCAP_PACKET_BYTES)
    assert fields(path, "frame.number", only="tcp.analysis.flags || _ws.malformed") == []
    assert [int(kind, 0) for line in fields(path, "dicom.pdu.type", only="dicom") for kind in line[0].split(",")][-2:] == [5, 6]


@tshark
def test_past_the_bound_of_zeros_the_rest_is_lost_for_wireshark_and_the_end_is_still_read(tmp_path, monkeypatch):
    monkeypatch.setattr(pcapng, "PCAP_FILLED_BYTES_MAX", 0)
    talk = Talk().open()
    for number in range(1, 3):
        talk.store(number)
    talk.say(True, value_header(3, 2, 100_000) + bytes(100_000))
    path = file([talk.close()], tmp_path)
    assert path.stat().st_size < 60_000
    (comment,) = [line[0] for line in fields(path, "frame.comment", only='frame.comment contains "not recorded"')]
    assert comment == f"{100_000 - RECORDED_DATA_BYTES} bytes before this packet were not recorded."
    assert fields(path, "dicom.pdu.type", only="dicom.pdu.type==5")


@tshark
def test_addresses_of_the_new_protocol_and_host_names_are_written_too(tmp_path):
    taps = []
    for ends in (
        (Endpoint("fd00::1", 5000), Endpoint("fd00::2", 104)),
        (Endpoint("scanner", 0), Endpoint("", 104)),
        (Endpoint("fd00::1", 1), Endpoint("10.0.0.1", 104)),
    ):
        talk = Talk().open()
        talk.tap.recording.caller, talk.tap.recording.called = ends
        taps.append(talk.close())
    path = file(taps, tmp_path)
    assert fields(path, "ipv6.src", only="ipv6 && tcp.flags.syn==1 && tcp.flags.ack==0") == [["fd00::1"]]
    assert len(fields(path, "tcp.stream", only="tcp.flags.syn==1 && tcp.flags.ack==0")) == 3
    assert fields(path, "frame.number", only="tcp.checksum.status==0 || ip.checksum.status==0 || _ws.malformed") == []


@tshark
def test_a_connection_that_broke_ends_with_a_reset(tmp_path):
    talk = Talk().open()
    talk.tap.ended(talk.at, Ending.RESET, "the connection was reset")
    path = file([talk.tap], tmp_path)
    assert fields(path, "frame.comment", only="tcp.flags.reset==1") == [["the connection was reset"]]


def test_bytes_that_nobody_could_read_are_masked_to_the_end():
    talk = Talk().open()
    talk.say(True, value_header(3, 2, 40) + b"\x10\0\x10\0PN\xff\xff" + b"SECRET^SAMUEL" + bytes(19))
    talk.say(True, b"\x99garbage that is SECRET and long enough to matter")
    written = b"".join(export([talk.close()], "Isocenter"))
    assert b"SECRET" not in written


COMMENT = "patient DOE^JANE 4711 mismatch"


def test_what_a_device_says_in_words_of_its_own_is_told_only_with_names():
    talk = Talk().open()
    told_so = Command(field=CommandField.C_STORE_RSP, message_id_being_responded_to=1, status=0xA900, error_comment=COMMENT)
    talk.message(False, 3, told_so)
    command = commands.encode(told_so)
    for start, count in ((0, 50), (50, len(command) - 50)):
        # In two pieces, and the second without a presentation data value of its own name.
        talk.say(False, value_header(3, 1 | (start > 0) << 1, count) + command[start : start + count])
    unknown = commands.encode(Command(field=CommandField.C_ECHO_RSP, message_id_being_responded_to=2, status=0))
    unknown += b"\x10\0\x10\0\x08\0\0\0DOE^JANE"
    talk.say(False, value_header(1, 3, len(unknown)) + unknown)
    talk.say(True, value_header(3, 3, len(HEADER)) + HEADER)
    tap = talk.close()
    secrets = (b"DOE^JANE", b"4711", b"SECRET")
    masked, whole = b"".join(export([tap], "Isocenter")), b"".join(export([tap], "Isocenter", names=True))
    assert all(secret in whole and secret not in masked for secret in secrets)
    told = ladder(tap)
    assert not [one for one in secrets if one.decode() in repr(told)]
    hidden = [details(tap, rung.number) for rung in told.rungs if rung.number]
    assert not [one for one in secrets if one.decode() in repr(hidden)]
    first = next(rung.number for rung in told.rungs if rung.title == "C-STORE-RSP A900")
    comment = [row for row in details(tap, first).command if row.tag == 0x902]
    assert [(row.value, row.is_masked) for row in comment] == [("", True)]
    assert details(tap, first).is_masked
    shown = details(tap, first, names=True)
    assert [row.value for row in shown.command if row.tag == 0x902] == [COMMENT]
    assert b"DOE^JANE" in shown.raw
    assert not shown.is_masked
