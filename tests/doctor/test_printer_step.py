"""A printer is asked how it is; nothing is printed."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest
from tests.doctor.scripted import Peer, reply, visit_to

from isocenter.dimse.commands import CommandField
from isocenter.doctor.printer_step import PRINTER, PRINTER_INSTANCE, printer
from isocenter.model.checkup import Outcome


@contextlib.contextmanager
def a_printer(answer: dict[str, str] | None, status: int = 0, asked: list | None = None):
    def serve(request):
        if asked is not None:
            asked.append(request.command)
        made = reply(request, status, answer)
        yield dataclasses.replace(made, command=dataclasses.replace(made.command, field=CommandField.N_GET_RSP))

    peer = Peer(serve)
    try:
        yield peer
    finally:
        peer.close()


def test_its_state_is_asked_for_and_nothing_else():
    asked: list = []
    with a_printer({"PrinterStatus": "NORMAL", "Manufacturer": "ACME", "ManufacturerModelName": "Film 1"}, asked=asked) as peer:
        step = printer(visit_to(peer.node))
    assert (step.outcome, step.words) == (Outcome.PASSED, "ACME Film 1 says NORMAL")
    assert {(one.field, one.requested_sop_class_uid, one.requested_sop_instance_uid) for one in asked} == {
        (CommandField.N_GET_RQ, PRINTER, PRINTER_INSTANCE)
    }
    assert asked[0].attribute_identifiers == (0x21100010, 0x21100020)


def test_a_printer_that_knows_its_state_and_nothing_else_passes():
    def serve(request):
        known = set(request.command.attribute_identifiers) <= {0x21100010, 0x21100020}
        made = reply(request, 0 if known else 0x0105, {"PrinterStatus": "NORMAL"} if known else None)
        yield dataclasses.replace(made, command=dataclasses.replace(made.command, field=CommandField.N_GET_RSP))

    with contextlib.closing(Peer(serve)) as peer:
        step = printer(visit_to(peer.node))
    assert (step.outcome, step.words) == (Outcome.PASSED, "the printer says NORMAL")


@pytest.mark.parametrize(
    ("state", "outcome", "code"),
    [("WARNING", Outcome.WARNED, "printer-warning"), ("FAILURE", Outcome.FAILED, "printer-failure"), ("", Outcome.PASSED, None)],
)
def test_its_state_is_the_outcome(state, outcome, code):
    with a_printer({"PrinterStatus": state, "PrinterStatusInfo": "SUPPLY EMPTY"}) as peer:
        step = printer(visit_to(peer.node))
    assert (step.outcome, step.sign.code if step.sign else None) == (outcome, code)
    if code:
        assert step.sign.facts == {"state": state, "info": "SUPPLY EMPTY"}


@pytest.mark.parametrize(("status", "code"), [(0x0112, "print-0112"), (0xC000, "print-Cxxx"), (0x0211, "print-failed")])
def test_a_failing_status_is_the_sign(status, code):
    with a_printer(None, status) as peer:
        step = printer(visit_to(peer.node))
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, code)


def test_what_is_no_printer_refuses():
    with a_printer(None) as peer:
        peer.syntaxes = lambda uid: ()
        step = printer(visit_to(peer.node))
    assert step.sign.code == "print-class-refused"
