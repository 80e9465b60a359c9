"""A stretch of one direction while it is recorded: bytes that are kept, and counts of those that are not.

Bytes come in, a `Segment` goes out for whoever reads it: few are read. PDUs of the middle of a data set that begin alike are
counted, and written out only for the reader, since nearly all that an archive ever receives is such. What is counted is charged
for as if it were written out: nobody who reads it may be surprised by its size.
"""

from __future__ import annotations

from array import array
from struct import Struct

from isocenter.base.limits import RECORDED_SEGMENT_BYTES
from isocenter.model.recording import Segment
from isocenter.model.records import Spent
from isocenter.net.sockets import Buffer

HEADERS = Struct(">BxIIBB")
"""The header of a P-DATA-TF PDU with that of its first value (PS3.8 9.3.5)."""
HEADERS_BYTES = HEADERS.size
_AS_NUMBERS = Struct(">QI")
"""The same as two numbers, which are quicker to compare than what they say."""
_GAP_BYTES = 16


class Run:
    """`gaps` are (position in `kept`, bytes that were left out there), one after the other.

    `alike_at` is where in `kept` the header of a PDU ends whose only value is the middle of a data set and is left out: while
    nothing was kept since, the next PDU may be alike. `repeats` are (index in `gaps`, how many PDUs with the header kept before
    that gap stand before it), `repeated` is how many of them there are.
    """

    __slots__ = (
        "_alike", "_alike_bytes", "alike_at", "began", "ended", "forth", "gaps", "is_start", "kept", "lost", "repeated", "repeats",
        "serial", "spent",
    )  # fmt: skip

    def __init__(self, forth: bool, now: float, is_start: bool, spent: Spent | None) -> None:
        self.forth = forth
        self.began = self.ended = now
        self.kept = bytearray()
        self.gaps = array("Q")
        self.alike_at = -1
        self.repeats: array[int] | None = None
        self.repeated = 0
        self.is_start = is_start
        self.spent = spent
        self.lost = 0
        self.serial = 0

    @property
    def cost(self) -> int:
        """What it holds of our memory, about, in bytes, when it is read."""
        return len(self.kept) + len(self.gaps) * 8 + self.repeated * (HEADERS_BYTES + _GAP_BYTES) + RECORDED_SEGMENT_BYTES

    @property
    def byte_count(self) -> int:
        """All bytes that crossed."""
        whole = len(self.kept) + sum(self.gaps[1::2])
        for index, count in self._repeats().items():
            whole += count * (HEADERS_BYTES + self._value_bytes(self.gaps[index]))
        return whole

    def leave_out(self, count: int) -> None:
        """Bytes that crossed and are not kept."""
        gaps, position = self.gaps, len(self.kept)
        if gaps and gaps[-2] == position:
            gaps[-1] += count
        else:
            gaps.extend((position, count))

    def begins_alike(self, value_bytes: int) -> None:
        """What is kept ends with the header of a PDU of the middle of a data set, whose value is to be left out."""
        self.alike_at = len(self.kept)
        self._alike = _AS_NUMBERS.unpack_from(self.kept, self.alike_at - HEADERS_BYTES)
        self._alike_bytes = value_bytes

    def go_on(self, view: Buffer, skip: int) -> tuple[int, int]:
        """Leave out the `skip` bytes that the PDU of `alike_at` still has, fewer than `view` has, and count those that begin as it.

        How far of `view` that was, and how many bytes the last of them still has behind it.
        """
        gaps = self.gaps
        gaps[-1] += skip
        end = len(view)
        value_bytes = self._alike_bytes
        if gaps[-1] != value_bytes or end - skip < HEADERS_BYTES:
            return skip, 0
        unpack, step = _AS_NUMBERS.unpack_from, value_bytes + HEADERS_BYTES
        alike = self._alike
        position, last = skip, end - HEADERS_BYTES
        while position <= last and unpack(view, position) == alike:
            position += step
        if count := (position - skip) // step:
            self._repeat(count)
        if position <= end:
            return position, 0
        gaps[-1] -= position - end
        return end, position - end

    def _repeat(self, count: int) -> None:
        self.repeated += count
        index = len(self.gaps) - 2
        if self.repeats is None:
            self.repeats = array("Q", (index, count))
        elif self.repeats[-2] == index:
            self.repeats[-1] += count
        else:
            self.repeats.extend((index, count))

    def _value_bytes(self, position: int) -> int:
        """What the value leaves out whose header ends there."""
        length: int = HEADERS.unpack_from(self.kept, position - HEADERS_BYTES)[2]
        return length - 2

    def _repeats(self) -> dict[int, int]:
        return dict(zip(self.repeats[::2], self.repeats[1::2], strict=True)) if self.repeats is not None else {}

    def segment(self) -> Segment:
        """What a reader gets."""
        kept, gaps = self._written_out()
        return Segment(self.serial, self.forth, self.began, self.ended, kept, gaps, self.is_start, self.lost, self.spent)

    def _written_out(self) -> tuple[bytes, tuple[tuple[int, int], ...]]:
        repeats = self._repeats()
        kept, gaps, start = bytearray(), [], 0
        for number, (position, count) in enumerate(zip(self.gaps[::2], self.gaps[1::2], strict=True)):
            kept += self.kept[start:position]
            start = position
            for _ in range(repeats.get(number * 2, 0)):
                gaps.append((len(kept), self._value_bytes(position)))
                kept += self.kept[position - HEADERS_BYTES : position]
            gaps.append((len(kept), count))
        kept += self.kept[start:]
        return bytes(kept), tuple(gaps)
