"""Options that several verbs share, so that they are spelled and explained once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
Name = Annotated[str | None, typer.Option("--name", help="Which instance on this computer, where there are several.")]
Data = Annotated[Path | None, typer.Option("--data", help="The data folder of the instance.")]
Aet = Annotated[str | None, typer.Option("--aet", help="Call under this AE title instead of the instance's own.")]
NodeArgument = Annotated[str, typer.Argument(metavar="NODE", help="A saved name, or TITLE@host:port.")]
KeyOption = Annotated[
    list[str] | None,
    typer.Option("--key", "-k", metavar="KEYWORD=VALUE", help="A matching key, by keyword or tag; without = it is only asked for."),
]
