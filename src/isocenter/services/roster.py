"""The roster: which services this device offers, in which transfer syntaxes, and which generator answers each request (PS3.4).

Negotiation asks it what to accept, the driver asks it to serve; it decides nothing about the caller but what `Caller.operations`
says. The tables at its top are what the conformance statement is written from. No request may leave here without a final
response, whatever happens underneath.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from isocenter.base.clock import Clock
from isocenter.base.errors import LinkLost
from isocenter.dimse.commands import CommandField
from isocenter.dimse.exchange import Cancelled, Reply, Request, Service, StoreInProgress
from isocenter.model.ports import Catalogue, Intake
from isocenter.model.query import Root
from isocenter.services import storage
from isocenter.services.query import Finding
from isocenter.services.responses import Refusal, check, is_request, refuse
from isocenter.services.retrieve import Destination, Retrieval
from isocenter.services.verification import verify
from isocenter.standard import sop_class, status, transfer_syntax
from isocenter.wire.pdu import ExtendedNegotiation

log = logging.getLogger("isocenter.services")


@dataclass(frozen=True, slots=True)
class Offer:
    """One row of the roster: a service class with its SOP classes, for the negotiation and for the conformance statement."""

    service: str
    operation: str
    field: CommandField
    sop_classes: tuple[str, ...]
    transfer_syntaxes: tuple[str, ...]
    section: str
    peer_may_be_scp: bool = False


_NOT_IN_MESSAGES = frozenset({"1.2.840.10008.1.2.6.1", "1.2.840.10008.1.2.6.2"})
"""Transfer syntaxes of media types and of XML: their bytes are no data set (PS3.5 10.4)."""
_REAL_TIME = "1.2.840.10008.1.2.7."
"""Transfer syntaxes of PS3.22, which no association carries."""
_NATIVE = (
    transfer_syntax.EXPLICIT_VR_LITTLE_ENDIAN,
    transfer_syntax.IMPLICIT_VR_LITTLE_ENDIAN,
    transfer_syntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    transfer_syntax.EXPLICIT_VR_BIG_ENDIAN,
)


def _storage_syntaxes() -> tuple[str, ...]:
    others = (
        uid
        for uid in transfer_syntax.BY_UID
        if uid not in _NATIVE and uid not in _NOT_IN_MESSAGES and not uid.startswith(_REAL_TIME)
    )
    return (*_NATIVE, *others)


VERIFICATION_SYNTAXES = _NATIVE
QUERY_SYNTAXES = _NATIVE
STORAGE_SYNTAXES = _storage_syntaxes()
"""Everything that a data set can be in, native ones first. Which of several proposed ones is taken is the negotiation's affair."""

STORAGE_CLASSES = tuple(uid for uid in sop_class.STORAGE if uid not in sop_class.NON_PATIENT_STORAGE)
"""Every class of the Storage service. The Non-Patient Object Storage service (PS3.4 Annex GG) is another one: its instances have
no patient, study and series to be filed under."""


def _query_retrieve(operation: str, field: CommandField, section: str) -> Offer:
    roots = {root.value for root in Root}
    classes = tuple(uid for uid, model in sop_class.QUERY_RETRIEVE.items() if model.operation == operation and model.root in roots)
    return Offer("Query/Retrieve", operation, field, classes, QUERY_SYNTAXES, section)


OFFERS: tuple[Offer, ...] = (
    Offer("Verification", "echo", CommandField.C_ECHO_RQ, (sop_class.VERIFICATION,), VERIFICATION_SYNTAXES, "PS3.4 A.4"),
    Offer("Storage", "store", CommandField.C_STORE_RQ, STORAGE_CLASSES, STORAGE_SYNTAXES, "PS3.4 B.2", peer_may_be_scp=True),
    _query_retrieve("find", CommandField.C_FIND_RQ, "PS3.4 C.4.1"),
    _query_retrieve("move", CommandField.C_MOVE_RQ, "PS3.4 C.4.2"),
    _query_retrieve("get", CommandField.C_GET_RQ, "PS3.4 C.4.3"),
)
"""Everything that is offered, beside the unknown storage classes."""

FIND_NEGOTIABLE = bytes((1, 1, 0, 0, 0, 0, 1))
"""Byte by byte (PS3.4 C.5.1.1.2): relational queries, combined date and time, fuzzy names, time zones, multi-frame conversion,
empty values, several values."""
RETRIEVE_NEGOTIABLE = bytes((1, 0))
"""Relational retrieval and multi-frame conversion (PS3.4 C.5.2.1.2)."""
STORAGE_NEGOTIATED = bytes((2, 0, 3, 0, 0, 0))
"""Level 2, everything is kept; signature level 3, bit for bit; nothing is coerced (PS3.4 B.3.1.2)."""

_UID = re.compile(r"[0-2](\.[0-9]+)+")
_DICOM_ROOT = "1.2.840.10008."
_STORAGE_ROOT = "1.2.840.10008.5.1.4.1.1."


@cache
def _offers_by_class() -> dict[str, Offer]:
    return {uid: offer for offer in OFFERS for uid in offer.sop_classes}


def is_unknown_storage(uid: str) -> bool:
    """True for a UID that may well be a storage class: none that the standard knows, private or newer than this table."""
    if len(uid) > 64 or uid in sop_class.SOP_CLASSES or _UID.fullmatch(uid) is None:
        return False
    return not uid.startswith(_DICOM_ROOT) or uid.startswith(_STORAGE_ROOT)


Reports = Callable[[Request], Reply]
"""Takes an N-EVENT-REPORT of storage commitment, and answers it (PS3.4 J.3.3)."""


