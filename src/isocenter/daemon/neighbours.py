"""The network page's house, joined: this device as it is now, and the heartbeat of those around it.

Only the page's thread comes here. The heartbeat beats where there is a page, and ends before what it reads is closed.
"""

from __future__ import annotations

from isocenter.base.clock import SystemClock
from isocenter.daemon import policies
from isocenter.daemon.compose import House
from isocenter.daemon.vigil import interval_minutes, vigil
from isocenter.doctor import products
from isocenter.jobs.echoing import Echoed, try_echo
from isocenter.jobs.heartbeat import Heartbeat
from isocenter.jobs.searching import Call
from isocenter.model.records import Node
from isocenter.net import ports
from isocenter.net.names import RememberedNames
from isocenter.nodes.book import NodeBook
from isocenter.web.neighbourhood import Address, Device, Neighbourhood


def neighbourhood(house: House) -> Neighbourhood:
    """Join it, and start to ask the nodes whether they are there."""
    clock = SystemClock()
    book = NodeBook(house.shelf)
    watched = vigil(house, book, clock)
    if house.settings.http:
        heartbeat = Heartbeat(
            house.shelf.nodes,
            lambda node: _echo(house, node),
            house.standings,
            clock,
            lambda node: 60.0 * interval_minutes(house, node),
        )
        house.closing.callback(heartbeat.close)
        heartbeat.start()
    return Neighbourhood(
        device=lambda: _device(house),
        change=house.device.change,
        standings=house.standings,
        strangers=house.strangers,
        ignored=house.shelf,
        clock=clock,
        resolve=RememberedNames(clock),
        book=book,
        vigil=watched,
    )


def _echo(house: House, node: Node) -> Echoed:
    return try_echo(Call(node, house.settings.aet))


def _device(house: House) -> Device:
    settings = house.settings
    addresses = [Address(own.address, own.interface, own.network) for own in ports.own_interfaces()]
    if not settings.listens_everywhere:
        addresses = [one for one in addresses if one.address == settings.listen] or [Address(settings.listen, "", "")]
    return Device(
        ae_title=settings.aet,
        port=settings.port,
        policy=settings.policy,
        policy_sentence=policies.sentence(settings.policy),
        addresses=tuple(addresses),
        listening_since=house.device.listening_since,
        firewall=products.firewall(settings.port, settings.aet).text,
    )
