"""DICOMweb beside Orthanc's, in turns: frames, pictures, metadata, a whole study, STOW; then searches among a million instances.

`python bench/web.py [--quick] [--peers isocenter "orthanc dicomweb"]`. Both hold the same 1,250 CT images; ours holds, beside them,
an index of a million instances in 100,000 studies, Orthanc nothing else. Medians of the turns. No request asks for what an earlier
one of its work had rendered, so a cache of pictures does not count.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import http_load
import load
import table
from find import PARTS_OF_NAMES
from http_line import Line, json_of, request
from isocenter.lab.stamp import Stamp, sized
from made_up import MadeUp, made_up
from peers import Peer, available, running
from resident import resident_mib, watched
from upper_layer import CT_IMAGE, EXPLICIT, connect

NAMES = ("isocenter", "orthanc dicomweb")
ROOT = "/dicom-web"
FRAME_BYTES = 512 * 512 * 2
SHORT, LONG = 250, 1000
"""Instances of the two series that both peers hold."""
SECONDS_A_TURN = 3.0
OCTETS = 'multipart/related; type="application/octet-stream"'
DICOM = 'multipart/related; type="application/dicom"'
JSON = "application/dicom+json"
BOUNDARY = b"bench-boundary-7e1f"
GROWTH_MIB = 64


@dataclass(frozen=True)
class Images:
    """What both peers hold: one study of two series."""

    study: str
    series: tuple[str, str]
    instances: tuple[str, ...]

    def instance(self, number: int) -> str:
        number %= len(self.instances)
        return f"{ROOT}/studies/{self.study}/series/{self.series[number >= SHORT]}/instances/{self.instances[number]}"

    def metadata(self, series: int) -> str:
        return f"{ROOT}/studies/{self.study}/series/{self.series[series]}/metadata"


@dataclass(frozen=True)
class Work:
    """One row: what is asked, how often in a turn at most, over how many connections, and what is wanted of it."""

    name: str
    count: int
    make: Callable[[Images, int], bytes]
    wanted: str
    connections: int = 1
    bytes_min: int = 1
    in_milliseconds: bool = False
    packed: bool = False
    instances: int = 0


def frame(images: Images, number: int) -> bytes:
    return request(images.instance(number) + "/frames/1", accept=OCTETS)


def picture(media_type: str) -> Callable[[Images, int], bytes]:
    return lambda images, number: request(images.instance(number) + "/rendered", accept=media_type)


def metadata(series: int, coding: str) -> Callable[[Images, int], bytes]:
    headers = [("Accept-Encoding", coding)] if coding else []
    return lambda images, number: request(images.metadata(series), accept=JSON, headers=headers)


FASTER_FRAMES, FASTER_PICTURES = "1.5 x Orthanc", "2 x Orthanc"
WORKS = (
    Work("WADO-RS, one frame of 525 KB", 600, frame, f"{FASTER_FRAMES}, p50 under 2 ms", 1, FRAME_BYTES),
    Work("WADO-RS, one frame of 525 KB, 4 connections", 800, frame, FASTER_FRAMES, 4, FRAME_BYTES),
    Work("rendered PNG, 512 x 512", 120, picture("image/png"), FASTER_PICTURES),
    Work("rendered JPEG, 512 x 512", 160, picture("image/jpeg"), FASTER_PICTURES),
    *(
        Work(
            f"metadata, {count} instances{', gzip' if packed else ''}",
            100 if series == 0 else 40,
            metadata(series, "gzip" if packed else ""),
            wanted,
            in_milliseconds=True,
            packed=packed,
            instances=count,
        )
        for series, count, wanted in ((0, SHORT, "10 x Orthanc"), (1, LONG, "under 25 ms"))
        for packed in (False, True)
    ),
)


def fill(peer: Peer, stamp: Stamp) -> Images:
    """Store the two series, and read back from the peer what they are called."""
    link = connect(peer.port, peer.aet, [(1, CT_IMAGE, EXPLICIT)])
    for first, count in ((0, SHORT), (LONG, LONG)):
        statuses, _ = load.sent_over(link, *load.messages(link, stamp, first, count, instances_a_series=count))
        if set(statuses) != {0}:
            raise RuntimeError(f"{peer.name} answered {dict(statuses)}")
    link.release()
    uids = [stamp.stamped(number)[0] for number in (*range(SHORT), *range(LONG, 2 * LONG))]
    study, first = uids_of(stamp, 0, 0)
    return Images(study, (first, uids_of(stamp, 0, 1)[1]), tuple(uids))


def uids_of(stamp: Stamp, study: int, series: int) -> tuple[str, str]:
    """Study and Series Instance UID of the copies that are stamped so."""
    _, head, _ = stamp.stamped(0, series=series, study=study)
    found = []
    for tag in (b"\x20\x00\x0d\x00UI", b"\x20\x00\x0e\x00UI"):
        start = head.index(tag) + 8
        found.append(head[start : start + int.from_bytes(head[start - 2 : start], "little")].decode().strip("\0"))
    return found[0], found[1]


def check(work: Work, peer: Peer, raw: bytes) -> None:
    """Look once at what is measured: an answer, packed where it should be, with as many instances as there are."""
    with Line(peer.http) as line:
        answer = line.ask(raw, keep=True)
    packed = b"content-encoding: gzip" in answer.head.lower()
    if answer.status != 200 or packed != work.packed:
        raise RuntimeError(f"status {answer.status}, {'packed' if packed else 'not packed'}")
    if work.instances:
        told = len(json.loads(gzip.decompress(answer.body) if packed else answer.body))
        if told != work.instances:
            raise RuntimeError(f"{told} instances were told of instead of {work.instances}")


class Turns:
    """The figures of every work and peer, one for each turn; who cannot do a work is left out of it with a word."""

    def __init__(self) -> None:
        self.rates: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.milliseconds: dict[tuple[str, str], list[float]] = defaultdict(list)
        self._given_up: set[tuple[str, str]] = set()

    def take(self, work: Work, peer: Peer, images: Images, turn: int, share: float) -> None:
        """Ask once more; a slow peer gets fewer requests, by `SECONDS_A_TURN`. Turn 0 only warms up."""
        if (work.name, peer.name) in self._given_up:
            return
        count = max(4, int(work.count * (share if turn else 0.1)))
        requests = [work.make(images, turn * work.count + number) for number in range(count)]
        try:
            if turn == 0:
                check(work, peer, requests[0])
            asked = http_load.ask(peer.http, requests, connections=work.connections, share_seconds=SECONDS_A_TURN)
            if asked.byte_count < work.bytes_min * len(asked.milliseconds):
                raise RuntimeError(f"{asked.byte_count} bytes came in {len(asked.milliseconds)} answers")
        except (RuntimeError, OSError) as error:
            print(f"{peer.name} is left out of {work.name}: {error}", file=sys.stderr)
            self._given_up.add((work.name, peer.name))
            return
        if turn:
            self.rates[work.name, peer.name].append(asked.rate)
            self.milliseconds[work.name, peer.name].append(asked.p50)

    def rows(self, work: Work, peers: Sequence[Peer]) -> list[list[str]]:
        out = []
        of_orthanc = (work.name, NAMES[1])
        for peer in peers:
            if not (rates := self.rates.get((work.name, peer.name))):
                continue
            rate, p50 = statistics.median(rates), statistics.median(self.milliseconds[work.name, peer.name])
            figures = (f"{rate:.0f} a second", f"p50 {p50:.2f} ms")
            measured, note = reversed(figures) if work.in_milliseconds else figures
            ours = peer.name == NAMES[0]
            times = (
                _times(work, rate, p50, self.rates[of_orthanc], self.milliseconds[of_orthanc]) if of_orthanc in self.rates else 0.0
            )
            compared = f"{times:.2f} x Orthanc" if ours and times else ""
            out.append([work.name, peer.name, measured, note, compared, work.wanted if ours else ""])
        return out


def _times(work: Work, rate: float, p50: float, rates: Sequence[float], milliseconds: Sequence[float]) -> float:
    """How many times another's figure ours is."""
    return statistics.median(milliseconds) / p50 if work.in_milliseconds else rate / statistics.median(rates)


