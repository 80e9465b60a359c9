"""Write docs/settings.md from the table in isocenter.base.config; with `--check`, compare only."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs/settings.md"

TOP = """# Settings

Each setting can be given in four places; the first that names it wins:

1. on the command line of `isocenter up`,
2. in the environment,
3. in `isocenter.toml` in the data folder,
4. else the default holds.

A name that does not exist, or a value of the wrong kind, stops the start with a sentence that says where it was found.
This page is written from `isocenter/base/config.py` by `python tools/generate_settings.py`.

An `isocenter.toml` with every setting at its default:

```toml
"""

KINDS = {str: "text", int: "whole number", bool: "true or false"}


def toml(value: object) -> str:
    """The value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def render(settings) -> str:
    """The page. Each setting has name, kind, default, why, environment and flag."""
    lines = [TOP + "\n".join(f"{row.name} = {toml(row.default)}" for row in settings), "```", ""]
    for row in settings:
        lines += [
            f"## {row.name}", "", row.why, "",
            "| command line | environment | kind | default |", "|---|---|---|---|",
            f"| {f'`{row.flag}`' if row.flag else 'never'} | `{row.environment}` | {KINDS[row.kind]} | `{toml(row.default)}` |", "",
        ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """See `written`."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    from tools.written import written

    from isocenter.base.config import SETTINGS

    return written(TARGET, render(SETTINGS), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
