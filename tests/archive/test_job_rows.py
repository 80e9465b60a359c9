"""Jobs are rows: durable, in order, bounded, taken along by a rebuilt index, and made in an index of the first schema."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isocenter.archive import job_rows, migrations
from isocenter.archive.archive import Archive
from isocenter.archive.index_file import connect
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.job_rows import JobRows
from isocenter.model.jobs import JobState, Transfer

NOW = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    with Archive(tmp_path_factory.mktemp("archive")) as opened:
        yield opened


@pytest.fixture(scope="module")
def rows(archive):
    with closing(IndexReader(archive.index)) as reader:
        yield JobRows(reader, archive.perform)


TEXT = st.text(max_size=40)
COUNT = st.integers(0, 2**40)
TRANSFER = st.none() | st.builds(Transfer, TEXT, COUNT, COUNT, st.floats(0, 1e9))


@settings(max_examples=40, deadline=None)
@given(TEXT, st.dictionaries(TEXT, TEXT | COUNT | st.lists(TEXT, max_size=3), max_size=3), st.sampled_from(JobState), COUNT, COUNT,
       st.none() | COUNT, TEXT, st.lists(TEXT, max_size=3), TRANSFER)  # fmt: skip
def test_a_job_is_read_as_it_was_put(rows, title, wanted, state, done, failed, total, words, findings, transfer):
    added = rows.add_job("check", title, wanted, NOW)
    assert rows.job(added.id) == added
    job = replace(added, state=state, started=NOW, done=done, failed=failed, total=total, words=words, findings=tuple(findings),
                  transfer=transfer)  # fmt: skip
    rows.put_job(job)
    assert rows.job(job.id) == job
    assert (job.id in [one.id for one in rows.waiting()]) is (not state.is_over)


def test_a_text_that_is_no_unicode_is_kept_readable(rows):
    job = rows.add_job("send", "to \udcff", {}, NOW)
    rows.put_job(replace(job, words="it said \ud800", findings=("\udcfe",)))
    kept = rows.job(job.id)
    assert kept.title == "to \\udcff"
    assert kept.words == "it said \\ud800"


def test_the_latest_come_first_page_by_page(rows):
    made = [rows.add_job("check", str(number), {}, NOW).id for number in range(5)]
    assert [job.id for job in rows.jobs(2)] == made[:2:-1]
    assert [job.id for job in rows.jobs(2, before=made[3])] == made[2:0:-1]
    assert rows.job(0) is None
    other = rows.add_job("send", "", {}, NOW).id
    assert next(job.id for job in rows.jobs(9, kind="send")) == other
    assert [job.id for job in rows.jobs(2, before=made[3], kind="check")] == made[2:0:-1]


def test_the_oldest_that_are_over_make_room_and_no_id_comes_twice(rows, monkeypatch):
    monkeypatch.setattr(job_rows, "JOBS_KEPT_MAX", 3)
    queued = rows.add_job("check", "waits", {}, NOW)
    made = []
    for _ in range(5):
        job = rows.add_job("check", "ends", {}, NOW)
        rows.put_job(replace(job, state=JobState.DONE))
        made.append(job.id)
    assert rows.job(queued.id) is not None
    assert [rows.job(number) is not None for number in made] == [False, False, True, True, True]
    assert len(set(made)) == 5
    rows.put_job(replace(queued, id=made[0], state=JobState.FAILED))
    assert rows.job(made[0]) is None


def test_a_rebuilt_index_knows_the_jobs(tmp_path):
    with Archive(tmp_path) as archive, closing(IndexReader(archive.index)) as reader:
        rows = JobRows(reader, archive.perform)
        job = rows.add_job("reindex", "rebuild", {"a": [1]}, NOW)
        list(archive.reindex())
        assert archive.index.path.name == "index-0002.sqlite"
        assert rows.job(job.id) == job


def of_schema(monkeypatch, path, revision):
    """An index as an earlier software made it."""
    with monkeypatch.context() as earlier:
        earlier.setattr(migrations, "REVISION", revision)
        migrations.bring_up_to_date(path)
    return connect(path)


def test_an_index_of_the_first_schema_gets_the_table_and_keeps_its_rows(tmp_path, monkeypatch):
    path = tmp_path / "index-0001.sqlite"
    connection = of_schema(monkeypatch, path, "0001")
    connection.execute("INSERT INTO setting VALUES ('kept', '1')")
    connection.close()
    assert migrations.bring_up_to_date(path)
    with closing(sqlite3.connect(path)) as after:
        assert after.execute("SELECT value FROM setting WHERE name = 'kept'").fetchone() == ("1",)
        assert after.execute("SELECT count(*) FROM job").fetchone() == (0,)
    assert (tmp_path / f"index-0001.sqlite.before-{migrations.REVISION}").exists()


def test_a_job_of_the_schema_before_is_kept_and_moved_nothing(tmp_path, monkeypatch):
    path = tmp_path / "index-0001.sqlite"
    connection = of_schema(monkeypatch, path, "0002")
    connection.execute(
        "INSERT INTO job (id, kind, title, wanted, state, created, findings) VALUES (7, 'check', 't', '{}', 'done', 0, '[]')"
    )
    connection.close()
    assert migrations.bring_up_to_date(path)
    with closing(sqlite3.connect(path)) as after:
        assert after.execute("SELECT id, title, transfer FROM job").fetchall() == [(7, "t", "")]
