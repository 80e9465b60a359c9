"""The room that incoming bytes are read into, and what is cut from it: P-DATA as lent views, control PDUs as bytes.

In: bytes that a driver writes into `space()`. Out: `Fragment`s, before their PDU is complete, and control PDUs in their parts. It
obeys PS3.8 9.3.1 and PS3.8 9.3.5. Every length is checked before it is used, and no announced length ever allocates. Only an
incomplete header or control PDU is moved. This is the hot path: `bench/bench_wire.py` watches it. No state is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from isocenter.base.errors import LocalError, PeerError
from isocenter.base.limits import (
    FRAGMENTS_LENT_MAX,
    RECEIVE_ROOM_BYTES,
    RECEIVE_ROOM_BYTES_FIRST,
    RECEIVE_ROOM_BYTES_TINY,
)
from isocenter.wire.events import Fragment
from isocenter.wire.item_bytes import INVALID_VALUE
from isocenter.wire.pdu_codec import P_DATA_TF

_HEADER = Struct(">BxI")
_VALUE = Struct(">IBB")
_HEADER_AND_VALUE = Struct(">BxIIBB")
_GROWTH = 4
_IS_COMMAND = 1
_IS_LAST = 2
_VALUE_LENGTH_MIN = 2
_VALUE_PREFIX_BYTES = 4
_PDU_BYTES_UNLIMITED = 2**32 - 1

_tuple = tuple.__new__


class Inlet:
    """One direction of one association. `flowing` says whether P-DATA is for the user; `contexts` are the accepted identifiers.

    `pdu_bytes_max` is what we announced (0 for no limit); `pdus` counts the PDUs begun, so that one of them can be timed. `is_lost`
    is set after a broken PDU: nobody knows where the next begins, so all that comes is dropped.
    """

    __slots__ = (
        "_context_id",
        "_end",
        "_flags",
        "_lend",
        "_lent",
        "_offered",
        "_pdu_left",
        "_room",
        "_start",
        "_value_left",
        "_view",
        "contexts",
        "flowing",
        "is_lost",
        "pdu_bytes_max",
        "pdus",
    )

    def __init__(self) -> None:
        self._room = bytearray(RECEIVE_ROOM_BYTES_FIRST)
        self._view = memoryview(self._room)
        self._start = 0
        self._end = 0
        self._lend = RECEIVE_ROOM_BYTES_FIRST
        self._lent: list[memoryview] = []
        self._offered = 0
        self._pdu_left = 0
        self._value_left = 0
        self._context_id = 0
        self._flags = 0
        self.flowing = False
        self.is_lost = False
        self.contexts: frozenset[int] = frozenset()
        self.pdu_bytes_max = 0
        self.pdus = 0

    @property
    def is_mid_pdu(self) -> bool:
        """True after the first byte of a PDU until its last."""
        return self._pdu_left > 0 or self._end > self._start

    @property
    def room_bytes(self) -> int:
        """The size of the room at this moment."""
        return len(self._room)

    def space(self) -> memoryview:
        """The writable room; releases all views lent before, its own too. Raises `LocalError` while it is full and unread."""
        lent = self._lent
        if len(lent) > FRAGMENTS_LENT_MAX:
            self._lend = RECEIVE_ROOM_BYTES_TINY
        for view in lent:
            view.release()
        lent.clear()
        start, end = self._start, self._end
        if start:
            if start < end:
                self._room[: end - start] = self._room[start:end]
            end -= start
            self._start, self._end = 0, end
        if end >= len(self._room) or self._lend > len(self._room):
            self._grow()
        view = self._view[end : max(self._lend, end + RECEIVE_ROOM_BYTES_FIRST)]
        lent.append(view)
        self._offered = len(view)
        return view

    def _grow(self) -> None:
        if len(self._room) >= RECEIVE_ROOM_BYTES:
            raise LocalError("the receive room is full: read events() to their end before receiving more")
        room = bytearray(min(max(len(self._room) * _GROWTH, self._lend), RECEIVE_ROOM_BYTES))
        room[: self._end] = self._view[: self._end]
        self._view.release()
        self._room, self._view = room, memoryview(room)

    def received(self, count: int) -> None:
        """`count` bytes were written into the view of the last `space()`. Raises `LocalError` for more than it had."""
        offered, self._offered = self._offered, 0
        if not 0 < count <= offered:
            raise LocalError(f"received({count}) where space() lent {offered} bytes")
        self._end += count
        if count == offered and self._lend < RECEIVE_ROOM_BYTES:
            self._lend = min(self._lend * _GROWTH, RECEIVE_ROOM_BYTES)

    def fragments(self) -> Iterator[Fragment]:
        """Cut P-DATA until it ends, something else begins, or `flowing` turns False. Raises `PeerError` for a broken PDU."""
        room, whole, keep, end = self._room, self._view, self._lent.append, self._end
        unpack = _HEADER_AND_VALUE.unpack_from
        while self.flowing:
            position = self._start
            if self._value_left:
                length, flags = self._value_left, self._flags
            elif self._pdu_left == 0 and end - position >= 12:
                kind, pdu_left, length, self._context_id, self._flags = unpack(room, position)
                if kind != P_DATA_TF:
                    return
                self._check(pdu_left, length)
                position += 12
                length -= 2
                self._pdu_left = pdu_left - 6
                self.pdus += 1
                flags = self._flags
            elif self._begin_value():
                position, length, flags = self._start, self._value_left, self._flags
            else:
                return
            stop = position + length
            if stop > end:
                # The value goes on beyond what has arrived.
                self._value_left, self._start = stop - end, end
                if position == end:
                    return
                self._pdu_left -= end - position
                view = whole[position:end]
                keep(view)
                yield _tuple(Fragment, (self._context_id, flags & _IS_COMMAND == _IS_COMMAND, False, view))
                return
            self._value_left, self._start = 0, stop
            self._pdu_left -= length
            view = whole[position:stop]
            keep(view)
            yield _tuple(Fragment, (self._context_id, flags & _IS_COMMAND == _IS_COMMAND, flags & _IS_LAST == _IS_LAST, view))

    def _begin_value(self) -> bool:
        """Read a header that the fast path cannot: inside a PDU, or not arrived in full. False where bytes lack."""
        room, end = self._room, self._end
        if self._pdu_left == 0:
            if end - self._start < _HEADER.size:
                return False
            kind, length = _HEADER.unpack_from(room, self._start)
            if kind != P_DATA_TF:
                return False
            self._check_pdu(length)
            if end - self._start < _HEADER_AND_VALUE.size:
                return False
            self._start += _HEADER.size
            self._pdu_left = length
            self.pdus += 1
        if end - self._start < _VALUE.size:
            return False
        length, self._context_id, self._flags = _VALUE.unpack_from(room, self._start)
        self._check(self._pdu_left, length)
        self._start += _VALUE.size
        self._pdu_left -= _VALUE.size
        self._value_left = length - _VALUE_LENGTH_MIN
        return True

    def _check_pdu(self, length: int) -> None:
        if not _VALUE.size <= length <= (self.pdu_bytes_max or _PDU_BYTES_UNLIMITED):
            raise PeerError(
                f"P-DATA-TF of {length} bytes, between {_VALUE.size} and {self.pdu_bytes_max} may come", abort_reason=INVALID_VALUE
            )

    def _check(self, pdu_left: int, length: int) -> None:
        """Raise `PeerError` unless a value of this length, in a PDU with that much left, is in order."""
        limit = self.pdu_bytes_max
        left_after = pdu_left - _VALUE_PREFIX_BYTES - length
        if (
            length >= _VALUE_LENGTH_MIN
            and (left_after >= _VALUE.size or left_after == 0)
            and (pdu_left <= limit or not limit)
            and self._context_id in self.contexts
        ):
            return
        self._check_pdu(pdu_left)
        if self._context_id not in self.contexts:
            raise PeerError(f"data for presentation context {self._context_id}, which is not accepted", abort_reason=INVALID_VALUE)
        raise PeerError(
            f"a presentation data value of {length} bytes in a P-DATA-TF with {pdu_left} bytes left", abort_reason=INVALID_VALUE
        )

    def header(self) -> tuple[int, int] | None:
        """Type and length of the PDU that comes next; None where bytes lack. Drops the rest of a PDU that nobody wants any more."""
        if self.is_lost:
            self.drop()
        elif self._pdu_left:
            if self.flowing:
                return None
            dropped = min(self._pdu_left, self._end - self._start)
            self._start += dropped
            self._pdu_left -= dropped
            self._value_left = 0
        if self._pdu_left or self._end - self._start < _HEADER.size:
            return None
        kind, length = _HEADER.unpack_from(self._room, self._start)
        return kind, length

    def body(self, length: int) -> bytes | None:
        """Take the PDU that `header` announced; None, and nothing taken, until it is complete."""
        begin = self._start + _HEADER.size
        if begin + length > self._end:
            return None
        self._start = begin + length
        self.pdus += 1
        return bytes(self._view[begin : begin + length])

    def skip(self, length: int) -> None:
        """Drop the PDU that `header` announced, what has not arrived of it too."""
        self._start += _HEADER.size
        self._pdu_left = length
        self.pdus += 1

    def first_bytes(self) -> bytes:
        """Up to 16 bytes that were not taken, to tell a foreign protocol by."""
        return bytes(self._view[self._start : min(self._start + 16, self._end)])

    def drop(self) -> None:
        """Forget all that arrived."""
        self._start = self._end
        self._pdu_left = self._value_left = 0
