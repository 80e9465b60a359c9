"""What is usual of a node, and when something is other than that."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.limits import DRIFT_KEYS_MAX, DRIFT_OPEN_MAX, DRIFT_VALUES_MAX
from isocenter.jobs import drifting
from isocenter.jobs.drifting import Habits
from isocenter.standard.sop_class import CT_IMAGE

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLD, NEW = drifting.said("OFFIS_366", "1.2"), drifting.said("OFFIS_367", "1.2")
EXPLICIT, LOSSLESS = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.70"

ASPECTS = st.sampled_from(
    [drifting.IMPLEMENTATION, drifting.CALLER, drifting.ADDRESS, drifting.CALLED, drifting.CLASS, drifting.SYNTAX]
)
SEEN = st.lists(st.tuples(ASPECTS, st.text(max_size=8), st.integers(0, 10**6), st.sampled_from(["", CT_IMAGE, "9.9"])), max_size=40)


@given(SEEN, st.booleans())
def test_whatever_is_seen_is_kept_and_read_again_and_a_drift_never_equals_the_usual(seen, has_called):
    habits = Habits(NOON if has_called else None)
    for aspect, value, seconds, subject in seen:
        drift = habits.saw(aspect, value, NOON + timedelta(seconds=seconds), subject)
        assert drift is None or drift.was != drift.value or drift.aspect == drifting.CLASS
        assert drift is None or drift.words
    again = drifting.of_json(json.loads(json.dumps(drifting.as_json(habits))))
    assert again == habits
    for key in list(habits.open):
        assert habits.accept(key, NOON) is not None
    assert not habits.open
    assert habits.short == ""


def test_the_first_value_is_the_usual_one_and_another_is_told_once():
    habits = Habits()
    assert habits.saw(drifting.IMPLEMENTATION, OLD, NOON) is None
    drift = habits.saw(drifting.IMPLEMENTATION, NEW, NOON + HOUR)
    assert drift.words == "is OFFIS_367 now, was OFFIS_366"
    assert (drift.usual_since, drift.since, drift.origin) == (NOON, NOON + HOUR, "seen first")
    assert habits.saw(drifting.IMPLEMENTATION, NEW, NOON + 2 * HOUR) is None
    assert habits.open["implementation"].last == NOON + 2 * HOUR
    assert habits.short == "new version"


def test_it_is_over_when_the_usual_comes_back_and_the_other_stays_away():
    habits = Habits()
    habits.saw(drifting.ADDRESS, "10.0.0.31", NOON)
    assert habits.saw(drifting.ADDRESS, "10.0.0.88", NOON).words == "its title called from 10.0.0.88; it is known at 10.0.0.31"
    habits.saw(drifting.ADDRESS, "10.0.0.31", NOON + HOUR)
    assert habits.open
    assert habits.saw(drifting.ADDRESS, "10.0.0.88", NOON + HOUR) is None
    habits.saw(drifting.ADDRESS, "10.0.0.31", NOON + 2.5 * HOUR)
    assert not habits.open


def test_what_is_taken_as_meant_is_usual_from_then_on():
    habits = Habits()
    habits.saw(drifting.IMPLEMENTATION, OLD, NOON)
    habits.saw(drifting.IMPLEMENTATION, NEW, NOON)
    habits.accept("implementation", NOON)
    assert habits.saw(drifting.IMPLEMENTATION, NEW, NOON) is None
    assert habits.saw(drifting.IMPLEMENTATION, OLD, NOON) is not None
    assert habits.accept("nothing", NOON) is None


def test_a_second_title_that_is_meant_so_is_usual_beside_the_first():
    habits = Habits()
    habits.saw(drifting.CALLED, "ISOCENTER", NOON)
    assert habits.saw(drifting.CALLED, "ISO_TEACHING", NOON).words == "calls us ISO_TEACHING now, was ISOCENTER"
    habits.accept("called", NOON)
    for title in ("ISOCENTER", "ISO_TEACHING"):
        assert habits.saw(drifting.CALLED, title, NOON) is None


def test_a_scanner_may_call_with_several_programs_which_are_learned_for_a_day():
    habits = Habits(NOON)
    for program in "abc":
        assert habits.saw(drifting.CALLER, program, NOON + HOUR) is None
    assert habits.saw(drifting.CALLER, "a", NOON + 30 * HOUR) is None
    assert habits.saw(drifting.CALLER, "d", NOON + 30 * HOUR).words == "calls as d now, was c"
    habits.accept("caller", NOON + 31 * HOUR)
    assert habits.saw(drifting.CALLER, "b", NOON + 31 * HOUR) is None


def test_a_class_that_it_never_asked_for_is_told_after_the_first_day():
    habits = Habits(NOON)
    assert habits.saw(drifting.CLASS, "asked", NOON + HOUR, CT_IMAGE) is None
    assert habits.saw(drifting.CLASS, "asked", NOON + 30 * HOUR, CT_IMAGE) is None
    drift = habits.saw(drifting.CLASS, "asked", NOON + 30 * HOUR, "1.2.840.10008.5.1.4.1.1.2.1")
    assert drift.words == "asks for Enhanced CT Image Storage now, which it never did"


def test_another_syntax_of_the_same_class_is_told_in_words():
    habits = Habits(NOON)
    habits.saw(drifting.SYNTAX, EXPLICIT, NOON, CT_IMAGE)
    drift = habits.saw(drifting.SYNTAX, LOSSLESS, NOON + 30 * HOUR, CT_IMAGE)
    assert drift.words.startswith("sends CT Image Storage as JPEG Lossless")
    assert drift.words.endswith("was Explicit VR Little Endian")


def test_a_report_is_compared_with_the_first_one_where_both_asked():
    habits = Habits()
    assert habits.reported(NOON, {f"{CT_IMAGE} {EXPLICIT}": True, f"{CT_IMAGE} {LOSSLESS}": True}) is None
    assert habits.reported(NOON + HOUR, {f"{CT_IMAGE} {EXPLICIT}": True, "9.9 1.2": True}) is None
    drift = habits.reported(NOON + 2 * HOUR, {f"{CT_IMAGE} {LOSSLESS}": False, "9.9 1.2": True})
    assert drift.words.startswith("no longer takes CT Image Storage in JPEG Lossless")
    assert drift.origin == "commissioned"
    habits.accept("contexts", NOON + 3 * HOUR)
    assert habits.reported(NOON + 4 * HOUR, {f"{CT_IMAGE} {LOSSLESS}": False}) is None
    assert habits.reported(NOON + 5 * HOUR, {f"{CT_IMAGE} {LOSSLESS}": True}).words.startswith("takes now CT Image Storage")


def test_a_hundred_values_within_an_hour_are_told_once_and_the_latest_is_shown():
    habits = Habits()
    habits.saw(drifting.ADDRESS, "10.0.0.31", NOON)
    told = [habits.saw(drifting.ADDRESS, f"10.9.9.{number}", NOON + timedelta(seconds=number)) for number in range(100)]
    assert [drift is not None for drift in told] == [True] + 99 * [False]
    assert habits.open["address"].value == "10.9.9.99"
    assert habits.open["address"].since == NOON
    assert habits.saw(drifting.ADDRESS, "10.9.9.200", NOON + 3 * HOUR) is not None


def test_nothing_grows_without_end():
    habits = Habits(NOON)
    for number in range(DRIFT_KEYS_MAX + 20):
        habits.saw(drifting.SYNTAX, EXPLICIT, NOON, f"1.{number}")
    assert len(habits.usual) == DRIFT_KEYS_MAX
    for number in range(DRIFT_OPEN_MAX + 9):
        habits.saw(drifting.SYNTAX, LOSSLESS, NOON + 30 * HOUR, f"1.{number}")
    assert len(habits.open) == DRIFT_OPEN_MAX
    other = Habits(NOON)
    for number in range(DRIFT_VALUES_MAX + 9):
        other.saw(drifting.CALLER, str(number), NOON)
    assert len(other.usual["caller"].values) == DRIFT_VALUES_MAX
