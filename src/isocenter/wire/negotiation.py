"""From a proposal to its answer, and from both to what holds (PS3.8 7.1.1, PS3.8 Annex D, PS3.7 D.3.3).

In: an A-ASSOCIATE-RQ and a table of what we offer. Out: an A-ASSOCIATE-AC or -RJ. Pure: the same proposal and table give the same
answer. Whether the caller is known, or its title right, is asked elsewhere, before this.
"""

from __future__ import annotations

from typing import Protocol

from isocenter.base.errors import PeerError
from isocenter.base.ids import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from isocenter.base.limits import (
    OPERATIONS_OUTSTANDING_MAX,
    PDU_BYTES_MAX,
    PDU_BYTES_MIN,
    PDU_BYTES_SENT_MAX,
    PDU_BYTES_UNANNOUNCED,
)
from isocenter.wire.item_bytes import INVALID_VALUE
from isocenter.wire.pdu import (
    APPLICATION_CONTEXT,
    AnsweredContext,
    AssociateAccept,
    AssociateReject,
    AssociateRequest,
    ExtendedNegotiation,
    ProposedContext,
    RoleSelection,
    UserInformation,
)

ACCEPTANCE = 0
USER_REJECTION = 1
ABSTRACT_SYNTAX_NOT_SUPPORTED = 3
TRANSFER_SYNTAXES_NOT_SUPPORTED = 4

REJECTED_NO_REASON = AssociateReject(result=1, source=1, reason=1)
REJECTED_APPLICATION_CONTEXT = AssociateReject(result=1, source=1, reason=2)
REJECTED_PROTOCOL_VERSION = AssociateReject(result=1, source=2, reason=2)

_DEFAULT_ROLES = (True, False)


class OfferTable(Protocol):
    """What this device offers, as far as negotiation needs it."""

    def transfer_syntaxes(self, abstract_syntax: str) -> tuple[str, ...]:
        """The syntaxes that we accept for this class, best first; empty where we do not offer the class."""

    def operation(self, abstract_syntax: str) -> str:
        """The operation of this class as a node's permission: echo, store, find, move, get."""

    def may_be_scu(self, abstract_syntax: str) -> bool:
        """True where we accept to send requests of this class on an association that the peer opened."""

    def extended_answers(self, request: tuple[ExtendedNegotiation, ...]) -> tuple[ExtendedNegotiation, ...]:
        """Our answers to SOP class extended negotiation."""


def negotiate(
    request: AssociateRequest,
    table: OfferTable,
    *,
    operations: frozenset[str],
    pdu_bytes_max: int = PDU_BYTES_MAX,
    identity_response: bytes | None = b"",
) -> AssociateAccept | AssociateReject:
    """Answer a proposal with what `table` offers a caller that may ask for `operations`.

    All contexts are answered, in their order. Where the operation is store, the caller's first syntax that we take wins, because
    objects are kept as they came; elsewhere our own preference does. `identity_response` None answers no identity, which says that
    this kind was not verified (PS3.7 D.3.3.7.1). Never raises.
    """
    if not request.protocol_version & 1:
        return REJECTED_PROTOCOL_VERSION
    if request.application_context != APPLICATION_CONTEXT:
        return REJECTED_APPLICATION_CONTEXT
    if not request.contexts or pdu_bytes_to_send(request.user.pdu_bytes_max) < PDU_BYTES_MIN:
        return REJECTED_NO_REASON
    proposed_roles = {role.sop_class_uid: role for role in reversed(request.user.roles)}
    answered_roles: dict[str, RoleSelection] = {}
    contexts = []
    for context in request.contexts:
        role = proposed_roles.get(context.abstract_syntax)
        scu, scp = _allowed_roles(context.abstract_syntax, role, table, operations)
        answer = _answer(context, table, is_allowed=scu or scp)
        contexts.append(answer)
        if role is not None and answer.result == ACCEPTANCE:
            answered_roles[context.abstract_syntax] = RoleSelection(context.abstract_syntax, scu, scp)
    accepted = {context.id for context in contexts if context.result == ACCEPTANCE}
    classes = {context.abstract_syntax for context in request.contexts if context.id in accepted}
    identity = request.user.identity
    window = (OPERATIONS_OUTSTANDING_MAX, OPERATIONS_OUTSTANDING_MAX)
    user = UserInformation(
        pdu_bytes_max=pdu_bytes_max,
        implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        implementation_version_name=IMPLEMENTATION_VERSION_NAME,
        asynchronous_window=window if request.user.asynchronous_window is not None else None,
        roles=tuple(answered_roles.values()),
        extended=tuple(answer for answer in table.extended_answers(request.user.extended) if answer.sop_class_uid in classes),
        identity_response=identity_response if identity is not None and identity.response_requested else None,
    )
    return AssociateAccept(request.called_ae_title, request.calling_ae_title, tuple(contexts), user)


