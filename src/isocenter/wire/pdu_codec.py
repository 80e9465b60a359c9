"""Control PDUs as bytes, and bytes as control PDUs (PS3.8 9.3).

In: a PDU type with its variable field, whole. Out: a value of `pdu`, or a `PeerError` that names the item. Every length is checked
against what encloses it before it is used. Unknown items are skipped; reserved fields are not tested. What is well formed but not
acceptable passes: `negotiation` refuses it. P-DATA-TF does not come here.
"""

from __future__ import annotations

import struct

from isocenter.base.errors import LocalError, PeerError
from isocenter.base.limits import CONTROL_PDU_BYTES_MAX, PRESENTATION_CONTEXTS_MAX, TRANSFER_SYNTAXES_MAX
from isocenter.wire.item_bytes import (
    INVALID_VALUE,
    UNEXPECTED_PARAMETER,
    UNRECOGNIZED_PDU,
    item,
    items,
    title_bytes,
    title_text,
    uid_bytes,
    uid_text,
)
from isocenter.wire.pdu import (
    Abort,
    AnsweredContext,
    AssociateAccept,
    AssociateReject,
    AssociateRequest,
    ControlPdu,
    ProposedContext,
    ReleaseReply,
    ReleaseRequest,
    UserInformation,
)
from isocenter.wire.user_items import decode_user, encode_user

ASSOCIATE_RQ = 0x01
ASSOCIATE_AC = 0x02
ASSOCIATE_RJ = 0x03
P_DATA_TF = 0x04
RELEASE_RQ = 0x05
RELEASE_RP = 0x06
ABORT = 0x07

NAMES = {
    ASSOCIATE_RQ: "A-ASSOCIATE-RQ",
    ASSOCIATE_AC: "A-ASSOCIATE-AC",
    ASSOCIATE_RJ: "A-ASSOCIATE-RJ",
    P_DATA_TF: "P-DATA-TF",
    RELEASE_RQ: "A-RELEASE-RQ",
    RELEASE_RP: "A-RELEASE-RP",
    ABORT: "A-ABORT",
}

_APPLICATION_CONTEXT = 0x10
_PROPOSED_CONTEXT = 0x20
_ANSWERED_CONTEXT = 0x21
_ABSTRACT_SYNTAX = 0x30
_TRANSFER_SYNTAX = 0x40
_USER_INFORMATION = 0x50

_HEADER = struct.Struct(">BxI")
_FIXED = struct.Struct(">H2x16s16s32x")
_SHORT_BODY_BYTES = 4


def check_length(kind: int, length: int) -> None:
    """Raise `PeerError` where a control PDU of this type cannot have this length; called before its body is waited for."""
    has_items = kind in (ASSOCIATE_RQ, ASSOCIATE_AC)
    least, most = (_FIXED.size, CONTROL_PDU_BYTES_MAX) if has_items else (_SHORT_BODY_BYTES, _SHORT_BODY_BYTES)
    if not least <= length <= most:
        raise PeerError(f"{NAMES[kind]} with a length of {length} bytes, which it cannot have", abort_reason=INVALID_VALUE)


def decode(kind: int, body: bytes) -> ControlPdu:
    """The PDU of this type with this variable field. Raises `PeerError` for anything that breaks PS3.8 9.3."""
    if kind not in NAMES or kind == P_DATA_TF:
        raise PeerError(f"a PDU of type {kind:02X}H, which no control PDU has", abort_reason=UNRECOGNIZED_PDU)
    check_length(kind, len(body))
    if kind == ASSOCIATE_RQ:
        return _decode_request(body)
    if kind == ASSOCIATE_AC:
        return _decode_accept(body)
    if kind == ASSOCIATE_RJ:
        return AssociateReject(result=body[1], source=body[2], reason=body[3])
    if kind == RELEASE_RQ:
        return ReleaseRequest()
    if kind == RELEASE_RP:
        return ReleaseReply()
    return Abort(source=body[2], reason=body[3])


def _parts(body: bytes, context_item: int, name: str) -> tuple[str, list[bytes], UserInformation]:
    """Application context, bodies of the presentation context items, user information of an A-ASSOCIATE's variable items."""
    application: str | None = None
    user: UserInformation | None = None
    contexts: list[bytes] = []
    for kind, value in items(body[_FIXED.size :], name):
        if kind == context_item:
            contexts.append(value)
            if len(contexts) > PRESENTATION_CONTEXTS_MAX:
                raise PeerError(f"{name} with more than {PRESENTATION_CONTEXTS_MAX} contexts", abort_reason=INVALID_VALUE)
        elif kind == _APPLICATION_CONTEXT:
            if application is not None:
                raise PeerError(f"{name} with two application contexts", abort_reason=UNEXPECTED_PARAMETER)
            application = uid_text(value, "the application context item")
        elif kind == _USER_INFORMATION:
            if user is not None:
                raise PeerError(f"{name} with two user information items", abort_reason=UNEXPECTED_PARAMETER)
            user = decode_user(value)
    return application or "", contexts, user or UserInformation()


def _decode_request(body: bytes) -> AssociateRequest:
    version, called, calling = _FIXED.unpack_from(body)
    application, bodies, user = _parts(body, _PROPOSED_CONTEXT, "A-ASSOCIATE-RQ")
    contexts = tuple(_decode_proposed(value) for value in bodies)
    _check_ids([context.id for context in contexts])
    return AssociateRequest(title_text(called), title_text(calling), contexts, user, application, version)


