"""The index comes back from the blobs alone, the same in every row, while the archive goes on; what differs is said."""

from __future__ import annotations

import re
import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest
from tests.archive.conftest import store_in
from tests.archive.looking import findings_of, rows_of

from isocenter.archive.archive import Archive, rebuild
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.job_rows import JobRows
from isocenter.archive.reindex import Rebuilding, Rebuilt
from isocenter.base.errors import LocalError, UsageError
from isocenter.model.attributes import Level
from isocenter.model.records import Conflict, Duplicate, Stored

TABLES = {
    "patient": "SELECT * FROM patient",
    "study": "SELECT p.patient_id, st.* FROM study st JOIN patient p ON p.id = st.patient_ref",
    "series": "SELECT st.study_instance_uid, se.* FROM series se JOIN study st ON st.id = se.study_ref",
    "instance": "SELECT se.series_instance_uid, o.*, i.*, i.id AS serial FROM instance i JOIN series se ON se.id = i.series_ref "
    "JOIN origin o ON o.id = i.origin_ref",
    "set_aside": "SELECT s.*, id AS serial FROM set_aside s",
    "change": "SELECT * FROM change",
    "node": "SELECT * FROM node",
}
"""Every row without the numbers that tie rows together."""


def everything_in(archive):
    found = {}
    with closing(archive.index.connect_reader()) as connection:
        connection.row_factory = sqlite3.Row
        for table, statement in TABLES.items():
            rows = [dict(row) for row in connection.execute(statement)]
            found[table] = sorted(str({k: row[k] for k in row if k != "id" and not k.endswith("_ref")}) for row in rows)
    return found


def without_serials(rows):
    return sorted(re.sub(r"'serial': [0-9]+", "", row) for row in rows)


def fill(archive):
    for patient in range(1, 3):
        for series in range(1, 4):
            for number in range(1, 5):
                uid = f"1.2.{patient}.1.{series}.{number}"
                assert isinstance(store_in(archive, uid, PatientID=str(patient), Modality="CT" if series < 3 else "SR"), Stored)
    assert isinstance(store_in(archive, "1.2.1.1.1.1", PatientID="1", pixels=b"\1" * 64), Conflict)
    assert isinstance(store_in(archive, "1.2.1.1.1.9", PatientID="2"), Conflict)
    assert archive.remove(Level.SERIES, "1.2.1.1.2") == 4
    archive.perform(lambda cursor: cursor.execute("INSERT INTO node VALUES ('ct', 'CT-1', '10.0.0.7', '{}', 104, 1)"))


def result_of(told):
    *progress, result = list(told)
    assert isinstance(result, Rebuilt)
    assert all(isinstance(step, Rebuilding) and 0 <= step.done <= step.total for step in progress)
    return result


def test_the_rebuilt_index_is_the_same_in_every_row(archive):
    fill(archive)
    before = everything_in(archive)
    generation, old = archive.index.generation, archive.index.path
    result = result_of(archive.reindex())
    assert (result.found_count, result.lost_count, result.differing_count, result.not_copied) == (0, 0, 0, [])
    assert (result.instances, result.set_aside) == (20, 2)
    assert archive.index.path == result.path != old
    assert old.exists()
    assert archive.index.generation > generation
    assert everything_in(archive) == before
    assert findings_of(archive) == []


def test_the_archive_goes_on_after_the_swap_and_after_a_restart(tmp_path):
    with Archive(tmp_path) as archive:
        fill(archive)
        result_of(archive.reindex())
        assert isinstance(store_in(archive, "1.2.1.1.1.20", PatientID="1"), Stored)
        assert store_in(archive, "1.2.1.1.1.20", PatientID="1") == Duplicate("1.2.1.1.1.20")
        after = everything_in(archive)
    with Archive(tmp_path) as archive:
        assert archive.recovered.rows_checked == 0
        assert everything_in(archive) == after
        result_of(archive.reindex())
        assert everything_in(archive) == after
        assert archive.index.path.name == "index-0003.sqlite"


@pytest.mark.parametrize("values", [{}, {"InstanceNumber": "8"}, {"PatientID": "4712"}])
def test_what_is_removed_meanwhile_and_comes_again_is_in_the_new_index(archive, values):
    store_in(archive, "1.2.3.1.1.1")
    told = archive.reindex()
    next(told)
    assert archive.remove(Level.IMAGE, "1.2.3.1.1.1") == 1
    assert isinstance(store_in(archive, "1.2.3.1.1.1", **values), Stored)
    before = everything_in(archive)
    result = result_of(told)
    assert everything_in(archive) == before
    assert (result.found_count, result.lost_count) == (0, 0)
    assert findings_of(archive) == []


