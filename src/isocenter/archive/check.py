"""Do index, blobs and checksums agree? Reads everything, changes nothing.

An index and a store come in, findings and progress come out while the archive goes on working: what arrived after the beginning is
left out, and every finding is looked at again before it is told, because an instance may have been removed meanwhile.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import Enum

from isocenter.archive.blobs import BlobStore
from isocenter.archive.entry import Entry
from isocenter.archive.index_file import IndexFile
from isocenter.archive.index_writer import order
from isocenter.archive.schema import received_attributes
from isocenter.archive.stored_entry import read_entry, read_told
from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import CHECK_ROWS
from isocenter.model.attributes import Level


class Problem(Enum):
    """What can be wrong; the value is a few words for a person."""

    MISSING = "the index knows an instance whose blob is not there"
    ORPHAN = "a whole blob that the index does not know"
    PARTIAL = "a blob that was never finished"
    DAMAGED = "the bytes of a blob are not those that were received"
    UNREADABLE = "a blob cannot be read"
    DIFFERS = "the index says otherwise than the blob"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `sop_instance_uid` is empty where it is not known."""

    problem: Problem
    blob: str
    sop_instance_uid: str
    detail: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the check is: blobs and bytes read, rows compared, and the total of both blobs and rows to do, about."""

    blobs: int
    rows: int
    byte_count: int
    total: int


_IMAGE = received_attributes(Level.IMAGE)
_ABOVE = """FROM instance i JOIN series se ON se.id = i.series_ref JOIN study st ON st.id = se.study_ref
JOIN patient p ON p.id = st.patient_ref"""
_COLUMNS = ", ".join(f"i.{attribute.column}" for attribute in _IMAGE)
_BY_UID = f"""SELECT i.blob, i.checksum, i.byte_count, i.transfer_syntax, st.study_instance_uid, se.series_instance_uid,
p.patient_id, {_COLUMNS} {_ABOVE} WHERE i.sop_instance_uid = ?"""
_ASIDE_BY_UID = f"""SELECT i.blob, i.checksum, i.byte_count, i.transfer_syntax, i.study_instance_uid, i.series_instance_uid,
i.patient_id, {_COLUMNS} FROM set_aside i WHERE i.sop_instance_uid = ?"""
_KEYWORDS = (
    "checksum",
    "length",
    "transfer syntax",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "PatientID",
    *(attribute.keyword for attribute in _IMAGE),
)


def check(index: IndexFile, store: BlobStore, *, content: bool = True) -> Iterator[Finding | Progress]:
    """Compare everything; with `content` False no more than headers are read, which finds all but damaged bytes."""
    with closing(index.connect_reader()) as connection:
        yield from _Check(connection, store, content).run()


class _Check:
    def __init__(self, connection: sqlite3.Connection, store: BlobStore, content: bool) -> None:
        self._cursor = connection.cursor()
        self._store = store
        self._content = content
        self._until = store.unsettled_after()
        self._blobs = self._rows = self._bytes = 0
        self._total = 2 * sum(self._one(f"SELECT count(*) FROM {table}", ()) for table in ("instance", "set_aside"))

    def _one(self, statement: str, values: tuple[object, ...]) -> int:
        row = self._cursor.execute(statement, values).fetchone()
        return int(row[0]) if row else 0

    def run(self) -> Iterator[Finding | Progress]:
        for key in self._store.walk():
            if order(key) > order(self._until):
                break
            self._blobs += 1
            finding = self._check_blob(key)
            if finding is not None and self._still_there(key):
                yield finding
            if self._blobs % CHECK_ROWS == 0:
                yield self._progress()
        for table in ("instance", "set_aside"):
            yield from self._check_rows(table)
        yield self._progress()

    def _progress(self) -> Progress:
        return Progress(self._blobs, self._rows, self._bytes, max(self._total, self._blobs + self._rows))

    def _still_there(self, key: str) -> bool:
        """False for a blob that was removed since it was met, or is about to be."""
        return self._store.exists(key) and not self._one("SELECT 1 FROM doomed WHERE blob = ?", (key,))

    def _check_blob(self, key: str) -> Finding | None:
        try:
            entry = read_entry(self._store, key, verify=self._content)
        except FileNotFoundError:
            return Finding(Problem.PARTIAL, key, "", "it has no header")
        except UnreadableDataset as error:
            return Finding(Problem.DAMAGED, key, self._uid_of(key), str(error))
        except OSError as error:
            return Finding(Problem.UNREADABLE, key, "", error.strerror or str(error))
        self._bytes += entry.byte_count
        uid = entry.value("SOPInstanceUID")
        rows = self._cursor.execute(f"{_BY_UID} UNION ALL {_ASIDE_BY_UID}", (uid, uid)).fetchall()
        for row in rows:
            if row[0] == key:
                return _compare(entry, row[1:])
        where = f"its instance has the blob {rows[0][0]}" if rows else "no instance of that UID is known"
        return Finding(Problem.ORPHAN, key, uid, where)

    def _uid_of(self, key: str) -> str:
        try:
            return read_told(self._store, key).arrival.sop_instance_uid
        except (OSError, UnreadableDataset):
            return ""

    def _check_rows(self, table: str) -> Iterator[Finding | Progress]:
        statement = f"SELECT id, blob, sop_instance_uid, checksum FROM {table} WHERE id > ? ORDER BY id LIMIT ?"
        last = 0
        while rows := self._cursor.execute(statement, (last, CHECK_ROWS)).fetchall():
            last = rows[-1][0]
            for serial, blob, uid, checksum in rows:
                self._rows += 1
                if order(blob) > order(self._until):
                    continue
                finding = self._check_row(blob, uid, checksum)
                if finding is None:
                    continue
                if self._one(f"SELECT 1 FROM {table} WHERE id = ? AND blob = ?", (serial, blob)):
                    yield finding
            yield self._progress()

    def _check_row(self, blob: str, uid: str, checksum: bytes) -> Finding | None:
        try:
            told = read_told(self._store, blob)
        except FileNotFoundError:
            return Finding(Problem.MISSING, blob, uid, "there is no such blob, or it is partial")
        except UnreadableDataset as error:
            return Finding(Problem.DAMAGED, blob, uid, str(error))
        except OSError as error:
            return Finding(Problem.UNREADABLE, blob, uid, error.strerror or str(error))
        if told.arrival.sop_instance_uid != uid or told.checksum != checksum:
            return Finding(Problem.DIFFERS, blob, uid, f"the blob holds instance {told.arrival.sop_instance_uid}")
        return None


def _compare(entry: Entry, row: tuple[object, ...]) -> Finding | None:
    said = (
        entry.checksum,
        entry.byte_count,
        entry.arrival.transfer_syntax,
        *map(entry.value, _KEYWORDS[3:]),
    )
    differing = [keyword for keyword, one, other in zip(_KEYWORDS, said, row, strict=True) if one != other]
    if not differing:
        return None
    return Finding(Problem.DIFFERS, entry.blob, entry.value("SOPInstanceUID"), f"{', '.join(differing)}")
