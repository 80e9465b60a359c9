"""Write docs/codes.md from the tables of codes: `python tools/generate_codes.py`, or `--check` to compare only."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs/codes.md"

TOP = """# Codes

Every number that one side of a DICOM conversation gives the other, in words. Written from `isocenter/standard/status.py` and
`isocenter/cli/exits.py` by `python tools/generate_codes.py`.
"""


def table(*rows: tuple[str, ...]) -> list[str]:
    """A Markdown table; the first row is its heading."""
    head, *body = [["".join(cell.replace("|", "\\|")) for cell in row] for row in rows]
    return [f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *body]]


def render() -> str:
    from isocenter.cli.exits import Exit
    from isocenter.standard import status

    def code(row) -> str:
        return f"`{row.first:04X}`" if row.first == row.last else f"`{row.first:04X}`–`{row.last:04X}`"

    statuses = [
        (code(row), row.kind.value, row.name, row.meaning, ", ".join(row.services) or "all")
        for row in sorted(status.STATUSES, key=lambda row: (row.first, row.services))
    ]
    rejections = [
        (f"{source}/{reason}", status.REJECTION_SOURCES[source], words)
        for (source, reason), words in status.REJECTION_REASONS.items()
    ]
    aborts = [
        ("0", status.ABORT_SOURCES[0], ""),
        *((f"2/{reason}", status.ABORT_SOURCES[2], words) for reason, words in status.ABORT_REASONS.items()),
    ]
    lines = [
        TOP,
        "## DIMSE statuses",
        "",
        "The last field of every response (PS3.7 Annex C and the service classes of PS3.4).",
        "",
        *table(("status", "kind", "name", "meaning", "services"), *statuses),
        "",
        "## Why an association is rejected",
        "",
        "A-ASSOCIATE-RJ (PS3.8 9.3.4): a result (1 permanent, 2 transient), then source and reason.",
        "",
        *table(("source/reason", "who says so", "meaning"), *rejections),
        "",
        "## Why an association is aborted",
        "",
        "A-ABORT (PS3.8 9.3.8): a source, and for the service provider a reason.",
        "",
        *table(("source/reason", "who says so", "meaning"), *aborts),
        "",
        "## Exit codes of the command line",
        "",
        *table(("code", "meaning"), *((f"`{int(e)}`", e.meaning) for e in Exit)),
        "",
    ]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """See `written`."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    from tools.written import written

    return written(TARGET, render(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
