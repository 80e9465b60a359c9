"""Jobs as rows of the index's database: the `JobShelf` port.

Changes go through the index writer, so that they never wait for its lock nor it for theirs; reading is any reader's. A rebuilt
index takes the rows along. Texts that another device chose are stored, and never become part of a statement.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from isocenter.archive.index_reader import IndexReader, Row
from isocenter.archive.schema import from_microseconds, to_microseconds
from isocenter.base.limits import JOBS_KEPT_MAX
from isocenter.model.jobs import Job, JobState, Transfer

Result = TypeVar("Result")

_COLUMNS: Final = "id, kind, title, wanted, state, created, started, ended, done, failed, total, words, findings, transfer"
_SELECT: Final = f"SELECT {_COLUMNS} FROM job"
_OVER: Final = ", ".join(f"'{state.value}'" for state in JobState if state.is_over)
_ADD: Final = (
    f"INSERT INTO job ({_COLUMNS}) SELECT coalesce(max(id), 0) + 1, ?, ?, ?, ?, ?, NULL, NULL, 0, 0, NULL, '', '[]', '' FROM job"
)
_PUT: Final = (
    "UPDATE job SET state = ?, started = ?, ended = ?, done = ?, failed = ?, total = ?, words = ?, findings = ?, transfer = ? "
    "WHERE id = ?"
)
_FORGET: Final = f"DELETE FROM job WHERE state IN ({_OVER}) AND id <= (SELECT id FROM job ORDER BY id DESC LIMIT 1 OFFSET ?)"


class Performer(Protocol):
    """Who changes the database: `Archive.perform`."""

    def __call__(self, work: Callable[[sqlite3.Cursor], Result]) -> Result: ...


class JobRows:
    """The jobs of one archive. Any thread. Changes raise VolumeFailed where the disk refuses, LocalError once it is closed."""

    def __init__(self, reader: IndexReader, perform: Performer) -> None:
        self._reader = reader
        self._perform = perform

    def jobs(self, limit: int, before: int | None = None, kind: str = "") -> Sequence[Job]:
        """See `JobShelf.jobs`."""
        asked = [("id < ?", before)] * (before is not None) + [("kind = ?", kind)] * bool(kind)
        where = f"WHERE {' AND '.join(condition for condition, _ in asked)}" if asked else ""
        values = (*(value for _, value in asked), limit)
        return [_job(row) for row in self._reader.rows(f"{_SELECT} {where} ORDER BY id DESC LIMIT ?", values)]

    def job(self, job_id: int) -> Job | None:
        """The job of that id."""
        rows = self._reader.rows(f"{_SELECT} WHERE id = ?", (job_id,))
        return _job(rows[0]) if rows else None

    def waiting(self) -> Sequence[Job]:
        """See `JobShelf.waiting`."""
        return [_job(row) for row in self._reader.rows(f"{_SELECT} WHERE state NOT IN ({_OVER}) ORDER BY id")]

    def add_job(self, kind: str, title: str, wanted: Mapping[str, Any], created: datetime) -> Job:
        """See `JobShelf.add_job`."""
        job = Job(0, kind, title, wanted, JobState.QUEUED, created)
        document = json.dumps(wanted, ensure_ascii=True)

        def add(cursor: sqlite3.Cursor) -> int:
            cursor.execute(_ADD, (kind, _storable(title), document, job.state.value, to_microseconds(created)))
            number: int = cursor.execute("SELECT max(id) FROM job").fetchone()[0]
            cursor.execute(_FORGET, (JOBS_KEPT_MAX,))
            return number

        return replace(job, id=self._perform(add))

    def put_job(self, job: Job) -> None:
        """See `JobShelf.put_job`."""
        moments = (None if moment is None else to_microseconds(moment) for moment in (job.started, job.ended))
        findings = json.dumps(list(job.findings), ensure_ascii=True)
        transfer = "" if job.transfer is None else json.dumps(asdict(job.transfer))
        values = (job.state.value, *moments, job.done, job.failed, job.total, _storable(job.words), findings, transfer, job.id)
        self._perform(lambda cursor: cursor.execute(_PUT, values))


def _storable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _job(row: Row) -> Job:
    number, kind, title, wanted, state, created, started, ended, done, failed, total, words, findings, transfer = row
    return Job(
        id=number,
        kind=kind,
        title=title,
        wanted=json.loads(wanted),
        state=JobState(state),
        created=from_microseconds(created),
        started=None if started is None else from_microseconds(started),
        ended=None if ended is None else from_microseconds(ended),
        done=done,
        failed=failed,
        total=total,
        words=words,
        findings=tuple(json.loads(findings)),
        transfer=Transfer(**json.loads(transfer)) if transfer else None,
    )
