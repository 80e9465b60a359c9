"""What is kept of one connection while its bytes pass: control PDUs and commands whole, of each data set the beginning.

Comes in: every run of bytes, each direction in its order, as the drivers receive and send it. Goes out: `Segment`s. The PDU headers
of what is left out are kept, so that a reader, and Wireshark, can go on counting. It is on the hot path: a run that is left out
costs a subtraction. It must never hold more than RECORDED_DATA_BYTES of a message's data, never raise for what a peer sends, and
never keep a view that was lent to it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from struct import Struct

from isocenter.base.limits import (
    CONTROL_PDU_BYTES_MAX,
    RECORDED_DATA_BYTES,
    RECORDED_FOREIGN_BYTES,
    RECORDED_HEAD_BYTES,
    RECORDED_PAUSE_SECONDS,
    RECORDED_RUN_BYTES,
)
from isocenter.model.recording import Ending, Recording, Segment
from isocenter.model.records import Spent
from isocenter.net.recorded_run import HEADERS, HEADERS_BYTES, Run
from isocenter.net.sockets import Buffer

_PDU = Struct(">BxI")
_VALUE = Struct(">IBB")
_P_DATA_TF = 0x04
_HEADER_BYTES = 6
_CONTROLS = frozenset((0x01, 0x02, 0x03, 0x05, 0x06, 0x07))
_NEGOTIATION = 2
"""Segments that an association begins with: the request and its answer."""
_FOREVER = 0x3FFFFFFFFFFFFFFF


class _Way:
    """One direction: where in its PDUs it is. `keep` and `skip` say what becomes of the bytes before the next header."""

    __slots__ = ("head", "is_mid", "keep", "kept_of_part", "pdu_left", "skip")

    def __init__(self) -> None:
        self.keep = 0
        self.skip = 0
        self.pdu_left = 0
        self.head = bytearray()
        self.kept_of_part = 0
        self.is_mid = False

    @property
    def is_between_pdus(self) -> bool:
        return not (self.keep or self.skip or self.pdu_left or self.head)


class Tap:
    """One recording while it is written. One thread writes, any may read. `charge` is told of each growth in bytes.

    `byte_count` is what it holds of our memory, `charged` what the recorder has counted of that.
    `outgoing` in the recording says that this side is the caller, which `received` and `sent` need.
    """

    __slots__ = (
        "_began",
        "_charge",
        "_head",
        "_head_bytes",
        "_lock",
        "_lost",
        "_owed",
        "_run",
        "_serial",
        "_spent",
        "_tail",
        "_ways",
        "byte_count",
        "charged",
        "recording",
    )

    def __init__(self, recording: Recording, began: float, charge: Callable[[Tap, int], None] | None = None) -> None:
        self.recording = recording
        self.byte_count = 0
        self.charged = 0
        self._began = began
        self._charge = charge
        self._ways = {True: _Way(), False: _Way()}
        self._run: Run | None = None
        self._head: list[Run] = []
        self._head_bytes = 0
        self._tail: list[Run] = []
        self._serial = 0
        self._owed = 0
        self._spent: Spent | None = None
        self._lost = {True: 0, False: 0}
        self._lock = threading.Lock()

    # Writing

    def received(self, view: memoryview, now: float) -> None:
        """Bytes that came to this side."""
        self.took(not self.recording.outgoing, view, now, now)

    def sent(self, buffers: Sequence[Buffer], began: float, now: float) -> None:
        """Buffers that this side sent, from the first byte to the last."""
        forth = self.recording.outgoing
        for buffer in buffers:
            self.took(forth, buffer, began, now)

    def spend(self, spent: Spent | None) -> None:
        """Where the time of the answer went that is sent next."""
        self._spent = spent

    def took(self, forth: bool, view: Buffer, began: float, now: float) -> None:
        """Bytes of one direction, from the caller where `forth`; they crossed from `began` to `now`, both monotonic."""
        began -= self._began
        now -= self._began
        way = self._ways[forth]
        with self._lock:
            run = self._run
            if (
                run is None
                or run.forth != forth
                or began - run.ended > RECORDED_PAUSE_SECONDS
                or len(run.kept) + run.repeated * HEADERS_BYTES > RECORDED_RUN_BYTES
            ):
                run = self._begin(forth, began, way.is_between_pdus)
            end = len(view)
            if forth:
                self.recording.bytes_forth += end
            else:
                self.recording.bytes_back += end
            if way.skip >= end and not way.keep:
                # Nearly all that ever comes: the middle of pixels.
                way.skip -= end
                run.leave_out(end)
                run.ended = now
            else:
                if way.skip and run.alike_at == len(run.kept):
                    # The rest of a PDU of that middle, and those behind it that begin alike.
                    position, way.skip = run.go_on(view, way.skip)
                    view = view[position:]
                if view:
                    self._walk(way, run, view, began, now)
                else:
                    run.ended = now
            owed, self._owed = self._owed, 0
        if owed and self._charge is not None:
            self._charge(self, owed)

    def miss(self, forth: bool, count: int, now: float) -> bool:
        """Bytes of one direction that nobody saw, until `now`. True where they lie within a value, else a PDU must begin next."""
        way = self._ways[forth]
        with self._lock:
            if forth:
                self.recording.bytes_forth += count
            else:
                self.recording.bytes_back += count
            self.recording.lost_bytes += count
            if count <= way.keep + way.skip:
                run = self._run
                if run is None or run.forth != forth:
                    run = self._begin(forth, now - self._began, is_start=False)
                run.leave_out(count)
                kept = min(way.keep, count)
                way.keep -= kept
                way.skip -= count - kept
                return True
            self._finish()
            self._ways[forth] = _Way()
            self._lost[forth] += count
            return False

    def _walk(self, way: _Way, run: Run, view: Buffer, began: float, now: float) -> None:
        position, end = 0, len(view)
        head = way.head
        while position < end:
            if way.keep:
                count = min(way.keep, end - position)
                run.kept += view[position : position + count]
                way.keep -= count
            elif way.skip:
                count = min(way.skip, end - position)
                run.leave_out(count)
                way.skip -= count
            elif end - position >= HEADERS_BYTES and not (head or way.pdu_left) and view[position] == _P_DATA_TF:
                count = HEADERS_BYTES
                _, pdu_length, length, _, flags = HEADERS.unpack_from(view, position)
                if flags & 1 and not way.is_mid:
                    run = self._boundary(run, began, now if position else None)
                run.kept += view[position : position + count]
                if not flags and way.kept_of_part == RECORDED_DATA_BYTES and pdu_length == length + 4 and length >= 2:
                    # The middle of a large data set, a PDU of it after the other: nothing is to be decided.
                    left_out = min(length - 2, end - position - count)
                    run.leave_out(left_out)
                    run.begins_alike(length - 2)
                    way.skip = length - 2 - left_out
                    count += left_out
                else:
                    way.pdu_left = pdu_length
                    _value(way, length, flags)
            else:
                # A header that the quick way cannot read: of a control PDU, of a further value, or not here in full.
                if not (head or way.pdu_left or way.is_mid):
                    run = self._boundary(run, began, now if position else None)
                count = min(_HEADER_BYTES - len(head), end - position)
                head += view[position : position + count]
                run.kept += view[position : position + count]
                if len(head) == _HEADER_BYTES:
                    _header(way, bytes(head))
                    head.clear()
            position += count
        run.ended = now

    def _boundary(self, run: Run, began: float, ended: float | None) -> Run:
        """A message begins here: it gets a segment of its own where it comes later than what this one begins with.

        `ended` is when the message before came to its end, None where it did so before this call.
        """
        if not (run.kept or run.gaps):
            run.is_start = True
        elif began > run.began or self._spent is not None:
            if ended is not None:
                run.ended = ended
            return self._begin(run.forth, began, is_start=True)
        return run

    def _begin(self, forth: bool, now: float, is_start: bool) -> Run:
        self._finish()
        self._run = run = Run(forth, now, is_start, self._spent)
        self._spent = None
        run.lost, self._lost[forth] = self._lost[forth], 0
        return run

    def _finish(self) -> None:
        run, self._run = self._run, None
        if run is None or not (run.kept or run.gaps):
            return
        self._serial = run.serial = self._serial + 1
        cost = run.cost
        if self._tail or self._head_bytes + cost > RECORDED_HEAD_BYTES:
            self._tail.append(run)
        else:
            self._head.append(run)
            self._head_bytes += cost
        self.byte_count += cost
        self._owed += cost

    def ended(self, now: float, ending: Ending, reason: str = "") -> None:
        """The connection is over. Idempotent: who closed first stays."""
        with self._lock:
            if self.recording.ended is None:
                self._finish()
                self.recording.ending, self.recording.reason = ending, reason
                self.recording.ended = max(0.0, now - self._began)
            owed, self._owed = self._owed, 0
        if self._charge is not None:
            self._charge(self, owed)

    # Reading

    def segments(self, after: int = 0) -> Sequence[Segment]:
        """See the port `Recorded`."""
        with self._lock:
            self._finish()
            found = [run.segment() for run in (*self._head, *self._tail) if run.serial > after]
            owed, self._owed = self._owed, 0
        if owed and self._charge is not None:
            self._charge(self, owed)
        return found

    def drop_oldest(self, byte_count: int) -> int:
        """Forget messages after the beginning of the connection until so many bytes are free; how many became free."""
        freed = count = 0
        with self._lock:
            if not self._tail:
                # Nothing else is left: of the beginning only the negotiation stays.
                self._tail, self._head = self._head[_NEGOTIATION:], self._head[:_NEGOTIATION]
                self._head_bytes = sum(run.cost for run in self._head)
            for run in self._tail:
                if freed >= byte_count and run.is_start:
                    break
                freed += run.cost
                count += 1
            gone = self._tail[:count]
            del self._tail[:count]
            for forth in (True, False):
                self._carry(forth, sum(run.byte_count + run.lost for run in gone if run.forth == forth))
            self.recording.lost_bytes += sum(run.byte_count for run in gone)
            self.byte_count -= freed
        return freed

    def _carry(self, forth: bool, missing: int) -> None:
        """Let the next segment of a direction say how much is missing before it."""
        following = next((run for run in self._tail if run.forth == forth), None)
        if following is None and self._run is not None and self._run.forth == forth:
            following = self._run
        if following is not None:
            following.lost += missing
        else:
            self._lost[forth] += missing


def _header(way: _Way, head: bytes) -> None:
    """What follows a header that is complete: of a PDU, or of a further value of the PDU that is under way."""
    if way.pdu_left:
        length, _, flags = _VALUE.unpack(head)
        _value(way, length, flags)
        return
    kind, length = _PDU.unpack(head)
    if kind == _P_DATA_TF and length >= _HEADER_BYTES:
        way.pdu_left = length
    elif kind in _CONTROLS and length <= CONTROL_PDU_BYTES_MAX:
        way.keep = length
        way.is_mid, way.kept_of_part = False, 0
    else:
        _foreign(way)


def _value(way: _Way, length: int, flags: int) -> None:
    """A presentation data value begins (PS3.8 9.3.5.1); its header is kept already."""
    left = way.pdu_left - 4 - length
    if length < 2 or left < 0 or 0 < left < _HEADER_BYTES:
        _foreign(way)
        return
    payload = length - 2
    kept = way.kept_of_part
    way.pdu_left = left
    way.keep = min(payload, RECORDED_DATA_BYTES - kept)
    way.skip = payload - way.keep
    if flags & 2:
        # A command or a data set is complete with this value.
        way.is_mid, way.kept_of_part = False, 0
    else:
        way.is_mid, way.kept_of_part = True, kept + way.keep


def _foreign(way: _Way) -> None:
    """No PDU begins here: the first bytes tell what it is, the rest nobody can read."""
    way.pdu_left = 0
    way.is_mid = True
    way.keep, way.skip = RECORDED_FOREIGN_BYTES, _FOREVER
