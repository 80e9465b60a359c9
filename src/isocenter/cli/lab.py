"""`isocenter lab`: what a technician practises with before it happens for real."""

from __future__ import annotations

from typing import Annotated

import typer

from isocenter.base.errors import UsageError
from isocenter.cli.options import Json
from isocenter.cli.terminal import note, say, table, tell_json

app = typer.Typer(add_completion=False, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})


@app.callback()
def lab() -> None:
    """Practise: peers that misbehave in one known way, for the doctor or for you to find out which."""


@app.command("fault")
def fault(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Which fault; without it, all are listed.")] = None,
    port: Annotated[int, typer.Option("--port", min=1, max=0xFFFF, help="Where to listen.")] = 11113,
    host: Annotated[str, typer.Option("--host", help="The address to listen at; this computer alone by default.")] = "127.0.0.1",
    knows: Annotated[
        str, typer.Option("--knows", metavar="TITLE@HOST:PORT", help="Whom it may send to: the one destination of its list.")
    ] = "ISOCENTER@127.0.0.1:11112",
    json: Json = False,
) -> None:
    """Be a peer with one fault until you press Ctrl+C; its title is FAULTY. It keeps nothing on the disk, and calls nobody but the
    destination of a C-MOVE that asks for it."""
    from isocenter.daemon.calling import written_out
    from isocenter.lab.faults import catalogue, serving

    if name is None:
        listed = list(catalogue.PRACTICES.values())
        if json:
            tell_json([{"name": one.name, "fault": one.fault, "does": one.sentence} for one in listed])
        else:
            table(("name", "fault", "this peer"), [(one.name, one.fault, one.sentence) for one in listed])
        return
    us = written_out(knows)
    if us is None:
        raise UsageError(f"--knows {knows}: written TITLE@HOST:PORT, for example ISOCENTER@127.0.0.1:11112.")
    chosen = serving.knowing(catalogue.practice(name), us.ae_title, (us.host, us.port))

    def listening(got: int) -> None:
        say(f"FAULTY at {host}, port {got}, {chosen.sentence}{f' (fault {chosen.fault})' if chosen.fault else ''}.")
        note(f"Examine it:  isocenter doctor FAULTY@{host}:{got}    Stop: Ctrl+C")

    serving.practise(chosen, host, port, listening)
