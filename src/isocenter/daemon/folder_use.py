"""What the data folder takes of its disk, apart from the images: read from the file system when somebody asks.

A folder comes in, byte counts go out. The blobs are not walked, since there may be millions: the index knows their bytes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from isocenter.archive.layout import INDEX, METADATA_CACHE
from isocenter.base.limits import DISK_LOW_BYTES
from isocenter.model.records import FolderUse


def folder_use(folder: Path) -> FolderUse:
    """The disk below `folder` and what lies in it. Raises OSError where the disk does not answer."""
    disk = shutil.disk_usage(folder)
    return FolderUse(
        bytes_total=disk.total,
        bytes_free=disk.free,
        bytes_reserved=DISK_LOW_BYTES,
        index_bytes=sum(_sizes(folder / INDEX)),
        cache_bytes=sum(_sizes(folder / METADATA_CACHE)),
        log_bytes=sum(_sizes(folder / "log")),
    )


def _sizes(folder: Path) -> Iterator[int]:
    """The byte counts of the files in a folder and those in it; what goes meanwhile counts nothing."""
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                yield os.stat(os.path.join(place, name)).st_size
