"""`isocenter instances`: which archives are on this computer, and which of them run."""

from __future__ import annotations

from isocenter.base import config
from isocenter.base.errors import UsageError
from isocenter.cli.options import Json
from isocenter.cli.terminal import say, table, tell_json
from isocenter.daemon import instances as on_this_computer


def instances(json: Json = False) -> None:
    """List the instances on this computer: title, port, data folder, running or not."""
    rows = []
    for place in on_this_computer.everywhere():
        running = on_this_computer.running(place)
        try:
            settings = config.load({}, place.folder, {})
        except UsageError:
            settings = config.Settings(aet="(settings unreadable)", port=0, http=0)
        shown = running or settings
        rows.append(
            {
                "name": place.name,
                "aet": shown.aet,
                "port": shown.port,
                "http": shown.http,
                "state": f"runs as process {running.pid}" if running else "stopped",
                "folder": str(place.folder),
            }
        )
    if json:
        tell_json(rows)
    elif rows:
        table(["Name", "AE title", "Port", "Web", "State", "Data folder"], [list(row.values()) for row in rows])
    else:
        say("No instance yet. Make one with:  isocenter up")
