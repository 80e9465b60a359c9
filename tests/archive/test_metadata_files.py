"""The cache of attributes on the disk: what is whole comes back, nothing else, and it never grows beyond its bound."""

from __future__ import annotations

import os
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.archive import metadata_files as room
from isocenter.archive.disk import Disk
from isocenter.archive.metadata_files import Chunk, Kept, MetadataFiles, table_of
from isocenter.base.limits import METADATA_BASES_MAX

HERE = "http://127.0.0.1:8114/dicom-web"


def chunk(text: bytes) -> Chunk:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Chunk(packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH), len(text))


def kept(*texts: bytes, base_url: str = HERE, fingerprint: bytes = b"f" * 16) -> Kept:
    whole = b"".join(texts)
    table = table_of([f"{number:04}" for number in range(len(texts))], [len(text) for text in texts])
    return Kept(fingerprint, base_url, tuple(map(chunk, texts)), len(whole), zlib.crc32(whole), table)


@pytest.fixture
def files(tmp_path) -> MetadataFiles:
    return MetadataFiles(tmp_path / "metadata")


def on_disk(files: MetadataFiles) -> list[str]:
    return sorted(path.name for path in files._files())


@given(st.lists(st.binary(min_size=1, max_size=3000), max_size=5), st.text(max_size=30))
def test_what_was_written_comes_back(tmp_path_factory, texts, base_url):
    files = MetadataFiles(tmp_path_factory.mktemp("metadata"))
    written = kept(*texts, base_url=base_url)
    files.write("1.2\n1.3", written)
    found = files.read("1.2\n1.3", base_url)
    assert found == written
    assert [b"".join(one.texts()) for one in found.chunks] == texts
    assert found.instances() == [(f"{number:04}", len(text)) for number, text in enumerate(texts)]


def test_another_series_or_address_finds_nothing(files):
    files.write("1.2\n1.3", kept(b"text"))
    assert files.read("1.2\n1.4", HERE) is None
    assert files.read("1.2\n1.3", "http://localhost:8114/dicom-web") is None
    assert files.read_any("1.2\n1.3") == kept(b"text")
    assert files.read_any("1.2\n1.4") is None


def test_a_file_that_is_not_whole_is_removed(files, tmp_path):
    files.write("s", kept(b"some text", b",more text"))
    (path,) = files._files()
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert files.read("s", HERE) is None
        assert not path.exists()
    path.write_bytes(whole + b"\0")
    assert files.read("s", HERE) is None
    path.write_bytes(whole)
    assert files.read("s", HERE) is not None


def test_a_chunk_that_unpacks_to_something_else_is_no_text():
    for wrong in (Chunk(b"\xff\xff", 3), Chunk(chunk(bytes(100_000)).packed, 10), Chunk(chunk(b"abc").packed, 4)):
        with pytest.raises(ValueError, match=r"\w"):
            list(wrong.texts())


@given(st.integers(0, 300), st.integers(1, 100))
def test_a_chunk_unpacks_in_pieces_of_any_size(length, size):
    text = bytes(range(256)) * 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "METADATA_PIECE_BYTES", size)
        pieces = list(chunk(text[:length]).texts())
    assert b"".join(pieces) == text[:length]
    assert all(0 < len(piece) <= size for piece in pieces)


def test_only_some_addresses_of_a_series_are_kept_the_latest(files):
    for number in range(METADATA_BASES_MAX + 3):
        files.write("s", kept(b"text", base_url=f"http://{number}"))
        os.utime(files._path("s", f"http://{number}"), (number, number))
    assert len(on_disk(files)) == METADATA_BASES_MAX
    assert files.read("s", f"http://{METADATA_BASES_MAX + 2}") is not None
    assert files.read("s", "http://0") is None


def test_what_is_of_another_state_goes_for_every_address(files):
    files.write("s", kept(b"old", base_url="http://there"))
    files.write("s", kept(b"new", fingerprint=b"g" * 16))
    assert files.read("s", "http://there") is None
    assert files.read("s", HERE) is not None


def test_a_series_can_be_forgotten_and_all_of_them(files):
    for series in "abc":
        files.write(series, kept(b"text"))
        files.write(series, kept(b"text", base_url="http://there"))
    files.forget("a")
    assert files.read("a", HERE) is None
    assert len(on_disk(files)) == 4
    files.forget_everything()
    assert on_disk(files) == []
    files.forget("a")


def test_the_oldest_make_room(tmp_path):
    size = len(os.urandom(3000)) + 200
    files = MetadataFiles(tmp_path, bytes_max=10 * size)
    for number in range(30):
        files.write(f"series {number}", kept(os.urandom(3000)))
        path = files._path(f"series {number}", HERE)
        if path.exists():
            os.utime(path, (number, number))
        assert sum(one.stat().st_size for one in files._files()) <= 11 * size
    assert files.read("series 29", HERE) is not None
    assert files.read("series 0", HERE) is None


def test_what_a_crash_left_half_written_goes(tmp_path):
    (tmp_path / "ab").mkdir()
    for name, moment in (("crashed", 1000), ("being written", 2**31)):
        left = tmp_path / "ab" / f"{name}.new"
        left.write_bytes(b"half")
        os.utime(left, (moment, moment))
    MetadataFiles(tmp_path).write("s", kept(b"text"))
    assert [path.name for path in tmp_path.glob("*/*.new")] == ["being written.new"]


def test_the_cursor_is_written_down(files, tmp_path):
    assert files.cursor() is None
    files.set_cursor(42)
    files.set_cursor(43)
    assert MetadataFiles(tmp_path / "metadata").cursor() == 43
    (tmp_path / "metadata" / "cursor").write_text("nonsense")
    assert files.cursor() is None


def test_a_disk_that_refuses_is_told_once_and_leaves_no_trace(tmp_path, caplog):
    class Full(Disk):
        def write(self, file, buffers, offset):
            raise OSError(28, "No space left on device")

    files = MetadataFiles(tmp_path / "metadata", Full())
    files.write("s", kept(b"text"))
    files.write("s", kept(b"text"))
    assert files.read("s", HERE) is None
    assert on_disk(files) == []
    assert len(caplog.records) == 1
    assert "No space left" in caplog.text


def test_names_on_the_disk_hold_nothing_received(files):
    files.write("../../etc\npasswd", kept(b"text", base_url="http://evil/../.."))
    (name,) = on_disk(files)
    assert set(name) <= set("0123456789abcdef.")