def stow(peer: Peer, stamp: Stamp, count: int) -> tuple[float, float]:
    """One request of so many new CT images: images a second, and what the peer's memory grew by at most, in MiB."""
    pieces: list[bytes | memoryview] = []
    for number in range(count):
        content = stamp.file_bytes(number)
        head = content[: len(content) - len(stamp.pixels)]
        start = b"\r\n" if pieces else b""
        pieces += [start + b"--" + BOUNDARY + b"\r\nContent-Type: application/dicom\r\n\r\n" + head, stamp.pixels]
    pieces.append(b"\r\n--" + BOUNDARY + b"--\r\n")
    length = sum(len(piece) for piece in pieces)
    head = request(
        f"{ROOT}/studies", method="POST", accept=JSON,
        headers=[("Content-Type", f'{DICOM}; boundary="{BOUNDARY.decode()}"'), ("Content-Length", str(length))],
    )  # fmt: skip
    before = resident_mib(peer.process.pid)
    with Line(peer.http) as line, watched(peer.process.pid) as most:
        began = time.perf_counter()
        line.send([head, *pieces])
        answer = line.answer(keep=True)
        seconds = time.perf_counter() - began
    if answer.status != 200:
        raise RuntimeError(f"STOW-RS was answered with {answer.status}: {answer.body[:300]!r}")
    return count / seconds, most[0] - before


def whole_study(peer: Peer, images: Images) -> tuple[float, float]:
    """WADO-RS of the study: MB a second, and what the peer's memory grew by at most, in MiB."""
    before = resident_mib(peer.process.pid)
    with Line(peer.http) as line, watched(peer.process.pid) as most:
        began = time.perf_counter()
        answer = line.ask(request(f"{ROOT}/studies/{images.study}", accept=DICOM))
        seconds = time.perf_counter() - began
    if answer.status != 200 or answer.byte_count < FRAME_BYTES * len(images.instances):
        raise RuntimeError(f"WADO-RS of a study was answered with {answer.status} and {answer.byte_count} bytes")
    return answer.byte_count / seconds / 1e6, most[0] - before


