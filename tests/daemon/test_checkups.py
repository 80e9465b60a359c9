"""Checkups run beside everything else: one a node, a few at once, ended when asked, and never lost by the doctor's own mistake."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from isocenter.base.clock import SystemClock
from isocenter.base.errors import LocalError
from isocenter.base.limits import CHECKUPS_AT_ONCE_MAX, CHECKUPS_KEPT_MAX
from isocenter.daemon.checkups import Checkups
from isocenter.model.checkup import Checkup, Layer, Outcome, Role, Step
from isocenter.model.records import Node
from isocenter.standard.sop_class import CT_IMAGE
from isocenter.web.clinic import CheckupAsked

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def asked(name: str = "CT") -> CheckupAsked:
    return CheckupAsked(Node(name, name, "10.0.0.7"), Role.ARCHIVE, CT_IMAGE, frozenset())


def begun(name: str) -> Checkup:
    return Checkup(
        f"token of {name}", name, name, "10.0.0.7", 104, Role.ARCHIVE, "ISOCENTER", "", 11112, MOMENT, steps=(Step(Layer.NAME),)
    )


class Climber:
    """A doctor who takes one step whenever it is let."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.done = threading.Semaphore(0)

    def __call__(self, asked, stopped, tell) -> None:
        checkup = begun(asked.node.name)
        tell(checkup)
        self.go.wait(10)
        if not stopped.is_set():
            checkup = replace(checkup, steps=(Step(Layer.NAME, Outcome.PASSED),))
        tell(replace(checkup, ended=MOMENT))
        self.done.release()

    def finish(self, count: int = 1) -> None:
        self.go.set()
        for _ in range(count):
            assert self.done.acquire(timeout=10)


@pytest.fixture
def climber():
    climber = Climber()
    yield climber
    climber.go.set()


@pytest.fixture
def checkups(climber):
    return Checkups(climber, SystemClock())


def test_the_answer_to_a_start_is_the_checkup_before_its_first_step(checkups, climber):
    checkup = checkups.start(asked())
    assert (checkup.node, checkup.ended, checkup.steps[0].outcome) == ("CT", None, Outcome.UNTRIED)
    assert checkups.one(checkup.token) == checkup
    climber.finish()
    assert checkups.one(checkup.token).steps[0].outcome is Outcome.PASSED
    assert [one.node for one in checkups.all()] == ["CT"]


def test_a_node_is_not_examined_twice_at_once_and_can_be_again(checkups, climber):
    checkups.start(asked())
    with pytest.raises(LocalError, match="CT is being examined already"):
        checkups.start(asked())
    climber.finish()
    checkups.start(asked())
    climber.finish()
    assert len(checkups.all()) == 1


def test_the_one_before_can_still_be_asked_for_while_the_next_begins():
    numbers = iter(range(10))

    def numbered(asked, stopped, tell):
        tell(replace(begun("CT"), token=f"{next(numbers)}", ended=MOMENT))

    checkups = Checkups(numbered, SystemClock())
    for _ in range(3):
        checkups.start(asked())
    assert [one.token for one in checkups.all()] == ["2"]
    assert [one and one.token for one in map(checkups.one, "0123")] == [None, "1", "2", None]


def test_no_more_than_a_few_are_under_way(checkups, climber):
    for number in range(CHECKUPS_AT_ONCE_MAX):
        checkups.start(asked(f"CT{number}"))
    with pytest.raises(LocalError, match="under way"):
        checkups.start(asked("ONE MORE"))
    climber.finish(CHECKUPS_AT_ONCE_MAX)
    assert [one.node for one in checkups.all()] == ["CT2", "CT1", "CT0"]


def test_one_that_is_cancelled_ends_after_its_step_and_only_once(checkups, climber):
    token = checkups.start(asked()).token
    assert checkups.cancel(token)
    climber.finish()
    assert checkups.one(token).steps[0].outcome is Outcome.UNTRIED
    assert not checkups.cancel(token)
    assert not checkups.cancel("another")


def test_a_reader_is_told_what_has_changed_since_it_looked(checkups, climber):
    before = checkups.version
    checkups.start(asked())
    middle = checkups.version
    assert [one.ended for one in checkups.changed_since(before)] == [None]
    climber.finish()
    assert [one.ended for one in checkups.changed_since(middle)] == [MOMENT]
    assert checkups.changed_since(checkups.version) == []


def test_a_doctor_that_stumbles_keeps_what_it_found_and_frees_the_node():
    def stumbling(asked, stopped, tell):
        tell(begun(asked.node.name))
        raise ZeroDivisionError

    checkups = Checkups(stumbling, SystemClock())
    token = checkups.start(asked()).token
    for thread in threading.enumerate():
        if thread.name == "checkup of CT":
            thread.join(10)
    found = checkups.one(token)
    assert found.ended is not None
    assert "fault of this program" in found.remarks[-1]
    checkups.start(asked())


def test_a_doctor_that_never_begins_is_an_error_and_frees_the_node():
    def broken(asked, stopped, tell):
        raise ImportError("no doctor")

    checkups = Checkups(broken, SystemClock())
    for _ in range(CHECKUPS_AT_ONCE_MAX + 1):
        with pytest.raises(LocalError, match="the log says why"):
            checkups.start(asked())
    assert checkups.all() == []


def test_the_oldest_that_are_over_are_forgotten(checkups, climber):
    climber.go.set()
    for number in range(CHECKUPS_KEPT_MAX + 5):
        checkups.start(asked(f"CT{number}"))
        assert climber.done.acquire(timeout=10)
    kept = [one.node for one in checkups.all()]
    assert len(kept) == CHECKUPS_KEPT_MAX
    assert kept[0] == f"CT{CHECKUPS_KEPT_MAX + 4}"


def test_closing_stops_what_is_under_way(checkups, climber):
    token = checkups.start(asked()).token
    checkups.close()
    climber.finish()
    assert checkups.one(token).steps[0].outcome is Outcome.UNTRIED
