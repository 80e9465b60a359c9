"""Who is there when it is not DICOM: told by the first bytes that come back.

Comes in: the first bytes of an answer. Goes out: the protocol's name, and what it says of itself. Nothing here sends anything; what
begins like a PDU is not asked about here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from isocenter.wire.first_bytes import recognise as recognise_caller

_TALKERS: tuple[tuple[str, bytes], ...] = (
    ("SSH", rb"SSH-[0-9.]+-"),
    ("HTTP", rb"HTTP/[0-9]|<!DOCTYPE|<html"),
    ("FTP", rb"220[ -][^\r\n]*FTP"),
    ("SMTP", rb"(220|421|554)[ -]"),
    ("POP3", rb"\+OK"),
    ("IMAP", rb"\* OK"),
    ("VNC", rb"RFB [0-9]{3}\."),
    ("MySQL", rb"..\x00\x00\x0a[0-9]+\.|.{3}\x00\xff.{2}"),
    ("Telnet", rb"\xff[\xfb-\xfe]"),
    ("HL7", rb"\x0b|MSH\|"),
    ("SMB", rb"\x00\x00..[\xfe\xff]SMB"),
    ("TLS", rb"\x15\x03[\x00-\x04]|\x16\x03[\x00-\x04]"),
    ("RDP", rb"\x03\x00\x00[\x0b-\xff]"),
)
_PATTERNS = tuple((name, re.compile(pattern, re.DOTALL | re.IGNORECASE)) for name, pattern in _TALKERS)
_SERVER = re.compile(rb"^server:[ \t]*([^\r\n]{1,100})", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(rb"^HTTP/[0-9.]+ ([0-9]{3})")


class Foreign(NamedTuple):
    """A protocol that is not DICOM; `banner` is its first line as text, `server` what an HTTP answer names, `status` its number."""

    protocol: str
    banner: str = ""
    server: str = ""
    status: int = 0


NOBODY = Foreign("")


def recognise(first_bytes: bytes) -> Foreign:
    """Who begins like this. The protocol is empty for what nobody knows."""
    for name, pattern in _PATTERNS:
        if pattern.match(first_bytes):
            return Foreign(name, _line(first_bytes) if name not in ("TLS", "RDP", "SMB", "Telnet") else "", *_http(first_bytes))
    return Foreign(recognise_caller(first_bytes) or "", _line(first_bytes))


def _http(raw: bytes) -> tuple[str, int]:
    server, status = _SERVER.search(raw), _STATUS.match(raw)
    return (_shown(server[1]).strip() if server else "", int(status[1]) if status else 0)


def _line(raw: bytes) -> str:
    """The first line, its printable characters."""
    return _shown(re.split(rb"[\r\n]", raw.lstrip(b"\x0b\r\n"), maxsplit=1)[0][:100])


def _shown(raw: bytes) -> str:
    return "".join(character if character.isprintable() else "·" for character in raw.decode("latin-1"))
