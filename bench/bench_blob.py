"""How a blob gets onto the disk: ways to write one file durably, in turn, medians of files a second.

    python bench/bench_blob.py [--turns 5] [--files 200] [--bytes 525000] [--threads 1] [--folder .]

`rename` is the classic: temporary name, fdatasync, rename, fsync of the directory. `rename first` renames before the sync, so that
one journal commit carries both. `final name` writes under the last name at once. `writeback` starts the kernel's write-out
after each 128 KiB (Linux). All write the 1 KiB header last, at offset 0.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable

HEADER = 1024
CHUNK = 128 * 1024
_LIBC = ctypes.CDLL(None, use_errno=True)


def _pour(file: int, content: memoryview, *, writeback: bool = False) -> None:
    offset = 0
    while offset < len(content):
        size = os.pwrite(file, content[offset : offset + CHUNK], HEADER + offset)
        if writeback:
            _LIBC.sync_file_range(file, ctypes.c_int64(HEADER + offset), ctypes.c_int64(size), 2)
        offset += size
    os.pwrite(file, b"h" * HEADER, 0)


def rename(folder: str, directory: int, name: str, content: memoryview) -> None:
    file = os.open(f"{folder}/{name}.part", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    _pour(file, content)
    os.fdatasync(file)
    os.close(file)
    os.rename(f"{folder}/{name}.part", f"{folder}/{name}")
    os.fsync(directory)


def rename_first(folder: str, directory: int, name: str, content: memoryview) -> None:
    file = os.open(f"{folder}/{name}.part", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    _pour(file, content)
    os.rename(f"{folder}/{name}.part", f"{folder}/{name}")
    os.fdatasync(file)
    os.close(file)
    os.fsync(directory)


def final_name(folder: str, directory: int, name: str, content: memoryview) -> None:
    file = os.open(f"{folder}/{name}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    _pour(file, content)
    os.fdatasync(file)
    os.close(file)
    os.fsync(directory)


def writeback(folder: str, directory: int, name: str, content: memoryview) -> None:
    file = os.open(f"{folder}/{name}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    _pour(file, content, writeback=True)
    os.fdatasync(file)
    os.close(file)
    os.fsync(directory)


WAYS: dict[str, Callable[[str, int, str, memoryview], None]] = {
    "rename": rename,
    "rename first": rename_first,
    "final name": final_name,
    "writeback": writeback,
}


def rate(way: Callable[[str, int, str, memoryview], None], root: str, files: int, content: memoryview, threads: int) -> float:
    """Files a second of one turn."""
    folder = tempfile.mkdtemp(dir=root)
    directory = os.open(folder, os.O_RDONLY)

    def work(worker: int) -> None:
        for number in range(files // threads):
            way(folder, directory, f"{worker}-{number}", content)

    workers = [threading.Thread(target=work, args=(worker,)) for worker in range(threads)]
    begin = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - begin
    os.close(directory)
    shutil.rmtree(folder)
    return files / seconds


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--bytes", type=int, default=525_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--folder", default=".")
    options = parser.parse_args()
    content = memoryview(os.urandom(options.bytes))
    root = tempfile.mkdtemp(dir=options.folder)
    rates: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(options.turns):
        for name, way in WAYS.items():
            rates[name].append(rate(way, root, options.files, content, options.threads))
    shutil.rmtree(root)
    for name, values in rates.items():
        print(f"{name:14} {statistics.median(values):7.0f} files/s   ({min(values):.0f} to {max(values):.0f})")


if __name__ == "__main__":
    main()
