"""A list of nodes as TOML: one `[[node]]` table each, with the names of the fields and nothing that is at its default.

Text in, nodes out, and back. Where the text as a whole is not TOML, each table is read alone, so that one bad line costs one node.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

from isocenter.base.errors import UsageError
from isocenter.model.records import Node
from isocenter.nodes.listing import FIELDS, Exported, Gathering, Imported, in_order, node_of

_TABLE = re.compile(r"^[ \t]*\[\[[ \t]*node[ \t]*\]\]", re.MULTILINE)
_PLAIN = Node("", "", "")


def read(text: str) -> Imported:
    """Nodes and findings. Never raises for what the text holds."""
    gathering = Gathering()
    for line, entry in _entries(text, gathering):
        if unknown := sorted(entry.keys() - set(FIELDS)):
            gathering.warn(line, f"{', '.join(unknown)} is no field of a node; there are {', '.join(FIELDS)}.")
        try:
            gathering.add(line, node_of(entry))
        except UsageError as error:
            gathering.fault(line, str(error))
    return gathering.done()


def _entries(text: str, gathering: Gathering) -> Iterator[tuple[int, dict[str, Any]]]:
    starts = [match.start() for match in _TABLE.finditer(text)]
    lines = _lines_at(text, starts)
    try:
        entries = _tables(text)
    except (RecursionError, ValueError):
        _preamble(text[: starts[0]] if starts else "", gathering)
        if not starts:
            gathering.fault(1, "This is not TOML, and holds no [[node]].")
        for line, start, end in zip(lines, starts, [*starts[1:], len(text)], strict=False):
            yield from _one(text[start:end], line, gathering)
        return
    if not entries:
        gathering.fault(1, "There is no [[node]] in it.")
    numbered = lines if len(lines) == len(entries) else [0] * len(entries)
    yield from zip(numbered, entries, strict=True)


def _lines_at(text: str, places: list[int]) -> list[int]:
    """The number of the line of each place, counted once through the text."""
    lines, line, at = [], 1, 0
    for place in places:
        line += text.count("\n", at, place)
        at = place
        lines.append(line)
    return lines


def _preamble(text: str, gathering: Gathering) -> None:
    """What stands above the first table belongs to no node, but is told if it is not TOML."""
    try:
        tomllib.loads(text)
    except (RecursionError, ValueError) as error:
        gathering.fault(1, f"What stands above the first [[node]] is not TOML: {error}.")


def _one(block: str, line: int, gathering: Gathering) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        yield from ((line, entry) for entry in _tables(block))
    except (RecursionError, ValueError) as error:
        where = re.search(r"at line (\d+)", str(error))
        at = line + int(where[1]) - 1 if where else line
        gathering.fault(at, f"The [[node]] of line {line} is not TOML: {str(error).split(' (at ')[0]}.")


def _tables(text: str) -> list[dict[str, Any]]:
    found = tomllib.loads(text).get("node", [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise ValueError("node is not a list of tables")
    return found


def write(nodes: Iterable[Node]) -> Exported:
    """Everything that a node says; a node at its defaults takes four lines."""
    return Exported("\n".join(_written(node) for node in nodes), ())


def _written(node: Node) -> str:
    lines = ["[[node]]"]
    for name in FIELDS:
        value = getattr(node, name)
        if name in {"name", "ae_title", "host", "port"} or value != getattr(_PLAIN, name):
            lines.append(f"{name} = {_literal(in_order(value) if name == 'operations' else value)}")
    return "\n".join(lines) + "\n"


def _literal(value: object) -> str:
    """JSON's strings, numbers and lists are TOML's too, as long as no character needs a surrogate pair."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
