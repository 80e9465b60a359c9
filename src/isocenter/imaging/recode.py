"""A data set in another encoding of its elements: implicit or explicit, little or big endian (PS3.5 7.1, Annex A).

Comes in: elements that `elements.Reader` located, the wanted encoding, and values to put in another's place. Go out: pieces of the
new data set. What needs no change is passed on as the bytes that it was, order and padding included; values only change their byte
order, never their meaning. An unknown attribute stays unknown (UN), it is never guessed.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom.datadict import dictionary_VR, private_dictionary_VR

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.dataset.skim import ITEM, ITEM_DELIMITER, SEQUENCE_DELIMITER, UNDEFINED
from isocenter.imaging.elements import (
    LONG_LENGTH_VRS,
    PIXEL_DATA,
    Element,
    Reader,
    tag_text,
)

Buffer = bytes | memoryview
WORD_BYTES: dict[str, int] = {
    **dict.fromkeys(("US", "SS", "OW", "AT"), 2),
    **dict.fromkeys(("UL", "SL", "FL", "OF", "OL"), 4),
    **dict.fromkeys(("FD", "OD", "OV", "SV", "UV"), 8),
}
"""How many bytes change places together when the byte order changes (PS3.5 7.3); every other representation is bytes or text."""

_PIXEL_REPRESENTATION = 0x00280103
_BITS_ALLOCATED = 0x00280100
_WAVEFORM_BITS_ALLOCATED = 0x54001004
_WAVEFORM_GROUP = 0x5400
_SHORT_VALUE_BYTES_MAX = 0xFFFF
_PIXEL_DATA_MARK = b"\xe0\x7f\x10\x00"


@dataclass(frozen=True, slots=True)
class Value:
    """What stands in an element's place: little endian bytes in pieces, or fragments, which have no length of their own."""

    vr: str
    pieces: Sequence[Buffer]
    fragments: bool = False
    word_bytes: int = 0

    @property
    def width(self) -> int:
        """How many bytes change places together in big endian: what the representation says, unless said otherwise."""
        return self.word_bytes or WORD_BYTES.get(self.vr, 1)


Changes = Mapping[int, Value | None]
"""Tag to the new value; None removes the element."""

NativePixels = Callable[[Reader, Sequence[Element]], Changes]
"""How fragments become native pixels, asked for each data set or item that holds some."""


@dataclass(frozen=True, slots=True)
class _Context:
    """The values that settle which of two representations an implicit attribute has (PS3.5 Annex A.1)."""

    signed: bool = False
    bits_allocated: int = 16
    waveform_bits_allocated: int = 16


