"""One server to a data folder: a lock that the operating system drops with its process, however that ends.

The file stays; what is locked is the open file, so that neither a killed process nor a reused process number can keep anybody out.
Its text names the holder, for the message only.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from isocenter.base.errors import UsageError
from isocenter.base.limits import MIB

NAME = "isocenter.lock"


class FolderLock:
    """Held from construction to `release`."""

    def __init__(self, folder: Path) -> None:
        """Raises UsageError when another process holds the folder, OSError where it cannot be written."""
        self._file = os.open(folder / NAME, os.O_CREAT | os.O_RDWR | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            _lock(self._file)
        except OSError:
            holder = _holder(self._file)
            os.close(self._file)
            who = f"process {holder}" if holder else "another process"
            raise UsageError(
                f"The data folder {folder} is in use by {who}. One folder serves one server: stop that one, or choose another "
                "folder with --data, or another --name"
            ) from None
        os.ftruncate(self._file, 0)
        os.write(self._file, f"process {os.getpid()}\n".encode("ascii"))

    def release(self) -> None:
        """Let others in. Idempotent."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def holding_process(folder: Path) -> int:
    """The process that holds the folder now; 0 where none does, or where it does not say."""
    try:
        file = os.open(folder / NAME, os.O_RDWR | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return 0
    try:
        _lock(file, shared=True)
    except OSError:
        return _holder(file)
    finally:
        os.close(file)
    return 0


def _holder(file: int) -> int:
    with suppress(OSError):
        os.lseek(file, 0, os.SEEK_SET)
        text = os.read(file, 64).decode("ascii", "replace").strip()
        if text.startswith("process ") and text[8:].isdigit():
            return int(text[8:])
    return 0


if sys.platform == "win32":
    import msvcrt

    _FAR = MIB

    def _lock(file: int, *, shared: bool = False) -> None:
        # a byte far behind the text, because a locked byte cannot be read there
        os.lseek(file, _FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(file: int, *, shared: bool = False) -> None:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
