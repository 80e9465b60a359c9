"""`isocenter find`: search a node."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from isocenter.base.errors import UsageError
from isocenter.cli.asking import At, Question, RootName, keyword_of, question
from isocenter.cli.exits import Exit
from isocenter.cli.options import Aet, Data, Json, KeyOption, Name, NodeArgument
from isocenter.cli.terminal import csv_out, note, table, tell_json
from isocenter.daemon import calling

if TYPE_CHECKING:
    from pydicom import Dataset


def find(
    node: NodeArgument,
    level: Annotated[At, typer.Option("--level", "-l", help="What to list.")] = At.STUDY,
    key: KeyOption = None,
    root: Annotated[RootName | None, typer.Option("--root", help="The information model; chosen by the level.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Cancel after so many answers; 0 is all.")] = 0,
    csv: Annotated[bool, typer.Option("--csv", help="Answer as CSV.")] = False,
    aet: Aet = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """C-FIND: search a node. Values match as the standard says: DOE*, 20260101-20260131, A\\\\B."""
    if csv and json:
        raise UsageError("Say --csv or --json, not both.")
    asked = question(level, root, key or ())
    call = calling.resolve(node, aet, name, data)
    headings = [keyword_of(tag) for tag in asked.keys]
    outcome = _Outcome()
    rows = _answers(call, asked, limit, outcome)
    if json:
        for answer in rows:
            tell_json(answer.to_json_dict())
    elif csv:
        with csv_out() as out:
            out.writerow(headings)
            for answer in rows:
                out.writerow(_cells(answer, asked))
    else:
        listed = [_cells(answer, asked) for answer in rows]
        if listed:
            table(headings, listed)
        note(f"{len(listed)} {level.value if len(listed) == 1 else _PLURALS[level]} found.")
    if outcome.why:
        note(outcome.why)
        raise typer.Exit(Exit.FAILED)


_PLURALS = {At.PATIENT: "patients", At.STUDY: "studies", At.SERIES: "series", At.IMAGE: "images"}


class _Outcome:
    why = ""


def _answers(call: calling.Call, asked: Question, limit: int, outcome: _Outcome) -> Iterator[Dataset]:
    from isocenter.dataset import identifier
    from isocenter.net import client
    from isocenter.net.requestor import Proposal, open_association
    from isocenter.standard import status

    sop_class = asked.sop_class("find")
    with open_association(
        call.node, Proposal(client.query_contexts(sop_class)), calling_ae_title=call.calling_ae_title
    ) as requestor:
        responses = client.find(requestor, sop_class, asked.identifier)
        count = 0
        for response in responses:
            if response.is_pending:
                yield identifier.decode(response.identifier, response.transfer_syntax, call.node.character_set)
                count += 1
                if count == limit:
                    responses.close()  # type: ignore[attr-defined]
                    return
            elif response.command.status not in (status.SUCCESS, status.CANCEL):
                outcome.why = status.describe(response.command.status or 0xC000, "find")
                if response.command.error_comment:
                    outcome.why += f" It says: {response.command.error_comment}"


def _cells(answer: Dataset, asked: Question) -> list[Any]:
    cells: list[Any] = []
    for tag in asked.keys:
        element = answer.get(tag)
        value = "" if element is None or element.value is None else element.value
        if isinstance(value, list) or type(value).__name__ == "MultiValue":
            value = "\\".join(map(str, value))
        cells.append(int(value) if type(value).__name__ in {"IS", "int"} else str(value))
    return cells
