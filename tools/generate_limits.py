"""Write docs/limits.md from the table in isocenter.base.limits: `python tools/generate_limits.py`, or `--check` to compare only."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src/isocenter/base/limits.py"
TARGET = ROOT / "docs/limits.md"

TOP = """# Limits and time-outs

Every maximum, time-out and threshold of Isocenter, with its unit and the reason for its value. They live in one room,
`isocenter/base/limits.py`; this page is written from it by `python tools/generate_limits.py`.

Whatever exceeds a limit is refused with a message that names the limit; nothing is allocated before it is checked.
"""

UNITS = {"bytes": ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))}


def amount(value: float, unit: str) -> str:
    """The value as a person reads it: `128 KiB`, `12,000 connections`, `10 seconds`."""
    for size, word in UNITS.get(unit, ()):
        if value >= size and value % size == 0:
            return f"{int(value // size):,} {word}"
    number = f"{int(value):,}" if value == int(value) else f"{value:,}"
    return f"{number} {unit}"


def sections(source: str) -> list[tuple[str, list[str]]]:
    """The comment lines that head the table's parts, each with the names that follow it."""
    found: list[tuple[str, list[str]]] = []
    for line in source.splitlines():
        if heading := re.fullmatch(r"# (.+)", line):
            found.append((heading[1], []))
        elif (name := re.match(r"([A-Z][A-Z0-9_]+) = _limit\(", line)) and found:
            found[-1][1].append(name[1])
    return [part for part in found if part[1]]


def render(source: str, limits) -> str:
    """The page. `limits` maps names to rows with `value`, `unit` and `why`."""
    lines = [TOP]
    listed: set[str] = set()
    parts = sections(source)
    parts.append(("Others", [name for name in limits if name not in {name for _, names in parts for name in names}]))
    for heading, names in parts:
        if not names:
            continue
        lines += [f"## {heading}", "", "| limit | value | why |", "|---|---|---|"]
        for name in names:
            row = limits[name]
            why = row.why.replace("|", "\\|")
            lines.append(f"| `{name}` | {amount(row.value, row.unit)} | {why} |")
            listed.add(name)
        lines.append("")
    assert listed == set(limits), "every limit has a row"
    return "\n".join(lines).rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """See `written`."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    from tools.written import written

    from isocenter.base.limits import LIMITS

    return written(TARGET, render(SOURCE.read_text(encoding="utf-8"), LIMITS), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
