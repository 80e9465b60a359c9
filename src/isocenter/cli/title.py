"""`isocenter title`: the next free AE title by the rule of the site."""

from __future__ import annotations

from typing import Annotated

import typer

from isocenter.base import config, naming_rule
from isocenter.cli.options import Data, Json, Name
from isocenter.cli.terminal import note, say, tell_json
from isocenter.daemon import instances


def title(
    site: Annotated[str, typer.Option("--site", help="What SITE stands for in the rule.")] = "",
    dept: Annotated[str, typer.Option("--dept", help="What DEPT stands for in the rule.")] = "",
    mod: Annotated[str, typer.Option("--mod", help="What MOD stands for in the rule, such as CT.")] = "",
    room: Annotated[str, typer.Option("--room", help="What ROOM stands for in the rule.")] = "",
    rule: Annotated[str | None, typer.Option("--rule", help="A rule to try, instead of the setting naming_rule.")] = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """The next free AE title by the rule of the site: no node and no caller at the door has it."""
    from isocenter.daemon import library

    place = instances.place(name, data)
    settings = config.load({}, place.folder)
    wanted = settings.naming_rule if rule is None else rule
    with library.open_shelf(place.folder) as shelf:
        nodes, callers = list(shelf.nodes()), list(shelf.rejected_callers())
    taken = {settings.aet, *(node.ae_title for node in nodes), *(caller.calling_ae_title for caller in callers)}
    found = naming_rule.free_title(wanted, {"SITE": site, "DEPT": dept, "MOD": mod, "ROOM": room}, taken)
    strays = [node.ae_title for node in nodes if not naming_rule.follows(wanted, node.ae_title)]
    if json:
        tell_json({"title": found, "rule": wanted, "strays": strays})
        return
    say(found)
    if strays:
        note(f"Not by the rule {wanted}: {', '.join(strays)}")
