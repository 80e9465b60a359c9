"""The laws of the workstation's source: floors, sizes, names, no other host; and words of the API that are current."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools import generate_api_words

SOURCE = Path(__file__).parents[2] / "web" / "src"
FLOORS = {"base": 0, "model": 1, "api": 2, "imaging": 3, "parts": 4, "pages": 5, "shell": 6}
FILES = sorted(path for path in SOURCE.rglob("*") if path.suffix in {".ts", ".tsx"})
IMPORT = re.compile(r"""(?:from|import)\s*\(?\s*["']([^"']+)["']""")
LINES_MAX = 400
FORBIDDEN_NAMES = re.compile(r"(^|_)(manager|helpers?|utils?|common|misc|wrapper|info)($|_)")
OUTSIDE = re.compile(r"""https?://(?!www\.w3\.org/|127\.0\.0\.1|localhost)""")


def names(paths):
    return [path.relative_to(SOURCE).as_posix() for path in paths]


def floor_and_room(name: str) -> tuple[str, str]:
    """The floor of a file, and the page where it belongs to one."""
    parts = name.split("/")
    return parts[0], "/".join(parts[:2]) if parts[0] == "pages" else parts[0]


def imported(path: Path) -> list[str]:
    """What a file imports from this source, as names below `src`."""
    found = []
    for target in IMPORT.findall(path.read_text(encoding="utf-8")):
        if target.startswith("@/"):
            found.append(target[2:])
        elif target.startswith("."):
            found.append((path.parent / target).resolve().relative_to(SOURCE.resolve()).as_posix())
    return found


@pytest.mark.parametrize("path", FILES, ids=names(FILES))
def test_a_file_imports_from_floors_below_or_from_its_own_folder(path):
    name = path.relative_to(SOURCE).as_posix()
    floor, room = floor_and_room(name)
    for target in imported(path):
        other, other_room = floor_and_room(target)
        below = FLOORS[other] < FLOORS[floor]
        assert below or room == other_room, f"{name} imports {target}: only floors below {floor}/, or its own folder"


@pytest.mark.parametrize("path", FILES, ids=names(FILES))
def test_a_file_fits_its_size_and_is_named_for_what_it_is(path):
    assert not FORBIDDEN_NAMES.search(path.name.split(".")[0]), "such a name says that nobody decided what it is"
    if path.name != "words.ts":
        assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_MAX, "what does not fit on a screen is not read"


@pytest.mark.parametrize("path", FILES, ids=names(FILES))
def test_no_file_names_another_host_or_writes_markup_from_text(path):
    text = path.read_text(encoding="utf-8")
    assert not OUTSIDE.search(text), "nothing is ever asked of another host"
    assert "dangerouslySetInnerHTML" not in text
    assert ".innerHTML" not in text, "a patient's name is never markup"


def test_the_words_of_the_api_are_those_of_its_document():
    assert generate_api_words.main(["--check"]) == 0, "run python tools/generate_api_words.py"