def _allowed_roles(
    abstract_syntax: str, role: RoleSelection | None, table: OfferTable, operations: frozenset[str]
) -> tuple[bool, bool]:
    """(SCU, SCP): what the caller may be for this class. Being SCP means that we send to it, which only C-GET asks for."""
    scu, scp = _DEFAULT_ROLES if role is None else (role.scu, role.scp)
    may_ask = bool(table.transfer_syntaxes(abstract_syntax)) and table.operation(abstract_syntax) in operations
    return scu and may_ask, scp and "get" in operations and table.may_be_scu(abstract_syntax)


def _answer(context: ProposedContext, table: OfferTable, *, is_allowed: bool) -> AnsweredContext:
    offered = table.transfer_syntaxes(context.abstract_syntax)
    first = context.transfer_syntaxes[0] if context.transfer_syntaxes else ""
    if not offered:
        return AnsweredContext(context.id, ABSTRACT_SYNTAX_NOT_SUPPORTED, first)
    if not is_allowed:
        return AnsweredContext(context.id, USER_REJECTION, first)
    if table.operation(context.abstract_syntax) == "store":
        preferred, others = context.transfer_syntaxes, offered
    else:
        preferred, others = offered, context.transfer_syntaxes
    for uid in preferred:
        if uid in others:
            return AnsweredContext(context.id, ACCEPTANCE, uid)
    return AnsweredContext(context.id, TRANSFER_SYNTAXES_NOT_SUPPORTED, first)


def requestor_roles(accept: AssociateAccept, abstract_syntax: str) -> tuple[bool, bool]:
    """(SCU, SCP): the roles that the requestor plays for this class once `accept` is exchanged (PS3.7 D.3.3.4)."""
    for role in accept.user.roles:
        if role.sop_class_uid == abstract_syntax:
            return role.scu, role.scp
    return _DEFAULT_ROLES


def pdu_bytes_to_send(announced: int | None) -> int:
    """The variable field that we send to a peer that announced this: never more than our own maximum (PS3.8 D.1)."""
    if announced is None:
        return PDU_BYTES_UNANNOUNCED
    return min(announced or PDU_BYTES_SENT_MAX, PDU_BYTES_SENT_MAX)


def check_accept(request: AssociateRequest, accept: AssociateAccept) -> None:
    """Raise `PeerError` for an A-ASSOCIATE-AC that does not answer this request."""
    proposed = {context.id: context.transfer_syntaxes for context in request.contexts}
    for context in accept.contexts:
        if context.id not in proposed:
            raise PeerError(f"context {context.id} is answered and was not proposed", abort_reason=INVALID_VALUE)
        if context.result == ACCEPTANCE and context.transfer_syntax not in proposed[context.id]:
            syntax = context.transfer_syntax or "no syntax"
            raise PeerError(f"context {context.id} is accepted with {syntax}, which was not proposed", abort_reason=INVALID_VALUE)
    if pdu_bytes_to_send(accept.user.pdu_bytes_max) < PDU_BYTES_MIN:
        raise PeerError(f"the peer receives at most {accept.user.pdu_bytes_max} bytes a PDU", abort_reason=INVALID_VALUE)
