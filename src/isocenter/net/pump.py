"""One association that we accepted, from its request to its end: admitted, negotiated, and served.

Comes in: a link whose A-ASSOCIATE-RQ is complete. Goes out: what a `Doorkeeper`, a `ServiceTable` and a `Forwarder` make of it.
While a service runs, what comes is looked at between its replies, so that C-CANCEL reaches it (PS3.7 9.3.2.3); a second request
meanwhile is refused, since one operation at a time was negotiated (PS3.7 D.3.3.3). No service is known here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

from isocenter.base.clock import Clock
from isocenter.base.errors import LinkLost
from isocenter.base.ids import new_token
from isocenter.base.limits import IDLE_ASSOCIATION_SECONDS, PDU_BYTES_MAX, RESPONSE_SECONDS
from isocenter.dimse.commands import OPERATIONS, Command, CommandField
from isocenter.dimse.exchange import (
    Agreed,
    AgreedContext,
    Caller,
    Cancelled,
    Forward,
    Reply,
    Request,
    Service,
    ServiceTable,
    StoreInProgress,
    SubOperation,
)
from isocenter.model.ports import Doorkeeper, Witness
from isocenter.model.records import Admitted, AssociationOutcome, AssociationSummary, TurnedAway
from isocenter.net.blocking import Link
from isocenter.net.forward import Forwarder
from isocenter.net.messages import Message, Messages, Refusal, refusal, too_long
from isocenter.net.outgoing import Parcel
from isocenter.net.recorder import Recorder
from isocenter.standard.sop_class import name_of
from isocenter.standard.status import DUPLICATE_INVOCATION, PROCESSING_FAILURE, RESOURCE_LIMITATION, Kind, describe, kind_of
from isocenter.wire.negotiation import negotiate, requestor_roles
from isocenter.wire.pdu import AssociateAccept, AssociateReject, AssociateRequest

_log = logging.getLogger("isocenter.net.pump")


@dataclass(frozen=True, slots=True)
class House:
    """What every association of one listener shares. `recorder` keeps what passes, None where nothing is to be kept."""

    doorkeeper: Doorkeeper
    table: ServiceTable
    witness: Witness
    clock: Clock
    forwarder: Forwarder
    idle_seconds: float = IDLE_ASSOCIATION_SECONDS
    recorder: Recorder | None = None


class Conversation:
    """One accepted association; one thread. `quiet_since` is a monotonic time, None while a message or a service is at work."""

    def __init__(self, house: House, link: Link, request: AssociateRequest, address: str) -> None:
        self.quiet_since: float | None = None
        self.link = link
        self.address = address
        self._house = house
        self._request = request
        self._running: Request | None = None
        self._is_cancelled = False
        self._is_forwarding = False
        self._response: Command | None = None

    def serve(self) -> None:
        """Run the association to its end; what it leaves in Sta13 is for the caller to wait out. Never raises."""
        try:
            opened = self._negotiate()
            if opened is not None:
                self._serve(*opened)
        except Exception:
            _log.exception("an association with %s failed here", self.address)
            self.link.association.abort(2, now=monotonic())
            self.link.flush()

    # The door

    def _negotiate(self) -> tuple[Admitted, AssociateAccept] | None:
        house, request, association = self._house, self._request, self.link.association
        admission = house.doorkeeper.admit(request, self.address)
        if isinstance(admission, TurnedAway):
            self._reject(AssociateReject(admission.result, admission.source, admission.reason), admission.why)
            return None
        answer = negotiate(
            request,
            house.table,
            operations=admission.operations,
            pdu_bytes_max=admission.pdu_bytes_max or PDU_BYTES_MAX,
            identity_response=admission.identity_response,
        )
        if isinstance(answer, AssociateReject):
            self._reject(answer, "its request breaks the rules of negotiation")
            return None
        association.accept(answer, monotonic())
        return admission, answer

    def _reject(self, answer: AssociateReject, why: str) -> None:
        self._house.witness.caller_rejected(self._request, self.address, why)
        self.link.association.reject(answer, monotonic())
        self.link.flush()

    def _serve(self, admission: Admitted, accept: AssociateAccept) -> None:
        house, request = self._house, self._request
        agreed = agreed_contexts(request, accept)
        caller = Caller(
            ae_title=request.calling_ae_title,
            called_ae_title=request.called_ae_title,
            address=self.address,
            operations=admission.operations,
            node=admission.node,
            implementation_class_uid=request.user.implementation_class_uid,
            implementation_version_name=request.user.implementation_version_name,
            extended=request.user.extended,
        )
        self._messages = Messages(self.link, agreed, caller, self._receive, self._stored)
        self._summary = summary = self._opened(admission, accept)
        if self.link.tap is not None:
            self.link.tap.recording.summary = summary
        self.link.flush()
        house.witness.association_opened(summary)
        if _log.isEnabledFor(logging.DEBUG):
            _log_contexts(summary)
        try:
            self._loop()
        finally:
            self._close(summary)

    def _opened(self, admission: Admitted, accept: AssociateAccept) -> AssociationSummary:
        request = self._request
        answers = {context.id: context.transfer_syntax for context in accept.contexts if context.result == 0}
        return AssociationSummary(
            token=new_token(),
            calling_ae_title=request.calling_ae_title,
            called_ae_title=request.called_ae_title,
            address=self.address,
            opened=self._house.clock.now(),
            node=admission.node.name if admission.node is not None else "",
            implementation_class_uid=request.user.implementation_class_uid,
            implementation_version_name=request.user.implementation_version_name,
            contexts=tuple((context.id, context.abstract_syntax, answers.get(context.id, "")) for context in request.contexts),
            note=admission.note,
        )

    def _close(self, summary: AssociationSummary) -> None:
        end = self._messages.end
        if end is None:
            self._messages.abort("an error on this side")
            end = self._messages.end
        summary.bytes_in, summary.bytes_out = self.link.bytes_in, self.link.bytes_out
        summary.ended = self._house.clock.now()
        summary.reason = end.why if end is not None else ""
        summary.outcome = end.outcome if end is not None else AssociationOutcome.LOST
        self._house.witness.association_ended(summary)

    # Messages

    def _loop(self) -> None:
        messages = self._messages
        while True:
            self.quiet_since = monotonic()
            message = messages.next(self._house.idle_seconds)
            if message is None:
                return
            self.quiet_since = None
            self._take(message)

    def _take(self, message: Message) -> None:
        """A message outside of an operation."""
        command = message.command
        if message.is_response or command.field == CommandField.C_CANCEL_RQ:
            # The operation that a late C-CANCEL means has just ended; a response to nothing harms nobody.
            _log.debug("%s: %04XH came while nothing was under way", self.address, command.field)
            return
        began = monotonic()
        request = Request(message.context, command, message.identifier, self._messages.caller)
        final = self._answer(request, too_long(message)) if message.too_long else self._run(request)
        if final is not None:
            self._count(request, final, monotonic() - began)
        else:
            self._add(request)

    def _answer(self, request: Request, reply: Reply) -> Reply:
        self._messages.reply(request.context, reply)
        return reply

    def _run(self, request: Request) -> Reply | None:
        """Drive the service that answers `request`; its last reply, or None where the association ended first."""
        self._running, self._is_cancelled = request, False
        service: Service | None = None
        reply: Reply | None = None
        try:
            service = self._house.table.serve(request)
            step = next(service, None)
            while step is not None:
                if isinstance(step, Forward):
                    self._is_forwarding = True
                    step = service.send(self._forward(step))
                    continue
                reply = step
                self._messages.reply(request.context, step)
                step = self._after_reply(service, step)
        except StopIteration:
            pass
        except LinkLost as lost:
            _log.debug("%s: %s", self.address, lost)
        except Exception:
            _log.exception("a service failed")
            reply = self._answer(request, refusal(request, PROCESSING_FAILURE, "internal error, see the log"))
        finally:
            self._running, self._is_forwarding = None, False
            if service is not None:
                service.close()
        return reply if self._messages.end is None else None

    def _after_reply(self, service: Service, reply: Reply) -> Reply | Forward | None:
        status = reply.command.status
        if status is None or kind_of(status) is not Kind.PENDING:
            return service.send(None)
        is_cancelled = self._look()
        if self._is_forwarding or not is_cancelled:
            # A running Forward raises Cancelled out of its own iterator, after what still counts.
            return service.send(None)
        return service.throw(Cancelled("the requestor cancelled this operation"))

    def _look(self) -> bool:
        """Read what came meanwhile: True once the running operation is cancelled. Raises `LinkLost` at the association's end."""
        messages = self._messages
        while (message := messages.poll()) is not None:
            self._aside(message)
        if messages.end is not None:
            raise LinkLost(messages.end.why or "the requestor released the association in the middle of an operation")
        return self._is_cancelled

    def _aside(self, message: Message) -> None:
        """A message that comes while an operation runs."""
        command, running = message.command, self._running
        if message.is_response:
            self._response = command
        elif command.field == CommandField.C_CANCEL_RQ:
            if running is not None and command.message_id_being_responded_to == running.command.message_id:
                self._is_cancelled = True
        else:
            self._messages.reply(message.context, refusal(message, *_while_busy(running, command)))

    # Stores

    def _receive(self, request: Request) -> StoreInProgress:
        self.quiet_since = None
        if self._running is not None:
            return Refusal(request, *_while_busy(self._running, request.command))
        return self._house.table.receive(request)

    def _stored(self, request: Request, reply: Reply, seconds: float) -> None:
        self.quiet_since = monotonic()
        status = reply.command.status
        if status is not None and kind_of(status) is not Kind.FAILURE:
            summary, command = self._summary, request.command
            uid = command.affected_sop_class_uid
            summary.instances[uid] = summary.instances.get(uid, 0) + 1
            # A sub-operation names whoever invoked its C-MOVE (PS3.7 9.1.1.1).
            summary.fetched += command.move_originator_ae_title == summary.called_ae_title != ""
        self._count(request, reply, seconds)

    def _add(self, request: Request) -> str:
        """Count a request, one too that was not answered because the association ended first; its operation."""
        operation = OPERATIONS.get(request.command.field) or f"{request.command.field:04X}"
        self._summary.requests[operation] = self._summary.requests.get(operation, 0) + 1
        return operation

    def _count(self, request: Request, reply: Reply, seconds: float) -> None:
        summary = self._summary
        operation = self._add(request)
        summary.bytes_in, summary.bytes_out = self.link.bytes_in, self.link.bytes_out
        status = reply.command.status or 0
        if kind_of(status) is Kind.FAILURE:
            summary.failures[operation] = summary.failures.get(operation, 0) + 1
            comment = reply.command.error_comment
            summary.last_failure = describe(status, operation) + (f" ({comment})" if comment else "")
        self._house.witness.request_served(summary, operation, status, seconds)

    # Sub-operations

    def _forward(self, forward: Forward) -> Iterator[SubOperation]:
        for ended in self._house.forwarder.run(forward, self, self._look):
            if ended.status is not None and kind_of(ended.status) is not Kind.FAILURE:
                self._summary.sent += 1
            yield ended

    @property
    def agreed(self) -> Agreed:
        return self._messages.agreed

    def send_store(self, parcel: Parcel, command: Command) -> None:
        """One C-STORE request back to the requestor of a C-GET."""
        self._response = None
        self._messages.send(parcel.context.id, command, parcel.data)

    def store_response(self, message_id: int) -> Command:
        """The requestor's answer. Raises `LinkLost` where the association ends first, or stays silent for too long."""
        while True:
            response, self._response = self._response, None
            if response is not None and response.message_id_being_responded_to == message_id:
                return response
            message = self._messages.next(RESPONSE_SECONDS)
            if message is None:
                end = self._messages.end
                raise LinkLost(end.why if end is not None else "the association ended")
            self._aside(message)


def _while_busy(running: Request | None, command: Command) -> tuple[int, str]:
    if running is not None and running.command.message_id == command.message_id:
        return DUPLICATE_INVOCATION, "this Message ID is in use"
    return RESOURCE_LIMITATION, "one operation at a time was negotiated"


def agreed_contexts(request: AssociateRequest, accept: AssociateAccept) -> dict[int, AgreedContext]:
    """What both sides agreed on, seen from the acceptor."""
    proposed = {context.id: context.abstract_syntax for context in request.contexts}
    agreed = {}
    for context in accept.contexts:
        if context.result == 0:
            abstract_syntax = proposed[context.id]
            scu, scp = requestor_roles(accept, abstract_syntax)
            agreed[context.id] = AgreedContext(context.id, abstract_syntax, context.transfer_syntax, scu, scp)
    return agreed


def _log_contexts(summary: AssociationSummary) -> None:
    for number, abstract_syntax, syntax in summary.contexts:
        _log.debug("%s context %d: %s: %s", summary.token, number, name_of(abstract_syntax), syntax or "refused")
