"""Values of elements as text, by their value representation (PS3.5 6.2).

Comes in: a tag, its raw value and the character set. Goes out: text without padding, numbers in digits, several values with
backslashes between. Never raises: a value that is not what its VR says comes out as nearly as it can.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Final

from pydicom.datadict import dictionary_VR

from isocenter.base.limits import TAGS_CACHED_MAX
from isocenter.dataset.character_set import CharacterSet

CHARACTER_SET_VRS: Final = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
"""VRs that (0008,0005) applies to (PS3.5 6.1.2.2)."""
TEXT_VRS: Final = CHARACTER_SET_VRS | {"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"}
SINGLE_TEXT_VRS: Final = frozenset({"LT", "ST", "UT", "UR"})
"""VRs that have one value, in which a backslash is a character and leading spaces count."""
NUMBER_FORMATS: Final = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "UV": "Q", "SV": "q", "FL": "f", "FD": "d"}
_AMBIGUOUS: Final = {"US or SS": "US", "OB or OW": "OW", "US or OW": "US", "US or SS or OW": "US", "NONE": "UN"}


@lru_cache(maxsize=TAGS_CACHED_MAX)
def vr_of(tag: int) -> str:
    """The VR of a tag by the dictionary; UN where it has none, LO for private creators, UL for group lengths."""
    try:
        vr = dictionary_VR(tag)
    except KeyError:
        group, element = tag >> 16, tag & 0xFFFF
        if element == 0:
            return "UL"
        return "LO" if group & 1 and 0x10 <= element <= 0xFF else "UN"
    return _AMBIGUOUS.get(vr, vr)


def decode(tag: int, value: bytes, declared: CharacterSet, *, little_endian: bool = True) -> str:
    """The raw value of `tag` as text."""
    vr = vr_of(tag)
    if vr in NUMBER_FORMATS:
        return decode_numbers(vr, value, little_endian=little_endian)
    text = declared.decode(value, vr) if vr in CHARACTER_SET_VRS else value.decode("latin-1")
    if vr in SINGLE_TEXT_VRS:
        return text.rstrip(" \0")
    if "\\" in text:
        return "\\".join([part.strip(" \0") for part in text.split("\\")])
    return text.strip(" \0")


def decode_numbers(vr: str, value: bytes, *, little_endian: bool = True) -> str:
    """Binary numbers in digits; bytes that do not make up a whole number are left out."""
    code = NUMBER_FORMATS[vr]
    count = len(value) // struct.calcsize(code)
    return "\\".join(map(str, struct.unpack_from(f"{'<' if little_endian else '>'}{count}{code}", value)))
