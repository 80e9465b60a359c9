"""What `send` and `import` find below a path: hostile zip archives foremost."""

import os
import struct
import zipfile
from contextlib import suppress

import pytest

from isocenter.base.errors import UsageError
from isocenter.base.limits import ZIP_DEPTH_MAX
from isocenter.daemon import zips
from isocenter.daemon.files import walk
from isocenter.daemon.looking import Found, Left
from isocenter.lab import phantom

IMAGE = phantom.file_bytes(next(iter(phantom.ct_series(5, slices=1, side_pixels=128))))


def zipped(path, entries, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return path


def only(path):
    [one] = walk([path])
    return one


def read(found):
    with found.open() as blob:
        return blob.read(blob.dataset_offset, blob.byte_count)


def test_an_image_says_who_it_is_and_is_read_from_its_data_set_on(tmp_path):
    (tmp_path / "x").write_bytes(IMAGE)
    found = only(tmp_path / "x")
    assert isinstance(found, Found)
    assert found.sop_class_uid == "1.2.840.10008.5.1.4.1.1.2"
    assert IMAGE.endswith(read(found))
    assert read(found)[:2] == b"\x08\x00"


def test_a_bare_data_set_is_found_too(tmp_path):
    bare = phantom.data_set_bytes(next(iter(phantom.ct_series(5, slices=1, side_pixels=16))))
    (tmp_path / "x").write_bytes(bare)
    assert read(only(tmp_path / "x")) == bare


def test_names_that_lead_outside_stay_names(tmp_path):
    names = ["../../etc/passwd", "/etc/passwd", "C:\\x", "a/../../b", "x" * 5000]
    path = zipped(tmp_path / "x.zip", dict.fromkeys(names, IMAGE))
    found = list(walk([path]))
    assert len(found) == len(names)
    assert all(isinstance(one, Found) and len(read(one)) > 4096 for one in found)
    assert os.listdir(tmp_path) == ["x.zip"]


def test_a_bomb_is_left_out_before_it_is_unpacked(tmp_path):
    path = zipped(tmp_path / "x.zip", {"bomb": bytes(80_000_000), "image": IMAGE})
    bomb, image = walk([path])
    assert isinstance(bomb, Left)
    assert "which no image does" in bomb.why
    assert isinstance(image, Found)


def test_a_small_image_may_be_packed_as_tightly_as_it_is_empty(tmp_path):
    empty = next(iter(phantom.ct_series(5, slices=1, side_pixels=16)))
    empty.PixelData = bytes(2_000_000)
    path = zipped(tmp_path / "x.zip", {"mask": phantom.file_bytes(empty)})
    assert isinstance(only(path), Found)


def test_an_entry_that_lies_about_its_size_ends_where_it_claimed_to(tmp_path):
    path = zipped(tmp_path / "x.zip", {"image": IMAGE})
    content = path.read_bytes()
    claimed = struct.pack("<I", len(IMAGE))
    assert content.count(claimed) == 2
    path.write_bytes(content.replace(claimed, struct.pack("<I", len(IMAGE) - 3000)))
    with pytest.raises(OSError, match=r"damaged|more than it claims"):
        read(only(path))


def test_an_encrypted_entry_is_left_out(tmp_path):
    path = zipped(tmp_path / "x.zip", {"secret": IMAGE, "open": IMAGE})
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    path.write_bytes(content)
    secret, plain = walk([path])
    assert isinstance(secret, Left)
    assert secret.why == "it is encrypted"
    assert isinstance(plain, Found)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_packings_than_deflate_are_left_out(tmp_path, method):
    assert "another way" in only(zipped(tmp_path / "x.zip", {"x": IMAGE}, method)).why


def test_a_truncated_archive_is_said_to_be_damaged_wherever_it_ends(tmp_path):
    whole = zipped(tmp_path / "x.zip", {"a": IMAGE, "b": IMAGE}).read_bytes()
    for end in range(4, len(whole), 97):
        (tmp_path / "cut.zip").write_bytes(whole[:end])
        one = only(tmp_path / "cut.zip")
        assert isinstance(one, Left)
        assert one.is_fault
        assert "damaged zip archive" in one.why


def test_any_flipped_byte_is_a_sentence_or_the_same_image_never_an_error(tmp_path):
    whole = zipped(tmp_path / "x.zip", {"a": IMAGE[:600] + bytes(100)}).read_bytes()
    for place in range(len(whole)):
        content = bytearray(whole)
        content[place] ^= 0xFF
        (tmp_path / "flipped.zip").write_bytes(content)
        for one in walk([tmp_path / "flipped.zip"]):
            if isinstance(one, Found):
                with suppress(OSError):
                    read(one)


def test_too_many_entries_and_too_many_bytes_are_refused_whole(tmp_path, monkeypatch):
    path = zipped(tmp_path / "x.zip", {"a": IMAGE, "b": IMAGE, "c": IMAGE})
    with monkeypatch.context() as patch:
        patch.setattr(zips, "ZIP_ENTRIES_MAX", 2)
        assert "3 entries; 2 are allowed" in only(path).why
    monkeypatch.setattr(zips, "ZIP_BYTES_MAX", 2 * len(IMAGE))
    assert f"{3 * len(IMAGE)} bytes" in only(path).why


def nested(tmp_path, depth, content=IMAGE):
    """A zip archive in a zip archive and so on; `depth` is how many, the outermost counted."""
    for _ in range(depth):
        content = zipped(tmp_path / "x.zip", {"inner.zip": content}).read_bytes()
    return tmp_path / "x.zip"


def test_zips_within_a_zip_are_opened_down_to_a_depth(tmp_path):
    for depth in (2, ZIP_DEPTH_MAX):
        found = only(nested(tmp_path, depth))
        assert found.path == str(tmp_path / "x.zip") + "!inner.zip" * depth
        assert IMAGE.endswith(read(found))
    assert f"within {ZIP_DEPTH_MAX} others" in only(nested(tmp_path, ZIP_DEPTH_MAX + 1)).why


def test_what_is_within_counts_together_with_what_is_around(tmp_path, monkeypatch):
    inner = zipped(tmp_path / "inner.zip", {"a": IMAGE, "b": IMAGE}).read_bytes()
    outer = zipped(tmp_path / "outer.zip", {"1.zip": inner, "2.zip": inner, "3": IMAGE})
    with monkeypatch.context() as patch:
        patch.setattr(zips, "ZIP_ENTRIES_MAX", 6)
        first, second, refused, third = walk([outer])
        assert "7 entries; 6 are allowed" in refused.why
        assert all(isinstance(one, Found) for one in (first, second, third))
    monkeypatch.setattr(zips, "ZIP_NESTED_MAX", 1)
    assert "more than 1 zip archives" in list(walk([outer]))[2].why


def test_a_damaged_zip_within_a_zip_costs_only_itself(tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"a": IMAGE}).read_bytes()[:-30]
    damaged, image = walk([zipped(tmp_path / "outer.zip", {"1.zip": inner, "2": IMAGE})])
    assert "damaged zip archive" in damaged.why
    assert isinstance(image, Found)


