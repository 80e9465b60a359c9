"""What is removed is gone from index, counters and disk, and stays in the feed."""

from __future__ import annotations

from tests.archive.looking import rows_of

from isocenter.archive.check import Finding
from isocenter.model.attributes import Level
from isocenter.model.records import Conflict, Stored


def test_removing_an_instance_leaves_the_rest_counted(archive, store):
    for uid, modality in (("1.2.3.1.1.1", "CT"), ("1.2.3.1.1.2", "CT"), ("1.2.3.1.2.1", "SR"), ("1.2.3.2.1.1", "CT")):
        store(uid, Modality=modality)
    assert archive.remove(Level.IMAGE, "1.2.3.1.1.2") == 1
    assert rows_of(archive, "SELECT study_count, series_count, instance_count FROM patient") == [(2, 3, 3)]
    assert rows_of(archive, "SELECT instance_count FROM series ORDER BY id") == [(1,), (1,), (1,)]
    assert archive.remove(Level.SERIES, "1.2.3.1.2") == 1
    assert rows_of(archive, "SELECT modalities_in_study, series_count FROM study ORDER BY id") == [("CT", 1), ("CT", 1)]
    assert archive.remove(Level.STUDY, "1.2.3.1") == 1
    assert rows_of(archive, "SELECT study_count, series_count, instance_count FROM patient") == [(1, 1, 1)]
    assert archive.remove(Level.PATIENT, "4711") == 1
    for table in ("patient", "study", "series", "instance", "doomed"):
        assert rows_of(archive, f"SELECT * FROM {table}") == []
    assert [key for key in archive.store.walk() if key <= archive.store.last_key()] == []


def test_the_feed_keeps_the_arrival_at_its_serial_and_tells_the_removal_after_it(archive, store):
    store("1.2.3.1.1.1")
    store("1.2.3.1.1.2")
    archive.remove(Level.IMAGE, "1.2.3.1.1.1")
    store("1.2.3.1.1.3")
    assert rows_of(archive, "SELECT serial, kind, sop_instance_uid, calling_ae_title FROM change ORDER BY serial") == [
        (1, "stored", "1.2.3.1.1.1", "CT-1"),
        (3, "removed", "1.2.3.1.1.1", ""),
    ]
    assert rows_of(archive, "SELECT id FROM instance ORDER BY id") == [(2,), (4,)]


def test_what_was_removed_can_be_stored_again(archive, store):
    store()
    archive.remove(Level.STUDY, "1.2.3.1")
    assert isinstance(store(), Stored)
    assert isinstance(store("1.2.3.1.1.2", PatientID="0815"), Conflict)
    archive.remove(Level.STUDY, "1.2.3.1")
    assert isinstance(store("1.2.3.1.1.2", PatientID="0815"), Stored | Conflict)


def test_nothing_happens_for_what_is_not_there(archive, store):
    store()
    assert archive.remove(Level.STUDY, "1.2.9") == 0
    assert archive.remove(Level.IMAGE, "") == 0
    assert not archive.remove_set_aside(99)
    assert rows_of(archive, "SELECT count(*) FROM instance") == [(1,)]


def test_an_instance_set_aside_can_be_removed_alone(archive, store):
    store()
    conflict = store(pixels=b"\1" * 64)
    assert archive.remove_set_aside(conflict.set_aside)
    assert rows_of(archive, "SELECT * FROM set_aside") == []
    assert [told for told in archive.check() if isinstance(told, Finding)] == []
    assert isinstance(store(pixels=b"\1" * 64), Conflict)
