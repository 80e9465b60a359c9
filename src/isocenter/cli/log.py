"""`isocenter log`: the log of an instance, and its debug switch."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from isocenter.base.errors import UsageError
from isocenter.base.limits import LIVE_SECONDS
from isocenter.cli.options import Data, Json, Name
from isocenter.cli.terminal import say, tell_json
from isocenter.daemon import calls, instances


def log(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on showing lines as they are written.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines to begin with.")] = 40,
    debug: Annotated[
        bool | None, typer.Option("--debug/--no-debug", help="Switch the running instance's debug log on or off, and stop.")
    ] = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show the log of an instance."""
    place = instances.place(name, data)
    if debug is not None:
        running = instances.running(place)
        if running is None:
            raise UsageError(f"The instance {place.name} does not run; start it with --debug instead.")
        list(calls.post(running, f"/api/debug?on={int(debug)}"))
        say(f"The debug log of {running.aet} is {'on' if debug else 'off'}.")
        return
    file = place.folder / "log" / "isocenter.log"
    if not file.exists():
        raise UsageError(f"There is no log at {file} yet; the instance {place.name} has not been started.")
    show = _tell if json else say
    for line in _lines(file, lines, follow):
        show(line)


def _tell(line: str) -> None:
    moment, _, rest = line.partition(" ")
    level, _, rest = rest.partition(" ")
    room, _, text = rest.partition(": ")
    tell_json({"time": moment, "level": level, "room": room, "text": text})


def _lines(file: Path, last: int, follow: bool) -> Iterator[str]:
    stream = file.open(encoding="utf-8", errors="replace")
    try:
        yield from (line.rstrip("\n") for line in deque(stream, maxlen=last))
        part = ""
        while follow:
            if piece := stream.readline():
                part += piece
                if part.endswith("\n"):
                    yield part.rstrip("\n")
                    part = ""
            elif file.exists() and file.stat().st_ino != os.fstat(stream.fileno()).st_ino:
                # The log was rotated: go on in the new file.
                stream.close()
                stream = file.open(encoding="utf-8", errors="replace")
            else:
                time.sleep(LIVE_SECONDS / 4)
    finally:
        stream.close()