def _decode_accept(body: bytes) -> AssociateAccept:
    version, called, calling = _FIXED.unpack_from(body)
    application, bodies, user = _parts(body, _ANSWERED_CONTEXT, "A-ASSOCIATE-AC")
    contexts = tuple(_decode_answered(value) for value in bodies)
    _check_ids([context.id for context in contexts])
    return AssociateAccept(title_text(called), title_text(calling), contexts, user, application, version)


def _check_ids(ids: list[int]) -> None:
    for number in ids:
        if number % 2 == 0:
            raise PeerError(f"presentation context identifier {number} is not odd", abort_reason=INVALID_VALUE)
    if len(set(ids)) != len(ids):
        raise PeerError("two presentation contexts with one identifier", abort_reason=INVALID_VALUE)


def _context_fixed(body: bytes) -> tuple[int, int, bytes]:
    """Identifier, result and sub-items of a presentation context item."""
    if len(body) < 4:
        raise PeerError(f"a presentation context item of {len(body)} bytes", abort_reason=INVALID_VALUE)
    return body[0], body[2], body[4:]


def _decode_proposed(body: bytes) -> ProposedContext:
    number, _, rest = _context_fixed(body)
    where = f"presentation context {number}"
    abstract: str | None = None
    syntaxes: list[str] = []
    for kind, value in items(rest, where):
        if kind == _ABSTRACT_SYNTAX:
            if abstract is not None:
                raise PeerError(f"{where} has two abstract syntaxes", abort_reason=UNEXPECTED_PARAMETER)
            abstract = uid_text(value, where)
        elif kind == _TRANSFER_SYNTAX:
            syntaxes.append(uid_text(value, where))
            if len(syntaxes) > TRANSFER_SYNTAXES_MAX:
                raise PeerError(f"{where} has more than {TRANSFER_SYNTAXES_MAX} transfer syntaxes", abort_reason=INVALID_VALUE)
    if abstract is None:
        raise PeerError(f"{where} has no abstract syntax", abort_reason=INVALID_VALUE)
    return ProposedContext(number, abstract, tuple(syntaxes))


def _decode_answered(body: bytes) -> AnsweredContext:
    number, result, rest = _context_fixed(body)
    where = f"presentation context {number}"
    if result != 0:
        return AnsweredContext(number, result, _insignificant_syntax(rest))
    syntaxes = [uid_text(value, where) for kind, value in items(rest, where) if kind == _TRANSFER_SYNTAX]
    if len(syntaxes) != 1:
        raise PeerError(f"{where} is accepted with {len(syntaxes)} transfer syntaxes", abort_reason=INVALID_VALUE)
    return AnsweredContext(number, result, syntaxes[0])


def _insignificant_syntax(rest: bytes) -> str:
    """The transfer syntax of a refused context, which not significant (PS3.8 9.3.3.2): peers leave all sorts of bytes there."""
    try:
        for kind, value in items(rest, "a refused presentation context"):
            if kind == _TRANSFER_SYNTAX:
                return uid_text(value, "a refused presentation context")
    except PeerError:
        pass
    return ""


def encode(pdu: ControlPdu) -> bytes:
    """A control PDU as bytes, header included. Raises `LocalError` for values that do not fit their fields."""
    try:
        match pdu:
            case AssociateRequest():
                contexts = [item(_PROPOSED_CONTEXT, _proposed_bytes(context)) for context in pdu.contexts]
                return _associate(ASSOCIATE_RQ, pdu, contexts)
            case AssociateAccept():
                contexts = [item(_ANSWERED_CONTEXT, _answered_bytes(context)) for context in pdu.contexts]
                return _associate(ASSOCIATE_AC, pdu, contexts)
            case AssociateReject():
                return _HEADER.pack(ASSOCIATE_RJ, _SHORT_BODY_BYTES) + bytes((0, pdu.result, pdu.source, pdu.reason))
            case ReleaseRequest():
                return _HEADER.pack(RELEASE_RQ, _SHORT_BODY_BYTES) + bytes(_SHORT_BODY_BYTES)
            case ReleaseReply():
                return _HEADER.pack(RELEASE_RP, _SHORT_BODY_BYTES) + bytes(_SHORT_BODY_BYTES)
            case Abort():
                return _HEADER.pack(ABORT, _SHORT_BODY_BYTES) + bytes((0, 0, pdu.source, pdu.reason))
    except (ValueError, struct.error) as error:
        raise LocalError(f"a {type(pdu).__name__} that cannot be sent: {error}") from error


def _associate(kind: int, pdu: AssociateRequest | AssociateAccept, contexts: list[bytes]) -> bytes:
    if len(contexts) > PRESENTATION_CONTEXTS_MAX:
        raise LocalError(f"{len(contexts)} presentation contexts, {PRESENTATION_CONTEXTS_MAX} are the maximum")
    body = b"".join(
        (
            _FIXED.pack(pdu.protocol_version, title_bytes(pdu.called_ae_title), title_bytes(pdu.calling_ae_title)),
            item(_APPLICATION_CONTEXT, uid_bytes(pdu.application_context)),
            *contexts,
            item(_USER_INFORMATION, encode_user(pdu.user)),
        )
    )
    return _HEADER.pack(kind, len(body)) + body


def _proposed_bytes(context: ProposedContext) -> bytes:
    syntaxes = b"".join(item(_TRANSFER_SYNTAX, uid_bytes(uid)) for uid in context.transfer_syntaxes)
    return bytes((context.id, 0, 0, 0)) + item(_ABSTRACT_SYNTAX, uid_bytes(context.abstract_syntax)) + syntaxes


def _answered_bytes(context: AnsweredContext) -> bytes:
    return bytes((context.id, 0, context.result, 0)) + item(_TRANSFER_SYNTAX, uid_bytes(context.transfer_syntax))
