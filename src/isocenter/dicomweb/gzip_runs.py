"""One gzip answer put together from runs of JSON that were packed before (RFC 1952), without packing them again.

Packed runs and short texts come in, the pieces of one gzip member go out: one, because clients stop after the first. Its checksum
is worked out from those of the runs, as zlib's crc32_combine does.
"""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from typing import Final

from isocenter.model.json_run import JsonRun

_HEADER: Final = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
"""Deflate, no name, no time, any system."""
_LAST_BLOCK: Final = b"\x03\0"
_POLYNOMIAL: Final = 0xEDB88320
_ONE: Final = 0x80000000
"""Both with the highest power in the lowest bit, as CRC-32 has them."""


class GzipRuns:
    """One answer on its way out; what the methods give is to be sent in that order."""

    def __init__(self) -> None:
        self._checksum = 0
        self._byte_count = 0

    @staticmethod
    def begin() -> bytes:
        """What every answer begins with."""
        return _HEADER

    def text(self, text: bytes) -> bytes:
        """A few bytes between runs."""
        self._checksum = zlib.crc32(text, self._checksum)
        self._byte_count += len(text)
        return _packed(text)

    def add(self, run: JsonRun) -> None:
        """Count a run, whose pieces are to be sent next."""
        self._checksum = combined(self._checksum, run.checksum, run.byte_count)
        self._byte_count += run.byte_count

    def end(self) -> bytes:
        """What the answer ends with."""
        return _LAST_BLOCK + struct.pack("<II", self._checksum, self._byte_count & 0xFFFFFFFF)


def combined(first: int, second: int, second_byte_count: int) -> int:
    """The CRC-32 of two texts one after the other, from those of each and the length of the second."""
    return _product(_power(second_byte_count), first) ^ second


@lru_cache(maxsize=16)
def _packed(text: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH)


def _product(first: int, second: int) -> int:
    """The product of two polynomials modulo that of CRC-32."""
    found, bit = 0, _ONE
    while bit:
        if first & bit:
            found ^= second
        second = (second >> 1) ^ _POLYNOMIAL if second & 1 else second >> 1
        bit >>= 1
    return found


@lru_cache(maxsize=64)
def _square(step: int) -> int:
    """x to the power of 2 to the power of `step`."""
    return _ONE >> 1 if step == 0 else _product(_square(step - 1), _square(step - 1))


def _power(byte_count: int) -> int:
    """x to the power of eight times `byte_count`: what so many zero bytes after a text do to its checksum."""
    found, step = _ONE, 3
    while byte_count:
        if byte_count & 1:
            found = _product(_square(step), found)
        byte_count >>= 1
        step += 1
    return found
