"""A zip archive whose files are stored as they are, written from front to end (APPNOTE.TXT 4.3, 4.5.3).

Names, lengths and check sums come in, the bytes around the files go out. Since nothing is packed, the length of the whole is known
before its first byte, so that a browser can say how long it will take. Lengths of 4 GiB and more, and lists of more than 65,534
files, are written as ZIP64.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_FULL_32: Final = 0xFFFFFFFF
_FULL_16: Final = 0xFFFF
_STORED: Final = 0
_PLAIN: Final = 20
_ZIP64: Final = 45
_LOCAL: Final = struct.Struct("<IHHHHHIIIHH")
_CENTRAL: Final = struct.Struct("<IHHHHHHIIIHHHHHII")
_END64: Final = struct.Struct("<IQHHIIQQQQ")
_LOCATOR: Final = struct.Struct("<IIQI")
_END: Final = struct.Struct("<IHHHHIIH")
_FIRST_YEAR: Final = 1980


@dataclass(frozen=True, slots=True)
class Member:
    """One file: a name of ASCII with slashes, its length in bytes, and when it was made."""

    name: str
    length: int
    moment: datetime


class ZipWriter:
    """One archive. Each member in turn: `before`, then exactly its bytes; after the last one `end`."""

    def __init__(self) -> None:
        self._at = 0
        self._central = bytearray()
        self._count = 0

    def before(self, member: Member, crc: int) -> bytes:
        """What stands before the member's bytes; `crc` is their CRC-32."""
        name = member.name.encode("ascii")
        extra = _large(member.length, member.length) if member.length >= _FULL_32 else b""
        length = min(member.length, _FULL_32)
        day, time = _dos(member.moment)
        version = _ZIP64 if extra else _PLAIN
        header = _LOCAL.pack(0x04034B50, version, 0, _STORED, time, day, crc, length, length, len(name), len(extra)) + name + extra
        self._list(member, crc, name)
        self._at += len(header) + member.length
        return header

    def _list(self, member: Member, crc: int, name: bytes) -> None:
        is_long, is_far = member.length >= _FULL_32, self._at >= _FULL_32
        extra = _large(*([member.length] * 2 if is_long else []), *([self._at] if is_far else []))
        day, time = _dos(member.moment)
        length, version = min(member.length, _FULL_32), _ZIP64 if extra else _PLAIN
        self._central += _CENTRAL.pack(
            0x02014B50, version, version, 0, _STORED, time, day, crc, length, length,
            len(name), len(extra), 0, 0, 0, 0, min(self._at, _FULL_32),
        )  # fmt: skip
        self._central += name + extra
        self._count += 1

    def end(self) -> bytes:
        """The list of all members, and where it is."""
        size, start = len(self._central), self._at
        count = min(self._count, _FULL_16)
        end = _END.pack(0x06054B50, 0, 0, count, count, min(size, _FULL_32), min(start, _FULL_32), 0)
        if count < _FULL_16 and start + size < _FULL_32:
            return bytes(self._central) + end
        far = _END64.pack(0x06064B50, _END64.size - 12, _ZIP64, _ZIP64, 0, 0, self._count, self._count, size, start)
        return bytes(self._central) + far + _LOCATOR.pack(0x07064B50, 0, start + size, 1) + end


def length_of(members: Iterable[Member]) -> int:
    """How many bytes the whole archive will have."""
    writer, total = ZipWriter(), 0
    for member in members:
        total += len(writer.before(member, 0)) + member.length
    return total + len(writer.end())


def _large(*numbers: int) -> bytes:
    """The extra field of ZIP64 with the numbers that have no room where they belong; empty for none."""
    return struct.pack(f"<HH{len(numbers)}Q", 1, 8 * len(numbers), *numbers) if numbers else b""


def _dos(moment: datetime) -> tuple[int, int]:
    """Day and time as a zip archive writes them, which knows no zone and begins in 1980."""
    if moment.year < _FIRST_YEAR:
        return 0x21, 0
    day = (moment.year - _FIRST_YEAR) << 9 | moment.month << 5 | moment.day
    return day, moment.hour << 11 | moment.minute << 5 | moment.second // 2
