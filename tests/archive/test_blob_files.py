"""Blobs as files keep the contract, name files by serial alone, and survive other people's files beside them."""

from __future__ import annotations

import os
import stat

import pytest
from tests.contracts.blob_store import HEADER, BlobStoreContract

from isocenter.archive import blob_files
from isocenter.archive.blob_files import BlobFiles, dataset_offset, key_of, serial_of
from isocenter.archive.disk import Disk


class TestBlobFiles(BlobStoreContract):
    @pytest.fixture
    def blobs(self, tmp_path):
        store = BlobFiles(tmp_path)
        yield store
        store.close()


class TestBlobFilesInFoldersOfFour(BlobStoreContract):
    @pytest.fixture
    def blobs(self, tmp_path, monkeypatch):
        monkeypatch.setattr(blob_files, "BLOBS_PER_FOLDER_MAX", 4)
        store = BlobFiles(tmp_path)
        yield store
        store.close()


put = BlobStoreContract.put


def test_serials_go_on_after_a_restart_and_fill_folders(tmp_path, monkeypatch):
    monkeypatch.setattr(blob_files, "BLOBS_PER_FOLDER_MAX", 4)
    keys = []
    for _ in range(5):
        store = BlobFiles(tmp_path)
        keys += [put(store, b"x") for _ in range(2)]
        store.close()
    assert keys == [key_of(serial) for serial in range(1, 11)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["000000", "000001", "000002"]
    assert all(len(list(path.iterdir())) <= 4 for path in tmp_path.iterdir())


def test_files_and_folders_are_for_this_user_alone(tmp_path):
    store = BlobFiles(tmp_path)
    key = put(store, b"x")
    file = tmp_path / f"{key}.dcm"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    store.close()


def test_a_killed_process_leaves_partial_files_that_are_never_read_as_instances(tmp_path):
    killed = BlobFiles(tmp_path)
    draft = killed.draft(len(HEADER))
    draft.write(b"x" * 500_000)
    store = BlobFiles(tmp_path)
    partial = list(store.walk())
    assert partial
    for key in partial:
        with pytest.raises(FileNotFoundError, match="not complete"), store.open(key):
            pass
    key = put(store, b"y")
    assert key not in partial
    store.close()


def test_foreign_files_and_folders_are_passed_over(tmp_path):
    (tmp_path / "lost+found").mkdir()
    (tmp_path / "000000").mkdir()
    (tmp_path / "000000" / "notes.txt").write_text("mine")
    (tmp_path / "000000" / "000000001.dcm").write_text("mine too")
    store = BlobFiles(tmp_path)
    key = put(store, b"x")
    assert next(iter(store.walk())) == "000000/000000001"
    assert key == key_of(2)
    assert (tmp_path / "000000" / "000000001.dcm").read_text() == "mine too"
    store.close()


@pytest.mark.parametrize(
    "key", ["", "..", "../../etc/passwd", "000000/../000001", "/etc/passwd", "000000/1", "000000/000000001.dcm"]
)
def test_nothing_but_a_key_is_a_path(tmp_path, key):
    store = BlobFiles(tmp_path)
    with pytest.raises(FileNotFoundError), store.open(key):
        pass


def test_a_symbolic_link_in_place_of_a_blob_is_not_followed(tmp_path):
    (tmp_path / "blobs").mkdir()
    store = BlobFiles(tmp_path / "blobs")
    key = put(store, b"x")
    path = tmp_path / "blobs" / f"{key}.dcm"
    secret = tmp_path / "secret"
    secret.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(OSError, match="symbolic links"), store.open(key):
        pass
    store.close()


def test_a_new_folder_is_made_durable_before_the_first_blob_in_it(tmp_path):
    steps = []

    class Watched(Disk):
        def make_folder(self, path):
            steps.append(("make", os.path.basename(path)))
            super().make_folder(path)

        def open_folder(self, path):
            steps.append(("open", os.path.basename(path)))
            return super().open_folder(path)

        def sync_folder(self, folder):
            steps.append(("sync folder", ""))
            super().sync_folder(folder)

        def sync(self, file):
            steps.append(("sync", ""))
            super().sync(file)

    store = BlobFiles(tmp_path, Watched())
    steps.clear()
    put(store, b"x")
    root = tmp_path.name
    assert steps == [
        ("make", "000000"),
        ("open", root),
        ("sync folder", ""),
        ("open", "000000"),
        ("sync folder", ""),
        ("sync", ""),
    ]
    steps.clear()
    put(store, b"y")
    assert steps == [("sync", "")]
    store.close()


def test_keys_and_serials_are_each_other():
    assert [serial_of(key_of(serial)) for serial in (1, 1023, 1024, 10**9, 10**12)] == [1, 1023, 1024, 10**9, 10**12]
    assert serial_of("") == 0


def test_only_a_whole_header_says_where_the_data_set_begins():
    assert dataset_offset(HEADER) == 164
    for end in range(144):
        assert dataset_offset(HEADER[:end]) == 0
    for place in range(128, 140):
        assert dataset_offset(HEADER[:place] + b"\xff" + HEADER[place + 1 :]) == 0
    assert dataset_offset(HEADER[:140] + b"\xff\xff\xff\x7f" + HEADER[144:]) == 0


class Remembering(Disk):
    """A disk that knows which files the system was told to forget."""

    def __init__(self):
        self.forgotten = []

    def forget(self, path):
        super().forget(path)
        self.forgotten.append(path.rpartition("/")[2])


def test_the_newest_blobs_stay_in_the_systems_memory_and_older_ones_leave_it(tmp_path, monkeypatch):
    monkeypatch.setattr(blob_files, "BLOBS_CACHED_BYTES", 1_000_000)
    disk = Remembering()
    store = BlobFiles(tmp_path, disk)
    keys = [put(store, b"x" * 300_000) for _ in range(5)]
    assert disk.forgotten == ["000000001.dcm", "000000002.dcm"]
    for key in keys:
        with store.open(key) as blob:
            assert blob.read(blob.dataset_offset, 300_001) == b"x" * 300_000
    store.close()


def test_small_blobs_are_not_worth_forgetting(tmp_path, monkeypatch):
    monkeypatch.setattr(blob_files, "BLOBS_CACHED_BYTES", 1)
    disk = Remembering()
    store = BlobFiles(tmp_path, disk)
    put(store, b"x" * 10_000)
    assert disk.forgotten == []
    store.close()


def test_a_blob_that_was_removed_meanwhile_is_forgotten_in_peace(tmp_path, monkeypatch):
    monkeypatch.setattr(blob_files, "BLOBS_CACHED_BYTES", 400_000)
    disk = Remembering()
    store = BlobFiles(tmp_path, disk)
    store.remove(put(store, b"x" * 300_000))
    put(store, b"y" * 300_000)
    assert disk.forgotten == ["000000001.dcm"]
    store.close()
