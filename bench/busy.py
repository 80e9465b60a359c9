"""C-STORE while others look on: with nobody there, with a busy page, and with somebody who reads frames over DICOMweb.

`python bench/busy.py [--quick]`. The page: 5 live streams are open and read, and the status is asked for 20 times a second. The
reader: 100 frames of 525 KB a second, as somebody who scrolls. In turns, against one archive; medians, and the share that is left.
"""

from __future__ import annotations

import argparse
import json
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import load
import table
import web
from http_line import Line, request
from isocenter.lab.stamp import Stamp, sized
from peers import Peer, running

HEAD = ["work", "beside it", "stores a second", "of it", "compared", "wanted"]
WORK = ((525_000, 1), (10_000, 4))
COUNTS = {525_000: 400, 10_000: 1600}
STREAMS, STATUSES_A_SECOND, FRAMES_A_SECOND = 5, 20, 100
SHARE_WANTED = 0.8
NOBODY, PAGE, READER = "nobody", "a busy page", "a reader of frames"


def paced(line: Line, requests: list[bytes], a_second: float, selector: selectors.BaseSelector) -> None:
    """Ask, in turn and for ever, so many times a second; what else comes meanwhile is read and thrown away."""
    asked, began = 0, time.monotonic()
    print("ready", flush=True)
    while True:
        answer = line.ask(requests[asked % len(requests)])
        if answer.status != 200:
            raise SystemExit(f"answered with {answer.status}")
        asked += 1
        while (wait := began + asked / a_second - time.monotonic()) > 0:
            if not selector.get_map():
                time.sleep(wait)
                continue
            for key, _ in selector.select(wait):
                if not key.fileobj.recv(65536):
                    raise SystemExit("a live stream ended")
        if wait < -1:  # it cannot keep up: what is late is not asked for again
            asked, began = 0, time.monotonic()


def onlooker() -> None:
    """The process that looks on: its work is one line of JSON."""
    work = json.loads(sys.stdin.readline())
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        for _ in range(work["streams"]):
            stream = stack.enter_context(socket.create_connection(("127.0.0.1", work["port"])))
            stream.sendall(request("/api/live"))
            selector.register(stream, selectors.EVENT_READ)
        line = stack.enter_context(Line(work["port"]))
        paced(line, [one.encode() for one in work["requests"]], work["a_second"], selector)


@contextmanager
def looking_on(peer: Peer, requests: list[bytes], a_second: float, streams: int = 0) -> Iterator[None]:
    """A process beside the block that asks all the time; `RuntimeError` where it has ended before the block did."""
    process = subprocess.Popen(
        [sys.executable, __file__, "--onlooker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        work = {"port": peer.http, "requests": [one.decode() for one in requests], "a_second": a_second, "streams": streams}
        process.stdin.write(json.dumps(work) + "\n")
        process.stdin.flush()
        if process.stdout.readline() != "ready\n":
            raise RuntimeError(f"nobody could look on: {process.communicate()[1].strip()[-300:]}")
        yield
        if process.poll() is not None:
            raise RuntimeError(f"who looked on went away: {process.communicate()[1].strip()[-300:]}")
    finally:
        process.kill()
        process.communicate()


@contextmanager
def beside(who: str, peer: Peer, images: web.Images) -> Iterator[None]:
    if who == NOBODY:
        yield
        return
    page = ([request("/api/status")], STATUSES_A_SECOND, STREAMS)
    frames = ([web.frame(images, number) for number in range(web.SHORT)], FRAMES_A_SECOND)
    with looking_on(peer, *(page if who == PAGE else frames)):
        yield


def bench(*, quick: bool) -> list[list[str]]:
    turns, share = (3, 0.25) if quick else (5, 1.0)
    rates: dict[tuple[int, int], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with running("isocenter") as peer:
        run = int(time.time()) % 1_000_000 * 100
        images = web.fill(peer, Stamp(sized(525_000), run=run))
        whos = [NOBODY, PAGE, READER]
        for turn in range(turns + 1):
            for byte_count, associations in WORK:
                # Each in another place every turn: what the one before it left to be written is written beside it.
                for who in whos[turn % len(whos) :] + whos[: turn % len(whos)]:
                    run += 1
                    count = max(40, int(COUNTS[byte_count] * (share if turn else 0.1)))
                    try:
                        with beside(who, peer, images):
                            sent = load.store(
                                peer.port, peer.aet, associations=associations, count=count, byte_count=byte_count, run=run
                            )
                    except RuntimeError as error:
                        print(f"{who} is left out from here on: {error}", file=sys.stderr)
                        whos.remove(who)
                        continue
                    if set(sent.statuses) != {"0000"}:
                        raise RuntimeError(f"C-STORE was answered with {sent.statuses}")
                    if turn:  # the first turn only warms up
                        rates[byte_count, associations][who].append(sent.rate)
    return rows(rates)


def rows(rates: dict[tuple[int, int], dict[str, list[float]]]) -> list[list[str]]:
    out = []
    for (byte_count, associations), by_who in rates.items():
        alone = statistics.median(by_who[NOBODY])
        for who in (one for one in (NOBODY, PAGE, READER) if one in by_who):
            values = by_who[who]
            rate = statistics.median(values)
            busy = who != NOBODY
            compared, wanted = (f"{rate / alone:.2f} x alone", f"{SHARE_WANTED} x alone") if busy else ("", "")
            spread = f"{min(values):.0f} to {max(values):.0f}"
            out.append([f"C-STORE, {byte_count // 1000} KB, {associations}", who, f"{rate:.0f}", spread, compared, wanted])
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three turns of a quarter of the images")
    parser.add_argument("--onlooker", action="store_true", help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.onlooker:
        onlooker()
        return
    print(table.markdown(HEAD, bench(quick=wanted.quick)))


if __name__ == "__main__":
    main()
