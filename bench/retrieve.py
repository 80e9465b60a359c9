"""C-GET and C-MOVE out of an archive, beside what DCMTK's `storescu` sends of the same images to the same receiver.

`python bench/retrieve.py [--quick] [--peers isocenter orthanc]`. The receiver keeps nothing. A rate is instances a second from the
opening of the first association at the receiver to the last instance there; for C-GET from the request to its final response.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

sys.path.insert(0, str(Path(__file__).parent))

import load
import table
from isocenter.lab.stamp import Stamp, sized
from peers import Peer, available, environment, free_port, running
from upper_layer import (
    ANSWERS,
    CLASS,
    CT_IMAGE,
    DESTINATION,
    EXPLICIT,
    FIELD,
    HAS_DATA,
    ID,
    IMPLICIT,
    INSTANCE,
    NO_DATA,
    PRIORITY,
    STATUS,
    STUDY_ROOT_GET,
    STUDY_ROOT_MOVE,
    connect,
    identifier,
)

GOAL = 0.9
HEAD = ["work", "by", "instances a second", "times storescu, TCP_NODELAY=1", "wanted"]
REPORT_SECONDS = 120
STUDY_UID = 0x0020000D


class Receiver:
    """The null receiver in a process of its own, and what it tells."""

    def __init__(self, port: int, process: subprocess.Popen[str]) -> None:
        self.port = port
        self._told: Queue[tuple[str, float]] = Queue()
        Thread(target=self._listen, args=(process,), daemon=True).start()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout:
            what, moment = line.split()
            self._told.put((what, float(moment)))

    def rate(self, count: int, since: float) -> float:
        """Instances a second of the next `count`, from the first association's opening; from `since` where one was open already."""
        start, stored, moment = 0.0, 0, since
        while stored < count:
            try:
                what, moment = self._told.get(timeout=REPORT_SECONDS)
            except Empty:
                raise RuntimeError(f"{stored} instead of {count} instances came") from None
            if what == "opened":
                start = start or moment
            else:
                start = start or since
                stored += 1
        return count / (moment - start)


@contextmanager
def receiver() -> Iterator[Receiver]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "receiver.py"), str(port)], stdout=subprocess.PIPE, text=True
    )
    try:
        process.stdout.readline()
        yield Receiver(port, process)
    finally:
        process.kill()
        process.wait()


def add_destination(peer: Peer, port: int) -> None:
    """Tell the archive where `NULL` is."""
    if peer.name == "isocenter":
        command = [sys.executable, "-m", "isocenter", "node", "add", "null"]
        command += ["--aet", "NULL", "--host", "127.0.0.1", "--port", str(port)]
        subprocess.run([*command, "--data", str(peer.folder / "data")], check=True, capture_output=True, timeout=30)
        return
    body = json.dumps(["NULL", "127.0.0.1", port]).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{peer.http}/modalities/null", data=body, method="PUT")
    urllib.request.urlopen(request, timeout=10).close()


def study_of(stamp: Stamp) -> str:
    """The Study Instance UID of the first copies."""
    _, head, _ = stamp.stamped(0)
    start = head.index(b"\x20\x00\x0d\x00UI")
    return head[start + 8 : start + 8 + int.from_bytes(head[start + 6 : start + 8], "little")].decode().strip("\0")


def moved(peer: Peer, study: str) -> None:
    link = connect(peer.port, peer.aet, [(1, STUDY_ROOT_MOVE, IMPLICIT)])
    command = {CLASS: STUDY_ROOT_MOVE, FIELD: 0x21, ID: 1, PRIORITY: 0, HAS_DATA: 1, DESTINATION: "NULL"}
    link.send_command(1, command, identifier("STUDY ", study=(STUDY_UID, study)))
    while (message := link.receive()) is not None and message.command[STATUS] == 0xFF00:
        pass
    if message is None or message.command[STATUS] != 0:
        raise RuntimeError(f"C-MOVE from {peer.name}: {message}")
    link.release()


def got(peer: Peer, study: str) -> float:
    """Instances a second of one C-GET."""
    contexts = [(1, STUDY_ROOT_GET, IMPLICIT), (3, CT_IMAGE, EXPLICIT)]
    link = connect(peer.port, peer.aet, contexts, scp_of=[CT_IMAGE])
    start, count = time.perf_counter(), 0
    request = {CLASS: STUDY_ROOT_GET, FIELD: 0x10, ID: 1, PRIORITY: 0, HAS_DATA: 1}
    link.send_command(1, request, identifier("STUDY ", study=(STUDY_UID, study)))
    while (message := link.receive(keep=False)) is not None:
        command = message.command
        if command[FIELD] == 1:
            count += 1
            answer = {
                CLASS: command[CLASS],
                FIELD: 0x8001,
                ANSWERS: command[ID],
                HAS_DATA: NO_DATA,
                STATUS: 0,
                INSTANCE: command[INSTANCE],
            }
            link.send_command(message.context, answer)
        elif command[STATUS] != 0xFF00:
            break
    seconds = time.perf_counter() - start
    link.release()
    if message is None or message.command[STATUS] != 0:
        raise RuntimeError(f"C-GET from {peer.name}: {message}")
    return count / seconds


def bench(names: list[str], *, quick: bool) -> list[list[str]]:
    turns, count = (3, 60) if quick else (5, 200)
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    folder = Path(tempfile.mkdtemp(prefix="isocenter-bench-"))
    stamp = Stamp(sized(525_000), run=int(time.time()) % 1_000_000)
    study = study_of(stamp)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        null = stack.enter_context(receiver())
        peers = [stack.enter_context(running(name)) for name in names]
        for number in range(count):
            (folder / f"{number:05d}.dcm").write_bytes(stamp.file_bytes(number))
        for peer in peers:
            link = connect(peer.port, peer.aet, [(1, CT_IMAGE, EXPLICIT)])
            load.sent_over(link, *load.messages(link, stamp, 0, count))
            link.release()
            add_destination(peer, null.port)
        for turn in range(turns + 1):
            for tuned in (True, False):
                if tuned or turn == turns:  # as shipped it takes long and hardly varies
                    command = ["storescu", "-aec", "NULL", "127.0.0.1", str(null.port), "+sd", str(folder)]
                    since = time.monotonic()
                    subprocess.run(command, env=environment(tuned=tuned), check=True, capture_output=True, timeout=REPORT_SECONDS)
                    rates["C-STORE", "storescu" if tuned else "storescu as shipped"].append(null.rate(count, since))
            for peer in peers:
                since = time.monotonic()
                moved(peer, study)
                rates["C-MOVE", peer.name].append(null.rate(count, since))
                if peer.name == "isocenter":  # Debian's Orthanc and dcmqrscp serve C-GET too, but not in a comparable way
                    rates["C-GET", peer.name].append(got(peer, study))
    median = {key: statistics.median(values[1:] or values) for key, values in rates.items()}
    base = median["C-STORE", "storescu"]
    return [
        [f"{work} of {count} CT images", name, f"{rate:.0f}", f"{rate / base:.2f}", f"{GOAL}" if name == "isocenter" else ""]
        for (work, name), rate in median.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="60 images, three turns")
    parser.add_argument("--peers", nargs="+", default=["isocenter", "orthanc"])
    wanted = parser.parse_args()
    print(table.markdown(HEAD, bench([name for name in wanted.peers if available(name)], quick=wanted.quick)))


if __name__ == "__main__":
    main()
