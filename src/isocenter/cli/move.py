"""`isocenter move`: let a node send instances to another one."""

from __future__ import annotations

from typing import Annotated

import typer

from isocenter.base import config
from isocenter.base.errors import UsageError
from isocenter.cli.options import Aet, Data, Json, KeyOption, Name, NodeArgument
from isocenter.cli.retrieving import watch
from isocenter.daemon import calling
from isocenter.jobs.questions import At, RootName, question
from isocenter.jobs.retrieving import narrowed


def move(
    node: NodeArgument,
    to: Annotated[str, typer.Option("--to", help="The AE title to send to; NODE must know its address.")],
    key: KeyOption = None,
    level: Annotated[
        At, typer.Option("--level", "-l", help="What to move; other keys than its UID are searched for first.")
    ] = At.STUDY,
    root: Annotated[RootName | None, typer.Option("--root", help="The information model; chosen by the level.")] = None,
    aet: Aet = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """C-MOVE: ask a node to send instances to a title that it knows."""
    from isocenter.net import client
    from isocenter.net.requestor import Proposal

    if not key:
        raise UsageError("Say what to move, for example -k StudyInstanceUID=1.2.3; isocenter find shows the UIDs.")
    config.check_ae_title(to)
    asked = question(level, root, key, returned=False)
    call = calling.resolve(node, aet, name, data)
    questions = narrowed(call, asked)
    if not questions:
        raise typer.Exit(watch((), "move", "moved", json))
    sop_class = asked.sop_class("move")
    with call.open(Proposal(client.query_contexts(sop_class))) as requestor:
        moves = (client.move(requestor, sop_class, one.identifier, to) for one in questions)
        code = watch(moves, "move", f"moved to {to}", json)
    raise typer.Exit(code)
