"""How long a page of the list of studies takes, by what is typed, sorted and scrolled to, on an index of made-up rows.

    python bench/bench_study_list.py                  100,000 studies, made in a scratch folder
    python bench/bench_study_list.py --folder D       those of the index in D, made there the first time

One line each: the median and the longest of the turns, in milliseconds, and how many studies match.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from isocenter.archive.index_file import IndexFile
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.study_list import IndexStudies
from isocenter.lab.index_rows import fill
from isocenter.model.attributes import Level
from isocenter.model.query import Key, Query, Range
from isocenter.model.study_list import StudyQuestion, StudySort

PAGE = 100


def questions(studies: int) -> dict[str, StudyQuestion]:
    """What a person does with the list, by name."""
    week = Query(Level.STUDY, (Key("StudyDate", Range("20250101", "20250107")),))
    found = {
        "the first page": StudyQuestion(limit=PAGE),
        "the middle": StudyQuestion(limit=PAGE, offset=studies // 2),
        "meyer": StudyQuestion(search="meyer", limit=PAGE),
        "ct meyer 2": StudyQuestion(search="ct meyer 2", limit=PAGE),
        "a, nearly all": StudyQuestion(search="a", limit=PAGE),
        "nobody": StudyQuestion(search="nobody is called so", limit=PAGE),
        "a week": StudyQuestion(query=week, limit=PAGE),
        "patient meyer": StudyQuestion(patient="meyer", limit=PAGE),
    }
    for sort in StudySort:
        found[f"by {sort.value}"] = StudyQuestion(sort=sort, limit=PAGE)
        found[f"by {sort.value}, the middle"] = StudyQuestion(sort=sort, limit=PAGE, offset=studies // 2)
    return found


def measure(listed: IndexStudies, name: str, question: StudyQuestion, turns: int) -> str:
    """One line of the table."""
    taken = []
    for _ in range(turns):
        begun = time.perf_counter()
        page = listed.page(question)
        taken.append((time.perf_counter() - begun) * 1000)
    return f"{name:28s}{statistics.median(taken):10.1f}{max(taken):10.1f}{page.matching:10d}"


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--studies", type=int, default=100_000)
    asked.add_argument("--turns", type=int, default=15)
    asked.add_argument("--folder", type=Path)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        index = IndexFile(options.folder or Path(scratch))
        if not index.path.exists():
            print(fill(index.path, studies=options.studies, instances=3 * options.studies))
        reader = IndexReader(index)
        listed = IndexStudies(reader)
        print(f"{'':28s}{'median ms':>10s}{'longest':>10s}{'matching':>10s}")
        for name, question in questions(options.studies).items():
            print(measure(listed, name, question, options.turns))
        reader.close()


if __name__ == "__main__":
    main()
