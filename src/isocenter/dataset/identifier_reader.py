"""Bytes to a pydicom data set, every element looked at once and within bounds (PS3.5 7).

Comes in: a whole small data set. Goes out: a `Dataset` whose values are converted already, so that nothing can fail later.
pydicom's own reader is lazy, recurses as deep as the bytes say and raises errors of many kinds: a stranger must not decide that.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from pydicom import Dataset, config
from pydicom import Sequence as ItemSequence
from pydicom.dataelem import DataElement, empty_value_for_VR
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag
from pydicom.uid import UID
from pydicom.valuerep import IS, DSfloat, PersonName

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import IDENTIFIER_ELEMENTS_MAX, SEQUENCE_DEPTH_MAX
from isocenter.dataset import character_set
from isocenter.dataset.character_set import CharacterSet
from isocenter.dataset.skim import (
    ITEM,
    ITEM_DELIMITER,
    LONG_VRS,
    SEQUENCE_DELIMITER,
    SHORT_VRS,
    SPECIFIC_CHARACTER_SET,
    UNDEFINED,
    looks_explicit,
    named,
)
from isocenter.dataset.value_text import CHARACTER_SET_VRS, NUMBER_FORMATS, SINGLE_TEXT_VRS, TEXT_VRS, vr_of

_VRS: Final = {vr: vr.decode("ascii") for vr in LONG_VRS | SHORT_VRS}

Element = tuple[str, Any, int, str]
"""VR, raw value (bytes, or for SQ a list of `Elements`), offset, and byte order as `struct` writes it."""

Elements = dict[int, Element]


def read(data: bytes, *, little_endian: bool, explicit_vr: bool, undeclared: str = "") -> Dataset:
    """The data set that `data` is, its texts by `undeclared` where it declares no character set.

    Raises UnreadableDataset, and nothing else, for whatever is wrong with it.
    """
    if len(data) >= 6:
        explicit_vr = looks_explicit(data[4:6])
        if not explicit_vr or data[1] == 0 < data[0]:
            little_endian = True
        elif data[0] == 0 < data[1]:
            little_endian = False
    elements, _ = _Reader(data).elements(0, len(data), _Mode(little_endian, explicit_vr), 0, delimited=False)
    return _converted(elements, character_set.of(undeclared))


class _Mode(NamedTuple):
    """How a stretch of elements is written."""

    little_endian: bool
    explicit_vr: bool

    @property
    def order(self) -> str:
        return "<" if self.little_endian else ">"


_UNKNOWN_CONTENT: Final = _Mode(True, True)
_IMPLICIT: Final = _Mode(True, False)


class _Reader:
    """One reading; it recurses as deep as sequences nest, which is bounded."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._count = 0

    def elements(self, offset: int, end: int, mode: _Mode, depth: int, *, delimited: bool) -> tuple[Elements, int]:
        """The elements from `offset` up to `end`, or up to the item delimiter where `delimited`; and where they ended."""
        found: Elements = {}
        while offset < end:
            if offset + 8 > end:
                if depth == 0 and not any(self._data[offset:end]):
                    return found, end
                raise _wrong(f"the identifier ends inside a tag at byte {offset}", offset)
            tag, vr, start, length = self._header(offset, end, mode)
            if tag >> 16 == ITEM >> 16:
                if tag == ITEM_DELIMITER and delimited:
                    return found, start
                raise _wrong(f"{named(tag)} at byte {offset} has no place there", offset)
            if vr == "SQ" or length == UNDEFINED:
                if vr not in ("SQ", "UN"):
                    raise _wrong(f"{named(tag)} at byte {offset} is of undefined length, which VR {vr} cannot be", offset)
                self._counted(offset)
                written_as_unknown = mode.explicit_vr and self._data[offset + 4 : offset + 6] == b"UN"
                items, after = self._items(start, length, end, _UNKNOWN_CONTENT if written_as_unknown else mode, depth)
                found[tag] = ("SQ", items, offset, mode.order)
                offset = after
                continue
            if start + length > end:
                raise _wrong(f"{named(tag)} at byte {offset} says {length} bytes, but only {end - start} are left", offset)
            raw = self._data[start : start + length]
            self._counted(offset, _value_count(vr, raw))
            found[tag] = (vr, raw, offset, mode.order)
            offset = start + length
        if delimited:
            raise _wrong(f"an item has no end before byte {offset}", offset)
        return found, offset

    def _header(self, offset: int, end: int, mode: _Mode) -> tuple[int, str, int, int]:
        """Tag, VR, where the value starts, and its length."""
        group, element, vr, length = struct.unpack_from(f"{mode.order}HH2sH", self._data, offset)
        tag = group << 16 | element
        if mode.explicit_vr and looks_explicit(vr):
            start = offset + 8
            if vr in LONG_VRS:
                start = offset + 12
                if start > end:
                    raise _wrong(f"the identifier ends inside {named(tag)} at byte {offset}", offset)
                (length,) = struct.unpack_from(f"{mode.order}I", self._data, offset + 8)
            name = _VRS.get(vr, "UN")
            return tag, vr_of(tag) if name == "UN" and length != UNDEFINED else name, start, length
        (length,) = struct.unpack_from(f"{mode.order}I", self._data, offset + 4)
        return tag, vr_of(tag), offset + 8, length

    def _items(self, offset: int, length: int, end: int, mode: _Mode, depth: int) -> tuple[list[Elements], int]:
        """The items of a sequence whose value starts at `offset`, and where they ended."""
        if depth >= SEQUENCE_DEPTH_MAX:
            raise _wrong(f"sequences are nested deeper than {SEQUENCE_DEPTH_MAX} levels at byte {offset}", offset)
        if length != UNDEFINED:
            if offset + length > end:
                raise _wrong(f"a sequence of {length} bytes at byte {offset} has only {end - offset} left", offset)
            end = offset + length
        items: list[Elements] = []
        while offset < end:
            if offset + 8 > end:
                raise _wrong(f"a sequence ends inside an item at byte {offset}", offset)
            group, element, item_length = struct.unpack_from(f"{mode.order}HHI", self._data, offset)
            tag = group << 16 | element
            if tag == SEQUENCE_DELIMITER and length == UNDEFINED:
                return items, offset + 8
            if tag != ITEM:
                raise _wrong(f"{named(tag)} at byte {offset} is no item of a sequence", offset)
            self._counted(offset)
            start = offset + 8
            stop = end if item_length == UNDEFINED else start + item_length
            if stop > end:
                raise _wrong(f"an item of {item_length} bytes at byte {offset} has only {end - start} left", offset)
            inner = mode
            if mode.explicit_vr and start + 8 <= stop and not self._explicit_at(start):
                inner = _IMPLICIT
            content, offset = self.elements(start, stop, inner, depth + 1, delimited=item_length == UNDEFINED)
            items.append(content)
        if length == UNDEFINED:
            raise _wrong(f"a sequence has no end before byte {offset}", offset)
        return items, offset

    def _explicit_at(self, offset: int) -> bool:
        return looks_explicit(self._data[offset + 4 : offset + 6]) or self._data[offset : offset + 2] in (b"\xfe\xff", b"\xff\xfe")

    def _counted(self, offset: int, count: int = 1) -> None:
        self._count += count
        if self._count > IDENTIFIER_ELEMENTS_MAX:
            raise _wrong(f"the identifier has more than {IDENTIFIER_ELEMENTS_MAX} elements, items and values", offset)


