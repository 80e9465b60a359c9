"""This computer's ports and addresses: what is free, who holds what is not, and what to tell the other side.

Asked when an instance starts or a person wants to know; nothing here serves a connection, and no name is ever resolved.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

from isocenter.base.limits import PORTS_TRIED_MAX
from isocenter.net.sockets import listen


def is_free(port: int, address: str = "") -> bool:
    """True where a listener could be opened on `port` of `address` (empty: every address) now.

    Raises `UsageError` for an address that is not this computer's.
    """
    if not 0 <= port < 0x10000:
        return False
    try:
        listen(address, port).close()
    except OSError:
        return False
    return True


def next_free(port: int, address: str = "", taken: frozenset[int] = frozenset()) -> int:
    """The first free port from `port` on that is not in `taken`; `port` itself where there is none near it."""
    for candidate in range(port, min(port + PORTS_TRIED_MAX, 0x10000)):
        if candidate not in taken and is_free(candidate, address):
            return candidate
    return port


def holder(port: int) -> str:
    """Who listens on `port`, as `name (process 123)`; empty where the system does not tell."""
    import psutil

    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return ""
    for connection in connections:
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
            except psutil.Error:
                return f"process {connection.pid}"
    return ""


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """One address of this computer: its interface's name, and the network around it, such as 10.0.0.0/24 (empty: not told)."""

    address: str
    interface: str
    network: str


def own_addresses() -> list[str]:
    """The addresses that other computers may reach this one at, IPv4 first; the loopback and link-local ones are left out."""
    return [own.address for own in own_interfaces()]


def own_interfaces() -> list[OwnAddress]:
    """The same with the interfaces that they belong to."""
    import psutil

    found: dict[ipaddress.IPv4Address | ipaddress.IPv6Address, OwnAddress] = {}
    for name, entries in psutil.net_if_addrs().items():
        for entry in entries:
            if entry.family in (socket.AF_INET, socket.AF_INET6):
                address = ipaddress.ip_address(entry.address.partition("%")[0])
                if not (address.is_loopback or address.is_link_local):
                    area = _network(address.version, str(address), entry.netmask)
                    found.setdefault(address, OwnAddress(str(address), name, area))
    return [found[address] for address in sorted(found, key=lambda address: (address.version, int(address)))]


def _network(version: int, address: str, netmask: str | None) -> str:
    if not netmask:
        return ""
    # An IPv6 mask is told as an address, which the standard library does not take for one.
    bits = str(int(ipaddress.IPv6Address(netmask)).bit_count()) if version == 6 and ":" in netmask else netmask
    try:
        return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))
    except ValueError:
        return ""
