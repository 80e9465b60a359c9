"""`/api`: this device and what it may become, how the nodes stand, and who is at the door.

Nothing here calls another device: echoes are those of `/api/echo` and of the heartbeat, and this room tells what came of them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from fastapi import APIRouter

from isocenter.base.limits import NODE_BARS, NODE_HISTORY_SECONDS
from isocenter.jobs import findings
from isocenter.jobs.stories import Verdict
from isocenter.jobs.strangers import Visitor
from isocenter.model.records import Node, RejectedCaller
from isocenter.nodes import entry
from isocenter.nodes.address import parsed
from isocenter.nodes.book import NodeBook
from isocenter.nodes.wildcard import is_one_device
from isocenter.web.api_acquaintances import checkups_by_node
from isocenter.web.api_house import CHANGES, ApiHouse, House, problems
from isocenter.web.api_nodes import NodeName
from isocenter.web.api_words import CallerWords, FindingWords
from isocenter.web.neighbourhood import Device
from isocenter.web.words_network import (
    AddressWords,
    DeviceKept,
    DeviceWanted,
    DeviceWords,
    Door,
    DoorCaller,
    DoorConnection,
    Ignoring,
    LatestCall,
    NodeDraft,
    NodeState,
    NodeStates,
    NodeStory,
    Tolerated,
)
from isocenter.web.words_vigil import DriftWords

routes = APIRouter(tags=["network"])


@routes.get("/api/device", responses=problems())
def device(house: House) -> DeviceWords:
    """This device as others see it."""
    return _device(house, house.neighbourhood.device())


@routes.put("/api/device", dependencies=CHANGES, responses=problems(403))
def change_device(house: House, wanted: DeviceWanted) -> DeviceKept:
    """Take on another title, port or policy, at once: what is under way goes on, and the next caller finds the new one."""
    values = {"aet": wanted.ae_title, "port": wanted.port, "policy": wanted.policy}
    notes = house.neighbourhood.change({name: value for name, value in values.items() if value is not None})
    return DeviceKept(device=device(house), notes=notes)


def _device(house: ApiHouse, here: Device) -> DeviceWords:
    nodes = [address for node in house.neighbourhood.book.nodes() if (address := parsed(node.host)) is not None]
    call = house.neighbourhood.strangers.latest_call
    addresses = []
    for one in here.addresses:
        area = ip_network(one.network) if one.network else None
        count = sum(1 for address in nodes if area is not None and address.version == area.version and address in area)
        addresses.append(AddressWords(address=one.address, interface=one.interface, network=one.network, nodes=count))
    return DeviceWords(
        ae_title=here.ae_title,
        port=here.port,
        policy=here.policy,
        policy_sentence=here.policy_sentence,
        addresses=addresses,
        listening_since=here.listening_since,
        latest_call=None
        if call is None
        else LatestCall(calling_ae_title=call.calling_ae_title, node=call.node, address=call.address, moment=call.opened),
        firewall=here.firewall,
        sources={name: house.settings.sources.get(name, "") for name in ("aet", "port", "policy")},
    )


@routes.get("/api/node-states", responses=problems())
def node_states(house: House) -> NodeStates:
    """How each node stands now, and how it answered within the last day."""
    return NodeStates(
        nodes=[_state(house, node) for node in house.neighbourhood.book.nodes()],
        echo_minutes=house.settings.echo_minutes,
    )


@routes.get("/api/node-states/{name:path}", responses=problems(404))
def node_story(house: House, name: NodeName) -> NodeStory:
    """What is known of one node from talking with it."""
    node = house.node(name)
    story = house.neighbourhood.standings.story(node)
    moments = [datetime.fromtimestamp(answer.at, UTC) for answer in story.answers]
    drifts = [DriftWords.of(node.name, one) for one in house.neighbourhood.vigil.drift.open(node.name)]
    found = findings.latest(checkups_by_node(house).get(node.name, ()))
    return NodeStory.of(_state(house, node), story, moments, drifts, found)


def neighbours(house: ApiHouse) -> dict[str, int]:
    """What a live page is told when something around us has changed: how many nodes answer, and the version of their list."""
    standings = house.neighbourhood.standings
    counts = {"answering": 0, "silent": 0, "unasked": 0}
    for node in house.neighbourhood.book.nodes():
        counts[_COUNTED.get(standings.standing(node).verdict, "silent")] += 1
    return {"version": standings.version, "list": house.shelf.version(), **counts}


_COUNTED = {
    Verdict.ANSWERS: "answering",
    Verdict.CHANGED: "answering",
    Verdict.NO_ECHO: "answering",
    Verdict.UNASKED: "unasked",
    Verdict.NOT_LISTENING: "unasked",
    Verdict.ONLY_CALLS: "unasked",
}


def _state(house: ApiHouse, node: Node) -> NodeState:
    standings = house.neighbourhood.standings
    return NodeState.of(node, standings.standing(node), standings.bars(node, NODE_BARS))


@routes.post("/api/node-findings", dependencies=CHANGES, responses=problems(403))
def node_findings(house: House, draft: NodeDraft) -> list[FindingWords]:
    """Everything that is wrong or doubtful about an entry as it stands, faults first. Nothing is kept, nobody is called."""
    node = entry.trimmed(draft.entry.node(draft.name))
    others = [other for other in house.neighbourhood.book.nodes() if other.name != draft.was]
    found = list(entry.examine(node, others, own=house.own()))
    if any(other.name == node.name for other in others):
        found.append(entry.Finding(f"There is a node named {node.name} already, which this one would replace."))
    return [FindingWords.of(finding) for finding in found]


@routes.get("/api/door", responses=problems())
def door(house: House) -> Door:
    """Who is at the door and is not let in."""
    ignored = set(house.neighbourhood.ignored.ignored_callers())
    book = house.neighbourhood.book
    callers = [_caller(house, one, ignored) for one in house.shelf.rejected_callers() if not _is_let_in(house, book, one)]
    connections = [
        DoorConnection(
            address=one.address,
            why=one.why,
            first=one.first,
            last=one.last,
            count=one.count,
            ignored=("", "", one.address) in ignored,
        )
        for one in house.neighbourhood.strangers.all()
    ]
    tolerated = _tolerated(house, ignored)
    refused = list(dict.fromkeys(one.calling_ae_title for one in tolerated if one.node))
    return Door(callers=callers, connections=connections, tolerated=tolerated, strict_would_refuse=refused)


def _caller(house: ApiHouse, caller: RejectedCaller, ignored: set[tuple[str, str, str]]) -> DoorCaller:
    book = house.neighbourhood.book
    titled = book.titled(caller.calling_ae_title)
    at = [] if titled else [node.name for node in book.at(caller.address) if is_one_device(node)]
    said = ""
    if titled:
        story = house.neighbourhood.standings.story(titled[0])
        said = story.calls.implementation_version_name or story.implementation_version_name
    return DoorCaller(
        **CallerWords.of(caller).model_dump(),
        node=titled[0].name if titled else "",
        implementation=said,
        at=at[0] if len(at) == 1 else "",
        ignored=(caller.calling_ae_title, caller.called_ae_title, caller.address) in ignored,
    )


def _is_let_in(house: ApiHouse, book: NodeBook, caller: RejectedCaller) -> bool:
    """True where it would be let in now, since somebody has entered it, or the policy is another."""
    settings = house.settings
    if settings.policy == "open":
        return True
    if settings.policy == "strict" and caller.called_ae_title != settings.aet:
        return False
    return book.caller(caller.calling_ae_title, caller.address, house.neighbourhood.resolve) is not None


def _tolerated(house: ApiHouse, ignored: set[tuple[str, str, str]]) -> list[Tolerated]:
    """Who was let in within a day, and would not be under the policy strict."""
    settings = house.settings
    if settings.policy == "strict":
        return []
    nodes = {node.name: node for node in house.neighbourhood.book.nodes()}
    recently = house.neighbourhood.clock.now() - timedelta(seconds=NODE_HISTORY_SECONDS)
    found = []
    for one in house.neighbourhood.strangers.visitors():
        node = nodes.get(one.node)
        why = _why_refused(one, {settings.aet, node.local_ae_title if node is not None else ""}, settings.policy == "open")
        if why and one.last >= recently:
            named = (
                "calling_ae_title",
                "called_ae_title",
                "address",
                "node",
                "implementation_version_name",
                "first",
                "last",
                "count",
            )
            is_ignored = (one.calling_ae_title, one.called_ae_title, one.address) in ignored
            found.append(Tolerated(**{name: getattr(one, name) for name in named}, why=why, ignored=is_ignored))
    return found


def _why_refused(one: Visitor, titles: set[str], is_open: bool) -> str:
    """Why the policy strict would refuse somebody who came in; empty where it would not, or where it shows among the callers."""
    if one.called_ae_title not in titles - {""}:
        return f"It called {one.called_ae_title!r}, which is not this archive's title."
    if one.node:
        return ""
    if is_open:
        return "It is not a known node."
    return "" if one.note else "It is a program on this computer, and not a known node."


@routes.post("/api/door/ignored", dependencies=CHANGES, responses=problems(403))
def ignore(house: House, wanted: Ignoring) -> Door:
    """Do not show a caller again, or show it again. Who may come in is not decided here."""
    caller = (wanted.calling_ae_title, wanted.called_ae_title, wanted.address)
    house.neighbourhood.ignored.ignore_caller(caller, wanted.ignored)
    return door(house)
