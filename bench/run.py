"""Every comparison in one run, as one Markdown table: `python bench/run.py [--quick]`.

What cannot run on this computer is said and left out. `--quick` takes some minutes and shows whether everything works; figures to
quote come from the full run, on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import busy
import find
import flatness
import memory
import retrieve
import store
import table
import web
from peers import available

HEAD = ["work", "by", "measured", "of it", "compared", "wanted"]


def stores(quick: bool) -> list[list[str]]:
    names = [name for name in ("isocenter", "orthanc", "dcmqrscp", "storescp", "pynetdicom") if available(name)]
    rates = store.measure(names, turns=3 if quick else store.TURNS, share=0.2 if quick else 1.0)
    out = []
    for work, by, rate, spread, orthanc, disk, wanted in store.rows(rates):
        compared = f"{orthanc} x Orthanc tuned, {disk} x disk" if orthanc else f"{disk} x disk"
        out.append([f"C-STORE, {work}", by, f"{rate} a second", spread, compared, wanted])
    return out


def unmodified(quick: bool) -> list[list[str]]:
    names = [name for name in ("isocenter", "orthanc as shipped", "dcmqrscp as shipped") if available(name)]
    count = 100 if quick else store.IMAGES_OF_STORESCU
    rows = store.storescu_rows(names, turns=1 if quick else 3, count=count)
    return [
        [work, by, seconds, f"{rate} a second", f"{times} x Orthanc" if times else "", wanted]
        for work, by, rate, seconds, times, _, wanted in rows
    ]


def full_index(quick: bool) -> list[list[str]]:
    return [
        [f"flatness, {work}", "isocenter", f"{full} a second", f"{empty} empty", f"{ratio} x empty", wanted]
        for work, empty, full, ratio, wanted in flatness.bench(quick=quick)
    ]


def queries(quick: bool) -> list[list[str]]:
    return [[work, "isocenter", measured, note, "", wanted] for work, measured, note, wanted in find.bench(quick=quick)]


def retrieves(quick: bool) -> list[list[str]]:
    names = [name for name in ("isocenter", "orthanc") if available(name)]
    return [
        [work, by, f"{rate} a second", "", f"{ratio} x storescu", wanted]
        for work, by, rate, ratio, wanted in retrieve.bench(names, quick=quick)
    ]


def memories(quick: bool) -> list[list[str]]:
    names = [name for name in ("isocenter", "orthanc") if available(name)]
    return [
        [f"memory, {work}", by, f"{mib} MiB", note, "", wanted] for work, by, mib, note, wanted in memory.bench(names, quick=quick)
    ]


def dicomweb(quick: bool) -> list[list[str]]:
    return web.bench([name for name in web.NAMES if available(name)], quick=quick)


def busy_hours(quick: bool) -> list[list[str]]:
    return [
        [f"{work}, beside it {who}", "isocenter", f"{rate} a second", spread, compared, wanted]
        for work, who, rate, spread, compared, wanted in busy.bench(quick=quick)
    ]


PARTS: dict[str, Callable[[bool], list[list[str]]]] = {
    "store": stores,
    "storescu": unmodified,
    "flatness": full_index,
    "find": queries,
    "retrieve": retrieves,
    "memory": memories,
    "web": dicomweb,
    "busy": busy_hours,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    wanted = parser.parse_args()
    rows = []
    start = time.monotonic()
    for name in wanted.only:
        if name in ("storescu", "retrieve") and shutil.which("storescu") is None:
            print(f"{name}: left out, DCMTK is not on this computer", file=sys.stderr)
            continue
        print(f"{name} …", file=sys.stderr, flush=True)
        try:
            rows += PARTS[name](wanted.quick)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            print(f"{name} ended early: {error}", *getattr(error, "__notes__", ()), sep="\n", file=sys.stderr)
    print(f"{platform.system()} {platform.release()}, {os.cpu_count()} cores, Python {platform.python_version()}, ", end="")
    print(f"{'quick' if wanted.quick else 'full'} run of {(time.monotonic() - start) / 60:.0f} minutes\n")
    print(table.markdown(HEAD, rows))


if __name__ == "__main__":
    main()
