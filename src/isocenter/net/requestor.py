"""An association that we opened: negotiated, then one request at a time with its responses (PS3.7 7.5, PS3.8 7).

Comes in: a node and what to propose. Goes out: commands and identifiers as they came. What ends it early raises: `Refused` for an
A-ASSOCIATE-RJ, `LinkLost` for everything else, each with a sentence that names the node and the cause. What the operations are is
`client`'s affair.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

from isocenter.base.errors import LinkLost, LocalError, Refused
from isocenter.base.ids import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from isocenter.base.limits import (
    ABORT_LINGER_SECONDS,
    ARTIM_SECONDS,
    ASSOCIATE_SECONDS,
    CONNECT_SECONDS,
    PDU_BYTES_MAX,
    RESPONSE_SECONDS,
)
from isocenter.dimse.commands import Command
from isocenter.dimse.exchange import Agreed, AgreedContext, Caller, Reply, Request, StoreInProgress
from isocenter.model.ports import OutgoingWitness
from isocenter.model.records import Node
from isocenter.net.blocking import GaveUp, Link
from isocenter.net.messages import Message, Messages, Refusal, Served, refusal, why_aborted
from isocenter.net.outgoing import Parcel
from isocenter.net.sockets import Buffer, Stream, connect, place, stream_of
from isocenter.net.watched import Watched
from isocenter.standard.status import SOP_CLASS_NOT_SUPPORTED, UNRECOGNIZED_OPERATION, describe_rejection
from isocenter.wire.association import Association
from isocenter.wire.events import Aborted, Accepted, Closed, Event, Rejected
from isocenter.wire.negotiation import requestor_roles
from isocenter.wire.pdu import (
    AssociateAccept,
    AssociateRequest,
    ExtendedNegotiation,
    ProposedContext,
    RoleSelection,
    UserIdentity,
    UserInformation,
)

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True)
class Proposal:
    """What we ask an association for. `as_scp_of` are the classes that we offer to receive on it (C-GET)."""

    contexts: tuple[ProposedContext, ...]
    as_scp_of: tuple[str, ...] = ()
    extended: tuple[ExtendedNegotiation, ...] = ()
    identity: UserIdentity | None = None


class NothingAccepted(LocalError):
    """The association was accepted, and not one of the proposed contexts; `accept` holds the result of each."""

    def __init__(self, text: str, accept: AssociateAccept) -> None:
        super().__init__(text)
        self.accept = accept


class Requestor:
    """One open association; one thread. Leaving a `with` block releases it, or aborts it after an exception.

    `node` is the other side, `accept` its answer, `agreed` the accepted contexts.
    """

    def __init__(self, node: Node, link: Link, accept: AssociateAccept, agreed: Agreed, watched: Watched | None = None) -> None:
        self.node = node
        self._watched = watched
        self.accept = accept
        self.link = link
        self.receive: Callable[[Request], StoreInProgress] | None = None
        self.served: Served | None = None
        caller = Caller(
            node.ae_title,
            "",
            node.host,
            frozenset({"store"}),
            node,
            accept.user.implementation_class_uid,
            accept.user.implementation_version_name,
        )
        self.messages = Messages(link, agreed, caller, self._receive, self._tell_served)
        self._last_message_id = 0

    @property
    def agreed(self) -> Agreed:
        return self.messages.agreed

    def context_for(self, abstract_syntax: str) -> AgreedContext:
        """The first accepted context of a class. Raises `LocalError` where the node accepted none."""
        for context in self.agreed.values():
            if context.abstract_syntax == abstract_syntax:
                return context
        raise LocalError(f"{self.node.ae_title} accepted no presentation context for it")

    def new_message_id(self) -> int:
        """The next Message ID, 1 to 65535."""
        self._last_message_id = self._last_message_id % 0xFFFF + 1
        return self._last_message_id

    def send(self, context_id: int, command: Command, data: Iterable[Buffer] | None = None) -> None:
        """Send a request. A connection that breaks meanwhile shows in `response`."""
        if self._watched is not None:
            self._watched.asked(command)
        self.messages.send(context_id, command, data)

    def response(self, message_id: int, seconds: float = RESPONSE_SECONDS) -> Message:
        """Wait for the next response to a request; C-STORE requests that come meanwhile go to `receive`.

        Raises `LinkLost` where the association ends first, or nothing comes for `seconds`.
        """
        while True:
            message = self.messages.next(seconds)
            if message is None:
                raise self._lost()
            if message.is_response:
                if message.command.message_id_being_responded_to == message_id:
                    return message
                continue
            with contextlib.suppress(LocalError):
                self.messages.reply(message.context, refusal(message, UNRECOGNIZED_OPERATION, "only C-STORE is served here"))

    def send_store(self, parcel: Parcel, command: Command) -> None:
        self.send(parcel.context.id, command, parcel.data)

    def store_response(self, message_id: int) -> Command:
        command = self.response(message_id).command
        if self._watched is not None:
            self._watched.stored(command, self.link)
        return command

    def _receive(self, request: Request) -> StoreInProgress:
        if self.receive is None:
            return Refusal(request, SOP_CLASS_NOT_SUPPORTED, "no instances are expected here")
        return self.receive(request)

    def _tell_served(self, request: Request, reply: Reply, seconds: float) -> None:
        if self._watched is not None:
            self._watched.served(request, reply, self.link)
        if self.served is not None:
            self.served(request, reply, seconds)

    def _lost(self) -> LinkLost:
        end = self.messages.end
        why = "the association was released" if end is None or end.released else end.why
        return LinkLost(f"{_named(self.node)}: {why}")

    def release(self) -> None:
        """End in order (PS3.8 7.2), and close."""
        try:
            self.messages.release(ARTIM_SECONDS)
        finally:
            self._close()

    def abort(self, why: str = "given up by this side") -> None:
        """End at once with an A-ABORT, and close."""
        if self.messages.end is None:
            self.messages.abort(why, source=0)
            self.link.linger(ABORT_LINGER_SECONDS)
        self._close()

    def _close(self) -> None:
        self.link.close()
        if self._watched is not None:
            self._watched.ended(self.messages.end, self.link)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.release()
        else:
            self.abort()


def open_association(
    node: Node,
    proposal: Proposal,
    *,
    calling_ae_title: str,
    tls: ssl.SSLContext | None = None,
    connect_seconds: float = CONNECT_SECONDS,
    associate_seconds: float | None = None,
    connected: Callable[[Link], None] | None = None,
    witness: OutgoingWitness | None = None,
) -> Requestor:
    """Connect and negotiate. Raises `LinkLost`, `Refused`, or `NothingAccepted` where not one context was accepted.

    `connected` gets the link before anything is asked on it, so that another thread can interrupt it; `witness` hears how it went.
    """
    calling = node.local_ae_title or calling_ae_title
    watched = Watched(witness, node, calling) if witness is not None else None
    try:
        return _opened(node, proposal, calling, tls, (connect_seconds, associate_seconds or ASSOCIATE_SECONDS), connected, watched)
    except Exception as error:
        if watched is not None:
            watched.failed(error)
        raise


def _opened(
    node: Node,
    proposal: Proposal,
    calling: str,
    tls: ssl.SSLContext | None,
    seconds: tuple[float, float],
    connected: Callable[[Link], None] | None,
    watched: Watched | None,
) -> Requestor:
    try:
        sock = connect(node.host, node.port, seconds[0])
    except LinkLost as error:
        raise type(error)(f"{node.ae_title}: {error}") from error
    stream: Stream
    if tls is None:
        stream = stream_of(sock)
    else:
        from isocenter.net.tls import secure

        stream = secure(sock, tls, node.host, node.port)
    association = Association.requestor(monotonic())
    link = Link(stream, association, watched.recorded(sock) if watched is not None else None)
    try:
        if connected is not None:
            connected(link)
        association.request(_request(node, proposal, calling), monotonic())
        link.flush()
        accept = _answer(link, node, seconds[1])
        agreed = _agreed(proposal, accept)
        if watched is not None:
            watched.accepted(proposal.contexts, accept)
        requestor = Requestor(node, link, accept, agreed, watched)
    except BaseException:
        link.close()
        raise
    if not agreed:
        requestor.release()
        raise NothingAccepted(f"{_named(node)} accepted the association, but none of what was proposed", accept)
    return requestor


def _request(node: Node, proposal: Proposal, calling_ae_title: str) -> AssociateRequest:
    roles = tuple(RoleSelection(uid, scu=False, scp=True) for uid in dict.fromkeys(proposal.as_scp_of))
    user = UserInformation(
        pdu_bytes_max=node.pdu_bytes_max or PDU_BYTES_MAX,
        implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        implementation_version_name=IMPLEMENTATION_VERSION_NAME,
        roles=roles,
        extended=proposal.extended,
        identity=proposal.identity,
    )
    return AssociateRequest(node.ae_title, calling_ae_title, proposal.contexts, user)


def _answer(link: Link, node: Node, seconds: float) -> AssociateAccept:
    """Wait for A-ASSOCIATE-AC. Raises `Refused` and `LinkLost`."""
    until = monotonic() + seconds
    while True:
        try:
            events = link.receive(max(0.0, until - monotonic()))
        except GaveUp as error:
            link.association.abort(now=monotonic())
            link.flush()
            raise LinkLost(f"{_named(node)} did not answer our association request within {seconds:g} s") from error
        for event in _all(events):
            match event:
                case Accepted(accept):
                    return accept
                case Rejected(reject):
                    words = describe_rejection(reject.result, reject.source, reject.reason)
                    raise Refused(f"{_named(node)}: {words}", result=reject.result, source=reject.source, reason=reject.reason)
                case Aborted():
                    link.flush()
                    raise LinkLost(f"{_named(node)}: {why_aborted(event)}")
                case Closed(why):
                    raise LinkLost(f"{_named(node)}: {why or 'the connection was closed'}")


def _all(events: Iterator[Event]) -> list[Event]:
    """Read to the end: nothing but one answer can come before the association exists, and its state is complete only then."""
    return list(events)


def _agreed(proposal: Proposal, accept: AssociateAccept) -> dict[int, AgreedContext]:
    proposed = {context.id: context.abstract_syntax for context in proposal.contexts}
    agreed = {}
    for context in accept.contexts:
        if context.result == 0:
            abstract_syntax = proposed[context.id]
            scu, scp = requestor_roles(accept, abstract_syntax)
            agreed[context.id] = AgreedContext(
                context.id, abstract_syntax, context.transfer_syntax, peer_is_scu=scp, peer_is_scp=scu
            )
    return agreed


def _named(node: Node) -> str:
    return f"{node.ae_title} ({place(node.host, node.port)})"
