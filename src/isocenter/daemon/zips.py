"""What zip archives hold, and zip archives within them, down to a depth.

An archive that is open goes in; `Found` and `Left` come out, one for each file in it, in its own order. It is held to limits before
anything of it is unpacked, all archives within it together, and none of its names becomes a path: what is unpacked goes into
nameless temporary files.
"""

from __future__ import annotations

import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from isocenter.base.limits import (
    DATASET_BYTES_MAX,
    FILE_HEAD_BYTES,
    FILE_HEAD_BYTES_FIRST,
    ZIP_BYTES_MAX,
    ZIP_DEPTH_MAX,
    ZIP_DIRECTORY_BYTES_MAX,
    ZIP_ENTRIES_MAX,
    ZIP_NESTED_MAX,
    ZIP_RATIO_FROM_BYTES,
    ZIP_RATIO_MAX,
)
from isocenter.daemon.looking import Found, Left, look
from isocenter.model.ports import OpenBlob
from isocenter.net.files import OpenFile

_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
_UNPACKING = (OSError, zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError, zlib.error)
"""What the zip room raises at damaged or foreign archives."""
_END_BYTES = 22
_COMMENT_BYTES_MAX = 0xFFFF
_LOCATOR_BYTES = 20
_LONG_END_BYTES = 56 + _LOCATOR_BYTES
"""The record of ZIP64 and its locator, right before the end record."""


def is_zip(start: bytes) -> bool:
    """Whether a file that begins so is a zip archive."""
    return start[:4] in _MARKS


@dataclass(slots=True)
class _Bounds:
    """What may still come out of one archive and those within it; files are unpacked in `scratch`, None is the system's."""

    scratch: Path | None
    counted: Callable[[int], None]
    entries: int = 0
    byte_count: int = 0
    nested: int = 0

    def complaint(self, entries: Sequence[zipfile.ZipInfo]) -> str:
        """Why so much more is too much; empty where it is not, and then it is counted."""
        count = self.entries + len(entries)
        total = self.byte_count + sum(entry.file_size for entry in entries)
        if count > ZIP_ENTRIES_MAX:
            return f"the zip archive has {count} entries; {ZIP_ENTRIES_MAX} are allowed"
        if total > ZIP_BYTES_MAX:
            return f"the zip archive would unpack to {total} bytes; {ZIP_BYTES_MAX} are allowed"
        self.entries, self.byte_count = count, total
        self.counted(self.entries - self.nested)
        return ""


def unpacked(
    label: str, file: Path | BinaryIO, scratch: Path | None = None, counted: Callable[[int], None] = lambda _count: None
) -> Iterator[Found | Left]:
    """The entries of one archive, a path or an open file that stays open as long as they are used.

    It stays open as long as one of them is known: to open it anew reads its whole list again. `counted` is told how many there
    will be, and again where an archive within it has more.
    """
    bounds = _Bounds(scratch, counted)
    listed = _listed(file, bounds)
    if isinstance(listed, str):
        yield Left(label, listed)
        return
    archive, entries = listed
    for entry in entries:
        yield from _entry(f"{label}!{entry.filename}", archive, entry, bounds, 1)


def _listed(file: Path | BinaryIO, bounds: _Bounds) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]] | str:
    """An archive and its entries, or why it is not taken."""
    try:
        if complaint := _list_complaint(file):
            return complaint
        archive = zipfile.ZipFile(file)
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except _UNPACKING as error:
        return f"it is a damaged zip archive: {error}"
    return bounds.complaint(entries) or (archive, entries)


