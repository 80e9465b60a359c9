"""The feed tells every change once, in the order of serials, from wherever it is read."""

from __future__ import annotations

import pytest
from tests.archive.few_rows import FewRows

from isocenter.archive import feed as room
from isocenter.archive.feed import IndexFeed
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.schema import from_microseconds
from isocenter.model.changes import Change, ChangeKind


@pytest.fixture
def rows(tmp_path):
    made = FewRows(tmp_path)
    yield made
    made.close()


@pytest.fixture
def feed(rows):
    reader = IndexReader(rows.index)
    yield IndexFeed(reader)
    reader.close()


def change(rows, serial, kind, uid):
    where = {"study_instance_uid": "1.2", "series_instance_uid": "1.2.1", "sop_instance_uid": uid}
    rows.insert("change", where, serial=serial, kind=kind.value, occurred=serial, calling_ae_title="")


def test_an_empty_archive_has_no_changes(feed):
    assert feed.last_serial() == 0
    assert feed.since(0, 10) == []


def test_an_instance_is_its_own_line_with_where_it_belongs_and_who_sent_it(rows, feed):
    rows.add(SOPInstanceUID="1.2.1.1")
    expected = Change(1, ChangeKind.STORED, from_microseconds(1), "1.2", "1.2.1", "1.2.1.1", "CT-1")
    assert feed.since(0, 10) == [expected]
    assert feed.last_serial() == 1


def test_lines_of_both_tables_come_in_the_order_of_serials_whatever_the_page(rows, feed):
    kinds = {3: ChangeKind.SET_ASIDE, 4: ChangeKind.STORED, 7: ChangeKind.REMOVED}
    for serial in range(1, 10):
        if serial in kinds:
            change(rows, serial, kinds[serial], f"1.2.1.{serial}")
        else:
            assert rows.add(SOPInstanceUID=f"1.2.1.{serial}") == serial
    whole = feed.since(0, 100)
    assert [one.serial for one in whole] == list(range(1, 10))
    assert [one.kind for one in whole] == [kinds.get(serial, ChangeKind.STORED) for serial in range(1, 10)]
    for size in range(1, 10):
        read, cursor = [], 0
        while page := feed.since(cursor, size):
            assert len(page) <= size
            read += page
            cursor = page[-1].serial
        assert read == whole
    assert feed.since(9, 10) == feed.since(0, 0) == feed.since(0, -1) == []
    assert feed.last_serial() == 9


def test_the_line_of_an_arrival_stays_when_its_instance_is_removed(rows, feed):
    first, second = rows.add(SOPInstanceUID="1.2.1.1"), rows.add(SOPInstanceUID="1.2.1.2")
    rows.connection.execute("DELETE FROM instance WHERE id = ?", (second,))
    change(rows, second, ChangeKind.STORED, "1.2.1.2")
    change(rows, second + 1, ChangeKind.REMOVED, "1.2.1.2")
    assert [(one.serial, one.kind) for one in feed.since(first, 10)] == [(2, ChangeKind.STORED), (3, ChangeKind.REMOVED)]


def test_one_reading_is_bounded(rows, feed, monkeypatch):
    monkeypatch.setattr(room, "FEED_CHANGES_MAX", 3)
    for _ in range(5):
        rows.add()
    assert len(feed.since(0, 1 << 40)) == 3
