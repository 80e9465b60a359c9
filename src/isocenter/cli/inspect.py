"""`isocenter inspect`: what two devices say to each other, as it happens or from a capture, in plain words.

With `--listen` and `--to` it stands between two devices until Ctrl-C; with a file it reads a capture. It needs no running archive
and no rights of an administrator. No patient is named on the terminal, and in a file only with `--names`.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from isocenter import __version__
from isocenter.base.clock import SystemClock
from isocenter.base.errors import UsageError
from isocenter.base.limits import INSPECT_LOOK_SECONDS, PCAP_FILE_BYTES_MAX, PCAP_RECORDED_BYTES_MAX, SEND_BYTES
from isocenter.cli.options import Data, Json, Name
from isocenter.cli.technician import refuse
from isocenter.cli.terminal import human_bytes, note, plural, say, tell_json
from isocenter.daemon import calling

if TYPE_CHECKING:
    from isocenter.doctor.crossings import Crossings
    from isocenter.doctor.rungs import Rungs
    from isocenter.model.ladder import Rung
    from isocenter.net.recorder import Recorder
    from isocenter.net.tap import Tap


def inspect(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A pcap or pcapng file to read; - is the standard input.")
    ] = None,
    listen: Annotated[
        int | None, typer.Option("--listen", min=1, max=0xFFFF, help="The port to stand at between two devices.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="NODE", help="Whom to pass on to: a saved name, or TITLE@host:port.")
    ] = None,
    address: Annotated[
        str, typer.Option("--address", help="The address to listen on; empty is every address of this computer.")
    ] = "",
    pcap: Annotated[Path | None, typer.Option("--pcap", metavar="FILE", help="Write what was seen as pcapng when it ends.")] = None,
    names: Annotated[
        bool, typer.Option("--names", help="Keep patients in the written file; without it they are written over.")
    ] = False,
    whole: Annotated[bool, typer.Option("--whole", help="Every message on a line of its own: nothing is folded.")] = False,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show what two devices say to each other: as a proxy between them, or from a capture file."""
    if (listen is None) != (to is None) or (file is None) == (listen is None):
        raise UsageError("Say --listen PORT and --to NODE to stand between two devices, or a capture file to read.")
    if pcap is not None and pcap.exists():
        raise UsageError(f"{pcap} exists already; choose another name.")
    if names:
        refuse("the file", name, data)
    if file is not None:
        taps = _read(file)
        for tap in taps:
            _show(tap, whole=whole, json=json)
    else:
        assert listen is not None, "checked above"
        assert to is not None, "checked above"
        taps = _watch(listen, calling.resolve(to, None, name, data).node, address, json=json)
    if pcap is not None:
        _write(pcap, taps, names=names)


def _read(file: Path) -> list[Tap]:
    """The connections of a capture."""
    from isocenter.doctor.capture_reading import CaptureReading
    from isocenter.net.recorder import Recorder

    recorder = Recorder(SystemClock(), PCAP_FILE_BYTES_MAX)
    reading = CaptureReading(file.name, recorder.read)
    with contextlib.ExitStack() as opened:
        stream: Any = sys.stdin.buffer if str(file) == "-" else opened.enter_context(file.open("rb"))
        while piece := stream.read(SEND_BYTES):
            # The recorder has the connections already, while they are read.
            deque(reading.feed(piece), maxlen=0)
        deque(reading.end(), maxlen=0)
    if reading.remark:
        note(reading.remark)
    if reading.others:
        note(f"{plural(reading.others, 'connection')} of other protocols left out.")
    taps = sorted(recorder.all(), key=lambda tap: tap.recording.began)
    if not taps:
        note(f"No DICOM in {plural(reading.packets, 'packet')}.")
    return taps


def _show(tap: Tap, *, whole: bool, json: bool) -> None:
    """One connection, folded."""
    from isocenter.doctor.ladder import Reading, ladder
    from isocenter.model.ladder import RungKind

    told = ladder(tap)
    if json:
        from isocenter.model.checkup import as_json

        tell_json(as_json(told))
        return
    caller, called = (f"{side.title} ({side.address})" for side in (told.caller, told.called))
    say(f"{caller} calls {called} at {told.began:%Y-%m-%d %H:%M:%S}Z")
    rungs = Reading(tap).rungs()[0] if whole else [rung for rung in told.rungs if rung.kind is not RungKind.CONNECT]
    for rung in rungs:
        say(f"  {line(rung)}")
    say(f"  {', '.join(filter(None, (told.sum, told.rate, told.verdict)))}")
    say(f"  {'; '.join(f'{share.words} {share.seconds * 1000:.1f} ms' for share in told.shares)}")
    say()


