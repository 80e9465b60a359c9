"""DICOM files in folders, found and looked into: what `send` and `import` take.

Paths go in; `Found` and `Left` come out, one for each file, in a stable order. Only the head of a file is read. What is no DICOM
file is left with a sentence; nothing ends the walk. What a zip archive holds, `daemon.zips` says.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from isocenter.base.errors import UsageError
from isocenter.base.limits import FILE_HEAD_BYTES_FIRST
from isocenter.daemon import zips
from isocenter.daemon.looking import Found, Left, look
from isocenter.net.files import opened


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
            if not zips.is_zip(start):
                yield look(str(path), start, stream.read, partial(opened, path), is_meant=is_meant)
                return
    except OSError as error:
        yield Left(str(path), f"it cannot be read: {error.strerror}")
        return
    yield from zips.unpacked(str(path), path)
