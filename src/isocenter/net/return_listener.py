"""Our own listener for the way back: an archive is asked to send one test object here, and this shows whether it comes.

Comes in: the instance that is waited for. Goes out: its bytes, who connected meanwhile and what became of them, and reports of
storage commitment (PS3.4 J.3.3). It takes that one instance only: anything else is refused, so that no sender believes an image
kept that nobody keeps. Nothing is written anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from isocenter.base.clock import Clock
from isocenter.base.errors import UnreadableDataset, UsageError
from isocenter.base.limits import ASSOCIATIONS_PER_ADDRESS_MAX, CHECKUP_CALLERS_MAX, CHECKUP_OBJECT_BYTES_MAX
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import Reply, Request, Service, StoreInProgress
from isocenter.model.ports import OpenBlob
from isocenter.model.records import Admission, Admitted, AssociationOutcome, AssociationSummary
from isocenter.net import ports
from isocenter.net.commitment_reports import CommitmentReport, CommitmentReports
from isocenter.net.forward import Forwarder
from isocenter.net.listener import Listener
from isocenter.net.messages import Refusal, refusal
from isocenter.net.pump import House
from isocenter.net.sockets import explain
from isocenter.standard import status, transfer_syntax
from isocenter.standard.sop_class import STORAGE, STORAGE_COMMITMENT_PUSH, VERIFICATION
from isocenter.wire.pdu import AssociateRequest, ExtendedNegotiation

if TYPE_CHECKING:
    import ssl

_OPERATIONS = frozenset({"echo", "store", "get"})
_NATIVE = (transfer_syntax.EXPLICIT_VR_LITTLE_ENDIAN, transfer_syntax.IMPLICIT_VR_LITTLE_ENDIAN)
_SYNTAXES = (*_NATIVE, *(uid for uid in transfer_syntax.BY_UID if uid not in _NATIVE))
_NOT_HERE = "only a connection test listens here; send it again later"

TURNED_AWAY = "turned away"
NOTHING_ACCEPTED = "nothing that it proposed was accepted here"
"""How the words begin that tell what became of a caller whom this side refused."""


class _Taking:
    """The one instance on its way in."""

    def __init__(self, kept: Kept, request: Request) -> None:
        self._kept = kept
        self._request = request
        self._data = bytearray()

    def write(self, view: memoryview) -> None:
        if len(self._data) <= CHECKUP_OBJECT_BYTES_MAX:
            self._data += view

    def finish(self) -> Reply:
        if len(self._data) > CHECKUP_OBJECT_BYTES_MAX:
            return refusal(self._request, status.OUT_OF_RESOURCES, f"over {CHECKUP_OBJECT_BYTES_MAX} bytes")
        self._kept.take(self._request, bytes(self._data))
        asked = self._request.command
        return Reply(
            Command(
                field=CommandField.C_STORE_RSP,
                message_id_being_responded_to=asked.message_id or 0,
                affected_sop_class_uid=asked.affected_sop_class_uid,
                affected_sop_instance_uid=asked.affected_sop_instance_uid,
                status=status.SUCCESS,
            )
        )

    def abandon(self) -> None:
        """Half an instance is none."""


class Kept(CommitmentReports):
    """What came while the way back was open; an `Arrivals` for the doctor. Any thread.

    `sop_instance_uid` is the only instance that is taken; with an empty one none is.
    """

    def __init__(self, sop_instance_uid: str) -> None:
        super().__init__()
        self._wanted = sop_instance_uid
        self._data: bytes | None = None
        self._transfer_syntax = ""
        self._open: dict[str, tuple[str, str, str, str]] = {}
        self._callers: list[tuple[str, str, str, str]] = []

    def wait_for(self, sop_instance_uid: str, seconds: float) -> bytes | None:
        """The data set of the instance once it is here; None where it did not come in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._data is not None, seconds)
            return self._data if sop_instance_uid == self._wanted else None

    @property
    def leaves_copy(self) -> bool:
        """Never: nothing is written anywhere."""
        return False

    @property
    def takes_reports(self) -> bool:
        """Always: whoever reports, reports here."""
        return True

    @property
    def is_alone(self) -> bool:
        """Always: nobody but the device under test is told of this port."""
        return True

    @property
    def transfer_syntax(self) -> str:
        """In which syntax the instance came."""
        return self._transfer_syntax

    def callers(self) -> list[tuple[str, str, str, str]]:
        """Who connected: address, calling title, called title, and what became of it in words."""
        with self._changed:
            return [*self._callers, *self._open.values()]

    def take(self, request: Request, data: bytes) -> None:
        """The instance is here."""
        with self._changed:
            self._data, self._transfer_syntax = data, request.context.transfer_syntax
            self._changed.notify_all()

    def came(self, token: str, caller: tuple[str, str, str, str]) -> None:
        """Somebody is here; under the same token it is told again when he leaves."""
        with self._changed:
            self._open[token] = caller

    def left(self, token: str, caller: tuple[str, str, str, str]) -> None:
        """Somebody was here."""
        with self._changed:
            self._open.pop(token, None)
            self._callers = [*self._callers, caller][-CHECKUP_CALLERS_MAX:]
            self._changed.notify_all()

    def receive(self, request: Request) -> StoreInProgress:
        """The sink for a C-STORE: of the one instance, or a refusal."""
        if not self._wanted or request.command.affected_sop_instance_uid != self._wanted:
            return Refusal(request, status.OUT_OF_RESOURCES, _NOT_HERE)
        return _Taking(self, request)


