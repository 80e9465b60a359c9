"""A checkup as a person sees it on the terminal: the ladder while it is climbed, then the verdict with what each side has to do.

Comes in: a checkup after every step. Goes out: lines. On a terminal the layer that is looked at is shown while it lasts; piped,
each layer is one line when it is done.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from isocenter.base.log import plain
from isocenter.cli.terminal import say
from isocenter.model.checkup import Checkup, Layer, Line, Outcome, Side, Step

_MARKS = {Outcome.PASSED: "ok", Outcome.WARNED: "!", Outcome.FAILED: "FAILED", Outcome.SKIPPED: "-", Outcome.UNTRIED: ""}
_COLOURS = {
    Outcome.PASSED: "green",
    Outcome.WARNED: "yellow",
    Outcome.FAILED: "bold red",
    Outcome.SKIPPED: "dim",
    Outcome.UNTRIED: "dim",
}
_NAMES = {
    Layer.NAME: "Name", Layer.ROUTE: "Route", Layer.TCP: "TCP", Layer.FIRST_BYTES: "First bytes", Layer.TLS: "TLS",
    Layer.TITLES: "AE titles", Layer.CONTEXTS: "Presentation contexts", Layer.ECHO: "C-ECHO, ten times", Layer.FIND: "C-FIND",
    Layer.STORE: "C-STORE", Layer.FIND_AGAIN: "Find it again", Layer.MOVE: "C-MOVE back to us", Layer.GET: "C-GET",
    Layer.COMPARE: "Compare every byte", Layer.COMMITMENT: "Storage commitment", Layer.PRINTER: "Printer",
    Layer.CLEAN_UP: "Clean up",
}  # fmt: skip
_SIDES = {
    Side.OURS: "To be changed on your side.",
    Side.THEIRS: "To be changed on the other side.",
    Side.BETWEEN: "To be changed in the network between.",
    Side.UNDECIDED: "From here it cannot be told which side has to change something.",
}
_LINES_SHOWN = 4
_ROW_CHARACTERS_MIN = 40
_NAME_WIDTH = max(map(len, _NAMES.values()))
_MARK_WIDTH = max(map(len, _MARKS.values()))


@contextmanager
def ladder(is_terminal: bool) -> Iterator[Callable[[Checkup], None]]:
    """What to call with the checkup after every step."""
    if is_terminal:
        with _live() as tell:
            yield tell
    else:
        yield _Lines().tell


class _Lines:
    """Each layer once, as soon as it is done."""

    def __init__(self) -> None:
        self._told = 0

    def tell(self, checkup: Checkup) -> None:
        if not self._told:
            say(_headline(checkup))
        done = [step for step in checkup.steps if step.outcome is not Outcome.UNTRIED]
        for step in done[max(0, self._told - 1) :]:
            say(_line(step))
        self._told = len(done) + 1


@contextmanager
def _live() -> Iterator[Callable[[Checkup], None]]:
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table
    from rich.text import Text

    def drawn(checkup: Checkup) -> Table:
        table = Table.grid(padding=(0, 2))
        is_climbing = checkup.ended is None and checkup.verdict is None
        for step in checkup.steps:
            is_here = is_climbing and step.outcome is Outcome.UNTRIED
            is_climbing = is_climbing and not is_here
            mark = f"  {'…' if is_here else _MARKS[step.outcome]:<{_MARK_WIDTH}}"
            cells = (mark, _NAMES[step.layer], _time(step), plain(step.words))
            table.add_row(*map(Text, cells), style=_COLOURS[step.outcome])
        return table

    begun: list[bool] = []
    with Live(Text(""), console=Console(highlight=False), refresh_per_second=8, vertical_overflow="visible") as live:

        def tell(checkup: Checkup) -> None:
            if not begun:
                begun.append(True)
                live.console.print(Text(plain(_headline(checkup)), style="bold"))
            live.update(drawn(checkup), refresh=True)

        yield tell


def tell_verdict(checkup: Checkup, *, raw: bool) -> None:
    """What was found, who changes what, and what to copy."""
    say()
    verdict = checkup.verdict
    if verdict is None and not checkup.is_whole:
        say("Stopped before the end; nothing was found wrong until then.")
    elif verdict is None:
        warned = sum(step.outcome is Outcome.WARNED for step in checkup.steps)
        say(f"Everything that was tried works{f', with {warned} remark' + ('s' if warned > 1 else '') if warned else ''}.")
    else:
        say(f"{verdict.headline}.")
        _paragraph("", (verdict.explanation, _SIDES[verdict.side], verdict.undecided))
        if verdict.known_as:
            is_theirs = verdict.called == checkup.ae_title
            say(f"  {'it is called' if is_theirs else 'it knows you as'}  {_spaced(verdict.known_as)}")
            say(f"  {'you called  ' if is_theirs else 'you are        '}  {_spaced(verdict.called)}")
        _paragraph("On your side", verdict.here or ("Nothing has to be changed.",))
        _paragraph("Ask of the other side", verdict.there)
        _lines_to_type(verdict.lines)
        if len(verdict.causes) > 1:
            _paragraph("What it may be, the likeliest first", [f"{cause.fault}  {cause.sentence}" for cause in verdict.causes])
    _paragraph("Remarks", checkup.remarks)
    if checkup.attempts:
        _paragraph(
            "Titles that were tried",
            [f"{one.calling_ae_title} calls {one.called_ae_title}: {one.said}" for one in checkup.attempts],
        )
    if raw:
        _bytes(checkup)


def _lines_to_type(lines: Sequence[Line]) -> None:
    for line in lines[:_LINES_SHOWN]:
        say()
        say(f"  {line.product}: {line.where}" + (f" ({line.then})" if line.then else ""))
        mark = "+ " if line.before else ""
        for row in line.before.splitlines():
            say(f"    - {row}")
        for row in line.text.splitlines():
            say(f"    {mark or '  '}{row}")
    if len(lines) > _LINES_SHOWN:
        rest = dict.fromkeys(line.product for line in lines[_LINES_SHOWN:])
        say()
        say(f"  Also for {', '.join(rest)}: isocenter doctor … --json, or the page Connections.")


def _headline(checkup: Checkup) -> str:
    return f"{checkup.node} ({checkup.ae_title} at {checkup.host} port {checkup.port}), examined as {checkup.role.value}"


def _line(step: Step) -> str:
    mark, name = f"{_MARKS[step.outcome]:<{_MARK_WIDTH}}", f"{_NAMES[step.layer]:<{_NAME_WIDTH}}"
    return f"  {mark}  {name}  {_time(step):>10}  {step.words}".rstrip()


def _time(step: Step) -> str:
    return f"{step.milliseconds:g} ms" if step.milliseconds is not None else ""


def _paragraph(heading: str, sentences: Iterable[str]) -> None:
    listed = [sentence for sentence in sentences if sentence]
    if not listed:
        return
    say()
    if heading:
        say(f"{heading}:")
    for sentence in listed:
        for row in _rows(sentence):
            say(f"  {row}")


def _rows(sentence: str) -> list[str]:
    """A sentence in rows that fit the terminal; in one where the output is none."""
    if not sys.stdout.isatty():
        return [sentence]
    return textwrap.wrap(sentence, max(_ROW_CHARACTERS_MIN, shutil.get_terminal_size().columns - 4)) or [""]


def _spaced(title: str) -> str:
    """Letter by letter, a blank as the open box."""
    return " ".join("␣" if letter == " " else letter for letter in title)


def _bytes(checkup: Checkup) -> None:
    say()
    for step in checkup.steps:
        for exchange in step.exchanges:
            left = exchange.byte_count - len(exchange.raw)
            say(f"{exchange.moment:%H:%M:%S.%f} {exchange.direction} {exchange.words}, {exchange.byte_count} bytes")
            for at in range(0, len(exchange.raw), 16):
                row = exchange.raw[at : at + 16]
                text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
                say(f"    {at:04x}  {row.hex(' '):<47}  {text}")
            if left > 0:
                say(f"    … and {left} more")
