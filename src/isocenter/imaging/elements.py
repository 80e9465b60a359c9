"""The elements of a data set within its bytes, located without decoding a value (PS3.5 7.1, 7.5, A.4).

Comes in: a data set in one piece and how it is written. Go out: `Element`s that say where header, value and end are; items and
fragments of what has no length. What devices mix is read as what it is: a single implicit element or an implicit item in an
explicit data set, explicit items in UN, a few zero bytes at the end. Every length is checked against what is there before it is
believed; nothing is copied here, and nothing may be read beyond the end of the item that a length belongs to.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import ELEMENTS_MAX, SEQUENCE_DEPTH_MAX
from isocenter.dataset.skim import ITEM, ITEM_DELIMITER, SEQUENCE_DELIMITER, SHORT_VRS, UNDEFINED, looks_explicit
from isocenter.dataset.written import as_written
from isocenter.standard.transfer_syntax import TransferSyntax

PIXEL_DATA = 0x7FE00010
LONG_LENGTH_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
"""The representations whose explicit header is 12 bytes long (PS3.5 7.1.2)."""

_SHORT_VRS: dict[bytes, str] = {vr: vr.decode("ascii") for vr in SHORT_VRS}


@dataclass(slots=True)
class Item:
    """One item of a sequence: its elements lie from `value` to `value + length`; `undefined` ones were closed by a delimiter."""

    value: int
    length: int
    undefined: bool
    elements: list[Element]


@dataclass(slots=True)
class Element:
    """One element: header from `start`, value from `value` (`length` bytes without delimiter), the next element at `end`.

    `vr` is empty where the syntax is implicit. `items` and `fragments` are known at once for what has no length.
    """

    tag: int
    vr: str
    start: int
    value: int
    length: int
    end: int
    undefined: bool = False
    items: list[Item] | None = None
    fragments: list[tuple[int, int]] | None = None


def tag_text(tag: int) -> str:
    """(gggg,eeee), as the standard writes a tag."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def syntax_of(view: memoryview, announced: TransferSyntax) -> TransferSyntax:
    """The transfer syntax with the value representations and the byte order that the data set really has."""
    explicit, little = as_written(view, explicit=announced.explicit_vr, little=announced.little_endian)
    if (explicit, little) == (announced.explicit_vr, announced.little_endian):
        return announced
    return replace(announced, explicit_vr=explicit, little_endian=little)


