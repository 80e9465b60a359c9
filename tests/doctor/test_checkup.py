"""The climb over steps made of paper: what is told, where it stops, what is done in any case."""

from __future__ import annotations

import pytest

from isocenter.base.clock import SystemClock
from isocenter.base.errors import UsageError
from isocenter.doctor.checkup import PLANS, examine
from isocenter.doctor.visit import Visit
from isocenter.model.checkup import Layer, Outcome, Role, Side, Step, Verdict
from isocenter.model.records import Node


def visit(role: Role = Role.ARCHIVE) -> Visit:
    return Visit(Node("pacs", "PACS", "10.0.0.5", 104), role, "ISOCENTER", 11112, SystemClock())


def steps(failing: Layer | None = None, climbed: list[Layer] | None = None):
    def step_of(layer: Layer):
        def step(_: Visit) -> Step:
            if climbed is not None:
                climbed.append(layer)
            return Step(layer, Outcome.FAILED if layer is failing else Outcome.PASSED, "seen")

        return step

    return {layer: step_of(layer) for layer in Layer}


def verdict_of(_: Visit, step: Step) -> Verdict:
    return Verdict(step.layer, Side.THEIRS, "It refuses.", "")


@pytest.mark.parametrize("role", Role)
def test_every_layer_of_the_role_is_climbed_in_order_where_nothing_fails(role):
    climbed: list[Layer] = []
    found = examine(visit(role), steps(climbed=climbed), verdict_of)
    assert tuple(climbed) == PLANS[role]
    assert found.verdict is None
    assert found.ended is not None
    assert {step.outcome for step in found.steps} == {Outcome.PASSED}


def test_the_climb_stops_at_the_first_layer_that_fails_and_leaves_the_rest_untried():
    climbed: list[Layer] = []
    found = examine(visit(), steps(Layer.TCP, climbed), verdict_of)
    assert climbed == [Layer.NAME, Layer.ROUTE, Layer.TCP, Layer.CLEAN_UP]
    assert found.verdict is not None
    assert found.verdict.layer is Layer.TCP
    assert found.step(Layer.TITLES).outcome is Outcome.UNTRIED


def test_what_was_put_there_is_cleaned_up_even_after_a_stop():
    examined = visit()
    climbed: list[Layer] = []
    examined.is_stopped = lambda: Layer.STORE in climbed
    found = examine(examined, steps(climbed=climbed), verdict_of)
    assert climbed[-2:] == [Layer.STORE, Layer.CLEAN_UP]
    assert found.is_stopped
    assert not found.is_whole
    assert examine(visit(), steps(), verdict_of).is_whole


def test_what_fails_because_it_was_stopped_blames_nobody():
    examined = visit()
    climbed: list[Layer] = []
    examined.is_stopped = lambda: Layer.TCP in climbed
    found = examine(examined, steps(Layer.TCP, climbed), verdict_of)
    step = found.step(Layer.TCP)
    assert (step.outcome, step.words, step.sign) == (Outcome.SKIPPED, "stopped by you", None)
    assert found.verdict is None
    assert climbed[-1] is Layer.CLEAN_UP


def test_a_fault_that_was_found_before_a_stop_keeps_its_verdict():
    examined = visit()
    climbed: list[Layer] = []
    examined.is_stopped = lambda: Layer.CLEAN_UP in climbed
    found = examine(examined, steps(Layer.TCP, climbed), verdict_of)
    assert found.verdict is not None
    assert found.step(Layer.TCP).outcome is Outcome.FAILED


def test_files_of_ours_that_went_meanwhile_are_our_side_s_fault():
    def without_files(_: Visit) -> Step:
        raise UsageError("TLS cannot use own.pem: No such file.")

    found = examine(visit(), steps() | {Layer.TITLES: without_files}, verdict_of)
    step = found.step(Layer.TITLES)
    assert (step.outcome, step.words) == (Outcome.FAILED, "TLS cannot use own.pem: No such file")
    assert step.sign is not None
    assert (step.sign.code, step.sign.facts["why"]) == ("own-error", step.words)


def test_each_step_is_told_as_soon_as_it_is_done():
    told = []
    examine(visit(), steps(Layer.ECHO), verdict_of, told.append)
    done = [sum(step.outcome is not Outcome.UNTRIED for step in checkup.steps) for checkup in told]
    assert done == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9]
    assert told[-2].ended is None
    assert told[-1].ended is not None
