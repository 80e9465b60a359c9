"""May this volume take writes? Free space with two marks, and faults that stop it for good.

Space that runs low refuses stores before their bytes come, while there is still room for journals, and accepts again by itself. A
write or sync that failed for another reason than space stops the volume until the archive is opened again, which reads what
was in doubt: a failed sync is never retried, because the kernel may have dropped the pages and would say that all is well. What is
said here becomes the Error Comment of a peer: it begins with what matters, and names no folder of this computer.
"""

from __future__ import annotations

import errno
import threading

from isocenter.archive.disk import Disk
from isocenter.base.clock import Clock
from isocenter.base.errors import VolumeFailed
from isocenter.base.limits import DISK_CHECK_BYTES, DISK_CHECK_SECONDS, DISK_LOW_BYTES, DISK_RESUME_BYTES, MIB

_NO_SPACE = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
_PASSING = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.EINTR}


class Volume:
    """The state of one volume. Any thread; `refusal` costs a microsecond between looks at the disk."""

    def __init__(self, folder: str, disk: Disk, clock: Clock) -> None:
        self._folder = folder
        self._disk = disk
        self._clock = clock
        self._lock = threading.Lock()
        self._fault = ""
        self._low = ""
        self._looked = float("-inf")
        self._spent = 0

    def refusal(self) -> str | None:
        """Why nothing may be stored now, as a sentence; None when it may."""
        if self._clock.monotonic() - self._looked > DISK_CHECK_SECONDS or self._spent >= DISK_CHECK_BYTES:
            self._look()
        return self._fault or self._low or None

    def spent(self, byte_count: int) -> str | None:
        """So much was written; the same answer as `refusal`, so that one huge instance cannot fill the disk either."""
        self._spent += byte_count
        return self.refusal() if self._spent >= DISK_CHECK_BYTES else None

    def failed(self, error: OSError, doing: str, *, sync: bool = False) -> VolumeFailed:
        """Take note of an error met while `doing` something, a `sync` perhaps; the error to raise instead of it."""
        sentence = f"{doing} failed: {error.strerror or error}"
        full = error.errno in _NO_SPACE
        if full:
            self._looked = float("-inf")
        elif sync or error.errno not in _PASSING:
            self.stop(sentence)
        return VolumeFailed(sentence, full=full)

    def stop(self, reason: str) -> None:
        """Take no more writes until the archive is opened again."""
        with self._lock:
            self._fault = self._fault or f"No more writes to the volume until it is checked: {reason}"

    def _look(self) -> None:
        with self._lock:
            self._looked = self._clock.monotonic()
            self._spent = 0
            try:
                free = self._disk.free_bytes(self._folder)
            except OSError as error:
                self._low = f"The free space cannot be read: {error.strerror or error}"
                return
            if free < (DISK_RESUME_BYTES if self._low else DISK_LOW_BYTES):
                self._low = f"{free // MIB} MiB free, stores are accepted again from {DISK_RESUME_BYTES // MIB} MiB on"
            else:
                self._low = ""
