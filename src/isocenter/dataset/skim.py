"""Reads the few attributes that the index needs while a data set passes by, and stops before the pixels (PS3.5 7, Annex A).

Comes in: the data set's bytes in runs of any size, in any transfer syntax. Goes out: the raw values of the wanted elements of the
top level. Everything else is stepped over by its length, without being kept; sequences of undefined length are walked. Never more
than `INDEXED_VALUE_BYTES_MAX` of a value or `SKIM_WINDOW_BYTES` of a run is held, and no lent view outlives its `feed`.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import (
    ELEMENTS_MAX,
    HEADER_BYTES_MAX,
    INDEXED_VALUE_BYTES_MAX,
    INFLATE_BYTES_MAX,
    SEQUENCE_DEPTH_MAX,
    SKIM_WINDOW_BYTES,
    TEXTS_CACHED_MAX,
)
from isocenter.dataset import character_set, value_text
from isocenter.standard import transfer_syntax as syntaxes

SPECIFIC_CHARACTER_SET: Final = 0x00080005
ITEM: Final = 0xFFFEE000
ITEM_DELIMITER: Final = 0xFFFEE00D
SEQUENCE_DELIMITER: Final = 0xFFFEE0DD
UNDEFINED: Final = 0xFFFFFFFF
PIXEL_DATA_TAGS: Final = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
LONG_VRS: Final = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
SHORT_VRS: Final = frozenset(
    {b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FL", b"FD", b"IS", b"LO", b"LT", b"PN", b"SH", b"SL", b"SS", b"ST"}
    | {b"TM", b"UI", b"UL", b"US"}
)

_IMPLICIT, _EXPLICIT, _BIG = range(3)
_IMPLICIT_HEADER = struct.Struct("<HHI")
_HEADERS: Final = {_EXPLICIT: struct.Struct("<HH2sH"), _BIG: struct.Struct(">HH2sH")}
_LENGTHS: Final = {_IMPLICIT: struct.Struct("<I"), _EXPLICIT: struct.Struct("<I"), _BIG: struct.Struct(">I")}
_NAMES: Final = {_IMPLICIT: "Implicit VR Little Endian", _EXPLICIT: "Explicit VR Little Endian", _BIG: "Explicit VR Big Endian"}


def looks_explicit(vr: bytes) -> bool:
    """True where two bytes are upper case letters, as every VR is; as half of a length they would mean more than 16 KiB."""
    return len(vr) == 2 and 0x41 <= vr[0] <= 0x5A and 0x41 <= vr[1] <= 0x5A


class Skim:
    """One reading of one data set; feed it until it says that it is done, or call `finish` at the end of the bytes.

    `values` maps each wanted tag that was met to its raw value, padding included, at most `INDEXED_VALUE_BYTES_MAX` bytes of it;
    where an element comes twice the last counts, as in pydicom. `mismatch` is a sentence where the data set is plainly not
    written as its transfer syntax says (implicit for explicit, or the reverse) and was read as what it is.
    """

    def __init__(self, transfer_syntax: str, wanted_tags: Collection[int]) -> None:
        syntax = syntaxes.of(transfer_syntax)
        self.values: dict[int, bytes] = {}
        self.done = False
        self.mismatch = ""
        self._wanted = frozenset(wanted_tags) | {SPECIFIC_CHARACTER_SET}
        self._last_wanted = max(self._wanted)
        self._mode = _BIG if not syntax.little_endian else _EXPLICIT if syntax.explicit_vr else _IMPLICIT
        self._inflater = zlib.decompressobj(-zlib.MAX_WBITS) if syntax.deflated else None
        self._inflated = 0
        self._pending = bytearray()
        self._needed = 6  # up to and with the first VR, which shows whether the syntax is as announced
        self._skip = 0
        self._position = 0
        self._walked = 0
        self._count = 0
        self._tag = 0
        self._ascending = True
        self._levels: list[tuple[bool, int]] = []

    def feed(self, view: memoryview | bytes) -> bool:
        """Reads the next bytes; True as soon as nothing more is needed. Raises UnreadableDataset with tag and offset."""
        if self.done:
            return True
        if self._inflater is not None:
            return self._inflate(self._inflater, view)
        return self._read(memoryview(view))

    def finish(self) -> None:
        """To be called when the data set has ended. Raises UnreadableDataset where it ended inside an element or sequence."""
        if self.done:
            return
        end = self._position + len(self._pending)
        if self._inflater is not None and not self._inflater.eof:
            raise UnreadableDataset(f"the deflated data set ends before its stream does, after {end} bytes", offset=end)
        if self._skip:
            raise UnreadableDataset(f"the data set ends inside {named(self._tag)}, {self._skip} bytes short", offset=end)
        if self._levels:
            raise UnreadableDataset(
                f"the data set ends inside a sequence without its delimiter, after {named(self._tag)}", offset=end
            )
        if len(self._pending) >= 8:
            raise UnreadableDataset(
                f"the data set ends inside the element at byte {self._position}, after {named(self._tag)}", offset=end
            )
        if any(self._pending):
            raise UnreadableDataset(f"the data set ends inside a tag, after {named(self._tag)}", offset=end)

    def text(self, tag: int) -> str:
        """The value of a wanted element as text: decoded by (0008,0005), numbers in digits, padding removed; empty where absent."""
        value = self.values.get(tag)
        if value is None:
            return ""
        return _decoded(tag, value, self.values.get(SPECIFIC_CHARACTER_SET, b""), self._mode != _BIG)

    def _inflate(self, inflater: zlib._Decompress, view: memoryview | bytes) -> bool:
        data: memoryview | bytes = view
        while not inflater.eof:
            try:
                out = inflater.decompress(data, SKIM_WINDOW_BYTES)
            except zlib.error as error:
                raise UnreadableDataset(
                    f"the data set is not deflated as its transfer syntax says: {error}", offset=self._position
                ) from error
            self._inflated += len(out)
            if self._inflated > INFLATE_BYTES_MAX:
                raise UnreadableDataset(f"the data set inflates to more than {INFLATE_BYTES_MAX} bytes", offset=self._position)
            if self._read(memoryview(out)):
                return True
            data = inflater.unconsumed_tail
            if not data and len(out) < SKIM_WINDOW_BYTES:
                break
        return False

    def _read(self, view: memoryview) -> bool:
        start, end = 0, view.nbytes
        while start < end and not self.done:
            if self._skip:
                step = min(self._skip, end - start)
                self._skip -= step
                self._position += step
                start += step
                continue
            if self._pending:
                step = min(self._needed - len(self._pending), end - start)
                self._pending += view[start : start + step]
                start += step
                if len(self._pending) < self._needed:
                    break
                data = bytes(self._pending)
            else:
                data = bytes(view[start : start + SKIM_WINDOW_BYTES])
                start += len(data)
            used = self._walk(data)
            self._position += used
            # What is stepped over may reach into bytes that this window holds already.
            self._pending[:] = data[used:]
        return self.done

    def _walk(self, data: bytes) -> int:
        """Reads whole elements; returns how many bytes are done with, and leaves in `_needed` how many the next step takes."""
        end = len(data)
        offset = 0
        if self._position == 0:
            if end < self._needed:
                return 0
            self._check_syntax(data)
        while not self.done and not self._skip:
            self._needed = 0
            if self._levels:
                offset = self._walk_nested(data, offset, end)
            elif self._mode == _IMPLICIT:
                offset = self._walk_implicit(data, offset, end)
            else:
                offset = self._walk_explicit(data, offset, end)
            if self._needed:
                break
        self._walked += offset
        if self._walked > HEADER_BYTES_MAX:
            self.done = True
        return offset

    def _check_syntax(self, data: bytes) -> None:
        mode = self._mode
        if not looks_explicit(data[4:6]):
            mode = _IMPLICIT
        elif data[0] == 0 < data[1]:
            mode = _BIG
        elif data[1] == 0 < data[0]:
            mode = _EXPLICIT
        if mode != self._mode:
            self.mismatch = f"the transfer syntax says {_NAMES[self._mode]}, but the data set is written in {_NAMES[mode]}"
            self._mode = mode

    def _walk_explicit(self, data: bytes, offset: int, end: int) -> int:
        unpack = _HEADERS[self._mode].unpack_from
        unpack_length = _LENGTHS[self._mode].unpack_from
        wanted, last_wanted, values = self._wanted, self._last_wanted, self.values
        previous, count = self._tag, self._count
        while True:
            if offset + 8 > end:
                self._needed = 8
                break
            group, element, vr, length = unpack(data, offset)
            start = offset + 8
            if vr in LONG_VRS:
                start = offset + 12
                if start > end:
                    self._needed = 12
                    break
                (length,) = unpack_length(data, offset + 8)
            elif vr not in SHORT_VRS and not looks_explicit(vr):
                # Some writers fall back to implicit VR for single elements, and delimiters have no VR at all.
                (length,) = unpack_length(data, offset + 4)
            tag = group << 16 | element
            if tag <= previous and count:
                self._ascending = False
            if tag > last_wanted and self._is_end(tag, length, offset):
                self.done = True
                break
            stop = start + length
            if length == UNDEFINED:
                self._tag, self._count = tag, count
                self._enter(_EXPLICIT if vr == b"UN" else self._mode, offset)
                return start
            if tag in wanted:
                stop_kept = stop if length <= INDEXED_VALUE_BYTES_MAX else start + INDEXED_VALUE_BYTES_MAX
                if stop_kept > end:
                    self._needed = stop_kept - offset
                    break
                values[tag] = data[start:stop_kept]
            previous = tag
            count += 1
            if stop > end:
                self._skip = stop - end
                offset = end
                break
            offset = stop
        self._tag, self._count = previous, count
        self._check_count(offset)
        return offset

    def _walk_implicit(self, data: bytes, offset: int, end: int) -> int:
        unpack = _IMPLICIT_HEADER.unpack_from
        wanted, last_wanted, values = self._wanted, self._last_wanted, self.values
        previous, count = self._tag, self._count
        while True:
            start = offset + 8
            if start > end:
                self._needed = 8
                break
            group, element, length = unpack(data, offset)
            tag = group << 16 | element
            if tag <= previous and count:
                self._ascending = False
            if tag > last_wanted and self._is_end(tag, length, offset):
                self.done = True
                break
            stop = start + length
            if length == UNDEFINED:
                self._tag, self._count = tag, count
                self._enter(_IMPLICIT, offset)
                return start
            if tag in wanted:
                stop_kept = stop if length <= INDEXED_VALUE_BYTES_MAX else start + INDEXED_VALUE_BYTES_MAX
                if stop_kept > end:
                    self._needed = stop_kept - offset
                    break
                values[tag] = data[start:stop_kept]
            previous = tag
            count += 1
            if stop > end:
                self._skip = stop - end
                offset = end
                break
            offset = stop
        self._tag, self._count = previous, count
        self._check_count(offset)
        return offset

    def _is_end(self, tag: int, length: int, offset: int) -> bool:
        """Whether `tag`, above all that are wanted, ends the search; out of order sets are searched up to their pixels."""
        if tag >> 16 == 0xFFFE:
            if tag == ITEM or length:
                raise UnreadableDataset(
                    f"{named(tag)} at byte {self._position + offset} is outside of any sequence", offset=self._position + offset
                )
            return False
        return self._ascending or tag in PIXEL_DATA_TAGS

    def _check_count(self, offset: int) -> None:
        if self._count > ELEMENTS_MAX:
            raise UnreadableDataset(f"the data set has more than {ELEMENTS_MAX} elements", offset=self._position + offset)

    def _enter(self, mode: int, offset: int) -> None:
        """Steps into a value of undefined length; in one of VR UN the items are little endian, mostly implicit (PS3.5 6.2.2)."""
        self._count += 1
        if len(self._levels) >= 2 * SEQUENCE_DEPTH_MAX:
            raise UnreadableDataset(f"sequences are nested deeper than {SEQUENCE_DEPTH_MAX} levels", offset=self._position + offset)
        self._levels.append((False, mode))

    def _walk_nested(self, data: bytes, offset: int, end: int) -> int:
        """Walks values of undefined length until the top level is reached again; levels are sequences and items in turn."""
        levels = self._levels
        while levels:
            in_item, mode = levels[-1]
            if offset + 8 > end:
                self._needed = 8
                break
            group, element = struct.unpack_from(">HH" if mode == _BIG else "<HH", data, offset)
            (length,) = _LENGTHS[mode].unpack_from(data, offset + 4)
            tag = group << 16 | element
            start = offset + 8
            if tag == (ITEM_DELIMITER if in_item else SEQUENCE_DELIMITER):
                levels.pop()
                offset = start
                continue
            if not in_item:
                if tag != ITEM:
                    raise self._misplaced(tag, offset)
                if length == UNDEFINED:
                    if start + 8 > end:
                        self._needed = 16
                        break
                    levels.append((True, self._mode_of_item(mode, data, start)))
            else:
                if group == 0xFFFE:
                    raise self._misplaced(tag, offset)
                vr = data[offset + 4 : offset + 6]
                if mode != _IMPLICIT and looks_explicit(vr):
                    if vr not in LONG_VRS:
                        length = int.from_bytes(data[offset + 6 : offset + 8], "big" if mode == _BIG else "little")
                    elif offset + 12 > end:
                        self._needed = 12
                        break
                    else:
                        start = offset + 12
                        (length,) = _LENGTHS[mode].unpack_from(data, offset + 8)
                if length == UNDEFINED:
                    self._enter(_EXPLICIT if vr == b"UN" and mode == _BIG else mode, offset)
            self._count += 1
            self._check_count(offset)
            if length == UNDEFINED:
                offset = start
            elif start + length > end:
                self._skip = start + length - end
                return end
            else:
                offset = start + length
        return offset

    @staticmethod
    def _mode_of_item(mode: int, data: bytes, start: int) -> int:
        """The mode of an item's elements: items of an explicit data set may be implicit, which their first element shows."""
        if mode == _IMPLICIT or data[start : start + 2] in (b"\xfe\xff", b"\xff\xfe"):
            return mode
        return mode if looks_explicit(data[start + 4 : start + 6]) else _IMPLICIT

    def _misplaced(self, tag: int, offset: int) -> UnreadableDataset:
        place = self._position + offset
        return UnreadableDataset(
            f"{named(tag)} at byte {place} is no item or delimiter where one must be, in {named(self._tag)}", offset=place
        )


@lru_cache(maxsize=TEXTS_CACHED_MAX)
def _decoded(tag: int, value: bytes, declared: bytes, little_endian: bool) -> str:
    """One value as text. Remembered, because the images of a series differ in few of theirs."""
    return value_text.decode(tag, value, character_set.of(declared), little_endian=little_endian)


def named(tag: int) -> str:
    """A tag as the standard prints it, such as (0010,0020)."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