class Writer:
    """Writes elements of one reader in the encoding that it was made for."""

    def __init__(self, reader: Reader, *, explicit: bool, little: bool, native_pixels: NativePixels | None = None) -> None:
        self._reader = reader
        self._explicit = explicit
        self._little = little
        self._native_pixels = native_pixels
        self._verbatim = reader.explicit == explicit and reader.little == little
        self._order = "<" if little else ">"

    def pieces(self, elements: Sequence[Element], changes: Changes | None = None) -> list[Buffer]:
        """The whole data set, `changes` applied to its top level. Raises `UnreadableDataset` and `LocalError`."""
        return self._dataset(elements, dict(changes or {}), _Context(), 0)

    def _dataset(
        self, elements: Sequence[Element], changes: dict[int, Value | None], context: _Context, depth: int
    ) -> list[Buffer]:
        if self._native_pixels is not None and _has_fragments(elements) and PIXEL_DATA not in changes:
            changes = {**self._native_pixels(self._reader, elements), **changes}
        if not self._verbatim:
            context = self._context(elements, context)
        groups_changed = {tag >> 16 for tag in changes}
        missing = sorted(set(changes) - {element.tag for element in elements})
        creators: dict[int, str] = {}
        out: list[Buffer] = []
        for element in elements:
            while missing and missing[0] < element.tag:
                out += self._changed(missing[0], changes[missing.pop(0)])
            if element.tag in changes:
                out += self._changed(element.tag, changes[element.tag])
            elif element.tag & 0xFFFF == 0 and (not self._verbatim or element.tag >> 16 in groups_changed):
                continue  # a group length would lie now; it has been optional since 1993 and retired since 2008 (PS3.5 7.2)
            elif self._verbatim and not self._has_nested_pixels(element):
                out.append(self._reader.view[element.start : element.end])
            else:
                out += self._converted(element, context, creators, depth)
        for tag in missing:
            out += self._changed(tag, changes[tag])
        return out

    def _has_nested_pixels(self, element: Element) -> bool:
        if self._native_pixels is None or element.vr not in ("SQ", ""):
            return False
        return _PIXEL_DATA_MARK in bytes(self._reader.view[element.value : element.end])

    def _changed(self, tag: int, value: Value | None) -> Iterator[Buffer]:
        if value is None:
            return
        if value.fragments:
            yield self._header(tag, value.vr, UNDEFINED)
            yield from value.pieces
            return
        length = sum(len(piece) for piece in value.pieces)
        yield self._header(tag, value.vr, length + length % 2)
        if self._little or value.width == 1:
            yield from value.pieces
        else:
            yield from (swap(piece, value.width, tag) for piece in value.pieces)
        if length % 2:
            yield b" " if value.vr in ("CS", "IS", "DS") else b"\0"

    def _converted(self, element: Element, context: _Context, creators: dict[int, str], depth: int) -> Iterator[Buffer]:
        if element.fragments is not None:
            raise LocalError(f"{tag_text(element.tag)} has fragments, which {self._name()} cannot hold")
        vr = element.vr or self._looked_up(element, context, creators)
        if vr == "UN" and self._little != self._reader.little and not element.undefined:
            known = self._looked_up(element, context, creators)  # its words can only change their order if they are known
            vr = known if known != "SQ" else vr
        value = self._reader.view[element.value : element.value + element.length]
        if vr == "UN" and element.undefined:
            yield self._header(element.tag, vr, UNDEFINED)
            yield self._reader.view[element.value : element.value + element.length]
            yield struct.pack("<HHL", SEQUENCE_DELIMITER >> 16, SEQUENCE_DELIMITER & 0xFFFF, 0)
        elif vr == "SQ":
            body = self._sequence(element, context, depth)
            length = UNDEFINED if element.undefined else sum(len(piece) for piece in body)
            yield self._header(element.tag, vr, length)
            yield from body
            if element.undefined:
                yield self._mark(SEQUENCE_DELIMITER, 0)
        else:
            if self._explicit and vr not in LONG_LENGTH_VRS and element.length > _SHORT_VALUE_BYTES_MAX:
                vr = "UN"  # PS3.5 6.2.2: a value too long for its representation's length field
            yield self._header(element.tag, vr, element.length)
            width = self._swap_width(element, vr, context)
            yield swap(value, width, element.tag) if width > 1 and self._little != self._reader.little else value

    def _swap_width(self, element: Element, vr: str, context: _Context) -> int:
        if element.tag == PIXEL_DATA and vr in ("OB", "OW") and context.bits_allocated > 8:
            return context.bits_allocated // 8
        return WORD_BYTES.get(vr, 1)

    def _sequence(self, element: Element, context: _Context, depth: int) -> list[Buffer]:
        out: list[Buffer] = []
        for item in self._reader.items(element, depth):
            body = self._dataset(item.elements, {}, context, depth + 1)
            out.append(self._mark(ITEM, UNDEFINED if item.undefined else sum(len(piece) for piece in body)))
            out += body
            if item.undefined:
                out.append(self._mark(ITEM_DELIMITER, 0))
        return out

    def _mark(self, tag: int, length: int) -> bytes:
        return struct.pack(self._order + "HHL", tag >> 16, tag & 0xFFFF, length)

    def _header(self, tag: int, vr: str, length: int) -> bytes:
        if not self._explicit:
            return self._mark(tag, length)
        start = struct.pack(self._order + "HH2s", tag >> 16, tag & 0xFFFF, vr.encode("ascii"))
        if vr in LONG_LENGTH_VRS:
            return start + struct.pack(self._order + "HL", 0, length)
        return start + struct.pack(self._order + "H", length)

    def _name(self) -> str:
        return f"{'Explicit' if self._explicit else 'Implicit'} VR {'Little' if self._little else 'Big'} Endian"

    def _context(self, elements: Sequence[Element], outer: _Context) -> _Context:
        found: dict[int, int] = {}
        for element in elements:
            if element.tag in (_PIXEL_REPRESENTATION, _BITS_ALLOCATED, _WAVEFORM_BITS_ALLOCATED) and element.length == 2:
                raw = self._reader.view[element.value : element.end]
                found[element.tag] = int.from_bytes(raw, "little" if self._reader.little else "big")
        return _Context(
            bool(found.get(_PIXEL_REPRESENTATION, outer.signed)),
            _sane(found.get(_BITS_ALLOCATED, outer.bits_allocated)),
            _sane(found.get(_WAVEFORM_BITS_ALLOCATED, outer.waveform_bits_allocated)),
        )

    def _looked_up(self, element: Element, context: _Context, creators: dict[int, str]) -> str:
        """The representation of an implicit element (PS3.5 Annex A.1): the dictionary's, or UN."""
        tag = element.tag
        group, number = tag >> 16, tag & 0xFFFF
        if number == 0:
            return "UL"
        if group % 2:
            if 0x10 <= number <= 0xFF:
                text = bytes(self._reader.view[element.value : element.value + min(element.length, 64)])
                creators[group << 16 | number] = text.decode("latin-1").strip(" \0")
                return "LO"
            found = _private(tag, creators.get(group << 16 | number >> 8, ""))
        else:
            try:
                found = dictionary_VR(tag)
            except KeyError:
                found = "UN"
        vr = _settled(found, tag, context)
        return "UN" if element.undefined and vr != "SQ" else vr


def _has_fragments(elements: Sequence[Element]) -> bool:
    return any(element.fragments is not None for element in elements)


def _sane(bits: int) -> int:
    return bits if bits in (1, 8, 16, 32, 64) else 16


def _private(tag: int, creator: str) -> str:
    try:
        return private_dictionary_VR(tag, creator) if creator else "UN"
    except KeyError:
        return "UN"


def _settled(vr: str, tag: int, context: _Context) -> str:
    """One representation where the dictionary leaves a choice."""
    if " or " not in vr:
        return vr if len(vr) == 2 else "UN"
    if tag >> 16 == _WAVEFORM_GROUP:
        return "OW" if context.waveform_bits_allocated > 8 else "OB"
    if vr == "OB or OW":
        return "OB" if tag == PIXEL_DATA and context.bits_allocated <= 8 else "OW"
    if vr == "US or SS":
        return "SS" if context.signed else "US"
    return "OW"


def swap(value: Buffer, width: int, tag: int = PIXEL_DATA) -> bytes:
    """The words of a value in the other byte order. `UnreadableDataset` where one is cut off."""
    if len(value) % width:
        raise UnreadableDataset(f"{tag_text(tag)} has {len(value)} bytes, which are not whole words of {width}")
    words: np.ndarray[Any, np.dtype[Any]] = np.frombuffer(value, dtype=f"u{width}")
    return words.byteswap().tobytes()