def test_a_program_or_document_in_a_zip_is_not_taken_apart(tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"a": b"class"}).read_bytes()
    left = only(zipped(tmp_path / "outer.zip", {"viewer.jar": inner}))
    assert (left.is_fault, "not a DICOM file" in left.why) == (False, True)


def test_a_list_that_is_too_long_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = zipped(tmp_path / "x.zip", {str(number): b"" for number in range(10)})
    monkeypatch.setattr(zips, "ZIP_DIRECTORY_BYTES_MAX", 300)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "300 are allowed" in only(path).why


def with_long_end(content: bytes, gap: bytes = b"") -> bytes:
    """The archive with its list in the record of ZIP64 alone; the short record says that it is empty."""
    start, end = content[:-22], content[-22:]
    count, size, offset = struct.unpack("<H2I", end[10:20])
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(start), 1)
    return start + record + gap + locator + end[:8] + struct.pack("<2H2IH", 0, 0, 0, 0, 0)


def test_the_longer_record_of_the_end_is_believed_as_the_reader_does(tmp_path, monkeypatch):
    content = zipped(tmp_path / "x.zip", {str(number): IMAGE for number in range(10)}).read_bytes()
    (tmp_path / "x.zip").write_bytes(with_long_end(content))
    assert len(list(walk([tmp_path / "x.zip"]))) == 10
    monkeypatch.setattr(zips, "ZIP_DIRECTORY_BYTES_MAX", 300)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "300 are allowed" in only(tmp_path / "x.zip").why
    (tmp_path / "x.zip").write_bytes(with_long_end(content, b"between"))
    assert "not where it should be" in only(tmp_path / "x.zip").why


def test_an_empty_zip_has_nothing_in_it(tmp_path):
    assert list(walk([zipped(tmp_path / "x.zip", {})])) == []


def test_an_archive_is_opened_once_for_all_its_entries(tmp_path, monkeypatch):
    path = zipped(tmp_path / "x.zip", {str(number): IMAGE for number in range(5)})
    opened = []
    real = zipfile.ZipFile
    monkeypatch.setattr(zipfile, "ZipFile", lambda *arguments: opened.append(1) or real(*arguments))
    assert all(read(one) for one in walk([path]))
    assert len(opened) == 1


def test_a_long_header_before_the_names_is_read_through(tmp_path):
    image = next(iter(phantom.ct_series(5, slices=1, side_pixels=16)))
    image.ImageType = ["ORIGINAL", *["DERIVED PRIMARY"] * 1000]
    (tmp_path / "x").write_bytes(phantom.data_set_bytes(image))
    assert only(tmp_path / "x").sop_instance_uid == image.SOPInstanceUID


@pytest.mark.parametrize(
    ("name", "content", "is_fault"),
    [("readme.txt", b"hello", False), ("x.dcm", b"hello", True), ("x.IMA", b"", True), ("x", bytes(128) + b"DICM", True)],
)
def test_in_a_folder_only_what_looks_like_an_image_is_missed(tmp_path, name, content, is_fault):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / name).write_bytes(content)
    assert only(tmp_path / "folder").is_fault is is_fault
    assert only(tmp_path / "folder" / name).is_fault


def test_a_folder_is_walked_in_a_stable_order_and_links_to_folders_are_not_followed(tmp_path):
    for name in ("b/2", "b/1", "a/1"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(IMAGE)
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    assert [os.path.relpath(one.path, tmp_path) for one in walk([tmp_path])] == ["a/1", "b/1", "b/2"]


def test_a_folder_that_cannot_be_read_is_a_fault(tmp_path, monkeypatch):
    # Whoever runs the tests may be allowed everything, so the system is asked to refuse.
    real = os.scandir

    def scandir(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    (tmp_path / "closed").mkdir()
    (tmp_path / "open").write_bytes(IMAGE)
    monkeypatch.setattr(os, "scandir", scandir)
    found, left = walk([tmp_path])
    assert isinstance(found, Found)
    assert left == Left(str(tmp_path / "closed"), "it cannot be read: Permission denied")


def test_a_path_that_is_not_there_is_said_before_anything_is_found(tmp_path):
    with pytest.raises(UsageError, match="There is no file or folder"):
        list(walk([tmp_path, tmp_path / "nowhere"]))
