"""Who is there when it is not DICOM."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.doctor.protocols import recognise
from isocenter.wire import pdu_codec
from isocenter.wire.pdu import Abort, AssociateReject, ReleaseReply


@given(st.binary(max_size=200))
def test_any_bytes_are_named_or_not_and_their_line_can_be_shown(raw):
    found = recognise(raw)
    assert isinstance(found.protocol, str)
    assert found.banner.isprintable()
    assert len(found.banner) <= 100
    assert found.server.isprintable()


@given(st.binary(max_size=60))
def test_a_name_of_a_server_can_be_shown_whatever_it_holds(name):
    assert recognise(b"HTTP/1.1 200 OK\r\nServer: " + name + b"\r\n\r\n").server.isprintable()


@pytest.mark.parametrize(
    ("raw", "protocol"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "SSH"),
        (b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n", "HTTP"),
        (b"<html>", "HTTP"),
        (b"220 ftp.example FTP ready\r\n", "FTP"),
        (b"220 mail.example ESMTP\r\n", "SMTP"),
        (b"+OK POP3\r\n", "POP3"),
        (b"* OK IMAP4rev1\r\n", "IMAP"),
        (b"RFB 003.008\n", "VNC"),
        (b"J\x00\x00\x00\x0a8.0.36\x00", "MySQL"),
        (b"\xff\xfd\x18", "Telnet"),
        (b"\x0bMSH|^~\\&|", "HL7"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "TLS"),
        (b"\x03\x00\x00\x13\x0e\xd0", "RDP"),
        (b"\x00\x00\x00\x55\xffSMB", "SMB"),
        (b"\x99\x88", ""),
    ],
)
def test_a_protocol_is_told_by_its_first_bytes(raw, protocol):
    assert recognise(raw).protocol == protocol


@pytest.mark.parametrize("pdu", [AssociateReject(1, 1, 7), AssociateReject(2, 3, 2), Abort(2, 1), ReleaseReply()])
def test_no_pdu_is_taken_for_another_protocol(pdu):
    assert recognise(pdu_codec.encode(pdu)).protocol == ""


def test_a_web_server_is_told_with_its_name_and_status():
    found = recognise(b"HTTP/1.1 503 Service Unavailable\r\nserver:  Orthanc \r\n\r\nlater")
    assert (found.server, found.status, found.banner) == ("Orthanc", 503, "HTTP/1.1 503 Service Unavailable")
