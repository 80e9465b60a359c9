"""Recorded segments to what crossed: PDUs and whole messages, in the order in which they began.

Comes in: segments of one connection, as they are recorded, with gaps. Goes out: `Crossing`s. It reads as the other side would have
(PS3.8 9.3, PS3.7 6.3) and yet never gives up: what cannot be read is told as it is, and reading goes on where a PDU begins again.
The bytes are strangers' bytes: of each crossing no more is kept than was recorded, and nothing they say is believed before it is
checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from struct import Struct

from isocenter.base.errors import PeerError
from isocenter.base.limits import CONTROL_PDU_BYTES_MAX, RECORDED_DATA_BYTES, RECORDED_FOREIGN_BYTES
from isocenter.dimse import commands
from isocenter.dimse.commands import Command
from isocenter.model.recording import Segment
from isocenter.model.records import Spent
from isocenter.wire import pdu_codec
from isocenter.wire.pdu import AssociateAccept, AssociateRequest, ControlPdu

_PDU = Struct(">BxI")
_VALUE = Struct(">IBB")
_HEADER_BYTES = 6
_HEADERS_BYTES = 12


class Shape(Enum):
    """What a crossing is: a control PDU, a DIMSE message, bytes that are not DICOM, or a stretch that was forgotten."""

    PDU = "pdu"
    MESSAGE = "message"
    FOREIGN = "foreign"
    LOST = "lost"


@dataclass(slots=True)
class Crossing:
    """One thing that crossed, `began` to `ended` in seconds of the recording.

    `raw` are its first recorded bytes, headers included, whole for a control PDU. A message has its `command` (None where it could
    not be read: `fault` says why) and the beginning of its data set; `data_bytes` counts all of that. `is_complete` is False for
    what the end of the recording cut off. `places` are (serial of the segment, offset in it, count) of `data`, of the body of a
    control PDU, and of what is not DICOM; `command_places` are those of `command_bytes`.
    """

    number: int
    shape: Shape
    forth: bool
    began: float
    ended: float
    byte_count: int = 0
    raw: bytearray = field(default_factory=bytearray)
    kind: int = 0
    pdu: ControlPdu | None = None
    context_id: int = 0
    command: Command | None = None
    command_bytes: bytearray = field(default_factory=bytearray)
    data: bytearray = field(default_factory=bytearray)
    data_bytes: int = 0
    pdus: int = 0
    fault: str = ""
    is_complete: bool = False
    spent: Spent | None = None
    places: list[tuple[int, int, int]] = field(default_factory=list)
    command_places: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def is_response(self) -> bool:
        return self.command is not None and bool(self.command.field & 0x8000)


class _Way:
    """One direction of the connection, read PDU by PDU."""

    def __init__(self, forth: bool) -> None:
        self.forth = forth
        self.head = bytearray()
        self.pdu_left = 0
        self.left = 0
        self.is_command = False
        self.is_last = False
        self.crossing: Crossing | None = None
        self.is_foreign = False
        self.is_lost = False

    def reset(self) -> Crossing | None:
        """Begin anew at a PDU; what was under way."""
        cut, self.crossing = self.crossing, None
        self.head.clear()
        self.pdu_left = self.left = 0
        self.is_lost = False
        return cut


class Crossings:
    """Reads one recording; feed it segments in order. `request` and `accept` are what was negotiated, None before."""

    def __init__(self) -> None:
        self.request: AssociateRequest | None = None
        self.accept: AssociateAccept | None = None
        self._ways = {True: _Way(True), False: _Way(False)}
        self._number = 0
        self._offset = 0

    def feed(self, segments: Iterable[Segment]) -> Iterator[Crossing]:
        """What is complete with these."""
        for segment in segments:
            way = self._ways[segment.forth]
            if segment.lost:
                yield from self._forgotten(way, segment)
            if way.is_lost:
                if not segment.is_start:
                    continue
                way.reset()
            yield from self._segment(way, segment)

    def rest(self) -> list[Crossing]:
        """What has begun and is not complete."""
        return [way.crossing for way in self._ways.values() if way.crossing is not None]

    def _forgotten(self, way: _Way, segment: Segment) -> Iterator[Crossing]:
        cut = way.reset()
        if cut is not None:
            yield cut
        way.is_lost = True
        gone = self._new(way, Shape.LOST, segment, segment.began)
        gone.byte_count, gone.is_complete = segment.lost, True
        yield gone

    def _new(self, way: _Way, shape: Shape, segment: Segment, began: float) -> Crossing:
        self._number += 1
        return Crossing(self._number, shape, way.forth, began, began, spent=segment.spent)

    def _segment(self, way: _Way, segment: Segment) -> Iterator[Crossing]:
        view = memoryview(segment.kept)
        start = 0
        for position, count in (*segment.gaps, (len(view), 0)):
            if position > start:
                yield from self._bytes(way, view[start:position], segment, start)
            start = position
            if count:
                yield from self._gap(way, count, segment)
        if way.is_foreign and way.crossing is not None:
            # What is not DICOM has no messages: each stretch of it stands for itself.
            way.crossing.is_complete = True
            yield way.crossing
            way.crossing = None

    def _bytes(self, way: _Way, view: memoryview, segment: Segment, offset: int) -> Iterator[Crossing]:
        position, end = 0, len(view)
        while position < end:
            self._offset = offset + position
            if way.is_foreign:
                self._foreign(way, view[position:], segment)
                return
            if way.left:
                count = min(way.left, end - position)
                way.left -= count
                yield from self._body(way, view[position : position + count], count, segment)
            else:
                count = min(_HEADER_BYTES - len(way.head), end - position)
                way.head += view[position : position + count]
                if len(way.head) == _HEADER_BYTES:
                    yield from self._header(way, segment)
            position += count

    def _gap(self, way: _Way, count: int, segment: Segment) -> Iterator[Crossing]:
        while count:
            if way.is_foreign:
                self._foreign(way, memoryview(b""), segment, count)
                return
            if not way.left:
                # Headers are always kept: this gap is in no place that we understand.
                way.is_lost = True
                cut = way.reset()
                way.is_lost = True
                if cut is not None:
                    yield cut
                return
            step = min(count, way.left)
            way.left -= step
            count -= step
            yield from self._body(way, memoryview(b""), step, segment)

    def _header(self, way: _Way, segment: Segment) -> Iterator[Crossing]:
        head = bytes(way.head)
        way.head.clear()
        if way.pdu_left:
            length, context_id, flags = _VALUE.unpack(head)
            if length < 2 or length + 4 > way.pdu_left:
                yield from self._stop(way, head, segment)
                return
            yield from self._value(way, head, length - 2, context_id, flags, segment)
            return
        kind, length = _PDU.unpack(head)
        if kind == pdu_codec.P_DATA_TF and length >= _HEADER_BYTES:
            way.pdu_left = length
            if way.crossing is None:
                way.crossing = self._new(way, Shape.MESSAGE, segment, segment.began)
                way.crossing.kind = kind
            way.crossing.pdus += 1
            _add(way.crossing, head, _HEADER_BYTES, segment)
        elif kind in pdu_codec.NAMES and kind != pdu_codec.P_DATA_TF and length <= CONTROL_PDU_BYTES_MAX:
            if way.crossing is not None:
                # A message that was never finished, before an A-ABORT for instance.
                yield way.crossing
            way.crossing = self._new(way, Shape.PDU, segment, segment.began)
            way.crossing.kind = kind
            _add(way.crossing, head, _HEADER_BYTES, segment)
            way.left = length
            if not length:
                yield from self._body(way, memoryview(b""), 0, segment)
        else:
            yield from self._stop(way, head, segment)

    def _stop(self, way: _Way, head: bytes, segment: Segment) -> Iterator[Crossing]:
        """From here on it is not DICOM, or not any more."""
        if way.crossing is not None:
            way.crossing.fault = "what follows is no PDU"
            yield way.crossing
            way.crossing = None
        way.pdu_left = way.left = 0
        way.is_foreign = True
        self._foreign(way, memoryview(head), segment)

    def _foreign(self, way: _Way, view: memoryview, segment: Segment, left_out: int = 0) -> None:
        if way.crossing is None:
            way.crossing = self._new(way, Shape.FOREIGN, segment, segment.began)
        crossing = way.crossing
        if view:
            crossing.places.append((segment.serial, self._offset, len(view)))
        crossing.raw += view[: max(0, RECORDED_FOREIGN_BYTES + _HEADER_BYTES - len(crossing.raw))]
        crossing.byte_count += len(view) + left_out
        crossing.ended = segment.ended

    def _value(
        self, way: _Way, head: bytes, payload: int, context_id: int, flags: int, segment: Segment
    ) -> Iterator[Crossing]:  # fmt: skip
        """A presentation data value begins; a second command before the end of a message is a message of its own."""
        way.pdu_left -= payload + _HEADER_BYTES
        way.left = payload
        way.is_command, way.is_last = bool(flags & 1), bool(flags & 2)
        crossing = way.crossing
        if crossing is None or (way.is_command and crossing.command is not None):
            if crossing is not None:
                yield crossing
            way.crossing = crossing = self._new(way, Shape.MESSAGE, segment, segment.began)
            crossing.kind, crossing.pdus = pdu_codec.P_DATA_TF, 1
        crossing.context_id = context_id
        _add(crossing, head, _HEADER_BYTES, segment)
        if not payload:
            yield from self._body(way, memoryview(b""), 0, segment)

    def _body(self, way: _Way, view: memoryview, count: int, segment: Segment) -> Iterator[Crossing]:
        """The next bytes of a control PDU or of a value, `count` of them, `view` those that were kept."""
        crossing = way.crossing
        assert crossing is not None, "a body has its header"
        _add(crossing, view, count, segment)
        if view:
            is_command = way.is_command and crossing.shape is Shape.MESSAGE
            (crossing.command_places if is_command else crossing.places).append((segment.serial, self._offset, len(view)))
        if crossing.shape is Shape.PDU:
            if not way.left:
                yield self._control(way, crossing)
            return
        if way.is_command:
            crossing.command_bytes += view
            if not way.left and way.is_last:
                yield from self._command(way, crossing)
            return
        crossing.data += view[: max(0, RECORDED_DATA_BYTES - len(crossing.data))] if _is_whole(crossing) else b""
        crossing.data_bytes += count
        if not way.left and way.is_last:
            yield _done(way, crossing)

    def _control(self, way: _Way, crossing: Crossing) -> Crossing:
        try:
            pdu = pdu_codec.decode(crossing.kind, bytes(crossing.raw[_HEADER_BYTES:]))
        except PeerError as error:
            crossing.fault = str(error)
        else:
            crossing.pdu = pdu
            if isinstance(pdu, AssociateRequest):
                self.request = pdu
            elif isinstance(pdu, AssociateAccept):
                self.accept = pdu
        return _done(way, crossing)

    @staticmethod
    def _command(way: _Way, crossing: Crossing) -> Iterator[Crossing]:
        try:
            crossing.command = commands.decode(crossing.command_bytes)
        except PeerError as error:
            crossing.fault = str(error)
            yield _done(way, crossing)
            return
        if not crossing.command.has_data_set:
            yield _done(way, crossing)


def _add(crossing: Crossing, view: memoryview | bytes, count: int, segment: Segment) -> None:
    """Count what crossed, and keep its first bytes."""
    most = CONTROL_PDU_BYTES_MAX + _HEADER_BYTES if crossing.shape is Shape.PDU else RECORDED_FOREIGN_BYTES
    crossing.raw += view[: max(0, most - len(crossing.raw))]
    crossing.byte_count += count
    crossing.ended = segment.ended


def _is_whole(crossing: Crossing) -> bool:
    """True while no byte of the data set was left out so far, so that what follows may be appended."""
    return len(crossing.data) == crossing.data_bytes


def _done(way: _Way, crossing: Crossing) -> Crossing:
    crossing.is_complete = True
    way.crossing = None
    return crossing
