"""The bytes of an archive are summed in bounded steps, kept up to date, and begun anew when something is taken away."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.archive.conftest import store_in
from tests.archive.few_rows import FewRows

from isocenter.archive import space as room
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.space import IndexSpace
from isocenter.model.attributes import Level

HOUR = 3_600_000_000


@pytest.fixture
def rows(tmp_path):
    made = FewRows(tmp_path)
    yield made
    made.close()


@pytest.fixture
def reader(rows):
    opened = IndexReader(rows.index)
    yield opened
    opened.close()


def test_an_empty_archive_holds_nothing(reader):
    found = IndexSpace(reader).look()
    assert (found.counted, found.total, found.byte_count, found.hours) == (0, 0, 0, {})


def test_bytes_are_summed_by_the_hour_of_their_arrival(rows, reader):
    for number, hour in enumerate((5, 5, 8), 1):
        rows.add()
        rows.connection.execute("UPDATE instance SET received = ? WHERE id = ?", (hour * HOUR + 17, number))
    found = IndexSpace(reader).look()
    assert (found.counted, found.byte_count) == (3, 300)
    assert found.hours == {datetime(1970, 1, 1, 5, tzinfo=UTC): (2, 200), datetime(1970, 1, 1, 8, tzinfo=UTC): (1, 100)}


def test_a_large_index_is_summed_over_several_looks_and_then_only_what_is_new(rows, reader, monkeypatch):
    monkeypatch.setattr(room, "SPACE_ROWS_PER_LOOK", 2)
    for _ in range(5):
        rows.add()
    space = IndexSpace(reader)
    assert [(one.counted, one.total, one.byte_count) for one in (space.look(), space.look(), space.look())] == [
        (2, 5, 200), (4, 5, 400), (5, 5, 500),
    ]  # fmt: skip
    rows.add()
    assert space.look().byte_count == 600


def test_hours_that_are_long_past_go_into_the_sum_alone(rows, reader, monkeypatch):
    monkeypatch.setattr(room, "SPACE_HOURS_KEPT", 2)
    for number in range(1, 5):
        rows.add()
        rows.connection.execute("UPDATE instance SET received = ? WHERE id = ?", (number * HOUR, number))
    found = IndexSpace(reader).look()
    assert found.byte_count == 400
    assert [moment.hour for moment in found.hours] == [3, 4]


def test_a_removal_is_taken_off_and_so_is_what_a_rebuilding_lost(archive):
    reader = IndexReader(archive.index)
    for number in range(1, 5):
        store_in(archive, f"1.2.3.1.{number}.1")
    space = IndexSpace(reader)
    whole = space.look()
    assert whole.counted == 4
    archive.remove(Level.SERIES, "1.2.3.1.4")
    less = space.look()
    assert (less.counted, less.byte_count) == (3, whole.byte_count * 3 // 4)
    list(archive.reindex())
    assert space.look() == less
    reader.close()
