"""What the elements of one data set or item are read by: the character set, and what tells a VR that is not written (PS3.5 6.2).

Comes in: headers, and the values of the few elements that say how others are to be read. Goes out: the VR of each element, by the
dictionary where none is written or UN is, private ones by their creator, and settled where the dictionary leaves a choice.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pydicom.datadict import dictionary_VR, private_dictionary_VR

from isocenter.base.limits import INDEXED_VALUE_BYTES_MAX, TAGS_CACHED_MAX
from isocenter.dataset.skim import PIXEL_DATA_TAGS, SPECIFIC_CHARACTER_SET, UNDEFINED
from isocenter.dataset.value_text import TEXT_VRS, vr_of
from isocenter.dicomweb.elements import NO_VR, Head
from isocenter.dicomweb.value_json import BINARY_VRS

_PIXEL_REPRESENTATION: Final = 0x00280103
_LUT_DESCRIPTOR: Final = 0x00283002
_SETTING: Final = frozenset({SPECIFIC_CHARACTER_SET, _PIXEL_REPRESENTATION, _LUT_DESCRIPTOR})
_CHOICES: Final = frozenset({"US or SS", "US or OW"})
_VRS: Final = {vr.encode(): vr for vr in TEXT_VRS | BINARY_VRS | {"AT", "FD", "FL", "SL", "SQ", "SS", "SV", "UL", "US", "UV"}}
_WRITTEN: Final = {written: vr for written, vr in _VRS.items() if vr != "UN"}


class Surroundings:
    """Those of one data set, or of one item."""

    __slots__ = ("_creators", "_signed", "_single", "declared")

    def __init__(self, declared: bytes = b"", *, signed: bool = False) -> None:
        self.declared = declared
        self._signed = signed
        self._single = False
        self._creators: dict[int, str] = {}

    def inside(self) -> Surroundings:
        """Those that an item begins with: it inherits what it does not say itself (PS3.5 6.1.1, PS3.3 C.7.6.3.1)."""
        return Surroundings(self.declared, signed=self._signed)

    def are_told_by(self, head: Head) -> bool:
        """True for an element whose value belongs into `note`."""
        tag, _, _, length = head
        if tag in _SETTING:
            return length <= INDEXED_VALUE_BYTES_MAX
        return bool(tag & 0x10000) and 0x10 <= tag & 0xFFFF <= 0xFF and length <= INDEXED_VALUE_BYTES_MAX

    def note(self, tag: int, value: bytes, order: str) -> None:
        """Take note of such a value."""
        if tag == SPECIFIC_CHARACTER_SET:
            self.declared = value or self.declared
        elif tag == _PIXEL_REPRESENTATION:
            self._signed = _first_number(value, order) == 1
        elif tag == _LUT_DESCRIPTOR:
            self._single = _first_number(value, order) == 1
        else:
            self._creators[tag >> 16 << 8 | tag & 0xFF] = value.decode("latin-1").strip(" \0")

    def vr(self, head: Head) -> str:
        """The VR of an element."""
        tag, written, _, length = head
        known = _WRITTEN.get(written)
        if known is not None:
            return known
        if length == UNDEFINED:
            return "OB" if tag in PIXEL_DATA_TAGS else "SQ"
        if written not in (NO_VR, b"UN"):
            return "UN"
        vr = _dictionary_vr(tag)
        if vr == "UN" and tag & 0x10000:
            creator = self._creators.get(tag >> 16 << 8 | tag >> 8 & 0xFF)
            return _private_vr(tag, creator) if creator else vr
        if vr == "US or SS":
            return "SS" if self._signed else "US"
        if vr == "US or OW":
            return "US" if self._single else "OW"
        return vr


def _first_number(value: bytes, order: str) -> int:
    return int.from_bytes(value[:2], "little" if order == "<" else "big")


@lru_cache(maxsize=TAGS_CACHED_MAX)
def _dictionary_vr(tag: int) -> str:
    try:
        vr = str(dictionary_VR(tag))
    except KeyError:
        return vr_of(tag)
    return vr if vr in _CHOICES else vr_of(tag)


@lru_cache(maxsize=TAGS_CACHED_MAX)
def _private_vr(tag: int, creator: str) -> str:
    try:
        vr = str(private_dictionary_VR(tag, creator))
    except KeyError:
        return "UN"
    return vr if vr.encode() in _VRS else "UN"
