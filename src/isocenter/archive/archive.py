"""The archive of one data folder: the lock, the store, the index, and the ways in and out of them.

A folder comes in; ports go out: `begin` (Intake), `open` (BlobReader), `perform` for whatever else lives in the index's database.
Opening it recovers what a crash left. It calls nobody: what happened is in the change feed. Layout: `isocenter.lock`, `blobs/`,
`index/`.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from isocenter.archive.blob_files import BlobFiles
from isocenter.archive.check import Finding, Progress, check
from isocenter.archive.choosing import blob_set_aside, use_set_aside
from isocenter.archive.disk import Disk
from isocenter.archive.folder_lock import FolderLock
from isocenter.archive.index_file import IndexFile
from isocenter.archive.index_writer import IndexWriter
from isocenter.archive.intake import ArchiveIntake
from isocenter.archive.layout import BLOBS, INDEX
from isocenter.archive.migrations import bring_up_to_date
from isocenter.archive.recovery import Recovered, recover
from isocenter.archive.reindex import Rebuilding, Rebuilt, compare, reindex, reindex_closed
from isocenter.archive.removal import remove_below, remove_set_aside, sweep_doomed
from isocenter.archive.stored_entry import read_entry
from isocenter.base.clock import Clock
from isocenter.base.errors import LocalError, UnreadableDataset, UsageError
from isocenter.model.attributes import Level
from isocenter.model.ports import OpenBlob, Reception
from isocenter.model.records import Arrival

Result = TypeVar("Result")


class Archive:
    """An open data folder. Any thread. `index` is what readers connect to, `recovered` what the start had to mend."""

    def __init__(self, folder: Path, *, disk: Disk | None = None, clock: Clock | None = None) -> None:
        """Make or open the archive in `folder`, and recover it.

        Raises UsageError when another process holds it, or when the index is foreign, damaged or of a newer software; OSError when
        the folder cannot be used.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._rebuilding = threading.Lock()
        self._lock = FolderLock(folder)
        try:
            for name in (BLOBS, INDEX):
                (folder / name).mkdir(mode=0o700, exist_ok=True)
            self.index = IndexFile(folder / INDEX)
            bring_up_to_date(self.index.path)
            self.disk = disk or Disk()
            self.store = BlobFiles(folder / BLOBS, self.disk, clock)
            try:
                self.recovered: Recovered = recover(self.index, self.store)
            except sqlite3.DatabaseError as error:
                raise UsageError(
                    f"The index {self.index.path} is damaged ({error}): rebuild it from the blobs with reindex"
                ) from error
            self.writer = IndexWriter(self.index.path, self.store, self.store.volume.stop)
        except BaseException:
            self._lock.release()
            raise
        self._intake = ArchiveIntake(self.store, self.writer)

    def begin(self, arrival: Arrival) -> Reception:
        """The port `Intake`."""
        return self._intake.begin(arrival)

    def open(self, blob: str) -> AbstractContextManager[OpenBlob]:
        """The port `BlobReader`."""
        return self.store.open(blob)

    def path(self, blob: str) -> str:
        """The port `BlobReader`."""
        return self.store.path(blob)

    def perform(self, work: Callable[[sqlite3.Cursor], Result]) -> Result:
        """Change what else lives in the index's database; see `IndexWriter.perform`."""
        return self.writer.perform(work)

    def refusal(self) -> str | None:
        """Why nothing can be stored now, as a sentence; None when it can."""
        return self.store.refusal()

    def remove(self, level: Level, unique_key: str) -> int:
        """Remove all instances of a patient, study, series, or one instance, by PatientID or UID; how many there were.

        Durable when this returns; the blobs are unlinked after the commit. Raises VolumeFailed.
        """
        count = self.writer.perform(lambda cursor: remove_below(cursor, self.writer.filing, level, unique_key))
        if count:
            self._sweep()
        return count

    def remove_set_aside(self, serial: int) -> bool:
        """Remove an instance that was set aside; False when there is none of that number. Raises VolumeFailed."""
        removed = self.writer.perform(lambda cursor: remove_set_aside(cursor, self.writer.filing, serial))
        if removed:
            self._sweep()
        return removed

    def use_set_aside(self, serial: int) -> bool:
        """Let an instance that was set aside take the place of the kept one of its UID; False when there is none of that number.

        Every byte of it is read first. Durable when this returns, the other blob is unlinked. Raises LocalError, and nothing has
        changed, where it is damaged or contradicts more than that one instance; VolumeFailed.
        """
        # A rebuilding takes rows as they were at its beginning, and would lose one that changes places meanwhile.
        with self._no_rebuilding("The index is being rebuilt: choose again when that is done."):
            blob = self.writer.perform(lambda cursor: blob_set_aside(cursor, serial))
            if blob is None:
                return False
            try:
                entry = read_entry(self.store, blob, verify=True)
            except (OSError, UnreadableDataset) as error:
                if self.writer.perform(lambda cursor: blob_set_aside(cursor, serial)) is None:
                    return False  # somebody else has decided meanwhile
                raise LocalError(f"What was set aside cannot be used: {error}.") from error
            is_used = self.writer.perform(lambda cursor: use_set_aside(cursor, self.writer.filing, self.store, serial, entry))
        if is_used:
            self._sweep()
        return is_used

    def check(self, *, content: bool = True) -> Iterator[Finding | Progress]:
        """Compare index, blobs and, with `content`, every checksum, while the archive goes on working. Changes nothing."""
        return check(self.index, self.store, content=content)

    def reindex(self) -> Iterator[Rebuilding | Rebuilt]:
        """Rebuild the index from the blobs while the archive goes on working, and swap; the last thing told is a `Rebuilt`.

        Raises LocalError at the first step while another one is under way: the later swap would lose what came after the earlier.
        """
        with self._no_rebuilding("the index is being rebuilt already"):
            yield from reindex(self.index, self.store, self.writer, self.disk)

    def compare(self) -> Iterator[Rebuilding | Rebuilt]:
        """What `reindex` would change; nothing is changed. Raises LocalError at the first step while one is under way."""
        with self._no_rebuilding("the index is being rebuilt already"):
            yield from compare(self.index, self.store)

    @contextmanager
    def _no_rebuilding(self, sentence: str) -> Iterator[None]:
        """Nobody else rebuilds the index meanwhile. Raises LocalError with that sentence where somebody does."""
        if not self._rebuilding.acquire(blocking=False):
            raise LocalError(sentence)
        try:
            yield
        finally:
            self._rebuilding.release()

    def _sweep(self) -> None:
        self.writer.perform(lambda cursor: sweep_doomed(cursor, self.store))

    def close(self) -> None:
        """Nothing may be under way; what was acknowledged is on the disk anyway. Idempotent."""
        self.writer.close()
        self.store.close()
        self._lock.release()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def rebuild(folder: Path, *, disk: Disk | None = None) -> Iterator[Rebuilding | Rebuilt]:
    """Rebuild the index of a folder that no server has open, even one whose index is damaged or gone. Raises UsageError."""
    if not (folder / BLOBS).is_dir():
        raise UsageError(f"{folder} is no data folder: there is no {BLOBS} in it")
    lock = FolderLock(folder)
    try:
        (folder / INDEX).mkdir(mode=0o700, exist_ok=True)
        disk = disk or Disk()
        yield from reindex_closed(IndexFile(folder / INDEX), BlobFiles(folder / BLOBS, disk), disk)
    finally:
        lock.release()
