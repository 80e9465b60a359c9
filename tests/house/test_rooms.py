"""Sizes, names, headers, and rooms that nobody enters."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest

LINES_MAX = 400
BODY_LINES_MAX = 70
HEADER_LINES_MAX = 14

ROOMS_TOO_LONG: dict[str, int] = {}
"""Rooms above the limit, with the lines that they may have. The list only shrinks: split the room, then take its row out."""

BODIES_TOO_LONG: dict[str, int] = {}
"""Functions above the limit as `room:function`, with the lines that their bodies may have. The list only shrinks."""

TABLES = re.compile(r"^standard\.|^model\.attributes$|^base\.limits$|^base\.config$")
"""Rooms that are tables: their length is that of the printed standard, not of our thought."""

AWAITING_THEIR_READER: set[str] = set()
"""Rooms that are finished before the room that will import them. Empty in a release."""

LOADED_BY_NAME = re.compile(r"^archive\.versions\.")
"""Rooms that a tool finds in a folder: the index's migrations."""

BY_PROCESS = {"", "cli", "daemon"}
"""Packages that are proved by starting the program."""

NAMES_BANNED = {
    "manager",
    "helper",
    "helpers",
    "util",
    "utils",
    "common",
    "misc",
    "base",
    "handler",
    "wrapper",
    "data",
    "info",
    "impl",
}
WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement after the docstring to the last."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def functions(room) -> list[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    return [(f"{room.name}:{node.name}", node) for node in ast.walk(room.tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]  # fmt: skip


def words(name: str) -> list[str]:
    return [word.lower() for word in WORD.findall(name)]


def name_breaches(room) -> list[str]:
    """A banned word as the whole of a module's name or as the last word of it or of a class."""
    broken = []
    last = room.name.split(".")[-1]
    parts = words(last)
    if parts and parts[-1] in NAMES_BANNED and not room.is_door:
        broken.append(f"{room.place}: the room's name says {parts[-1]!r}")
    classes = [node for node in ast.walk(room.tree) if isinstance(node, ast.ClassDef)]
    bad = [node for node in classes if NAMES_BANNED.intersection(words(node.name)[-1:])]
    return broken + [f"{room.place}:{node.lineno} class {node.name} says {words(node.name)[-1]!r}" for node in bad]


