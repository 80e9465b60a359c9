"""A structured report as a person reads it: headings, and under them names with values in words.

A content tree comes in, lines as a tree go out. Context that says nothing to a reader, such as the language, stays out; numbers
keep the digits that their maker wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from isocenter.documents import codes
from isocenter.documents.content import ContentItem, Referenced

_COUNTRY_OF_LANGUAGE: Final = ("121046", "DCM")
_UNSAID: Final = frozenset(
    {
        codes.LANGUAGE.key,
        _COUNTRY_OF_LANGUAGE,
        codes.TRACKING_UNIQUE_IDENTIFIER.key,
        codes.OBSERVER_TYPE.key,
        codes.DEVICE_OBSERVER_UID.key,
    }
)
_DATE: Final = re.compile(r"(\d{4})(\d\d)(\d\d)\Z")
_TIME: Final = re.compile(r"(\d\d)(\d\d)(\d\d)?")


@dataclass(frozen=True, slots=True)
class Line:
    """One item: `kind` is its value type in small letters, `name` its concept, `value` its value in words without its unit.

    `relationship` is how it belongs to the line above. `images` are what it refers to.
    """

    kind: str
    name: str
    value: str
    unit: str
    relationship: str
    images: tuple[Referenced, ...]
    lines: tuple[Line, ...]


def line(item: ContentItem) -> Line:
    """An item with all under it."""
    return Line(
        kind=item.value_type.lower(),
        name=item.concept.meaning,
        value=_value(item),
        unit=codes.unit_name(item.unit) if item.number is not None else "",
        relationship=item.relationship.lower(),
        images=item.references,
        lines=tuple(line(child) for child in item.children if child.concept.key not in _UNSAID),
    )


def _value(item: ContentItem) -> str:
    match item.value_type:
        case "CODE":
            return item.code.meaning or item.code.value
        case "NUM":
            return item.text if item.number is None or item.text else f"{item.number:g}"
        case "DATE":
            return _dashed(item.text)
        case "TIME":
            return _with_colons(item.text)
        case "DATETIME":
            return f"{_dashed(item.text[:8])} {_with_colons(item.text[8:14])}".strip()
        case "SCOORD" | "SCOORD3D":
            count = len(item.coordinates) // (3 if item.value_type == "SCOORD3D" else 2)
            return f"{item.graphic.lower()} of {count} {'point' if count == 1 else 'points'}"
        case _:
            return item.text


def _dashed(date: str) -> str:
    found = _DATE.match(date)
    return "-".join(found.groups()) if found else date


def _with_colons(time: str) -> str:
    found = _TIME.match(time)
    return ":".join(part for part in found.groups() if part) if found else time
