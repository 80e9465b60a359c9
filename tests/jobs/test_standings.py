"""What we know of the nodes: how they stand, since when, and what changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from isocenter.base.clock import FixedClock
from isocenter.base.limits import ECHO_ANSWERS_MAX, NODE_EVENTS_MAX
from isocenter.jobs.echoing import Echo, Echoed
from isocenter.jobs.standings import Standings, Verdict, median
from isocenter.model.records import AssociationSummary, Node

CT = Node("CT room 2", "CT2", "10.0.0.7")
ANSWERED = Echoed(Echo.ANSWERED, "it is there", 4.0, "1.2.3", "OFFIS_366", 16384)
SILENT = Echoed(Echo.LOST, "CT2: no connection to 10.0.0.7:104: timed out", 5000.0)
CLOSED = Echoed(Echo.LOST, "CT2: no connection to 10.0.0.7:104: connection refused", 1.0, nobody_listens=True)


def refused(source: int, reason: int) -> Echoed:
    return Echoed(Echo.REJECTED, "CT2 (10.0.0.7:104): rejected", 2.0, refusal=(1, source, reason))


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def known(clock):
    return Standings(clock)


def call(node: str, clock, **more) -> AssociationSummary:
    return AssociationSummary("1", "CT2", "ISOCENTER", "10.0.0.7", clock.now(), node=node, ended=clock.now(), **more)


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (ANSWERED, Verdict.ANSWERS),
        (SILENT, Verdict.SILENT),
        (CLOSED, Verdict.PORT_CLOSED),
        (refused(1, 3), Verdict.REFUSES_OURS),
        (refused(1, 7), Verdict.REFUSES_ITS_OWN),
        (refused(3, 2), Verdict.REFUSES),
        (Echoed(Echo.FAILED, "no context", 2.0), Verdict.NO_ECHO),
    ],
)
def test_the_last_echo_says_how_a_node_stands(known, outcome, verdict):
    assert known.standing(CT).verdict is Verdict.UNASKED
    known.note(CT, outcome)
    assert known.standing(CT).verdict is verdict


def test_one_that_only_calls_and_never_listened_is_not_called_silent(known, clock):
    known.note(CT, CLOSED)
    known.heard(call(CT.name, clock, instances={"1.2": 3}))
    assert known.standing(CT).verdict is Verdict.NOT_LISTENING
    known.note(CT, ANSWERED)
    known.note(CT, CLOSED)
    assert known.standing(CT).verdict is Verdict.PORT_CLOSED


def test_an_entry_for_many_devices_cannot_be_asked(known):
    assert known.standing(Node("all", "CT*", "10.0.0.0/8")).verdict is Verdict.ONLY_CALLS


def test_since_when_it_stands_so_is_the_first_of_the_same_answers(known, clock):
    known.note(CT, ANSWERED)
    clock.advance(300)
    went = clock.now()
    known.note(CT, SILENT)
    clock.advance(161)
    known.note(CT, SILENT)
    assert known.standing(CT).since == went
    assert known.standing(CT).asked == went + timedelta(seconds=161)
    known.note(CT, ANSWERED)
    back, away = known.story(CT).events
    assert (back.words, back.is_good) == ("came back after 2 min 41 s", True)
    assert (away.words, away.is_good) == ("does not answer: no connection to 10.0.0.7:104: timed out", False)


def test_a_refusal_is_told_with_its_numbers(known):
    known.note(CT, refused(1, 3))
    assert known.story(CT).events[0].words == "refuses: calling AE title not recognized (result 1, source 1, reason 3)"


def test_another_software_is_told_for_a_day(known, clock):
    known.note(CT, ANSWERED)
    known.note(CT, Echoed(Echo.ANSWERED, "", 4.0, "1.2.3", "OFFIS_367", 16384))
    assert known.standing(CT).verdict is Verdict.CHANGED
    assert known.story(CT).events[0].words == "is OFFIS_367 now, was OFFIS_366"
    clock.advance(24 * 3600)
    assert known.standing(CT).verdict is Verdict.ANSWERS


def test_a_day_is_shown_in_equal_parts_with_the_median_of_each(known, clock):
    known.note(CT, ANSWERED)
    clock.advance(12 * 3600)
    for milliseconds in (9.0, 1.0, 5.0):
        known.note(CT, Echoed(Echo.ANSWERED, "", milliseconds))
    known.note(CT, SILENT)
    first, second = known.bars(CT, 2)
    assert (first.asked, first.failed, first.milliseconds) == (1, 0, 4.0)
    assert (second.asked, second.failed, second.milliseconds) == (4, 1, 5.0)
    clock.advance(13 * 3600)
    assert [bar.asked for bar in known.bars(CT, 2)] == [4, 0]


def test_a_node_that_moved_begins_anew(known):
    known.note(CT, SILENT)
    moved = Node(CT.name, CT.ae_title, "10.0.0.8")
    assert known.standing(moved).verdict is Verdict.UNASKED
    assert known.story(moved).answers == ()


def test_what_a_node_did_when_it_called_is_summed(known, clock):
    for _ in range(2):
        known.heard(call(CT.name, clock, instances={"1.2": 3, "1.3": 1}, sent=2, implementation_version_name="CTSIM"))
    calls = known.story(CT).calls
    assert (calls.count, calls.received, calls.sent, calls.implementation_version_name) == (2, 8, 4, "CTSIM")
    assert known.standing(CT).last_call == clock.now()


def test_whoever_is_no_node_leaves_no_record(known, clock):
    before = known.version
    known.heard(call("", clock))
    assert known.called({""}) == {}
    assert known.version > before


def test_nothing_grows_without_end(known):
    for number in range(ECHO_ANSWERS_MAX + 10):
        known.note(CT, ANSWERED if number % 2 else SILENT)
    story = known.story(CT)
    assert len(story.answers) == ECHO_ANSWERS_MAX
    assert len(story.events) == NODE_EVENTS_MAX
    known.keep_only(set())
    assert known.story(CT).answers == ()


def test_whoever_is_being_asked_is_busy_until_the_answer(known):
    with known.asking(CT):
        assert known.standing(CT).is_busy
    assert not known.standing(CT).is_busy


@pytest.mark.parametrize(("values", "middle"), [([], None), ([3.0], 3.0), ([9.0, 1.0, 2.0], 2.0)])
def test_the_median_is_the_middle_one(values, middle):
    assert median(values) == middle
