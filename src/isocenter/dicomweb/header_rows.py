"""An object of the DICOM JSON Model (PS3.18 F) as rows for a person: tag, name and value, sequences unfolded.

The object comes in, rows go out in the order of tags. Names are those of PS3.6, of private attributes those that are known for
their creator. Values are text, cut where they are long; what stands elsewhere as bulk data is named, not fetched.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydicom.datadict import (
    dictionary_description,
    dictionary_has_tag,
    keyword_for_tag,
    private_dictionary_description,
    repeater_has_tag,
)

from isocenter.base.limits import HEADER_ROW_CHARACTERS_MAX, HEADER_ROW_VALUES_MAX

_GROUPS: Final = ("Alphabetic", "Ideographic", "Phonetic")
_SHOWN_BYTES: Final = 32
_HEX_DIGITS: Final = frozenset("0123456789ABCDEFabcdef")


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """One attribute, or the beginning of an item of a sequence, whose VR is empty. `cut`: more of the value is there."""

    depth: int
    path: str
    tag: str
    vr: str
    keyword: str
    name: str
    value: str
    cut: bool


def rows(model: Mapping[str, Any], depth: int = 0, path: str = "") -> Iterator[HeaderRow]:
    """The rows of one object. Raises nothing for odd values: they are shown as they are."""
    creators: dict[tuple[int, int], str] = {}
    for key in sorted(model):
        element = model[key]
        if len(key) != 8 or not _HEX_DIGITS.issuperset(key) or not isinstance(element, Mapping):
            continue
        tag, vr, here = int(key, 16), str(element.get("vr", "UN")), f"{path}{key}"
        keyword, name = _named(tag, creators)
        items = element.get("Value", [])
        if vr == "SQ":
            said = f"{len(items)} item{'' if len(items) == 1 else 's'}"
            yield HeaderRow(depth, here, key, vr, keyword, name, said, False)
            for number, item in enumerate(items, 1):
                inside = f"{here}/{number}"
                yield HeaderRow(depth + 1, inside, key, "", "", f"Item {number}", "", False)
                yield from rows(item if isinstance(item, Mapping) else {}, depth + 1, f"{inside}/")
            continue
        value, is_cut = _value(element, vr)
        if tag >> 16 & 1 and 0x10 <= (tag & 0xFFFF) <= 0xFF:
            creators[tag >> 16, tag & 0xFF] = value
        yield HeaderRow(depth, here, key, vr, keyword, name, value, is_cut)


def _named(tag: int, creators: Mapping[tuple[int, int], str]) -> tuple[str, str]:
    """Keyword and name of an attribute; a private one has no keyword."""
    if tag >> 16 & 1:
        if 0x10 <= (tag & 0xFFFF) <= 0xFF:
            return "", "Private Creator"
        creator = creators.get((tag >> 16, tag >> 8 & 0xFF), "")
        try:
            return "", private_dictionary_description(tag, creator)
        except KeyError:
            return "", f"Private attribute of {creator}" if creator else "Private attribute of nobody"
    if dictionary_has_tag(tag) or repeater_has_tag(tag):
        return keyword_for_tag(tag), dictionary_description(tag)
    return "", "Unknown attribute"


def _value(element: Mapping[str, Any], vr: str) -> tuple[str, bool]:
    if "BulkDataURI" in element:
        return "bulk data, not shown here", False
    if "InlineBinary" in element:
        return _binary(str(element["InlineBinary"]))
    values = element.get("Value", [])
    if not isinstance(values, list):
        values = [values]
    text = "\\".join(_text(value, vr) for value in values[:HEADER_ROW_VALUES_MAX])
    is_cut = len(values) > HEADER_ROW_VALUES_MAX or len(text) > HEADER_ROW_CHARACTERS_MAX
    return text[:HEADER_ROW_CHARACTERS_MAX], is_cut


def _text(value: object, vr: str) -> str:
    if value is None:
        return ""
    if vr == "PN" and isinstance(value, Mapping):
        return "=".join(str(value.get(group, "")) for group in _GROUPS).rstrip("=")
    if vr == "AT" and isinstance(value, str) and len(value) == 8:
        return f"({value[:4]},{value[4:]})"
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)


def _binary(text: str) -> tuple[str, bool]:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text[:HEADER_ROW_CHARACTERS_MAX], len(text) > HEADER_ROW_CHARACTERS_MAX
    shown = found[:_SHOWN_BYTES].hex(" ")
    return f"{shown} ({len(found)} bytes)" if found else "", len(found) > _SHOWN_BYTES
