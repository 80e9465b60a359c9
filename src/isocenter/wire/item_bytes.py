"""Items, titles and UIDs inside A-ASSOCIATE PDUs, as bytes and back (PS3.8 9.3.2, PS3.8 Annex F).

An item is a type byte, a reserved byte, a length of two bytes and a body. Titles are reversible text: what ISO 646 has no printable
character for is shown as `\\xNN`, the backslash too, since a title may not hold one. Nothing here knows what an item means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import Struct

from isocenter.base.errors import LocalError, PeerError
from isocenter.base.limits import AE_TITLE_BYTES, UID_BYTES_MAX

UNRECOGNIZED_PDU = 1
UNEXPECTED_PDU = 2
UNEXPECTED_PARAMETER = 5
INVALID_VALUE = 6

_ITEM = Struct(">BxH")
_LENGTH = Struct(">H")
_ESCAPE = re.compile(r"\\x([0-9a-f]{2})")
_LENGTH_MAX = 0xFFFF


def items(body: bytes, where: str) -> Iterator[tuple[int, bytes]]:
    """(type, body) of each item in `body`. Raises `PeerError` for one that reaches beyond it; `where` names the place."""
    position, end = 0, len(body)
    while position < end:
        if end - position < _ITEM.size:
            raise PeerError(f"{where} ends with {end - position} bytes that are no item", abort_reason=INVALID_VALUE)
        kind, length = _ITEM.unpack_from(body, position)
        position += _ITEM.size
        if length > end - position:
            raise PeerError(
                f"item {kind:02X}H of {where} claims {length} bytes where {end - position} are left", abort_reason=INVALID_VALUE
            )
        yield kind, body[position : position + length]
        position += length


def item(kind: int, body: bytes) -> bytes:
    """An item as bytes. Raises `LocalError` for a body over 65,535 bytes."""
    if len(body) > _LENGTH_MAX:
        raise LocalError(f"item {kind:02X}H cannot hold {len(body)} bytes, 65,535 are its maximum")
    return _ITEM.pack(kind, len(body)) + body


def counted(value: bytes) -> bytes:
    """A value behind its length in two bytes. Raises `LocalError` for one over 65,535 bytes."""
    if len(value) > _LENGTH_MAX:
        raise LocalError(f"a field of two length bytes cannot hold {len(value)} bytes")
    return _LENGTH.pack(len(value)) + value


def read_counted(body: bytes, position: int, where: str) -> tuple[bytes, int]:
    """The value behind a length in two bytes, and where it ends. Raises `PeerError` where the body is shorter."""
    begin = position + _LENGTH.size
    if begin > len(body):
        raise PeerError(f"{where} ends before a length at byte {position}", abort_reason=INVALID_VALUE)
    end = begin + _LENGTH.unpack_from(body, position)[0]
    if end > len(body):
        raise PeerError(f"{where} claims {end - begin} bytes where {len(body) - begin} are left", abort_reason=INVALID_VALUE)
    return body[begin:end], end


def uid_text(body: bytes, where: str) -> str:
    """A UID without padding; peers pad with NUL or space, against PS3.8 Annex F. What is printable but no UID passes as it is.

    Raises `PeerError` for more than 64 characters or one that is not printable ISO 646.
    """
    trimmed = body.strip(b"\0 ")
    if len(trimmed) > UID_BYTES_MAX:
        raise PeerError(f"a UID of {len(trimmed)} characters in {where}, 64 are its maximum", abort_reason=INVALID_VALUE)
    text = trimmed.decode("latin-1")
    if not (text.isascii() and text.isprintable()):
        raise PeerError(f"a UID with characters outside ISO 646 in {where}: {trimmed!r}", abort_reason=INVALID_VALUE)
    return text


def uid_bytes(uid: str) -> bytes:
    """A UID as bytes, unpadded. Raises `LocalError` for one that `uid_text` would refuse."""
    if len(uid) > UID_BYTES_MAX or not (uid.isascii() and uid.isprintable()) or uid != uid.strip(" "):
        raise LocalError(f"{uid!r} cannot be sent as a UID")
    return uid.encode("ascii")


def shown(raw: bytes) -> str:
    """Bytes as text that is safe to show and can be turned back: printable ISO 646, the rest as `\\xNN`."""
    text = raw.decode("latin-1")
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(chr(byte) if 0x20 <= byte <= 0x7E and byte != 0x5C else f"\\x{byte:02x}" for byte in raw)


def unshown(text: str) -> bytes:
    """The bytes that `shown` made this text of. Raises `LocalError` for text that it cannot have made."""
    try:
        plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "\\" in text else text
        return plain.encode("latin-1" if plain is not text else "ascii")
    except UnicodeEncodeError:
        raise LocalError(f"{text!r} has characters outside ISO 646") from None


def title_text(field: bytes) -> str:
    """An AE title without its padding: spaces at both ends, and the NULs that some peers fill the field with."""
    return shown(field.rstrip(b"\0 ").lstrip(b" "))


def title_bytes(title: str) -> bytes:
    """An AE title in its field of 16 bytes, padded with spaces. Raises `LocalError` for one that does not fit."""
    raw = unshown(title)
    if len(raw) > AE_TITLE_BYTES:
        raise LocalError(f"{title!r} is longer than an AE title, which has 16 characters at most")
    return raw.ljust(AE_TITLE_BYTES)
