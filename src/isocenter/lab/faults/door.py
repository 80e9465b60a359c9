"""What a peer of bad habits answers to an A-ASSOCIATE-RQ (PS3.8 9.3.3, 9.3.4; PS3.7 D.3.3).

Comes in: the request, the habits, and how many lines are taken already. Goes out: an A-ASSOCIATE-AC or -RJ, right or wrong as the
habits want it. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from isocenter.lab.faults.habits import EVERYTHING, Habits
from isocenter.standard.sop_class import (
    BASIC_COLOR_PRINT_MANAGEMENT,
    BASIC_GRAYSCALE_PRINT_MANAGEMENT,
    MODALITY_WORKLIST_FIND,
    QUERY_RETRIEVE,
    STORAGE,
    STORAGE_COMMITMENT_PUSH,
    VERIFICATION,
)
from isocenter.wire.pdu import (
    APPLICATION_CONTEXT,
    AnsweredContext,
    AssociateAccept,
    AssociateReject,
    AssociateRequest,
    ProposedContext,
    RoleSelection,
    UserInformation,
)

OPERATION_OF: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(STORAGE, "store")
    | {uid: one.operation for uid, one in QUERY_RETRIEVE.items()}
    | {
        VERIFICATION: "echo",
        MODALITY_WORKLIST_FIND: "find",
        STORAGE_COMMITMENT_PUSH: "commitment",
        BASIC_GRAYSCALE_PRINT_MANAGEMENT: "print",
        BASIC_COLOR_PRINT_MANAGEMENT: "print",
    }
)
"""The classes that a good neighbour serves, each with its operation."""


def answer(request: AssociateRequest, habits: Habits, lines_taken: int = 0) -> AssociateAccept | AssociateReject:
    """The answer of somebody with these habits."""
    rejection = _rejection(request, habits, lines_taken)
    if rejection is not None:
        return AssociateReject(*rejection)
    contexts = tuple(_answered(context, habits) for context in request.contexts)
    if habits.rejects_if_nothing is not None and not any(context.result == 0 for context in contexts):
        return AssociateReject(*habits.rejects_if_nothing)
    accepted = {one.abstract_syntax for one, got in zip(request.contexts, contexts, strict=True) if got.result == 0}
    roles = tuple(
        RoleSelection(role.sop_class_uid, role.scu, role.scp) for role in request.user.roles if role.sop_class_uid in accepted
    )
    user = UserInformation(
        pdu_bytes_max=habits.pdu_bytes_max,
        implementation_class_uid=habits.implementation_class_uid,
        implementation_version_name=habits.implementation_version_name,
        roles=roles,
    )
    return AssociateAccept(request.called_ae_title, request.calling_ae_title, contexts, user)


def _rejection(request: AssociateRequest, habits: Habits, lines_taken: int) -> tuple[int, int, int] | None:
    if habits.rejects is not None:
        return habits.rejects
    if not request.protocol_version & 1:
        return 1, 2, 2
    if request.application_context != APPLICATION_CONTEXT:
        return habits.rejects_context_name
    if habits.lines_max and lines_taken >= habits.lines_max:
        return 2, 3, 2
    judged = [
        (habits.called, request.called_ae_title, habits.rejects_called),
        (habits.calling, request.calling_ae_title, habits.rejects_calling),
    ]
    for taken, title, rejection in reversed(judged) if habits.judges_calling_first else judged:
        if taken and not _is_one_of(title, taken, habits.folds_case):
            return rejection
    if habits.wants_identity is not None and request.user.identity is None:
        return habits.wants_identity
    if habits.wants_implementation and not request.user.implementation_class_uid:
        return 1, 1, 1
    return None


def _is_one_of(title: str, titles: tuple[str, ...], folds_case: bool) -> bool:
    return title in titles or (folds_case and title.upper() in {one.upper() for one in titles})


def _answered(context: ProposedContext, habits: Habits) -> AnsweredContext:
    first = context.transfer_syntaxes[0] if context.transfer_syntaxes else ""
    refusal = habits.refuses.get(context.abstract_syntax)
    if refusal is not None:
        return AnsweredContext(context.id, refusal, first)
    classes = OPERATION_OF.keys() if EVERYTHING in habits.classes else habits.classes
    if context.abstract_syntax not in classes:
        return AnsweredContext(context.id, habits.result_of_class, first)
    is_image = OPERATION_OF.get(context.abstract_syntax) == "store"
    syntaxes = habits.image_syntaxes if habits.image_syntaxes and is_image else habits.syntaxes
    for uid in context.transfer_syntaxes:
        if uid in syntaxes or EVERYTHING in syntaxes:
            return AnsweredContext(context.id, 0, uid)
    return AnsweredContext(context.id, habits.result_of_syntax, first)
