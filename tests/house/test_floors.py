"""Who may import whom, and who may touch the outside."""

from __future__ import annotations

import ast

import pytest

FLOORS = {
    1: ("base",),
    2: ("standard",),
    3: ("wire", "dataset"),
    4: ("model",),
    5: ("dimse", "dicomweb"),
    6: ("services", "net", "archive", "nodes", "deid", "imaging", "documents"),
    7: ("jobs",),
    8: ("web", "doctor", "lab"),
    9: ("daemon",),
    10: ("cli",),
}
FLOOR_OF = {package: floor for floor, packages in FLOORS.items() for package in packages}
ENTRY = "__main__"

QUIET = {"base", "standard", "wire", "dataset", "model", "dimse", "dicomweb", "services", "nodes", "deid", "imaging", "documents"}
"""Packages that do no I/O, wait for nothing and know no clock."""

EXCUSED = {"base.clock": {"time"}, "base.config": {"open"}, "base.log": {"open", "threading"}}
"""Rooms of the ground whose whole purpose is one of these."""

OUTSIDE = {
    "socket": "net and doctor.network",
    "ssl": "net and doctor.network",
    "selectors": "net",
    "asyncio": "net, web, daemon and lab",
    "threading": "net, archive, jobs, daemon",
    "subprocess": "jobs, daemon, doctor, cli, lab and archive",
    "sqlite3": "archive and lab",
    "sqlalchemy": "archive and jobs",
}
"""Modules that only some packages may name."""

PATH_IO = {"read_text", "read_bytes", "write_text", "write_bytes"}
WALL_CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time"),
              ("time", "localtime"), ("time", "gmtime"), ("time", "strftime"), ("time", "time_ns"), ("time", "ctime")}  # fmt: skip


def allowed(package: str, name: str, module: str) -> bool:
    """True where this room may name that module of the outside."""
    if module in EXCUSED.get(name, ()):
        return True
    places = OUTSIDE[module].replace(" and ", ", ").split(", ")
    return package in places or name in places


def floor_breaches(room, known) -> list[str]:
    broken = []
    if room.package not in FLOOR_OF:
        own = room.name in {ENTRY, "__init__"}
        return [] if own else [f"{room.place}: its package {room.package or '(root)'} is on no floor; add it to FLOORS or move it"]
    here = FLOOR_OF[room.package]
    for other, line in room.rooms_imported(known):
        package = other.split(".")[0]
        there = FLOOR_OF.get(package)
        if package in {room.package, "__init__"}:
            continue
        if there is None or there > here:
            broken.append(f"{room.place}:{line} (floor {here}) imports {other}, which is above it (floor {there})")
        elif there == here:
            broken.append(f"{room.place}:{line} imports {other}: {room.package} and {package} share floor {here}")
    return broken


def door_breaches(room, known) -> list[str]:
    """Rooms that import the door of the package they live in, or the root's."""
    doors = {f"{room.package}.__init__", "__init__"}
    inner = room.is_door
    return [
        f"{room.place}:{line} imports {other}, or a room that is not there; import the room that holds the name"
        for other, line in room.rooms_imported(known)
        if other in doors and not inner and not (other == "__init__" and _only_version(room, line))
    ]


def _only_version(room, line: int) -> bool:
    """The root's door holds the version and imports nothing, so that whoever shows it may ask there."""
    return any(item.line == line and item.module == "isocenter" and item.names == ("__version__",) for item in room.imports)


def _reaches(node: ast.AST) -> tuple[str, str]:
    """What a call touches: (kind, how it is written), or empty."""
    if not isinstance(node, ast.Call):
        return "", ""
    called = node.func
    if isinstance(called, ast.Name) and called.id == "open":
        return "open", "open()"
    if isinstance(called, ast.Attribute):
        owner = called.value
        owner_name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
        if called.attr == "open" and owner_name in {"os", "io", "Path"}:
            return "open", f"{owner_name}.open()"
        if called.attr in PATH_IO:
            return "open", f".{called.attr}()"
        if (owner_name, called.attr) in WALL_CLOCK:
            return "wall clock", f"{owner_name}.{called.attr}()"
    return "", ""


