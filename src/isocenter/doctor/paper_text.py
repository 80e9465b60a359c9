"""A paper for a terminal or a message: plain lines, nothing cut, nothing folded inside what is to be copied."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from isocenter.doctor.paper import Block, Callout, Cell, Code, Fields, Grid, Heading, NewPage, Pairs, Paper, Points, Prose, plain

_WIDTH = 100
_SHAPES = {"good": "✓ ", "warn": "! ", "bad": "✗ ", "quiet": "– ", "": ""}


def text(paper: Paper) -> str:
    """The whole paper; ends with a newline."""
    lines = [paper.title, *([paper.subtitle] if paper.subtitle else []), ""]
    for block in paper.blocks:
        lines += _lines(block)
    return "\n".join([*lines, paper.foot]).rstrip() + "\n"


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(words, level):
            yield from ("", words, ("=" if level == 1 else "-") * len(words))
        case Prose(words):
            yield from (*_folded(words), "")
        case Points(items):
            for item in items:
                yield from _folded(item, "- ")
            yield ""
        case Pairs(rows):
            indent = max((len(name) for name, _ in rows), default=0)
            yield from (f"{name:<{indent}}  {_cell(value)}".rstrip() for name, value in rows)
            yield ""
        case Grid(head, rows):
            yield from (*_grid(head, [[_cell(cell) for cell in row] for row in rows]), "")
        case Code(code, caption, then):
            yield from ([f"{caption}:"] if caption else [])
            yield from (f"    {line}" for line in code.split("\n"))
            yield from ([f"  {then}."] if then else [])
            yield ""
        case Callout(tone, title, words):
            yield from (f"{_SHAPES[tone]}{title}", *_folded(words, "  "), "")
        case Fields(names):
            yield from (*(f"{name}: ________________________" for name in names), "")
        case NewPage():
            yield from ("", "")


def _cell(cell: Cell) -> str:
    return _SHAPES[cell.tone] + plain(cell.text)


def _folded(words: str, begin: str = "") -> list[str]:
    return textwrap.wrap(plain(words), _WIDTH, initial_indent=begin, subsequent_indent=" " * len(begin), break_long_words=False)


def _grid(head: tuple[str, ...], rows: list[list[str]]) -> Iterator[str]:
    flat = [[cell.replace("\n", " ") for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [list(head), *flat]) for column in range(len(head))]
    for row in [list(head), ["-" * width for width in widths], *flat]:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
