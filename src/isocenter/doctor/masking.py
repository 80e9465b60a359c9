"""Recorded bytes without patients and passcodes: the same length, so that every length in them stays true.

Crossings come in, bytes go out. A masked value is written over with letters X. What cannot be read is masked from there on, since
nobody knows what it holds.
"""

from __future__ import annotations

from isocenter.doctor import header_rows
from isocenter.doctor.crossings import Crossing, Shape

_HEADER_BYTES = 6
_FIXED_BYTES = 68
_USER_INFORMATION = 0x50
_USER_IDENTITIES = (0x58, 0x59)
_ASSOCIATES = (0x01, 0x02)


def masked_bytes(crossing: Crossing) -> bytes:
    """The first recorded bytes of a crossing, without passcodes. Of a message only what comes before its data set may be shown."""
    raw = bytearray(crossing.raw)
    if crossing.shape is Shape.PDU and crossing.kind in _ASSOCIATES:
        for start, end in identities(bytes(raw)):
            raw[start:end] = b"X" * (end - start)
    return bytes(raw)


def identities(pdu: bytes) -> list[tuple[int, int]]:
    """Where the values of user identity items lie in an A-ASSOCIATE (PS3.7 D.3.3.7)."""
    found = []
    for kind, start, end in _items(pdu, _HEADER_BYTES + _FIXED_BYTES, len(pdu)):
        if kind == _USER_INFORMATION:
            found += [(at + 2, stop) for inner, at, stop in _items(pdu, start, end) if inner in _USER_IDENTITIES and stop > at + 2]
    return found


def _items(data: bytes, start: int, end: int) -> list[tuple[int, int, int]]:
    """(type, first byte of the value, behind its last) of each item (PS3.8 9.3.1), as far as lengths are true."""
    found = []
    while start + 4 <= end:
        stop = start + 4 + int.from_bytes(data[start + 2 : start + 4], "big")
        if stop > end:
            # A length that is not true: whatever follows may belong to it.
            found.append((data[start], start + 4, end))
            break
        found.append((data[start], start + 4, stop))
        start = stop
    return found


def masked_data(data: bytes, byte_count: int, syntax: str, *, is_command_known: bool = True) -> bytes:
    """The beginning of a data set with X in place of each value that may name a patient."""
    if not is_command_known:
        return b"X" * len(data)
    found = header_rows.read(data, byte_count, syntax)
    made = bytearray(data)
    for start, end in found.masked:
        made[start:end] = b"X" * (end - start)
    if found.read_until < len(made):
        made[found.read_until :] = b"X" * (len(made) - found.read_until)
    return bytes(made)
