"""Calling other nodes from the command line: who is meant, and under which title we call.

In goes what a person typed, out comes a node and the calling title. A name is looked up in the instance's list with one small
question, so that an echo is quick.
"""

from __future__ import annotations

import re
from pathlib import Path

from isocenter.base import config
from isocenter.base.errors import UsageError
from isocenter.daemon import instances
from isocenter.jobs.searching import Call
from isocenter.model.records import Node
from isocenter.nodes import wildcard

_WRITTEN_OUT = re.compile(r"(?P<title>[^@]{1,64})@(?P<host>\[[^\]]+\]|[^:@\[\]]+)(?::(?P<port>\d{1,5}))?")


def resolve(text: str, aet: str | None, name: str | None, data: Path | None) -> Call:
    """The node that `text` means: `TITLE@host:port`, or a saved name. Raises UsageError with what would be right."""
    place = instances.place(name, data)
    if aet is not None:
        config.check_ae_title(aet)
    title = aet or config.load({}, place.folder).aet
    return Call(written_out(text) or _saved(text, place), title)


def written_out(text: str) -> Node | None:
    """The node of `TITLE@host:port`; None for a name. Raises UsageError for what is neither."""
    if match := _WRITTEN_OUT.fullmatch(text):
        config.check_ae_title(match["title"])
        port = int(match["port"] or 104)
        if not 1 <= port <= 0xFFFF:
            raise UsageError(f"{text}: a TCP port is a number from 1 to 65535.")
        return Node(name=match["title"], ae_title=match["title"], host=match["host"].strip("[]"), port=port)
    if "@" in text:
        raise UsageError(f"{text!r} is not written as TITLE@host:port, for example ISOCENTER@10.0.0.5:11112.")
    return None


def _saved(text: str, place: instances.Place) -> Node:
    from isocenter.daemon import library

    known: list[Node] = []
    if place.folder.exists():
        with library.open_shelf(place.folder) as shelf:
            known = list(shelf.nodes())
    for node in known:
        if node.name == text:
            if not wildcard.is_one_device(node):
                raise UsageError(
                    f"{text} stands for many devices ({node.ae_title} at {node.host}): they can call here, and cannot be called."
                )
            return node
    near = [node.name for node in known if node.name.casefold() == text.casefold()]
    if near:
        raise UsageError(f"There is no node named {text!r}; there is {near[0]!r}.")
    listed = f"there are {', '.join(node.name for node in known)}" if known else "none is saved yet"
    raise UsageError(f"There is no node named {text!r}; {listed}. A node that is not saved is written TITLE@host:port.")
