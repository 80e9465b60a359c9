"""Files that a person brings through the page, into the archive of the running house: the port `Imports`.

The bytes of one file come in as they arrive; what becomes of each instance in it goes out as soon as that is durable. A short file
is held in memory, a longer one in a nameless temporary file beside the blobs; what turns out to be no DICOM file is let pass. What
a zip archive holds is filed several at a time, so that they share the syncs of the disk.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from isocenter.archive.archive import Archive
from isocenter.base.limits import FILE_HEAD_BYTES, FILE_HEAD_BYTES_FIRST, IMPORT_FILINGS_MAX, IMPORT_HELD_BYTES
from isocenter.daemon import importing, zips
from isocenter.daemon.looking import Found, Left, look
from isocenter.model.imports import LEFT_OUT, REFUSED, Imported
from isocenter.model.ports import OpenBlob
from isocenter.net.files import OpenFile


class Dropping:
    """The port `Imports` on an open archive."""

    def __init__(self, archive: Archive, folder: Path) -> None:
        """`folder` is where long files wait for their end; it is on the volume that is watched for space."""
        self._archive = archive
        self._folder = folder

    def open(self, name: str) -> DroppedFile:
        """See the port."""
        return DroppedFile(self._archive, name, self._folder)


class DroppedFile:
    """The port `Parcel`: one file on its way in."""

    def __init__(self, archive: Archive, name: str, folder: Path) -> None:
        self._archive = archive
        self._name = name
        self._folder = folder
        self._file = tempfile.SpooledTemporaryFile(IMPORT_HELD_BYTES, dir=str(folder))  # noqa: SIM115 - closed with the outcomes
        self._byte_count = 0
        self.expected = 1
        self._left: Left | None = None

    def write(self, run: bytes) -> None:
        """See the port."""
        if self._left is not None:
            return
        reason = self._archive.refusal() or ""
        try:
            if not reason:
                self._file.write(run)
        except OSError as error:
            reason = f"it cannot be kept until it is whole: {error.strerror or error}"
        if reason:
            self._leave(Left(self._name, reason))
            return
        before, self._byte_count = self._byte_count, self._byte_count + len(run)
        if before < FILE_HEAD_BYTES <= self._byte_count:
            self._look_early()

    def outcomes(self) -> Iterator[Imported]:
        """See the port."""
        try:
            yield from _filed(self._archive, self._looked_into())
        finally:
            self.abandon()

    def abandon(self) -> None:
        """See the port."""
        self._file.close()

    def _look_early(self) -> None:
        """The rest of what is no DICOM file need not be kept."""
        self._file.seek(0)
        start = self._file.read(FILE_HEAD_BYTES)
        self._file.seek(self._byte_count)
        if not zips.is_zip(start) and isinstance(found := self._identified(start, b""), Left):
            self._leave(found)

    def _leave(self, left: Left) -> None:
        self._left = left
        self._file.close()

    def _looked_into(self) -> Iterator[Found | Left]:
        if self._left is not None:
            yield self._left
            return
        self._file.seek(0)
        start = self._file.read(FILE_HEAD_BYTES_FIRST)
        if zips.is_zip(start):
            yield from zips.unpacked(self._name, cast("BinaryIO", self._file), self._folder, self._expect)
        else:
            yield self._identified(start, self._file.read(FILE_HEAD_BYTES))

    def _expect(self, count: int) -> None:
        self.expected = count

    def _identified(self, start: bytes, more: bytes) -> Found | Left:
        # A file in a folder that was dropped is not meant by itself: what lies there may be anything.
        return look(self._name, start, lambda length: more[:length], self._opened, is_meant="/" not in self._name)

    @contextmanager
    def _opened(self, dataset_offset: int) -> Iterator[OpenBlob]:
        yield OpenFile(cast("BinaryIO", self._file), dataset_offset, self._byte_count)


def _filed(archive: Archive, found: Iterator[Found | Left]) -> Iterator[Imported]:
    """File them, several at a time where there are several; told in the order in which they were found."""
    first = next(found, None)
    if first is None:
        return
    second = next(found, None)
    if second is None:
        yield _outcome(archive, first)
        return
    with ThreadPoolExecutor(IMPORT_FILINGS_MAX, thread_name_prefix="import") as threads:
        under_way: deque[Future[Imported]] = deque(threads.submit(partial(_outcome, archive, one)) for one in (first, second))
        try:
            for one in found:
                under_way.append(threads.submit(partial(_outcome, archive, one)))
                if len(under_way) > 2 * IMPORT_FILINGS_MAX:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for waiting in under_way:
                waiting.cancel()


def _outcome(archive: Archive, one: Found | Left) -> Imported:
    if isinstance(one, Found):
        return importing.into(archive, one)
    return Imported(one.path, REFUSED if one.is_fault else LEFT_OUT, one.why)
