"""Every k-th call on the disk fails, for all k: the answer is `Full`, the process lives, and nothing acknowledged is lost."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from tests.archive.conftest import make_arrival, make_instance, store_in

from isocenter.archive.archive import Archive
from isocenter.archive.disk import Disk
from isocenter.base.clock import FixedClock
from isocenter.base.errors import VolumeFailed
from isocenter.base.limits import DISK_CHECK_SECONDS, DISK_LOW_BYTES, DISK_RESUME_BYTES
from isocenter.model.records import Duplicate, Full, Stored

pytestmark = pytest.mark.crash

STEPS = ("create", "write", "sync", "open_folder", "sync_folder", "make_folder", "free_bytes")


class FailingDisk(Disk):
    """Fails the call of that number with that error, and all calls after it while `stays` is set."""

    def __init__(self, calls=STEPS):
        self.failing_from = None
        self.error = errno.ENOSPC
        self.stays = False
        self.count = 0
        self.lock = threading.Lock()
        for name in calls:
            setattr(self, name, self._failing(name, getattr(super(), name)))

    def _failing(self, name, real):
        def call(*arguments):
            with self.lock:
                self.count += 1
                at = self.failing_from
                fails = at is not None and (self.count == at or (self.stays and self.count > at))
            if fails:
                if name == "write" and len(arguments[1][0]) > 1:
                    real(arguments[0], [bytes(arguments[1][0])[: len(arguments[1][0]) // 2]], arguments[2])
                raise OSError(self.error, os.strerror(self.error))
            return real(*arguments)

        return call

    def fail(self, at, error, stays=False):
        self.count, self.failing_from, self.error, self.stays = 0, at, error, stays

    def heal(self):
        self.failing_from = None


def contents(archive):
    with closing(archive.index.connect_reader()) as connection:
        rows = connection.execute("SELECT sop_instance_uid, blob FROM instance").fetchall()
    found = {}
    for uid, blob in rows:
        with archive.open(blob) as opened:
            found[uid] = opened.read(opened.dataset_offset, opened.byte_count)
    return found


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EMFILE, errno.EROFS])
@pytest.mark.parametrize("size", [64, 400_000])
def test_any_failing_call_answers_full_and_loses_nothing_acknowledged(tmp_path, error, size):
    pixels = bytes(size)
    for at in range(1, 12):
        folder = tmp_path / str(at)
        disk = FailingDisk()
        acknowledged = {}
        with Archive(folder, disk=disk) as archive:
            for number in range(4):
                if number == 1:
                    disk.fail(at, error)
                uid = f"1.2.3.1.1.{number + 1}"
                result = store_in(archive, uid, piece=100_000, pixels=pixels)
                assert isinstance(result, Stored | Full)
                if isinstance(result, Stored):
                    acknowledged[uid] = make_instance(uid, pixels=pixels)
                else:
                    assert result.reason
            disk.heal()
            assert contents(archive) == acknowledged
        with Archive(folder) as archive:
            assert contents(archive) == acknowledged
            for uid, content in acknowledged.items():
                assert store_in(archive, uid, pixels=pixels) == Duplicate(uid), content[:0]
            assert isinstance(store_in(archive, "1.2.3.1.1.99"), Stored)


def test_no_space_resumes_by_itself_and_leaves_no_file(tmp_path):
    disk = FailingDisk()
    clock = FixedClock()
    with Archive(tmp_path, disk=disk, clock=clock) as archive:
        assert isinstance(store_in(archive, "1.2.3.1.1.1"), Stored)
        disk.fail(1, errno.ENOSPC, stays=True)
        for _ in range(3):
            assert isinstance(store_in(archive, "1.2.3.1.1.2", piece=100_000, pixels=bytes(400_000)), Full)
        disk.heal()
        clock.advance(DISK_CHECK_SECONDS * 2)
        assert isinstance(store_in(archive, "1.2.3.1.1.2"), Stored)
        assert set(contents(archive)) == {"1.2.3.1.1.1", "1.2.3.1.1.2"}


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOMEM, errno.EAGAIN, errno.EINVAL])
def test_a_failed_sync_is_never_retried_and_stops_the_volume_until_the_next_start(tmp_path, error):
    disk = FailingDisk(calls=("sync",))
    with Archive(tmp_path, disk=disk) as archive:
        assert isinstance(store_in(archive, "1.2.3.1.1.1"), Stored)
        disk.fail(1, error)
        refused = store_in(archive, "1.2.3.1.1.2")
        assert isinstance(refused, Full)
        assert "onto the disk" in refused.reason
        assert disk.count == 1
        again = store_in(archive, "1.2.3.1.1.3")
        assert isinstance(again, Full)
        assert "until it is checked" in again.reason
        assert disk.count == 1
        assert set(contents(archive)) == {"1.2.3.1.1.1"}
        with closing(archive.index.connect_reader()) as connection:
            changes = connection.execute("SELECT kind, sop_instance_uid FROM change ORDER BY serial").fetchall()
            assert changes == [("stored", "1.2.3.1.1.2"), ("removed", "1.2.3.1.1.2")]
            assert connection.execute("SELECT instance_count FROM study").fetchall() == [(1,)]
    with Archive(tmp_path) as archive:
        assert isinstance(store_in(archive, "1.2.3.1.1.2"), Stored)


def test_a_duplicate_of_an_instance_whose_sync_fails_is_not_acknowledged(tmp_path):
    """The second association must wait for the first one's blob, and not answer from a row alone."""
    begun, go = threading.Event(), threading.Event()

    class SlowDisk(Disk):
        first = True

        def sync(self, file):
            if SlowDisk.first:
                SlowDisk.first = False
                begun.set()
                go.wait()
                raise OSError(errno.EIO, "the disk died")
            super().sync(file)

    results = []
    with Archive(tmp_path, disk=SlowDisk()) as archive:
        workers = [threading.Thread(target=lambda: results.append(store_in(archive, "1.2.3.1.1.1"))) for _ in range(2)]
        workers[0].start()
        begun.wait()
        workers[1].start()
        # whatever the second does meanwhile, it cannot have been answered
        workers[1].join(0.2)
        assert results == []
        go.set()
        for worker in workers:
            worker.join()
        assert [type(result) for result in results] == [Full, Full]
        assert contents(archive) == {}


