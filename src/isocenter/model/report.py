"""A commissioning report: a checkup that is kept, with who made it, and what the device had sent by then.

`as_json` and `of_json` of `model.checkup` write and read it. Nothing here holds anything of a patient.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from isocenter.model.checkup import Checkup

TONES = ("good", "warn", "bad", "quiet")
"""How a sentence is meant; quiet is a mere fact."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One property of what a device sent, such as Station Name, with every value that was met, most frequent first."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """One sentence about what a device sent; `tone` is one of `TONES`, else ValueError is raised."""

    tone: str
    sentence: str

    def __post_init__(self) -> None:
        if self.tone not in TONES:
            raise ValueError(f"{self.tone!r} is no tone")


@dataclass(frozen=True, slots=True)
class Sample:
    """The headers of the latest instances of a device: how many were looked at, between which moments they came, what was in them.

    `skew_seconds` is how far its clock is ahead of ours, None where its headers do not tell.
    """

    count: int
    first: datetime | None = None
    last: datetime | None = None
    seen: tuple[Seen, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    skew_seconds: float | None = None

    def values(self, name: str) -> tuple[str, ...]:
        """What was met under a name; empty for nothing."""
        return next((one.values for one in self.seen if one.name == name), ())


@dataclass(frozen=True, slots=True)
class Report:
    """One kept report. `token` is its name; `site`, `technician`, `work_order` and `remark` are what a person typed."""

    token: str
    kept: datetime
    checkup: Checkup
    technician: str = ""
    work_order: str = ""
    site: str = ""
    remark: str = ""
    sample: Sample | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two reports of a node, as a sentence; `tone` is good, warn, bad, or quiet for a mere fact.

    `what` is one word of what changed: title, address, port, product, software, contexts, step, time, own, sample or verdict.
    """

    what: str
    tone: str
    sentence: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two reports of the same node, most important first; `same` are sentences about what stayed."""

    before: Report
    after: Report
    changes: tuple[Change, ...] = ()
    same: tuple[str, ...] = field(default=())
