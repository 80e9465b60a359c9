"""A data set in one piece, stepped through element by element without copying a value (PS3.5 7).

Comes in: a view of a data set that is not deflated. Go out: headers, and where values, items and fragments begin and end. Every
length is checked against what is there before it is believed, nesting and number are bounded, and a data set that is not written as
its transfer syntax says (implicit for explicit, or the reverse) is read as what it is, as `dataset.skim` does. Nothing here decodes
a value, and no byte is walked twice, however deep sequences without a length are nested.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import ELEMENTS_MAX, SEQUENCE_DEPTH_MAX
from isocenter.dataset.skim import (
    ITEM,
    ITEM_DELIMITER,
    LONG_VRS,
    PIXEL_DATA_TAGS,
    SEQUENCE_DELIMITER,
    SHORT_VRS,
    UNDEFINED,
    looks_explicit,
    named,
)
from isocenter.dataset.written import as_written

NO_VR: Final = b""
"""What stands for a VR where none is written."""


class Mode(NamedTuple):
    """How a stretch of elements is written; `order` is that of `struct`."""

    explicit: bool
    order: str


EXPLICIT_LITTLE: Final = Mode(True, "<")
IMPLICIT_LITTLE: Final = Mode(False, "<")
EXPLICIT_BIG: Final = Mode(True, ">")

_HEADERS: Final = {"<": struct.Struct("<HH2sH"), ">": struct.Struct(">HH2sH")}
_LONGS: Final = {"<": struct.Struct("<I"), ">": struct.Struct(">I")}
_ITEMS: Final = {"<": struct.Struct("<HHI"), ">": struct.Struct(">HHI")}

Head = tuple[int, bytes, int, int]
"""Tag, VR as written, where the value begins, and its length, which may be UNDEFINED."""


class Elements:
    """One reading of one data set; `view` is lent to it. All methods raise UnreadableDataset with the offset of what is wrong."""

    def __init__(self, view: memoryview, mode: Mode) -> None:
        self.view = view
        explicit, little = as_written(view, explicit=mode.explicit, little=mode.order == "<")
        self.mode = Mode(explicit, "<" if little else ">")
        self._count = 0

    def is_over(self, offset: int, end: int, depth: int) -> bool:
        """True at the end of a stretch of elements; a few zero bytes may pad the whole data set."""
        if offset >= end:
            return True
        if end - offset >= 8:
            return False
        if depth == 0 and not any(self.view[offset:end]):
            return True
        raise wrong(f"the data set ends inside a tag at byte {offset}", offset)

    def head(self, offset: int, end: int, mode: Mode) -> Head:
        """The header at `offset`, where at least 8 bytes are left before `end`; counted, so that a flood of them ends."""
        self._count += 1
        if self._count > ELEMENTS_MAX:
            raise wrong(f"the data set has more than {ELEMENTS_MAX} elements and items", offset)
        group, element, vr, length = _HEADERS[mode.order].unpack_from(self.view, offset)
        tag = group << 16 | element
        if not mode.explicit or group == 0xFFFE:
            return tag, NO_VR, offset + 8, _LONGS[mode.order].unpack_from(self.view, offset + 4)[0]
        if vr in SHORT_VRS:
            return tag, vr, offset + 8, length
        if vr in LONG_VRS:
            if offset + 12 > end:
                raise wrong(f"the data set ends inside {named(tag)} at byte {offset}", offset)
            return tag, vr, offset + 12, _LONGS[mode.order].unpack_from(self.view, offset + 8)[0]
        if looks_explicit(vr):
            return tag, vr, offset + 8, length
        # Some writers fall back to implicit VR for single elements.
        return tag, NO_VR, offset + 8, _LONGS[mode.order].unpack_from(self.view, offset + 4)[0]

    def ends_item(self, head: Head, offset: int, *, delimited: bool) -> bool:
        """True for the delimiter that an item of undefined length ends with."""
        if head[0] >> 16 != 0xFFFE:
            return False
        if head[0] == ITEM_DELIMITER and delimited:
            return True
        raise wrong(f"{named(head[0])} at byte {offset} has no place there", offset)

    def stop(self, head: Head, end: int) -> int:
        """Where a value with a length ends. Only pixels may be cut off by the end of the data, which is then where they end."""
        tag, _, start, length = head
        if start + length <= end:
            return start + length
        if tag in PIXEL_DATA_TAGS and end == len(self.view):
            return end
        raise wrong(f"{named(tag)} at byte {start} says {length} bytes, but only {end - start} are left", start)

    def item(self, offset: int, end: int, sequence: Head, mode: Mode) -> tuple[Mode, int, int] | None:
        """The item at `offset`: how it is written, where it begins, where it must end; None where the sequence is over.

        An item of undefined length ends at its delimiter, before the `end` that is given for it.
        """
        if offset >= end and sequence[3] != UNDEFINED:
            return None
        if end - offset < 8:
            raise wrong(f"{named(sequence[0])} ends inside an item at byte {offset}", offset)
        group, element, length = _ITEMS[mode.order].unpack_from(self.view, offset)
        tag = group << 16 | element
        if tag == SEQUENCE_DELIMITER and sequence[3] == UNDEFINED:
            return None
        if tag != ITEM:
            raise wrong(f"{named(tag)} at byte {offset} is no item of {named(sequence[0])}", offset)
        self._count += 1
        if self._count > ELEMENTS_MAX:
            raise wrong(f"the data set has more than {ELEMENTS_MAX} elements and items", offset)
        start = offset + 8
        if length != UNDEFINED and start + length > end:
            raise wrong(f"an item of {length} bytes at byte {offset} has only {end - start} left", offset)
        return self._mode_of_item(start, end, mode), start, end if length == UNDEFINED else start + length

    def is_delimited(self, start: int, order: str) -> bool:
        """Whether the item whose content begins at `start` has no length of its own."""
        return bool(_LONGS[order].unpack_from(self.view, start - 4)[0] == UNDEFINED)

    def _mode_of_item(self, start: int, end: int, mode: Mode) -> Mode:
        """Items of an explicit data set may be implicit, which their first element shows."""
        if not mode.explicit or end - start < 8 or bytes(self.view[start : start + 2]) in (b"\xfe\xff", b"\xff\xfe"):
            return mode
        return mode if looks_explicit(bytes(self.view[start + 4 : start + 6])) else IMPLICIT_LITTLE

    def fragments(self, head: Head, end: int, order: str) -> Iterator[tuple[int, int]]:
        """Where each fragment of an encapsulated value begins, and its length; then where the value ends, with length -1.

        Fragments that the end of the data cuts off end there.
        """
        offset = head[2]
        while end - offset >= 8:
            group, element, length = _ITEMS[order].unpack_from(self.view, offset)
            tag = group << 16 | element
            if tag == SEQUENCE_DELIMITER:
                yield offset + 8, -1
                return
            if tag != ITEM:
                raise wrong(f"{named(tag)} at byte {offset} is no fragment of {named(head[0])}", offset)
            start = offset + 8
            if length > end - start and end != len(self.view):
                raise wrong(f"a fragment of {length} bytes at byte {offset} has only {end - start} left", offset)
            yield start, min(length, end - start)
            offset = start + length
        if end != len(self.view):
            raise wrong(f"{named(head[0])} has no end before byte {offset}", offset)
        yield end, -1

    def past(self, head: Head, end: int, mode: Mode, depth: int) -> int:
        """Where an element is over, a value of undefined length walked to its delimiter."""
        if head[3] != UNDEFINED:
            return self.stop(head, end)
        if holds_fragments(head):
            return max(start for start, length in self.fragments(head, end, mode.order) if length < 0)
        check_depth(depth, head)
        offset, inside = head[2], mode_inside(head, mode)
        while (item := self.item(offset, end, head, inside)) is not None:
            offset = self.past_item(item, inside.order, depth + 1)
        return offset + 8

    def past_item(self, item: tuple[Mode, int, int], order: str, depth: int) -> int:
        """Where an item is over, of a sequence that is written in `order`."""
        mode, start, stop = item
        return self._to_delimiter(start, stop, mode, depth) if self.is_delimited(start, order) else stop

    def _to_delimiter(self, offset: int, end: int, mode: Mode, depth: int) -> int:
        while offset < end and end - offset >= 8:
            head = self.head(offset, end, mode)
            if self.ends_item(head, offset, delimited=True):
                return offset + 8
            offset = self.past(head, end, mode, depth)
        raise wrong(f"an item has no end before byte {offset}", offset)


def holds_fragments(head: Head) -> bool:
    """True for a value of undefined length that is no sequence but encapsulated (PS3.5 A.4)."""
    return head[3] == UNDEFINED and (head[1] in (b"OB", b"OW") or head[0] in PIXEL_DATA_TAGS)


def mode_inside(head: Head, mode: Mode) -> Mode:
    """How the items of a sequence are written: little endian where its VR is UN, whatever is around it (PS3.5 6.2.2)."""
    return EXPLICIT_LITTLE if head[1] == b"UN" else mode


def check_depth(depth: int, head: Head) -> None:
    """Raises UnreadableDataset where a sequence is nested too deep."""
    if depth >= SEQUENCE_DEPTH_MAX:
        raise wrong(f"sequences are nested deeper than {SEQUENCE_DEPTH_MAX} levels in {named(head[0])}", head[2])


def wrong(text: str, offset: int) -> UnreadableDataset:
    """The error for bytes at `offset`."""
    return UnreadableDataset(text, offset=offset)
