"""`isocenter echo`: is the node there, and does it speak DICOM?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from isocenter.cli.exits import Exit
from isocenter.cli.options import Aet, Data, Json, Name, NodeArgument
from isocenter.cli.terminal import note, say, tell_json
from isocenter.daemon import calling
from isocenter.jobs import echoing
from isocenter.jobs.searching import Call


def echo(
    node: NodeArgument,
    aet: Aet = None,
    count: Annotated[int, typer.Option("--count", "-c", min=1, help="How many times, on one association.")] = 1,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """C-ECHO: ask a node whether it is there."""
    result = try_echo(calling.resolve(node, aet, name, data), count)
    if json:
        tell_json(result)
    elif result["exit"] == Exit.DONE:
        say(f"{node} answers: {result['words']} in {result['milliseconds']} ms.")
    else:
        note(result["words"])
    if result["exit"]:
        raise typer.Exit(result["exit"])


def try_echo(call: Call, count: int) -> dict[str, Any]:
    """The outcome in words, with the exit code for it; never raises for what the other side does."""
    tried = echoing.try_echo(call, count)
    return {"node": call.node.name, "exit": _EXITS[tried.echo], "words": tried.words, "milliseconds": tried.milliseconds}


_EXITS = {
    echoing.Echo.ANSWERED: Exit.DONE,
    echoing.Echo.FAILED: Exit.FAILED,
    echoing.Echo.REJECTED: Exit.REJECTED,
    echoing.Echo.LOST: Exit.NETWORK,
}
