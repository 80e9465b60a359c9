"""How often a node was there: hours become parts and percentages, and maintenance counts for nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.jobs.availability import mean, outages, parts, percentage, whole_hours
from isocenter.model.history import Hour, PastEvent

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hour(number: int, asked: int, answered: int, excused: int = 0, milliseconds: float = 0.0, slowest: float = 0.0) -> Hour:
    return Hour("CT", NOON + number * HOUR, asked, answered, excused, milliseconds, slowest)


def counted(number, asked, share, excused):
    answered = int(asked * share)
    return hour(number, asked, answered, min(excused, asked - answered), answered * 4.0, 4.0 if answered else 0.0)


HOURS = st.lists(st.builds(counted, st.integers(0, 200), st.integers(1, 60), st.floats(0, 1), st.integers(0, 9)),
                 unique_by=lambda one: one.hour)  # fmt: skip


@given(HOURS, st.integers(1, 60))
def test_no_echo_is_lost_between_the_parts(hours, count):
    shown = parts(hours, NOON, NOON + 201 * HOUR, count)
    assert len(shown) == count
    for name in ("asked", "answered", "excused"):
        assert sum(getattr(part, name) for part in shown) == sum(getattr(one, name) for one in hours)
    assert all(part.failed >= 0 for part in shown)
    found = percentage(hours)
    assert found is None or 0 <= found <= 100


def test_what_was_excused_counts_neither_way():
    assert percentage([hour(0, 10, 5, 5)]) == 100.0
    assert percentage([hour(0, 10, 5, 0)]) == 50.0
    assert percentage([hour(0, 3, 0, 3)]) is None
    assert percentage([]) is None


def test_the_mean_is_of_the_answered_ones():
    assert mean([hour(0, 2, 1, 0, 4.0), hour(1, 3, 3, 0, 24.0)]) == 7.0
    assert mean([hour(0, 2, 0)]) is None


def test_hours_outside_are_left_out():
    assert sum(part.asked for part in parts([hour(-1, 5, 5), hour(9, 5, 5)], NOON, NOON + 9 * HOUR, 3)) == 0


def event(number: int, words: str, kind: str = "echo") -> PastEvent:
    return PastEvent("CT", NOON + number * HOUR, kind, words, None)


def test_an_outage_lasts_from_the_first_failure_until_it_came_back():
    events = [event(9, "does not answer: timed out"), event(7, "came back after 3 h"), event(6, "is OFFIS now", "drift"),
              event(5, "does not answer: timed out"), event(4, "refuses: no")]  # fmt: skip
    still, past = outages(events, 9)
    assert (still.since, still.until) == (NOON + 9 * HOUR, None)
    assert (past.since, past.until, past.words) == (NOON + 4 * HOUR, NOON + 7 * HOUR, "refuses: no")
    assert outages(events, 1) == [still]


def test_an_outage_ends_with_any_sign_of_life():
    (past,) = outages([event(5, "has no context for an echo"), event(4, "does not answer: x")], 9)
    assert (past.since, past.until) == (NOON + 4 * HOUR, NOON + 5 * HOUR)


def test_one_whose_beginning_is_not_kept_any_more_is_not_told():
    assert outages([event(7, "came back after 3 h")], 9) == []


@pytest.mark.parametrize(("minutes", "begins"), [(0, 11), (59, 11)])
def test_whole_hours(minutes, begins):
    assert whole_hours(NOON + timedelta(minutes=minutes), HOUR) == NOON.replace(hour=begins)