def line(rung: Rung) -> str:
    """A row of the ladder for a terminal: when, which way, what, how much."""
    way = "   " if rung.forth is None else "──▶" if rung.forth else "◀──"
    words = " ".join(filter(None, (rung.title, rung.words)))
    if rung.remark:
        words += f", {rung.remark}"
    size = f"  {human_bytes(rung.byte_count)}" if rung.byte_count and not rung.count else ""
    return f"{rung.at * 1000:>10.1f} ms  {way}  {words}{size}"


def _watch(port: int, node: Any, address: str, *, json: bool) -> list[Tap]:
    """Stand between until Ctrl-C; what was recorded."""
    from isocenter.net.recorder import Recorder
    from isocenter.net.relay import Relay

    recorder = Recorder(SystemClock(), PCAP_RECORDED_BYTES_MAX)
    relay = Relay(recorder, node.host, node.port, listen_port=port, address=address)
    relay.start()
    note(f"Standing between: point the calling device to this computer, port {relay.listen_port}; it is passed on to {node.name}.")
    note("Ctrl-C ends it.")
    watches = _Watches(recorder)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while True:
            for watch, rung in watches.look():
                _tell(watch, rung, json=json)
            time.sleep(INSPECT_LOOK_SECONDS)
    except KeyboardInterrupt:
        pass
    finally:
        relay.stop()
    for watch, rung in watches.look():
        _tell(watch, rung, json=json)
    return list(recorder.all())


def _tell(watch: _Watch, rung: Rung, *, json: bool) -> None:
    if json:
        from isocenter.model.checkup import as_json

        tell_json({"connection": watch.number, **as_json(rung)})
    else:
        say(f"{watch.number:>3}  {line(rung)}")


class _Watch:
    """One connection that is shown while it goes on."""

    def __init__(self, tap: Tap, number: int) -> None:
        from isocenter.doctor.crossings import Crossings
        from isocenter.doctor.rungs import Rungs

        self.number = number
        self._tap = tap
        self._reader: Crossings = Crossings()
        self._rungs: Rungs = Rungs(tap.recording, self._reader)
        self._seen = 0
        self._has_begun = False
        self._is_over = False

    def news(self) -> Iterator[Rung]:
        """The rows since the last call."""
        if self._is_over:
            return
        is_last = self._tap.recording.ended is not None
        if not self._has_begun:
            self._has_begun = True
            yield self._rungs.connect()
        segments = self._tap.segments(self._seen)
        if segments:
            self._seen = segments[-1].serial
        for crossing in self._reader.feed(segments):
            yield from self._rungs.take(crossing)
        if is_last:
            self._is_over = True
            for crossing in self._reader.rest():
                yield from self._rungs.take(crossing)
            from isocenter.doctor.ladder import titles

            if (end := self._rungs.end("", titles(self._tap.recording, self._reader))) is not None:
                yield end


class _Watches:
    """The connections that are shown, as long as the recorder has them."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._numbers = itertools.count(1)
        self._watches: dict[str, _Watch] = {}

    def look(self) -> Iterator[tuple[_Watch, Rung]]:
        """The rows since the last look, and the last ones of a connection that was forgotten meanwhile."""
        kept = self._recorder.all()
        for tap in kept:
            watch = self._watches.get(tap.recording.token)
            if watch is None:
                watch = self._watches[tap.recording.token] = _Watch(tap, next(self._numbers))
            for rung in watch.news():
                yield watch, rung
        for token in self._watches.keys() - {tap.recording.token for tap in kept}:
            watch = self._watches.pop(token)
            for rung in watch.news():
                yield watch, rung


def _write(path: Path, taps: list[Tap], *, names: bool) -> None:
    """A pcapng file of all of it; nobody else may read it."""
    from isocenter.doctor.pcapng import export

    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for piece in export(taps, f"Isocenter {__version__}", names=names):
            file.write(piece)
    note(f"{plural(len(taps), 'connection')} written to {path}{'' if names else ', patients written over with X'}.")
