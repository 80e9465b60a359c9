"""Reading of the index: a connection is borrowed for one statement, read to its end, and given back.

Statements come in, lists of rows go out. No statement outlives its call, so that no reader, however slow, keeps a snapshot open:
the writer is never blocked and its log can be folded back. What streams is built of pages (see `Stream`). A running statement
stops within milliseconds of the stream's `close`, which any thread may call, and after QUERY_STATEMENT_SECONDS in any case.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from isocenter.archive.index_file import IndexFile
from isocenter.base.clock import Clock, SystemClock
from isocenter.base.errors import LocalError
from isocenter.base.limits import INDEX_READERS_IDLE_MAX, QUERY_PROGRESS_STEPS, QUERY_STATEMENT_SECONDS

Row = tuple[Any, ...]
Item = TypeVar("Item")


class Halt:
    """A sign to stop, set by one thread and seen by the statement that runs in another."""

    __slots__ = ("raised",)

    def __init__(self) -> None:
        self.raised = False


class Halted(Exception):
    """The statement was stopped by its sign; never leaves this package."""


class IndexReader:
    """Answers statements from the index in use. Any thread, any number at once."""

    def __init__(self, index: IndexFile, *, seconds: float = QUERY_STATEMENT_SECONDS, clock: Clock | None = None) -> None:
        """`seconds` bounds one statement."""
        self._index = index
        self._seconds = seconds
        self._clock = clock or SystemClock()
        self._idle: deque[tuple[int, sqlite3.Connection]] = deque()
        self._closed = False

    def rows(self, sql: str, parameters: Sequence[Any] = (), halt: Halt | None = None) -> list[Row]:
        """All rows of one statement.

        Raises LocalError where the index cannot be read or the statement takes too long, `Halted` after its sign.
        """
        generation, connection = self._borrow()
        limit = self._clock.monotonic() + self._seconds

        def over() -> bool:
            return (halt is not None and halt.raised) or self._clock.monotonic() > limit

        if halt is not None and halt.raised:
            self._give_back(generation, connection)
            raise Halted
        connection.set_progress_handler(over, QUERY_PROGRESS_STEPS)
        try:
            found = connection.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            connection.close()
            raise self._explained(error, halt) from error
        except BaseException:
            connection.close()
            raise
        connection.set_progress_handler(None, 0)
        self._give_back(generation, connection)
        return found

    def _explained(self, error: sqlite3.Error, halt: Halt | None) -> Exception:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
            if halt is not None and halt.raised:
                return Halted()
            return LocalError(f"The search was given up after {self._seconds:g} seconds: ask for less at once.")
        return LocalError(f"The index cannot be read: {error}.")

    def _borrow(self) -> tuple[int, sqlite3.Connection]:
        if self._closed:
            raise LocalError("The index is closed.")
        while True:
            try:
                generation, connection = self._idle.pop()
            except IndexError:
                generation = self._index.generation
                try:
                    return generation, self._index.connect_reader()
                except sqlite3.Error as error:
                    raise LocalError(
                        f"The index {self._index.path} cannot be opened: {error}. A damaged one is rebuilt with isocenter reindex."
                    ) from error
            if generation == self._index.generation:
                return generation, connection
            connection.close()

    def _give_back(self, generation: int, connection: sqlite3.Connection) -> None:
        if self._closed or len(self._idle) >= INDEX_READERS_IDLE_MAX:
            connection.close()
        else:
            self._idle.append((generation, connection))

    def close(self) -> None:
        """Give up all connections; statements that run end by themselves. Idempotent."""
        self._closed = True
        while self._idle:
            self._idle.pop()[1].close()


class Stream(Generic[Item]):
    """An iterator whose `close` may come from any thread, also while it searches; it then ends within milliseconds."""

    def __init__(self, make: Callable[[Halt], Iterator[Item]]) -> None:
        """`make` gets the sign that every statement of the stream must be given."""
        self._halt = Halt()
        self._items = make(self._halt)

    def __iter__(self) -> Stream[Item]:
        return self

    def __next__(self) -> Item:
        if self._halt.raised:
            raise StopIteration
        try:
            return next(self._items)
        except Halted:
            raise StopIteration from None

    def close(self) -> None:
        """No more items. Idempotent."""
        self._halt.raised = True

    def __enter__(self) -> Stream[Item]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
