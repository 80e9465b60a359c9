"""`isocenter echo`: is the node there, and does it speak DICOM?"""

from __future__ import annotations

from time import perf_counter
from typing import Annotated, Any

import typer

from isocenter.base.errors import LinkLost, LocalError, Refused
from isocenter.cli.exits import Exit
from isocenter.cli.options import Aet, Data, Json, Name, NodeArgument
from isocenter.cli.terminal import note, say, tell_json
from isocenter.daemon import calling
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
    from isocenter.net import client
    from isocenter.net.requestor import Proposal, open_association
    from isocenter.standard import status
    from isocenter.standard.sop_class import VERIFICATION

    began = perf_counter()
    outcome: dict[str, Any] = {"node": call.node.name, "exit": Exit.DONE, "words": "it is there and speaks DICOM"}
    try:
        proposal = Proposal(client.query_contexts(VERIFICATION))
        with open_association(call.node, proposal, calling_ae_title=call.calling_ae_title) as requestor:
            for _ in range(count):
                answer = client.echo(requestor).status
                if answer != status.SUCCESS:
                    outcome |= {"exit": Exit.FAILED, "words": status.describe(answer or 0xC000, "echo")}
    except Refused as error:
        outcome |= {"exit": Exit.REJECTED, "words": str(error)}
    except LinkLost as error:
        outcome |= {"exit": Exit.NETWORK, "words": str(error)}
    except LocalError as error:
        outcome |= {"exit": Exit.FAILED, "words": str(error)}
    outcome["milliseconds"] = round((perf_counter() - began) * 1000, 1)
    return outcome
