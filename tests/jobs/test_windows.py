"""Windows of maintenance open when the wall clock says so, and shut again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.jobs.pasts import Past

from isocenter.base.errors import UsageError
from isocenter.base.limits import WINDOW_MINUTES_MAX, WINDOW_WORDS_MAX, WINDOWS_MAX
from isocenter.jobs.windows import Windows, next_opening, opening
from isocenter.model.history import Repeats, Window

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
HOURS = st.floats(-100, 100_000).map(lambda hours: NOON + timedelta(hours=hours))
ANY = st.builds(Window, st.just(NOON), st.integers(1, 1440), st.just(""), st.sampled_from(Repeats))


@given(ANY, HOURS, st.sampled_from([UTC, BERLIN, ZoneInfo("America/St_Johns")]))
def test_it_is_open_from_its_opening_on_for_its_minutes(window, moment, zone):
    opened = opening(window, moment, zone)
    if opened is not None:
        assert timedelta() <= moment - opened < timedelta(minutes=window.minutes)
        assert opened >= window.begins
        assert opening(window, opened, zone) == opened


@given(ANY, HOURS, st.sampled_from([UTC, BERLIN]))
def test_the_next_opening_is_after_the_moment_and_is_one(window, moment, zone):
    found = next_opening(window, moment, zone)
    if found is None:
        assert window.repeats is Repeats.ONCE
    else:
        assert found > moment or found == window.begins
        assert opening(window, found, zone) == found


def test_once_is_once():
    window = Window(NOON, 60)
    assert opening(window, NOON, UTC) == NOON
    assert opening(window, NOON + timedelta(minutes=59), UTC) == NOON
    assert opening(window, NOON + timedelta(minutes=60), UTC) is None
    assert opening(window, NOON - timedelta(seconds=1), UTC) is None
    assert next_opening(window, NOON + timedelta(days=1), UTC) is None


def test_every_night_is_the_same_hour_of_the_wall_clock_when_the_clocks_change():
    window = Window(datetime(2026, 3, 27, 22, 30, tzinfo=BERLIN), 60, repeats=Repeats.DAILY)
    summer = datetime(2026, 4, 2, 22, 45, tzinfo=BERLIN)
    assert opening(window, summer.astimezone(UTC), BERLIN) == datetime(2026, 4, 2, 20, 30, tzinfo=UTC)
    assert opening(window, summer.astimezone(UTC) + timedelta(hours=1), BERLIN) is None


def test_one_that_passes_midnight_is_open_the_next_day():
    window = Window(datetime(2026, 1, 1, 23, tzinfo=UTC), 180, repeats=Repeats.WEEKLY)
    assert opening(window, datetime(2026, 1, 9, 1, tzinfo=UTC), UTC)
    assert not opening(window, datetime(2026, 1, 10, 1, tzinfo=UTC), UTC)


def test_a_window_for_everybody_and_one_for_a_node():
    windows = Windows(Past(), UTC)
    mine = windows.put(Window(NOON, 60, "CT"))
    assert windows.open_for("CT", NOON) == mine
    assert windows.open_for("MR", NOON) is None
    everybody = windows.put(Window(NOON, 30))
    assert windows.open_for("MR", NOON) == everybody
    assert windows.remove(everybody.id)
    assert windows.open_for("MR", NOON) is None
    assert not windows.remove(everybody.id)
    assert not windows.remove(2**70)


@pytest.mark.parametrize(
    ("window", "words"),
    [
        (Window(NOON, 0), "1 to"),
        (Window(NOON, WINDOW_MINUTES_MAX + 1), "1 to"),
        (Window(NOON, 1441, repeats=Repeats.DAILY), "opens again"),
        (Window(NOON, 5, words="x" * (WINDOW_WORDS_MAX + 1)), "characters"),
        (Window(NOON.replace(tzinfo=None), 5), "time zone"),
        (Window(NOON, 5, id=7), "no window"),
        (Window(NOON.replace(year=9999), 5), "year"),
        (Window(NOON.replace(year=1), 5, repeats=Repeats.WEEKLY), "year"),
    ],
)
def test_one_that_cannot_be_is_refused_with_the_reason(window, words):
    with pytest.raises(UsageError, match=words):
        Windows(Past(), UTC).put(window)


@pytest.mark.parametrize("year", [2000, 8999])
@pytest.mark.parametrize("repeats", Repeats)
@pytest.mark.parametrize("zone", [UTC, BERLIN, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Pago_Pago")])
def test_the_first_and_the_last_year_can_be_looked_at_from_everywhere(year, repeats, zone):
    windows = Windows(Past(), zone)
    window = windows.put(Window(datetime(year, 12, 31, 23, 59, tzinfo=UTC), 60, repeats=repeats))
    for moment in (NOON.replace(year=1999), window.begins, NOON.replace(year=9000)):
        windows.open_for("CT", moment)
        windows.next_opening(window, moment)


def test_their_number_is_bounded():
    windows = Windows(Past(), UTC)
    for _ in range(WINDOWS_MAX):
        windows.put(Window(NOON, 5))
    with pytest.raises(UsageError, match="remove one"):
        windows.put(Window(NOON, 5))
    windows.put(Window(NOON, 6, id=1))
