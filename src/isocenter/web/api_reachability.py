"""`/api`: titles and ports. Which title is free by the rule of the site, and is our port open from outside?

Only one route calls somebody: a node that was named is asked to call us back.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query

from isocenter.base import naming_rule
from isocenter.base.errors import UsageError
from isocenter.base.limits import REPORT_WORDS_MAX
from isocenter.jobs import reachability
from isocenter.jobs.reachability import Here
from isocenter.nodes import wildcard
from isocenter.nodes.address import is_this_computer
from isocenter.web.api_house import CHANGES, ApiHouse, House, problems
from isocenter.web.words_reachability import FreeTitle, PortAnswerWords, PortQuestion, PortSeen, ReachedWords

routes = APIRouter(tags=["titles and ports"])

Word = Annotated[str, Query(max_length=REPORT_WORDS_MAX)]

_SHOWN = 5


@routes.get("/api/free-title", responses=problems())
def free_title(house: House, site: Word = "", dept: Word = "", mod: Word = "", room: Word = "") -> FreeTitle:
    """The next free AE title by the rule of the site; titles of nodes and of callers at the door are taken."""
    rule = house.settings.naming_rule
    words = {"SITE": site, "DEPT": dept, "MOD": mod, "ROOM": room}
    nodes = house.shelf.nodes()
    taken = {house.settings.aet, *(node.ae_title for node in nodes), *(node.local_ae_title for node in nodes)}
    taken |= {caller.calling_ae_title for caller in house.shelf.rejected_callers()}
    title = sentence = ""
    try:
        title = naming_rule.free_title(rule, words, taken)
    except UsageError as error:
        sentence = str(error)
    strays = [node.ae_title for node in nodes if wildcard.is_one_device(node) and not naming_rule.follows(rule, node.ae_title)]
    return FreeTitle(rule=rule, asked=list(naming_rule.asked(rule)), title=title, sentence=sentence, strays=strays)


@routes.get("/api/port-from-outside", responses=problems())
def port_seen(house: House) -> PortSeen:
    """Who has reached our port from other computers, and who could be asked to. Nobody is called."""
    device = house.neighbourhood.device()
    nodes = [node for node in house.shelf.nodes() if wildcard.is_one_device(node) and not is_this_computer(node.host)]
    return PortSeen(
        port=device.port,
        firewall=device.firewall,
        reached=[ReachedWords.of(one) for one in reachability.latest(house.associations, _SHOWN)],
        askable=[node.name for node in nodes],
    )


@routes.post("/api/port-from-outside", dependencies=CHANGES, responses=problems(403, 404, 409, 503))
async def ask(house: House, wanted: PortQuestion) -> PortAnswerWords:
    """Have a node call this device, where it can be asked to: an Orthanc by its REST interface. Nothing is changed there."""
    return await house.outside(partial(_ask, house, wanted.node))


def _ask(house: ApiHouse, name: str) -> PortAnswerWords:
    call = house.call(name)
    device = house.neighbourhood.device()
    here = Here(call.node.local_ae_title or device.ae_title, device.port, frozenset(one.address for one in device.addresses))
    lists = house.neighbourhood.vigil.lists
    answer = reachability.ask(call.node, here, lists.ask, lists.have_it_echo, house.associations, house.neighbourhood.clock)
    return PortAnswerWords.of(answer)
