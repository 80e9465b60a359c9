"""The `isocenter` command: one room per verb, joined here, and what the process says by its exit code.

A verb's room is imported when the verb is called or its help is asked for, so that `isocenter echo` does not wait for what only
`up` needs. No traceback reaches a person for what the house or the system reports on purpose.
"""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from isocenter import __version__
from isocenter.base.errors import IsocenterError, LinkLost, Refused, UsageError
from isocenter.base.limits import GARBAGE_OBJECTS
from isocenter.cli.exits import Exit
from isocenter.cli.terminal import be_forgiving, complain

_VERBS = {
    "up": "isocenter.cli.up:up",
    "echo": "isocenter.cli.echo:echo",
    "doctor": "isocenter.cli.doctor:doctor",
    "sheet": "isocenter.cli.sheet:sheet",
    "report": "isocenter.cli.report:app",
    "title": "isocenter.cli.title:title",
    "send": "isocenter.cli.send:send",
    "find": "isocenter.cli.find:find",
    "get": "isocenter.cli.get:get",
    "move": "isocenter.cli.move:move",
    "import": "isocenter.cli.imports:import_",
    "export": "isocenter.cli.export:export",
    "node": "isocenter.cli.node:app",
    "check": "isocenter.cli.check:check",
    "reindex": "isocenter.cli.reindex:reindex",
    "dump": "isocenter.cli.dump:dump",
    "inspect": "isocenter.cli.inspect:inspect",
    "log": "isocenter.cli.log:log",
    "lab": "isocenter.cli.lab:app",
    "explain": "isocenter.cli.explain:explain_log",
    "instances": "isocenter.cli.instances:instances",
}
_HELP_NAMES = {"help_option_names": ["-h", "--help"]}


@cache
def _command(verb: str) -> Any:
    place, _, member = _VERBS[verb].partition(":")
    found = getattr(import_module(place), member)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False, context_settings=_HELP_NAMES)
        alone.command(verb)(found)
        found = alone
    command = typer.main.get_command(found)
    command.name = verb
    return command


class _Rooms(Mapping[str, Any]):
    """Every verb with its command, which is made at the first look."""

    def __getitem__(self, verb: str) -> Any:
        if verb not in _VERBS:
            raise KeyError(verb)
        return _command(verb)

    def __iter__(self) -> Iterator[str]:
        return iter(_VERBS)

    def __len__(self) -> int:
        return len(_VERBS)


class Verbs(TyperGroup):
    """The verbs, and one of the documented exit codes for each way in which they can end."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Rooms()  # type: ignore[assignment]

    def invoke(self, ctx: Any) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:
            # The reader of our output went away (`isocenter find … | head`): that is its right.
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = Exit.DONE
        except UsageError as error:
            code = complain(str(error), Exit.USAGE)
        except Refused as error:
            code = complain(str(error), Exit.REJECTED)
        except LinkLost as error:
            code = complain(str(error), Exit.NETWORK)
        except IsocenterError as error:
            code = complain(str(error), Exit.FAILED)
        except OSError as error:
            code = complain(f"{f'{error.filename}: ' if error.filename else ''}{error.strerror or error}", Exit.FAILED)
        raise typer.Exit(code)


app = typer.Typer(
    name="isocenter",
    cls=Verbs,
    help="A complete DICOM network: an archive, and the tools to connect devices to it.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings=_HELP_NAMES,
    epilog="A NODE is a saved name or TITLE@host:port. Exit codes: " + "; ".join(f"{e.value} {e.meaning}" for e in Exit) + ".",
)


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
    gc.set_threshold(GARBAGE_OBJECTS)
    if not sys.warnoptions:
        # What pydicom says of odd values names them, and belongs neither on the terminal nor in the log.
        warnings.simplefilter("ignore")
    be_forgiving()
    app()
