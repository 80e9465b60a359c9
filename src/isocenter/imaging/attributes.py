"""The values of elements that were located, as numbers and text (PS3.5 6.2): what rendering asks of a data set or an item.

Comes in: a `Reader` and the elements of one data set or item. Go out: numbers, text, items. An absent or empty element is None or
nothing; one whose value makes no sense is an `UnreadableDataset` that names it. No sample of an image is read here.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import ATTRIBUTE_NUMBERS_MAX, ATTRIBUTE_TEXT_BYTES_MAX
from isocenter.imaging.elements import Element, Reader, tag_text


class Attributes:
    """One data set, or one item of a sequence, asked by tag."""

    def __init__(self, reader: Reader, elements: Sequence[Element], depth: int = 0) -> None:
        self.reader = reader
        self._found = {element.tag: element for element in elements}
        self._depth = depth

    def element(self, tag: int) -> Element | None:
        """Where the element is; None where it is absent or has no value."""
        found = self._found.get(tag)
        return None if found is None or (found.length == 0 and not found.items) else found

    def tags(self) -> Sequence[int]:
        """Every tag that is there, empty ones included."""
        return tuple(self._found)

    def value(self, tag: int) -> memoryview | None:
        """The value's bytes as they are written."""
        found = self.element(tag)
        return None if found is None else self.reader.view[found.value : found.value + found.length]

    def texts(self, tag: int) -> list[str]:
        """Values between backslashes, without padding; one of code strings, decimal and integer strings, UIDs."""
        value = self.value(tag)
        if value is None:
            return []
        return [text.strip(" \0") for text in bytes(value[:ATTRIBUTE_TEXT_BYTES_MAX]).decode("ascii", "replace").split("\\")]

    def text(self, tag: int) -> str:
        """The first value; "" where there is none."""
        found = self.texts(tag)
        return found[0] if found else ""

    def decimals(self, tag: int) -> list[float]:
        """Decimal and integer strings as numbers. A value that is none, or not finite, is `UnreadableDataset`."""
        found: list[float] = []
        for text in self.texts(tag)[:ATTRIBUTE_NUMBERS_MAX]:
            try:
                number = float(text)
            except ValueError:
                number = math.nan
            if not math.isfinite(number):
                raise UnreadableDataset(f"{tag_text(tag)} holds {text[:32]!r}, which is not a number", offset=self._offset(tag))
            found.append(number)
        return found

    def shorts(self, tag: int, *, signed: bool = False) -> list[int]:
        """16-bit values, signed where the element says SS or `signed` holds: US is often written for SS (PS3.5 A.1)."""
        vr = self._found[tag].vr if tag in self._found else ""
        return self._words(tag, "h" if signed or vr == "SS" else "H", 2)

    def short(self, tag: int) -> int | None:
        """The first unsigned 16-bit value."""
        found = self.shorts(tag)
        return found[0] if found else None

    def words(self, tag: int) -> bytes:
        """A value of 16-bit words, little endian whatever the data set is; a byte left over at its end is cut off."""
        value = self.value(tag)
        if value is None:
            return b""
        content = bytes(value[: len(value) // 2 * 2])
        if self.reader.little:
            return content
        swapped = bytearray(content)
        swapped[0::2], swapped[1::2] = content[1::2], content[0::2]
        return bytes(swapped)

    def item(self, tag: int, index: int = 0) -> Attributes | None:
        """The item at `index` (from 0) of a sequence; None where there is none."""
        found = self.element(tag)
        if found is None or (found.vr not in ("SQ", "")):
            return None
        item = self.reader.item(found, index, self._depth)
        return None if item is None else Attributes(self.reader, item.elements, self._depth + 1)

    def _words(self, tag: int, code: str, width: int) -> list[int]:
        value = self.value(tag)
        if value is None:
            return []
        count = len(value) // width
        if count == 0 or len(value) % width or count > ATTRIBUTE_NUMBERS_MAX:
            raise UnreadableDataset(f"{tag_text(tag)} has {len(value)} bytes, not words of {width}", offset=self._offset(tag))
        return list(struct.unpack_from(f"{'<' if self.reader.little else '>'}{count}{code}", value))

    def _offset(self, tag: int) -> int:
        return self._found[tag].start
