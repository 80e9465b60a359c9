"""C-STORE of the test object, of the class that the device will send (PS3.4 B, PS3.7 9.1.1).

Comes in: a visit that may store. Goes out: a step, and the `TestObject` in the visit once it may lie there. Each syntax that we can
write has a context of its own, so that a refused class and a refused syntax are told apart. After it an echo on the same
association shows whether the receiver hangs up after each image.
"""

from __future__ import annotations

from typing import Any

from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import AgreedContext
from isocenter.doctor import signs
from isocenter.doctor.talk import Answer, Talk, Tape, Trouble, opened, proposed, refused, step_of
from isocenter.doctor.visit import Visit
from isocenter.model.checkup import Layer, Outcome, Sign, Step
from isocenter.net.requestor import Proposal
from isocenter.standard import transfer_syntax
from isocenter.standard.sop_class import VERIFICATION, name_of
from isocenter.standard.status import Kind, kind_of
from isocenter.wire.pdu import ProposedContext


def store(visit: Visit) -> Step:
    """Send one test object."""
    if not visit.consent.store:
        return Step(Layer.STORE, Outcome.SKIPPED, "no test object is sent, because that was not allowed")
    return step_of(Layer.STORE, visit, _store)


def _store(visit: Visit, tape: Tape) -> Step:
    from isocenter.doctor.test_object import KINDS, SYNTAXES, made, written

    test_object, data_set = made(visit)
    name = name_of(test_object.sop_class_uid).removesuffix(" Storage")
    proposal = _proposal(test_object.sop_class_uid, SYNTAXES)
    with opened(visit, proposal, tape, "store") as talk:
        contexts = talk.contexts(test_object.sop_class_uid)
        if not contexts:
            raise refused(proposal, talk.accept, "store")
        context = contexts[0]
        test_object.transfer_syntax = context.transfer_syntax
        test_object.data_set = written(data_set, context.transfer_syntax)
        # From here on it may lie there, whatever is answered.
        visit.test_object = test_object
        answer = _send(visit, talk, context)
        facts = _facts(visit, contexts, answer, is_exact=test_object.sop_class_uid in KINDS)
        if kind_of(answer.status) is Kind.FAILURE or kind_of(answer.status) is Kind.CANCEL:
            return _failed(visit, answer, facts)
        test_object.is_stored = True
        ended = _still_there(visit, talk)
    return _done(visit, name, answer, ended, facts)


def _proposal(sop_class_uid: str, syntaxes: tuple[str, ...]) -> Proposal:
    own = proposed(sop_class_uid, syntaxes=syntaxes).contexts
    echo = proposed(VERIFICATION).contexts[0]
    return Proposal((*own, ProposedContext(2 * len(own) + 1, VERIFICATION, echo.transfer_syntaxes)))


def _send(visit: Visit, talk: Talk, context: AgreedContext) -> Answer:
    test_object = visit.test_object
    assert test_object is not None, "it was made above"
    command = Command(
        field=CommandField.C_STORE_RQ,
        affected_sop_class_uid=test_object.sop_class_uid,
        affected_sop_instance_uid=test_object.sop_instance_uid,
        priority=0,
    )
    what = f"C-STORE of a {name_of(test_object.sop_class_uid)}, {transfer_syntax.name_of(context.transfer_syntax)}"
    return list(talk.ask(context, command, test_object.data_set, visit.patience.response, what))[-1]


def _facts(visit: Visit, contexts: list[AgreedContext], answer: Answer, *, is_exact: bool) -> dict[str, Any]:
    test_object = visit.test_object
    assert test_object is not None, "it was sent above"
    return {
        "sop_class_uid": test_object.sop_class_uid,
        "sop_instance_uid": test_object.sop_instance_uid,
        "study_instance_uid": test_object.study_instance_uid,
        "transfer_syntax": test_object.transfer_syntax,
        "accepted_syntaxes": [context.transfer_syntax for context in contexts],
        "bytes": len(test_object.data_set),
        "status": f"{answer.status:04X}",
        "milliseconds": answer.milliseconds,
        "follows_its_class": is_exact,
    }


def _failed(visit: Visit, answer: Answer, facts: dict[str, Any]) -> Step:
    said = signs.said("store", answer.status, answer.command.error_comment, visit.product)
    short = signs.brief("store", answer.status, answer.command.error_comment, visit.product)
    sign = signs.of_status("store", answer.status, said=said)
    return Step(Layer.STORE, Outcome.FAILED, f"it answers {short}", facts=facts, sign=sign)


def _still_there(visit: Visit, talk: Talk) -> Trouble | None:
    """How the association ended after the image, where it did; None while it lasts."""
    contexts = talk.contexts(VERIFICATION)
    if not contexts:
        return None
    command = Command(field=CommandField.C_ECHO_RQ, affected_sop_class_uid=VERIFICATION)
    try:
        list(talk.ask(contexts[0], command, None, visit.patience.response, "C-ECHO after it"))
    except Trouble as trouble:
        return trouble
    return None


def _done(visit: Visit, name: str, answer: Answer, ended: Trouble | None, facts: dict[str, Any]) -> Step:
    test_object = visit.test_object
    assert test_object is not None, "it was sent above"
    syntax = transfer_syntax.name_of(test_object.transfer_syntax)
    words = f"the test object, {name} in {syntax}, was taken in {answer.milliseconds:.0f} ms"
    if not facts["follows_its_class"]:
        visit.remarks.append(f"The test object has the UID of {name} and the contents of a secondary capture.")
    if kind_of(answer.status) is Kind.WARNING:
        said = signs.said("store", answer.status, answer.command.error_comment, visit.product)
        visit.remarks.append(f"It stores with a warning: {said} A sender that takes this for a failure stops or sends again.")
        return Step(
            Layer.STORE, Outcome.WARNED, f"{words}, with a warning: {said}", facts=facts, sign=Sign("store-warning", {"said": said})
        )
    if ended is not None:
        visit.remarks.append(
            "It ends the association after an image: each image costs a new one, and some senders take that for a failure."
        )
        sign = Sign("store-one-image", {"why": str(ended)})
        return Step(Layer.STORE, Outcome.WARNED, f"{words}, and then the association ended: {ended}", facts=facts, sign=sign)
    return Step(Layer.STORE, Outcome.PASSED, words, facts=facts)
