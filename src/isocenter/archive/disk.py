"""Every call that the archive makes on the disk, in one place, so that a test can let any one of them fail.

Errors are the operating system's; what they mean for the volume is decided by `volume`. Where a platform lacks a call, the nearest
stronger one stands in: fsync for fdatasync, F_FULLFSYNC on macOS, nothing for the sync of a directory on Windows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

Buffer = bytes | bytearray | memoryview

_CREATE = (
    os.O_CREAT | os.O_EXCL | os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
)
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_VECTOR_MAX = 512


class Disk:
    """The real one. Stateless; any thread."""

    def create(self, path: str) -> int:
        """A new file for writing, readable by this user only; FileExistsError where there is one."""
        return os.open(path, _CREATE, 0o600)

    def open(self, path: str) -> int:
        return os.open(path, _READ)

    def close(self, file: int) -> None:
        os.close(file)

    def write(self, file: int, buffers: Sequence[Buffer], offset: int) -> int:
        """All the buffers one after the other from `offset` on, however many calls that takes; the number of bytes."""
        total = sum(map(len, buffers))
        done = self._write_some(file, buffers[:_VECTOR_MAX], offset)
        if done == total:
            return total
        rest = memoryview(b"".join(buffers))
        while done < total:
            done += self._write_some(file, [rest[done:]], offset + done)
        return total

    def _write_some(self, file: int, buffers: Sequence[Buffer], offset: int) -> int:
        if hasattr(os, "pwritev"):
            return os.pwritev(file, buffers, offset)
        os.lseek(file, offset, os.SEEK_SET)
        return os.write(file, b"".join(buffers))

    def read(self, file: int, length: int, offset: int) -> bytes:
        """At most `length` bytes from `offset` on; fewer only at the end of the file."""
        if hasattr(os, "pread"):
            return os.pread(file, length, offset)
        os.lseek(file, offset, os.SEEK_SET)
        return os.read(file, length)

    def size(self, file: int) -> int:
        return os.fstat(file).st_size

    def sync(self, file: int) -> None:
        """The file's bytes and its length are on the disk when this returns. Never to be called again after it failed."""
        if sys.platform == "darwin":
            import fcntl

            fcntl.fcntl(file, fcntl.F_FULLFSYNC)
        elif hasattr(os, "fdatasync"):
            os.fdatasync(file)
        else:
            os.fsync(file)

    def forget(self, path: str) -> None:
        """Let the system give the memory back in which it keeps the bytes of a synced file; nothing where it cannot be told."""
        if hasattr(os, "posix_fadvise"):
            with suppress(OSError):
                file = os.open(path, _READ)
                try:
                    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
                finally:
                    os.close(file)

    def sync_all(self) -> None:
        """Everything that any process wrote is on the disk, where the platform has such a call."""
        if hasattr(os, "sync"):
            os.sync()

    def open_folder(self, path: str) -> int:
        """A descriptor to sync a folder's names with; -1 where the platform has no such thing."""
        if sys.platform == "win32":
            return -1
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def sync_folder(self, folder: int) -> None:
        if folder >= 0:
            os.fsync(folder)

    def make_folder(self, path: str) -> None:
        """FileExistsError where there is one."""
        os.mkdir(path, 0o700)

    def unlink(self, path: str) -> None:
        os.unlink(path)

    def replace(self, source: str, target: str) -> None:
        os.replace(source, target)

    def exists(self, path: str) -> bool:
        return os.path.lexists(path)

    def names(self, folder: str) -> list[str]:
        return os.listdir(folder)

    def free_bytes(self, folder: str) -> int:
        """What an ordinary user may still write on the volume of `folder`."""
        if hasattr(os, "statvfs"):
            found = os.statvfs(folder)
            return found.f_bavail * found.f_frsize
        import shutil

        return shutil.disk_usage(folder).free


def write_durably(disk: Disk, path: Path, content: bytes) -> None:
    """Replace a small file so that after any crash it is the old one or the new one, whole."""
    fresh = f"{path}.new"
    with suppress(FileNotFoundError):
        disk.unlink(fresh)
    file = disk.create(fresh)
    try:
        disk.write(file, [content], 0)
        disk.sync(file)
    finally:
        disk.close(file)
    disk.replace(fresh, str(path))
    folder = disk.open_folder(str(path.parent))
    if folder >= 0:
        try:
            disk.sync_folder(folder)
        finally:
            disk.close(folder)
