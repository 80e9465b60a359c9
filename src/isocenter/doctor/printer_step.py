"""A printer is asked how it is (PS3.4 H.4.6): N-GET of its one well-known instance. Nothing is printed.

Comes in: a visit. Goes out: a step with its state, its name and its maker.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from isocenter.base.errors import UnreadableDataset
from isocenter.dataset import identifier
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import AgreedContext
from isocenter.doctor import signs
from isocenter.doctor.questions import value_of
from isocenter.doctor.talk import Answer, Talk, Tape, Trouble, opened, proposed, refused, step_of
from isocenter.doctor.visit import Visit
from isocenter.model.checkup import Layer, Outcome, Sign, Step
from isocenter.standard.sop_class import BASIC_COLOR_PRINT_MANAGEMENT, BASIC_GRAYSCALE_PRINT_MANAGEMENT
from isocenter.standard.status import Kind, kind_of

PRINTER: Final = "1.2.840.10008.5.1.1.16"
PRINTER_INSTANCE: Final = "1.2.840.10008.5.1.1.17"
_CLASSES = (BASIC_GRAYSCALE_PRINT_MANAGEMENT, BASIC_COLOR_PRINT_MANAGEMENT, PRINTER)
_STATE = {"printer_status": 0x21100010, "printer_status_info": 0x21100020}
"""What every printer tells (PS3.4 H.4.6.2.2)."""
_MORE = {
    "printer_name": 0x21100030,
    "manufacturer": 0x00080070,
    "model": 0x00081090,
    "serial_number": 0x00181000,
    "software": 0x00181020,
}
_SIGNS = {"WARNING": ("printer-warning", Outcome.WARNED), "FAILURE": ("printer-failure", Outcome.FAILED)}


def printer(visit: Visit) -> Step:
    """Ask the printer for its state."""
    return step_of(Layer.PRINTER, visit, _printer)


def _printer(visit: Visit, tape: Tape) -> Step:
    proposal = proposed(*_CLASSES)
    with opened(visit, proposal, tape, "print") as talk:
        context = next((context for uid in _CLASSES for context in talk.contexts(uid)), None)
        if context is None:
            raise refused(proposal, talk.accept, "print")
        offered = [uid for uid in _CLASSES if talk.contexts(uid)]
        answer = _asked(visit, talk, context, _STATE)
        if kind_of(answer.status) is Kind.FAILURE:
            said = signs.said("print", answer.status, answer.command.error_comment, visit.product)
            sign = signs.of_status("print", answer.status, said=said)
            return Step(Layer.PRINTER, Outcome.FAILED, f"it answers {said.rstrip('.')}", sign=sign)
        told = _told(answer, _STATE)
        # Each on its own: a printer that does not know one of them may refuse the whole question.
        for name, tag in _MORE.items():
            more = _asked(visit, talk, context, {name: tag})
            told |= _told(more, {name: tag}) if kind_of(more.status) is not Kind.FAILURE else {name: ""}
    return _judged(visit, told, offered)


def _asked(visit: Visit, talk: Talk, context: AgreedContext, attributes: Mapping[str, int]) -> Answer:
    command = Command(
        field=CommandField.N_GET_RQ,
        requested_sop_class_uid=PRINTER,
        requested_sop_instance_uid=PRINTER_INSTANCE,
        attribute_identifiers=tuple(sorted(attributes.values())),
    )
    return list(talk.ask(context, command, None, visit.patience.response, f"N-GET of the printer: {', '.join(attributes)}"))[-1]


def _told(answer: Answer, attributes: Mapping[str, int]) -> dict[str, str]:
    try:
        words = identifier.decode(answer.identifier, answer.transfer_syntax)
        return {name: value_of(words, tag) for name, tag in attributes.items()}
    except (UnreadableDataset, ValueError, TypeError) as error:
        raise Trouble(f"its answer cannot be read: {error}", "print-garbled", why=str(error)) from error


def _judged(visit: Visit, told: dict[str, str], offered: list[str]) -> Step:
    facts: dict[str, Any] = {**told, "classes": offered}
    name = " ".join(part for part in (told["manufacturer"], told["model"], told["printer_name"]) if part) or "the printer"
    state, info = told["printer_status"].upper(), told["printer_status_info"] or "no more is said"
    code, outcome = _SIGNS.get(state, ("", Outcome.PASSED))
    if code:
        words = f"{name} says {state}: {info}"
        if outcome is Outcome.WARNED:
            visit.remarks.append(f"The printer says {state}: {info}.")
        return Step(Layer.PRINTER, outcome, words, facts=facts, sign=Sign(code, {"state": state, "info": info}))
    return Step(Layer.PRINTER, Outcome.PASSED, f"{name} says {state or 'nothing of its state'}", facts=facts)
