"""`/api`: who knows whom among the nodes and us.

Only a node of the list is asked, at the address of its entry, and only when a person wants it.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from isocenter.jobs import acquaintance
from isocenter.jobs.acquaintance import Here, Seen
from isocenter.model.checkup import Checkup
from isocenter.model.records import Node, RejectedCaller
from isocenter.nodes.address import covers, parsed
from isocenter.web.api_house import CHANGES, ApiHouse, House, problems
from isocenter.web.words_vigil import Acquaintances, FactWords, ListAsked, OtherListWords

routes = APIRouter(tags=["network"])


@routes.get("/api/acquaintances", responses=problems())
def acquaintances(house: House) -> Acquaintances:
    """For each two of the nodes and us what is known of the one knowing the other; nobody is called."""
    here = _here(house)
    nodes = house.neighbourhood.book.nodes()
    vigil = house.neighbourhood.vigil
    callers = house.shelf.rejected_callers()
    checkups = checkups_by_node(house)
    found = acquaintance.facts(here, [_seen(house, node, callers, checkups.get(node.name, ())) for node in nodes])
    titles = {node.ae_title: node.name for node in nodes} | {here.ae_title: acquaintance.US}
    lists = [(node.name, vigil.lists.of(node.name)) for node in nodes]
    return Acquaintances(
        facts=[FactWords.from_fact(fact) for fact in found],
        lists=[OtherListWords.of(name, one, titles) for name, one in lists if one is not None],
    )


def _here(house: ApiHouse) -> Here:
    device = house.neighbourhood.device()
    return Here(device.ae_title, device.port, frozenset(one.address for one in device.addresses) | {"127.0.0.1", "localhost"})


def checkups_by_node(house: ApiHouse) -> dict[str, list[Checkup]]:
    """The kept checkups and those of this process that are over, the latest of each node first."""
    found = {name: list(checkups) for name, checkups in house.neighbourhood.vigil.reports().items()}
    for checkup in house.clinic.all():
        if checkup.ended is not None:
            found.setdefault(checkup.node, []).append(checkup)
    for checkups in found.values():
        checkups.sort(key=lambda checkup: checkup.began, reverse=True)
    return found


def _seen(house: ApiHouse, node: Node, callers: Sequence[RejectedCaller], checkups: Sequence[Checkup]) -> Seen:
    around = house.neighbourhood
    return Seen(
        node,
        around.standings.standing(node),
        around.standings.story(node).calls,
        [caller for caller in callers if _is_of(caller, node)],
        checkups,
        around.vigil.lists.of(node.name),
    )


def _is_of(caller: RejectedCaller, node: Node) -> bool:
    """Turned away with the node's title, or from its very address; names are not resolved for that."""
    if caller.calling_ae_title == node.ae_title:
        return True
    address = parsed(caller.address)
    return address is not None and parsed(node.host) is not None and covers(node.host, address, lambda name: frozenset())


@routes.post("/api/acquaintances/list", dependencies=CHANGES, responses=problems(403, 404, 409, 502, 503))
async def ask_list(house: House, wanted: ListAsked) -> Acquaintances:
    """Ask a node for its own list, over an Orthanc's REST interface: at its DICOMweb address, else at port 8042."""
    node = house.call(wanted.node).node
    await house.outside(lambda: house.neighbourhood.vigil.lists.ask(node))
    house.neighbourhood.vigil.stirred(node.name)
    return acquaintances(house)


@routes.post("/api/acquaintances/echo", dependencies=CHANGES, responses=problems(403, 404, 409, 502, 503))
async def have_it_echo(house: House, wanted: ListAsked) -> Acquaintances:
    """Have a node that was asked for its list call one of its entries by C-ECHO, and see whether it reaches it."""
    node = house.call(wanted.node).node
    await house.outside(lambda: house.neighbourhood.vigil.lists.have_it_echo(node, wanted.entry))
    house.neighbourhood.vigil.stirred(node.name)
    return acquaintances(house)
