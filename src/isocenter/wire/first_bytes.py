"""What protocol a caller speaks, told by the first bytes that it sends.

In: the first bytes of a connection that are no PDU. Out: the protocol's name, for the log line that saves somebody an afternoon.
Nothing here decides anything. No PDU begins like any of these: an A-ASSOCIATE-RJ, which RDP resembles, has a zero in its fourth
byte.
"""

from __future__ import annotations

_HTTP = (b"GET ", b"POST ", b"PUT ", b"HEAD ", b"OPTIONS ", b"DELETE ", b"PATCH ", b"CONNECT ", b"TRACE ", b"PRI * ", b"HTTP/")
_SIGNS: tuple[tuple[str, tuple[bytes, ...]], ...] = (
    ("HTTP", _HTTP),
    ("TLS", (b"\x16\x03", b"\x15\x03")),
    ("HL7 MLLP", (b"\x0bMSH", b"\x0bFHS", b"\x0bBHS", b"MSH|")),
    ("SSH", (b"SSH-",)),
    ("SMTP or FTP", (b"220 ", b"220-", b"EHLO ", b"HELO ")),
    ("RDP", tuple(b"\x03\x00\x00" + bytes((length,)) for length in range(11, 256))),
    ("SMB", (b"\x00\x00\x00\x85\xffSMB", b"\x00\x00\x00\x54\xffSMB")),
)


def recognise(first_bytes: bytes) -> str | None:
    """The name of the protocol that begins like this, or None; four bytes are enough for most, eight for all."""
    for name, beginnings in _SIGNS:
        if first_bytes.startswith(beginnings):
            return name
    return None
