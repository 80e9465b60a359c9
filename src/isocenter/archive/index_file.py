"""Where the index lies on the disk, and the connections to it.

The folder `index` holds one SQLite file per generation and the file `current`, which names the one in use. A rebuilt index becomes
the current one by the replacement of `current` alone, so that a write-ahead log is never met by a database that is not its own.
Readers keep a connection as long as `generation` does not change.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from isocenter.base.errors import UsageError
from isocenter.base.limits import INDEX_BUSY_SECONDS, INDEX_CACHE_BYTES, INDEX_MAP_BYTES, INDEX_WAL_PAGES, KIB, MIB

CURRENT = "current"
FIRST = "index-0001.sqlite"
_PAGE_BYTES = 4 * KIB
_FRAME_HEADER_BYTES = 24
"""Of each page in SQLite's write-ahead log."""


class IndexFile:
    """The index that is in use. Any thread may ask; only the archive moves it."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds the generations; it need not exist yet. `UsageError` where `current` names something else."""
        self._folder = folder
        self.generation = 0
        self._path = folder / FIRST
        pointer = folder / CURRENT
        if pointer.exists():
            name = pointer.read_text("utf-8").strip()
            if "/" in name or "\\" in name or not (name.startswith("index-") and name.endswith(".sqlite")):
                raise UsageError(f"{pointer} should name an index file beside it, and says {name!r}")
            self._path = folder / name

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def path(self) -> Path:
        return self._path

    def moved(self, path: Path) -> None:
        """`current` names another file from now on; every reader opens anew at its next question."""
        self._path = path
        self.generation += 1

    def connect_reader(self) -> sqlite3.Connection:
        """A connection that cannot write, for any one thread at a time; autocommit, so `BEGIN` opens a snapshot."""
        connection = connect(self._path)
        connection.execute("PRAGMA query_only = 1")
        return connection


def lengthen_log(path: Path) -> None:
    """Give the write-ahead log its full length before the first commit, so that none of them has to lengthen a file.

    SQLite takes what it did not write for the end of the log. A connection must be open and no transaction under way. Where the
    system does not let us, the log grows as it is used.
    """
    log = path.with_name(f"{path.name}-wal")
    with suppress(OSError):
        missing = INDEX_WAL_PAGES * (_PAGE_BYTES + _FRAME_HEADER_BYTES) - log.stat().st_size
        if missing > 0:
            with log.open("ab") as file:
                for _ in range(missing // MIB + 1):
                    file.write(bytes(MIB))
                file.flush()
                os.fsync(file.fileno())


def connect(path: Path, *, create: bool = False) -> sqlite3.Connection:
    """A connection with the house's settings: explicit transactions, write-ahead log, every commit on the disk."""
    mode = "rwc" if create else "rw"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=INDEX_BUSY_SECONDS,
        cached_statements=256,
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = -{INDEX_CACHE_BYTES // KIB}")
    connection.execute(f"PRAGMA mmap_size = {INDEX_MAP_BYTES}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {INDEX_WAL_PAGES}")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection
