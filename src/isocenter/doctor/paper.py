"""A paper: what is printed for people, as headings, sentences, tables and codes, before it has any form.

Setup sheets and reports are written as papers; `paper_text`, `paper_html` and `paper_pdf` give them their forms. A tone is good,
warn, bad, quiet or empty; it is always drawn as a shape or said as a word as well, never as a colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from isocenter.base.limits import PAPER_CELL_CHARACTERS_MAX, PAPER_ROWS_MAX


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. `mono` is set for what a machine compares: titles, addresses, UIDs. A cell with a tone has its shape before it."""

    text: str
    mono: bool = False
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: level 1 begins a part of the paper, level 2 a section of it."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph; `tone` quiet is for second words."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """Sentences, one a line."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names with values. `qr` is a text for a code that a telephone reads, drawn beside them; empty for none."""

    rows: tuple[tuple[str, Cell], ...]
    qr: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `widths` are relative, one for each column."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to copy letter by letter, under a caption that says where they belong; `then` is what makes them take effect."""

    text: str
    caption: str = ""
    then: str = ""


@dataclass(frozen=True, slots=True)
class Callout:
    """The one thing to see first."""

    tone: str
    title: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Fields:
    """Empty lines to be filled in by hand, each under its name."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins on a page of its own."""


Block = Heading | Prose | Points | Pairs | Grid | Code | Callout | Fields | NewPage


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper with its title; `foot` stands at the foot of each page, `made` is when it was written."""

    title: str
    subtitle: str
    made: datetime
    foot: str
    blocks: tuple[Block, ...] = field(default=())


def plain(text: str) -> str:
    """A value as it may stand on paper: one that came from another device cannot be endless, nor move what stands around it."""
    flat = text.replace("\t", " ").replace("\N{NO-BREAK SPACE}", " ")
    shown = "".join(
        character if character.isprintable() or character == "\n" else "\N{REPLACEMENT CHARACTER}" for character in flat
    )
    return shown if len(shown) <= PAPER_CELL_CHARACTERS_MAX else shown[: PAPER_CELL_CHARACTERS_MAX - 1] + "…"


def mono(text: str, tone: str = "") -> Cell:
    return Cell(text, True, tone)


def rows_of(rows: Sequence[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    """As many rows as one table may have; the last one says how many are left out."""
    if len(rows) <= PAPER_ROWS_MAX:
        return tuple(rows)
    left = len(rows) - PAPER_ROWS_MAX + 1
    empty = tuple(Cell("") for _ in rows[0][1:])
    return (*rows[: PAPER_ROWS_MAX - 1], (Cell(f"and {left} more"), *empty))


def moment(when: datetime | None) -> str:
    """Such as `2026-11-23 14:32:05 UTC`; a dash for none."""
    return f"{when:%Y-%m-%d %H:%M:%S} {when.tzname() or ''}".strip() if when is not None else "–"
