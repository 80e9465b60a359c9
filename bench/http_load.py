"""The load over HTTP: requests, one after the other, over N connections in N processes, the same bytes to every peer.

`python bench/http_load.py` is one connection: it reads its work as one line of JSON, prints `ready`, waits for a line, asks, and
prints what happened as JSON. `ask` runs several of them at once and gives answers a second.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from http_line import Line

SECONDS_MAX = 300.0


@dataclass(frozen=True)
class Asked:
    """What a load did: answers a second over all connections, how long each took, the statuses, and the bytes of all bodies."""

    seconds: float
    milliseconds: tuple[float, ...]
    statuses: dict[str, int]
    byte_count: int

    @property
    def rate(self) -> float:
        return len(self.milliseconds) / self.seconds

    @property
    def p50(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        return sorted(self.milliseconds)[int(len(self.milliseconds) * 0.95)]


def ask(port: int, requests: Sequence[bytes], *, connections: int = 1, share_seconds: float | None = None) -> Asked:
    """Every request once, dealt out over the connections; until `share_seconds` have passed, where they are given.

    `RuntimeError` where an answer is not 200.
    """
    processes = [
        subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(connections)
    ]
    try:
        for number, process in enumerate(processes):
            mine = [one.decode() for one in requests[number::connections]]
            process.stdin.write(json.dumps({"port": port, "requests": mine, "seconds": share_seconds}) + "\n")
            process.stdin.flush()
        for process in processes:
            if process.stdout.readline() != "ready\n":
                raise RuntimeError(f"no connection to port {port}: {process.communicate()[1].strip()[-300:]}")
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [process.communicate(timeout=SECONDS_MAX) for process in processes]
        if broken := [errors for output, errors in told if not output]:
            raise RuntimeError(broken[0].strip().rpartition("\n")[2])
        reports = [json.loads(output) for output, _ in told]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    statuses: Counter[str] = Counter()
    for report in reports:
        statuses.update(report["statuses"])
    if set(statuses) != {"200"}:
        raise RuntimeError(f"{requests[0].split(b' HTTP')[0].decode()} was answered with {dict(statuses)}")
    return Asked(
        max(report["end"] for report in reports) - min(report["start"] for report in reports),
        tuple(one for report in reports for one in report["milliseconds"]),
        dict(statuses),
        sum(report["bytes"] for report in reports),
    )


def main() -> None:
    work = json.loads(sys.stdin.readline())
    requests = [one.encode() for one in work["requests"]]
    until = work["seconds"] or SECONDS_MAX
    milliseconds: list[float] = []
    statuses: Counter[str] = Counter()
    byte_count = 0
    with Line(work["port"]) as line:
        print("ready", flush=True)
        sys.stdin.readline()
        start = time.monotonic()
        for raw in requests:
            began = time.perf_counter()
            answer = line.ask(raw)
            milliseconds.append((time.perf_counter() - began) * 1000)
            statuses[str(answer.status)] += 1
            byte_count += answer.byte_count
            if time.monotonic() - start > until:
                break
        end = time.monotonic()
    print(json.dumps({"start": start, "end": end, "milliseconds": milliseconds, "statuses": statuses, "bytes": byte_count}))


if __name__ == "__main__":
    main()