def outside_breaches(room) -> list[str]:
    quiet, excused = room.package in QUIET, EXCUSED.get(room.name, set())
    broken = []
    for item in room.imports:
        top = item.module.split(".")[0]
        if top in OUTSIDE and not allowed(room.package, room.name, top):
            broken.append(f"{room.place}:{item.line} names {top}, which lives in {OUTSIDE[top]}")
        if top == "time" and quiet and "time" not in excused:
            broken.append(f"{room.place}:{item.line} names time: take `now` as an argument, or a base.clock.Clock")
        if top in {"_thread", "multiprocessing", "concurrent", "select", "queue"} and quiet:
            broken.append(f"{room.place}:{item.line} names {top}: this floor neither waits nor starts anything")
    for node in ast.walk(room.tree):
        kind, written = _reaches(node)
        if kind == "open" and quiet and "open" not in excused:
            broken.append(f"{room.place}:{node.lineno} calls {written}: let the caller bring bytes or text")
        if kind == "wall clock" and room.name != "base.clock":
            broken.append(f"{room.place}:{node.lineno} calls {written}: ask a base.clock.Clock, or take the moment as an argument")
    return broken


def knots(graph: dict[str, set[str]]) -> list[list[str]]:
    """Strongly connected components of two or more rooms (Tarjan)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for other in sorted(graph.get(name, ())):
            if other not in order:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], order[other])
        if low[name] == order[name]:
            at = stack.index(name)
            ring = stack[at:]
            del stack[at:]
            if len(ring) > 1:
                found.append(sorted(ring))

    for name in sorted(graph):
        if name not in order:
            visit(name)
    return found


def test_a_room_imports_only_from_floors_below_or_its_own_package(rooms, room_names, obey):
    broken = [line for room in rooms for line in floor_breaches(room, room_names)]
    obey("Data flows one way: a floor knows only what is under it, and siblings on one floor are strangers (docs/architecture.md).",
         broken)  # fmt: skip


def test_no_rooms_are_tied_in_a_knot(rooms, room_names, obey):
    graph = {room.name: {other for other, _ in room.rooms_imported(room_names)} for room in rooms if not room.is_door}
    obey("Rooms that import each other, however lazily, are one room of all their sizes together.",
         [" <-> ".join(ring) for ring in knots(graph)])  # fmt: skip


def test_no_room_enters_through_its_own_door(rooms, room_names, obey):
    broken = [line for room in rooms for line in door_breaches(room, room_names)]
    obey("A room that imports its package's __init__ waits for all its siblings, and one of them waits for it.", broken)


def test_quiet_floors_touch_nothing_outside(rooms, obey):
    broken = [line for room in rooms for line in outside_breaches(room)]
    obey("What does no I/O is tested in microseconds and driven by threads or asyncio alike; "
         "when something hangs, only a few places can be to blame.", broken)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wire.bad", "from isocenter.net import listener"),
        ("wire.bad", "def f():\n    from isocenter.model.records import Node"),
        ("wire.bad", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import isocenter.archive.archive"),
        ("services.bad", "from isocenter.archive.intake import Intake"),
        ("services.bad", "from ..nodes import book"),
        ("cellar.bad", ""),
    ],
)
def test_the_floor_law_bites(make_room, room_names, name, text):
    assert floor_breaches(make_room(name, text), room_names)


def test_the_floor_law_lets_rooms_look_down_and_aside(make_room, room_names):
    text = "from isocenter.wire.pdu import Abort\nfrom isocenter.wire import events\nfrom . import pdu_codec\nimport pydicom"
    assert not floor_breaches(make_room("wire.good", text), room_names)
    assert not floor_breaches(make_room("cli.good", "from isocenter.base.limits import KIB"), room_names)


@pytest.mark.parametrize(
    "text", ["from isocenter.wire import AssociateRequest", "import isocenter.wire", "from . import nothing_such"]
)
def test_the_door_law_bites(make_room, room_names, text):
    assert door_breaches(make_room("wire.bad", text), room_names)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wire.bad", "import socket"),
        ("nodes.bad", "def f():\n    import ssl"),
        ("model.bad", "from time import monotonic"),
        ("imaging.bad", "from concurrent.futures import ThreadPoolExecutor"),
        ("services.bad", "open('x')"),
        ("services.bad", "import os\nos.open('x', 0)"),
        ("nodes.bad", "from pathlib import Path\nPath('x').read_text()"),
        ("archive.bad", "from datetime import datetime\ndatetime.now()"),
        ("cli.bad", "import time\ntime.time()"),
        ("web.bad", "import sqlite3"),
        ("services.bad", "from threading import Event"),
    ],
)
def test_the_law_of_the_outside_bites(make_room, name, text):
    assert outside_breaches(make_room(name, text))


def test_the_law_of_the_outside_lets_ports_be_opened(make_room):
    assert not outside_breaches(make_room("services.good", "def f(blobs):\n    return blobs.open('key')"))
    assert not outside_breaches(make_room("net.good", "import socket, threading, time\ntime.monotonic()"))


def test_a_knot_is_found_through_any_number_of_rooms():
    assert knots({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]
    assert knots({"a": {"b", "c"}, "b": {"d"}, "c": {"d"}, "d": set()}) == []