class _Door:
    """Doorkeeper, table of services and witness of the way back. Any thread."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def admit(self, request: AssociateRequest, address: str) -> Admission:
        return Admitted(_OPERATIONS)

    def transfer_syntaxes(self, abstract_syntax: str) -> tuple[str, ...]:
        if abstract_syntax in (VERIFICATION, STORAGE_COMMITMENT_PUSH):
            return _NATIVE
        # A private class of a device under test is as welcome as one of the standard.
        return _SYNTAXES if abstract_syntax in STORAGE or not abstract_syntax.startswith("1.2.840.10008.") else ()

    def operation(self, abstract_syntax: str) -> str:
        return "echo" if abstract_syntax in (VERIFICATION, STORAGE_COMMITMENT_PUSH) else "store"

    def may_be_scu(self, abstract_syntax: str) -> bool:
        """An archive that reports on commitment stays the provider of its class, although it calls (PS3.4 J.3.3.1)."""
        return abstract_syntax == STORAGE_COMMITMENT_PUSH

    def extended_answers(self, request: tuple[ExtendedNegotiation, ...]) -> tuple[ExtendedNegotiation, ...]:
        return ()

    def receive(self, request: Request) -> StoreInProgress:
        return self._kept.receive(request)

    def serve(self, request: Request) -> Service:
        field = request.command.field
        if field == CommandField.C_ECHO_RQ:
            yield refusal(request, status.SUCCESS, "")
        elif field == CommandField.N_EVENT_REPORT_RQ:
            report, answer = reported(request)
            if report is not None:
                self._kept.report(report)
            yield answer
        else:
            yield refusal(request, status.UNRECOGNIZED_OPERATION, _NOT_HERE)

    def association_opened(self, summary: AssociationSummary) -> None:
        self._kept.came(summary.token, _caller(summary, "connected, and still there"))

    def association_ended(self, summary: AssociationSummary) -> None:
        self._kept.left(summary.token, _caller(summary, became_of(summary)))

    def caller_rejected(self, request: AssociateRequest, address: str, why: str) -> None:
        self._kept.left("", (address, request.calling_ae_title, request.called_ae_title, f"{TURNED_AWAY}: {why}"))

    def stranger_left(self, address: str, why: str) -> None:
        self._kept.left("", (address, "", "", why))

    def request_served(self, summary: AssociationSummary, operation: str, status: int, seconds: float) -> None:
        """Counted in the summary."""


def became_of(summary: AssociationSummary) -> str:
    """What became of a caller, in words: turned away and why, or what it asked for and how it ended."""
    if summary.outcome is AssociationOutcome.REJECTED:
        return f"{TURNED_AWAY}: {summary.reason}"
    if summary.outcome is AssociationOutcome.NONE:
        return summary.reason
    told = ", ".join(f"{count} x {operation}" for operation, count in sorted(summary.requests.items())) or "asked for nothing"
    if summary.contexts and not any(syntax for _, _, syntax in summary.contexts):
        told = NOTHING_ACCEPTED
    elif summary.last_failure:
        told += f", answered here by {summary.last_failure}"
    return f"{told}; {summary.reason}" if summary.reason else told


def _caller(summary: AssociationSummary, words: str) -> tuple[str, str, str, str]:
    return summary.address, summary.calling_ae_title, summary.called_ae_title, words


def reported(request: Request) -> tuple[CommitmentReport | None, Reply]:
    """What an N-EVENT-REPORT of storage commitment says, and its response; None for one that cannot be read (PS3.4 J.3.3)."""
    from isocenter.dataset import identifier

    asked = request.command
    answer = Command(
        field=CommandField.N_EVENT_REPORT_RSP,
        message_id_being_responded_to=asked.message_id or 0,
        affected_sop_class_uid=asked.affected_sop_class_uid,
        affected_sop_instance_uid=asked.affected_sop_instance_uid,
        event_type_id=asked.event_type_id,
        status=status.SUCCESS,
    )
    try:
        words = identifier.decode(request.identifier, request.context.transfer_syntax)
        committed = tuple(str(one.get("ReferencedSOPInstanceUID", "")) for one in words.get("ReferencedSOPSequence") or ())
        failed = tuple(
            (str(one.get("ReferencedSOPInstanceUID", "")), int(one.get("FailureReason") or 0))
            for one in words.get("FailedSOPSequence") or ()
        )
        return (str(words.get("TransactionUID", "")), committed, failed), Reply(answer)
    except (UnreadableDataset, TypeError, ValueError, AttributeError) as error:
        return None, refusal(request, status.PROCESSING_FAILURE, f"the report cannot be read: {error}")


class ReturnListener:
    """The way back by a listener of its own; a `ReturnPath` for the doctor. `port` is the one that the other side is told."""

    def __init__(self, port: int, clock: Clock, *, address: str = "", tls: ssl.SSLContext | None = None) -> None:
        self.port = port
        self._clock = clock
        self._address = address
        self._tls = tls

    @contextmanager
    def opened(self, sop_instance_uid: str = "") -> Iterator[Kept]:
        """Listen while the block runs. Raises `UsageError` where the port cannot be had, with who has it."""
        kept = Kept(sop_instance_uid)
        door = _Door(kept)
        house = House(door, door, door, self._clock, Forwarder(_NoBlobs(), None, ae_title=""))
        listener = Listener(
            house, address=self._address, port=self.port, tls=self._tls, associations_max=ASSOCIATIONS_PER_ADDRESS_MAX
        )
        try:
            listener.start()
        except OSError as error:
            holder = ports.holder(self.port)
            who = f"; {holder} has it" if holder else ""
            raise UsageError(f"Port {self.port} of this computer cannot be opened: {explain(error)}{who}.") from error
        self.port = listener.port
        try:
            yield kept
        finally:
            listener.stop(0.0)


class _NoBlobs:
    """Nothing is ever sent from here."""

    def open(self, blob: str) -> AbstractContextManager[OpenBlob]:
        raise FileNotFoundError(blob)

    def path(self, blob: str) -> str:
        raise FileNotFoundError(blob)
