"""Write docs/cli.md from the command line itself: `python tools/generate_cli.py`, or `--check` to compare only."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs/cli.md"

TOP = """# Command line

Every verb, argument and option. Written from the program by `python tools/generate_cli.py`. A NODE is a saved name, or
`TITLE@host:port`. What the process says by its exit code is in [codes](codes.md#exit-codes-of-the-command-line).
`--help`, or `-h`, after any of them shows its options.
"""


def verbs(command, path: str) -> Iterator[tuple[str, object]]:
    """The command itself and every one below it, with their whole names, in the order of the help page."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from verbs(below, f"{path} {name}")


def cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def section(whole: str, command) -> list[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    below = ["COMMAND"] if hasattr(command, "commands") else []
    usage = " ".join([whole, *below, *(p.metavar or p.name.upper() for p in arguments), *(["[OPTIONS]"] if options else [])])
    lines = [f"## {whole}", "", cell(command.help or ""), "", f"```\n{usage}\n```", ""]
    rows = [(f"`{p.metavar or p.name.upper()}`", getattr(p, "help", None) or "") for p in arguments]
    for option in options:
        names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
        default = (
            ""
            if option.default in (None, False, "", ()) or callable(option.default)
            else f" Default: `{getattr(option.default, 'value', option.default)}`."
        )
        rows.append((names, (option.help or "") + default))
    for name, inner in getattr(command, "commands", {}).items():
        rows.append((f"[{name}](#{f'{whole} {name}'.replace(' ', '-')})", (inner.help or "").partition(". ")[0]))
    if rows:
        lines += ["| | |", "|---|---|", *(f"| {left} | {cell(right)} |" for left, right in rows), ""]
    return lines


def render() -> str:
    import typer

    from isocenter.cli.main import app

    lines = [TOP]
    for whole, command in verbs(typer.main.get_command(app), "isocenter"):
        lines += section(whole, command)
    return "\n".join(lines).rstrip() + "\n"


def main(arguments: list[str]) -> int:
    """See `written`."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    from tools.written import written

    return written(TARGET, render(), arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