def test_stores_and_removals_meanwhile_are_in_the_new_index(tmp_path):
    with Archive(tmp_path) as archive:
        for number in range(1, 60):
            store_in(archive, f"1.2.3.1.{number}.1")
        going = threading.Event()
        present = {f"1.2.3.1.{number}.1" for number in range(1, 60)}

        def work():
            number = 60
            while not going.is_set():
                assert isinstance(store_in(archive, f"1.2.3.1.{number}.1"), Stored)
                present.add(f"1.2.3.1.{number}.1")
                archive.remove(Level.SERIES, f"1.2.3.1.{number - 50}")
                present.discard(f"1.2.3.1.{number - 50}.1")
                number += 1

        worker = threading.Thread(target=work)
        worker.start()
        for _ in range(4):
            result = result_of(archive.reindex())
            assert (result.lost_count, result.found_count) == (0, 0), result
        going.set()
        worker.join()
        assert {row[0] for row in rows_of(archive, "SELECT sop_instance_uid FROM instance")} == present
        assert rows_of(archive, "SELECT instance_count FROM patient") == [(len(present),)]
        assert findings_of(archive) == []
        serials = rows_of(archive, "SELECT id FROM instance UNION ALL SELECT serial FROM change WHERE kind <> 'set aside'")
        assert len(set(serials)) == len(serials)


def test_what_arrives_in_its_first_moment_is_no_find(archive, monkeypatch):
    fill(archive)
    unsettled_after = archive.store.unsettled_after

    def with_arrivals_around():
        store_in(archive, "1.2.1.1.1.30", PatientID="1")
        until = unsettled_after()
        store_in(archive, "1.2.1.1.1.31", PatientID="1")
        return until

    told = archive.reindex()
    monkeypatch.setattr(archive.store, "unsettled_after", with_arrivals_around)
    first = next(told)
    monkeypatch.undo()
    result = result_of([first, *told])
    assert (result.found_count, result.lost_count, result.differing_count) == (0, 0, 0), result
    assert findings_of(archive) == []


def test_what_the_old_index_did_not_know_is_found_and_comes_after_everything_in_the_feed(archive):
    fill(archive)
    archive.perform(lambda cursor: cursor.execute("DELETE FROM instance WHERE sop_instance_uid = '1.2.2.1.3.4'"))
    last = rows_of(archive, "SELECT max(serial) FROM change")[0][0]
    result = result_of(archive.reindex())
    assert result.found_count == 1
    assert "1.2.2.1.3.4" in result.found[0]
    assert rows_of(archive, "SELECT id FROM instance WHERE sop_instance_uid = '1.2.2.1.3.4'")[0][0] > last
    assert findings_of(archive) == []
    assert isinstance(store_in(archive, "1.2.2.1.3.5", PatientID="2"), Stored)


def test_what_the_blobs_do_not_hold_is_lost_and_said(archive):
    fill(archive)
    (blob,) = rows_of(archive, "SELECT blob FROM instance WHERE sop_instance_uid = '1.2.2.1.3.4'")[0]
    (archive.folder / "blobs" / f"{blob}.dcm").unlink()
    result = result_of(archive.reindex())
    assert result.lost_count == 1
    assert "1.2.2.1.3.4" in result.lost[0]
    assert findings_of(archive) == []


def test_rows_that_said_otherwise_than_their_blobs_are_mended_and_said(archive):
    fill(archive)
    before = everything_in(archive)
    archive.perform(lambda cursor: cursor.execute("UPDATE patient SET patient_name = 'Wrong' WHERE patient_id = '1'"))
    archive.perform(lambda cursor: cursor.execute("UPDATE study SET instance_count = 99"))
    archive.perform(lambda cursor: cursor.execute("UPDATE instance SET instance_number = '99' WHERE id = 2"))
    result = result_of(archive.reindex())
    assert result.differing_count == 4
    assert everything_in(archive) == before


def test_left_early_nothing_has_changed(archive):
    fill(archive)
    path = archive.index.path
    told = archive.reindex()
    next(told)
    told.close()
    assert archive.index.path == path
    assert [file.name for file in path.parent.glob("index-*.sqlite")] == [path.name]
    assert isinstance(store_in(archive, "1.2.1.1.1.21", PatientID="1"), Stored)


