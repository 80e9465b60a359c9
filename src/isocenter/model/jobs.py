"""Jobs: long work that a person asked for once and looks at again later.

A job is one row that outlives the process. Nothing here runs one: `jobs/queue` does; the port where they are kept is `JobShelf`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Protocol


class JobState(Enum):
    """How a job stands. `PARTLY` is an end at which something failed and something did not."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    PARTLY = "partly done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def is_over(self) -> bool:
        """True where nothing more happens unless somebody starts it again."""
        return self not in {JobState.QUEUED, JobState.RUNNING}


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `wanted` is what was asked for, as JSON values that its `kind` understands; `title` says it in words.

    `done`, `failed` and `total` count what the kind counts (instances, steps); `total` None is not known yet. `words` says how it
    stands or ended, `findings` are the first sentences about what went wrong or was found. Times are UTC.
    """

    id: int
    kind: str
    title: str
    wanted: Mapping[str, Any]
    state: JobState
    created: datetime
    started: datetime | None = None
    ended: datetime | None = None
    done: int = 0
    failed: int = 0
    total: int | None = None
    words: str = ""
    findings: tuple[str, ...] = field(default=())


class JobShelf(Protocol):
    """Where jobs are kept. Any thread; durable when a call returns."""

    def jobs(self, limit: int, before: int | None = None) -> Sequence[Job]:
        """The latest first, at most `limit`, of those with an id below `before`."""

    def job(self, job_id: int) -> Job | None: ...

    def waiting(self) -> Sequence[Job]:
        """Those that are queued or running, oldest first."""

    def add_job(self, kind: str, title: str, wanted: Mapping[str, Any], created: datetime) -> Job:
        """A new queued job with the next id; the oldest that are over make room past a bound."""

    def put_job(self, job: Job) -> None:
        """How a job stands now; one that made room meanwhile stays gone."""
