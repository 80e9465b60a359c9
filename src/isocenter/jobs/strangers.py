"""Who knocked without ever asking for an association, and who was the last to call from another computer.

Comes in: connections that came to nothing, and associations. Goes out: who they were, the latest first. In memory. Any thread.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime

from isocenter.base.clock import Clock
from isocenter.base.limits import STRANGERS_REMEMBERED_MAX
from isocenter.model.records import AssociationSummary
from isocenter.nodes.address import is_this_computer


@dataclass(frozen=True, slots=True)
class Stranger:
    """Connections from one address that never became an association, for one cause."""

    address: str
    why: str
    first: datetime
    last: datetime
    count: int = 1


class Strangers:
    """The record of one door."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], Stranger] = {}
        self.latest_call: AssociationSummary | None = None
        """The last association that another computer opened, as far as its address tells."""

    def called(self, summary: AssociationSummary) -> None:
        """An association was opened."""
        if not is_this_computer(summary.address):
            self.latest_call = summary

    def left(self, address: str, why: str) -> None:
        """A connection came to nothing; the longest unseen are forgotten."""
        moment = self._clock.now()
        with self._lock:
            before = self._seen.pop((address, why), Stranger(address, why, moment, moment, 0))
            self._seen[address, why] = replace(before, last=moment, count=before.count + 1)
            while len(self._seen) > STRANGERS_REMEMBERED_MAX:
                del self._seen[next(iter(self._seen))]

    def all(self) -> list[Stranger]:
        """The latest first."""
        with self._lock:
            return list(reversed(self._seen.values()))