def _value_count(vr: str, raw: bytes) -> int:
    """How many objects the value becomes, at least one."""
    if vr in TEXT_VRS:
        return 1 + raw.count(b"\\")
    return 1 + len(raw) // struct.calcsize(NUMBER_FORMATS[vr]) if vr in NUMBER_FORMATS else 1 + (len(raw) // 4 if vr == "AT" else 0)


def _wrong(text: str, offset: int) -> UnreadableDataset:
    return UnreadableDataset(text, offset=offset)


def _converted(elements: Elements, inherited: CharacterSet) -> Dataset:
    """The data set of `elements`; items without a character set of their own have that of what they are in (PS3.5 6.1.1)."""
    declared = elements.get(SPECIFIC_CHARACTER_SET)
    charset = character_set.of(declared[1]) if declared is not None and declared[0] != "SQ" and declared[1] else inherited
    dataset = Dataset()
    for tag, (vr, raw, offset, order) in elements.items():
        value: Any
        if vr == "SQ":
            value = ItemSequence([_converted(item, charset) for item in raw])
        elif not raw:
            value = empty_value_for_VR(vr)
        elif vr in TEXT_VRS:
            value = _text(vr, charset.decode(raw, vr) if vr in CHARACTER_SET_VRS else raw.decode("latin-1"))
        elif vr in NUMBER_FORMATS or vr == "AT":
            value = _numbers(tag, vr, raw, order, offset)
        else:
            value = raw
        dataset[tag] = DataElement(BaseTag(tag), vr, value, already_converted=True)
    return dataset


def _text(vr: str, text: str) -> Any:
    if vr in SINGLE_TEXT_VRS:
        return text.rstrip(" \0")
    make = _MAKERS.get(vr, str)
    if "\\" in text:
        return MultiValue(make, [part.strip(" \0") for part in text.split("\\")])
    return make(text.strip(" \0"))


def _number_text(kind: type[Any]) -> Callable[[str], Any]:
    def make(text: str) -> Any:
        try:
            return kind(text, validation_mode=config.IGNORE) if text else ""
        except (ValueError, TypeError, ArithmeticError):
            return text

    return make


_MAKERS: Final[dict[str, Callable[[str], Any]]] = {
    "PN": PersonName,
    "UI": lambda text: UID(text, validation_mode=config.IGNORE),
    "IS": _number_text(IS),
    "DS": _number_text(DSfloat),
}


def _numbers(tag: int, vr: str, raw: bytes, order: str, offset: int) -> Any:
    code = NUMBER_FORMATS.get(vr, "I")
    size = struct.calcsize(code)
    if len(raw) % size:
        raise _wrong(f"{named(tag)} at byte {offset} has {len(raw)} bytes, which are no numbers of VR {vr}", offset)
    values: list[Any]
    if vr == "AT":
        halves = struct.unpack(f"{order}{len(raw) // 2}H", raw)
        values = [BaseTag(group << 16 | element) for group, element in zip(halves[::2], halves[1::2], strict=True)]
    else:
        values = list(struct.unpack(f"{order}{len(raw) // size}{code}", raw))
    return values[0] if len(values) == 1 else MultiValue(lambda value: value, values)
