"""A witness that also remembers: what nodes did when they called, and who knocked without speaking DICOM.

Implements the Witness port around another, which is told everything too. Any thread; nothing here waits.
"""

from __future__ import annotations

from isocenter.jobs.standings import Standings
from isocenter.jobs.strangers import Strangers
from isocenter.model.ports import Witness
from isocenter.model.records import AssociationSummary
from isocenter.wire.pdu import AssociateRequest


class Acquainted:
    """Tells the inner witness, and remembers."""

    def __init__(self, inner: Witness, standings: Standings, strangers: Strangers) -> None:
        self._inner = inner
        self._standings = standings
        self._strangers = strangers

    def association_opened(self, summary: AssociationSummary) -> None:
        self._strangers.called(summary)
        self._inner.association_opened(summary)

    def association_ended(self, summary: AssociationSummary) -> None:
        self._inner.association_ended(summary)
        self._standings.heard(summary)

    def caller_rejected(self, request: AssociateRequest, address: str, why: str) -> None:
        self._inner.caller_rejected(request, address, why)
        self._strangers.knocked(request.calling_ae_title.strip(), address)
        self._standings.stirred()

    def stranger_left(self, address: str, why: str) -> None:
        self._inner.stranger_left(address, why)
        self._strangers.left(address, why)
        self._standings.stirred()

    def request_served(self, summary: AssociationSummary, operation: str, status: int, seconds: float) -> None:
        self._inner.request_served(summary, operation, status, seconds)
