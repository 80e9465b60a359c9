"""The operations of a service class user: echo, store, find, move, get (PS3.4 A, B and C.4), on an association that we opened.

Comes in: a node, identifiers as bytes, instances to send. Goes out: statuses and identifiers, as they come. A caller that stops
reading the responses of `find`, `move` or `get` has them cancelled (C-CANCEL, PS3.7 9.3.2.3). No data set is understood here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

from isocenter.base.errors import LinkLost, LocalError
from isocenter.base.limits import (
    CANCEL_HEEDED_SECONDS,
    PRESENTATION_CONTEXTS_MAX,
    PROPOSED_TRANSFER_SYNTAXES_MAX,
    RESPONSE_SECONDS,
    RETRIEVE_RESPONSE_SECONDS,
)
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import AgreedContext, Request, StoreInProgress
from isocenter.model.ports import Transcoder
from isocenter.net.messages import Message, Served
from isocenter.net.outgoing import FALLBACKS, Sendable
from isocenter.net.requestor import Proposal, Requestor
from isocenter.net.sending import Sending, Sent
from isocenter.standard.sop_class import VERIFICATION
from isocenter.standard.status import Kind, kind_of
from isocenter.wire.pdu import ProposedContext


@dataclass(frozen=True, slots=True)
class Response:
    """One response of C-FIND, C-MOVE or C-GET; `identifier` is a data set in `transfer_syntax`, empty where there is none."""

    command: Command
    identifier: bytes
    transfer_syntax: str

    @property
    def is_pending(self) -> bool:
        return self.command.status is not None and kind_of(self.command.status) is Kind.PENDING


def query_contexts(*abstract_syntaxes: str) -> tuple[ProposedContext, ...]:
    """One context for each class, with the syntaxes that everybody reads."""
    return tuple(ProposedContext(2 * number + 1, uid, FALLBACKS) for number, uid in enumerate(abstract_syntaxes))


def get_proposal(abstract_syntax: str, classes: Iterable[tuple[str, Sequence[str]]]) -> Proposal:
    """For C-GET: the query's class, and storage classes with the syntaxes that we take, most likely first.

    As many syntaxes as there is room for get a context of their own, so that an archive can send each instance as it is stored;
    the rest of a class shares its last one. Raises `LocalError` for more classes than fit.
    """
    wanted = [(uid, tuple(dict.fromkeys(syntaxes))) for uid, syntaxes in classes]
    if len(wanted) >= PRESENTATION_CONTEXTS_MAX:
        raise LocalError(f"{len(wanted)} storage classes were asked for; one association has room for 127")
    room = (PRESENTATION_CONTEXTS_MAX - 1) // max(len(wanted), 1)
    offered: list[tuple[str, tuple[str, ...]]] = [(abstract_syntax, FALLBACKS)]
    for uid, syntaxes in wanted:
        offered += [(uid, alone) for alone in _apart(syntaxes, room)]
    contexts = tuple(ProposedContext(2 * number + 1, uid, syntaxes) for number, (uid, syntaxes) in enumerate(offered))
    return Proposal(contexts, as_scp_of=tuple(uid for uid, _ in wanted))


def _apart(syntaxes: Sequence[str], contexts_max: int) -> Iterator[tuple[str, ...]]:
    """The syntaxes of one class in at most so many contexts: all apart, or those that everybody reads together, or all together."""
    groups: list[tuple[str, ...]] = [(uid,) for uid in syntaxes]
    if len(groups) > contexts_max > 1:
        plain = tuple(uid for uid in syntaxes if uid in FALLBACKS)
        others = [uid for uid in syntaxes if uid not in FALLBACKS]
        groups = [plain] if plain else []
        groups += [(uid,) for uid in others]
    yield from groups[: contexts_max - 1]
    if rest := tuple(uid for group in groups[contexts_max - 1 :] for uid in group):
        yield rest[:PROPOSED_TRANSFER_SYNTAXES_MAX]


def echo(requestor: Requestor) -> Command:
    """C-ECHO (PS3.7 9.1.5): the response. Raises `LinkLost`."""
    context = requestor.context_for(VERIFICATION)
    message_id = requestor.new_message_id()
    requestor.send(context.id, Command(field=CommandField.C_ECHO_RQ, message_id=message_id, affected_sop_class_uid=VERIFICATION))
    return requestor.response(message_id).command


def store(requestor: Requestor, sendables: Iterable[Sendable], transcoder: Transcoder | None = None) -> Iterator[Sent]:
    """Send instances one after the other; what became of each, in order. Raises `LinkLost`, before the one that it happened to."""
    sending = Sending(requestor, transcoder, preferred=requestor.node.transfer_syntaxes)
    remaining = iter(sendables)
    following = next(remaining, None)
    try:
        while following is not None:
            sendable, following = following, next(remaining, None)
            yield sending.store(sendable, following)
    finally:
        sending.close()


def find(requestor: Requestor, abstract_syntax: str, identifier: Callable[[str], bytes]) -> Generator[Response, None, None]:
    """C-FIND (PS3.7 9.1.2): every response, the final one last. `identifier` writes the query in a transfer syntax."""
    command = Command(field=CommandField.C_FIND_RQ, affected_sop_class_uid=abstract_syntax)
    return _responses(requestor, abstract_syntax, command, identifier, RESPONSE_SECONDS)


def move(
    requestor: Requestor, abstract_syntax: str, identifier: Callable[[str], bytes], destination_ae_title: str
) -> Iterator[Response]:
    """C-MOVE (PS3.7 9.1.4): every response with its counts, the final one last."""
    command = Command(field=CommandField.C_MOVE_RQ, affected_sop_class_uid=abstract_syntax, move_destination=destination_ae_title)
    return _responses(requestor, abstract_syntax, command, identifier, RETRIEVE_RESPONSE_SECONDS)


def get(
    requestor: Requestor,
    abstract_syntax: str,
    identifier: Callable[[str], bytes],
    receive: Callable[[Request], StoreInProgress],
    served: Served | None = None,
) -> Iterator[Response]:
    """C-GET (PS3.7 9.1.3): every response, the final one last. Instances go to `receive`, meanwhile; `served` is told of each."""
    requestor.receive, requestor.served = receive, served
    command = Command(field=CommandField.C_GET_RQ, affected_sop_class_uid=abstract_syntax)
    try:
        yield from _responses(requestor, abstract_syntax, command, identifier, RETRIEVE_RESPONSE_SECONDS)
    finally:
        requestor.receive = requestor.served = None


def _responses(
    requestor: Requestor, abstract_syntax: str, command: Command, identifier: Callable[[str], bytes], seconds: float
) -> Generator[Response, None, None]:
    context = requestor.context_for(abstract_syntax)
    message_id = requestor.new_message_id()
    asked = Command(
        field=command.field,
        message_id=message_id,
        affected_sop_class_uid=command.affected_sop_class_uid,
        move_destination=command.move_destination,
        priority=0,
        has_data_set=True,
    )
    requestor.send(context.id, asked, (identifier(context.transfer_syntax),))
    is_over = False
    try:
        while not is_over:
            response = _response(requestor.response(message_id, seconds))
            is_over = not response.is_pending
            yield response
    except LinkLost:
        is_over = True
        raise
    finally:
        if not is_over:
            _cancel(requestor, context, message_id)


def _response(message: Message) -> Response:
    if message.too_long:
        raise LocalError("the node answered with a longer identifier than this side keeps")
    return Response(message.command, message.identifier, message.context.transfer_syntax)


def _cancel(requestor: Requestor, context: AgreedContext, message_id: int) -> None:
    """Send C-CANCEL and read on until the final response, for a while: a peer that ignores it is aborted when we leave."""
    requestor.send(context.id, Command(field=CommandField.C_CANCEL_RQ, message_id_being_responded_to=message_id))
    until = monotonic() + CANCEL_HEEDED_SECONDS
    with suppress(LinkLost, LocalError):
        while (left := until - monotonic()) > 0:
            if not _response(requestor.response(message_id, left)).is_pending:
                return
    requestor.abort("it did not heed C-CANCEL")
