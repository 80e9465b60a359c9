"""What is not documented does not exist for its user: settings, limits, flags, routes and statuses have their place in docs/."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re

import pytest
from tools import (
    generate_cli,
    generate_codecs,
    generate_codes,
    generate_limits,
    generate_settings,
    generate_troubleshooting,
    generate_zoo,
)

from isocenter.base.config import SETTINGS
from isocenter.base.limits import LIMITS

HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
ROW = re.compile(r"^\| *([^|]+?) *\|", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
FENCED = re.compile(r"```.*?```", re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def places(page: str) -> set[str]:
    """What the headings and the first cells of tables on a page name, without marks."""
    found = [*HEADING.findall(page), *ROW.findall(page)]
    return {piece.strip("`* ") for text in found for piece in (text, *CODE.findall(text))}


def existing(room: str):
    """The room, or a skip with the reason while it is not built; a room that exists and cannot be imported is an error."""
    if importlib.util.find_spec("isocenter." + room.split(".")[0]) is None or importlib.util.find_spec(f"isocenter.{room}") is None:
        pytest.skip(f"{room} is not there")
    return importlib.import_module(f"isocenter.{room}")


def docs(texts) -> dict[str, str]:
    return {name: text for name, text in texts.items() if name.startswith("docs/") and name.endswith(".md")}


def anchors(page: str) -> set[str]:
    """The names that headings get as link targets: lower case, spaces as hyphens, no punctuation."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in HEADING.findall(FENCED.sub("", page))}


def commands_of(command, path: str = "isocenter"):
    """Every command below a click command, with the words that call it; hidden ones left out."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        if not inner.hidden:
            yield from commands_of(inner, f"{path} {name}")


def test_every_limit_is_documented(root, obey):
    page = (root / "docs/limits.md").read_text(encoding="utf-8")
    obey("Every limit has a row in docs/limits.md: run `python tools/generate_limits.py`.", sorted(LIMITS.keys() - places(page)))


def test_the_page_of_limits_is_as_generated(root, obey):
    source = (root / "src/isocenter/base/limits.py").read_text(encoding="utf-8")
    page = (root / "docs/limits.md").read_text(encoding="utf-8")
    obey("docs/limits.md is written from base/limits.py: run `python tools/generate_limits.py` and commit what it writes.",
         [] if generate_limits.render(source, LIMITS) == page else ["docs/limits.md differs"])  # fmt: skip


def test_every_setting_is_documented(root, obey):
    page = (root / "docs/settings.md").read_text(encoding="utf-8")
    obey("Every setting has a heading in docs/settings.md: run `python tools/generate_settings.py`.",
         sorted({row.name for row in SETTINGS} - places(page)))  # fmt: skip


def test_the_page_of_settings_is_as_generated(root, obey):
    page = (root / "docs/settings.md").read_text(encoding="utf-8")
    obey("docs/settings.md is written from base/config.py: run `python tools/generate_settings.py` and commit what it writes.",
         [] if generate_settings.render(SETTINGS) == page else ["docs/settings.md differs"])  # fmt: skip


def test_every_command_and_flag_is_documented(texts, obey):
    main = existing("cli.main")
    from typer.main import get_command

    pages = "\n".join(docs(texts).values())
    named = places(pages)
    broken = []
    for path, command in commands_of(get_command(main.app)):
        if path != "isocenter" and path not in named:
            broken.append(f"`{path}` has no heading")
        for parameter in command.params:
            flags = [flag for flag in parameter.opts if flag.startswith("--")] if not getattr(parameter, "hidden", False) else []
            broken += [f"{path} {flag}" for flag in flags if flag not in {"--help"} and f"{flag}" not in pages]
    obey("Every command has a heading and every flag a place in docs/ (docs/cli.md).", broken)


@pytest.mark.parametrize(
    "tool",
    [generate_cli, generate_codes, generate_codecs, generate_troubleshooting, generate_zoo],
    ids=["cli", "codes", "codecs", "troubleshooting", "zoo"],
)
def test_the_pages_of_the_command_line_and_of_codes_are_as_generated(tool, obey):
    name = tool.__name__.rpartition(".")[2]
    obey(f"docs/{tool.TARGET.name} is written from the program: run `python tools/{name}.py` and commit what it writes.",
         [] if tool.render() == tool.TARGET.read_text(encoding="utf-8") else [f"docs/{tool.TARGET.name} differs"])  # fmt: skip


def test_every_status_is_documented(texts, obey):
    status = existing("standard.status")
    pages = "\n".join(docs(texts).values())
    broken = [
        f"{row.first:04X} {row.name}" for row in status.STATUSES if not re.search(rf"\b(?:0x)?{row.first:04X}\b", pages, re.I)
    ]
    obey("Every status code that we know has its row in docs/codes.md.", broken)


def routes(room) -> list[str]:
    """The paths that a room of the web gives to Route, Mount and WebSocketRoute, or to a decorator named for a method."""
    makers = {"Route", "Mount", "WebSocketRoute", "get", "post", "put", "delete", "patch"}
    return [
        node.args[0].value
        for node in ast.walk(room.tree)
        if isinstance(node, ast.Call)
        and (node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")) in makers
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and str(node.args[0].value).startswith("/")
    ]


def test_every_route_is_documented(rooms, texts, obey):
    pages = "\n".join(docs(texts).values())
    found = [(room.place, path) for room in rooms if room.package == "web" for path in routes(room)]
    broken = [f"{place}: {path}" for place, path in found if f"`{path}`" not in pages and f" {path}`" not in pages]
    obey("Every route has its place in docs/, written as `/api/status` or `GET /api/status`.", broken)


def test_links_between_pages_lead_somewhere(texts, root, obey):
    broken = []
    pages = {name: text for name, text in texts.items() if name.endswith(".md")}
    for name, text in pages.items():
        for target in LINK.findall(FENCED.sub("", text)):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            there = ((root / name).parent / path).resolve() if path else root / name
            if not there.exists():
                broken.append(f"{name} -> {target}")
            elif anchor and there.suffix == ".md" and anchor not in anchors(there.read_text(encoding="utf-8")):
                broken.append(f"{name} -> {target} (no such heading)")
    obey("A link leads to a page and a heading that exist.", broken)


def test_the_laws_of_docs_bite(make_room):
    assert routes(make_room("web.x", "[Route('/a', f), Mount('/b', g), other('/c')]")) == ["/a", "/b"]
    page = "# One\n\n## `two`\n\n| `THREE` | x |\n"
    assert places(page) >= {"One", "two", "THREE"}
    assert "four" not in places(page)
    assert anchors("## What it is, and `why`\n") == {"what-it-is-and-why"}