@dataclass(frozen=True)
class Heavy:
    """A work whose figure comes with the growth of memory."""

    name: str
    unit: str
    times_orthanc: str
    run: Callable[[Peer], tuple[float, float]]


def heavy_rows(works: Sequence[Heavy], peers: Sequence[Peer], turns: int) -> list[list[str]]:
    figures: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for turn in range(turns + 1):
        for work in works:
            for peer in peers:
                try:
                    figure = work.run(peer)
                except (RuntimeError, OSError) as error:
                    print(f"{peer.name}, {work.name}: {error}", file=sys.stderr)
                    continue
                if turn:
                    figures[work.name, peer.name].append(figure)
    out = []
    for work in works:
        median = {name: statistics.median(rate for rate, _ in took) for (done, name), took in figures.items() if done == work.name}
        for name, rate in median.items():
            growth = max(growth for _, growth in figures[work.name, name])
            ours = name == NAMES[0]
            compared = f"{rate / median[NAMES[1]]:.2f} x Orthanc" if ours and NAMES[1] in median else ""
            wanted = ", ".join(filter(None, (work.times_orthanc, f"memory flat (under {GROWTH_MIB} MiB)"))) if ours else ""
            out.append([work.name, name, f"{rate:.0f} {work.unit}", f"memory {growth:+.0f} MiB at most", compared, wanted])
    return out


QIDO_GOALS_MILLISECONDS = {"PatientID": 5, "two days": 20, "*part of a name*": 50}


def searches(peer: Peer, rows_of: MadeUp, *, repeats: int) -> list[list[str]]:
    """QIDO-RS at the study level, one after the other over one connection; a time is from the request to the last byte."""
    rng = random.Random(1)
    work = {
        "PatientID": [{"PatientID": rows_of.patient_id(rng.randrange(1 << 30))} for _ in range(repeats)],
        "two days": [{"StudyDate": rows_of.days(rng.randrange(1 << 30), 2)} for _ in range(repeats)],
        "*part of a name*": [{"PatientName": rng.choice(PARTS_OF_NAMES)} for _ in range(repeats)],
    }
    out = []
    for name, keys in work.items():
        requests = [request(f"{ROOT}/studies", accept=JSON, **one) for one in keys]
        answers = sum(len(json_of(peer.http, raw) or ()) for raw in requests[:20]) / min(20, repeats)
        try:
            asked = http_load.ask(peer.http, requests)
        except RuntimeError as error:
            print(f"QIDO-RS by {name}: {error}", file=sys.stderr)
            continue
        note = f"p95 {asked.p95:.1f} ms, {answers:.1f} answers each"
        wanted = f"p50 under {QIDO_GOALS_MILLISECONDS[name]} ms"
        out.append([f"QIDO-RS by {name}", peer.name, f"p50 {asked.p50:.1f} ms", note, "", wanted])
    return out


def bench(names: Sequence[str], *, quick: bool) -> list[list[str]]:
    turns, share = (3, 0.3) if quick else (5, 1.0)
    run = int(time.time()) % 1_000_000 * 100
    with ExitStack() as stack:
        rows_of = stack.enter_context(made_up(quick=quick))
        peers = [stack.enter_context(running(name, prepare=rows_of.prepare if name == NAMES[0] else None)) for name in names]
        image = sized(525_000)
        held = {peer.name: fill(peer, Stamp(image, run=run)) for peer in peers}
        among = f"{rows_of.instances:,} instances in {rows_of.studies:,} studies beside them, in ours"
        rows = [[f"DICOMweb, {SHORT} and {LONG} CT images held; {among}", "", "", "", "", ""]]
        figures = Turns()
        for turn in range(turns + 1):
            for work in WORKS:
                for peer in peers:
                    figures.take(work, peer, held[peer.name], turn, share)
        for work in WORKS:
            rows += figures.rows(work, peers)
        count = 100 if quick else 500
        runs = iter(range(run + 1, run + 1000))

        def stowed(peer: Peer) -> tuple[float, float]:
            return stow(peer, Stamp(image, run=next(runs)), count)

        heavy = [
            Heavy(f"STOW-RS of {count} CT images", "a second", "2 x Orthanc", stowed),
            Heavy(f"WADO-RS, a study of {SHORT + LONG}", "MB a second", "", lambda peer: whole_study(peer, held[peer.name])),
        ]
        rows += heavy_rows(heavy, peers, turns)
        for peer in peers:
            if peer.name == NAMES[0]:
                rows += searches(peer, rows_of, repeats=40 if quick else 200)
    return rows


HEAD = ["work", "by", "measured", "of it", "compared", "wanted"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three turns of a third, a tenth of the index, 100 images by STOW-RS")
    parser.add_argument("--peers", nargs="+", choices=NAMES, default=list(NAMES))
    wanted = parser.parse_args()
    print(table.markdown(HEAD, bench([name for name in wanted.peers if available(name)], quick=wanted.quick)))


if __name__ == "__main__":
    main()