def prints(room) -> list[str]:
    return [f"{room.place}:{node.lineno} prints" for node in ast.walk(room.tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"]  # fmt: skip


def unread(rooms, known, entries) -> set[str]:
    """Rooms that no other room imports, that no entry point names, and that cli/main does not call by name."""
    read = set(entries)
    for room in rooms:
        read |= {other for other, _ in room.rooms_imported(known) if other != room.name}
        for node in ast.walk(room.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value.partition(":")[0].removeprefix("isocenter.")
                read |= {text, f"{room.package}.{text}"} if re.fullmatch(r"[a-z_.0-9]{1,60}", text) else set()
    return {room.name for room in rooms if not room.is_door} - read - {"__main__"}


def test_rooms_fit_a_reader(rooms, obey):
    broken = []
    for room in rooms:
        lines = room.text.count("\n")
        limit = ROOMS_TOO_LONG.get(room.name, LINES_MAX)
        if lines > limit and not TABLES.search(room.name):
            broken.append(f"{room.place} has {lines} lines, {limit} allowed")
        if room.name in ROOMS_TOO_LONG and lines <= LINES_MAX:
            broken.append(f"{room.place} is short enough now: take it out of ROOMS_TOO_LONG")
    obey("What does not fit a reader's head is not read: split the room where its story has two parts.", broken)


def test_functions_fit_a_screen(rooms, obey):
    broken, seen = [], set()
    for room in rooms:
        for name, function in functions(room):
            lines = body_lines(function)
            seen.add(name)
            if lines > BODIES_TOO_LONG.get(name, BODY_LINES_MAX):
                broken.append(
                    f"{room.place}:{function.lineno} {function.name} has a body of {lines} lines, {BODY_LINES_MAX} allowed"
                )
            if name in BODIES_TOO_LONG and lines <= BODY_LINES_MAX:
                broken.append(f"{name} is short enough now: take it out of BODIES_TOO_LONG")
    broken += [f"{name} is gone: take it out of BODIES_TOO_LONG" for name in BODIES_TOO_LONG.keys() - seen]
    obey("What does not fit on a screen is not read.", broken)


def test_names_say_what_a_thing_is(rooms, obey):
    broken = [line for room in rooms for line in name_breaches(room)]
    obey("Such a name says that nobody decided what it is.", broken)


def test_every_room_has_a_header(rooms, obey):
    broken = []
    for room in rooms:
        header = ast.get_docstring(room.tree)
        if not header:
            broken.append(f"{room.place} has no header")
        elif header.count("\n") + 1 > HEADER_LINES_MAX:
            broken.append(f"{room.place} has a header of {header.count(chr(10)) + 1} lines, {HEADER_LINES_MAX} allowed")
    obey("A room's header says what comes in, what goes out, which section it obeys and what must never happen there.", broken)


def test_only_the_command_line_prints(rooms, obey):
    broken = [line for room in rooms if room.package != "cli" for line in prints(room)]
    obey("A library that prints cannot be used by a program; rooms below cli log or return.", broken)


def test_every_room_is_entered_by_somebody(rooms, room_names, texts, root, obey):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    entries = {place.split(":")[0].removeprefix("isocenter.") for place in project.get("scripts", {}).values()}
    alone = {name for name in unread(rooms, room_names, entries) if not LOADED_BY_NAME.match(name)}
    outside = "\n".join(text for name, text in texts.items() if name.startswith(("tests/", "bench/")))
    alone -= {name for name in alone if name.startswith("lab.") and f"isocenter.{name}" in outside}
    broken = [f"{name} is imported by no room" for name in alone - AWAITING_THEIR_READER]
    broken += [f"{name} has its reader: take it out of AWAITING_THEIR_READER" for name in AWAITING_THEIR_READER - alone]
    obey("Code that nothing reaches is read, tested and repaired for nobody.", broken)


def has_code(room) -> bool:
    """False for a room of declarations only: constants, records, ports."""
    for _, function in functions(room):
        body = function.body[1:] if ast.get_docstring(function) is not None else function.body
        if any(not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)) for line in body):
            return True
    return False


def entered_by_a_test(room, test_texts) -> bool:
    package, _, name = room.name.rpartition(".")
    whole = re.compile(rf"isocenter\.{re.escape(room.name)}\b")
    member = re.compile(rf"from isocenter\.{re.escape(package)} import [^\n(]*\b{re.escape(name)}\b")
    return any(whole.search(text) or member.search(text) for text in test_texts)


def test_every_room_with_code_is_entered_by_a_test(rooms, room_names, texts, obey):
    test_texts = [text for name, text in texts.items() if name.startswith("tests/") and name.endswith(".py")]
    entered = {room.name for room in rooms if entered_by_a_test(room, test_texts)}
    beside = {
        other
        for room in rooms
        if room.name in entered
        for other, _ in room.rooms_imported(room_names)
        if other.split(".")[0] == room.package
    }
    broken = [
        f"{room.place} is imported by no test, nor by a tested room beside it"
        for room in rooms
        if not (room.is_door or LOADED_BY_NAME.match(room.name) or room.package in BY_PROCESS or room.name in entered | beside)
        and has_code(room)
    ]
    obey("A room is proved by a test of its own, tests/<floor>/test_<room>.py.", broken)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("wire.utils", ""),
        ("wire.pdu_helper", ""),
        ("net.data", ""),
        ("net.links", "class LinkManager: ..."),
        ("net.links", "class HTTPHandler: ..."),
        ("net.links", "class Base: ..."),
    ],
)
def test_the_law_of_names_bites(make_room, name, text):
    assert name_breaches(make_room(name, text))


def test_the_law_of_names_lets_nouns_be(make_room):
    assert not name_breaches(make_room("archive.database", "class DataPart: ...\nclass UserInformation: ..."))


def test_a_body_is_counted_without_its_docstring(make_room):
    room = make_room("wire.x", 'def f():\n    """One.\n\n    Two.\n    """\n    a = 1\n\n    return a\n')
    assert [body_lines(function) for _, function in functions(room)] == [3]


def test_a_room_that_nobody_enters_is_found(make_room):
    rooms = [make_room("wire.a", "from isocenter.wire.b import x"), make_room("wire.b", ""), make_room("wire.c", ""),
             make_room("cli.main", "table = {'echo': 'isocenter.cli.echo:run'}"), make_room("cli.echo", "")]  # fmt: skip
    known = frozenset(room.name for room in rooms)
    assert unread(rooms, known, {"cli.main"}) == {"wire.a", "wire.c"}


def test_a_print_is_found(make_room):
    assert prints(make_room("net.x", "def f():\n    print('x')"))


def test_a_room_without_a_test_is_found(make_room):
    room = make_room("net.x", "def f():\n    return 1")
    assert has_code(room)
    assert not has_code(make_room("net.y", 'class P:\n    def f(self):\n        """Ends."""\n    def g(self): ...\n\nX = 1'))
    assert entered_by_a_test(room, ["from isocenter.net.x import f"])
    assert entered_by_a_test(room, ["from isocenter.net import w, x"])
    assert not entered_by_a_test(room, ["from isocenter.net.xy import f", "from isocenter.web import x"])
