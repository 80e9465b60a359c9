"""The disk's own rate for the same sizes: write, fdatasync, rename, fsync of the directory, once per instance, nothing else.

It is the bound of an archive that makes one durable file per instance over one association; several at once can share syncs.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path


def rate(byte_count: int, count: int) -> float:
    """Files a second."""
    content = memoryview(os.urandom(byte_count))
    folder = Path(tempfile.mkdtemp(prefix="isocenter-bench-"))
    directory = os.open(folder, os.O_RDONLY)
    try:
        start = time.perf_counter()
        for number in range(count):
            target = os.open(folder / "part", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.write(target, content)
            getattr(os, "fdatasync", os.fsync)(target)
            os.close(target)
            os.rename(folder / "part", folder / f"{number}.dcm")
            os.fsync(directory)
        return count / (time.perf_counter() - start)
    finally:
        os.close(directory)
        shutil.rmtree(folder)


if __name__ == "__main__":
    for size in (525_000, 10_000):
        print(f"{size} bytes: {rate(size, 300):.0f} files a second")
