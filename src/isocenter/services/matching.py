"""From the text of one key to how it must match (PS3.4 C.2.2.2).

A VR and decoded text come in, a `Match` or None (universal matching) goes out; `Unmatchable` says what is wrong with the text.
Lax where devices in use are: `*` stands for everything in any VR, dates of ACR-NEMA are read, several values match any of them.
Nothing here compares: how values are compared is the catalogue's affair.
"""

from __future__ import annotations

import re

from isocenter.base.errors import IsocenterError
from isocenter.base.limits import QUERY_VALUES_MAX, WILDCARDS_MAX
from isocenter.model.query import AnyOf, Match, Range, Single, Wildcard

WILDCARD_VRS = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
"""VRs in which `*` and `?` mean something (PS3.4 C.2.2.2.4)."""

RANGE_VRS = frozenset({"DA", "TM", "DT"})
"""VRs in which `-` means something (PS3.4 C.2.2.2.5)."""

SINGLE_VALUED_VRS = frozenset({"LT", "ST", "UT", "UR"})
"""Text VRs in which a backslash is a character like any other (PS3.5 6.2)."""

KINDS: dict[str, str] = {
    **dict.fromkeys(sorted(WILDCARD_VRS - SINGLE_VALUED_VRS), "single value, list, wild card"),
    **dict.fromkeys(sorted(WILDCARD_VRS & SINGLE_VALUED_VRS), "single value, wild card"),
    **dict.fromkeys(sorted(RANGE_VRS), "single value, list, range"),
    "UI": "single value, list of UID",
    **dict.fromkeys(("AS", "DS", "IS", "SL", "SS", "UL", "US", "FL", "FD", "SV", "UV"), "single value, list"),
}
"""Kinds of matching by VR, beside universal matching, which every key has."""

_EVERYTHING = re.compile(r"\*+")
_DATE = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})", re.ASCII)
_DATE_START = re.compile(r"(\d{4})(\d{2})?\*", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3])(?::?([0-5]\d)(?::?([0-5]\d|60)(?:\.(\d{1,6}))?)?)?", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}(?:\d{2}){0,5}(?:\.\d{1,6})?(?:[+-]\d{4})?", re.ASCII)
_LAST_DAY = 31


class Unmatchable(IsocenterError):
    """The text of a key cannot be matched with; the message ends a sentence that begins with the key's name."""


def match_of(vr: str, text: str) -> Match | None:
    """How `text` must match in an attribute of this VR; None is universal matching. Raises `Unmatchable`."""
    if vr in SINGLE_VALUED_VRS:
        return _text_match(vr, text.rstrip(" \0"))
    values = [value.strip(" \0") for value in text.split("\\", QUERY_VALUES_MAX)]
    if len(values) > QUERY_VALUES_MAX:
        raise Unmatchable(f"has more than {QUERY_VALUES_MAX} values")
    if len(values) == 1:
        return _one_match(vr, values[0])
    return _list_match(vr, values)


def _one_match(vr: str, value: str) -> Match | None:
    if not value or _EVERYTHING.fullmatch(value):
        return None
    if vr == "DA":
        return _date_match(value)
    if vr == "TM":
        return _time_match(value)
    if vr == "DT":
        return _date_time_match(value)
    return _text_match(vr, value)


def _list_match(vr: str, values: list[str]) -> Match | None:
    matches = [_one_match(vr, value) for value in values if value]
    if not matches or None in matches:
        return None
    if len(set(matches)) == 1:
        return matches[0]
    if not all(isinstance(match, Single) for match in matches):
        raise Unmatchable("is a list of wild cards or ranges")
    return AnyOf(tuple(dict.fromkeys(match.value for match in matches if isinstance(match, Single))))


def _text_match(vr: str, value: str) -> Match | None:
    if not value or _EVERYTHING.fullmatch(value):
        return None
    if vr == "CS":
        value = value.upper()
    elif vr == "PN":
        value = value.rstrip("^=") or value
    if vr not in WILDCARD_VRS or not ("*" in value or "?" in value):
        return Single(value)
    value = _EVERYTHING.sub("*", value)
    if value.count("*") + value.count("?") > WILDCARDS_MAX:
        raise Unmatchable(f"has more than {WILDCARDS_MAX} wild cards")
    return Wildcard(value)


def _ends(value: str) -> tuple[str, str] | None:
    """The ends of a range, None for a single value."""
    if value.count("-") > 1:
        raise Unmatchable("has more than one hyphen")
    low, hyphen, high = value.partition("-")
    return (low.strip(), high.strip()) if hyphen else None


def _date(value: str) -> str:
    found = _DATE.fullmatch(value)
    if found is None:
        raise Unmatchable("is not a date (YYYYMMDD)")
    return "".join(found.groups())


def _date_match(value: str) -> Match | None:
    # Some devices ask for a year or a month with a wild card.
    if start := _DATE_START.fullmatch(value):
        year, month = start.groups()
        return Range(f"{year}{month or '01'}01", f"{year}{month or '12'}{_LAST_DAY}")
    ends = _ends(value)
    if ends is None:
        return Single(_date(value))
    low, high = (_date(end) if end else "" for end in ends)
    return Range(low, high) if low or high else None


def _time_match(value: str) -> Match | None:
    ends = _ends(value) or (value, value)
    low = earliest_time(ends[0]) if ends[0] else ""
    high = latest_time(ends[1]) if ends[1] else ""
    return Range(low, high) if low or high else None


def earliest_time(value: str) -> str:
    """The start of a time of any precision, written as short as it goes: as text, it then precedes every time from it on.

    So 10, 1000 and 100000 all lie in a range that begins with any of them.
    """
    hour, minute, second, fraction = _time_parts(value)
    text = f"{hour}{minute or '00'}{second or '00'}"
    if fraction := fraction.rstrip("0"):
        return f"{text}.{fraction}"
    while len(text) > 2 and text.endswith("00"):
        text = text[:-2]
    return text


def latest_time(value: str) -> str:
    """The end of a time of any precision: 10 is every time from ten o'clock to just before eleven (PS3.5 6.2)."""
    hour, minute, second, fraction = _time_parts(value)
    return f"{hour}{minute or '59'}{second or '59'}.{fraction.ljust(6, '9')}"


def _time_parts(value: str) -> tuple[str, ...]:
    found = _TIME.fullmatch(value)
    if found is None:
        raise Unmatchable("is not a time (HHMMSS)")
    return found.groups("")


def _date_time_match(value: str) -> Match | None:
    if _DATE_TIME.fullmatch(value):
        return Single(value)
    ends = _ends(value)
    if ends is None or not all(_DATE_TIME.fullmatch(end) for end in ends if end):
        raise Unmatchable("is not a date and time (YYYYMMDDHHMMSS)")
    return Range(*ends) if any(ends) else None
