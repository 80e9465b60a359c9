"""`isocenter node`: the devices that we know. Changes are in force at once, also in an archive that is running."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from isocenter.base.errors import UsageError
from isocenter.base.limits import NODE_LIST_CHARACTERS_MAX
from isocenter.cli.exits import Exit
from isocenter.cli.options import Aet, Data, Json, Name
from isocenter.cli.terminal import Progress, note, pairs, plural, say, table, tell_json
from isocenter.daemon import instances, library
from isocenter.daemon.instances import Place
from isocenter.model.records import Node, RejectedCaller
from isocenter.nodes import entry, formats, shelving, wildcard

app = typer.Typer(
    help="The devices that this archive knows: add, show, test, import, export.", no_args_is_help=True, add_completion=False
)

NodeName = Annotated[str, typer.Argument(metavar="NAME", help="The name that the node is saved under.")]
Format = Annotated[str | None, typer.Option("--format", help=f"One of {', '.join(formats.NAMES)}; else told by the file.")]


@app.command("add")
def add(
    saved_as: NodeName,
    aet: Annotated[str, typer.Option("--aet", help="Its AE title: at most 16 characters, capitals matter.")],
    host: Annotated[str, typer.Option("--host", help="Its address, host name, or a range such as 10.1.0.0/16.")],
    port: Annotated[int, typer.Option("--port", help="Its TCP port for DICOM.")] = 104,
    may: Annotated[str, typer.Option("--may", help="What it may ask of us, with commas: echo,store,find,move,get.")] = ",".join(
        entry.OPERATIONS
    ),
    prefer: Annotated[list[str] | None, typer.Option("--prefer", help="A transfer syntax UID to send it, best first.")] = None,
    pdu: Annotated[int, typer.Option("--pdu", help="The largest PDU that it may send us, in bytes; 0 is our default.")] = 0,
    associations: Annotated[int, typer.Option("--associations", help="How many associations to it at once.")] = 4,
    character_set: Annotated[
        str, typer.Option("--character-set", help="What its queries and answers are read as where they name no character set.")
    ] = "",
    call_as: Annotated[str, typer.Option("--call-as", help="The title that we call it under, if not our own.")] = "",
    dicomweb: Annotated[
        str, typer.Option("--dicomweb", help="Where it speaks DICOMweb, such as https://pacs/dicom-web: it is searched there.")
    ] = "",
    notes: Annotated[str, typer.Option("--notes", help="Anything worth knowing about it.")] = "",
    echo_minutes: Annotated[
        int | None, typer.Option("--echo-minutes", help="How often it is asked whether it is there, in minutes; 0 is never.")
    ] = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Add a node, or replace the one of that name."""
    wanted = Node(
        name=saved_as, ae_title=aet, host=host, port=port, operations=_operations(may), transfer_syntaxes=tuple(prefer or ()),
        pdu_bytes_max=pdu, associations_max=associations, character_set=character_set, local_ae_title=call_as,
        dicomweb_url=dicomweb, notes=notes, echo_minutes=echo_minutes,
    )  # fmt: skip
    place = instances.place(name, data)
    with library.open_shelf(place.folder) as shelf:
        node, warnings = entry.admitted(wanted, shelf.nodes(), own=library.own_identity(place))
        shelf.put_node(node)
    for finding in warnings:
        note(f"Mind: {finding.sentence}")
    if json:
        tell_json(_words(node))
    else:
        test = f" Test it with:  isocenter node test {shlex.quote(node.name)}" if wildcard.is_one_device(node) else ""
        say(f"{node.name} is {node.ae_title} at {node.host} port {node.port}.{test}")


@app.command("list")
def list_(name: Name = None, data: Data = None, json: Json = False) -> None:
    """All known nodes."""
    with library.open_shelf(instances.place(name, data).folder) as shelf:
        nodes = shelf.nodes()
    if json:
        tell_json([_words(node) for node in nodes])
    elif nodes:
        rows = [
            (n.name, n.ae_title, n.host, n.port, ",".join(o for o in entry.OPERATIONS if o in n.operations), n.notes) for n in nodes
        ]
        table(["Name", "AE title", "Host", "Port", "May", "Notes"], rows)
    else:
        say("No node yet. Add one with:  isocenter node add NAME --aet TITLE --host ADDRESS --port PORT")


