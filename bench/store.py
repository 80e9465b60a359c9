"""C-STORE in turns: A B A B …, because a virtual disk's sync time wanders; medians, ratios to Orthanc tuned and to the disk.

`python bench/store.py [--quick] [--peers isocenter orthanc …]`. The disk's own rate is measured in every turn, between the peers.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import disk
import table
from isocenter.lab.stamp import Stamp, sized
from load import store as stored
from peers import PEERS, Peer, available, environment, running

WORK = ((525_000, 1), (525_000, 4), (10_000, 1), (10_000, 4))
COUNTS = {525_000: 400, 10_000: 1600}
TURNS = 5
SECONDS_MAX = 4.0
"""About what one measurement may take: a slow peer gets fewer images, by its rate in the turn before."""
GOALS = {  # work: (times Orthanc tuned, times the disk)
    (525_000, 1): (2.2, 0.6),
    (525_000, 4): (2.5, 1.2),
    (10_000, 1): (1.6, None),
    (10_000, 4): (1.6, None),
}
IMAGES_OF_STORESCU = 500
TIMES_ORTHANC_AS_SHIPPED = 15
STORESCU_SECONDS_MAX = 120


def measure(names: list[str], *, turns: int, share: float) -> dict[tuple[int, int], dict[str, list[float]]]:
    """Instances a second for each work, by peer and turn; `disk` beside them."""
    rates: dict[tuple[int, int], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    known_rates: dict[tuple[str, int, int], float] = {}
    with ExitStack() as stack:
        peers = [stack.enter_context(running(name)) for name in names]
        run = int(time.time()) % 1_000_000 * 100
        for turn in range(turns + 1):
            for byte_count, associations in WORK:
                wanted = max(40, int(COUNTS[byte_count] * share * (0.1 if turn == 0 else 1)))
                for peer in list(peers):
                    run += 1
                    known = known_rates.get((peer.name, byte_count, associations))
                    count = wanted if known is None else max(20, min(wanted, int(known * SECONDS_MAX)))
                    try:
                        sent = stored(peer.port, peer.aet, associations=associations, count=count, byte_count=byte_count, run=run)
                    except (RuntimeError, OSError, ValueError) as error:
                        print(f"{peer.name} is left out from here on: {error}\n{peer.last_words()}", file=sys.stderr)
                        peers.remove(peer)
                        continue
                    if set(sent.statuses) != {"0000"}:
                        print(f"{peer.name}: {sent.statuses}", file=sys.stderr)
                    known_rates[peer.name, byte_count, associations] = sent.rate
                    if turn:  # the first turn only warms up
                        rates[byte_count, associations][peer.name].append(sent.rate)
                if turn:
                    rates[byte_count, associations]["disk"].append(disk.rate(byte_count, min(wanted, 200)))
    return rates


def rows(rates: dict[tuple[int, int], dict[str, list[float]]]) -> list[list[str]]:
    """One row per work and peer."""
    out = []
    for (byte_count, associations), by_peer in rates.items():
        median = {name: statistics.median(values) for name, values in by_peer.items()}
        for name, values in by_peer.items():
            times_orthanc = f"{median[name] / median['orthanc']:.2f}" if median.get("orthanc") else ""
            goal = GOALS[byte_count, associations] if name == "isocenter" else None
            wanted = "" if goal is None else f"{goal[0]} x Orthanc" + (f", {goal[1]} x disk" if goal[1] else "")
            spread = f"{min(values):.0f} to {max(values):.0f}"
            times_disk = f"{median[name] / median['disk']:.2f}"
            work = f"{byte_count // 1000} KB, {associations}"
            out.append([work, name, f"{median[name]:.0f}", spread, times_orthanc, times_disk, wanted])
    return out


def files(folder: Path, count: int, run: int) -> None:
    """New CT images, so that nothing is a duplicate."""
    stamp = Stamp(sized(525_000), run=run)
    for number in range(count):
        (folder / f"{number:05d}.dcm").write_bytes(stamp.file_bytes(number))


def by_storescu(peer: Peer, folder: Path) -> float:
    """Seconds that an unmodified `storescu` takes for all files of a folder."""
    start = time.perf_counter()
    command = ["storescu", "-aec", peer.aet, "127.0.0.1", str(peer.port), "+sd", str(folder)]
    done = subprocess.run(command, env=environment(tuned=False), timeout=STORESCU_SECONDS_MAX, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"storescu to {peer.name}: {done.stderr.decode(errors='replace')[-500:]}")
    return time.perf_counter() - start


def storescu_rows(names: list[str], *, turns: int, count: int) -> list[list[str]]:
    """500 images from `storescu`, as a modality without TCP_NODELAY sends them."""
    seconds: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as stack:
        peers = [stack.enter_context(running(name)) for name in names]
        for turn in range(turns):
            folder = Path(tempfile.mkdtemp(prefix="isocenter-bench-"))
            try:
                files(folder, count, int(time.time()) * 10 + turn)
                for peer in peers:
                    seconds[peer.name].append(by_storescu(peer, folder))
            finally:
                shutil.rmtree(folder)
    median = {name: statistics.median(values) for name, values in seconds.items()}
    base = median.get("orthanc as shipped")
    out = []
    for name in seconds:
        times_orthanc = f"{base / median[name]:.1f} (as shipped)" if base else ""
        wanted = f"{TIMES_ORTHANC_AS_SHIPPED} x Orthanc as shipped" if name == "isocenter" else ""
        rate = f"{count / median[name]:.0f}"
        out.append([f"{count} images, storescu", name, rate, f"{median[name]:.2f} s", times_orthanc, "", wanted])
    return out


HEAD = ["work", "peer", "stores a second", "range", "times Orthanc tuned", "times the disk", "wanted"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three turns of a fifth of the images")
    parser.add_argument("--peers", nargs="+", choices=list(PEERS), default=["isocenter", "orthanc", "dcmqrscp", "pynetdicom"])
    parser.add_argument("--storescu-peers", nargs="*", choices=list(PEERS), default=["isocenter", "orthanc as shipped"])
    wanted = parser.parse_args()
    names = [name for name in wanted.peers if available(name)]
    result = rows(measure(names, turns=3 if wanted.quick else TURNS, share=0.2 if wanted.quick else 1.0))
    shipped = [name for name in wanted.storescu_peers if available(name)]
    if shipped and shutil.which("storescu"):
        result += storescu_rows(shipped, turns=1 if wanted.quick else 3, count=100 if wanted.quick else IMAGES_OF_STORESCU)
    print(table.markdown(HEAD, result))


if __name__ == "__main__":
    main()
