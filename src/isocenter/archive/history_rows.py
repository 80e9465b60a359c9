"""The past of the nodes as rows of the index's database: the `HistoryShelf` port.

Changes go through the index writer, many at once; reading is any reader's. A rebuilt index takes the rows along. What another
device said of itself is a value of a statement, never a part of it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar

from isocenter.archive.index_reader import IndexReader
from isocenter.archive.schema import from_microseconds, to_microseconds
from isocenter.base.limits import NODE_EVENTS_KEPT_MAX
from isocenter.model.history import Batch, Hour, PastEcho, PastEvent, Repeats, Window

Result = TypeVar("Result")

_THERE: Final = frozenset({"answered", "failed"})
"""Outcomes of a node that is there: one that takes the association and not C-ECHO is."""
_ECHO: Final = "INSERT OR REPLACE INTO node_echo (node, moment, place, microseconds, outcome, excused) VALUES (?, ?, ?, ?, ?, ?)"
_HOUR: Final = (
    "INSERT INTO node_hour (node, hour, asked, answered, excused, microseconds, slowest) VALUES (?, ?, 1, ?, ?, ?, ?) "
    "ON CONFLICT (node, hour) DO UPDATE SET asked = asked + 1, answered = answered + excluded.answered, "
    "excused = node_hour.excused + excluded.excused, microseconds = node_hour.microseconds + excluded.microseconds, "
    "slowest = max(node_hour.slowest, excluded.slowest)"
)
_EVENT: Final = (
    "INSERT INTO node_event (id, node, moment, kind, words, good) SELECT coalesce(max(id), 0) + 1, ?, ?, ?, ?, ? FROM node_event"
)
_FORGET_EVENTS: Final = (
    "DELETE FROM node_event WHERE node = ? AND id <= (SELECT id FROM node_event WHERE node = ? ORDER BY id DESC LIMIT 1 OFFSET ?)"
)
_REMEMBER: Final = "INSERT INTO node_memory VALUES (?, ?) ON CONFLICT (node) DO UPDATE SET document = excluded.document"
_PUT_WINDOW: Final = "INSERT OR REPLACE INTO maintenance (id, node, begins, minutes, repeats, words) VALUES (?, ?, ?, ?, ?, ?)"
_OF_NODES: Final = ("node_echo", "node_hour", "node_event", "node_memory")
_RENAMED: Final = (*_OF_NODES, "maintenance")


class Performer(Protocol):
    """Who changes the database: `Archive.perform`."""

    def __call__(self, work: Callable[[sqlite3.Cursor], Result]) -> Result: ...


class HistoryRows:
    """The past in one archive. Any thread. Changes raise VolumeFailed where the disk refuses, LocalError once it is closed."""

    def __init__(self, reader: IndexReader, perform: Performer) -> None:
        self._reader = reader
        self._perform = perform

    def write(self, batch: Batch) -> None:
        """See the port."""

        def put(cursor: sqlite3.Cursor) -> None:
            for was, name in batch.renamed:
                for table in _RENAMED:
                    cursor.execute(f"UPDATE OR REPLACE {table} SET node = ? WHERE node = ?", (_text(name), _text(was)))
            for name in batch.forgotten:
                for table in _RENAMED:
                    cursor.execute(f"DELETE FROM {table} WHERE node = ?", (_text(name),))
            cursor.executemany(_ECHO, [_echo_values(echo) for echo in batch.echoes])
            cursor.executemany(_HOUR, [_hour_values(echo) for echo in batch.echoes])
            for event in batch.events:
                good = None if event.is_good is None else int(event.is_good)
                cursor.execute(_EVENT, (_text(event.node), to_microseconds(event.moment), event.kind, _text(event.words), good))
            for node in {_text(event.node) for event in batch.events}:
                cursor.execute(_FORGET_EVENTS, (node, node, NODE_EVENTS_KEPT_MAX))
            cursor.executemany(_REMEMBER, [(_text(node), json.dumps(document)) for node, document in batch.memories.items()])

        self._perform(put)

    def prune(self, echoes_before: datetime, before: datetime) -> None:
        """See the port."""

        def remove(cursor: sqlite3.Cursor) -> None:
            cursor.execute("DELETE FROM node_echo WHERE moment < ?", (to_microseconds(echoes_before),))
            cursor.execute("DELETE FROM node_hour WHERE hour < ?", (to_microseconds(before),))
            cursor.execute("DELETE FROM node_event WHERE moment < ?", (to_microseconds(before),))

        self._perform(remove)

    def echoes(self, since: datetime) -> Sequence[PastEcho]:
        """See the port."""
        sql = "SELECT node, place, moment, microseconds, outcome, excused FROM node_echo WHERE moment >= ? ORDER BY moment"
        return [
            PastEcho(node, place, from_microseconds(moment), microseconds / 1000, outcome, bool(excused))
            for node, place, moment, microseconds, outcome, excused in self._reader.rows(sql, (to_microseconds(since),))
        ]

    def hours(self, since: datetime, node: str | None = None) -> Sequence[Hour]:
        """See the port."""
        sql = "SELECT node, hour, asked, answered, excused, microseconds, slowest FROM node_hour WHERE hour >= ?"
        values: tuple[Any, ...] = (to_microseconds(since),)
        if node is not None:
            sql, values = f"{sql} AND node = ?", (*values, _text(node))
        return [
            Hour(name, from_microseconds(hour), asked, answered, excused, microseconds / 1000, slowest / 1000)
            for name, hour, asked, answered, excused, microseconds, slowest in self._reader.rows(f"{sql} ORDER BY hour", values)
        ]

    def events(self, count: int, node: str | None = None) -> Sequence[PastEvent]:
        """See the port."""
        where, values = ("WHERE node = ?", (_text(node),)) if node is not None else ("", ())
        sql = (
            "SELECT node, moment, kind, words, good "
            "FROM (SELECT *, row_number() OVER (PARTITION BY node ORDER BY id DESC) AS place "
            f"FROM node_event {where}) WHERE place <= ? ORDER BY id DESC"
        )
        return [
            PastEvent(name, from_microseconds(moment), kind, words, None if good is None else bool(good))
            for name, moment, kind, words, good in self._reader.rows(sql, (*values, count))
        ]

    def memories(self) -> Mapping[str, Mapping[str, Any]]:
        """See the port; a document that is none is left out."""
        found = {}
        for node, text in self._reader.rows("SELECT node, document FROM node_memory"):
            try:
                document = json.loads(text)
            except ValueError:
                continue
            if isinstance(document, dict):
                found[node] = document
        return found

    def windows(self) -> Sequence[Window]:
        """See the port."""
        rows = self._reader.rows("SELECT id, node, begins, minutes, repeats, words FROM maintenance ORDER BY begins, id")
        known = {repeats.value for repeats in Repeats}
        return [
            Window(from_microseconds(begins), minutes, node, Repeats(repeats), words, number)
            for number, node, begins, minutes, repeats, words in rows
            if repeats in known
        ]

    def put_window(self, window: Window) -> Window:
        """See the port."""
        values = (
            _text(window.node),
            to_microseconds(window.begins),
            window.minutes,
            window.repeats.value,
            _text(window.words),
        )

        def put(cursor: sqlite3.Cursor) -> int:
            number: int = window.id
            if not number:
                number = cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM maintenance").fetchone()[0]
            cursor.execute(_PUT_WINDOW, (number, *values))
            return number

        return replace(window, id=self._perform(put))

    def remove_window(self, number: int) -> bool:
        """See the port."""
        return self._perform(lambda cursor: cursor.execute("DELETE FROM maintenance WHERE id = ?", (number,)).rowcount > 0)


def _text(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _echo_values(echo: PastEcho) -> tuple[Any, ...]:
    moment = to_microseconds(echo.moment)
    return _text(echo.node), moment, _text(echo.place), round(echo.milliseconds * 1000), echo.outcome, int(echo.excused)


def _hour_values(echo: PastEcho) -> tuple[Any, ...]:
    begin = echo.moment - timedelta(minutes=echo.moment.minute, seconds=echo.moment.second, microseconds=echo.moment.microsecond)
    answered = echo.outcome in _THERE
    time = round(echo.milliseconds * 1000) if answered else 0
    return _text(echo.node), to_microseconds(begin), int(answered), int(echo.excused and not answered), time, time