def test_one_rebuilding_at_a_time_and_the_next_after_it_however_it_ended(archive):
    first = archive.reindex()
    next(first)
    with pytest.raises(LocalError, match="already"):
        next(archive.reindex())
    first.close()
    assert isinstance(list(archive.reindex())[-1], Rebuilt)
    assert isinstance(list(archive.reindex())[-1], Rebuilt)


def test_a_lost_index_is_rebuilt_from_blobs_alone(tmp_path):
    with Archive(tmp_path) as archive:
        fill(archive)
        before = everything_in(archive)
    shutil.rmtree(tmp_path / "index")
    result = result_of(rebuild(tmp_path))
    assert result.found_count == result.instances + result.set_aside == 22
    with Archive(tmp_path) as archive:
        after = everything_in(archive)
        for table in ("patient", "study", "series"):
            assert after[table] == before[table]
        for table in ("instance", "set_aside"):
            assert without_serials(after[table]) == without_serials(before[table])
        assert findings_of(archive) == []
        assert isinstance(store_in(archive, "1.2.1.1.1.20", PatientID="1"), Stored)


@pytest.mark.parametrize("place", [0, 4096 * 3, 4096 * 9])
def test_a_damaged_index_is_refused_and_rebuilt(tmp_path, place):
    with Archive(tmp_path) as archive:
        fill(archive)
        uids = rows_of(archive, "SELECT sop_instance_uid FROM instance ORDER BY sop_instance_uid")
        path = archive.index.path
    with path.open("r+b") as file:
        file.seek(place)
        file.write(b"\xa5" * 4096 * 20)
    result = result_of(rebuild(tmp_path))
    assert result.instances == 20
    with Archive(tmp_path) as archive:
        assert rows_of(archive, "SELECT sop_instance_uid FROM instance ORDER BY sop_instance_uid") == uids
        assert findings_of(archive) == []


def test_nodes_and_jobs_are_salvaged_from_an_index_whose_instances_are_damaged(tmp_path):
    with Archive(tmp_path) as archive:
        fill(archive)
        with closing(IndexReader(archive.index)) as reader:
            JobRows(reader, archive.perform).add_job("check", "Check", {}, datetime.now(UTC))
        (page,) = rows_of(archive, "SELECT rootpage FROM sqlite_master WHERE name = 'instance'")[0]
        path = archive.index.path
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xa5" * 4096)
    result = result_of(rebuild(tmp_path))
    assert (result.instances, result.not_copied) == (20, [])
    with Archive(tmp_path) as archive:
        assert [row[0] for row in rows_of(archive, "SELECT name FROM node")] == ["ct"]
        assert [row[0] for row in rows_of(archive, "SELECT title FROM job")] == ["Check"]


def test_the_nodes_of_an_index_that_is_sound_survive_a_rebuilding(tmp_path):
    with Archive(tmp_path) as archive:
        fill(archive)
    result_of(rebuild(tmp_path))
    with Archive(tmp_path) as archive:
        assert [row[0] for row in rows_of(archive, "SELECT name FROM node")] == ["ct"]


def test_a_folder_in_use_or_without_blobs_is_refused(tmp_path):
    with Archive(tmp_path / "data"), pytest.raises(UsageError, match="in use"):
        next(rebuild(tmp_path / "data"))
    with pytest.raises(UsageError, match="no data folder"):
        next(rebuild(tmp_path))


def test_a_swap_that_fails_leaves_the_old_index_in_use(archive, monkeypatch):
    fill(archive)
    path = archive.index.path
    before = everything_in(archive)

    def fail(*_):
        raise OSError("no space for the pointer")

    monkeypatch.setattr("isocenter.archive.reindex.write_durably", fail)
    with pytest.raises(OSError, match="pointer"):
        list(archive.reindex())
    assert archive.index.path == path
    assert everything_in(archive) == before
    assert isinstance(store_in(archive, "1.2.1.1.1.22", PatientID="1"), Stored)


def test_readers_that_are_open_during_the_swap_go_on_in_the_old_one(archive):
    fill(archive)
    with closing(archive.index.connect_reader()) as reader:
        statement = "SELECT id, sop_instance_uid, blob FROM instance ORDER BY id"
        cursor = reader.execute(statement)
        first = cursor.fetchone()
        result_of(archive.reindex())
        assert [first, *cursor.fetchall()] == rows_of(archive, statement)
