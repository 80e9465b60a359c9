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
class Transfer:
    """What a job moved over the network in its last run: `by` is `get`, `move` or `store`.

    `byte_count` is that of their data sets, 0 where it is not known; `seconds` is how long instances moved.
    """

    by: str
    instances: int = 0
    byte_count: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a job moves instances just now."""

    instances_per_second: float
    bytes_per_second: float


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `wanted` is what was asked for, as JSON values that its `kind` understands; `title` says it in words.

    `done`, `failed` and `total` count what the kind counts (instances, steps); `total` None is not known yet. `words` says how it
    stands or ended, `findings` are the first sentences about what went wrong or was found. Times are UTC. `pace` is known while it
    moves instances, and is not kept.
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
    transfer: Transfer | None = None
    pace: Pace | None = None


class JobShelf(Protocol):
    """Where jobs are kept. Any thread; durable when a call returns."""

    def jobs(self, limit: int, before: int | None = None, kind: str = "") -> Sequence[Job]:
        """The latest first, at most `limit`, of those with an id below `before`; of one kind, where it is named."""

    def job(self, job_id: int) -> Job | None: ...

    def waiting(self) -> Sequence[Job]:
        """Those that are queued or running, oldest first."""

    def add_job(self, kind: str, title: str, wanted: Mapping[str, Any], created: datetime) -> Job:
        """A new queued job with the next id; the oldest that are over make room past a bound."""

    def put_job(self, job: Job) -> None:
        """How a job stands now; one that made room meanwhile stays gone."""
