"""`isocenter get`: fetch instances from a node on one association, into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from isocenter.base.errors import UsageError
from isocenter.cli.options import Aet, Data, Json, KeyOption, Name, NodeArgument
from isocenter.cli.retrieving import watch
from isocenter.cli.terminal import human_bytes, note, plural, say
from isocenter.daemon import calling
from isocenter.jobs.questions import At, RootName, question
from isocenter.jobs.retrieving import get_proposal, narrowed


def get(
    node: NodeArgument,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write to; made where it is missing.")],
    key: KeyOption = None,
    level: Annotated[
        At, typer.Option("--level", "-l", help="What to get; other keys than its UID are searched for first.")
    ] = At.STUDY,
    root: Annotated[RootName | None, typer.Option("--root", help="The information model; chosen by the level.")] = None,
    aet: Aet = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """C-GET: fetch instances over the same association. No entry on the other side is needed for it."""
    from isocenter.net import client
    from isocenter.net.files import Folder

    if not key:
        raise UsageError("Say what to get, for example -k StudyInstanceUID=1.2.3; isocenter find shows the UIDs.")
    asked = question(level, root, key, returned=False)
    call = calling.resolve(node, aet, name, data)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out} cannot be made: {error.strerror}.") from error
    questions = narrowed(call, asked)
    if not questions:
        raise typer.Exit(watch((), "get", "came", json))
    sink = Folder(out)
    sop_class = asked.sop_class("get")
    try:
        with call.open(get_proposal(call, questions, note)) as requestor:
            gets = (client.get(requestor, sop_class, one.identifier, sink.receive) for one in questions)
            code = watch(gets, "get", "came", json)
    finally:
        if not json and sink.written:
            say(f"{plural(len(sink.written), 'file')}, {human_bytes(sum(path.stat().st_size for path in sink.written))}, in {out}.")
    raise typer.Exit(code)
