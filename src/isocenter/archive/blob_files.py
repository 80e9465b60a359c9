"""Blobs as files: `<folder serial>/<file serial>.dcm`, names that owe nothing to what was received.

Files are created some dozens ahead, empty, and their names made durable together, so that a store costs one sync, of its own bytes.
The data set is written under its final name, which measured equal to a rename or better; its header is the last write, so that
a file without one is partial and can never be read as an instance. Small instances become one write. The newest blobs stay in
the system's memory; that of older ones is given back, so that a busy night does not push the index and other programs out of it.
"""

from __future__ import annotations

import os
import re
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from isocenter.archive.blobs import Draft
from isocenter.archive.disk import Buffer, Disk
from isocenter.archive.volume import Volume
from isocenter.base.clock import Clock, SystemClock
from isocenter.base.errors import VolumeFailed
from isocenter.base.limits import (
    BLOB_BUFFER_BYTES,
    BLOBS_CACHED_BYTES,
    BLOBS_PER_FOLDER_MAX,
    BLOBS_PREPARED,
    FILE_META_BYTES_MAX,
)
from isocenter.model.ports import OpenBlob

_KEY = re.compile(r"[0-9]{6,12}/[0-9]{9,15}")
_FOLDER = re.compile(r"[0-9]{6,12}")
_FILE = re.compile(r"([0-9]{9,15})\.dcm")
_META_BEGIN = 144
"""Preamble, `DICM`, and the element (0002,0000) whose value says how long the rest of group 2 is (PS3.10 7.1)."""


def key_of(serial: int) -> str:
    """The key of the blob with that serial number."""
    return f"{serial // BLOBS_PER_FOLDER_MAX:06d}/{serial:09d}"


def serial_of(key: str) -> int:
    """The serial number in a key of this store; 0 for the empty key."""
    return int(key.rpartition("/")[2]) if key else 0


def dataset_offset(start: bytes) -> int:
    """Where the data set begins, from the first bytes of a Part 10 file; 0 for a file that has no header yet."""
    if len(start) < _META_BEGIN or start[128:140] != b"DICM\x02\x00\x00\x00UL\x04\x00":
        return 0
    length = int.from_bytes(start[140:144], "little")
    return _META_BEGIN + length if length <= FILE_META_BYTES_MAX else 0


def _by_length(digits: str) -> tuple[int, str]:
    return len(digits), digits


