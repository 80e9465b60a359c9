"""Who this archive is to the network: its title, its port and its policy, which can change while it runs.

Comes in: what a person wants changed. Goes out: the settings in force, and sentences about what the next start will find. Whoever
serves by them is told in the order in which they asked to be; the first may refuse, and then nothing has changed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from isocenter.base import config
from isocenter.base.clock import Clock
from isocenter.base.config import Settings
from isocenter.base.errors import UsageError
from isocenter.base.limits import PRIVILEGED_PORTS
from isocenter.base.settings_file import edited
from isocenter.model.records import Node
from isocenter.net import ports

_log = logging.getLogger("isocenter.daemon")
_FROM_OUTSIDE = {"the command line": "flag", "the environment": "environment"}


class Device:
    """The settings of one running instance. Any thread."""

    def __init__(self, settings: Settings, folder: Path, clock: Clock) -> None:
        self.settings = settings
        self.listening_since = clock.now()
        self._clock = clock
        self._folder = folder
        self._lock = threading.Lock()
        self._told: list[Callable[[Settings], None]] = []

    def tell(self, told: Callable[[Settings], None]) -> None:
        """Have `told` called with the settings whenever they change."""
        self._told.append(told)

    def calling(self, node: Node) -> Node:
        """The node with the title that we call it by now."""
        return node if node.local_ae_title else replace(node, local_ae_title=self.settings.aet)

    def change(self, values: Mapping[str, str | int]) -> list[str]:
        """Take on other values; sentences about what will not outlive this process. Raises UsageError, and nothing has changed."""
        with self._lock:
            before = self.settings
            values = {name: value for name, value in values.items() if getattr(before, name) != value}
            if not values:
                return []
            file = self._folder / config.FILE_NAME
            wanted = config.changed(before, values, str(file))
            if wanted.port != before.port and (obstacle := port_obstacle(wanted.port, wanted.listen)):
                raise UsageError(obstacle)
            for told in self._told:
                told(wanted)
            if wanted.port != before.port:
                self.listening_since = self._clock.now()
            self.settings = wanted
            for name in values:
                if config.BY_NAME[name].is_secret:
                    _log.info("%s is another one now", name)
                else:
                    _log.info("%s is %s now, was %s", name, values[name] or "empty", getattr(before, name) or "empty")
            return [*_overruled(before, values), *_written(file, values)]


def port_obstacle(port: int, address: str) -> str:
    """Why a port cannot be opened, and one that can; empty where it can."""
    if ports.is_free(port, address):
        return ""
    holder = ports.holder(port)
    free = ports.next_free(port, address)
    if port < PRIVILEGED_PORTS and not holder:
        return f"Port {port} cannot be opened: below {PRIVILEGED_PORTS} that may need administrator rights. Port {free} is free."
    return f"Port {port} is taken{f' by {holder}' if holder else ''}. Port {free} is free."


def _overruled(before: Settings, values: Mapping[str, str | int]) -> list[str]:
    """What the next start takes from the command line or the environment again, where it is still given there."""
    notes = []
    for name in values:
        kind = _FROM_OUTSIDE.get(before.sources.get(name, ""))
        if kind is not None:
            place = getattr(config.BY_NAME[name], kind)
            value = "the old one" if config.BY_NAME[name].is_secret else f"{place} {getattr(before, name)}"
            notes.append(
                f"The {name} came from {before.sources[name]}: if {place} is given there again, the next start is {value}."
            )
    return notes


def _written(file: Path, values: Mapping[str, str | int]) -> list[str]:
    """Write them to the instance's own file, in one step."""
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        draft = file.with_suffix(".draft")
        draft.write_text(edited(text, values), encoding="utf-8")
        draft.replace(file)
    except (OSError, UnicodeDecodeError, UsageError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return [f"It holds until the next start: {file.name} could not be changed. {said}"]
    return []
