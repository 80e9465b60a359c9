"""This computer's ports and addresses: what is free, who holds what is not, and what to tell the other side.

Asked when an instance starts or a person wants to know; nothing here serves a connection, and no name is ever resolved.
"""

from __future__ import annotations

import ipaddress
import socket

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


def own_addresses() -> list[str]:
    """The addresses that other computers may reach this one at, IPv4 first; the loopback and link-local ones are left out."""
    import psutil

    found: set[ipaddress.IPv4Address | ipaddress.IPv6Address] = set()
    for interface in psutil.net_if_addrs().values():
        for entry in interface:
            if entry.family in (socket.AF_INET, socket.AF_INET6):
                address = ipaddress.ip_address(entry.address.partition("%")[0])
                if not (address.is_loopback or address.is_link_local):
                    found.add(address)
    return [str(address) for address in sorted(found, key=lambda address: (address.version, int(address)))]
