"""The past of the nodes is rows: written many at once, summed by the hour, bounded, renamed and forgotten with their nodes."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isocenter.archive.archive import Archive
from isocenter.archive.history_rows import HistoryRows
from isocenter.archive.index_reader import IndexReader
from isocenter.base.limits import NODE_EVENTS_KEPT_MAX
from isocenter.model.history import Batch, Hour, PastEcho, PastEvent, Repeats, Window

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
FAR = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    with Archive(tmp_path_factory.mktemp("archive")) as opened:
        yield opened


@pytest.fixture
def rows(archive):
    with closing(IndexReader(archive.index)) as reader:
        shelf = HistoryRows(reader, archive.perform)
        shelf.prune(FAR, FAR)
        yield shelf


def echo(minutes: float, outcome: str = "answered", milliseconds: float = 4.0, **more) -> PastEcho:
    return PastEcho("CT", "CT2 10.0.0.7", NOON + timedelta(minutes=minutes), milliseconds, outcome, **more)


OUTCOMES = st.sampled_from(["answered", "lost", "failed", "rejected"])
ECHOES = st.lists(
    st.builds(
        PastEcho,
        st.sampled_from(["CT", "MR", "name with \U0001f3e5"]),
        st.text(max_size=20).filter(lambda text: text.isprintable()),
        st.integers(0, 10**10).map(lambda number: NOON + timedelta(microseconds=number)),
        st.integers(0, 10**6).map(lambda number: number / 8),
        OUTCOMES,
        st.booleans(),
    ),
    max_size=30,
    unique_by=lambda one: (one.node, one.moment),
)


@settings(max_examples=30, deadline=None)
@given(ECHOES)
def test_echoes_are_read_as_they_were_written_and_their_hours_are_their_sums(archive, echoes):
    with closing(IndexReader(archive.index)) as reader:
        rows = HistoryRows(reader, archive.perform)
        rows.prune(FAR, FAR)
        rows.write(Batch(echoes=tuple(echoes)))
        assert sorted(rows.echoes(NEVER), key=lambda one: (one.moment, one.node)) == sorted(
            echoes, key=lambda one: (one.moment, one.node)
        )
        hours = rows.hours(NEVER)
        assert sum(hour.asked for hour in hours) == len(echoes)
        answered = [one for one in echoes if one.outcome in {"answered", "failed"}]
        assert sum(hour.answered for hour in hours) == len(answered)
        assert sum(hour.milliseconds for hour in hours) == pytest.approx(sum(one.milliseconds for one in answered))
        assert max((hour.slowest for hour in hours), default=0) == max((one.milliseconds for one in answered), default=0)


def test_an_hour_counts_what_was_excused_apart(rows):
    rows.write(Batch(echoes=(echo(1), echo(2, "lost", 5000.0), echo(3, "lost", 5000.0, excused=True))))
    rows.write(Batch(echoes=(echo(4, milliseconds=9.0, excused=True), echo(61))))
    first, second = rows.hours(NOON, "CT")
    assert first == Hour("CT", NOON, asked=4, answered=2, excused=1, milliseconds=13.0, slowest=9.0)
    assert second.asked == 1
    assert rows.hours(NOON + timedelta(hours=1)) == [second]
    assert rows.hours(NEVER, "MR") == []


def test_events_come_latest_first_so_many_of_each_node(rows):
    events = [PastEvent(name, NOON, "echo", f"{number}", good) for number, good in enumerate((True, False, None)) for name in "AB"]
    rows.write(Batch(events=tuple(events)))
    assert [(one.node, one.words) for one in rows.events(2)] == [("B", "2"), ("A", "2"), ("B", "1"), ("A", "1")]
    assert [one.is_good for one in rows.events(9, "A")] == [None, False, True]


def test_the_events_of_a_node_that_comes_and_goes_are_bounded(rows):
    rows.write(Batch(events=tuple(PastEvent("A", NOON, "echo", str(n), None) for n in range(NODE_EVENTS_KEPT_MAX + 7))))
    kept = rows.events(10**6, "A")
    assert len(kept) == NODE_EVENTS_KEPT_MAX
    assert kept[0].words == str(NODE_EVENTS_KEPT_MAX + 6)


def test_what_is_old_goes_each_at_its_time(rows):
    rows.write(Batch(echoes=(echo(0), echo(600)), events=(PastEvent("CT", NOON, "echo", "went", False),)))
    rows.prune(NOON + timedelta(hours=1), NEVER)
    assert [one.moment for one in rows.echoes(NEVER)] == [NOON + timedelta(minutes=600)]
    assert len(rows.hours(NEVER)) == 2
    rows.prune(NEVER, NOON + timedelta(hours=1))
    assert len(rows.hours(NEVER)) == 1
    assert rows.events(9) == []


def test_a_renamed_node_keeps_its_past_and_a_forgotten_one_loses_it(rows):
    rows.write(Batch(echoes=(echo(0),), events=(PastEvent("CT", NOON, "echo", "went", False),), memories={"CT": {"a": 1}}))
    window = rows.put_window(Window(NOON, 30, "CT"))
    rows.write(Batch(renamed=(("CT", "CT 2"),)))
    assert {one.node for one in (*rows.echoes(NEVER), *rows.hours(NEVER), *rows.events(9), *rows.windows())} == {"CT 2"}
    assert rows.memories() == {"CT 2": {"a": 1}}
    rows.write(Batch(forgotten=("CT 2",)))
    assert not rows.echoes(NEVER)
    assert not rows.memories()
    assert not rows.remove_window(window.id)


def test_windows_are_kept_changed_and_removed(rows):
    kept = rows.put_window(Window(NOON, 90, "", Repeats.WEEKLY, "updates"))
    assert kept.id
    other = rows.put_window(replace(kept, id=0, node="CT"))
    assert other.id != kept.id
    longer = rows.put_window(replace(kept, minutes=120))
    assert rows.windows() == [longer, other]
    assert rows.remove_window(kept.id)
    assert not rows.remove_window(kept.id)
    assert rows.remove_window(other.id)


def test_a_rebuilt_index_takes_the_past_along(archive, rows):
    rows.write(Batch(echoes=(echo(0),), memories={"CT": {"a": [1]}}))
    for _ in archive.reindex():
        pass
    assert rows.echoes(NEVER) == [echo(0)]
    assert rows.memories() == {"CT": {"a": [1]}}


def test_texts_that_are_no_unicode_do_not_stop_the_writing(rows):
    rows.write(Batch(events=(PastEvent("A\udcff", NOON, "echo", "said \ud800", None),)))
    assert [one.words for one in rows.events(1, "A\udcff")] == ["said \\ud800"]
