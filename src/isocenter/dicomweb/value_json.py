"""Values of elements in the DICOM JSON Model, by their value representation (PS3.18 F.2.2 to F.2.5).

Comes in: a VR, a raw value, the declared character set. Goes out: JSON text as bytes, an attribute with its VR and value. Never
raises: a value that is not what its VR says comes out as nearly as it can, and always as valid JSON in UTF-8 without control bytes.
Numbers in text (DS, IS) keep their digits where these are a JSON number, and stay text where they are no number at all.
"""

from __future__ import annotations

import math
import re
import struct
from base64 import b64encode
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Final

from isocenter.base.limits import JSON_WHOLE_NUMBER_MAX, TEXTS_CACHED_MAX
from isocenter.dataset import character_set
from isocenter.dataset.value_text import CHARACTER_SET_VRS, NUMBER_FORMATS, SINGLE_TEXT_VRS, TEXT_VRS

BINARY_VRS: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
"""VRs whose values are Base64 or somewhere else (PS3.18 F.2.7)."""
WORD_BYTES: Final = {"AT": 2, "OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8} | {
    vr: struct.calcsize(code) for vr, code in NUMBER_FORMATS.items()
}
"""The size of what changes with the byte order, for VRs that have such."""
_PLAIN_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?\Z")
_LOOSE_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,3})?\Z")
_WHOLE_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,30}\Z")
_GROUPS_OF_NAMES: Final = ("Alphabetic", "Ideographic", "Phonetic")


@lru_cache(maxsize=TEXTS_CACHED_MAX)
def attribute(tag: int, vr: str, value: bytes, declared: bytes, order: str) -> bytes:
    """One attribute with its name, its value inline. Remembered, because the images of a series differ in few: for short values."""
    return b'"%08X":' % tag + written(vr, value, declared, order)


def written(vr: str, value: bytes, declared: bytes, order: str) -> bytes:
    """The attribute object: its VR and its value. `declared` is (0008,0005), `order` the byte order as in `struct`."""
    if vr in BINARY_VRS:
        words = little_endian(vr, value, order)
        return b'{"vr":"%s","InlineBinary":"%s"}' % (vr.encode(), b64encode(words)) if words else b'{"vr":"%s"}' % vr.encode()
    values = _values(vr, value, declared, order).encode("utf-8", "replace")
    return b'{"vr":"%s","Value":[%s]}' % (vr.encode(), values) if values else b'{"vr":"%s"}' % vr.encode()


def little_endian(vr: str, value: bytes, order: str) -> bytes:
    """The value as little endian words; bytes past the last whole word stay where they are."""
    size = WORD_BYTES.get(vr, 1)
    if order == "<" or size == 1:
        return value
    swapped, whole = bytearray(value), len(value) // size * size
    for place in range(size):
        swapped[place:whole:size] = value[size - 1 - place : whole : size]
    return bytes(swapped)


def utf_8(vr: str, value: bytes, declared: bytes) -> bytes:
    """A text in UTF-8, padding removed, as it is without escapes in the JSON (PS3.18 F.2.2, note 4)."""
    text = character_set.of(declared).decode(value, vr) if vr in CHARACTER_SET_VRS else value.decode("latin-1")
    return text.rstrip(" \0").encode("utf-8", "replace")


def _values(vr: str, value: bytes, declared: bytes, order: str) -> str:
    """The values, joined by commas; empty for none."""
    if not value:
        return ""
    if vr in TEXT_VRS:
        return _texts(vr, value, declared)
    if vr == "AT":
        halves = struct.unpack_from(f"{order}{len(value) // 4 * 2}H", value)
        return ",".join([f'"{group:04X}{element:04X}"' for group, element in zip(halves[::2], halves[1::2], strict=True)])
    code = NUMBER_FORMATS[vr]
    numbers = struct.unpack_from(f"{order}{len(value) // struct.calcsize(code)}{code}", value)
    if vr in ("FL", "FD"):
        return ",".join([_floating(number) for number in numbers])
    return ",".join([_whole(number) for number in numbers] if vr in ("SV", "UV") else map(str, numbers))


def _whole(number: int) -> str:
    """Whole numbers that not every reader of JSON can hold are texts (PS3.18 F.2.3)."""
    return str(number) if abs(number) <= JSON_WHOLE_NUMBER_MAX else f'"{number}"'


def _floating(number: float) -> str:
    """JSON has no words for what is no finite number; texts are what readers of JSON turn back into them."""
    if math.isfinite(number):
        return repr(number)
    return '"NaN"' if number != number else '"Infinity"' if number > 0 else '"-Infinity"'


def _texts(vr: str, value: bytes, declared: bytes) -> str:
    text = character_set.of(declared).decode(value, vr) if vr in CHARACTER_SET_VRS else value.decode("latin-1")
    if vr in SINGLE_TEXT_VRS:
        text = text.rstrip(" \0")
        return encode_basestring(text) if text else ""
    parts = [part.strip(" \0") for part in text.split("\\")]
    if parts == [""]:
        return ""
    if vr in ("DS", "IS"):
        return ",".join([number_json(part) for part in parts])
    if vr == "PN":
        return ",".join([name_json(part) for part in parts])
    return ",".join([encode_basestring(part) if part else "null" for part in parts])


def number_json(text: str) -> str:
    """A number that is written as text (DS, IS) as JSON; what is none stays text, an empty one is null."""
    if not text:
        return "null"
    if _PLAIN_NUMBER.match(text):
        return text
    if _WHOLE_NUMBER.match(text):
        return str(int(text))
    if _LOOSE_NUMBER.match(text) and math.isfinite(number := float(text)):
        return repr(number)
    return encode_basestring(text)


def name_json(text: str) -> str:
    """The component groups of a name (PS3.18 F.2.2)."""
    groups = [
        f'"{group}":{encode_basestring(part)}'
        for group, part in zip(_GROUPS_OF_NAMES, (part.rstrip(" ") for part in text.split("=")), strict=False)
        if part
    ]
    return f"{{{','.join(groups)}}}" if groups else "null"
