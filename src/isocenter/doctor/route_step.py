"""The route: by which of our addresses we reach the other side, and whether any way leads there at all (layer `route`).

Comes in: the addresses of the host. Goes out: a step, and our own address towards it in the visit. Nothing is sent: the system's
own table of routes is asked.
"""

from __future__ import annotations

import errno
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, ip_address
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from isocenter.doctor.network import own_address_towards
from isocenter.doctor.visit import Visit
from isocenter.model.checkup import Layer, Outcome, Sign, Step

_ROUTES = Path("/proc/net/route")
_SIGNS = {
    errno.ENETUNREACH: ("route-none", "this computer has no way to that network"),
    errno.EHOSTUNREACH: ("route-none", "this computer's own table of routes says that it cannot be reached"),
    errno.EINVAL: ("route-none", "this computer's own table of routes discards what goes there"),
    errno.EACCES: ("route-forbidden", "this computer forbids it"),
    errno.EPERM: ("route-forbidden", "this computer forbids it"),
    errno.EADDRNOTAVAIL: ("route-none", "this computer has no address of that kind"),
    errno.EAFNOSUPPORT: ("route-none", "this computer does not speak that kind of address"),
}


class Way(NamedTuple):
    """The interface by which packets leave, and the gateway that they go to; empty for one on the same wire."""

    interface: str
    gateway: str


def look_at_route(visit: Visit) -> Step:
    """Find our own address towards the first address that a way leads to."""
    began = perf_counter()
    step = _looked(visit)
    return replace(step, milliseconds=round((perf_counter() - began) * 1000, 1))


def _looked(visit: Visit) -> Step:
    failures: list[tuple[str, int]] = []
    reachable: list[str] = []
    for address in visit.addresses:
        own, number = own_address_towards(address)
        if number is not None:
            failures.append((address, number))
            continue
        if not reachable:
            visit.own_address = own
        reachable.append(address)
    if not reachable:
        address, number = failures[0]
        code, words = _SIGNS.get(number, ("route-none", f"the system says {errno.errorcode.get(number, number)}"))
        sign = Sign(code, {"address": address, "error": errno.errorcode.get(number, str(number)), "why": words})
        return Step(Layer.ROUTE, Outcome.FAILED, words, sign=sign)
    visit.addresses = (*reachable, *(address for address, _ in failures))
    return _passed(visit, reachable[0])


def _passed(visit: Visit, address: str) -> Step:
    theirs, ours = ip_address(address.partition("%")[0]), ip_address(visit.own_address)
    facts = {"own_address": visit.own_address}
    if theirs.is_loopback:
        return Step(Layer.ROUTE, Outcome.PASSED, "it is this computer itself", facts=facts)
    way = way_to(theirs, _table()) if isinstance(theirs, IPv4Address) else None
    words = f"your address towards it is {visit.own_address}"
    if way is not None:
        facts |= {"interface": way.interface, "gateway": way.gateway}
        words = f"by {way.interface}{f' through {way.gateway}' if way.gateway else ''}, {words}"
    if ours.is_link_local and not theirs.is_link_local:
        visit.doubts.append(Sign("own-address-provisional", {"own": visit.own_address}))
        visit.remarks.append(
            f"{visit.own_address} is an address that this computer gave itself because nobody assigned one: "
            "check its cable and network settings."
        )
        return Step(Layer.ROUTE, Outcome.WARNED, words, facts=facts, sign=visit.doubts[-1])
    return Step(Layer.ROUTE, Outcome.PASSED, words, facts=facts)


def way_to(address: IPv4Address, table: str) -> Way | None:
    """The row of a Linux table of routes (/proc/net/route) that a packet takes; None where none fits or none can be read."""
    best: tuple[int, int, Way] | None = None
    for row in table.splitlines()[1:]:
        cells = row.split()
        try:
            target, gateway, mask = (IPv4Address(int.from_bytes(bytes.fromhex(cells[at]), "little")) for at in (1, 2, 7))
            metric, network = int(cells[6]), IPv4Network(f"{target}/{mask}")
        except (ValueError, IndexError):
            continue
        found = (network.prefixlen, -metric, Way(cells[0], "" if int(gateway) == 0 else str(gateway)))
        if address in network and (best is None or found[:2] > best[:2]):
            best = found
    return best[2] if best else None


def _table() -> str:
    try:
        return _ROUTES.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
