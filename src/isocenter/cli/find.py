"""`isocenter find`: search a node."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from isocenter.base.errors import UsageError
from isocenter.cli.headings import heading_of
from isocenter.cli.options import Aet, Data, Json, KeyOption, Name, NodeArgument
from isocenter.cli.technician import hide, mask_of
from isocenter.cli.terminal import note, table, tell_csv, tell_json
from isocenter.daemon import calling
from isocenter.jobs.questions import UNIQUE, At, Question, RootName, keyword_of, question
from isocenter.jobs.searching import answers, text_of

if TYPE_CHECKING:
    from pydicom import Dataset

    from isocenter.jobs.searching import Call

_PLURALS = {At.PATIENT: "patients", At.STUDY: "studies", At.SERIES: "series", At.IMAGE: "images"}


def find(
    node: NodeArgument,
    level: Annotated[At, typer.Option("--level", "-l", help="What to list.")] = At.STUDY,
    key: KeyOption = None,
    root: Annotated[RootName | None, typer.Option("--root", help="The information model; chosen by the level.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Cancel after so many answers; 0 is all.")] = 0,
    why: Annotated[
        bool,
        typer.Option("--why", help="Why so few? Drop the keys one by one, name the one that excludes the rest, and try its cure."),
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Answer as CSV.")] = False,
    aet: Aet = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """C-FIND: search a node. Values match as the standard says: DOE*, 20260101-20260131."""
    if csv and json:
        raise UsageError("Say --csv or --json, not both.")
    asked = question(level, root, key or ())
    call = calling.resolve(node, aet, name, data)
    if why:
        _tell_why(call, question(level, root, key or (), returned=False), json=json, csv=csv)
        return
    mask = mask_of(name, data)
    with closing(answers(call, asked, limit)) as came:
        found = came if mask is None else (hide(answer, mask) for answer in came)
        if json:
            for answer in found:
                tell_json(answer.to_json_dict())
        elif csv:
            tell_csv([[keyword_of(tag) for tag in asked.keys]])
            tell_csv([text_of(answer, tag) for tag in asked.keys] for answer in found)
        else:
            _show(found, asked)


def _show(found: Iterable[Dataset], asked: Question) -> None:
    """The answers as a table; those that came before a failure too."""
    rows = []
    try:
        for answer in found:
            rows.append(_cells(answer, asked))  # noqa: PERF401 what came is kept
    finally:
        if rows:
            table(
                [heading_of(tag) for tag in asked.keys],
                rows,
                below=[heading_of(UNIQUE[level]) for level in (At.STUDY, At.SERIES, At.IMAGE)],
            )
    note(f"{len(rows)} {asked.level.value if len(rows) == 1 else _PLURALS[asked.level]} found.")


def _tell_why(call: Call, asked: Question, *, json: bool, csv: bool) -> None:
    """The count with every key, without each of them, and the spelling that finds more."""
    from dataclasses import asdict

    from isocenter.base.clock import SystemClock
    from isocenter.jobs.why_few import Counted, counting, why_few

    clock = SystemClock()
    found = why_few(counting(call, clock), asked, clock)
    if json:
        tell_json(asdict(found))
        return

    def words(counted: Counted) -> str:
        return counted.failure or f"{'more than ' if counted.more else ''}{counted.count}"

    rows = [["with every key", "", words(found.whole)]]
    rows += [[f"without {one.keyword}", one.value, words(one.found)] for one in found.without]
    rows += [[f"{one.keyword} instead", one.value or "(empty)", words(one.found)] for one in found.cures]
    if csv:
        tell_csv([["search", "value", "found"], *rows])
        return
    table(["Search", "Value", "Found"], rows)
    note(found.words)


def _cells(answer: Dataset, asked: Question) -> list[Any]:
    """Values for reading: dates and times with their marks, numbers as numbers."""
    cells: list[Any] = []
    for tag in asked.keys:
        text = text_of(answer, tag)
        vr = answer[tag].VR if tag in answer else ""
        if vr == "DA" and re.fullmatch(r"[0-9]{8}", text):
            text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
        elif vr == "TM" and re.fullmatch(r"[0-9]{4,6}(\.[0-9]+)?", text):
            text = f"{text[:2]}:{text[2:4]}"
        number = vr in {"IS", "US", "UL", "SS", "SL"} and re.fullmatch(r"-?[0-9]{1,12}", text)
        cells.append(int(text) if number else text.replace("\\", ", "))
    return cells
