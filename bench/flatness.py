"""Whether storing stays as fast when the index is full: two archives in turns, one empty, one with a million instances.

`python bench/flatness.py [--quick]`. The ratio is the median of the turns' own ratios: the disk wanders from turn to turn.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import load
import table
from made_up import made_up
from peers import running

GOAL = 0.9
WORK = ((10_000, 1, 1500), (10_000, 4, 2400), (525_000, 1, 300))
HEAD = ["work", "empty, a second", "full, a second", "full / empty", "wanted"]


def bench(*, quick: bool) -> list[list[str]]:
    turns, share = (3, 0.2) if quick else (9, 1.0)
    run = int(time.time()) % 1_000_000 * 100
    out = []
    with made_up(quick=quick) as rows_of, running("isocenter") as empty, running("isocenter", prepare=rows_of.prepare) as full:
        for byte_count, associations, count in WORK:
            rates: dict[str, list[float]] = {"empty": [], "full": []}
            for turn in range(turns + 1):
                for name, peer in (("empty", empty), ("full", full)) if turn % 2 else (("full", full), ("empty", empty)):
                    run += 1
                    wanted = max(40, int(count * share))
                    sent = load.store(peer.port, peer.aet, associations=associations, count=wanted, byte_count=byte_count, run=run)
                    if turn:
                        rates[name].append(sent.rate)
            first, second = (statistics.median(rates[name]) for name in ("empty", "full"))
            ratios = [two / one for one, two in zip(rates["empty"], rates["full"], strict=True)]
            ratio = statistics.median(ratios)
            work = f"{byte_count // 1000} KB, {associations}, {rows_of.instances:,} instances in the index"
            out.append([work, f"{first:.0f}", f"{second:.0f}", f"{ratio:.2f} ({min(ratios):.2f} to {max(ratios):.2f})", f"{GOAL}"])
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the instances in the index, three turns")
    print(table.markdown(HEAD, bench(quick=parser.parse_args().quick)))


if __name__ == "__main__":
    main()
