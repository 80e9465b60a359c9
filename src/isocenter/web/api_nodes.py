"""`/api`: the devices that we know, who was turned away, and what another device answers.

Entries are examined as on the command line. Whoever is echoed or searched is a node of the list: no address of a request is ever
called, so that a page cannot be used to knock at foreign doors.
"""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from isocenter.dicomweb.problems import Problem
from isocenter.jobs.echoing import Echoed, try_echo
from isocenter.jobs.questions import At, RootName, question, tag_of
from isocenter.jobs.searching import Call, answers, texts
from isocenter.nodes import entry, formats, shelving
from isocenter.web.api_house import CHANGES, ApiHouse, House, problems
from isocenter.web.api_words import (
    CallerWords,
    EchoAsked,
    EchoWords,
    FindAsked,
    FindingWords,
    FindWords,
    Format,
    NodeEntry,
    NodeKept,
    NodeListIn,
    NodeListOut,
    NodesImported,
    NodeWords,
)

routes = APIRouter(tags=["nodes"])

Was = Annotated[str, Query(description="The name that it had until now, where it gets another.", max_length=256)]
NodeName = Annotated[str, Path(description="The name that the node is saved under.", min_length=1)]


@routes.get("/api/nodes", responses=problems())
def nodes(house: House) -> list[NodeWords]:
    """All nodes, in the order in which they were first added."""
    return [NodeWords.of(node) for node in house.shelf.nodes()]


@routes.get("/api/nodes/{name:path}", responses=problems(404))
def node(house: House, name: NodeName) -> NodeWords:
    """One node."""
    return NodeWords.of(house.node(name))


@routes.put("/api/nodes/{name:path}", dependencies=CHANGES, responses=problems(403))
def put_node(house: House, name: NodeName, wanted: NodeEntry, was: Was = "") -> NodeKept:
    """Add a node, or replace the one of that name; in force at once. A fault keeps it out, with its sentence."""
    others = [node for node in house.shelf.nodes() if node.name != was]
    kept, findings = entry.admitted(wanted.node(name), others, own=house.own())
    house.shelf.put_node(kept)
    if was not in {"", kept.name}:
        house.shelf.remove_node(was)
        house.neighbourhood.vigil.renamed(was, kept.name)
    return NodeKept(node=NodeWords.of(kept), findings=[FindingWords.of(finding) for finding in findings])


@routes.delete("/api/nodes/{name:path}", dependencies=CHANGES, status_code=204, responses=problems(403, 404))
def remove_node(house: House, name: NodeName) -> Response:
    """Forget a node. What it sent stays."""
    if not house.shelf.remove_node(name):
        raise Problem(404, f"There is no node named {name!r}.")
    house.neighbourhood.vigil.forgotten(name)
    return Response(status_code=204)


@routes.get("/api/node-lists/{format_name}", responses=problems())
def export_nodes(house: House, format_name: Format) -> NodeListOut:
    """All nodes as a list that this or another program reads."""
    written = formats.write(house.shelf.nodes(), format_name)
    return NodeListOut(format=format_name, text=written.text, findings=[FindingWords.of(one) for one in written.findings])


@routes.post("/api/node-lists", dependencies=CHANGES, responses=problems(403))
def import_nodes(house: House, wanted: NodeListIn) -> NodesImported:
    """Add the nodes of a list, or replace those of the same names."""
    reading = formats.read(wanted.text, wanted.format or formats.guess(wanted.file_name, wanted.text))
    kept, doubts = shelving.shelve(reading.nodes, house.shelf, house.own())
    findings = [FindingWords.of(finding) for finding in (*reading.findings, *doubts)]
    return NodesImported(nodes=[NodeWords.of(node) for node in kept], findings=findings)


@routes.get("/api/rejected-callers", responses=problems())
def rejected_callers(house: House) -> list[CallerWords]:
    """Who was turned away at the door, the latest first."""
    return [CallerWords.of(caller) for caller in house.shelf.rejected_callers()]


@routes.post("/api/echo", dependencies=CHANGES, responses=problems(403, 404, 409, 503))
async def echo(house: House, wanted: EchoAsked) -> EchoWords:
    """C-ECHO to a node: is it there, and does it speak DICOM?"""
    tried = await house.outside(lambda: _echoed(house, house.call(wanted.node)))
    return EchoWords(node=wanted.node, outcome=tried.echo.value, words=tried.words, milliseconds=tried.milliseconds)


def _echoed(house: ApiHouse, call: Call) -> Echoed:
    standings = house.neighbourhood.standings
    with standings.asking(call.node):
        tried = try_echo(call)
        standings.note(call.node, tried)
    return tried


@routes.post("/api/find", dependencies=CHANGES, responses=problems(403, 404, 409, 502, 503))
async def find(house: House, wanted: FindAsked) -> FindWords:
    """C-FIND: search a node. It is cancelled there once the limit is reached."""
    return await house.outside(lambda: _found(house.call(wanted.node), wanted))


def _found(call: Call, wanted: FindAsked) -> FindWords:
    keys = [f"{keyword}={value}" for keyword, value in wanted.keys.items()]
    root = RootName(wanted.root) if wanted.root else None
    asked = question(At(wanted.level), root, keys)
    for keyword in wanted.returned:
        asked.keys.setdefault(tag_of(keyword), "")
    with closing(answers(call, asked, wanted.limit + 1)) as came:
        found = [texts(answer, asked.keys) for answer in came]
    return FindWords(answers=found[: wanted.limit], more=len(found) > wanted.limit)
