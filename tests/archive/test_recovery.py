"""What a start mends: crash images are copies of the folder of an archive that is still open."""

from __future__ import annotations

import errno
import shutil
import sqlite3
import threading
from contextlib import closing

import pytest
from tests.archive.conftest import make_instance, store_in
from tests.archive.looking import findings_of, rows_of

from isocenter.archive import index_writer
from isocenter.archive.archive import Archive
from isocenter.archive.disk import Disk
from isocenter.archive.index_writer import Mark
from isocenter.archive.recovery import Recovered
from isocenter.model.records import Conflict, Duplicate, Stored


def uids_of(archive):
    return {row[0] for row in rows_of(archive, "SELECT sop_instance_uid FROM instance")}


def image_of(archive, target):
    """A copy of the folder as it is now, what a crash would leave if every write had reached the disk."""
    shutil.copytree(archive.folder, target, ignore=shutil.ignore_patterns("isocenter.lock"))
    return target


def blob_path(folder, archive, uid):
    [(blob,)] = rows_of(archive, f"SELECT blob FROM instance WHERE sop_instance_uid = '{uid}'")
    return folder / "blobs" / f"{blob}.dcm"


class StuckDisk(Disk):
    """The sync that comes after `stick` never ends by itself: the row is committed and the blob is in doubt."""

    def __init__(self):
        self.sticks = False
        self.stuck, self.go = threading.Event(), threading.Event()

    def sync(self, file):
        if self.sticks:
            self.sticks = False
            self.stuck.set()
            self.go.wait()
        super().sync(file)


@pytest.fixture
def doubtful(tmp_path):
    """Two instances stored, a third one whose row is committed and whose blob is not synced; the image of that moment."""
    disk = StuckDisk()
    with Archive(tmp_path / "data", disk=disk) as archive:
        for number in (1, 2):
            assert isinstance(store_in(archive, f"1.2.3.1.1.{number}"), Stored)
        disk.sticks = True
        worker = threading.Thread(target=store_in, args=(archive, "1.2.3.1.1.3"), kwargs={"pixels": bytes(300_000)})
        worker.start()
        disk.stuck.wait()
        while "1.2.3.1.1.3" not in uids_of(archive):
            pass
        image = image_of(archive, tmp_path / "image")
        path = blob_path(image, archive, "1.2.3.1.1.3")
        disk.go.set()
        worker.join()
    return image, path


def test_a_row_whose_blob_survived_stays(doubtful):
    image, _ = doubtful
    with Archive(image) as archive:
        assert archive.recovered.rows_taken_back == 0
        assert archive.recovered.rows_checked >= 1
        assert uids_of(archive) == {"1.2.3.1.1.1", "1.2.3.1.1.2", "1.2.3.1.1.3"}
        assert findings_of(archive) == []


def _truncate(size):
    return lambda path: path.write_bytes(path.read_bytes()[:size])


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        _truncate(0),
        _truncate(100),
        _truncate(5_000),
        lambda path: path.write_bytes(bytes(len(path.read_bytes()))),
        lambda path: path.write_bytes(path.read_bytes()[:4096] + bytes(len(path.read_bytes()) - 4096)[:-1] + b"\1"),
        lambda path: path.write_bytes(bytes(512) + path.read_bytes()[512:]),
    ],
)
def test_a_row_whose_blob_did_not_survive_is_taken_back_and_the_feed_says_so(doubtful, damage):
    image, path = doubtful
    damage(path)
    with Archive(image) as archive:
        assert archive.recovered.rows_taken_back == 1
        assert uids_of(archive) == {"1.2.3.1.1.1", "1.2.3.1.1.2"}
        assert rows_of(archive, "SELECT instance_count FROM series") == [(2,)]
        assert rows_of(archive, "SELECT kind FROM change ORDER BY serial") == [("stored",), ("removed",)]
        assert findings_of(archive) == []
        assert isinstance(store_in(archive, "1.2.3.1.1.3"), Stored)
    with Archive(image) as archive:
        assert archive.recovered == Recovered()


def test_a_whole_blob_without_a_row_is_adopted_with_all_that_was_known_of_its_arrival(tmp_path):
    with Archive(tmp_path / "data") as archive:
        before = image_of(archive, tmp_path / "image")
        result = store_in(archive, "1.2.3.1.1.1")
        shutil.copytree(archive.folder / "blobs", before / "blobs", dirs_exist_ok=True)
    with Archive(before) as archive:
        assert archive.recovered.blobs_adopted == 1
        [row] = rows_of(
            archive,
            "SELECT i.sop_instance_uid, i.received, o.calling_ae_title, o.called_ae_title, o.address, o.source, "
            "o.implementation_version_name, i.checksum FROM instance i JOIN origin o ON o.id = i.origin_ref",
        )
        assert row[2:7] == ("CT-1", "ISOCENTER", "10.0.0.7", "dimse", "MODALITY_1")
        assert row[7].hex() == result.instance.checksum
        assert store_in(archive, "1.2.3.1.1.1") == Duplicate("1.2.3.1.1.1")


def test_an_old_backup_of_the_index_finds_everything_that_came_since(tmp_path):
    with Archive(tmp_path / "data") as archive:
        store_in(archive, "1.2.3.1.1.1")
    shutil.copytree(tmp_path / "data" / "index", tmp_path / "backup")
    with Archive(tmp_path / "data") as archive:
        for number in range(2, 30):
            store_in(archive, f"1.2.3.1.1.{number}")
        assert isinstance(store_in(archive, "1.2.3.1.1.2", pixels=b"\2" * 64), Conflict)
    shutil.rmtree(tmp_path / "data" / "index")
    shutil.copytree(tmp_path / "backup", tmp_path / "data" / "index")
    with Archive(tmp_path / "data") as archive:
        assert archive.recovered.blobs_adopted == 29
        assert len(uids_of(archive)) == 29
        assert len(rows_of(archive, "SELECT * FROM set_aside")) == 1
        assert findings_of(archive) == []