class BlobFiles:
    """The store of one folder on one volume."""

    def __init__(self, folder: Path, disk: Disk | None = None, clock: Clock | None = None) -> None:
        """`folder` must exist. Raises OSError where it cannot be read."""
        self._disk = disk or Disk()
        self._folder = str(folder)
        self.volume = Volume(self._folder, self._disk, clock or SystemClock())
        self._lock = threading.Lock()
        self._unsettled: set[int] = set()
        self._prepared: deque[tuple[int, int]] = deque()
        self._cached: deque[tuple[int, int]] = deque()
        self._cached_bytes = 0
        folders = self._folders()
        self._last = self._last_serial(folders)
        # a killed process may have left a folder whose name is not durable yet
        self._sync_folder(self._folder)
        self._made = set(folders)

    def refusal(self) -> str | None:
        return self.volume.refusal()

    def draft(self, header_bytes: int) -> Draft:
        return _FileDraft(self, header_bytes)

    def path(self, blob: str) -> str:
        """See the port; nothing says that the file is there."""
        return os.path.abspath(self._path(blob))

    def open(self, blob: str) -> AbstractContextManager[OpenBlob]:
        return self._open(blob)

    @contextmanager
    def _open(self, blob: str) -> Iterator[OpenBlob]:
        file = self._disk.open(self._path(blob))
        try:
            offset = dataset_offset(self._disk.read(file, _META_BEGIN, 0))
            if not offset:
                raise FileNotFoundError(f"blob {blob} is not complete")
            yield _OpenFile(self._disk, file, offset, self._disk.size(file) - offset)
        finally:
            self._disk.close(file)

    def walk(self, after: str = "") -> Iterator[str]:
        first = after.partition("/")[0]
        for folder in self._folders():
            if _by_length(folder) < _by_length(first):
                continue
            names = (_FILE.fullmatch(name) for name in self._disk.names(f"{self._folder}/{folder}"))
            for digits in sorted((match[1] for match in names if match), key=_by_length):
                if int(digits) > serial_of(after):
                    yield f"{folder}/{digits}"

    def exists(self, key: str) -> bool:
        return self._disk.exists(self._path(key))

    def unsettled_after(self) -> str:
        with self._lock:
            serial = min(self._unsettled, default=self._last + 1) - 1
        return key_of(serial) if serial > 0 else ""

    def last_key(self) -> str:
        return key_of(self._last) if self._last else ""

    def remove(self, key: str) -> None:
        try:
            self._disk.unlink(self._path(key))
        except FileNotFoundError:
            return
        except OSError as error:
            raise self.volume.failed(error, f"Removing blob {key}") from error

    def make_durable(self, key: str) -> None:
        path = self._path(key)
        file = self._disk.open(path)
        try:
            self._disk.sync(file)
        except OSError as error:
            raise self.volume.failed(error, f"Bringing blob {key} onto the disk", sync=True) from error
        finally:
            self._disk.close(file)
        self._sync_folder(path.rpartition("/")[0])

    def put_aside(self, key: str) -> bool:
        """The file stays in its folder as `<file>.dcm.damaged`."""
        path = self._path(key)
        try:
            self._disk.replace(path, f"{path}.damaged")
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self.volume.failed(error, f"Putting blob {key} aside") from error
        return True

    def skip_past(self, key: str) -> None:
        with self._lock:
            if serial_of(key) > self._last:
                self._discard(self._prepared)
                self._prepared.clear()
                self._last = serial_of(key)

    def close(self) -> None:
        """Remove what was prepared and not used."""
        with self._lock:
            prepared, self._prepared = self._prepared, deque()
        self._discard(prepared)

    def _path(self, key: str) -> str:
        if not _KEY.fullmatch(key):
            raise FileNotFoundError(f"{key!r} is no key of this store")
        return f"{self._folder}/{key}.dcm"

    def _folders(self) -> list[str]:
        names = [name for name in self._disk.names(self._folder) if _FOLDER.fullmatch(name)]
        return sorted(names, key=_by_length)

    def _last_serial(self, folders: list[str]) -> int:
        for folder in reversed(folders):
            serials = [int(match[1]) for match in map(_FILE.fullmatch, self._disk.names(f"{self._folder}/{folder}")) if match]
            if serials:
                return max(serials)
        return 0

    def create(self) -> tuple[int, int]:
        """A new file whose name is durable: (serial, descriptor). Raises VolumeFailed. Only for drafts."""
        with self._lock:
            if not self._prepared:
                self._prepare()
            serial, file = self._prepared.popleft()
            self._last = serial
            self._unsettled.add(serial)
            return serial, file

    def _prepare(self) -> None:
        serial = self._last
        folder = key_of(serial + 1).partition("/")[0]
        self._make_folder(folder)
        prepared: list[tuple[int, int]] = []
        try:
            while len(prepared) < BLOBS_PREPARED:
                serial += 1
                key = key_of(serial)
                if not key.startswith(folder):
                    break
                with suppress(FileExistsError):
                    prepared.append((serial, self._disk.create(self._path(key))))
        except OSError as error:
            if not prepared:
                raise self.volume.failed(error, "Creating a blob") from error
        try:
            self._sync_folder(f"{self._folder}/{folder}")
        except VolumeFailed:
            self._discard(prepared)
            raise
        self._prepared.extend(prepared)

    def _discard(self, prepared: Iterable[tuple[int, int]]) -> None:
        for serial, file in prepared:
            with suppress(OSError):
                self._disk.close(file)
            with suppress(VolumeFailed):
                self.remove(key_of(serial))

    def _make_folder(self, folder: str) -> None:
        if folder in self._made:
            return
        try:
            self._disk.make_folder(f"{self._folder}/{folder}")
        except FileExistsError:
            pass
        except OSError as error:
            raise self.volume.failed(error, "Making a folder for blobs") from error
        self._sync_folder(self._folder)
        self._made.add(folder)

    def _sync_folder(self, path: str) -> None:
        try:
            descriptor = self._disk.open_folder(path)
        except OSError as error:
            raise self.volume.failed(error, "Opening a folder of blobs") from error
        try:
            self._disk.sync_folder(descriptor)
        except OSError as error:
            raise self.volume.failed(error, "Bringing a file name onto the disk", sync=True) from error
        finally:
            if descriptor >= 0:
                self._disk.close(descriptor)

    def settle(self, serial: int) -> None:
        """See `Draft.settle`. Only for drafts."""
        with self._lock:
            self._unsettled.discard(serial)

    def synced(self, serial: int, byte_count: int) -> None:
        """A blob came whole onto the disk: let the system forget the oldest ones instead. Only for drafts."""
        forgotten = []
        with self._lock:
            self._cached.append((serial, byte_count))
            self._cached_bytes += byte_count
            while self._cached_bytes > BLOBS_CACHED_BYTES:
                oldest, count = self._cached.popleft()
                self._cached_bytes -= count
                forgotten.append(oldest)
        for oldest in forgotten:
            self._disk.forget(self._path(key_of(oldest)))


