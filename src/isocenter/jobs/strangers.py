"""Who knocked without ever asking for an association, who was turned away, and who came in lately and how they called us.

Comes in: connections that came to nothing, and associations. Goes out: who they were, the latest first, and word to whoever
listens for callers that are no nodes. In memory. Any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from isocenter.base.clock import Clock
from isocenter.base.limits import STRANGERS_REMEMBERED_MAX, TOLERATED_CALLERS_MAX
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


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who opened associations here, by titles and address; `node` is empty for one that is none, `note` what the policy said."""

    calling_ae_title: str
    called_ae_title: str
    address: str
    node: str
    note: str
    implementation_version_name: str
    first: datetime
    last: datetime
    count: int = 1


class Strangers:
    """The record of one door."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], Stranger] = {}
        self._visitors: dict[tuple[str, str, str], Visitor] = {}
        self._told: list[Callable[[str, str], None]] = []
        self.latest_call: AssociationSummary | None = None
        """The last association that another computer opened, as far as its address tells."""

    def called(self, summary: AssociationSummary) -> None:
        """An association was opened."""
        if not is_this_computer(summary.address):
            self.latest_call = summary
        who = (summary.calling_ae_title, summary.called_ae_title, summary.address)
        with self._lock:
            before = self._visitors.pop(who, None)
            self._visitors[who] = Visitor(
                *who,
                summary.node,
                summary.note,
                summary.implementation_version_name,
                before.first if before is not None else summary.opened,
                summary.opened,
                before.count + 1 if before is not None else 1,
            )
            while len(self._visitors) > TOLERATED_CALLERS_MAX:
                del self._visitors[next(iter(self._visitors))]
        if not summary.node:
            self.knocked(summary.calling_ae_title, summary.address)

    def knocked(self, calling_ae_title: str, address: str) -> None:
        """Somebody called who is no node, or was turned away."""
        for told in self._told:
            told(calling_ae_title, address)

    def tell(self, told: Callable[[str, str], None]) -> None:
        """Have `told` called with the title and the address of whoever is no node."""
        self._told.append(told)

    def visitors(self) -> list[Visitor]:
        """Who came in lately, the latest first."""
        with self._lock:
            return list(reversed(self._visitors.values()))

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
