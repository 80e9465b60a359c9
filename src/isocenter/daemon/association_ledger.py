"""Who came: the associations that are open, and the latest that ended or were turned away, kept in memory for the page.

The witness tells of each; whoever looks gets them as they stand. Counters of an open association grow while its own thread serves
it; `version` says that one of them may have. Any thread; nothing here waits.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from isocenter.archive.schema import to_microseconds
from isocenter.base.clock import Clock
from isocenter.base.ids import new_token
from isocenter.base.limits import ASSOCIATIONS_REMEMBERED, CALLERS_REMEMBERED
from isocenter.model.records import AssociationOutcome, AssociationSummary, PastAssociation
from isocenter.net.recorder import Recorder
from isocenter.wire.pdu import AssociateRequest


class AssociationLedger:
    """The port `Associations`. `recorder` keeps the bytes of those that we open."""

    def __init__(self, clock: Clock, recorder: Recorder | None = None) -> None:
        self.recorder = recorder
        self._clock = clock
        self._open: dict[str, AssociationSummary] = {}
        self._past: deque[PastAssociation] = deque(maxlen=ASSOCIATIONS_REMEMBERED)
        # Apart, so that somebody who knocks all night does not push out those who came in.
        self._refused: deque[PastAssociation] = deque(maxlen=CALLERS_REMEMBERED)
        # After those of every process before, so that a page that outlives a restart can tell them apart.
        self._serial = to_microseconds(clock.now())
        self._version = 0
        self._lock = threading.Lock()

    @property
    def version(self) -> int:
        """See the port."""
        return self._version

    def open_associations(self) -> Sequence[AssociationSummary]:
        """See the port."""
        with self._lock:
            return list(self._open.values())

    def past_associations(self, after: int = 0) -> Sequence[PastAssociation]:
        """See the port."""
        with self._lock:
            found = [past for past in (*self._past, *self._refused) if past.serial > after]
        return sorted(found, key=lambda past: past.serial)

    def opened(self, summary: AssociationSummary) -> None:
        """One begins."""
        with self._lock:
            self._open[summary.token] = summary
            self._version += 1

    def served(self) -> None:
        """One of the open ones got further."""
        # Without the lock: two at once may count as one, and the next look sees both.
        self._version += 1

    def ended(self, summary: AssociationSummary) -> None:
        """One is over."""
        with self._lock:
            self._open.pop(summary.token, None)
            self._remember(self._past, summary)

    def turned_away(self, request: AssociateRequest, address: str, why: str) -> None:
        """Somebody asked for one and did not get it."""
        now = self._clock.now()
        user = request.user
        summary = AssociationSummary(
            token=new_token(),
            calling_ae_title=request.calling_ae_title,
            called_ae_title=request.called_ae_title,
            address=address,
            opened=now,
            ended=now,
            implementation_class_uid=user.implementation_class_uid,
            implementation_version_name=user.implementation_version_name,
            outcome=AssociationOutcome.REJECTED,
            reason=why,
        )
        with self._lock:
            self._remember(self._refused, summary)

    def left(self, address: str, why: str) -> None:
        """Somebody connected and never asked for one."""
        now = self._clock.now()
        summary = AssociationSummary(
            token=new_token(), calling_ae_title="", called_ae_title="", address=address, opened=now, ended=now,
            outcome=AssociationOutcome.NONE, reason=why,
        )  # fmt: skip
        with self._lock:
            self._remember(self._refused, summary)

    def _remember(self, where: deque[PastAssociation], summary: AssociationSummary) -> None:
        self._serial += 1
        self._version += 1
        where.append(PastAssociation(self._serial, summary))
