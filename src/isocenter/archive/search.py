"""From a query of the house to the SQL that answers it; pure, no I/O.

A `Query` comes in, statements with parameters go out, in SQLite's dialect. There are two ways through the index, and the caller
chooses: `gather` reads all matches that an index leads to, up to a bound; `walk` reads along the order of answers from a cursor,
which suits queries that match much. Both give row numbers only; `rows` fetches what an answer needs for some of them.

Answers come in a fixed order: patients latest arrival first, studies by StudyDate latest first, series below their study by
SeriesNumber, instances below their series by InstanceNumber; walked series and instances latest arrival first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from isocenter.archive.conditions import Condition, Parameter, condition
from isocenter.archive.schema import MULTIPLE_VALUES, TABLE_OF_LEVEL
from isocenter.base.errors import UsageError
from isocenter.base.limits import QUERY_VALUES_MAX
from isocenter.model.attributes import BY_KEYWORD, Attribute, Level
from isocenter.model.query import AnyOf, Query

STANDS_FOR: Final = {"Modality": "ModalitiesInStudy", "SOPClassUID": "SOPClassesInStudy"}
"""Keys of a deeper level that a query at or above STUDY may use: the study keeps which values there are below it."""

PARENT_OF: Final = {Level.STUDY: "patient_ref", Level.SERIES: "study_ref", Level.IMAGE: "series_ref"}

SORT_COLUMNS: Final = {
    Level.PATIENT: "0, 0",
    Level.STUDY: "study.study_date, 0",
    Level.SERIES: "series.study_ref, CAST(series.series_number AS INTEGER)",
    Level.IMAGE: "instance.series_ref, coalesce(instance.ordinal, 9223372036854775807)",
}
"""What `gather` gives beside the row number, for `in_order`."""

INSTANCE_COLUMNS: Final = (
    "series.series_instance_uid, study.study_instance_uid, instance.transfer_syntax, instance.blob, instance.byte_count, "
    "instance.checksum, instance.received, origin.calling_ae_title, origin.called_ae_title, origin.address"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text and its parameters."""

    sql: str
    parameters: tuple[Parameter, ...] = ()


Gathered = tuple[int, str | int, int]
"""A row number and its two sort columns."""


@dataclass(frozen=True, slots=True)
class Search:
    """A query, understood: the conditions of each level at or above `level`."""

    level: Level
    conditions: dict[Level, tuple[Condition, ...]]
    returned: tuple[str, ...]
    listed: int

    @property
    def gathers(self) -> bool:
        """True where an index leads to the matches; otherwise only walking finds them."""
        own = any(one.found_by_index for one in self.conditions.get(self.level, ()))
        return own or any(self.conditions.get(level) for level in Level if level < self.level)

    def gather(self, limit: int) -> Statement:
        """Row numbers and sort columns of at most `limit` matches, in no order."""
        table = TABLE_OF_LEVEL[self.level]
        where = self._below(self.level)
        return Statement(
            f"SELECT {table}.id, {SORT_COLUMNS[self.level]} FROM {table}{_where(where)} LIMIT ?", (*where.parameters, limit)
        )

    def newest(self) -> Statement:
        """The greatest row number there is at the level: later rows are not part of a walk."""
        return Statement(f"SELECT coalesce(max(id), 0) FROM {TABLE_OF_LEVEL[self.level]}")

    def walk(self, newest: int, before: tuple[str, int] | None, limit: int) -> tuple[Statement, ...]:
        """The next matches in order: at most `limit` of each statement in turn, as rows of (sort text, row number).

        `before` is the last row that the walk has given.
        """
        table = TABLE_OF_LEVEL[self.level]
        if self.level is not Level.STUDY:
            below = newest + 1 if before is None else before[1]
            return (self._walk("''", f"{table} NOT INDEXED", Condition(f"{table}.id < ?", (below,)), "", limit),)
        bounds = [Condition("study.id <= ?", (newest,))]
        if before is not None:
            # Two seeks, since a row comparison would read again all earlier rows of the same date.
            date, row = before
            bounds = [
                Condition("study.study_date = ? AND study.id < ? AND study.id <= ?", (date, row, newest)),
                Condition("study.study_date < ? AND study.id <= ?", (date, newest)),
            ]
        by_date = "study INDEXED BY study_by_date"
        return tuple(self._walk("study.study_date", by_date, bound, "study.study_date DESC, ", limit) for bound in bounds)

    def _walk(self, sort: str, source: str, bound: Condition, order: str, limit: int) -> Statement:
        table = TABLE_OF_LEVEL[self.level]
        asked = [level for level in Level if level <= self.level and self.conditions.get(level)]
        parts = [bound, *(one for level in reversed(asked) for one in self.conditions[level])]
        # CROSS JOIN keeps SQLite to the order of the walk.
        joins = _joins(self.level, min(asked, default=self.level), "CROSS JOIN")
        where = _and(parts)
        return Statement(
            f"SELECT {sort}, {table}.id FROM {source}{joins}{_where(where)} ORDER BY {order}{table}.id DESC LIMIT ?",
            (*where.parameters, limit),
        )

    def rows(self, ids: Sequence[int], columns: str) -> Statement:
        """`columns` (see `answer_columns`) after the row number, for these rows, in no order; rows that are gone are left out."""
        table = TABLE_OF_LEVEL[self.level]
        joins = _joins(self.level, Level.PATIENT, "JOIN")
        if "origin." in columns:
            joins += " JOIN origin ON origin.id = instance.origin_ref"
        marks = ", ".join("?" * len(ids))
        return Statement(f"SELECT {table}.id, {columns} FROM {table}{joins} WHERE {table}.id IN ({marks})", tuple(ids))

    def count_instances(self) -> Statement:
        """How many instances lie below the matches: from the counters, where the level has them."""
        table = TABLE_OF_LEVEL[self.level]
        where = self._below(self.level)
        count = "count(*)" if self.level is Level.IMAGE else f"coalesce(sum({table}.instance_count), 0)"
        return Statement(f"SELECT {count} FROM {table}{_where(where)}", where.parameters)

    def studies_of(self, patient: int) -> Statement:
        """The row numbers of the studies of a patient, in order."""
        return Statement("SELECT id FROM study WHERE patient_ref = ? ORDER BY study_date DESC, id DESC", (patient,))

    def series_of(self, study: int) -> Statement:
        """The row numbers of the series of a study, in order."""
        return Statement(
            "SELECT id FROM series WHERE study_ref = ? ORDER BY CAST(series_number AS INTEGER), id",
            (study,),
        )

    def instances_of(self, series: int, newest: int) -> Statement:
        """The row numbers of the matching instances of one series up to `newest`, in order."""
        own = _and(self.conditions.get(Level.IMAGE, ()))
        also = f" AND {own.sql}" if own.sql else ""
        return Statement(
            f"SELECT id FROM instance WHERE series_ref = ? AND id <= ?{also} ORDER BY coalesce(ordinal, 9223372036854775807), id",
            (series, newest, *own.parameters),
        )

    def below(self) -> Condition:
        """What holds for the matches, asked of the table of `level` alone."""
        return self._below(self.level)

    def _below(self, level: Level) -> Condition:
        """What holds for a row at `level`, asked of its own table alone: rows above it are found first, then looked up."""
        parts = list(self.conditions.get(level, ()))
        if level in PARENT_OF:
            above = self._below(Level(level - 1))
            if above.sql:
                parent, table = TABLE_OF_LEVEL[Level(level - 1)], TABLE_OF_LEVEL[level]
                sql = f"{table}.{PARENT_OF[level]} IN (SELECT {parent}.id FROM {parent} WHERE {above.sql})"
                parts.append(Condition(sql, above.parameters))
        return _and(parts)