def test_space_that_runs_low_refuses_before_bytes_come_and_resumes_above_the_higher_mark(tmp_path):
    class Shrinking(Disk):
        free = DISK_RESUME_BYTES

        def free_bytes(self, folder):
            return Shrinking.free

        def write(self, file, buffers, offset):
            assert Shrinking.free >= DISK_LOW_BYTES, "nothing may be written when space is low"
            return super().write(file, buffers, offset)

    clock = FixedClock()
    with Archive(tmp_path, disk=Shrinking(), clock=clock) as archive:

        def store(number, free):
            Shrinking.free = free
            clock.advance(DISK_CHECK_SECONDS * 2)
            return type(store_in(archive, f"1.2.3.1.1.{number}"))

        assert store(1, DISK_LOW_BYTES) is Stored
        assert store(2, DISK_LOW_BYTES - 1) is Full
        assert "MiB free" in archive.refusal()
        assert store(3, DISK_RESUME_BYTES - 1) is Full
        assert store(4, DISK_RESUME_BYTES) is Stored
        assert store(5, DISK_LOW_BYTES) is Stored
        assert archive.refusal() is None


def test_one_huge_instance_cannot_fill_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("isocenter.archive.volume.DISK_CHECK_BYTES", 1_000_000)

    class Shrinking(Disk):
        free = DISK_LOW_BYTES + 3_000_000

        def free_bytes(self, folder):
            return Shrinking.free

        def write(self, file, buffers, offset):
            written = super().write(file, buffers, offset)
            Shrinking.free -= written
            return written

    with Archive(tmp_path, disk=Shrinking()) as archive:
        result = store_in(archive, "1.2.3.1.1.1", piece=200_000, pixels=bytes(10_000_000))
        assert isinstance(result, Full)
        assert Shrinking.free > DISK_LOW_BYTES - 3_000_000
        assert contents(archive) == {}


@pytest.mark.parametrize("full", [True, False])
def test_an_index_that_cannot_be_written_answers_full_and_keeps_nothing(tmp_path, full):
    with Archive(tmp_path) as archive:
        assert isinstance(store_in(archive, "1.2.3.1.1.1"), Stored)
        if full:
            archive.perform(lambda cursor: cursor.execute(f"PRAGMA max_page_count = {_pages(cursor)}").fetchall())
        else:
            archive.perform(lambda cursor: cursor.execute("PRAGMA query_only = 1"))
        results = [store_in(archive, f"1.2.3.{n}.1.1", PatientID="x" * 60 + str(n), pixels=bytes(300_000)) for n in range(2, 60)]
        refused = [n for n, result in enumerate(results, 2) if isinstance(result, Full)]
        assert refused
        assert all(isinstance(result, Full | Stored) for result in results)
        known = contents(archive)
        assert len(known) == 1 + len(results) - len(refused)
        whole = [key for key in archive.store.walk() if (Path(tmp_path) / "blobs" / f"{key}.dcm").stat().st_size]
        assert len(whole) == len(known)
        if full:
            archive.perform(lambda cursor: cursor.execute("PRAGMA max_page_count = 1000000").fetchall())
            assert isinstance(store_in(archive, f"1.2.3.{refused[0]}.1.1"), Stored)
        else:
            assert "until it is checked" in archive.refusal()
            with pytest.raises(VolumeFailed):
                archive.perform(lambda cursor: cursor.execute("INSERT INTO setting VALUES ('a', '1')"))


def _pages(cursor: sqlite3.Cursor) -> int:
    return cursor.execute("PRAGMA page_count").fetchone()[0] + 2


def test_an_abandoned_reception_on_a_dead_disk_does_not_raise(tmp_path):
    disk = FailingDisk()
    with Archive(tmp_path, disk=disk) as archive:
        reception = archive.begin(make_arrival())
        disk.fail(1, errno.EIO, stays=True)
        reception.write(bytes(make_instance(pixels=bytes(400_000))))
        reception.abandon()
        assert isinstance(store_in(archive, "1.2.3.1.1.1"), Full)
