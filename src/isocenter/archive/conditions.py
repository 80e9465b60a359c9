"""One key of a query as a condition on a column (PS3.4 C.2.2.2): SQL text and its parameters, in SQLite's dialect.

An attribute of the index and a `Match` come in, a `Condition` goes out, or None where everything matches. Values are parameters,
never part of the text, and no character of theirs means anything to SQL. What the standard leaves to us: names ignore case and
trailing carets and match in any component group, several stored values match if one does, times compare whatever their precision.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final
from unicodedata import normalize

from isocenter.archive.folding import fold_group
from isocenter.archive.schema import folded
from isocenter.base.errors import UsageError
from isocenter.base.limits import QUERY_ALTERNATIVES_MAX, QUERY_VALUE_CHARACTERS_MAX, QUERY_VALUES_MAX, WILDCARDS_MAX
from isocenter.model.attributes import Attribute
from isocenter.model.query import CombinedRange, Match, Range, Single, Wildcard

Parameter = str | int | float

INDEXED: Final = frozenset(
    {"patient_id", "study_instance_uid", "accession_number", "study_date", "series_instance_uid", "sop_instance_uid"}
)
"""Columns that SQL finds by an index: compared whole, as any expression around the column would lose the index."""

NUMBERS: Final = frozenset({"IS", "US"})
SINGLE_TEXTS: Final = frozenset({"LT", "ST", "UT"})
"""VRs in which a backslash is text and leading spaces count (PS3.5 6.2)."""

_DATE: Final = re.compile(r"(\d{4})[.-]?(\d{2})?[.-]?(\d{2})?", re.ASCII)
_TIME: Final = re.compile(r"(\d{2})(?::?(\d{2})(?::?(\d{2})(?:\.(\d{1,6}))?)?)?", re.ASCII)
_WILD: Final = re.compile(r"[*?]")
_STARS: Final = re.compile(r"\*+")


@dataclass(frozen=True, slots=True)
class Condition:
    """A truth value in SQL. `found_by_index`: an index leads to the few rows for which it holds."""

    sql: str
    parameters: tuple[Parameter, ...] = ()
    found_by_index: bool = False


def any_of(conditions: Iterable[Condition]) -> Condition:
    """One of them holds."""
    parts = list(conditions)
    return parts[0] if len(parts) == 1 else _joined(" OR ", parts, all(part.found_by_index for part in parts))


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Each of them holds."""
    parts = list(conditions)
    return parts[0] if len(parts) == 1 else _joined(" AND ", parts, any(part.found_by_index for part in parts))


def _joined(word: str, parts: list[Condition], found_by_index: bool) -> Condition:
    sql = word.join(part.sql for part in parts)
    return Condition(f"({sql})", tuple(value for part in parts for value in part.parameters), found_by_index)


def condition(attribute: Attribute, table: str, match: Match) -> Condition | None:
    """How `match` is asked of the column of `attribute` in `table`; None is universal matching.

    Raises UsageError for a value that cannot be matched with, and for more values or wild cards than we bound.
    """
    try:
        return _condition(attribute, table, match)
    except ValueError as error:
        raise UsageError(f"{attribute.keyword} {error}") from None


def _condition(attribute: Attribute, table: str, match: Match) -> Condition | None:
    column = f"{table}.{attribute.column}"
    if isinstance(match, Wildcard):
        pattern = _STARS.sub("*", _text(match.pattern).rstrip(" \0"))
        if len(_WILD.findall(pattern)) > WILDCARDS_MAX:
            raise ValueError(f"has more than {WILDCARDS_MAX} wild cards")
        return None if pattern in {"", "*"} else _like(attribute, table, pattern)
    if isinstance(match, CombinedRange):
        return _moments(column, f"{table}.{_time_column(attribute, match)}", match)
    if isinstance(match, Range):
        if not (match.low.strip() or match.high.strip()):
            return None
        if attribute.vr == "DA":
            return _dates(column, match.low.strip(), match.high.strip())
        if attribute.vr == "TM":
            return _times(column, match.low.strip(), match.high.strip())
        raise ValueError(f"is no date or time, so that a range cannot be matched (VR {attribute.vr})")
    values = (match.value,) if isinstance(match, Single) else match.values
    if len(values) > QUERY_VALUES_MAX:
        raise ValueError(f"has more than {QUERY_VALUES_MAX} values")
    values = tuple(dict.fromkeys(value for value in (_key(attribute, value) for value in values) if value))
    return _equal(attribute, table, values) if values else None


def _text(value: str) -> str:
    """`value` as it can be bound, in the form of the index: NFC, and no half of a surrogate pair."""
    if len(value) > QUERY_VALUE_CHARACTERS_MAX:
        raise ValueError(f"has a value of {len(value)} characters, more than {QUERY_VALUE_CHARACTERS_MAX}")
    return normalize("NFC", value.encode("utf-8", "replace").decode("utf-8"))


