"""Nodes and rejected callers as rows of the index: the `NodeShelf` port, for the server and for the command line beside it.

Every process opens the file itself; a change is one short transaction, and the version is a row that it counts up, so another
process sees both or neither. A command reads one node in milliseconds: nothing here may import SQLAlchemy or Alembic. What a
rejected caller said is kept in columns only, and their number is bounded: strangers choose these values.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from isocenter.archive.index_file import IndexFile, connect
from isocenter.archive.schema import from_microseconds, to_microseconds
from isocenter.base.errors import LocalError
from isocenter.base.limits import CALLERS_IGNORED_MAX, REJECTED_CALLERS_MAX
from isocenter.model.ports import Caller
from isocenter.model.records import Node, RejectedCaller

VERSION: Final = "node_version"
"""The setting that holds the shelf's version."""

_IGNORED: Final = "ignored_callers"
"""The setting that holds the callers that are not to be shown, as a list of lists."""

_LISTS: Final = ("operations", "transfer_syntaxes")
_REST: Final = (
    *_LISTS,
    "pdu_bytes_max",
    "associations_max",
    "character_set",
    "local_ae_title",
    "dicomweb_url",
    "notes",
    "echo_minutes",
)
"""What of a node lies in its JSON document."""

_PUT: Final = (
    "INSERT INTO node (name, ae_title, host, port, document, position) "
    "VALUES (?, ?, ?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM node)) ON CONFLICT (name) DO UPDATE SET "
    "ae_title = excluded.ae_title, host = excluded.host, port = excluded.port, document = excluded.document"
)
_CHANGED: Final = (
    "INSERT INTO setting (name, value) VALUES (?, '1') "
    "ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"
)
_CALLER_COLUMNS: Final = (
    "calling_ae_title, called_ae_title, address, implementation_class_uid, implementation_version_name, wanted, reason, "
    "first, last, count"
)
_REMEMBER: Final = (
    f"INSERT INTO rejected_caller ({_CALLER_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (calling_ae_title, called_ae_title, address) DO UPDATE SET "
    "implementation_class_uid = excluded.implementation_class_uid, "
    "implementation_version_name = excluded.implementation_version_name, wanted = excluded.wanted, reason = excluded.reason, "
    "first = min(rejected_caller.first, excluded.first), last = max(rejected_caller.last, excluded.last), "
    "count = rejected_caller.count + excluded.count"
)
_PUT_IGNORED: Final = "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
_FORGET: Final = (
    "DELETE FROM rejected_caller WHERE rowid IN "
    "(SELECT rowid FROM rejected_caller ORDER BY last DESC, rowid DESC LIMIT -1 OFFSET ?)"
)


