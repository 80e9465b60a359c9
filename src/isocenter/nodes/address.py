"""Addresses and network ranges: which of them a host entry stands for.

Comes in: a node's host as a person wrote it, and a caller's address as the socket tells it. Goes out: yes or no. Names are
looked up by the resolver that is handed in, forwards only: a caller's address is never asked for its name. No I/O of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str], frozenset[str]]
"""From a host name to its addresses, empty where it has none; whoever hands it in sees to caching and time-outs."""


def parsed(text: str) -> Address | None:
    """The address that `text` is, an IPv4 one inside IPv6 taken out of it and without its zone; None for a name."""
    try:
        address = ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def network(host: str) -> Network | None:
    """The network range that `host` is, such as 10.1.0.0/16; None for anything else, host bits set included."""
    if "/" not in host:
        return None
    try:
        return ip_network(host.strip())
    except ValueError:
        return None


def is_this_computer(host: str) -> bool:
    """True for a loopback address and for localhost."""
    address = parsed(host)
    return address.is_loopback if address else host.strip().rstrip(".").lower() in {"localhost", "ip6-localhost"}


def covers(host: str, address: Address, resolve: Resolver) -> bool:
    """True where `host` (an address, a range or a name) includes `address`; all loopback addresses are one."""
    if (area := network(host)) is not None:
        return address.version == area.version and address in area
    if is_this_computer(host):
        return address.is_loopback
    if (single := parsed(host)) is not None:
        return single == address
    return any(parsed(found) == address for found in resolve(host))
