"""The house call: steps joined, and what was heard at our own door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from tests.doctor.doors import accepting, door

import isocenter.doctor
from isocenter.base.clock import SystemClock
from isocenter.doctor import clinic
from isocenter.doctor.checkup import PLANS
from isocenter.jobs.searching import Call
from isocenter.model.checkup import Layer, Outcome, Role
from isocenter.model.records import Node, RejectedCaller

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
MINUTES = count()


def caller(calling, called, address):
    moment = MOMENT + timedelta(minutes=next(MINUTES))
    return RejectedCaller(calling, called, address, "", "", (), "", moment, moment)


def call_to(host, port=104):
    return Call(Node("pacs", "PACS", host, port), "ISOCENTER")


def test_every_layer_of_every_plan_has_a_room_with_its_step():
    joined = clinic.steps()
    assert set(joined) == set(Layer)
    assert all(layer in joined for plan in PLANS.values() for layer in plan)
    rooms = {room.stem for room in Path(isocenter.doctor.__file__).parent.glob("*.py")}
    assert {room for room, _ in clinic._STEPS.values()} <= rooms


def test_titles_are_heard_from_the_nodes_own_address_only_the_latest_first():
    callers = [
        caller("PACS", "ISOCENTRE", "10.0.0.7"),
        caller("PACS_1", "ISOCENTER", "10.0.0.7"),
        caller("STRANGER", "SOMETHING", "10.0.0.8"),
        caller("PACS", "ISO", "::ffff:10.0.0.7"),
    ]
    assert clinic.heard(call_to("10.0.0.7"), callers) == (("ISO", "ISOCENTRE"), ("PACS_1",))
    assert clinic.heard(call_to("pacs.example"), callers) == ((), ())


def test_a_visit_calls_under_the_title_of_the_call():
    visit = clinic.visit(call_to("127.0.0.1"), Role.WORKSTATION, 11112, clock=SystemClock())
    assert (visit.own_ae_title, visit.own_port, visit.role) == ("ISOCENTER", 11112, Role.WORKSTATION)


def test_a_checkup_is_told_step_by_step_and_stops_at_the_first_fault():
    told = []
    with door(accepting(lambda uid, syntax: 3)) as port:
        visit = clinic.visit(call_to("127.0.0.1", port), Role.MODALITY, 11112)
        checkup = clinic.run(visit, told.append)
    assert checkup.verdict.layer is Layer.CONTEXTS
    assert checkup.step(Layer.ECHO).outcome is Outcome.UNTRIED
    assert checkup.ended is not None
    assert len(told) >= 7


def test_a_pause_ends_when_it_is_stopped():
    clinic.pause(3600, lambda: True)
