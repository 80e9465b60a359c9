"""The `isocenter` command: one room per verb, joined here, and the exit codes.

A verb imports what it works with inside its function, so that `isocenter echo` does not wait for what only `up` needs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from isocenter import __version__
from isocenter.base.errors import IsocenterError, LinkLost, Refused, UsageError
from isocenter.cli import check, dump, echo, export, find, get, imports, instances, log, move, node, reindex, send, up
from isocenter.cli.exits import Exit
from isocenter.cli.terminal import complain

app = typer.Typer(
    name="isocenter",
    help="A complete DICOM network: an archive, and the tools to connect devices to it.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="A NODE is a saved name or TITLE@host:port. Exit codes: " + "; ".join(f"{e.value} {e.meaning}" for e in Exit) + ".",
)
_VERBS: dict[str, Callable[..., None]] = {
    "up": up.up,
    "echo": echo.echo,
    "send": send.send,
    "find": find.find,
    "get": get.get,
    "move": move.move,
    "import": imports.import_,
    "export": export.export,
    "check": check.check,
    "reindex": reindex.reindex,
    "dump": dump.dump,
    "log": log.log,
    "instances": instances.instances,
}
for name, verb in _VERBS.items():
    app.command(name)(verb)
app.add_typer(node.app, name="node")


def _version(wanted: bool) -> None:
    if wanted:
        print(f"isocenter {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and stop.")] = False,
) -> None:
    """A complete DICOM network: an archive, and the tools to connect devices to it."""


def run() -> None:
    """Run the command line and end the process with one of the documented codes."""
    try:
        app()
    except UsageError as error:
        sys.exit(complain(str(error), Exit.USAGE))
    except Refused as error:
        sys.exit(complain(str(error), Exit.REJECTED))
    except LinkLost as error:
        sys.exit(complain(str(error), Exit.NETWORK))
    except IsocenterError as error:
        sys.exit(complain(str(error), Exit.FAILED))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output went away (`isocenter find … | head`): that is its right.
        sys.stderr.close()
        sys.exit(0)
