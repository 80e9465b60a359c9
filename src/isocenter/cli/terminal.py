"""What a person sees: tables, progress, complaints, and the same as JSON for programs.

Everything received is made plain before it reaches the terminal: a patient's name must not be able to move the cursor.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from isocenter.base.log import plain
from isocenter.cli.exits import Exit


def say(text: str = "") -> None:
    """One line on standard output."""
    print(plain(text))


def note(text: str) -> None:
    """One line on standard error, for what is not the result."""
    print(plain(text), file=sys.stderr)


def complain(text: str, code: Exit) -> int:
    """Say what went wrong and return the exit code for it."""
    note(text)
    return int(code)


def tell_json(words: Any) -> None:
    """One JSON document on one line."""
    print(json.dumps(words, ensure_ascii=False, default=str), flush=True)


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table for reading; columns fit the terminal, and numbers are set to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    listed = [list(row) for row in rows]
    for place, heading in enumerate(headings):
        numbers = bool(listed) and all(isinstance(row[place], int | float) for row in listed)
        grid.add_column(heading, justify="right" if numbers else "left", overflow="fold")
    for row in listed:
        grid.add_row(*(Text(plain(str(value))) for value in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 200
    console.print(grid)


class Progress:
    """A progress bar with rate and time left on a terminal; silent elsewhere. `step` counts things, `total` may be unknown."""

    def __init__(self, what: str, total: int | None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        console = Console(stderr=True)
        rate = TextColumn("{task.fields[rate]}")
        self._bar = Bar(
            TextColumn(what), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn(),
            console=console, transient=True, disable=not console.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task(what, total=total, rate="")
        self.done = 0

    def step(self, count: int = 1) -> None:
        self.done += count
        self._bar.advance(self._task, count)
        self._tell_rate()

    def reached(self, done: int, total: int | None = None) -> None:
        self.done = done
        self._bar.update(self._task, completed=done, total=total)
        self._tell_rate()

    def _tell_rate(self) -> None:
        speed = self._bar.tasks[0].speed
        if speed:
            self._bar.update(self._task, rate=f"{speed:,.0f}/s")

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def steps(what: str, told: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Show the `done`/`total` steps of a long work as progress, and pass everything else on."""
    with Progress(what, None) as progress:
        for step in told:
            if "done" in step and "finding" not in step:
                progress.reached(int(step["done"]), step.get("total"))
            else:
                yield step


@contextmanager
def csv_out() -> Iterator[Any]:
    """A CSV writer on standard output. Cells that a spreadsheet would take for a formula get an apostrophe."""
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")

    class Guarded:
        def writerow(self, row: Iterable[Any]) -> None:
            writer.writerow([_harmless(str(value)) for value in row])

    yield Guarded()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell


def human_bytes(count: float) -> str:
    """`63 MB`: three significant figures, decimal units."""
    for unit in ("bytes", "KB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" or count >= 100 else f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"
