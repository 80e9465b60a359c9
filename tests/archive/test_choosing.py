"""What was set aside takes the place of what was kept, whole or not at all."""

from __future__ import annotations

from contextlib import closing

import pytest
from tests.archive.conftest import store_in
from tests.archive.looking import findings_of

from isocenter.archive.feed import IndexFeed
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.set_aside import IndexQuarantine
from isocenter.archive.stored_entry import read_entry
from isocenter.base.errors import LocalError
from isocenter.model.changes import ChangeKind
from isocenter.model.records import Conflict, Duplicate

UID = "1.2.3.1.1.1"


@pytest.fixture
def reader(archive):
    opened = IndexReader(archive.index)
    yield opened
    opened.close()


def asides(reader):
    return list(IndexQuarantine(reader).set_aside())


def kept(archive):
    with closing(archive.index.connect_reader()) as connection:
        return connection.execute("SELECT blob, instance_number FROM instance WHERE sop_instance_uid = ?", (UID,)).fetchall()


def test_the_new_one_is_kept_and_the_old_blob_goes(archive, store, reader):
    store(UID)
    assert isinstance(store(UID, InstanceNumber="8"), Conflict)
    [(old_blob, _)] = kept(archive)
    [aside] = asides(reader)
    assert archive.use_set_aside(aside.id)
    assert kept(archive) == [(aside.instance.blob, "8")]
    assert not archive.store.exists(old_blob)
    assert asides(reader) == []
    assert findings_of(archive) == []
    assert store(UID, InstanceNumber="8") == Duplicate(UID)


def test_the_feed_tells_of_the_removal_and_then_of_the_arrival(archive, store, reader):
    store(UID)
    store(UID, InstanceNumber="8")
    feed = IndexFeed(reader)
    seen = feed.last_serial()
    archive.use_set_aside(asides(reader)[0].id)
    assert [(change.kind, change.sop_instance_uid) for change in feed.since(seen, 10)] == [
        (ChangeKind.REMOVED, UID), (ChangeKind.STORED, UID),
    ]  # fmt: skip


def test_a_new_one_may_belong_to_another_patient_and_series_as_long_as_it_contradicts_nobody_else(archive, store, reader):
    store(UID)
    store(UID, PatientID="4712", StudyInstanceUID="1.9", SeriesInstanceUID="1.9.1")
    assert archive.use_set_aside(asides(reader)[0].id)
    with closing(archive.index.connect_reader()) as connection:
        assert connection.execute("SELECT patient_id, instance_count FROM patient").fetchall() == [("4712", 1)]
        assert connection.execute("SELECT study_instance_uid, instance_count FROM study").fetchall() == [("1.9", 1)]


def test_one_that_contradicts_its_whole_study_is_refused_and_nothing_changes(archive, store, reader):
    store(UID)
    store("1.2.3.1.1.2")
    assert isinstance(store(UID, PatientID="4712"), Conflict)
    [aside] = asides(reader)
    before = kept(archive)
    with pytest.raises(LocalError, match=r"other instances of its series as well \(PatientID\)"):
        archive.use_set_aside(aside.id)
    assert (kept(archive), asides(reader)) == (before, [aside])
    assert findings_of(archive) == []


def test_one_whose_uid_nobody_has_replaces_nothing(archive, store, reader):
    store(UID)
    assert isinstance(store("1.2.3.1.1.2", PatientID="4712"), Conflict)
    with pytest.raises(LocalError, match=r"No instance 1\.2\.3\.1\.1\.2 is kept"):
        archive.use_set_aside(asides(reader)[0].id)
    assert len(asides(reader)) == 1


def test_a_damaged_one_is_refused(archive, store, reader, tmp_path):
    store(UID)
    store(UID, InstanceNumber="8")
    [aside] = asides(reader)
    path = archive.path(aside.instance.blob)
    with open(path, "r+b") as file:
        file.seek(-3, 2)
        file.write(b"\x55")
    with pytest.raises(LocalError, match="cannot be used"):
        archive.use_set_aside(aside.id)
    assert kept(archive)[0][1] == "7"


def test_one_that_another_person_removes_meanwhile_is_no_choice(archive, store, reader, monkeypatch):
    store(UID)
    store(UID, InstanceNumber="8")
    [aside] = asides(reader)

    def removed_first(blobs, blob, *, verify):
        archive.remove_set_aside(aside.id)
        return read_entry(blobs, blob, verify=verify)

    monkeypatch.setattr("isocenter.archive.archive.read_entry", removed_first)
    assert not archive.use_set_aside(aside.id)
    assert findings_of(archive) == []


def test_a_third_version_is_compared_with_the_one_that_is_kept_now(archive, store, reader):
    store(UID)
    store(UID, InstanceNumber="8")
    store(UID, InstanceNumber="9")
    second, third = asides(reader)
    assert ("InstanceNumber", "7", "9") in third.differences
    archive.use_set_aside(second.id)
    [third] = asides(reader)
    assert ("InstanceNumber", "8", "9") in third.differences


def test_a_number_that_is_gone_is_no_choice(archive, store, reader):
    assert archive.use_set_aside(17) is False


def test_nothing_is_chosen_while_the_index_is_rebuilt_and_the_choice_survives_a_rebuilding(archive, store, reader):
    store(UID)
    store(UID, InstanceNumber="8")
    [aside] = asides(reader)
    rebuilding = archive.reindex()
    next(rebuilding)
    with pytest.raises(LocalError, match="being rebuilt"):
        archive.use_set_aside(aside.id)
    rebuilding.close()
    archive.use_set_aside(aside.id)
    list(archive.reindex())
    assert kept(archive)[0][1] == "8"
    assert asides(reader) == []


def test_what_a_rebuilding_would_change_is_told_without_changing_it(archive, store):
    for number in range(1, 4):
        store_in(archive, f"1.2.3.1.1.{number}")
    archive.perform(lambda cursor: cursor.execute("DELETE FROM instance WHERE sop_instance_uid = '1.2.3.1.1.2'"))
    archive.perform(
        lambda cursor: cursor.execute("UPDATE instance SET instance_number = '99' WHERE sop_instance_uid = '1.2.3.1.1.3'")
    )
    path = archive.index.path
    *_, told = archive.compare()
    assert (told.found_count, told.lost_count) == (1, 0)
    assert "1.2.3.1.1.2" in told.found[0]
    assert any("1.2.3.1.1.3" in line for line in told.differing)
    assert archive.index.path == path
    assert [file.name for file in path.parent.glob("index-*.sqlite")] == [path.name]
    *_, again = archive.compare()
    assert (again.found, again.differing) == (told.found, told.differing)
