"""C-FIND over one open association, on an index of a million instances in 100,000 studies.

`python bench/find.py [--quick]`. Asked by patient, by two days, by a part of a name from its middle; then ten years at once,
streamed, while the memory of the archive is watched. A time is from the request to the last answer.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import table
from made_up import MadeUp, made_up
from peers import Peer, running
from resident import resident_mib, watched
from upper_layer import CLASS, FIELD, HAS_DATA, ID, IMPLICIT, PRIORITY, STATUS, STUDY_ROOT_FIND, Link, connect, identifier

PATIENT_NAME, PATIENT_ID, STUDY_DATE = 0x00100010, 0x00100020, 0x00080020
ASKED = {
    "name": (PATIENT_NAME, ""),
    "uid": (0x0020000D, ""),
    "text": (0x00081030, ""),
    "date": (STUDY_DATE, ""),
    "id": (PATIENT_ID, ""),
}
GOALS_MILLISECONDS = {"PatientID": 5, "two days": 20, "*part of a name*": 50}
ANSWERS_A_SECOND = 5_000
GROWTH_MIB = 8
PARTS_OF_NAMES = ("*eyer^Ann*", "*midt^Pet*", "*arcia^So*", "*owak^Noa*", "*ansen^Pr*", "*OSSI^JO*")


def asked(link: Link, number: int, **keys: tuple[int, str]) -> int:
    """Send one study level C-FIND and read every answer; how many came."""
    query = identifier("STUDY ", **{**ASKED, **keys})
    link.send_command(1, {CLASS: STUDY_ROOT_FIND, FIELD: 0x20, ID: number, PRIORITY: 0, HAS_DATA: 1}, query)
    count = 0
    while (message := link.receive(keep=False)) is not None:
        status = message.command[STATUS]
        if status not in (0xFF00, 0xFF01):
            if status != 0:
                raise RuntimeError(f"C-FIND was answered with {status:04X}")
            return count
        count += 1
    raise ConnectionError("the archive went away")


def measured(peer: Peer, rows_of: MadeUp, *, repeats: int) -> list[list[str]]:
    rng = random.Random(1)
    link = connect(peer.port, peer.aet, [(1, STUDY_ROOT_FIND, IMPLICIT)])
    work = {
        "PatientID": [{"id": (PATIENT_ID, rows_of.patient_id(rng.randrange(1 << 30)))} for _ in range(repeats)],
        "two days": [{"date": (STUDY_DATE, rows_of.days(rng.randrange(1 << 30), 2))} for _ in range(repeats)],
        "*part of a name*": [{"name": (PATIENT_NAME, rng.choice(PARTS_OF_NAMES))} for _ in range(repeats)],
    }
    rows = []
    for name, queries in work.items():
        seconds, answers = [], 0
        for number, keys in enumerate(queries):
            start = time.perf_counter()
            answers += asked(link, number % 60_000 + 1, **keys)
            seconds.append(time.perf_counter() - start)
        p50, p95 = statistics.median(seconds) * 1000, sorted(seconds)[int(len(seconds) * 0.95)] * 1000
        note = f"p95 {p95:.1f} ms, {answers / len(queries):.1f} answers each"
        rows.append([f"C-FIND by {name}", f"p50 {p50:.1f} ms", note, f"under {GOALS_MILLISECONDS[name]} ms"])
    asked(link, 1, id=(PATIENT_ID, rows_of.patient_id(1)))
    before = resident_mib(peer.process.pid)
    with watched(peer.process.pid) as most:
        start = time.perf_counter()
        count = asked(link, 1, date=(STUDY_DATE, "19000101-"))
        seconds_all = time.perf_counter() - start
    link.release()
    rows.append(
        ["C-FIND, everything", f"{count / seconds_all:.0f} answers a second", f"{count} answers", f"{ANSWERS_A_SECOND} a second"]
    )
    rows.append(["memory meanwhile", f"{most[0] - before:+.1f} MiB", f"from {before:.0f} MiB", f"flat (under {GROWTH_MIB} MiB)"])
    return rows


HEAD = ["work", "measured", "of it", "wanted"]


def bench(*, quick: bool) -> list[list[str]]:
    with made_up(quick=quick) as rows_of, running("isocenter", prepare=rows_of.prepare) as peer:
        title = f"{rows_of.instances:,} instances in {rows_of.studies:,} studies"
        return [[title, "", "", ""], *measured(peer, rows_of, repeats=40 if quick else 200)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the instances, 40 queries of each kind")
    print(table.markdown(HEAD, bench(quick=parser.parse_args().quick)))


if __name__ == "__main__":
    main()
