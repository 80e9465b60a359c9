"""What the laws of the house read: every room as text and syntax tree, and every file that belongs to the repository.

Rooms are parsed, never imported, so that a law can be broken by a room that does not even run.
"""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "isocenter"
LEFT_OUT = {".venv", ".git", "__pycache__", "node_modules", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "dist"}


@dataclass(frozen=True)
class Import:
    """One imported module by its full name; `names` are what `from … import` takes from it."""

    module: str
    names: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Room:
    """One module. `name` is its path below the package with dots (`wire.pdu`); the door of a package is `wire.__init__`."""

    name: str
    text: str
    place: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def package(self) -> str:
        """The floor's package: `wire` for `wire.pdu`, empty for the root's own rooms."""
        return self.name.rpartition(".")[0].split(".")[0]

    @property
    def is_door(self) -> bool:
        return self.name.split(".")[-1] == "__init__"

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """All of them: at the top, inside functions and under TYPE_CHECKING; relative ones resolved."""
        return tuple(self._imports())

    def _imports(self) -> Iterator[Import]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(alias.name, (), node.lineno)
            elif isinstance(node, ast.ImportFrom):
                module = node.module or ""
                if node.level:
                    own = f"{PACKAGE}.{self.name}".split(".")[: -node.level]
                    module = ".".join([*own, module] if module else own)
                yield Import(module, tuple(alias.name for alias in node.names), node.lineno)

    def rooms_imported(self, known: frozenset[str]) -> list[tuple[str, int]]:
        """The rooms of the house that this one imports, with the line: `from isocenter.wire import pdu` names `wire.pdu`."""
        found = []
        for item in self.imports:
            parts = item.module.split(".")
            if parts[0] != PACKAGE:
                continue
            base = ".".join(parts[1:])
            for name in item.names or ("",):
                inner = f"{base}.{name}".strip(".")
                if inner in known:
                    found.append((inner, item.line))
                elif base in known:
                    found.append((base, item.line))
                else:
                    found.append((f"{base}.__init__".strip("."), item.line))
        return found


def _room(path: Path) -> Room:
    inside = path.relative_to(ROOT / "src" / PACKAGE).with_suffix("")
    return Room(".".join(inside.parts), path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def rooms() -> tuple[Room, ...]:
    paths = sorted((ROOT / "src" / PACKAGE).rglob("*.py"))
    return tuple(_room(path) for path in paths if not LEFT_OUT & set(path.parts))


@pytest.fixture(scope="session")
def room_names(rooms: tuple[Room, ...]) -> frozenset[str]:
    return frozenset(room.name for room in rooms)


@pytest.fixture(scope="session")
def make_room() -> Callable[[str, str], Room]:
    """An invented room, to show that a law bites."""
    return lambda name, text: Room(name, text, f"src/{PACKAGE}/{name.replace('.', '/')}.py")


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """Every text file of the repository by its path from the root; what git ignores is left out."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
        ).stdout.decode()
        paths = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in ROOT.rglob("*") if not LEFT_OUT & set(path.parts)]
    found = {}
    for path in sorted(set(paths)):
        if not path.is_file() or path.stat().st_size > 2_000_000:
            continue
        content = path.read_bytes()
        if b"\0" not in content[:4096]:
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8", "replace")
    return found


@pytest.fixture(scope="session")
def obey() -> Callable[[str, list[str]], None]:
    """Fail with the law's reason above the list of who breaks it."""

    def check(reason: str, broken: list[str]) -> None:
        if broken:
            pytest.fail("\n".join([reason, *(f"  {line}" for line in sorted(broken))]), pytrace=False)

    return check
