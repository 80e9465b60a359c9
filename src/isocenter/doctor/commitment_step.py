"""Storage commitment of the test object (PS3.4 J.3): does the archive vouch for it, on this association or on a new one?

Comes in: a visit with a stored test object, and our listener where there is one. Goes out: a step. The report may come on the
association that asked, or on a new one that the archive opens to us with the roles reversed (PS3.4 J.3.3.1); both are waited for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from isocenter.base.errors import UsageError
from isocenter.base.ids import new_uid
from isocenter.base.limits import CHECKUP_CALLERS_MAX
from isocenter.dataset import identifier
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import Reply, Request
from isocenter.doctor import signs
from isocenter.doctor.move_step import callers_of
from isocenter.doctor.talk import Answer, Talk, Tape, Trouble, opened, proposed, step_of
from isocenter.doctor.visit import Arrivals, TestObject, Visit, patiently
from isocenter.model.checkup import Layer, Outcome, Sign, Step
from isocenter.net.commitment_reports import CommitmentReport
from isocenter.net.messages import Message, refusal
from isocenter.net.requestor import Proposal
from isocenter.net.return_listener import NOTHING_ACCEPTED, TURNED_AWAY, reported
from isocenter.standard.sop_class import STORAGE_COMMITMENT_PUSH, STORAGE_COMMITMENT_PUSH_INSTANCE
from isocenter.standard.status import UNRECOGNIZED_OPERATION, Kind, kind_of, status_of

_SAME_ASSOCIATION_SECONDS = 3.0
"""Of the patience, spent on the association that asked; archives that report there do so at once."""
_LOOK_SECONDS = 0.05
_REFUSED = (TURNED_AWAY, NOTHING_ACCEPTED)
_TRANSACTION_UID, _REFERENCED = 0x00081195, 0x00081199
_CLASS, _INSTANCE = 0x00081150, 0x00081155


def commitment(visit: Visit) -> Step:
    """Ask the archive to vouch for the test object."""
    if visit.test_object is None or not visit.test_object.is_stored:
        return Step(Layer.COMMITMENT, Outcome.SKIPPED, "nothing was stored that could be vouched for")
    return step_of(Layer.COMMITMENT, visit, _commitment)


def _commitment(visit: Visit, tape: Tape) -> Step:
    test_object = visit.test_object
    assert test_object is not None, "the step is skipped without one"
    transaction, proposal = new_uid(), proposed(STORAGE_COMMITMENT_PUSH)
    here: list[CommitmentReport] = []
    with ExitStack() as stack:
        arrivals = _way_back(visit, stack)
        with _association(visit, proposal, tape) as talk:
            talk.asked = lambda message: _noted(message, here, talk)
            answer = _asked(visit, talk, test_object, transaction)
            if kind_of(answer.status) is Kind.FAILURE:
                return _failed(visit, answer)
            report = _first(visit, talk, here, arrivals, transaction)
        if report is None and not here and arrivals is not None:
            report = patiently(visit, lambda seconds: arrivals.wait_for_report(transaction, seconds), visit.patience.commitment)
        report, on = (here[0], "the same association") if here else (report, "a new association")
        callers = [list(caller) for caller in callers_of(visit, arrivals)] if arrivals is not None else []
    if report is None and arrivals is None:
        words = "it takes the request; whether it reports was not tested, because no port of ours was open for it"
        return Step(Layer.COMMITMENT, Outcome.WARNED, words, facts={"transaction_uid": transaction})
    return _judged(visit, transaction, report, on, callers)


def _way_back(visit: Visit, stack: ExitStack) -> Arrivals | None:
    """Our listener, open; None where there is none, or a report would not reach it."""
    if visit.return_path is None:
        return None
    try:
        arrivals = stack.enter_context(visit.return_path.opened())
    except UsageError:
        return None
    return arrivals if arrivals.takes_reports else None


@contextmanager
def _association(visit: Visit, proposal: Proposal, tape: Tape) -> Iterator[Talk]:
    """An association for it. Many archives do not offer it; that is told and is no failure."""
    try:
        with opened(visit, proposal, tape, "commit") as talk:
            yield talk
    except Trouble as trouble:
        if trouble.sign.code == "commit-class-refused":
            trouble.outcome = Outcome.WARNED
            visit.remarks.append("It offers no storage commitment: a modality that insists on it needs that switched off.")
        raise


def _asked(visit: Visit, talk: Talk, test_object: TestObject, transaction: str) -> Answer:
    context = talk.contexts(STORAGE_COMMITMENT_PUSH)[0]
    command = Command(
        field=CommandField.N_ACTION_RQ,
        requested_sop_class_uid=STORAGE_COMMITMENT_PUSH,
        requested_sop_instance_uid=STORAGE_COMMITMENT_PUSH_INSTANCE,
        action_type_id=1,
    )
    referenced: list[dict[int, identifier.Value]] = [{_CLASS: test_object.sop_class_uid, _INSTANCE: test_object.sop_instance_uid}]
    words: dict[int, identifier.Value] = {_TRANSACTION_UID: transaction, _REFERENCED: referenced}
    data = identifier.encode(words, context.transfer_syntax)
    return list(talk.ask(context, command, data, visit.patience.response, "N-ACTION: request for storage commitment"))[-1]


def _first(
    visit: Visit, talk: Talk, here: list[CommitmentReport], arrivals: Arrivals | None, transaction: str
) -> CommitmentReport | None:
    """Keep the association that asked open for a while: the first report, wherever it comes. One on it is put into `here`."""
    until = visit.clock.monotonic() + min(_SAME_ASSOCIATION_SECONDS, visit.patience.commitment)
    while not here and visit.clock.monotonic() < until and not visit.is_stopped():
        if arrivals is None:
            talk.listen(max(0.0, until - visit.clock.monotonic()))
        elif (report := arrivals.wait_for_report(transaction, _LOOK_SECONDS)) is not None:
            return report
        else:
            talk.look()
    return None


def _noted(message: Message, here: list[CommitmentReport], talk: Talk) -> Reply:
    """A report on the association that asked."""
    if message.command.field != CommandField.N_EVENT_REPORT_RQ:
        return refusal(message, UNRECOGNIZED_OPERATION, "only a report of storage commitment is served here")
    request = Request(message.context, message.command, message.identifier, talk.requestor.messages.caller)
    report, reply = reported(request)
    if report is not None and len(here) < CHECKUP_CALLERS_MAX:
        here.append(report)
    return reply


def _failed(visit: Visit, answer: Answer) -> Step:
    said = signs.said("commitment", answer.status, answer.command.error_comment, visit.product)
    sign = signs.of_status("commit", answer.status, said=said)
    return Step(Layer.COMMITMENT, Outcome.FAILED, f"it answers {said.rstrip('.')}", sign=sign)


def _judged(visit: Visit, transaction: str, report: CommitmentReport | None, on: str, callers: list[list[str]]) -> Step:
    test_object = visit.test_object
    assert test_object is not None, "the step is skipped without one"
    facts: dict[str, Any] = {"transaction_uid": transaction, "callers": callers}
    if report is None:
        rejected = next((one for one in callers if one[3].startswith(_REFUSED)), None)
        if rejected is not None:
            sign = Sign("commit-report-rejected", {"from_address": rejected[0], "calling": rejected[1], "why": rejected[3]})
            words = f"it takes the request, and when it came to report it was refused here: {rejected[3]}"
            return Step(Layer.COMMITMENT, Outcome.FAILED, words, facts=facts, sign=sign)
        seconds = f"{visit.patience.commitment:g}"
        words = f"it takes the request, and within {seconds} s no report came"
        return Step(Layer.COMMITMENT, Outcome.FAILED, words, facts=facts, sign=Sign("commit-no-report", {"seconds": seconds}))
    facts["reported_on"] = on
    _, committed, failed = report
    reasons = dict(failed)
    if test_object.sop_instance_uid in committed:
        return Step(Layer.COMMITMENT, Outcome.PASSED, f"it vouches for the object, on {on}", facts=facts)
    if test_object.sop_instance_uid in reasons:
        code = reasons[test_object.sop_instance_uid]
        row = status_of(code, "commitment")
        reason = f"{code:04X}" + (f", {row.meaning}" if row is not None else "")
        words = f"its report says failed: {reason}"
        return Step(Layer.COMMITMENT, Outcome.FAILED, words, facts=facts, sign=Sign("commit-report-failed", {"reason": reason}))
    return Step(
        Layer.COMMITMENT, Outcome.FAILED, "its report does not name the object", facts=facts, sign=Sign("commit-report-other")
    )
