"""DICOM files in folders and zip archives, found and looked into: what `send` and `import` take.

Paths go in; `Found` and `Left` come out, one for each file, in a stable order. Only the head of a file is read. What is no DICOM
file is left with a sentence; nothing ends the walk. A zip archive is held to limits before anything of it is unpacked, and none
of its names becomes a path (PS3.10 7).
"""

from __future__ import annotations

import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from isocenter.base.errors import UnreadableDataset, UsageError
from isocenter.base.limits import (
    DATASET_BYTES_MAX,
    FILE_HEAD_BYTES,
    FILE_HEAD_BYTES_FIRST,
    ZIP_BYTES_MAX,
    ZIP_ENTRIES_MAX,
    ZIP_RATIO_FROM_BYTES,
    ZIP_RATIO_MAX,
)
from isocenter.dataset import part10
from isocenter.dataset.skim import Skim
from isocenter.model.ports import OpenBlob
from isocenter.net.files import OpenFile, opened

SOP_CLASS_UID = 0x00080016
SOP_INSTANCE_UID = 0x00080018
_DICOMDIR_CLASS = "1.2.840.10008.1.3.10"
_ENDINGS = (".dcm", ".dicom", ".dic", ".ima")
_UNPACKING = (OSError, zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, RuntimeError, zlib.error)
"""What the zip room raises at damaged or foreign archives."""

Opened = Callable[..., AbstractContextManager[OpenBlob]]
"""Opens what was found, given the offset of its data set."""


@dataclass(frozen=True, slots=True)
class Found:
    """An instance in a file: who it says it is, and how to open it."""

    path: str
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    open: Callable[[], AbstractContextManager[OpenBlob]]


@dataclass(frozen=True, slots=True)
class Left:
    """A file that is not taken, and why. `is_fault` is False for what nobody would expect to be taken: a DICOMDIR, or what lies
    among images and does not look like one, such as a viewer on a disc."""

    path: str
    why: str
    is_fault: bool = True


def walk(paths: Sequence[Path]) -> Iterator[Found | Left]:
    """Everything below `paths`. Raises UsageError for a path that is not there; whatever lies below one never raises."""
    for path in paths:
        if not path.exists():
            raise UsageError(f"There is no file or folder {path}.")
    for path in paths:
        yield from _folder(path) if path.is_dir() else _file(path, is_meant=True)


def _folder(folder: Path) -> Iterator[Found | Left]:
    closed: list[OSError] = []
    for place, folders, names in os.walk(folder, onerror=closed.append, followlinks=False):
        folders.sort()
        for name in sorted(names):
            yield from _file(Path(place, name), is_meant=False)
    for error in closed:
        yield Left(str(error.filename), f"it cannot be read: {error.strerror}")


def _file(path: Path, *, is_meant: bool) -> Iterator[Found | Left]:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            yield Left(str(path), "it is not a plain file")
            return
        with path.open("rb", buffering=0) as stream:
            start = stream.read(FILE_HEAD_BYTES_FIRST)
            if start[:4] not in (b"PK\x03\x04", b"PK\x05\x06"):
                yield _look(str(path), start, stream.read, partial(opened, path), is_meant=is_meant)
                return
    except OSError as error:
        yield Left(str(path), f"it cannot be read: {error.strerror}")
        return
    yield from _zip(path)


def _look(path: str, start: bytes, more: Callable[[int], bytes], opened: Opened, *, is_meant: bool) -> Found | Left:
    """What a file with that `start` is; `more` reads on where the start does not say."""
    found = _identified(path, start, opened, is_meant=is_meant)
    if isinstance(found, Left) and len(start) == FILE_HEAD_BYTES_FIRST:
        return _identified(path, start + more(FILE_HEAD_BYTES - len(start)), opened, is_meant=is_meant)
    return found


def _identified(path: str, head: bytes, opened: Opened, *, is_meant: bool) -> Found | Left:
    try:
        header = part10.read_header(head)
        skim = Skim(header.transfer_syntax, {SOP_CLASS_UID, SOP_INSTANCE_UID})
        skim.feed(head[header.dataset_offset :])
    except UnreadableDataset as error:
        looks_like_one = part10.PREFIX in (head[:4], head[128:132]) or path.lower().endswith(_ENDINGS)
        return Left(path, f"it is not a DICOM file: {error}", is_fault=is_meant or looks_like_one)
    class_uid = skim.text(SOP_CLASS_UID) or header.text(part10.MEDIA_STORAGE_SOP_CLASS_UID)
    instance_uid = skim.text(SOP_INSTANCE_UID) or header.text(part10.MEDIA_STORAGE_SOP_INSTANCE_UID)
    if class_uid == _DICOMDIR_CLASS:
        return Left(path, "it is a DICOMDIR: the files that it lists are taken, not the list", is_fault=False)
    if not class_uid or not instance_uid:
        return Left(path, "it names no SOP class and instance (0008,0016) and (0008,0018), so it cannot be filed")
    return Found(path, class_uid, instance_uid, header.transfer_syntax, partial(opened, header.dataset_offset))


def _zip(path: Path) -> Iterator[Found | Left]:
    """Its entries. The archive stays open as long as one of them is known: to open it anew reads its whole list again."""
    try:
        archive = zipfile.ZipFile(path)
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except _UNPACKING as error:
        yield Left(str(path), f"it is a damaged zip archive: {error}")
        return
    if complaint := _too_much(entries):
        yield Left(str(path), complaint)
        return
    for entry in entries:
        yield _entry(f"{path}!{entry.filename}", archive, entry)


def _too_much(entries: Sequence[zipfile.ZipInfo]) -> str:
    if len(entries) > ZIP_ENTRIES_MAX:
        return f"the zip archive has {len(entries)} entries; {ZIP_ENTRIES_MAX} are allowed"
    if (total := sum(entry.file_size for entry in entries)) > ZIP_BYTES_MAX:
        return f"the zip archive would unpack to {total} bytes; {ZIP_BYTES_MAX} are allowed"
    return ""


def _entry(label: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Found | Left:
    if entry.flag_bits & 1:
        return Left(label, "it is encrypted")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Left(label, "it is packed in another way than deflate")
    tightest = max(ZIP_RATIO_FROM_BYTES, max(entry.compress_size, 1) * ZIP_RATIO_MAX)
    if entry.file_size > min(tightest, DATASET_BYTES_MAX):
        return Left(label, f"{entry.compress_size} bytes claim to unpack to {entry.file_size}, which no image does")
    try:
        with archive.open(entry) as stream:
            start = stream.read(FILE_HEAD_BYTES_FIRST)
            if start[:4] == b"PK\x03\x04":
                return Left(label, "it is a zip archive within a zip archive, which is not opened")
            return _look(label, start, stream.read, partial(_unpacked, archive, entry), is_meant=False)
    except _UNPACKING as error:
        return Left(label, f"it cannot be unpacked: {error}")


@contextmanager
def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, dataset_offset: int) -> Iterator[OpenBlob]:
    """The entry in a nameless temporary file; its real size is held to what it claims. Raises OSError where it is damaged."""
    with tempfile.TemporaryFile() as stream:
        unpacked = 0
        try:
            with archive.open(entry) as packed:
                while piece := packed.read(FILE_HEAD_BYTES):
                    unpacked += len(piece)
                    if unpacked > entry.file_size:
                        raise OSError(0, "it unpacks to more than it claims")
                    stream.write(piece)
        except _UNPACKING as error:
            raise OSError(0, f"it is damaged: {error}") from error
        stream.flush()
        yield OpenFile(stream, dataset_offset)
