import pytest

from isocenter.wire.first_bytes import recognise


@pytest.mark.parametrize(
    ("first", "name"),
    [
        (b"GET / HTTP/1.1\r\n", "HTTP"),
        (b"OPTIONS *", "HTTP"),
        (b"HTTP/1.1 400 Bad Request", "HTTP"),
        (b"\x16\x03\x01\x02\x00\x01", "TLS"),
        (b"\x15\x03\x03\x00\x02", "TLS"),
        (b"\x0bMSH|^~\\&|", "HL7 MLLP"),
        (b"SSH-2.0-OpenSSH", "SSH"),
        (b"220 mail ESMTP", "SMTP or FTP"),
        (b"\x03\x00\x00\x13\x0e\xe0", "RDP"),
    ],
)
def test_a_foreign_protocol_is_named(first, name):
    assert recognise(first) == name


@pytest.mark.parametrize(
    "first",
    [
        b"",
        b"G",
        b"\x16",
        b"\x01\x00\x00\x00\x00\xcd",
        b"\x03\x00\x00\x00\x00\x04\x00\x01\x01\x01",
        b"\x04\x00\x00",
        b"\x00" * 8,
    ],
)
def test_dicom_and_the_unknown_have_no_name(first):
    assert recognise(first) is None