class _Door:
    """One connection to the index in use, for one thread at a time."""

    def __init__(self, index: IndexFile) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._generation = -1

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                if self._generation != self._index.generation:
                    self._drop()
                if self._connection is None:
                    self._generation = self._index.generation
                    self._connection = connect(self._index.path)
                yield self._connection
            except sqlite3.Error as error:
                self._drop()
                raise LocalError(f"The nodes in {self._index.path} cannot be reached: {error}.") from error

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class NodeRows:
    """The shelf of one archive. Any thread, any number of processes."""

    def __init__(self, index: IndexFile) -> None:
        """The index must exist and have the current schema."""
        self._index = index
        # Two of them: who asks must not wait for a change that waits for the disk.
        self._reading, self._changing = _Door(index), _Door(index)

    def nodes(self) -> Sequence[Node]:
        """All nodes, in the order in which they were first added."""
        with self._reading.open() as connection:
            rows = connection.execute("SELECT name, ae_title, host, port, document FROM node ORDER BY position, name").fetchall()
        return [_node(*row) for row in rows]

    def put_node(self, node: Node) -> None:
        """Add, or replace the one of that name, which keeps its place."""
        self.put_nodes((node,))

    def put_nodes(self, nodes: Sequence[Node]) -> None:
        """See the port."""
        rows = [(node.name, node.ae_title, node.host, node.port, _document(node)) for node in nodes]
        if rows:
            with self._writing("FULL") as connection:
                connection.executemany(_PUT, rows)
                connection.execute(_CHANGED, (VERSION,))

    def remove_node(self, name: str) -> bool:
        """True where there was a node of that name."""
        with self._writing("FULL") as connection:
            removed = connection.execute("DELETE FROM node WHERE name = ?", (name,)).rowcount > 0
            if removed:
                connection.execute(_CHANGED, (VERSION,))
        return removed

    def version(self) -> int:
        """See `NodeShelf.version`; changes by other processes count."""
        with self._reading.open() as connection:
            row = connection.execute("SELECT value FROM setting WHERE name = ?", (VERSION,)).fetchone()
        # A rebuilt index is another one, whatever it counts.
        return (int(row[0]) if row else 0) + (self._index.generation << 32)

    def remember_caller(self, caller: RejectedCaller) -> None:
        """Add a caller, or count it once more; the longest unseen are forgotten past REJECTED_CALLERS_MAX."""
        wanted = json.dumps(list(caller.wanted))
        moments = (to_microseconds(caller.first), to_microseconds(caller.last))
        who = (caller.calling_ae_title, caller.called_ae_title, caller.address)
        what = (caller.implementation_class_uid, caller.implementation_version_name, wanted, caller.reason)
        # Not worth a sync: strangers who knock must not slow down those who store.
        with self._writing("NORMAL") as connection:
            connection.execute(_REMEMBER, (*map(_storable, (*who, *what)), *moments, caller.count))
            connection.execute(_FORGET, (REJECTED_CALLERS_MAX,))

    def rejected_callers(self) -> Sequence[RejectedCaller]:
        """The latest first."""
        with self._reading.open() as connection:
            rows = connection.execute(f"SELECT {_CALLER_COLUMNS} FROM rejected_caller ORDER BY last DESC, rowid DESC").fetchall()
        return [_caller(row) for row in rows]

    def ignored_callers(self) -> Sequence[Caller]:
        """See the port."""
        with self._reading.open() as connection:
            row = connection.execute("SELECT value FROM setting WHERE name = ?", (_IGNORED,)).fetchone()
        return [(calling, called, address) for calling, called, address in json.loads(row[0])] if row else []

    def ignore_caller(self, caller: Caller, ignored: bool) -> None:
        """See the port."""
        with self._writing("FULL") as connection:
            row = connection.execute("SELECT value FROM setting WHERE name = ?", (_IGNORED,)).fetchone()
            kept = [one for one in json.loads(row[0]) if one != list(caller)] if row else []
            if ignored:
                kept.append([_storable(word) for word in caller])
            connection.execute(_PUT_IGNORED, (_IGNORED, json.dumps(kept[-CALLERS_IGNORED_MAX:])))

    def close(self) -> None:
        """Give up the connections; the next question opens another. Idempotent."""
        self._reading.close()
        self._changing.close()

    @contextmanager
    def _writing(self, synchronous: str) -> Iterator[sqlite3.Connection]:
        with self._changing.open() as connection:
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def _storable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _document(node: Node) -> str:
    values: dict[str, Any] = {name: getattr(node, name) for name in _REST}
    values.update({name: sorted(values[name]) if name == "operations" else list(values[name]) for name in _LISTS})
    return json.dumps(values, ensure_ascii=False)


def _node(name: str, ae_title: str, host: str, port: int, document: str) -> Node:
    # A newer or older software may know other fields: theirs are left, ours take their defaults.
    rest = {key: value for key, value in json.loads(document or "{}").items() if key in _REST}
    if "operations" in rest:
        rest["operations"] = frozenset(rest["operations"])
    if "transfer_syntaxes" in rest:
        rest["transfer_syntaxes"] = tuple(rest["transfer_syntaxes"])
    return Node(name=name, ae_title=ae_title, host=host, port=port, **rest)


def _caller(row: tuple[Any, ...]) -> RejectedCaller:
    calling, called, address, class_uid, version_name, wanted, reason, first, last, count = row
    return RejectedCaller(
        calling_ae_title=calling,
        called_ae_title=called,
        address=address,
        implementation_class_uid=class_uid,
        implementation_version_name=version_name,
        wanted=tuple(json.loads(wanted)),
        reason=reason,
        first=from_microseconds(first),
        last=from_microseconds(last),
        count=count,
    )
