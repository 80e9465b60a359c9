"""A made-up index is whole: its counters count, its references lead somewhere, its names can be found."""

from __future__ import annotations

import sqlite3

import pytest

from isocenter.archive.archive import Archive
from isocenter.archive.catalogue import IndexCatalogue
from isocenter.archive.folding import fold_names
from isocenter.archive.index_file import FIRST
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.recovery import Recovered
from isocenter.base.errors import UsageError
from isocenter.lab.index_rows import Amounts, fill
from isocenter.model.attributes import Level
from isocenter.model.query import Query


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / "index-0001.sqlite"
    amounts = fill(path, studies=400, instances=3000, seed=3)
    connection = sqlite3.connect(path)
    yield amounts, connection, path
    connection.close()


def one(connection, sql):
    return connection.execute(sql).fetchone()[0]


def test_as_many_rows_are_written_as_were_asked_for(made):
    amounts, connection, _ = made
    counted = Amounts(*(one(connection, f"SELECT count(*) FROM {table}") for table in ("patient", "study", "series", "instance")))
    assert counted == amounts
    assert (amounts.studies, amounts.instances) == (400, 3000)


def test_every_counter_counts_what_is_below_it(made):
    _, connection, _ = made
    for table, child in (("patient", "study"), ("study", "series"), ("series", "instance")):
        wrong = f"SELECT count(*) FROM {table} WHERE {child}_count <> (SELECT count(*) FROM {child} WHERE {table}_ref = {table}.id)"
        assert one(connection, wrong) == 0
    assert one(connection, "SELECT sum(instance_count) FROM patient") == 3000
    assert one(connection, "SELECT sum(instance_count) FROM study") == 3000
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_names_are_of_several_scripts_and_folded_by_the_rule_of_the_index(made):
    _, connection, _ = made
    names = connection.execute("SELECT patient_name, patient_name_folded FROM patient").fetchall()
    assert all(fold_names(name) == folded for name, folded in names)
    for letter in ("И", "ο", "山", "た", "ü"):
        assert any(letter in name for name, _ in names)


def test_the_indices_are_there_again_and_a_seed_makes_the_same_archive(made, tmp_path):
    _, connection, path = made
    other = tmp_path / "index-0001.sqlite"
    fill(other, studies=400, instances=3000, seed=3)
    again = sqlite3.connect(other)
    for asked in ("SELECT name, sql FROM sqlite_master ORDER BY name", "SELECT * FROM patient", "SELECT * FROM instance"):
        assert again.execute(asked).fetchall() == connection.execute(asked).fetchall()
    again.close()
    with pytest.raises(UsageError, match="empty"):
        fill(path, studies=1, instances=1)


def test_impossible_amounts_are_refused(tmp_path):
    for studies, instances in ((0, 0), (2, 1)):
        with pytest.raises(UsageError, match="study"):
            fill(tmp_path / "index-0001.sqlite", studies=studies, instances=instances)


def test_one_study_with_one_instance_can_be_made(tmp_path):
    assert fill(tmp_path / "index-0001.sqlite", studies=1, instances=1) == Amounts(1, 1, 1, 1)


def test_an_archive_starts_on_a_made_up_index_and_misses_none_of_its_blobs(tmp_path):
    fill(tmp_path / "index" / FIRST, studies=20, instances=100)
    with Archive(tmp_path) as archive:
        assert archive.recovered == Recovered()
        assert IndexCatalogue(IndexReader(archive.index)).count_instances(Query(Level.PATIENT)) == 100
