"""What can be read at once, and what is rather left to a thread."""

from pathlib import Path

from isocenter.web import stored
from isocenter.web.stored import data_set_at_once


def blob_of(images, name):
    instance = images.house.catalogue.instance(images.kept[name].uid)
    return images.house.blobs.path(instance.blob), instance


def test_a_data_set_in_memory_is_read_at_once(images):
    path, instance = blob_of(images, "ct")
    Path(path).read_bytes()  # a system that is short of memory may have given it up since it was stored
    assert data_set_at_once(path, instance.byte_count) == images.kept["ct"].data_set


def test_a_file_that_is_gone_or_has_no_header_is_not_read(tmp_path):
    assert data_set_at_once(str(tmp_path / "gone"), 100) is None
    partial = tmp_path / "partial"
    partial.write_bytes(bytes(500))
    assert data_set_at_once(str(partial), 100) is None
    assert data_set_at_once(str(partial), 450) is None
    assert data_set_at_once(str(partial), 5000) is None


def test_a_platform_that_cannot_tell_reads_in_a_thread(images, monkeypatch):
    path, instance = blob_of(images, "ct")
    monkeypatch.setattr(stored, "_AT_ONCE", 0)
    assert data_set_at_once(path, instance.byte_count) is None
    kept = images.kept["ct"]
    for _ in range(2):
        assert images.get(f"{kept.path}/frames/1", "application/octet-stream").content == kept.read.PixelData
    assert images.get(kept.path, "application/dicom").content.endswith(kept.data_set)


def test_what_the_system_does_not_hold_is_read_in_a_thread(images, monkeypatch):
    monkeypatch.setattr(stored, "_into", lambda *_: False)
    kept = images.kept["ct"]
    for _ in range(2):
        assert images.get(f"{kept.path}/frames/1", "application/octet-stream").content == kept.read.PixelData
    assert images.get(kept.path, "application/dicom").content.endswith(kept.data_set)


def test_a_file_that_was_cut_breaks_the_answer_off(images, monkeypatch):
    kept = images.kept["ct"]
    path, _ = blob_of(images, "ct")
    with open(path, "rb") as file:
        whole = file.read()
    try:
        with open(path, "wb") as file:
            file.write(whole[:-1000])
        monkeypatch.setattr(stored, "_AT_ONCE", 0)
        answer = images.get(f"{kept.path}/frames/1", "application/octet-stream")
        assert len(answer.content) < len(kept.read.PixelData)
    finally:
        with open(path, "wb") as file:
            file.write(whole)
