"""How quickly the index answers, on a made-up archive: the first answer of each kind of query, and a long stream of them.

    python bench/bench_query.py [--studies 100000] [--instances 1000000] [--turns 25] [--folder FOLDER]

`first` and `last` are medians from the question to the first page and to the end of the answers, each turn with other values.
The stream reads every study with eleven attributes; its memory is the growth of the process from its first answer to its last.
A folder that is given keeps the index for the next run; a probe of the machine (a fixed loop) is printed beside the figures.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import psutil

from isocenter.archive.catalogue import IndexCatalogue
from isocenter.archive.index_file import IndexFile
from isocenter.archive.index_reader import IndexReader
from isocenter.lab.index_rows import DAYS, FAMILIES_CYRILLIC, FAMILIES_JAPANESE, FAMILIES_LATIN, FIRST_DAY, ROOT_UID, fill
from isocenter.model.attributes import Level
from isocenter.model.query import Key, Match, Query, Range, Single, Wildcard

RETURNED = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "StudyDescription",
    "ModalitiesInStudy",
    "NumberOfStudyRelatedInstances",
)
Make = Callable[[Random, int], tuple[tuple[str, Match], ...]]


def _days(rng: Random, length: int) -> Range:
    first = FIRST_DAY + timedelta(days=rng.randrange(DAYS - length))
    return Range(first.strftime("%Y%m%d"), (first + timedelta(days=length)).strftime("%Y%m%d"))


KINDS: dict[str, tuple[Level, Make]] = {
    "PatientID": (Level.STUDY, lambda rng, n: (("PatientID", Single(f"P{rng.randint(1, n * 6 // 10):07d}")),)),
    "AccessionNumber": (Level.STUDY, lambda rng, n: (("AccessionNumber", Single(f"A{rng.randint(1, n):08d}")),)),
    "StudyDate, one day": (Level.STUDY, lambda rng, n: (("StudyDate", _days(rng, 0)),)),
    "StudyDate, a month": (Level.STUDY, lambda rng, n: (("StudyDate", _days(rng, 30)),)),
    "StudyDate, three years": (Level.STUDY, lambda rng, n: (("StudyDate", _days(rng, 1095)),)),
    "PatientName *NAME*": (Level.STUDY, lambda rng, n: (("PatientName", Wildcard(f"*{rng.choice(FAMILIES_LATIN)}*")),)),
    "PatientName NAME*": (Level.STUDY, lambda rng, n: (("PatientName", Wildcard(f"{rng.choice(FAMILIES_CYRILLIC)}*")),)),
    "PatientName 山田*": (Level.STUDY, lambda rng, n: (("PatientName", Wildcard(f"{rng.choice(FAMILIES_JAPANESE)[1]}*")),)),
    "PatientName *a*, most": (Level.STUDY, lambda rng, n: (("PatientName", Wildcard("*a*")),)),
    "PatientName nobody": (Level.STUDY, lambda rng, n: (("PatientName", Wildcard(f"*x{rng.random()}*")),)),
    "*NAME*, a month": (Level.STUDY, lambda rng, n: (("PatientName", Wildcard("*son*")), ("StudyDate", _days(rng, 30)))),
    "CT, a month": (Level.STUDY, lambda rng, n: (("ModalitiesInStudy", Single("CT")), ("StudyDate", _days(rng, 30)))),
    "series of a study": (Level.SERIES, lambda rng, n: (("StudyInstanceUID", Single(f"{ROOT_UID}.{rng.randint(1, n)}")),)),
    "images of a series": (Level.IMAGE, lambda rng, n: (("SeriesInstanceUID", Single(f"{ROOT_UID}.{rng.randint(1, n)}.1")),)),
}


def _probe() -> float:
    """Milliseconds of a fixed piece of work."""
    begun = time.perf_counter()
    sum(range(2_000_000))
    return (time.perf_counter() - begun) * 1000


def _memory_mb() -> float:
    return psutil.Process().memory_info().rss / 1e6


def measure(catalogue: IndexCatalogue, name: str, studies: int, turns: int) -> str:
    """One line of the table."""
    level, make = KINDS[name]
    first, last, counts = [], [], []
    rng = Random(name)
    for _ in range(turns):
        keys = tuple(Key(keyword, match) for keyword, match in make(rng, studies))
        begun = time.perf_counter()
        answers = catalogue.find(Query(level, keys, RETURNED))
        count = int(next(answers, None) is not None)
        first.append(time.perf_counter() - begun)
        count += sum(1 for _ in answers)
        last.append(time.perf_counter() - begun)
        counts.append(count)
    middle = statistics.median
    return f"{name:26s}{middle(first) * 1000:10.2f}{max(first) * 1000:10.2f}{middle(last) * 1000:10.2f}{middle(counts):10.0f}"


def stream(catalogue: IndexCatalogue) -> str:
    """All studies, as one query."""
    answers: Iterator[object] = catalogue.find(Query(Level.STUDY, (), RETURNED))
    next(answers)
    before, begun = _memory_mb(), time.perf_counter()
    count = sum(1 for _ in answers)
    seconds = time.perf_counter() - begun
    return f"{count} answers streamed: {count / seconds:.0f}/s, memory grew by {_memory_mb() - before:.1f} MB"


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--studies", type=int, default=100_000)
    asked.add_argument("--instances", type=int, default=1_000_000)
    asked.add_argument("--turns", type=int, default=25)
    asked.add_argument("--folder", type=Path)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        index = IndexFile(options.folder or Path(scratch))
        if not index.path.exists():
            begun = time.perf_counter()
            print(fill(index.path, studies=options.studies, instances=options.instances), f"in {time.perf_counter() - begun:.1f} s")
        reader = IndexReader(index)
        catalogue = IndexCatalogue(reader)
        print(f"machine probe {_probe():.1f} ms; index {index.path.stat().st_size / 1e6:.0f} MB; times in ms\n")
        print(f"{'':26s}{'first':>10s}{'slowest':>10s}{'last':>10s}{'answers':>10s}")
        for name in KINDS:
            print(measure(catalogue, name, options.studies, options.turns))
        print("\n" + stream(catalogue))
        reader.close()


if __name__ == "__main__":
    main()
