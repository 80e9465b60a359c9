"""Which messages of a TLS handshake came in clear, read from the bytes themselves (RFC 8446 5.1, RFC 5246 6.2 and 7.4).

Comes in: what a server sent until the handshake failed. Goes out: whether it greeted, and the alert that it
sent. It tells what OpenSSL's one word for a failure does not. Bounded by what was read; nothing raises.
"""

from __future__ import annotations

from dataclasses import dataclass

_ALERT, _HANDSHAKE = 21, 22
_SERVER_HELLO = 2
_RECORD_HEADER, _MESSAGE_HEADER = 5, 4

ALERTS = {
    10: "unexpected message", 20: "bad record", 22: "record too long", 40: "handshake failure", 42: "bad certificate",
    43: "unsupported certificate", 44: "certificate revoked", 45: "certificate expired", 46: "certificate unknown",
    47: "illegal parameter", 48: "unknown certificate authority", 49: "access denied", 50: "cannot decode", 51: "decrypt error",
    70: "protocol version", 71: "insufficient security", 80: "internal error", 86: "inappropriate fallback", 90: "cancelled",
    109: "missing extension", 112: "unrecognised name", 113: "bad certificate status", 116: "certificate required",
    120: "no application protocol",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heard:
    """What stands in the clear part: `is_tls` where the bytes are TLS at all, `alert` the description of the first alert, or 0."""

    is_tls: bool = False
    has_greeted: bool = False
    alert: int = 0


def read(raw: bytes) -> Heard:
    """Read the records until something encrypted or incomplete comes."""
    at, handshake, alert = 0, bytearray(), 0
    is_tls = len(raw) >= 3 and raw[0] in (_ALERT, _HANDSHAKE) and raw[1] == 3
    while is_tls and at + _RECORD_HEADER <= len(raw):
        kind, length = raw[at], int.from_bytes(raw[at + 3 : at + 5], "big")
        body = raw[at + _RECORD_HEADER : at + _RECORD_HEADER + length]
        if kind == _HANDSHAKE:
            handshake += body
        elif kind == _ALERT and length == 2 and len(body) == 2:
            alert = body[1]
            break
        else:
            break
        at += _RECORD_HEADER + length
    kinds = _kinds(bytes(handshake))
    return Heard(is_tls, _SERVER_HELLO in kinds, alert)


def _kinds(handshake: bytes) -> set[int]:
    kinds, at = set(), 0
    while at + _MESSAGE_HEADER <= len(handshake):
        kinds.add(handshake[at])
        at += _MESSAGE_HEADER + int.from_bytes(handshake[at + 1 : at + 4], "big")
    return kinds
