"""The load: different instances over N associations in N processes, the same bytes to every peer.

`python bench/load.py --port P --aet TITLE --count N --bytes B [--run R] [--part I]` is one association: it prints `ready`, waits
for a line, sends, and prints what happened as JSON. `store` runs several of them at once and gives instances a second.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from isocenter.lab.stamp import Stamp, sized
from upper_layer import CLASS, CT_IMAGE, EXPLICIT, FIELD, HAS_DATA, ID, INSTANCE, PRIORITY, Link, connect, encoded

INSTANCES_A_SERIES = 200
SECONDS_MAX = 300.0


@dataclass
class Sent:
    """What a load did: instances a second over all associations, and every status that was answered."""

    count: int
    seconds: float
    statuses: dict[str, int]
    slowest_milliseconds: float = 0.0
    pauses: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.count / self.seconds


def messages(
    link: Link, stamp: Stamp, first: int, count: int, *, instances_a_series: int = INSTANCES_A_SERIES
) -> tuple[list[bytes], list[bytes | memoryview]]:
    """What differs between the messages, a run of bytes for each, and what follows every one of them.

    Made before the clock starts: on a small computer the load and the archive share the processors.
    """
    starts: list[bytes] = []
    tail: list[bytes | memoryview] = []
    for number in range(first, first + count):
        series = number // instances_a_series
        uid, head, pixels = stamp.stamped(number, series=series, study=series // 5)
        if not tail:
            whole = link.pieces(1, memoryview(head + bytes(pixels)))
            first_header, first_part = bytes(whole[0]), len(whole[1]) - len(head)
            tail = [pixels[:first_part], *whole[2:]]
        command = encoded({CLASS: CT_IMAGE, FIELD: 1, ID: number & 0x7FFF, PRIORITY: 0, HAS_DATA: 1, INSTANCE: uid})
        pdv = b"\x04\0" + (len(command) + 6).to_bytes(4, "big") + (len(command) + 2).to_bytes(4, "big") + b"\x01\x03"
        starts.append(pdv + command + first_header + head)
    return starts, tail


def sent_over(link: Link, starts: list[bytes], tail: list[bytes | memoryview]) -> tuple[Counter[int], float]:
    """Send the messages one after the other; the statuses, and the longest wait for one, in seconds."""
    statuses: Counter[int] = Counter()
    slowest = 0.0
    for start in starts:
        began = time.perf_counter()
        link.send([start, *tail])
        statuses[link.receive_status()] += 1
        slowest = max(slowest, time.perf_counter() - began)
    return statuses, slowest


def store(port: int, aet: str, *, associations: int, count: int, byte_count: int, run: int) -> Sent:
    """`count` instances in all, over that many associations at once, each in a process of its own."""
    flags = {"port": port, "aet": aet, "count": count // associations, "bytes": byte_count, "run": run}
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, *(f"--{flag}={value}" for flag, value in {**flags, "part": part}.items())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for part in range(associations)
    ]
    try:
        for process in processes:
            if process.stdout.readline() != "ready\n":
                why = process.communicate()[1].strip().rpartition("\n")[2]
                raise RuntimeError(f"no association with {aet} on port {port}: {why}")
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        reports = [json.loads(process.communicate(timeout=SECONDS_MAX)[0]) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    statuses: Counter[str] = Counter()
    for report in reports:
        statuses.update(report["statuses"])
    seconds = max(report["end"] for report in reports) - min(report["start"] for report in reports)
    slowest = max(report["slowest"] for report in reports) * 1000
    return Sent(statuses["0000"], seconds, dict(statuses), slowest)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--aet", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--bytes", type=int, required=True)
    parser.add_argument("--run", type=int, default=0)
    parser.add_argument("--part", type=int, default=0)
    wanted = parser.parse_args()
    stamp = Stamp(sized(wanted.bytes), run=wanted.run)
    link = connect(wanted.port, wanted.aet, [(1, CT_IMAGE, EXPLICIT)])
    starts, tail = messages(link, stamp, wanted.part * 1_000_000, wanted.count)
    print("ready", flush=True)
    sys.stdin.readline()
    start = time.monotonic()
    statuses, slowest = sent_over(link, starts, tail)
    end = time.monotonic()
    link.release()
    named = {f"{status:04X}": count for status, count in statuses.items()}
    print(json.dumps({"start": start, "end": end, "statuses": named, "slowest": slowest}))


if __name__ == "__main__":
    main()
