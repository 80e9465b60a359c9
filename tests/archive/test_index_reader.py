"""Statements are read to their end, can be stopped from any thread, and leave nothing open."""

from __future__ import annotations

import threading
import time

import pytest
from tests.archive.few_rows import FewRows

from isocenter.archive.index_reader import Halt, Halted, IndexReader, Stream
from isocenter.base.errors import LocalError
from isocenter.base.limits import CANCEL_SECONDS, INDEX_READERS_IDLE_MAX

ENDLESS = "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n WHERE i < 0"


@pytest.fixture
def rows(tmp_path):
    made = FewRows(tmp_path)
    yield made
    made.close()


@pytest.fixture
def reader(rows):
    made = IndexReader(rows.index)
    yield made
    made.close()


def test_a_running_statement_ends_within_the_time_of_a_cancel_when_its_stream_is_closed(reader):
    begun = threading.Event()

    def search(halt):
        begun.set()
        yield from reader.rows(ENDLESS, (), halt)

    stream = Stream(search)
    items = []
    thread = threading.Thread(target=lambda: items.extend(stream))
    thread.start()
    assert begun.wait(5)
    stream.close()
    thread.join(CANCEL_SECONDS)
    assert not thread.is_alive()
    assert items == []
    assert reader.rows("SELECT 1") == [(1,)]


def test_a_statement_that_takes_too_long_is_given_up_and_says_so(rows):
    reader = IndexReader(rows.index, seconds=0.05)
    begun = time.perf_counter()
    with pytest.raises(LocalError, match=r"0\.05 seconds"):
        reader.rows(ENDLESS)
    assert time.perf_counter() - begun < CANCEL_SECONDS
    assert reader.rows("SELECT 1") == [(1,)]
    reader.close()


def test_a_stream_closed_before_its_first_item_asks_nothing():
    stream = Stream(lambda _halt: iter([1, 2]))
    with stream:
        assert next(stream) == 1
    assert list(stream) == []


def test_a_sign_that_was_given_before_stops_the_statement_too(reader):
    halt = Halt()
    halt.raised = True
    with pytest.raises(Halted):
        reader.rows("SELECT 1", (), halt)
    assert reader.rows("SELECT 1") == [(1,)]


def test_many_threads_read_at_once_and_few_connections_are_kept(rows, reader):
    for _ in range(20):
        rows.add()
    together = threading.Barrier(INDEX_READERS_IDLE_MAX * 2)
    found = []

    def read():
        together.wait(10)
        found.append(reader.rows("SELECT count(*) FROM instance")[0][0])

    threads = [threading.Thread(target=read) for _ in range(INDEX_READERS_IDLE_MAX * 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [20] * len(threads)
    assert len(reader._idle) <= INDEX_READERS_IDLE_MAX


def test_an_index_that_moved_is_read_anew(rows, reader, tmp_path):
    rows.add()
    other = FewRows(tmp_path / "rebuilt")
    assert reader.rows("SELECT count(*) FROM instance") == [(1,)]
    rows.index.moved(other.index.path)
    assert reader.rows("SELECT count(*) FROM instance") == [(0,)]
    other.close()


def test_no_reader_can_write_and_a_damaged_statement_is_told(reader):
    with pytest.raises(LocalError, match="readonly"):
        reader.rows("DELETE FROM instance")
    assert reader.rows("SELECT 1") == [(1,)]


def test_a_closed_reader_and_a_missing_index_say_so(rows, reader, tmp_path):
    rows.index.moved(tmp_path / "nowhere.sqlite")
    with pytest.raises(LocalError, match=r"nowhere\.sqlite"):
        reader.rows("SELECT 1")
    assert not (tmp_path / "nowhere.sqlite").exists()
    reader.close()
    reader.close()
    with pytest.raises(LocalError, match="closed"):
        reader.rows("SELECT 1")
