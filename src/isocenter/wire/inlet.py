"""The room that incoming bytes are read into, and what is cut from it: P-DATA as lent views, control PDUs as bytes.

In: bytes that a driver writes into `space()`. Out: `Fragment`s, before their PDU is complete, and control PDUs in their parts. It
obeys PS3.8 9.3.1 and PS3.8 9.3.5. Every length is checked before it is used, and no announced length ever allocates. Only an
incomplete header or control PDU is moved. This is the hot path: `bench/bench_wire.py` watches it. No state is decided here.
"""

from __future__ import annotations

import sys
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
_HEADERS_BYTES = _HEADER_AND_VALUE.size
_VALUE_LENGTH_MIN = 2
_VALUE_PREFIX_BYTES = 4

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

    def shrink(self) -> None:
        """Give the room back but for its least size, where what waits in it fits that; releases all views lent before."""
        for view in self._lent:
            view.release()
        self._lent.clear()
        waiting = self._room[self._start : self._end]
        if len(waiting) < RECEIVE_ROOM_BYTES_FIRST < len(self._room):
            self._view.release()
            self._room = waiting + bytes(RECEIVE_ROOM_BYTES_FIRST - len(waiting))
            self._view = memoryview(self._room)
            self._start, self._end, self._offered, self._lend = 0, len(waiting), 0, RECEIVE_ROOM_BYTES_FIRST

    def received(self, count: int) -> None:
        """`count` bytes were written into the view of the last `space()`. Raises `LocalError` for more than it had."""
        offered, self._offered = self._offered, 0
        if not 0 < count <= offered:
            raise LocalError(f"received({count}) where space() lent {offered} bytes")
        self._end += count
        if count == offered and self._lend < RECEIVE_ROOM_BYTES:
            self._lend = min(self._lend * _GROWTH, RECEIVE_ROOM_BYTES)

    def fragments(self) -> Iterator[Fragment]:
        """Cut P-DATA until it ends, something else begins, or `flowing` turns False. Raises `PeerError` for a broken PDU.

        Everything that must outlive a `yield` is stored before it: the user may abort, or stop listening, at any of them.
        """
        room, whole, keep, end = self._room, self._view, self._lent.append, self._end
        unpack, contexts, limit = _HEADER_AND_VALUE.unpack_from, self.contexts, self.pdu_bytes_max or sys.maxsize
        while self.flowing:
            position = self._start
            if end - position >= _HEADERS_BYTES and not self._pdu_left:
                # Nearly all that ever comes: a PDU of one value, all of it here. Anything else, errors too, goes the long way.
                kind, pdu_length, length, context_id, flags = unpack(room, position)
                stop = position + _HEADERS_BYTES - _VALUE_LENGTH_MIN + length
                if (
                    kind == P_DATA_TF
                    and pdu_length == length + _VALUE_PREFIX_BYTES
                    and length >= _VALUE_LENGTH_MIN
                    and stop <= end
                    and pdu_length <= limit
                    and context_id in contexts
                ):
                    self._start = stop
                    self.pdus += 1
                    view = whole[position + _HEADERS_BYTES : stop]
                    keep(view)
                    yield _tuple(Fragment, (context_id, flags & 1 == 1, flags & 2 == 2, view))
                    continue
            if not (self._value_left or self._begin_value()):
                return
            position = self._start
            stop = min(position + self._value_left, end)
            if stop == position and self._value_left:
                return
            self._start = stop
            self._pdu_left -= stop - position
            self._value_left -= stop - position
            flags = self._flags
            is_last = flags & 2 == 2 and not self._value_left
            view = whole[position:stop]
            keep(view)
            yield _tuple(Fragment, (self._context_id, flags & 1 == 1, is_last, view))

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
            if end - self._start < _HEADERS_BYTES:
                return False
            self._start += _HEADER.size
            self._pdu_left = length
            self.pdus += 1
        if end - self._start < _VALUE.size:
            return False
        length, self._context_id, self._flags = _VALUE.unpack_from(room, self._start)
        self._check_value(self._pdu_left, length)
        self._start += _VALUE.size
        self._pdu_left -= _VALUE.size
        self._value_left = length - _VALUE_LENGTH_MIN
        return True

    def _check_pdu(self, length: int) -> None:
        if not _VALUE.size <= length <= (self.pdu_bytes_max or sys.maxsize):
            raise PeerError(
                f"P-DATA-TF of {length} bytes, between {_VALUE.size} and {self.pdu_bytes_max} may come", abort_reason=INVALID_VALUE
            )

    def _check_value(self, pdu_left: int, length: int) -> None:
        left_after = pdu_left - _VALUE_PREFIX_BYTES - length
        if length < _VALUE_LENGTH_MIN or not (left_after == 0 or left_after >= _VALUE.size):
            raise PeerError(
                f"a presentation data value of {length} bytes in a P-DATA-TF with {pdu_left} bytes left", abort_reason=INVALID_VALUE
            )
        if self._context_id not in self.contexts:
            raise PeerError(f"data for presentation context {self._context_id}, which is not accepted", abort_reason=INVALID_VALUE)

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