def _single(reply: Reply) -> Service:
    yield reply


class Roster:
    """What this device offers, over one archive; a `dimse.exchange.ServiceTable`. Any thread.

    `unknown_storage` accepts classes that the standard does not name; `strict` holds identifiers to the hierarchy of the
    information model unless relational queries were negotiated. `reports` gives who waits for a report of storage commitment now;
    while nobody does, that class is not offered: this device vouches for nothing itself.
    """

    def __init__(
        self,
        *,
        ae_title: str,
        intake: Intake,
        catalogue: Catalogue,
        destination: Destination,
        clock: Clock,
        unknown_storage: bool = True,
        strict: bool = False,
        reports: Callable[[], Reports | None] = lambda: None,
    ) -> None:
        self._intake = intake
        self._reports = reports
        self._clock = clock
        self._unknown_storage = unknown_storage
        self._finding = Finding(catalogue, ae_title=ae_title, strict=strict)
        self._retrieval = Retrieval(catalogue, destination, clock, ae_title=ae_title, strict=strict)
        self._offers = _offers_by_class()

    def transfer_syntaxes(self, abstract_syntax: str) -> tuple[str, ...]:
        """The syntaxes that we accept for this class, best first; empty where we do not offer the class."""
        offer = self._offer(abstract_syntax)
        if offer is None:
            return QUERY_SYNTAXES if self._awaits_reports(abstract_syntax) else ()
        return offer.transfer_syntaxes

    def operation(self, abstract_syntax: str) -> str:
        """echo, store, find, move or get; empty where we do not offer the class."""
        offer = self._offer(abstract_syntax)
        return offer.operation if offer is not None else ""

    def may_be_scu(self, abstract_syntax: str) -> bool:
        """True where the peer that opened the association may be the provider: C-GET, and reports of commitment (PS3.4 J.3.3)."""
        offer = self._offer(abstract_syntax)
        return self._awaits_reports(abstract_syntax) if offer is None else offer.peer_may_be_scp

    def extended_answers(self, request: tuple[ExtendedNegotiation, ...]) -> tuple[ExtendedNegotiation, ...]:
        """What of the proposed options we do, as long as what was proposed; classes without options get no answer."""
        answers = []
        for asked in request:
            information = self._negotiated(asked)
            if information:
                answers.append(ExtendedNegotiation(asked.sop_class_uid, information))
        return tuple(answers)

    def serve(self, request: Request) -> Service:
        """The generator that answers any request but C-STORE; it ends with a final response, unless the link is lost."""
        if not is_request(request.command):
            return
        try:
            yield from self._service(request)
        except Cancelled:
            return  # The final response was already out.
        except LinkLost:
            raise
        except Refusal as refusal:
            yield refuse(request, refusal)
        except Exception:
            log.exception("%s of %s failed", CommandField(request.command.field).name, request.caller.ae_title)
            yield refuse(request, Refusal("the archive failed; its log says why", status=status.CANNOT_UNDERSTAND))

    def receive(self, request: Request) -> StoreInProgress:
        """The sink for a C-STORE request whose data set comes next."""
        return storage.receive(request, self._intake, self._clock)

    def _awaits_reports(self, abstract_syntax: str) -> bool:
        return abstract_syntax == sop_class.STORAGE_COMMITMENT_PUSH and self._reports() is not None

    def _offer(self, abstract_syntax: str) -> Offer | None:
        offer = self._offers.get(abstract_syntax)
        if offer is None and self._unknown_storage and is_unknown_storage(abstract_syntax):
            return OFFERS[1]
        return offer

    def _negotiated(self, asked: ExtendedNegotiation) -> bytes:
        offer = self._offer(asked.sop_class_uid)
        if offer is None:
            return b""
        if offer.operation == "store":
            return STORAGE_NEGOTIATED
        able = {"find": FIND_NEGOTIABLE, "move": RETRIEVE_NEGOTIABLE, "get": RETRIEVE_NEGOTIABLE}.get(offer.operation, b"")
        return bytes(wanted & can for wanted, can in zip(asked.information, able, strict=False))

    def _service(self, request: Request) -> Service:
        abstract_syntax = request.context.abstract_syntax
        offer = self._offer(abstract_syntax)
        reports = self._reports() if abstract_syntax == sop_class.STORAGE_COMMITMENT_PUSH else None
        if reports is not None and request.command.field == CommandField.N_EVENT_REPORT_RQ:
            return _single(reports(request))
        if offer is None:
            raise Refusal("this SOP class is not offered", status=status.SOP_CLASS_NOT_SUPPORTED)
        if offer.operation == "store":
            raise Refusal("a storage class has no operation but C-STORE", status=status.UNRECOGNIZED_OPERATION)
        check(request, offer.field, offer.operation)
        if offer.operation == "echo":
            return verify(request)
        root = Root(sop_class.QUERY_RETRIEVE[abstract_syntax].root)
        options = self._options(request)
        relational = next(options, False)
        if offer.operation == "find":
            return self._finding.find(request, root, relational=relational, combined=next(options, False))
        if offer.operation == "move":
            return self._retrieval.move(request, root, relational=relational)
        return self._retrieval.get(request, root, relational=relational)

    def _options(self, request: Request) -> Iterator[bool]:
        """The options that were negotiated for this class, in the order of their bytes."""
        for asked in request.caller.extended:
            if asked.sop_class_uid == request.context.abstract_syntax:
                return iter([bool(byte) for byte in self._negotiated(asked)])
        return iter(())
