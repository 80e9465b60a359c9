"""How much memory a process and its children hold, and the most that they held while something went on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

MIB = 1 << 20
_SAMPLE_SECONDS = 0.02


def resident_mib(pid: int) -> float:
    """Resident memory of a process and all its children, in MiB."""
    process = psutil.Process(pid)
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / MIB


@contextmanager
def watched(pid: int) -> Iterator[list[float]]:
    """The one value of the list is the most that was seen until the block ends, in MiB."""
    most = [resident_mib(pid)]
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_SAMPLE_SECONDS):
            most[0] = max(most[0], resident_mib(pid))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()