def _list_complaint(file: Path | BinaryIO) -> str:
    """The list of an archive is read whole: how long it says that it is, is looked at before."""
    if isinstance(file, Path):
        with file.open("rb") as stream:
            return _list_complaint(stream)
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_BYTES - _COMMENT_BYTES_MAX - _LONG_END_BYTES))
    end = file.read()
    # where the zip room looks: at the very end first, and into the longer record wherever there is one
    at = len(end) - _END_BYTES
    if at < 0 or end[at : at + 4] != _MARKS[1] or end[-2:] != b"\0\0":
        at = end.rfind(_MARKS[1])
    length = int.from_bytes(end[at + 12 : at + 16], "little") if at >= 0 else 0
    if at >= _LOCATOR_BYTES and end[at - _LOCATOR_BYTES :].startswith(b"PK\x06\x07"):
        far = at - _LONG_END_BYTES
        if far < 0 or not end[far:].startswith(b"PK\x06\x06"):
            return "it is a damaged zip archive: the record of its end is not where it should be"
        length = int.from_bytes(end[far + 40 : far + 48], "little")
    if length > ZIP_DIRECTORY_BYTES_MAX and length <= size:
        return f"the list of the zip archive has {length} bytes; {ZIP_DIRECTORY_BYTES_MAX} are allowed"
    return ""


def _entry(label: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, bounds: _Bounds, depth: int) -> Iterator[Found | Left]:
    if entry.flag_bits & 1:
        yield Left(label, "it is encrypted")
        return
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield Left(label, "it is packed in another way than deflate")
        return
    tightest = max(ZIP_RATIO_FROM_BYTES, max(entry.compress_size, 1) * ZIP_RATIO_MAX)
    if entry.file_size > min(tightest, DATASET_BYTES_MAX):
        yield Left(label, f"{entry.compress_size} bytes claim to unpack to {entry.file_size}, which no image does")
        return
    try:
        with archive.open(entry) as stream:
            start = stream.read(FILE_HEAD_BYTES_FIRST)
            if not is_zip(start):
                yield look(label, start, stream.read, partial(_opened, archive, entry, bounds.scratch), is_meant=False)
                return
    except _UNPACKING as error:
        yield Left(label, f"it cannot be unpacked: {error}")
        return
    yield from _nested(label, archive, entry, bounds, depth)


def _nested(label: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, bounds: _Bounds, depth: int) -> Iterator[Found | Left]:
    if PurePosixPath(entry.filename).suffix.lower() not in ("", ".zip"):
        yield Left(label, "it is not a DICOM file: programs and documents are zip archives too", is_fault=False)
    elif depth >= ZIP_DEPTH_MAX:
        yield Left(label, f"it is a zip archive within {depth} others, which is not opened")
    elif bounds.nested >= ZIP_NESTED_MAX:
        yield Left(label, f"it is one of more than {ZIP_NESTED_MAX} zip archives within one")
    else:
        bounds.nested += 1
        file = cast("BinaryIO", tempfile.TemporaryFile(dir=bounds.scratch))  # noqa: SIM115 - closed with its last entry
        try:
            _unpack(archive, entry, file)
        except OSError as error:
            file.close()
            yield Left(label, f"it cannot be unpacked: {error.strerror or error}")
            return
        listed = _listed(file, bounds)
        if isinstance(listed, str):
            file.close()
            yield Left(label, listed)
            return
        weakref.finalize(listed[0], file.close)
        for inner in listed[1]:
            yield from _entry(f"{label}!{inner.filename}", listed[0], inner, bounds, depth + 1)


@contextmanager
def _opened(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, scratch: Path | None, dataset_offset: int) -> Iterator[OpenBlob]:
    """The entry in a nameless temporary file. Raises OSError where it is damaged."""
    with tempfile.TemporaryFile(dir=scratch) as stream:
        _unpack(archive, entry, stream)
        yield OpenFile(cast("BinaryIO", stream), dataset_offset)


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, stream: IO[bytes]) -> None:
    """All of the entry, whose real size is held to what it claims. Raises OSError where it is damaged."""
    count = 0
    try:
        with archive.open(entry) as packed:
            while piece := packed.read(FILE_HEAD_BYTES):
                count += len(piece)
                if count > entry.file_size:
                    raise OSError(0, "it unpacks to more than it claims")
                stream.write(piece)
    except _UNPACKING as error:
        raise OSError(0, f"it is damaged: {error}") from error
    stream.flush()
