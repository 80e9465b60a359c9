"""The one thread that writes the index, committing for all associations at once.

Entries come in from any thread, their places go out once they are committed and synced (WAL, synchronous=FULL). The commit runs
beside the sync of the blob: a row is `settled` by the thread that received it when its blob is durable too, and only then may
anybody rely on it. The mark of recovery, written with every so many rows, tells up to where everything is settled.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from isocenter.archive.blobs import BlobStore
from isocenter.archive.entry import Entry
from isocenter.archive.filing import Filing, Place, Same
from isocenter.archive.index_file import connect, lengthen_log
from isocenter.base.errors import LocalError, VolumeFailed
from isocenter.base.limits import INDEX_BATCH_MAX, SETTLED_MARK_BYTES, SETTLED_MARK_INSTANCES

Result = TypeVar("Result")

_FULL = 13
_READ_ONLY, _IO_ERROR, _CORRUPT, _NO_DATABASE = 8, 10, 11, 26
RECOVERY = "recovery"
"""The setting that holds the mark."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where recovery begins: rows up to `serial` have durable blobs; blobs up to `blob` are in rows or gone.

    Blobs after `blob` are in rows after `blob_serial` only, where they are in any.
    """

    serial: int = 0
    blob: str = ""
    blob_serial: int = 0

    @staticmethod
    def read(cursor: sqlite3.Cursor) -> Mark:
        """The mark of an index; the beginning of everything where there is none."""
        row = cursor.execute("SELECT value FROM setting WHERE name = ?", (RECOVERY,)).fetchone()
        return Mark(*json.loads(row[0])) if row else Mark()

    def write(self, cursor: sqlite3.Cursor) -> None:
        """Replace the mark, in the open transaction."""
        value = json.dumps([self.serial, self.blob, self.blob_serial])
        cursor.execute(
            "INSERT INTO setting VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value", (RECOVERY, value)
        )


class Settlement:
    """Whether the blob of a row became durable, for those who wait for it."""

    __slots__ = ("_known", "durable")

    def __init__(self) -> None:
        self.durable = False
        self._known = threading.Event()

    def tell(self, durable: bool) -> None:
        self.durable = durable
        self._known.set()

    def wait(self) -> bool:
        """True when the blob is durable; blocks until that is known."""
        self._known.wait()
        return self.durable


class Ticket:
    """One request to the writer. A lock stands for an event, because there is one waiter and it costs a tenth."""

    __slots__ = ("_answered", "answer", "error", "settlement", "subject")

    def __init__(self, subject: Entry | Callable[[sqlite3.Cursor], Any]) -> None:
        self.subject = subject
        self.answer: Any = None
        self.error: Exception | None = None
        self.settlement: Settlement | None = None
        self._answered = threading.Lock()
        self._answered.acquire()

    def wait(self) -> Any:
        """Blocks until the writer has committed; its answer. Raises what went wrong there."""
        with self._answered:
            if self.error is not None:
                raise self.error
            return self.answer

    def done(self) -> None:
        self._answered.release()


class IndexWriter:
    """Owns the writing connection. `submit`, `perform` and `settle` from any thread."""

    def __init__(self, path: Path, store: BlobStore, stop: Callable[[str], None]) -> None:
        """`stop` is called with a reason when the index can take no more writes. Recovery must have been done."""
        self._store = store
        self._stop = stop
        self._connection = connect(path)
        self._cursor = self._connection.cursor()
        self.filing = Filing(self._connection)
        lengthen_log(path)
        self._tickets: SimpleQueue[Ticket] = SimpleQueue()
        self._lock = threading.Lock()
        self._unsettled: dict[int, Settlement | None] = {}
        self._settled_bytes = 0
        self._mark = Mark.read(self._cursor)
        self._trail = deque([(store.last_key(), self.filing.last_serial)])
        self._closed = False
        self._going = True
        self._last = Ticket(self._write_last_mark)
        self._thread = threading.Thread(target=self._run, name="index writer", daemon=True)
        self._thread.start()

    def submit(self, entry: Entry) -> Ticket:
        """Ask for an entry to be filed; its ticket answers with a `Place`. Every place but `Same` must be settled."""
        return self._put(Ticket(entry))

    def perform(self, work: Callable[[sqlite3.Cursor], Result]) -> Result:
        """Let `work` change the index in a transaction of its own, on the writer's thread; durable when this returns.

        Whatever `work` raises rolls it back and is raised here. VolumeFailed when the disk refuses.
        """
        answer: Result = self._put(Ticket(work)).wait()
        return answer

    def settle(self, serial: int, byte_count: int, *, durable: bool) -> None:
        """The blob of a row is on the disk, or the row is gone again."""
        with self._lock:
            settlement = self._unsettled.pop(serial, None)
            self._settled_bytes += byte_count
        if settlement is not None:
            settlement.tell(durable)

    def lost(self, serial: int) -> None:
        """The blob of a row failed and the row could not be taken back: the mark stays before it, so that the next start does."""
        with self._lock:
            settlement = self._unsettled.get(serial)
        if settlement is not None:
            settlement.tell(False)

    def close(self) -> None:
        """Write the last mark, stop the thread, close the connection. Nothing may be under way. Idempotent."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._tickets.put(self._last)
        self._thread.join()

    def move(self, path: Path) -> None:
        """Go on with another index file, which holds the same rows. Only from within `perform`."""
        fresh = connect(path)
        self._connection.rollback()
        self._connection.close()
        self._connection = fresh
        self._cursor = fresh.cursor()
        self.filing = Filing(fresh)
        lengthen_log(path)
        self._cursor.execute("BEGIN IMMEDIATE")

    def _put(self, ticket: Ticket) -> Ticket:
        with self._lock:
            if self._closed:
                raise LocalError("the archive is closed")
            self._tickets.put(ticket)
        return ticket

    def _run(self) -> None:
        held: Ticket | None = None
        while self._going:
            ticket, held = held or self._tickets.get(), None
            if callable(ticket.subject):
                self._perform(ticket)
                self._going = ticket is not self._last
                continue
            batch = [ticket]
            while len(batch) < INDEX_BATCH_MAX and not self._tickets.empty():
                ticket = self._tickets.get()
                if callable(ticket.subject):
                    held = ticket
                    break
                batch.append(ticket)
            self._file_all(batch)
        self._connection.close()

    def _write_last_mark(self, cursor: sqlite3.Cursor) -> None:
        mark = self._next_mark(force=True)
        if mark is not None:
            mark.write(cursor)

    def _file_all(self, batch: list[Ticket]) -> None:
        try:
            self._file(batch)
        except Exception as error:
            self._roll_back(batch)
            if len(batch) == 1 or _is_volume(error):
                failure = self._failure(error)
                for ticket in batch:
                    ticket.error = failure
            else:
                for ticket in batch:
                    self._file_all([ticket])
                return
        for ticket in batch:
            ticket.done()

    def _file(self, batch: list[Ticket]) -> None:
        self._cursor.execute("BEGIN IMMEDIATE")
        filing = self.filing
        for ticket in batch:
            assert isinstance(ticket.subject, Entry)
            place: Place = filing.file(ticket.subject)
            ticket.answer = place
            with self._lock:
                if not isinstance(place, Same):
                    self._unsettled[place.serial] = None
                elif place.serial in self._unsettled:
                    ticket.settlement = self._unsettled[place.serial] or Settlement()
                    self._unsettled[place.serial] = ticket.settlement
        filing.flush()
        mark = self._next_mark(force=False)
        if mark is not None:
            mark.write(self._cursor)
        self._cursor.execute("COMMIT")
        self._mark = mark or self._mark

    def _roll_back(self, batch: list[Ticket]) -> None:
        for ticket in batch:
            if ticket.answer is not None and not isinstance(ticket.answer, Same):
                self.settle(ticket.answer.serial, 0, durable=False)
            ticket.answer = ticket.settlement = None
        self._abandon()

    def _abandon(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.rollback()
            self.filing.forget()
        except sqlite3.Error as error:
            self._stop(f"the index cannot be read ({error})")

    def _perform(self, ticket: Ticket) -> None:
        assert callable(ticket.subject)
        try:
            self._cursor.execute("BEGIN IMMEDIATE")
            ticket.answer = ticket.subject(self._cursor)
            self.filing.flush()
            self._cursor.execute("COMMIT")
        except sqlite3.Error as error:
            ticket.error = self._failure(error)
            self._abandon()
        except Exception as error:
            ticket.error = error
            self._abandon()
        ticket.done()

    def _failure(self, error: Exception) -> Exception:
        if not isinstance(error, sqlite3.Error):
            return error
        full = _code(error) == _FULL
        if _is_volume(error) and not full:
            self._stop(f"the index cannot be written ({error})")
        return VolumeFailed(f"The index cannot be written: {error}", full=full)

    def _next_mark(self, *, force: bool) -> Mark | None:
        with self._lock:
            serial = min(self._unsettled, default=self.filing.last_serial + 1) - 1
            due = serial - self._mark.serial >= SETTLED_MARK_INSTANCES or self._settled_bytes >= SETTLED_MARK_BYTES
            if not (due or force):
                return None
            self._settled_bytes = 0
        # a key given out after this line belongs to a row after this serial
        self._trail.append((self._store.last_key(), self.filing.last_serial))
        blob = self._store.unsettled_after()
        while len(self._trail) > 1 and order(self._trail[1][0]) <= order(blob):
            self._trail.popleft()
        return Mark(serial, blob, self._trail[0][1])


def order(key: str) -> tuple[int, str]:
    """Sorts the keys of a store by age."""
    return len(key), key


def _code(error: Exception) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _is_volume(error: Exception) -> bool:
    return _code(error) in (_FULL, _READ_ONLY, _IO_ERROR, _CORRUPT, _NO_DATABASE)
