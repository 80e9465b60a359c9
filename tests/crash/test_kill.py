"""A storing process is killed without warning, many times: what was acknowledged is there, byte for byte, and nothing partial.

A child stores from four threads and tells each acknowledgement through a pipe, which survives it. First it is killed at every
single call that it makes on the disk, then at random moments.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from contextlib import closing

import pytest
from tests.archive.conftest import make_instance, store_in

from isocenter.archive.archive import Archive
from isocenter.archive.check import Finding
from isocenter.archive.disk import Disk
from isocenter.model.records import Duplicate, Stored

pytestmark = [pytest.mark.crash, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")]

THREADS = 4
STEPS = ("create", "write", "sync", "open_folder", "sync_folder", "make_folder", "unlink", "close", "replace")


class DeadlyDisk(Disk):
    """Kills its own process just before the call of that number."""

    def __init__(self, deadly):
        count = 0

        def watched(real):
            def call(*arguments):
                nonlocal count
                count += 1
                if count == deadly:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*arguments)

            return call

        for name in STEPS:
            setattr(self, name, watched(getattr(super(), name)))


def pixels_of(uid):
    """Small and large ones, each different."""
    size = 200 if int(uid.rpartition(".")[2]) % 4 else 300_000
    return (uid.encode() * (size // len(uid) + 1))[:size]


def store(archive, uid):
    return store_in(archive, uid, piece=100_000, pixels=pixels_of(uid))


def child(folder, round_, pipe, disk, count):
    """Stores for as long as it lives."""
    try:
        archive = Archive(folder, disk=disk)

        def work(worker):
            for number in range(count):
                uid = f"1.2.{round_ + 1}.{worker + 1}.1.{number + 1}"
                if isinstance(store(archive, uid), Stored | Duplicate):
                    os.write(pipe, f"{uid}\n".encode())

        workers = [threading.Thread(target=work, args=(worker,), daemon=True) for worker in range(THREADS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        os._exit(0)


def run_child(folder, round_, disk, count, kill_after):
    """Let a child store, kill it after so many acknowledgements (or never); what it acknowledged."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    process = os.fork()
    if process == 0:
        os.close(reading)
        child(folder, round_, writing, disk, count)
    os.close(writing)
    told = b""
    killed = False
    while piece := os.read(reading, 65_536):
        told += piece
        if kill_after is not None and not killed and told.count(b"\n") >= kill_after:
            os.kill(process, signal.SIGKILL)
            killed = True
    os.close(reading)
    os.waitpid(process, 0)
    return [uid.decode() for uid in told.split(b"\n")[:-1]]


def verify(folder, acknowledged):
    """Open what is left: everything acknowledged is there, everything there is whole, index and blobs agree."""
    with Archive(folder) as archive, closing(archive.index.connect_reader()) as connection:
        rows = dict(connection.execute("SELECT sop_instance_uid, blob FROM instance").fetchall())
        missing = set(acknowledged) - rows.keys()
        assert not missing
        for uid, blob in rows.items():
            with archive.open(blob) as opened:
                assert opened.read(opened.dataset_offset, opened.byte_count) == make_instance(uid, pixels=pixels_of(uid))
        assert [told for told in archive.check() if isinstance(told, Finding)] == []
        counted = connection.execute(
            "SELECT sum(p.instance_count), sum(p.series_count), (SELECT sum(instance_count) FROM series), "
            "(SELECT sum(instance_count) FROM study), (SELECT count(*) FROM series) FROM patient p"
        ).fetchone()
        if rows:
            assert counted == (len(rows), counted[4], len(rows), len(rows), counted[4])
        return archive.recovered


def test_killed_before_every_single_call_on_the_disk(tmp_path):
    for deadly in range(1, 60, 2):
        folder = tmp_path / str(deadly)
        acknowledged = run_child(folder, deadly, DeadlyDisk(deadly), 3, None)
        verify(folder, acknowledged)
        again = run_child(folder, deadly, Disk(), 3, None)
        assert len(again) == 3 * THREADS
        verify(folder, again)


def test_killed_at_random_moments_many_times(tmp_path):
    chance = random.Random(20261122)
    acknowledged: list[str] = []
    mended = 0
    for round_ in range(40):
        acknowledged += run_child(tmp_path, round_, Disk(), 1000, chance.randrange(0, 60))
        recovered = verify(tmp_path, acknowledged) if round_ % 4 == 3 else _reopen(tmp_path)
        mended += recovered.blobs_removed + recovered.blobs_adopted + recovered.rows_checked
    assert len(acknowledged) > 400
    assert mended, "the kills must have hit something"


def _reopen(folder):
    with Archive(folder) as archive:
        return archive.recovered
