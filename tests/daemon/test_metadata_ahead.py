"""Attributes worked out ahead: when a series is quiet, never while others store, and nothing is left of what was removed."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.waiting import wait_for

from isocenter.archive.layout import METADATA_CACHE
from isocenter.base.clock import FixedClock, SystemClock
from isocenter.base.config import Settings
from isocenter.base.errors import Exhausted, LocalError
from isocenter.base.limits import METADATA_LOOK_SECONDS, METADATA_PATIENCE_SECONDS, METADATA_QUIET_SECONDS
from isocenter.daemon import compose
from isocenter.daemon import metadata_ahead as room
from isocenter.daemon.instances import Place
from isocenter.lab import phantom
from isocenter.model.attributes import Level
from isocenter.model.changes import Change, ChangeKind
from isocenter.model.records import Arrival

WHEN = datetime(2026, 1, 1, tzinfo=UTC)


class Feed:
    """A change feed in a list."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def happened(self, series: str, kind: ChangeKind = ChangeKind.STORED) -> None:
        self.changes.append(Change(len(self.changes) + 1, kind, WHEN, "1.2", series, f"{series}.1", "CT"))

    def since(self, serial: int, limit: int) -> list[Change]:
        return self.changes[serial : serial + limit]

    def last_serial(self) -> int:
        return len(self.changes)


class Shelf:
    """What is kept, by name of what was done to it."""

    def __init__(self, cursor: int | None = 0) -> None:
        self._cursor = cursor
        self.done: list[str] = []

    def forget(self, study_instance_uid: str, series_instance_uid: str) -> None:
        self.done.append(f"forget {series_instance_uid}")

    def forget_everything(self) -> None:
        self.done.append("forget everything")

    def cursor(self) -> int | None:
        return self._cursor

    def set_cursor(self, serial: int) -> None:
        self._cursor = serial


class Followed:
    """A follower that is driven by hand."""

    def __init__(self, cursor: int | None = 0, feed: Feed | None = None) -> None:
        self.feed, self.shelf, self.clock = feed or Feed(), Shelf(cursor), FixedClock()
        self.error: Exception | None = None
        self.ahead = room.Ahead(self.feed, self.shelf, self._prepare, self.clock)
        self.ahead.begin()

    def _prepare(self, _study: str, series: str) -> None:
        self.shelf.done.append(series)
        if self.error is not None:
            raise self.error

    def look(self, seconds: float = 0.0) -> None:
        self.clock.advance(seconds)
        self.ahead.look()
        while self.ahead.work():
            pass


def test_a_series_is_worked_out_once_it_is_quiet_and_only_once():
    it = Followed()
    it.feed.happened("a")
    it.look()
    it.look(METADATA_QUIET_SECONDS - 1)
    it.feed.happened("a")
    it.look()
    it.look(METADATA_QUIET_SECONDS - 1)
    assert it.shelf.done == []
    it.look(1)
    it.look(100)
    assert it.shelf.done == ["a"]


def test_while_others_store_a_quiet_series_waits_but_not_for_ever():
    it = Followed()
    it.feed.happened("a")
    it.look()
    while it.clock.monotonic() < 1000 + METADATA_PATIENCE_SECONDS - METADATA_LOOK_SECONDS:
        it.feed.happened("b")
        it.look(METADATA_LOOK_SECONDS / 2)
    assert it.shelf.done == []
    it.feed.happened("b")
    it.look(METADATA_LOOK_SECONDS)
    assert it.shelf.done == ["a"]
    it.look(METADATA_QUIET_SECONDS)
    assert it.shelf.done == ["a", "b"]


def test_what_is_removed_is_forgotten_at_once_and_what_is_left_worked_out_again():
    it = Followed()
    it.feed.happened("a", ChangeKind.REMOVED)
    it.look()
    assert it.shelf.done == ["forget a"]
    it.look(METADATA_QUIET_SECONDS)
    assert it.shelf.done == ["forget a", "a"]


def test_what_was_set_aside_changes_no_series():
    it = Followed()
    it.feed.happened("a", ChangeKind.SET_ASIDE)
    it.look()
    it.look(METADATA_QUIET_SECONDS)
    assert it.shelf.done == []


@pytest.mark.parametrize("error", [Exhausted("took too long"), LocalError("the index is closed"), FileNotFoundError("gone")])
def test_a_series_that_cannot_be_worked_out_holds_up_no_other(error):
    it = Followed()
    it.error = error
    for series in "ab":
        it.feed.happened(series)
    it.look()
    it.look(METADATA_QUIET_SECONDS)
    assert it.shelf.done == ["a", "b"]


@given(st.lists(st.sampled_from("abcd"), max_size=30), st.integers(0, 30))
def test_a_follower_that_is_ended_anywhere_is_taken_up_by_the_next(arrivals, ended_after):
    feed = Feed()
    first = Followed(0, feed)
    for number, series in enumerate(arrivals):
        feed.happened(series)
        if number < ended_after:
            first.look(METADATA_QUIET_SECONDS / 3)
    second = Followed(first.shelf.cursor(), feed)
    second.look()
    second.look(METADATA_QUIET_SECONDS)
    assert set(first.shelf.done) | set(second.shelf.done) == set(arrivals)
    assert second.shelf.cursor() == len(arrivals)


@pytest.mark.parametrize("cursor", [None, 7])
def test_without_a_cursor_of_this_feed_nothing_that_is_kept_is_believed(cursor):
    feed = Feed()
    feed.happened("a")
    it = Followed(cursor, feed)
    assert it.shelf.done == ["forget everything"]
    it.look()
    it.look(METADATA_QUIET_SECONDS)
    assert it.shelf.done == ["forget everything"]
    assert it.shelf.cursor() == 1


def test_only_so_many_series_wait(monkeypatch):
    monkeypatch.setattr(room, "METADATA_SERIES_WAITING_MAX", 3)
    it = Followed()
    for series in "abcdef":
        it.feed.happened(series)
    it.look()
    it.look(METADATA_QUIET_SECONDS)
    assert it.shelf.done == ["d", "e", "f"]


def test_its_thread_does_the_same_by_itself(monkeypatch):
    monkeypatch.setattr(room, "METADATA_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(room, "METADATA_QUIET_SECONDS", 0.0)
    feed, shelf, done = Feed(), Shelf(0), threading.Event()
    feed.happened("a")
    with room.Ahead(feed, shelf, lambda _study, _series: done.set(), SystemClock()):
        assert done.wait(10)
    assert shelf.cursor() == 1


def test_a_house_has_a_series_ready_soon_after_it_came(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "METADATA_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(room, "METADATA_QUIET_SECONDS", 0.0)
    house = compose.build(Place("main", tmp_path), Settings(port=0, listen="127.0.0.1", http=8114))
    try:
        wait_for(lambda: house.metadata.cursor() is not None)
        (image,) = phantom.ct_series(3, slices=1, side_pixels=16)
        reception = house.archive.begin(
            Arrival(image.SOPClassUID, image.SOPInstanceUID, image.file_meta.TransferSyntaxUID, SystemClock().now())
        )
        reception.write(phantom.data_set_bytes(image))
        reception.finish()
        cache = tmp_path / METADATA_CACHE
        wait_for(lambda: any(cache.glob("*/*")))
        house.archive.remove(Level.STUDY, image.StudyInstanceUID)
        wait_for(lambda: not any(cache.glob("*/*")))
    finally:
        house.closing.close()