class Reader:
    """Reads elements of one buffer that is written one way; counts them, so that a flood of empty ones ends."""

    def __init__(self, view: memoryview, *, explicit: bool, little: bool) -> None:
        self.view = view
        self.explicit = explicit
        self.little = little
        self._read = 0
        order = "<" if little else ">"
        self._tag = struct.Struct(order + "HH")
        self._long = struct.Struct(order + "L")
        self._short = struct.Struct(order + "H")
        self._plain_header = struct.Struct(order + ("HH2sH" if explicit else "HHL"))

    def elements(self, start: int, end: int, depth: int = 0) -> list[Element]:
        """The elements from `start` to exactly `end`. `UnreadableDataset` with the offset where they make no sense."""
        return self._elements(start, end, depth, delimited=False)[0]

    def items(self, element: Element, depth: int) -> list[Item]:
        """The items of a sequence, its own walk made up for where its length let the first reading skip it."""
        if element.items is None:
            element.items = self._items(element.value, element.value + element.length, depth + 1, undefined=False)[0]
        return element.items

    def item(self, element: Element, index: int, depth: int) -> Item | None:
        """One item of a sequence, the others passed over where they say how long they are; None where there are not so many."""
        if element.items is None:
            start, end = element.value, element.value + element.length
            for _ in range(index):
                if end - start < 8:
                    return None
                length = int(self._long.unpack_from(self.view, start + 4)[0])
                if self.tag_at(start) != ITEM or length == UNDEFINED or length > end - start - 8:
                    break  # the walk through all of them says what is wrong, or finds the end
                start += 8 + length
            else:
                return self._items(start, end, depth + 1, undefined=False, most=1)[0][0] if start < end else None
        items = self.items(element, depth)
        return items[index] if index < len(items) else None

    def end_at(self, position: int) -> int:
        """Where the element at `position` is over, what it holds walked through. `UnreadableDataset` where it never is."""
        return self._element(self.tag_at(position), position, len(self.view), 0).end

    def header_at(self, position: int) -> tuple[str, int, int]:
        """Value representation, where the value begins, its length. `UnreadableDataset` for an item or a delimiter."""
        tag = self.tag_at(position)
        if tag >> 16 == 0xFFFE:
            raise UnreadableDataset(f"a loose {tag_text(tag)} where an element should begin", offset=position)
        return self._header(tag, position, len(self.view))

    def tag_at(self, position: int) -> int:
        """The tag of the element or item that begins there."""
        group, number = self._tag.unpack_from(self.view, position)
        return int(group) << 16 | int(number)

    def _elements(self, start: int, end: int, depth: int, *, delimited: bool) -> tuple[list[Element], int]:
        if depth > SEQUENCE_DEPTH_MAX:
            raise UnreadableDataset(f"sequences are nested deeper than {SEQUENCE_DEPTH_MAX} levels", offset=start)
        found: list[Element] = []
        position = start
        while position < end:
            if end - position < 8:
                if depth == 0 and not any(self.view[position:end]):
                    break
                raise UnreadableDataset(f"{end - position} bytes where an element should begin", offset=position)
            if self.explicit:
                group, number, code, length = self._plain_header.unpack_from(self.view, position)
                vr = _SHORT_VRS.get(code)
            else:
                group, number, length = self._plain_header.unpack_from(self.view, position)
                vr = ""
            tag = group << 16 | number
            if tag == ITEM_DELIMITER and delimited:
                return found, position + 8
            if group == 0xFFFE:
                raise UnreadableDataset(f"a loose {tag_text(tag)} where an element should begin", offset=position)
            self._read += 1
            if self._read > ELEMENTS_MAX:
                raise UnreadableDataset(f"more than {ELEMENTS_MAX} elements", offset=position)
            if (
                vr is not None and length <= end - position - 8 and length != UNDEFINED
            ):  # nearly all: what is left is longer, nested or wrong
                element = Element(tag, vr, position, position + 8, length, position + 8 + length)
            else:
                element = self._element(tag, position, end, depth)
            found.append(element)
            position = element.end
        if delimited:
            raise UnreadableDataset("an item of undefined length is never closed", offset=start)
        return found, position

    def _element(self, tag: int, start: int, end: int, depth: int) -> Element:
        vr, value, length = self._header(tag, start, end)
        if length != UNDEFINED:
            if length > end - value:
                text = f"{tag_text(tag)} claims {length} bytes where {end - value} are left"
                raise UnreadableDataset(text, offset=start)
            return Element(tag, vr, start, value, length, value + length)
        if vr in ("SQ", "UN") or (vr == "" and tag != PIXEL_DATA):
            nested = self if vr != "UN" else Reader(self.view, explicit=True, little=True)
            nested._read = self._read
            items, stop = nested._items(value, end, depth + 1, undefined=True)
            self._read = nested._read
            return Element(tag, vr, start, value, stop - 8 - value, stop, True, items=items)
        if not self.little or (vr not in ("", "OB", "OW")):
            raise UnreadableDataset(f"{tag_text(tag)} {vr} cannot have an undefined length", offset=start)
        fragments, stop = self._fragments(value, end)
        return Element(tag, vr, start, value, stop - value, stop, True, fragments=fragments)

    def _header(self, tag: int, start: int, end: int) -> tuple[str, int, int]:
        if not self.explicit:
            return "", start + 8, int(self._long.unpack_from(self.view, start + 4)[0])
        code = bytes(self.view[start + 4 : start + 6])
        if not looks_explicit(code):  # some writers fall back to implicit VR for single elements
            return "", start + 8, int(self._long.unpack_from(self.view, start + 4)[0])
        vr = code.decode("ascii")
        if vr not in LONG_LENGTH_VRS:
            return vr, start + 8, int(self._short.unpack_from(self.view, start + 6)[0])
        if end - start < 12:
            raise UnreadableDataset(f"{tag_text(tag)} ends within its header", offset=start)
        return vr, start + 12, int(self._long.unpack_from(self.view, start + 8)[0])

    def _items(self, start: int, end: int, depth: int, *, undefined: bool, most: int = ELEMENTS_MAX + 1) -> tuple[list[Item], int]:
        found: list[Item] = []
        position = start
        while position < end and len(found) < most:
            if end - position < 8:
                raise UnreadableDataset(f"{end - position} bytes where an item should begin", offset=position)
            tag, length = self.tag_at(position), int(self._long.unpack_from(self.view, position + 4)[0])
            value = position + 8
            if tag == SEQUENCE_DELIMITER and undefined:
                return found, value
            if tag != ITEM:
                raise UnreadableDataset(f"{tag_text(tag)} where an item should begin", offset=position)
            self._read += 1
            if self._read > ELEMENTS_MAX:
                raise UnreadableDataset(f"more than {ELEMENTS_MAX} elements and items", offset=position)
            within = self._reader_of_item(value, end)
            if length == UNDEFINED:
                elements, position = within._elements(value, end, depth, delimited=True)
                found.append(Item(value, position - 8 - value, True, elements))
            elif length > end - value:
                raise UnreadableDataset(f"an item claims {length} bytes where {end - value} are left", offset=value - 8)
            else:
                found.append(Item(value, length, False, within._elements(value, value + length, depth, delimited=False)[0]))
                position = value + length
            self._read = within._read
        if undefined:
            raise UnreadableDataset("a sequence of undefined length is never closed", offset=start)
        return found, position

    def _reader_of_item(self, value: int, end: int) -> Reader:
        """Items of an explicit data set may be implicit, and those of UN are (PS3.5 6.2.2), which their first element shows."""
        if not self.explicit or end - value < 8 or self.tag_at(value) >> 16 == 0xFFFE:
            return self
        if looks_explicit(bytes(self.view[value + 4 : value + 6])):
            return self
        other = Reader(self.view, explicit=False, little=True)
        other._read = self._read
        return other

    def _fragments(self, start: int, end: int) -> tuple[list[tuple[int, int]], int]:
        found: list[tuple[int, int]] = []
        position = start
        while end - position >= 8:
            tag, length = self.tag_at(position), int(self._long.unpack_from(self.view, position + 4)[0])
            value = position + 8
            if tag == SEQUENCE_DELIMITER:
                return found, value
            if tag != ITEM:
                raise UnreadableDataset(f"{tag_text(tag)} where a fragment should begin", offset=position)
            if length > end - value:
                raise UnreadableDataset(f"a fragment claims {length} bytes where {end - value} are left", offset=position)
            found.append((value, length))
            position = value + length
        raise UnreadableDataset("the fragments are never closed", offset=position)