def understand(query: Query) -> Search:
    """The search for `query`; keys that are `unsupported` are left out.

    Raises UsageError for values that cannot be matched with, and for more of them than we bound.
    """
    conditions: dict[Level, tuple[Condition, ...]] = {}
    listed = 0
    for key in query.keys:
        attribute = _matched_as(key.keyword, query.level)
        if attribute is None:
            continue
        found = condition(attribute, TABLE_OF_LEVEL[attribute.level], key.match)
        if found is None:
            continue
        level = attribute.level
        if level > query.level:
            level, found = query.level, _exists_study(found)
        if isinstance(key.match, AnyOf) and level is query.level:
            listed = max(listed, len(key.match.values))
        conditions[level] = (*conditions.get(level, ()), found)
    if (count := sum(len(one.parameters) for level in conditions.values() for one in level)) > QUERY_VALUES_MAX:
        raise UsageError(f"The query has {count} values in all, more than {QUERY_VALUES_MAX}")
    return Search(query.level, conditions, query.returned, listed)


def unsupported(query: Query) -> tuple[str, ...]:
    """The keywords of the keys that do not take part in matching, so that each answer can say so (status FF01, PS3.4 C.4.1.1.4)."""
    return tuple(key.keyword for key in query.keys if _matched_as(key.keyword, query.level) is None)


def in_order(level: Level, gathered: list[Gathered]) -> list[int]:
    """The row numbers of `gathered` in the order of answers."""
    if level in {Level.PATIENT, Level.STUDY}:
        return [row for row, _, _ in sorted(gathered, key=lambda one: (one[1], one[0]), reverse=True)]
    return [row for row, _, _ in sorted(gathered, key=lambda one: (one[1], one[2], one[0]))]


def answer_columns(level: Level, keywords: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """Which of `keywords` the index answers at `level`, and their columns as SQL; counts come from their counters."""
    known = [BY_KEYWORD[keyword] for keyword in keywords if keyword in BY_KEYWORD]
    known = [attribute for attribute in known if attribute.level <= level]
    columns = ", ".join(f"{TABLE_OF_LEVEL[attribute.level]}.{attribute.column}" for attribute in known)
    return tuple(attribute.keyword for attribute in known), columns or "0"


def _matched_as(keyword: str, level: Level) -> Attribute | None:
    attribute = BY_KEYWORD.get(keyword)
    if attribute is not None and attribute.level > level and level <= Level.STUDY:
        attribute = BY_KEYWORD.get(STANDS_FOR.get(keyword, keyword))
        if attribute is not None and attribute.column in MULTIPLE_VALUES:
            return attribute
    if attribute is None or attribute.level > level:
        return None
    return None if attribute.computed and attribute.column not in MULTIPLE_VALUES else attribute


def _exists_study(found: Condition) -> Condition:
    return Condition(f"EXISTS (SELECT 1 FROM study WHERE study.patient_ref = patient.id AND {found.sql})", found.parameters)


def _and(parts: Sequence[Condition]) -> Condition:
    return Condition(" AND ".join(one.sql for one in parts), tuple(value for one in parts for value in one.parameters))


def _where(found: Condition) -> str:
    return f" WHERE {found.sql}" if found.sql else ""


def _joins(level: Level, highest: Level, word: str) -> str:
    """The tables from above `level` up to `highest`."""
    text = ""
    for below in sorted((one for one in PARENT_OF if highest < one <= level), reverse=True):
        table, parent = TABLE_OF_LEVEL[below], TABLE_OF_LEVEL[Level(below - 1)]
        text += f" {word} {parent} ON {parent}.id = {table}.{PARENT_OF[below]}"
    return text
