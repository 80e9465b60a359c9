"""C-GET of the test object on the association that we open (PS3.4 C.4.3): no way back is needed, but roles (PS3.7 D.3.3.4).

Comes in: a visit with a stored test object. Goes out: a step. Archives that do not offer it are many, so that a refusal is told and
is no failure; neither is one where the object came by C-MOVE already.
"""

from __future__ import annotations

from typing import Any

from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor import signs
from isocenter.doctor.move_step import ROOTS, keys_of
from isocenter.doctor.talk import Answer, Talk, Tape, Trouble, opened, proposed, refused, step_of
from isocenter.doctor.visit import Visit
from isocenter.jobs.questions import At, Question, RootName
from isocenter.model.checkup import Layer, Outcome, Sign, Step
from isocenter.net.requestor import Proposal
from isocenter.net.return_listener import Kept
from isocenter.standard import transfer_syntax
from isocenter.standard.sop_class import name_of
from isocenter.standard.status import Kind, kind_of
from isocenter.wire.pdu import ProposedContext

_OFTEN = (
    transfer_syntax.EXPLICIT_VR_LITTLE_ENDIAN,
    transfer_syntax.IMPLICIT_VR_LITTLE_ENDIAN,
    transfer_syntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
    transfer_syntax.EXPLICIT_VR_BIG_ENDIAN,
    transfer_syntax.JPEG_2000_LOSSLESS,
    transfer_syntax.JPEG_LS_LOSSLESS,
    transfer_syntax.JPEG_LOSSLESS_FIRST_ORDER,
    transfer_syntax.RLE_LOSSLESS,
)
"""What an archive may have made of the object: as sent, or compressed without loss."""


def get(visit: Visit) -> Step:
    """Have the test object sent on our own association."""
    if visit.test_object is None or not visit.test_object.is_stored:
        return Step(Layer.GET, Outcome.SKIPPED, "nothing was stored that could be sent back")
    return step_of(Layer.GET, visit, _get)


def _get(visit: Visit, tape: Tape) -> Step:
    test_object = visit.test_object
    assert test_object is not None, "the step is skipped without one"
    proposal = _proposal(test_object.sop_class_uid)
    kept = Kept(test_object.sop_instance_uid)
    try:
        with opened(visit, proposal, tape, "get") as talk:
            root = next((one for one in ROOTS if talk.contexts(Question(At.STUDY, one, {}).sop_class("get"))), None)
            if root is None:
                raise refused(proposal, talk.accept, "get")
            _check_roles(talk, test_object.sop_class_uid)
            talk.requestor.receive = kept.receive
            answer = _asked(visit, talk, root)
    except Trouble as trouble:
        # The other way works, or is the one to use.
        if trouble.sign.code.startswith("get-") and (test_object.came_back is not None or "refused" in trouble.sign.code):
            trouble.outcome = Outcome.WARNED
            visit.remarks.append(f"C-GET does not work there: {trouble}.")
        raise
    return _judged(visit, answer, kept)


def _proposal(sop_class_uid: str) -> Proposal:
    searches = proposed(*(Question(At.STUDY, root, {}).sop_class("get") for root in ROOTS)).contexts
    first = 2 * len(searches) + 1
    storage = tuple(ProposedContext(first + 2 * number, sop_class_uid, (syntax,)) for number, syntax in enumerate(_OFTEN))
    return Proposal((*searches, *storage), as_scp_of=(sop_class_uid,))


def _check_roles(talk: Talk, sop_class_uid: str) -> None:
    contexts = talk.contexts(sop_class_uid)
    name = name_of(sop_class_uid)
    if not contexts:
        raise Trouble(f"it offers C-GET, and refuses {name} on the same association", "get-storage-refused", sop_class=name)
    if not any(context.peer_is_scu for context in contexts):
        raise Trouble(f"it offers C-GET, and refuses the role that lets {name} come back", "get-role-refused", sop_class=name)


def _asked(visit: Visit, talk: Talk, root: RootName) -> Answer:
    test_object = visit.test_object
    assert test_object is not None, "the step is skipped without one"
    asked = Question(At.IMAGE, root, keys_of(test_object, At.IMAGE, root))
    sop_class = asked.sop_class("get")
    context = talk.contexts(sop_class)[0]
    command = Command(field=CommandField.C_GET_RQ, affected_sop_class_uid=sop_class, priority=0)
    data = asked.identifier(context.transfer_syntax)
    return list(talk.ask(context, command, data, visit.patience.retrieve, "C-GET of the test image"))[-1]


def _judged(visit: Visit, answer: Answer, kept: Kept) -> Step:
    test_object = visit.test_object
    assert test_object is not None, "the step is skipped without one"
    counts = answer.command
    facts: dict[str, Any] = {
        "status": f"{answer.status:04X}",
        "completed": counts.completed,
        "failed": counts.failed,
        "milliseconds": answer.milliseconds,
    }
    data = kept.wait_for(test_object.sop_instance_uid, 0.0)
    if data is not None:
        facts["transfer_syntax"] = kept.transfer_syntax
        if test_object.came_back is None:
            test_object.came_back, test_object.came_back_in = data, kept.transfer_syntax
        words = f"it came in {transfer_syntax.name_of(kept.transfer_syntax)}, {answer.milliseconds:.0f} ms"
        return Step(Layer.GET, Outcome.PASSED, words, facts=facts)
    said = signs.said("get", answer.status, counts.error_comment, visit.product)
    short = signs.brief("get", answer.status, counts.error_comment, visit.product)
    told = {"said": said, "completed": str(counts.completed or 0), "failed": str(counts.failed or 0)}
    outcome = Outcome.FAILED if test_object.came_back is None else Outcome.WARNED
    if outcome is Outcome.WARNED:
        visit.remarks.append(f"C-GET does not work there, while C-MOVE does: {said}")
    if kind_of(answer.status) in (Kind.FAILURE, Kind.CANCEL, Kind.WARNING):
        sign = signs.of_status("get", answer.status, **told)
        return Step(Layer.GET, outcome, f"it answers {short}", facts=facts, sign=sign)
    return Step(Layer.GET, outcome, "it says that it is done, and nothing came", facts=facts, sign=Sign("get-nothing", told))