def _key(attribute: Attribute, value: str) -> str:
    value = _text(value).rstrip(" \0")
    if attribute.vr not in SINGLE_TEXTS:
        value = value.lstrip(" ")
    return value.upper() if attribute.vr == "CS" else value


def _equal(attribute: Attribute, table: str, values: tuple[str, ...]) -> Condition:
    """One of `values`, which are not empty."""
    column = f"{table}.{attribute.column}"
    if attribute.vr == "PN":
        return any_of(_name(attribute, table, value) for value in _few(values))
    if attribute.vr == "DA":
        return any_of(_dates(column, value, value) for value in _few(values))
    if attribute.vr == "TM":
        return any_of(_times(column, value, value) for value in _few(values))
    if attribute.vr in NUMBERS:
        return _numbers(column, values)
    if attribute.vr == "DS":
        return _decimals(column, values)
    if attribute.column in INDEXED:
        return _in(column, values, found_by_index=True)
    if attribute.vr in SINGLE_TEXTS:
        return _in(column, values)
    return any_of(Condition(f"instr('\\' || {column} || '\\', ?) > 0", (f"\\{value}\\",)) for value in _few(values))


def _few(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(values) > QUERY_ALTERNATIVES_MAX:
        raise ValueError(f"has {len(values)} values, more than {QUERY_ALTERNATIVES_MAX} that are not found by an index")
    return values


def _in(column: str, values: Iterable[Parameter], *, found_by_index: bool = False) -> Condition:
    listed = tuple(values)
    if len(listed) == 1:
        return Condition(f"{column} = ?", listed, found_by_index)
    return Condition(f"{column} IN ({', '.join('?' * len(listed))})", listed, found_by_index)


def _numbers(column: str, values: tuple[str, ...]) -> Condition:
    numbers = []
    for value in values:
        if not re.fullmatch(r"[+-]?\d{1,12}", value, re.ASCII):
            raise ValueError(f"is a whole number, and cannot be {value[:64]!r}")
        numbers.append(int(value))
    return all_of((Condition(f"{column} <> ''"), _in(f"CAST({column} AS INTEGER)", numbers)))


def _decimals(column: str, values: tuple[str, ...]) -> Condition:
    try:
        numbers = [float(value) for value in values]
    except ValueError:
        raise ValueError(f"is a decimal number, and cannot be {values[0][:64]!r}") from None
    return all_of((Condition(f"{column} <> ''"), _in(f"CAST({column} AS REAL)", numbers)))


# Dates and times


def _date(value: str) -> str:
    found = _DATE.fullmatch(value)
    if found is None:
        raise ValueError(f"is a date (YYYYMMDD), and cannot be {value[:64]!r}")
    return "".join(part for part in found.groups() if part)


def _dates(column: str, low: str, high: str) -> Condition:
    """From `low` to `high`, both included; a year or a month alone is all its days."""
    first, last = _date(low) if low else "", _date(high).ljust(8, "9") if high else ""
    if first == last:
        return Condition(f"{column} = ?", (first,))
    parts = [Condition(f"{column} >= ?", (first,)) if first else Condition(f"{column} > ''")]
    if last:
        parts.append(Condition(f"{column} <= ?", (last,)))
    return all_of(parts)


def _instant(value: str, fill: str) -> str:
    """A time of any precision as HHMMSS.FFFFFF; `fill` is 0 for its start, 9 for its end."""
    found = _TIME.fullmatch(value)
    if found is None:
        raise ValueError(f"is a time (HHMMSS), and cannot be {value[:64]!r}")
    hour, minute, second, fraction = found.groups("")
    whole = "59" if fill == "9" else "00"
    return f"{hour}{minute or whole}{second or whole}.{fraction.ljust(6, fill)}"


def _whole_time(column: str) -> str:
    """SQL: a stored time as HHMMSS.FFFFFF, from its start; colons are of ACR-NEMA (PS3.5 6.2)."""
    bare = f"replace({column}, ':', '')"
    return f"{bare} || substr('000000.000000', length({bare}) + 1)"


def _times(column: str, low: str, high: str) -> Condition:
    parts = [Condition(f"{column} <> ''")]
    if low:
        parts.append(Condition(f"{_whole_time(column)} >= ?", (_instant(low, "0"),)))
    if high:
        parts.append(Condition(f"{_whole_time(column)} <= ?", (_instant(high, "9"),)))
    return all_of(parts)


def _time_column(attribute: Attribute, match: CombinedRange) -> str:
    if attribute.vr != "DA" or match.time != attribute.keyword.removesuffix("Date") + "Time":
        raise ValueError(f"cannot be matched together with {match.time[:64]}")
    return attribute.column.removesuffix("date") + "time"


def _moments(date: str, time: str, match: CombinedRange) -> Condition | None:
    """Combined date and time matching (PS3.4 C.2.2.2.5.4); a stored date without a time is all its day."""
    parts = []
    for (day, hour), sign, fill in ((match.low, ">", "0"), (match.high, "<", "9")):
        if not day.strip():
            continue
        whole = _date(day.strip())
        if len(whole) < 8:
            raise ValueError(f"needs a whole date beside {match.time}, and has {whole!r}")
        parts.append(Condition(f"{date} {sign}= ?", (whole,)))
        if hour.strip():
            edge = _instant(hour.strip(), fill)
            parts.append(Condition(f"({date} <> ? OR {time} = '' OR {_whole_time(time)} {sign}= ?)", (whole, edge)))
    if not parts:
        return None
    return all_of((Condition(f"{date} <> ''"), *parts))


# Wild cards


def _glob(pattern: str) -> str:
    """`pattern` for GLOB, whose only other sign is the bracket."""
    return pattern.replace("[", "[[]")


def _after(prefix: str) -> str:
    """The smallest text that is greater than every text with this prefix, in the order of code points."""
    while prefix and prefix[-1] == "\U0010ffff":
        prefix = prefix[:-1]
    following = ord(prefix[-1]) + 1 if prefix else 0
    return prefix[:-1] + chr(0xE000 if 0xD800 <= following <= 0xDFFF else following) if prefix else ""


def _like(attribute: Attribute, table: str, pattern: str) -> Condition:
    column = f"{table}.{attribute.column}"
    if attribute.vr == "PN":
        return _name(attribute, table, pattern, wild=True)
    if attribute.vr not in SINGLE_TEXTS:
        pattern = pattern.lstrip(" ")
    if attribute.vr == "CS":
        pattern = pattern.upper()
    if pattern[0] == pattern[-1] == "*" and not _WILD.search(pattern[1:-1]):
        return Condition(f"instr({column}, ?) > 0", (pattern[1:-1],))
    if attribute.column in INDEXED:
        prefix = _WILD.split(pattern)[0]
        glob = Condition(f"{column} GLOB ?", (_glob(pattern),))
        if not prefix or not (after := _after(prefix)):
            return glob
        # Said apart from GLOB, since SQLite turns a parameter's prefix into a range only under conditions that we do not steer.
        return Condition(f"({column} >= ? AND {column} < ? AND {glob.sql})", (prefix, after, *glob.parameters), True)
    if attribute.vr in SINGLE_TEXTS:
        return Condition(f"{column} GLOB ?", (_glob(pattern),))
    return Condition(f"'\\' || {column} || '\\' GLOB ?", (f"*\\{_glob(pattern)}\\*",))


def _name(attribute: Attribute, table: str, key: str, *, wild: bool = False) -> Condition:
    """Every component group of the key matches some group of some value (PS3.4 C.2.2.2.1, C.2.2.2.4).

    Matching a group at any place finds the ideographic form by whoever types it into the only field there is. A star may run
    from one group of a stored name into the next.
    """
    column = f"{table}.{folded(attribute.column)}"
    groups = [group for group in (fold_group(part) for part in key.split("=")) if group and not (wild and group == "*")]
    if not groups:
        return Condition("1 = 1")
    asked = all_of(_name_group(column, group) if not wild else _name_pattern(column, group) for group in groups)
    # Only this name has an index that holds it whole: reading through that one is cheaper than through the table.
    return replace(asked, found_by_index=column == "patient.patient_name_folded")


def _whole_names(column: str) -> str:
    return f"'=' || replace({column}, '\\', '=') || '='"


def _name_group(column: str, group: str) -> Condition:
    # The bare column is asked first: it costs a third of the expression, and drops nearly all rows.
    return Condition(f"(instr({column}, ?) > 0 AND instr({_whole_names(column)}, ?) > 0)", (group, f"={group}="))


def _name_pattern(column: str, pattern: str) -> Condition:
    if not pattern.endswith("^*"):
        return _name_glob(column, pattern)
    # Empty components at the end are not stored, so that DOE^* must match DOE as well (PS3.5 6.2.1.1).
    bare = pattern[:-1].rstrip("^")
    if not bare:
        shortest = Condition(f"{column} = ''")
    else:
        shortest = _name_glob(column, bare) if _WILD.search(bare) else _name_group(column, bare)
    return any_of((_name_glob(column, pattern), shortest))


def _name_glob(column: str, pattern: str) -> Condition:
    longest = max(_WILD.split(pattern), key=len)
    if pattern == f"*{longest}*":
        return Condition(f"instr({column}, ?) > 0", (longest,))
    whole = Condition(f"{_whole_names(column)} GLOB ?", (f"*={_glob(pattern)}=*",))
    return all_of((Condition(f"instr({column}, ?) > 0", (longest,)), whole)) if longest else whole
