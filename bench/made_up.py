"""An index of a million instances, made once a run and copied before each archive that wants it starts."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from isocenter.archive.index_file import FIRST
from isocenter.lab import index_rows


@dataclass(frozen=True)
class MadeUp:
    """How large it is, and how to put it where an Isocenter will look for its index."""

    studies: int
    instances: int
    patients: int
    prepare: Callable[[Path], None]

    def patient_id(self, number: int) -> str:
        return f"P{number % self.patients + 1:07d}"

    def days(self, first: int, count: int) -> str:
        """A range of dates, from so many days after the first study."""
        start = index_rows.FIRST_DAY + timedelta(days=first % (index_rows.DAYS - count))
        return f"{start:%Y%m%d}-{start + timedelta(days=count - 1):%Y%m%d}"


@contextmanager
def made_up(*, quick: bool) -> Iterator[MadeUp]:
    studies, instances = (10_000, 100_000) if quick else (100_000, 1_000_000)
    folder = Path(tempfile.mkdtemp(prefix="isocenter-bench-"))
    try:
        amounts = index_rows.fill(folder / FIRST, studies=studies, instances=instances)

        def prepare(peer_folder: Path) -> None:
            (peer_folder / "data" / "index").mkdir(parents=True)
            shutil.copy(folder / FIRST, peer_folder / "data" / "index" / FIRST)

        yield MadeUp(studies, instances, amounts.patients, prepare)
    finally:
        shutil.rmtree(folder)
