"""Resident memory of an archive: idle, with associations that store at once, and while a huge multi-frame goes in and out.

`python bench/memory.py [--quick] [--peers isocenter orthanc]`. The huge image is sent from a mapped file, so only the archive's
memory counts.
"""

from __future__ import annotations

import argparse
import mmap
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

sys.path.insert(0, str(Path(__file__).parent))

import load
import table
from isocenter.dataset.part10 import read_header
from isocenter.lab import phantom
from isocenter.lab.stamp import Stamp, sized, write_large
from peers import Peer, available, running
from resident import resident_mib, watched
from retrieve import STUDY_UID
from upper_layer import (
    ANSWERS,
    CLASS,
    CT_IMAGE,
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
    ULTRASOUND_MULTI_FRAME,
    Link,
    connect,
    identifier,
)

HEAD = ["work", "peer", "MiB", "of it", "wanted"]
IDLE_SECONDS = 3.0
ASSOCIATIONS = 16
IDLE_MIB, ASSOCIATION_MIB, HUGE_MIB = 120, 8, 64
PIECES_AT_ONCE = 64


def idle(peer: Peer) -> float:
    time.sleep(IDLE_SECONDS)
    return resident_mib(peer.process.pid)


def of_associations(peer: Peer, *, seconds: float) -> float:
    """What each of several associations adds that store 525 KB images as fast as they can, in MiB."""
    stamp = Stamp(sized(525_000), run=int(time.time()) % 1_000_000)
    before = resident_mib(peer.process.pid)
    links = [connect(peer.port, peer.aet, [(1, CT_IMAGE, EXPLICIT)]) for _ in range(ASSOCIATIONS)]
    ended = Event()

    def storing(link: Link, first: int) -> None:
        own = Stamp(sized(525_000), run=int(time.time()) % 1_000_000 + first)
        number = first
        while not ended.is_set():
            load.sent_over(link, *load.messages(link, own, number, 1))
            number += 1

    threads = [Thread(target=storing, args=(link, index * 100_000)) for index, link in enumerate(links)]
    del stamp
    with watched(peer.process.pid) as most:
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        ended.set()
        for thread in threads:
            thread.join()
    for link in links:
        link.release()
    return (most[0] - before) / ASSOCIATIONS


def pieces(link: Link, content: memoryview) -> Iterator[list[bytes | memoryview]]:
    """The data as P-DATA-TF PDUs, some at a time."""
    room = link.pdu_bytes_max - 6
    step = room * PIECES_AT_ONCE
    for start in range(0, len(content), step):
        part = link.pieces(1, content[start : start + step])
        if start + step < len(content):
            last = part[-2]
            part[-2] = bytes(last[:-1]) + b"\0"  # not the last fragment yet
        yield part


def huge_in(peer: Peer, path: Path) -> tuple[str, float]:
    """Store a file of gigabytes; its study, and what the archive's memory grew by at most, in MiB."""
    link = connect(peer.port, peer.aet, [(1, ULTRASOUND_MULTI_FRAME, EXPLICIT)])
    before = resident_mib(peer.process.pid)
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        whole = memoryview(mapped)
        head = read_header(bytes(whole[:4096]))
        content = whole[head.dataset_offset :]
        image = phantom.ultrasound(1, frames=1)
        command = {CLASS: ULTRASOUND_MULTI_FRAME, FIELD: 1, ID: 1, PRIORITY: 0, HAS_DATA: 1, INSTANCE: str(image.SOPInstanceUID)}
        with watched(peer.process.pid) as most:
            link.send_command(1, command)
            for part in pieces(link, content):
                link.send(part)
            del part
            answer = link.receive()
        content.release()
        whole.release()
    link.release()
    if answer is None or answer.command[STATUS] != 0:
        raise RuntimeError(f"{peer.name} answered {answer}")
    return str(image.StudyInstanceUID), most[0] - before


def huge_out(peer: Peer, study: str) -> float:
    """Get it back; what the archive's memory grew by at most, in MiB."""
    contexts = [(1, STUDY_ROOT_GET, IMPLICIT), (3, ULTRASOUND_MULTI_FRAME, EXPLICIT)]
    link = connect(peer.port, peer.aet, contexts, scp_of=[ULTRASOUND_MULTI_FRAME])
    before = resident_mib(peer.process.pid)
    with watched(peer.process.pid) as most:
        request = {CLASS: STUDY_ROOT_GET, FIELD: 0x10, ID: 1, PRIORITY: 0, HAS_DATA: 1}
        link.send_command(1, request, identifier("STUDY ", study=(STUDY_UID, study)))
        while (message := link.receive(keep=False)) is not None:
            command = message.command
            if command[FIELD] == 1:
                answer = {FIELD: 0x8001, ANSWERS: command[ID], HAS_DATA: NO_DATA, STATUS: 0}
                link.send_command(message.context, {**answer, CLASS: command[CLASS], INSTANCE: command[INSTANCE]})
            elif command[STATUS] != 0xFF00:
                break
    link.release()
    if message is None or message.command[STATUS] != 0:
        raise RuntimeError(f"C-GET from {peer.name}: {message}")
    return most[0] - before


def of_peer(name: str, *, quick: bool, path: Path, gib: float) -> list[list[str]]:
    ours = name == "isocenter"
    with running(name) as peer:
        rows = [["idle", name, f"{idle(peer):.0f}", "", f"under {IDLE_MIB}" if ours else ""]]
        each = of_associations(peer, seconds=2 if quick else 8)
        rows.append(
            ["each active association", name, f"{each:+.1f}", f"{ASSOCIATIONS} at once", f"{ASSOCIATION_MIB}" if ours else ""]
        )
        study, growth = huge_in(peer, path)
        rows.append([f"{gib:.1f} GiB multi-frame in", name, f"{growth:+.0f}", "", f"under {HUGE_MIB}" if ours else ""])
        if ours:
            rows.append([f"{gib:.1f} GiB multi-frame out", name, f"{huge_out(peer, study):+.0f}", "C-GET", f"under {HUGE_MIB}"])
    return rows


def bench(names: list[str], *, quick: bool) -> list[list[str]]:
    gib = 0.25 if quick else 2.0
    with tempfile.TemporaryDirectory(prefix="isocenter-bench-") as folder:
        path = Path(folder) / "huge.dcm"
        write_large(path, int(gib * (1 << 30)))
        return [row for name in names for row in of_peer(name, quick=quick, path=path, gib=gib)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a quarter of a GiB instead of two")
    parser.add_argument("--peers", nargs="+", default=["isocenter", "orthanc"])
    wanted = parser.parse_args()
    print(table.markdown(HEAD, bench([name for name in wanted.peers if available(name)], quick=wanted.quick)))


if __name__ == "__main__":
    main()
