"""The past of the nodes: what they answered hour by hour, what changed, and when somebody was working on them.

Nouns and the port that keeps them. Moments are in UTC. Nothing here stores or asks anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class PastEcho:
    """One echo: `place` is where the entry of the node led then, `outcome` a value of `jobs.echoing.Echo`.

    `milliseconds` counts to the answer, or to the moment when there was none; `excused` says that the node was being worked on.
    """

    node: str
    place: str
    moment: datetime
    milliseconds: float
    outcome: str
    excused: bool = False


@dataclass(frozen=True, slots=True)
class Hour:
    """The echoes of one hour, which begins at `hour`. `excused` of them were not answered while the node was being worked on.

    One that takes the association and not C-ECHO is there, and counts as answered. `milliseconds` is the sum over the answered
    ones, `slowest` the longest of them.
    """

    node: str
    hour: datetime
    asked: int = 0
    answered: int = 0
    excused: int = 0
    milliseconds: float = 0.0
    slowest: float = 0.0


@dataclass(frozen=True, slots=True)
class PastEvent:
    """One change of a node. `kind` is `echo`, `drift` or `person`; `is_good` None where it is neither good nor bad."""

    node: str
    moment: datetime
    kind: str
    words: str
    is_good: bool | None


class Repeats(Enum):
    """How often a window of maintenance opens, at the same time of this computer's wall clock."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Window:
    """When a node (the empty name is all of them) is being worked on: it is asked, and nothing that it leaves unanswered counts.

    `id` 0 is one that is not kept yet.
    """

    begins: datetime
    minutes: int
    node: str = ""
    repeats: Repeats = Repeats.ONCE
    words: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """What is written in one go. `memories` are JSON documents by the names of nodes; `renamed` and `forgotten` are names."""

    echoes: tuple[PastEcho, ...] = ()
    events: tuple[PastEvent, ...] = ()
    memories: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    renamed: tuple[tuple[str, str], ...] = ()
    forgotten: tuple[str, ...] = ()


class HistoryShelf(Protocol):
    """Where the past is kept. Any thread; blocks for the disk. Raises LocalError and VolumeFailed."""

    def write(self, batch: Batch) -> None:
        """All of it, or nothing; first the names that changed."""

    def prune(self, echoes_before: datetime, before: datetime) -> None:
        """Remove single echoes, and everything else, that is older."""

    def echoes(self, since: datetime) -> Sequence[PastEcho]:
        """All nodes' single echoes, oldest first."""

    def hours(self, since: datetime, node: str | None = None) -> Sequence[Hour]:
        """The hours that begin then or later, of one node or of all, oldest first."""

    def events(self, count: int, node: str | None = None) -> Sequence[PastEvent]:
        """At most so many of each node, of one or of all, the latest first."""

    def memories(self) -> Mapping[str, Mapping[str, Any]]: ...

    def windows(self) -> Sequence[Window]:
        """All windows, oldest first."""

    def put_window(self, window: Window) -> Window:
        """Keep a new one, or another in the place of the one with its `id`."""

    def remove_window(self, number: int) -> bool:
        """True where there was one."""
