"""What is kept of one connection while its bytes pass: control PDUs and commands whole, of each data set the beginning.

Comes in: every run of bytes, each direction in its order, as the drivers receive and send it. Goes out: `Segment`s. The beginning
of a data set ends where its pixels begin, if that came at once, and else after RECORDED_DATA_BYTES. The PDU headers of what is left
out are kept, so that a reader, and Wireshark, can go on counting. It is on the hot path: a run that is left out costs a
subtraction. It must never hold more than RECORDED_DATA_BYTES of a message's data, never raise for what a peer sends, and never keep
a view that was lent to it.
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
    RECORDED_PIXELS_BYTES_MIN,
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
_PIXEL_DATA = b"\xe0\x7f\x10\x00"
"""(7FE0,0010) in little endian."""
_PIXEL_VRS = (b"OW", b"OB")
_EXPLICIT_HEAD_BYTES, _IMPLICIT_HEAD_BYTES = 12, 8
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

    It is asked for `ahead` bytes more than are needed, so that few messages need it, and gets back at the end what is left of them.
    `byte_count` is what it holds of our memory, `charged` what the recorder has counted of that. `serial` is that of the latest
    segment. `outgoing` in the recording says that this side is the caller, which `received` and `sent` need.
    """

    __slots__ = (
        "_ahead",
        "_began",
        "_charge",
        "_credit",
        "_head",
        "_head_bytes",
        "_inwards",
        "_lock",
        "_lost",
        "_run",
        "_spent",
        "_tail",
        "_ways",
        "byte_count",
        "charged",
        "recording",
        "serial",
    )

    def __init__(
        self, recording: Recording, began: float, charge: Callable[[Tap, int], None] | None = None, *, ahead: int = 0
    ) -> None:
        self.recording = recording
        self.byte_count = 0
        self.charged = 0
        self.serial = 0
        self._began = began
        self._inwards = not recording.outgoing
        self._charge = charge
        self._ahead = ahead
        self._credit = 0
        self._ways = {True: _Way(), False: _Way()}
        self._run: Run | None = None
        self._head: list[Run] = []
        self._head_bytes = 0
        self._tail: list[Run] = []
        self._spent: Spent | None = None
        self._lost = {True: 0, False: 0}
        self._lock = threading.Lock()

    # Writing

    def received(self, view: memoryview, now: float) -> None:
        """Bytes that came to this side."""
        self.took(self._inwards, view, now, now)

    def sent(self, buffers: Sequence[Buffer], began: float, now: float) -> None:
        """Buffers that this side sent, from the first byte to the last."""
        for buffer in buffers:
            self.took(not self._inwards, buffer, began, now)

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
        if self._credit < 0:
            self._settle(self._ahead)

    def _settle(self, ahead: int) -> None:
        """Have counted what was not counted yet, and so many bytes more."""
        with self._lock:
            owed, self._credit = ahead - self._credit, ahead
        if self._charge is not None:
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
        view = memoryview(view)
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
                _, pdu_length, length, _, flags = HEADERS.unpack_from(view, position)
                if flags & 1 and not way.is_mid:
                    run = self._boundary(run, began, now if position else None)
                if pdu_length == length + 4 and length >= 2:
                    count = _only_value(way, run, view[position:], length - 2, flags)
                else:
                    count = HEADERS_BYTES
                    run.kept += view[position : position + count]
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
        self.serial = run.serial = self.serial + 1
        cost = run.cost
        if self._tail or self._head_bytes + cost > RECORDED_HEAD_BYTES:
            self._tail.append(run)
        else:
            self._head.append(run)
            self._head_bytes += cost
        self.byte_count += cost
        self._credit -= cost

    def ended(self, now: float, ending: Ending, reason: str = "") -> None:
        """The connection is over. Idempotent: who closed first stays."""
        with self._lock:
            if self.recording.ended is None:
                self._finish()
                self.recording.ending, self.recording.reason = ending, reason
                self.recording.ended = max(0.0, now - self._began)
        self._settle(0)

    # Reading

    def segments(self, after: int = 0) -> Sequence[Segment]:
        """See the port `Recorded`."""
        with self._lock:
            self._finish()
            found = [run.segment() for run in (*self._head, *self._tail) if run.serial > after]
        if self._credit < 0:
            self._settle(self._ahead)
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


def _only_value(way: _Way, run: Run, view: memoryview, payload: int, flags: int) -> int:
    """A PDU with one value of so many bytes, as nearly all have, begins these bytes. How many of them that decides about."""
    kept = way.kept_of_part
    keep = min(payload, RECORDED_DATA_BYTES - kept)
    count = HEADERS_BYTES + keep
    if not (flags & 1 or kept) and count <= len(view):
        header = _header_bytes(view[HEADERS_BYTES:count])
        if header < keep:
            kept, keep, count = RECORDED_DATA_BYTES - header, header, HEADERS_BYTES + header
    run.kept += view[:count]
    way.skip = payload - keep
    if count > len(view):
        way.keep, count = count - len(view), len(view)
    elif kept == RECORDED_DATA_BYTES and not flags:
        # The middle of a large data set, a PDU of it after the other: those that follow may be alike.
        run.leave_out(0)
        run.begins_alike(payload)
        rest = len(view) - count
        if rest > payload:
            passed, way.skip = run.go_on(view[count:], payload)
        else:
            passed = rest
            run.leave_out(rest)
            way.skip -= rest
        count += passed
    _go_on(way, kept + keep, flags)
    return count


def _header_bytes(view: memoryview) -> int:
    """How far the header of an image goes in the beginning of its data set: Pixel Data and its length are the end of it.

    New memory is what costs most here. The pixels of an icon are no end.
    """
    content = bytes(view)
    at = content.find(_PIXEL_DATA)
    while 0 <= at <= len(content) - _EXPLICIT_HEAD_BYTES:
        has_vr = content[at + 4 : at + 6] in _PIXEL_VRS
        stop = at + (_EXPLICIT_HEAD_BYTES if has_vr else _IMPLICIT_HEAD_BYTES)
        if int.from_bytes(content[stop - 4 : stop], "little") >= RECORDED_PIXELS_BYTES_MIN:
            return stop
        at = content.find(_PIXEL_DATA, stop)
    return len(content)


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
    _go_on(way, kept + way.keep, flags)


def _go_on(way: _Way, kept: int, flags: int) -> None:
    """So much was kept of a command or a data set, which is complete with this value where the flags say so."""
    way.is_mid = not flags & 2
    way.kept_of_part = kept if way.is_mid else 0


def _foreign(way: _Way) -> None:
    """No PDU begins here: the first bytes tell what it is, the rest nobody can read."""
    way.pdu_left = 0
    way.is_mid = True
    way.keep, way.skip = RECORDED_FOREIGN_BYTES, _FOREVER