class _FileDraft:
    """One file on its way in; it is created when the buffer overflows, or at `seal`."""

    def __init__(self, store: BlobFiles, header_bytes: int) -> None:
        self._store = store
        self._disk = store._disk
        self._header_bytes = header_bytes
        self._serial = 0
        self._file = -1
        self._gathered: list[Buffer] = []
        self._gathered_bytes = 0
        self._offset = header_bytes

    def write(self, view: Buffer) -> None:
        length = len(view)
        if self._gathered_bytes + length <= BLOB_BUFFER_BYTES:
            self._gathered.append(bytes(view))
            self._gathered_bytes += length
            return
        self._create()
        self._put([*self._gathered, view], self._gathered_bytes + length)

    def seal(self, header: bytes) -> str:
        if len(header) != self._header_bytes:
            raise ValueError(f"the header has {len(header)} bytes, and {self._header_bytes} were announced")
        if self._offset == self._header_bytes:
            self._create()
            self._offset = 0
            self._put([header, *self._gathered], len(header) + self._gathered_bytes)
        else:
            if self._gathered:
                self._put(self._gathered, self._gathered_bytes)
            self._write([header], 0)
        return key_of(self._serial)

    def sync(self) -> None:
        try:
            self._disk.sync(self._file)
        except OSError as error:
            raise self._store.volume.failed(error, "Bringing an instance onto the disk", sync=True) from error
        finally:
            self._close()
        if self._offset > BLOB_BUFFER_BYTES:  # the many small ones are not worth the calls
            self._store.synced(self._serial, self._offset)

    def discard(self) -> None:
        self._gathered = []
        self._close()
        if self._serial:
            with suppress(VolumeFailed):
                self._store.remove(key_of(self._serial))
            self.settle()

    def settle(self) -> None:
        self._store.settle(self._serial)

    def _create(self) -> None:
        if self._file < 0:
            self._serial, self._file = self._store.create()

    def _put(self, buffers: list[Buffer], byte_count: int) -> None:
        self._write(buffers, self._offset)
        self._offset += byte_count
        self._gathered, self._gathered_bytes = [], 0
        reason = self._store.volume.spent(byte_count)
        if reason:
            raise VolumeFailed(reason, full=True)

    def _write(self, buffers: list[Buffer], offset: int) -> None:
        try:
            self._disk.write(self._file, buffers, offset)
        except OSError as error:
            raise self._store.volume.failed(error, "Writing an instance") from error

    def _close(self) -> None:
        if self._file >= 0:
            file, self._file = self._file, -1
            with suppress(OSError):
                self._disk.close(file)


class _OpenFile:
    """An open blob; reads at absolute offsets, from any thread."""

    __slots__ = ("_disk", "_file", "byte_count", "dataset_offset")

    def __init__(self, disk: Disk, file: int, offset: int, byte_count: int) -> None:
        self._disk = disk
        self._file = file
        self.dataset_offset = offset
        self.byte_count = byte_count

    def fileno(self) -> int:
        return self._file

    def read(self, offset: int, length: int) -> bytes:
        return self._disk.read(self._file, length, offset)