@app.command("show")
def show(saved_as: NodeName, name: Name = None, data: Data = None, json: Json = False) -> None:
    """Everything known of one node."""
    words = _words(_find(saved_as, name, data))
    if json:
        tell_json(words)
    else:
        words["echo_minutes"] = "as all nodes" if words["echo_minutes"] is None else words["echo_minutes"] or "never"
        pairs((key.replace("_", " "), ", ".join(value) if isinstance(value, list) else value) for key, value in words.items())


@app.command("remove")
def remove(saved_as: NodeName, name: Name = None, data: Data = None, json: Json = False) -> None:
    """Forget a node. What it sent stays."""
    node = _find(saved_as, name, data)
    with library.open_shelf(instances.place(name, data).folder) as shelf:
        shelf.remove_node(saved_as)
    if json:
        tell_json(_words(node))
    else:
        say(f"{saved_as} ({node.ae_title} at {node.host} port {node.port}) is forgotten. Put it back with isocenter node add.")


@app.command("test")
def echo(
    saved_as: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Which one; all of them where none is given.")] = None,
    aet: Aet = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """C-ECHO to one node, or to all."""
    from isocenter.cli.echo import try_echo
    from isocenter.daemon import calling

    with library.open_shelf(instances.place(name, data).folder) as shelf:
        nodes = [_find(saved_as, name, data)] if saved_as else [node for node in shelf.nodes() if wildcard.is_one_device(node)]
    results = []
    with Progress("testing", len(nodes)) as progress:
        for node in nodes:
            results.append(try_echo(calling.resolve(node.name, aet, name, data), 1))
            progress.step()
    if json:
        tell_json(results)
    elif not nodes:
        say("No node yet that can be called. Add one with:  isocenter node add NAME --aet TITLE --host ADDRESS --port PORT")
    else:
        table(
            ["Node", "Answer", "ms"], [(node.name, r["words"], r["milliseconds"]) for node, r in zip(nodes, results, strict=True)]
        )
    codes = {result["exit"] for result in results}
    if codes - {Exit.DONE}:
        raise typer.Exit(codes.pop() if len(codes) == 1 else Exit.PARTLY)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="TOML, CSV, acrnema.map, Orthanc JSON or dcmqrscp configuration.")],
    format_: Format = None,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Add the nodes of another program's list. One bad line never loses the others."""
    try:
        with file.open(encoding="utf-8-sig", errors="replace") as stream:
            text = stream.read(NODE_LIST_CHARACTERS_MAX + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from error
    reading = formats.read(text, format_ or formats.guess(file.name, text))
    place = instances.place(name, data)
    with library.open_shelf(place.folder) as shelf:
        kept, doubts = shelving.shelve(reading.nodes, shelf, library.own_identity(place))
    findings = [*reading.findings, *doubts]
    if json:
        tell_json(
            {
                "nodes": [_words(n) for n in kept],
                "findings": [{"line": f.line, "fault": f.fault, "sentence": f.sentence} for f in findings],
            }
        )
    else:
        for finding in findings:
            where = f"line {finding.line}: " if finding.line else ""
            note(f"{'Left out' if finding.fault else 'Mind'}: {where}{finding.sentence}")
        say(f"{plural(len(kept), 'node')} added or replaced from {file}.")
    if any(finding.fault for finding in findings):
        raise typer.Exit(Exit.PARTLY if kept else Exit.USAGE)


@app.command("export")
def export(
    file: Annotated[Path | None, typer.Argument(help="Where to write; the terminal where none is given.")] = None,
    format_: Format = None,
    name: Name = None,
    data: Data = None,
) -> None:
    """The list of nodes in a format that this or another program reads."""
    place = instances.place(name, data)
    with library.open_shelf(place.folder) as shelf:
        nodes = shelf.nodes()
    written = formats.write(nodes, format_ or (formats.guess(file.name) if file else "toml"))
    for finding in written.findings:
        note(f"Mind: {finding.sentence}")
    if file is None:
        for line in written.text.splitlines():
            say(line)
    else:
        file.write_text(written.text, encoding="utf-8", newline="\n")
        say(f"{plural(len(nodes), 'node')} written to {file}.")


@app.command("callers")
def callers(name: Name = None, data: Data = None, json: Json = False) -> None:
    """Who was turned away at the door, and the line that would let them in."""
    with library.open_shelf(instances.place(name, data).folder) as shelf:
        turned_away = shelf.rejected_callers()
    if json:
        tell_json([_caller_words(caller) for caller in turned_away])
    elif turned_away:
        rows = [
            (
                c.calling_ae_title,
                c.address,
                c.called_ae_title,
                c.implementation_version_name,
                c.count,
                f"{c.last:%Y-%m-%d %H:%M}",
                c.reason,
            )
            for c in turned_away
        ]
        table(["Title", "Address", "Called", "Software", "Times", "Last", "Why"], rows)
        say("Let one in with:  isocenter node add NAME --aet TITLE --host ADDRESS --port PORT")
    else:
        say("Nobody was turned away.")


@app.command("scan")
def scan(
    local: Annotated[bool, typer.Option("--local", help="Look for the instances on this computer.")] = False,
    name: Name = None,
    data: Data = None,
    json: Json = False,
) -> None:
    """Let the instances on this computer know each other: each is entered in the others' list."""
    if not local:
        raise UsageError("Say --local: only this computer is searched. Devices elsewhere are added with isocenter node add.")
    here = instances.place(name, data)
    others = [place for place in instances.everywhere() if place.folder.resolve() != here.folder.resolve()]
    findings = []
    for other in others:
        faults = [*_introduce(other, here), *_introduce(here, other)]
        me, them = library.as_node(here), library.as_node(other)
        findings += faults
        if json:
            tell_json({"instance": other.name, **_words(them), "faults": faults})
        elif not faults:
            say(f"{me.ae_title} (port {me.port}) and {them.ae_title} (port {them.port}) know each other now.")
    if not others and not json:
        say("There is no other instance on this computer. Make one with:  isocenter up --name workstation")
    for fault in findings:
        note(f"Left out: {fault}")
    if findings:
        raise typer.Exit(Exit.PARTLY)


def _introduce(newcomer: Place, host: Place) -> list[str]:
    """Enter one instance in the list of another on this computer; the faults that keep it out."""
    node = library.as_node(newcomer)
    with library.open_shelf(host.folder) as shelf:
        try:
            admitted, _ = entry.admitted(node, shelf.nodes(), own=library.own_identity(host), remote=False)
        except UsageError as error:
            return [f"{newcomer.name} in the list of {host.name}: {error}"]
        shelf.put_node(admitted)
    return []


def _operations(text: str) -> frozenset[str]:
    return frozenset(word.strip().lower() for word in text.split(",") if word.strip())


def _find(saved_as: str, name: str | None, data: Path | None) -> Node:
    with library.open_shelf(instances.place(name, data).folder) as shelf:
        nodes = shelf.nodes()
    for node in nodes:
        if node.name == saved_as:
            return node
    raise UsageError(_no_such(saved_as, nodes))


def _no_such(saved_as: str, nodes: Any) -> str:
    known = ", ".join(node.name for node in nodes)
    return f"There is no node named {saved_as!r}" + (f"; there are {known}." if known else " and no other yet.")


def _words(node: Node) -> dict[str, Any]:
    return {
        "name": node.name, "ae_title": node.ae_title, "host": node.host, "port": node.port,
        "operations": [operation for operation in entry.OPERATIONS if operation in node.operations],
        "transfer_syntaxes": list(node.transfer_syntaxes), "pdu_bytes_max": node.pdu_bytes_max,
        "associations_max": node.associations_max, "character_set": node.character_set,
        "local_ae_title": node.local_ae_title, "dicomweb_url": node.dicomweb_url, "notes": node.notes,
        "echo_minutes": node.echo_minutes,
    }  # fmt: skip


def _caller_words(caller: RejectedCaller) -> dict[str, Any]:
    return {
        "calling_ae_title": caller.calling_ae_title, "called_ae_title": caller.called_ae_title, "address": caller.address,
        "implementation_class_uid": caller.implementation_class_uid,
        "implementation_version_name": caller.implementation_version_name, "wanted": list(caller.wanted),
        "reason": caller.reason, "first": caller.first.isoformat(), "last": caller.last.isoformat(), "count": caller.count,
    }  # fmt: skip
