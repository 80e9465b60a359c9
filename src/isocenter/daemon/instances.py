"""The instances on this computer: where each keeps its data and settings, and which of them run.

An instance is a folder. Named ones live side by side in the home folder; one with a folder of its own elsewhere is noted there
as well, so that all can be listed and can find each other. A running instance announces itself with a small file that names its
process; it counts as long as that process holds the folder's lock. Nothing from the network ever becomes a path here.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from isocenter.archive import folder_lock
from isocenter.base import config
from isocenter.base.errors import UsageError
from isocenter.net import ports

DEFAULT_NAME = "main"
_RUNNING = "running.json"
_ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Place:
    """An instance as a place: its name and its data folder, which may not exist yet."""

    name: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Running:
    """What a running instance announces: enough to call it by DICOM, at `address`, and by HTTP from this computer."""

    name: str
    folder: str
    pid: int
    aet: str
    port: int
    address: str
    http: int
    started: str


def home() -> Path:
    """The folder of all instances of this user; ISOCENTER_HOME moves it."""
    if moved := os.environ.get("ISOCENTER_HOME"):
        return Path(moved)
    import platformdirs

    return Path(platformdirs.user_data_path("isocenter"))


def place(name: str | None = None, data: Path | None = None) -> Place:
    """The instance of that name, or of that data folder. Raises UsageError for a name that cannot be a folder's."""
    if name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", name):
        raise UsageError(f"The name {name!r} cannot be used: up to 32 letters, digits, hyphens and underscores are allowed.")
    if data is not None:
        folder = data.expanduser().resolve()
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is a file; the data folder must be a folder, or not exist yet.")
        return Place(name or folder.name or DEFAULT_NAME, folder)
    return Place(name or DEFAULT_NAME, home() / (name or DEFAULT_NAME))


def settle(place: Place, flags: Mapping[str, Any]) -> config.Settings:
    """The settings for a start. A named instance without settings gets a title and free ports of its own."""
    if _chooses_for_itself(place):
        taken = frozenset(number for other in _settings_of_others(place) for number in (other.port, other.http))
        port = flags.get("port") or ports.next_free(config.BY_NAME["port"].default, taken=taken)
        http = ports.next_free(config.BY_NAME["http"].default, "127.0.0.1", taken=taken | {port})
        title = re.sub(r"[^A-Z0-9_-]", "", place.name.upper())[:16]
        flags = {"aet": title, "port": port, "http": http} | {name: value for name, value in flags.items() if value is not None}
    return config.load(flags, place.folder)


def remember(place: Place, settings: config.Settings) -> None:
    """Write down what a named instance got at its first start, so that it stays the same."""
    if _chooses_for_itself(place):
        place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = f"aet = {json.dumps(settings.aet)}\nport = {settings.port}\nhttp = {settings.http}\n"
        (place.folder / config.FILE_NAME).write_text(lines, encoding="utf-8")


def _chooses_for_itself(place: Place) -> bool:
    return place.name != DEFAULT_NAME and _lives_at_home(place) and not (place.folder / config.FILE_NAME).exists()


def announce(place: Place, settings: config.Settings, started: str) -> None:
    """Say that this process runs the instance."""
    record = Running(
        place.name, str(place.folder), os.getpid(), settings.aet, settings.port, address_of(settings), settings.http, started
    )
    _write(place.folder / _RUNNING, asdict(record))
    if not _lives_at_home(place):
        note = home() / _ELSEWHERE / f"{hashlib.sha256(str(place.folder).encode()).hexdigest()[:16]}.json"
        note.parent.mkdir(parents=True, exist_ok=True)
        _write(note, {"name": place.name, "folder": str(place.folder)})


def withdraw(place: Place) -> None:
    """This process no longer runs the instance."""
    (place.folder / _RUNNING).unlink(missing_ok=True)


def running(place: Place) -> Running | None:
    """The process that runs the instance now, if one does."""
    try:
        record = Running(**json.loads((place.folder / _RUNNING).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return record if record.pid == folder_lock.holding_process(place.folder) else None


def address_of(settings: config.Settings) -> str:
    """Where this computer's own programs reach the DICOM port."""
    return "127.0.0.1" if settings.listens_everywhere else settings.listen


def everywhere() -> list[Place]:
    """All instances of this user that have a folder, by name."""
    places = {}
    if home().is_dir():
        for folder in home().iterdir():
            if folder.is_dir() and folder.name != _ELSEWHERE:
                places[folder.resolve()] = Place(folder.name, folder)
    for note in (home() / _ELSEWHERE).glob("*.json"):
        try:
            words = json.loads(note.read_text(encoding="utf-8"))
            folder = Path(words["folder"])
            if folder.is_dir():
                places.setdefault(folder.resolve(), Place(str(words["name"]), folder))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return sorted(places.values(), key=lambda found: (found.name != DEFAULT_NAME, found.name, str(found.folder)))


def _lives_at_home(place: Place) -> bool:
    return place.folder.parent == home()


def _settings_of_others(place: Place) -> Iterator[config.Settings]:
    """Of all other instances, and of the main one even before its first start: it keeps the ports that everybody expects."""
    for other in [Place(DEFAULT_NAME, home() / DEFAULT_NAME), *everywhere()]:
        if other.folder != place.folder:
            try:
                yield config.load({}, other.folder, {})
            except UsageError:
                continue


def _write(path: Path, words: Mapping[str, Any]) -> None:
    """Replaced in one step, so that a reader never sees half a file."""
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(words), encoding="utf-8")
    draft.replace(path)
