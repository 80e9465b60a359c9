"""What a person sees: sentences, tables, progress; and the same as JSON or CSV for programs.

Everything received is made plain before it is written: a patient's name must not be able to move the cursor, and a file name that
is no text must not end the work.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from isocenter.base.limits import TABLE_CELL_CHARACTERS_MIN
from isocenter.base.log import plain
from isocenter.cli.exits import Exit

_HEADING = "\x1b[1m{}\x1b[0m"
_JSON_ESCAPES = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)} | {
    code: f"\\u{code:04x}" for code in (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def be_forgiving() -> None:
    """Let characters that this terminal has not be written as their numbers, not end the work."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(text: str = "") -> None:
    """One line on standard output."""
    print(plain(text))


def note(text: str) -> None:
    """One line on standard error, for what is not the result."""
    print(plain(text), file=sys.stderr)


def complain(text: str, code: Exit) -> Exit:
    """Say what went wrong and return the exit code for it."""
    note(text)
    return code


def tell_json(words: Any) -> None:
    """One JSON document on one line."""
    print(json.dumps(words, ensure_ascii=False, default=str).translate(_JSON_ESCAPES), flush=True)


def tell_csv(rows: Iterable[Iterable[Any]]) -> None:
    """Rows as CSV (RFC 4180 but for the line ends). Cells that a spreadsheet would take for a formula get an apostrophe."""
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    for row in rows:
        writer.writerow([_harmless(str(value)) for value in row])


def _harmless(cell: str) -> str:
    guard = "'" if cell[:1] in tuple("=+-@\t\r") and not _NUMBER.fullmatch(cell) else ""
    return guard + plain(cell)


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]], *, below: Collection[str] = ()) -> None:
    """A table for reading, numbers to the right. Nothing is cut or folded where the output is no terminal.

    Where a terminal is too narrow, the columns named in `below` go to a line of their own under their row, whole, so that a UID
    can still be copied; then the widest cells are shortened.
    """
    listed = [list(row) for row in rows]
    is_terminal = sys.stdout.isatty()
    room = shutil.get_terminal_size().columns if is_terminal else 0
    shown, under = list(range(len(headings))), []
    if room and _width(_widths(headings, listed, shown)) > room:
        under = [place for place in shown if headings[place] in below]
        shown = [place for place in shown if place not in under]
    widths = _widths(headings, listed, shown)
    while room and _width(widths) > room and max(widths) > TABLE_CELL_CHARACTERS_MIN:
        widths[widths.index(max(widths))] -= 1
    numeric = {place for place in shown if listed and all(isinstance(row[place], int | float) for row in listed)}
    heading = _line([headings[place] for place in shown], widths, [place in numeric for place in shown])
    print(_HEADING.format(heading) if is_terminal else heading)
    for row in listed:
        print(_line([plain(str(row[place])) for place in shown], widths, [place in numeric for place in shown]))
        for place in under:
            print(f"    {headings[place]} {plain(str(row[place]))}")


def pairs(rows: Iterable[tuple[str, Any]]) -> None:
    """Names and values, one a line."""
    listed = [(name, plain(str(value))) for name, value in rows]
    indent = max((len(name) for name, _ in listed), default=0)
    for name, value in listed:
        print(f"{name:<{indent}}  {value}".rstrip())


def _widths(headings: Sequence[str], rows: Sequence[Sequence[Any]], places: Sequence[int]) -> list[int]:
    return [max(_cells(headings[place]), *(_cells(plain(str(row[place]))) for row in rows), 0) for place in places]


def _width(widths: Sequence[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def _line(cells: Sequence[str], widths: Sequence[int], to_the_right: Sequence[bool]) -> str:
    fitted = []
    for cell, width, right in zip(cells, widths, to_the_right, strict=True):
        while _cells(cell) > width:
            cell = cell[: max(0, len(cell) - 2)] + "…" if len(cell) > 1 else ""
        padding = " " * (width - _cells(cell))
        fitted.append(padding + cell if right else cell + padding)
    return "  ".join(fitted).rstrip()


def _cells(text: str) -> int:
    """How many places of a terminal `text` takes: two for each ideograph."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


class Progress:
    """A progress bar with rate and time left on a terminal; silent elsewhere. `step` counts things, `total` may be unknown."""

    def __init__(self, what: str, total: int | None) -> None:
        self.done = 0
        self._bar: Any = None
        if not sys.stderr.isatty():
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task(what, total=total, rate="")

    def step(self, count: int = 1) -> None:
        self.reached(self.done + count)

    def reached(self, done: int, total: int | None = None) -> None:
        self.done = done
        if self._bar is not None:
            speed = self._bar.tasks[0].speed
            self._bar.update(self._task, completed=done, total=total, rate=f"{speed:,.0f}/s" if speed else "")

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()


def steps(what: str, told: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Show the `done`/`total` steps of a long work as progress, and pass everything else on."""
    with Progress(what, None) as progress:
        for step in told:
            if "done" in step and "finding" not in step:
                progress.reached(int(step["done"]), step.get("total"))
            else:
                yield step


def human_bytes(count: float) -> str:
    """`63 MB`: three significant figures, decimal units."""
    for unit in ("bytes", "KB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" or count >= 100 else f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB" if count < 100 else f"{count:.0f} TB"


def plural(count: int, noun: str) -> str:
    """`1 instance`, `2 instances`."""
    return f"{count} {noun}{'s'[: count != 1]}"
