"""A new index from the blobs alone, beside the old one, while the archive goes on serving; then one replaces the other.

What an instance says comes from its blob. The old index, where it can be read, gives no more than the order: the serials of the
change feed, so that no reader's cursor is lost, and which of two contradicting instances was kept. Nodes, settings and the feed's
past are copied. The swap is one step of the index writer; the old file stays where it is.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from isocenter.archive.blobs import BlobStore
from isocenter.archive.disk import Disk, write_durably
from isocenter.archive.filing import Filing, Same
from isocenter.archive.index_file import CURRENT, IndexFile, connect
from isocenter.archive.index_writer import IndexWriter, Mark, order
from isocenter.archive.migrations import bring_up_to_date
from isocenter.archive.removal import remove_below
from isocenter.archive.stored_entry import read_entry
from isocenter.base.errors import UnreadableDataset, UsageError
from isocenter.base.limits import CHECK_ROWS, REINDEX_DIFFERENCES_MAX, SERIALS_LEFT_FREE
from isocenter.model.attributes import Level

_SALVAGED = (
    "node", "rejected_caller", "setting", "job", "node_echo", "node_hour", "node_event", "node_memory", "maintenance",
)  # fmt: skip
_COPIED = ("change", "doomed", *_SALVAGED)
_STORED_TABLES = ("instance", "set_aside")


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """How far it is: steps done, of about so many; every blob that the old index knows is two."""

    done: int
    total: int


@dataclass(slots=True)
class Rebuilt:
    """What came of it. The lists name instances and blobs, up to a bound; the counts are whole."""

    path: Path
    instances: int = 0
    set_aside: int = 0
    found: list[str] = field(default_factory=list)
    found_count: int = 0
    lost: list[str] = field(default_factory=list)
    lost_count: int = 0
    differing: list[str] = field(default_factory=list)
    differing_count: int = 0
    not_copied: list[str] = field(default_factory=list)


def reindex(index: IndexFile, store: BlobStore, writer: IndexWriter, disk: Disk) -> Iterator[Rebuilding | Rebuilt]:
    """Rebuild the index of an open archive and swap; the last thing told is a `Rebuilt`. Left early, nothing has changed.

    Raises VolumeFailed, OSError or sqlite3.Error when the disk fails; the old index stays in use then.
    """
    new = _next_path(index.folder)
    with closing(_Building(index.path, new, store)) as building:
        yield from building.read_everything()
        building.catch_up(compare=True)
        building.make_durable()

        def swap(_cursor: sqlite3.Cursor) -> None:
            building.catch_up()
            building.complete()
            write_durably(disk, index.folder / CURRENT, f"{new.name}\n".encode("ascii"))
            writer.move(new)
            index.moved(new)

        writer.perform(swap)
        yield building.rebuilt


def compare(index: IndexFile, store: BlobStore) -> Iterator[Rebuilding | Rebuilt]:
    """What `reindex` would change, told without changing it: the new index is made, compared and thrown away."""
    new = _next_path(index.folder)
    with closing(_Building(index.path, new, store)) as building:
        yield from building.read_everything()
        building.catch_up(compare=True)
        building.settle_losses()
        yield building.rebuilt


def reindex_closed(index: IndexFile, store: BlobStore, disk: Disk) -> Iterator[Rebuilding | Rebuilt]:
    """The same for an archive that nobody has open, even when its index is damaged or gone. The blobs must be a `recover` away."""
    old: Path | None = index.path
    try:
        if index.path.exists():
            bring_up_to_date(index.path)
        else:
            old = None
        yield from _rebuild_closed(index, old, store, disk)
    except (UsageError, sqlite3.DatabaseError):
        if old is None:
            raise
        yield from _rebuild_closed(index, None, store, disk)


def _rebuild_closed(index: IndexFile, old: Path | None, store: BlobStore, disk: Disk) -> Iterator[Rebuilding | Rebuilt]:
    new = _next_path(index.folder)
    with closing(_Building(old, new, store, damaged=index.path)) as building:
        yield from building.read_everything()
        building.catch_up(compare=True)
        # a killed server may have left blobs that only the page cache holds
        disk.sync_all()
        building.complete()
        write_durably(disk, index.folder / CURRENT, f"{new.name}\n".encode("ascii"))
        index.moved(new)
        yield building.rebuilt


def _next_path(folder: Path) -> Path:
    taken = [int(digits) for path in folder.glob("index-*.sqlite") if (digits := path.stem.removeprefix("index-")).isdigit()]
    return folder / f"index-{max(taken, default=0) + 1:04d}.sqlite"


class _Building:
    """The new index while it is made: one connection to it, with the old one attached as `old`."""

    def __init__(self, old: Path | None, new: Path, store: BlobStore, damaged: Path | None = None) -> None:
        # before the last serial is read: whatever lies up to here is in a row up to there, so nothing arrives twice
        self._until = store.unsettled_after()
        self._damaged = damaged
        self.rebuilt = Rebuilt(new)
        self._store = store
        self._old = old is not None
        self._new = new
        self._complete = False
        self._lost: dict[str, tuple[str, str]] = {}
        bring_up_to_date(new)
        self._connection = connect(new)
        self._cursor = self._connection.cursor()
        run = self._cursor.execute
        # nothing of it counts before `complete`
        run("PRAGMA synchronous = OFF")
        for table in _STORED_TABLES:
            run(f"CREATE INDEX building_{table} ON {table} (blob)")
        if old is not None:
            run("ATTACH DATABASE ? AS old", (f"{old.absolute().as_uri()}?mode=rw",))
        self._filing = Filing(self._connection)
        self._caught = dict.fromkeys((*_STORED_TABLES, "change"), 0)
        self._begin_serial = self._last_old_serial()
        self._total = self._count("old.instance") + self._count("old.set_aside") if self._old else 0

    def close(self) -> None:
        """Let go; a new index that was not completed is removed."""
        self._connection.close()
        if not self._complete:
            for suffix in ("", "-wal", "-shm"):
                with suppress(OSError):
                    Path(f"{self._new}{suffix}").unlink(missing_ok=True)

    def _count(self, table: str) -> int:
        return int(self._cursor.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def _last_old_serial(self) -> int:
        if not self._old:
            return 0
        statement = "SELECT max((SELECT coalesce(max(id), 0) FROM old.instance), (SELECT coalesce(max(id), 0) FROM old.set_aside), "
        return int(self._cursor.execute(f"{statement} (SELECT coalesce(max(serial), 0) FROM old.change))").fetchone()[0])

    def read_everything(self) -> Iterator[Rebuilding]:
        """File what the old index knows, in its order, then what it did not know among the blobs that are settled."""
        yield from self._file_old_rows()
        yield from self._file_the_rest()

    def _file_old_rows(self) -> Iterator[Rebuilding]:
        done = 0
        for table in _STORED_TABLES if self._old else ():
            while rows := self._next_rows(table):
                self._cursor.execute("BEGIN")
                for serial, blob, uid in rows:
                    self._file(blob, serial, uid)
                    self._caught[table] = serial
                self._commit()
                done += len(rows)
                yield Rebuilding(done, 2 * max(self._total, done))
        self._filing.last_serial = max(self._filing.last_serial, self._begin_serial + SERIALS_LEFT_FREE * self._old)

    def _next_rows(self, table: str) -> list[tuple[int, str, str]]:
        # bounded by the beginning, so that rows of arrivals wait for `catch_up` and an endless stream of them ends
        return self._cursor.execute(
            f"SELECT id, blob, sop_instance_uid FROM old.{table} WHERE id > ? AND id <= ? ORDER BY id LIMIT {CHECK_ROWS}",
            (self._caught[table], self._begin_serial),
        ).fetchall()

    def _file(self, blob: str, serial: int | None, uid: str) -> None:
        try:
            entry = read_entry(self._store, blob, verify=False)
            fault = entry.fault()
            if fault is not None:
                raise UnreadableDataset(fault.reason)
        except (FileNotFoundError, UnreadableDataset) as error:
            # without a row, a blob without a header was never acknowledged
            if serial is not None or isinstance(error, UnreadableDataset):
                why = "its file is not there" if isinstance(error, FileNotFoundError) else str(error)
                self._lost[blob] = uid, f"{uid or 'an instance'}: blob {blob}: {why}"
            return
        entry.serial = serial
        place = self._filing.file(entry)
        if isinstance(place, Same):
            self._tell("differing", f"{entry.value('SOPInstanceUID')}: blobs {place.blob} and {blob} are equal")
        elif serial is None:
            self._tell("found", f"{entry.value('SOPInstanceUID')}: blob {blob}")

    def _tell(self, what: str, line: str) -> None:
        lines: list[str] = getattr(self.rebuilt, what)
        if len(lines) < REINDEX_DIFFERENCES_MAX:
            lines.append(line)
        setattr(self.rebuilt, f"{what}_count", getattr(self.rebuilt, f"{what}_count") + 1)

    def _commit(self) -> None:
        self._filing.flush()
        self._cursor.execute("COMMIT")

    def _file_the_rest(self) -> Iterator[Rebuilding]:
        self._cursor.execute("BEGIN")
        keys = itertools.takewhile(lambda key: order(key) <= order(self._until), self._store.walk())
        for done, key in enumerate(keys, 1):
            if not self._is_known(key):
                self._file(key, None, "")
            if done % CHECK_ROWS == 0:
                self._commit()
                yield Rebuilding(self._total + done, 2 * max(self._total, done))
                self._cursor.execute("BEGIN")
        self._commit()

    def _is_known(self, key: str) -> bool:
        run = self._cursor.execute
        if any(run(f"SELECT 1 FROM main.{table} WHERE blob = ?", (key,)).fetchone() for table in _STORED_TABLES):
            return True
        return self._old and run("SELECT 1 FROM old.doomed WHERE blob = ?", (key,)).fetchone() is not None

    def catch_up(self, *, compare: bool = False) -> None:
        """File what arrived since, and remove what was removed since; perhaps tell where both disagree, in the same snapshot."""
        self._cursor.execute("BEGIN")
        if self._old:
            # first what went: an instance that was removed and came again would meet itself
            self._forget_removals()
            self._file_arrivals()
        self._filing.flush()
        if compare:
            self._compare()
        self._commit()

    def _file_arrivals(self) -> None:
        run = self._cursor.execute
        for table in _STORED_TABLES:
            rows = run(
                f"SELECT id, blob, sop_instance_uid FROM old.{table} WHERE id > ? ORDER BY id",
                (max(self._caught[table], self._begin_serial),),
            ).fetchall()
            for serial, blob, uid in rows:
                last = self._filing.last_serial
                self._file(blob, serial, uid)
                self._filing.last_serial = last
                self._caught[table] = serial

    def _forget_removals(self) -> None:
        run = self._cursor.execute
        removed = run(
            "SELECT DISTINCT c.sop_instance_uid FROM old.change c JOIN main.instance i ON i.sop_instance_uid = c.sop_instance_uid "
            "WHERE c.serial > ? AND c.kind = 'removed' "
            "AND NOT EXISTS (SELECT 1 FROM old.instance o WHERE o.sop_instance_uid = c.sop_instance_uid AND o.id = i.id)",
            (self._begin_serial,),
        ).fetchall()
        for (uid,) in removed:
            remove_below(self._cursor, self._filing, Level.IMAGE, uid, tell=False)
        run("DELETE FROM main.set_aside WHERE id <= ? AND id NOT IN (SELECT id FROM old.set_aside)", (self._last_old_serial(),))
        for table in _STORED_TABLES:
            run(
                f"UPDATE main.{table} SET blob = (SELECT o.blob FROM old.{table} o WHERE o.id = main.{table}.id) "
                f"WHERE blob IN (SELECT blob FROM old.doomed) AND id IN (SELECT id FROM old.{table})"
            )

    def _compare(self) -> None:
        self.rebuilt.instances = self._count("main.instance")
        self.rebuilt.set_aside = self._count("main.set_aside")
        if not self._old:
            return
        for table, key in (("patient", "identity"), ("study", "study_instance_uid"), ("series", "series_instance_uid")):
            self._compare_table(table, key)
        self._compare_table("instance", "sop_instance_uid")

    def _compare_table(self, table: str, key: str) -> None:
        apart = {"id", "patient_ref", "study_ref", "series_ref", "origin_ref", key}
        names = [row[1] for row in self._cursor.execute(f"PRAGMA main.table_info({table})") if row[1] not in apart]
        differing = " OR ".join(f'n."{name}" IS NOT o."{name}"' for name in names)
        late = f"AND o.id <= {max(self._caught[table], self._begin_serial)}" if table == "instance" else ""
        for (value,) in self._cursor.execute(
            f"SELECT o.{key} FROM old.{table} o JOIN main.{table} n ON n.{key} = o.{key} WHERE ({differing}) {late}"
        ):
            self._tell("differing", f"{table} {value}".replace("\x1f", " ").strip())

    def settle_losses(self) -> None:
        """What could not be read and is still known to the old index, or lies there, is lost; the rest was removed meanwhile."""
        for blob, (uid, line) in self._lost.items():
            known = self._old and any(
                self._cursor.execute(f"SELECT 1 FROM old.{table} WHERE sop_instance_uid = ? AND blob = ?", (uid, blob)).fetchone()
                for table in _STORED_TABLES
            )
            if known or self._store.exists(blob):
                self._tell("lost", line)

    def make_durable(self) -> None:
        """Bring what there is onto the disk, so that little is left to do while the writer waits."""
        self._cursor.execute("PRAGMA synchronous = FULL")
        self._cursor.execute("PRAGMA main.wal_checkpoint(TRUNCATE)")

    def _attach_damaged(self) -> bool:
        """Try to reach what only the damaged old index holds: nodes and their past, settings and jobs."""
        if self._damaged is None or not self._damaged.exists():
            return False
        try:
            self._cursor.execute("ATTACH DATABASE ? AS old", (f"{self._damaged.absolute().as_uri()}?mode=rw",))
            self._count("old.node")
        except sqlite3.DatabaseError as error:
            self.rebuilt.not_copied.append(f"{', '.join(_SALVAGED)}: {error}")
            return False
        return True

    def complete(self) -> None:
        """Copy what blobs do not hold, and make the new index durable."""
        run = self._cursor.execute
        salvaging = not self._old and self._attach_damaged()
        run("BEGIN")
        self.settle_losses()
        for table in _COPIED if self._old else _SALVAGED if salvaging else ():
            try:
                run(f"INSERT OR REPLACE INTO main.{table} SELECT * FROM old.{table}")
            except sqlite3.DatabaseError as error:
                self.rebuilt.not_copied.append(f"{table}: {error}")
        if not self._old:
            self._filing.flush()
            Mark(self._filing.last_serial, self._store.last_key(), self._filing.last_serial).write(self._cursor)
        for table in _STORED_TABLES:
            run(f"DROP INDEX building_{table}")
        self._commit()
        # the checkpoint of a last commit under FULL syncs all that was written before it
        run("PRAGMA synchronous = FULL")
        run("INSERT INTO setting VALUES ('rebuilt', '1') ON CONFLICT(name) DO UPDATE SET value = value + 1")
        run("PRAGMA main.wal_checkpoint(TRUNCATE)")
        self._complete = True
