"""Data sets in the DICOM JSON Model (PS3.18 F) by keyword: how the rooms of this package write and read attributes.

Keywords and plain values go in, objects of the model go out, and the other way round. What is read was written by others: a value
of another kind than asked for counts as absent.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from pydicom.datadict import dictionary_VR, tag_for_keyword

DataSet = Mapping[str, Any]
"""Tags as eight hexadecimal digits to elements with `vr` and `Value` (PS3.18 F.2.2)."""

_GROUPS_OF_NAMES: Final = ("Alphabetic", "Ideographic", "Phonetic")
_KEYWORDS_CACHED = 512


@lru_cache(maxsize=_KEYWORDS_CACHED)
def _entry(keyword: str) -> tuple[str, str]:
    """The tag and the VR of a keyword of PS3.6; KeyError for none."""
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    return f"{tag:08X}", dictionary_VR(tag)


def data_set(**values: object) -> dict[str, Any]:
    """A data set of these keywords. None leaves an attribute out, "" and an empty list are an empty value (type 2)."""
    made: dict[str, Any] = {}
    for keyword, value in values.items():
        if value is None:
            continue
        tag, vr = _entry(keyword)
        several = list(value) if isinstance(value, (list, tuple)) else [] if value == "" else [value]
        if vr == "PN":
            several = [one if isinstance(one, Mapping) else {"Alphabetic": one} for one in several]
        made[tag] = {"vr": vr, "Value": several} if several else {"vr": vr}
    return made


def copied(source: DataSet, keywords: Iterable[str], *, empty: Iterable[str] = ()) -> dict[str, Any]:
    """These attributes of another data set as they are, where it has them; those of `empty` without a value where it does not."""
    made: dict[str, Any] = {}
    needed = frozenset(empty)
    for keyword in (*keywords, *needed):
        tag, vr = _entry(keyword)
        element = source.get(tag)
        if isinstance(element, Mapping) and isinstance(element.get("Value"), list):
            made[tag] = {"vr": str(element.get("vr", vr)), "Value": element["Value"]}
        elif keyword in needed:
            made[tag] = {"vr": vr}
    return made


def values(source: DataSet, keyword: str) -> Sequence[Any]:
    """The values of an attribute; none where it is absent, empty, or stands elsewhere."""
    element = source.get(_entry(keyword)[0])
    found = element.get("Value") if isinstance(element, Mapping) else None
    return found if isinstance(found, list) else ()


def text(source: DataSet, keyword: str) -> str:
    """All values as text, with backslashes between; a name as its groups, with equals signs."""
    return "\\".join(_text(value) for value in values(source, keyword))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "=".join(str(value.get(group) or "") for group in _GROUPS_OF_NAMES).rstrip("=")
    return str(value).strip(" \0")


def number(source: DataSet, keyword: str) -> float | None:
    """The first value as a number, or None."""
    return next(iter(numbers(source, keyword)), None)


def numbers(source: DataSet, keyword: str) -> list[float]:
    """The values as numbers; nothing at all where one of them is none, or is not finite."""
    try:
        found = [float(value) for value in values(source, keyword)]
    except (TypeError, ValueError, OverflowError):
        return []
    return found if all(map(math.isfinite, found)) else []


def whole_numbers(source: DataSet, keyword: str) -> list[int]:
    """The values as whole numbers; nothing at all where one of them is none."""
    found = numbers(source, keyword)
    return [int(one) for one in found] if all(one.is_integer() for one in found) else []


def items(source: DataSet, keyword: str) -> list[DataSet]:
    """The items of a sequence."""
    return [item for item in values(source, keyword) if isinstance(item, Mapping)]


def elsewhere(source: DataSet, keyword: str) -> str:
    """The BulkDataURI of an attribute whose value is not in the data set; empty where it is."""
    element = source.get(_entry(keyword)[0])
    uri = element.get("BulkDataURI") if isinstance(element, Mapping) else None
    return uri if isinstance(uri, str) else ""