def test_prepared_and_partial_blobs_are_removed(tmp_path):
    with Archive(tmp_path / "data") as archive:
        store_in(archive, "1.2.3.1.1.1")
        reception = archive.begin(archive_arrival())
        reception.write(make_instance(pixels=bytes(500_000)))
        image = image_of(archive, tmp_path / "image")
        reception.abandon()
    assert len(list((image / "blobs").rglob("*.dcm"))) > 2
    with Archive(image) as archive:
        assert archive.recovered.blobs_removed > 1
    assert len(list((image / "blobs").rglob("*.dcm"))) == 1


def archive_arrival():
    from tests.archive.conftest import make_arrival

    return make_arrival()


def test_blobs_that_were_removed_do_not_come_back(tmp_path):
    from isocenter.model.attributes import Level

    class Stubborn(Disk):
        stubborn = False

        def unlink(self, path):
            if Stubborn.stubborn:
                raise OSError(errno.EBUSY, "in use")
            super().unlink(path)

    with Archive(tmp_path / "data", disk=Stubborn()) as archive:
        for number in range(1, 5):
            store_in(archive, f"1.2.3.1.{number}.1")
        Stubborn.stubborn = True
        with pytest.raises(Exception, match="Removing"):
            archive.remove(Level.SERIES, "1.2.3.1.2")
        image = image_of(archive, tmp_path / "image")
        Stubborn.stubborn = False
    with Archive(image) as archive:
        assert len(uids_of(archive)) == 3
        assert rows_of(archive, "SELECT * FROM doomed") == []
        assert findings_of(archive) == []
    assert len(list((image / "blobs").rglob("*.dcm"))) == 3


def test_a_start_looks_at_no_more_than_the_last_instances(tmp_path, monkeypatch):
    monkeypatch.setattr(index_writer, "SETTLED_MARK_INSTANCES", 8)
    with Archive(tmp_path / "data") as archive:
        for number in range(1, 60):
            store_in(archive, f"1.2.3.1.1.{number}")
        image = image_of(archive, tmp_path / "image")
    with closing(sqlite3.connect(image / "index" / "index-0001.sqlite")) as connection:
        mark = Mark.read(connection.cursor())
    assert 40 < mark.serial <= mark.blob_serial + 20
    with Archive(image) as archive:
        assert archive.recovered.rows_checked <= 16
        assert len(uids_of(archive)) == 59


def test_the_mark_waits_for_a_blob_whose_sync_is_slow(tmp_path, monkeypatch):
    monkeypatch.setattr(index_writer, "SETTLED_MARK_INSTANCES", 1)
    disk = StuckDisk()
    with Archive(tmp_path / "data", disk=disk) as archive:
        store_in(archive, "1.2.3.1.1.1")
        disk.sticks = True
        worker = threading.Thread(target=store_in, args=(archive, "1.2.3.1.1.2"))
        worker.start()
        disk.stuck.wait()
        while "1.2.3.1.1.2" not in uids_of(archive):
            pass
        for number in range(3, 20):
            assert isinstance(store_in(archive, f"1.2.3.1.1.{number}"), Stored)
        image = image_of(archive, tmp_path / "image")
        _truncate(600)(blob_path(image, archive, "1.2.3.1.1.2"))
        disk.go.set()
        worker.join()
    with Archive(image) as archive:
        assert archive.recovered.rows_taken_back == 1
        assert len(uids_of(archive)) == 18
        assert findings_of(archive) == []


def test_the_mark_waits_for_a_slow_upload_and_its_blob_is_judged(tmp_path, monkeypatch):
    monkeypatch.setattr(index_writer, "SETTLED_MARK_INSTANCES", 4)
    with Archive(tmp_path / "data") as archive:
        store_in(archive, "1.2.3.1.1.1")
        slow = archive.begin(archive_arrival())
        slow.write(make_instance(pixels=bytes(500_000)))
        for number in range(2, 40):
            store_in(archive, f"1.2.3.1.1.{number}")
        image = image_of(archive, tmp_path / "image")
        slow.abandon()
    with Archive(image) as archive:
        assert archive.recovered.rows_taken_back == archive.recovered.blobs_adopted == 0
        assert archive.recovered.blobs_removed >= 1
        assert archive.recovered.rows_checked <= 8
        assert findings_of(archive) == []


def test_a_clean_end_leaves_nothing_to_do(tmp_path):
    with Archive(tmp_path) as archive:
        for number in range(1, 5):
            store_in(archive, f"1.2.3.1.1.{number}")
    with Archive(tmp_path) as archive:
        assert archive.recovered == Recovered()


def test_a_start_that_is_interrupted_can_be_repeated(doubtful, monkeypatch):
    image, path = doubtful
    _truncate(5_000)(path)
    monkeypatch.setattr("isocenter.archive.recovery.Mark.write", lambda *_: (_ for _ in ()).throw(OSError("killed here")))
    with pytest.raises(OSError, match="killed here"):
        Archive(image)
    monkeypatch.undo()
    with Archive(image) as archive:
        assert archive.recovered.rows_taken_back == 1
        assert findings_of(archive) == []
