"""What a start does before anything else: make index and blobs agree about what happened last.

The mark of the index says where to begin, so that a million instances cost nothing. Rows after it whose blob did not survive were
never acknowledged and are taken back; whole blobs that no row knows were about to be, and are adopted; partial ones are removed.
Whatever has a header but not the bytes that it promises is put aside under another name, never deleted.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from isocenter.archive.blobs import BlobStore
from isocenter.archive.filing import Filing, Same
from isocenter.archive.index_file import IndexFile, connect
from isocenter.archive.index_writer import Mark
from isocenter.archive.removal import sweep_doomed, take_back
from isocenter.archive.stored_entry import read_entry
from isocenter.base.errors import UnreadableDataset


@dataclass(slots=True)
class Recovered:
    """What a start found to mend; all zero after a clean end."""

    rows_checked: int = 0
    rows_taken_back: int = 0
    blobs_adopted: int = 0
    blobs_removed: int = 0
    blobs_put_aside: int = 0


def recover(index: IndexFile, store: BlobStore) -> Recovered:
    """Bring index and store to agree, in one transaction. Raises OSError, VolumeFailed or sqlite3.Error when the disk fails."""
    connection = connect(index.path)
    try:
        cursor = connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        mark = Mark.read(cursor)
        store.skip_past(mark.blob)
        found = Recovered()
        filing = Filing(connection)
        damaged = _check_rows(cursor, filing, store, mark, found)
        doomed = {row[0] for row in cursor.execute("SELECT blob FROM doomed")}
        _check_blobs(cursor, filing, store, mark, doomed | damaged, found)
        filing.flush()
        settled = Mark(filing.last_serial, store.last_key(), filing.last_serial)
        if settled != mark:
            settled.write(cursor)
        cursor.execute("COMMIT")
        # only now: what is removed must not be needed by an index that the crash of this start brings back
        for key in damaged:
            found.blobs_put_aside += store.put_aside(key)
        if doomed:
            cursor.execute("BEGIN IMMEDIATE")
            sweep_doomed(cursor, store)
            cursor.execute("COMMIT")
        return found
    finally:
        connection.close()


def _check_rows(cursor: sqlite3.Cursor, filing: Filing, store: BlobStore, mark: Mark, found: Recovered) -> set[str]:
    """Take back the rows after the mark whose blob is not whole; the keys of those blobs."""
    rows = [
        row
        for table in ("instance", "set_aside")
        for row in cursor.execute(f"SELECT id, blob, checksum, byte_count FROM {table} WHERE id > ?", (mark.serial,))
    ]
    damaged = set()
    for serial, blob, checksum, byte_count in rows:
        found.rows_checked += 1
        try:
            entry = read_entry(store, blob, verify=True)
            if (entry.checksum, entry.byte_count) == (checksum, byte_count):
                store.make_durable(blob)
                continue
        except (FileNotFoundError, UnreadableDataset):
            pass
        take_back(cursor, filing, serial)
        found.rows_taken_back += 1
        damaged.add(blob)
    return damaged


def _check_blobs(
    cursor: sqlite3.Cursor, filing: Filing, store: BlobStore, mark: Mark, passed_over: set[str], found: Recovered
) -> None:
    """Adopt or remove the blobs after the mark that no row knows."""
    known = {
        row[0]
        for table in ("instance", "set_aside")
        for row in cursor.execute(f"SELECT blob FROM {table} WHERE id > ?", (mark.blob_serial,))
    }
    for key in list(store.walk(mark.blob)):
        if key in known or key in passed_over:
            continue
        try:
            entry = read_entry(store, key, verify=True)
        except FileNotFoundError:
            store.remove(key)
            found.blobs_removed += 1
            continue
        except UnreadableDataset:
            found.blobs_put_aside += store.put_aside(key)
            continue
        if entry.fault() is not None:
            found.blobs_put_aside += store.put_aside(key)
            continue
        store.make_durable(key)
        place = filing.file(entry)
        if not isinstance(place, Same):
            found.blobs_adopted += 1
        elif place.blob != key:
            store.remove(key)
            found.blobs_removed += 1
