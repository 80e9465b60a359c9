"""Entries that stand for many devices: a title that ends in `*`, as in Conquest's acrnema.map.

What `*` stands for in a title is put in place of the `*` that ends the host, and of the one that ends a port written behind it:
`V*` at `*` makes V192.168.1.101 a device at 192.168.1.101; `CT*` at `10.0.0.7:56*` makes CT12 one at port 5612.
Nothing here looks anything up.
"""

from __future__ import annotations

from dataclasses import replace

from isocenter.model.records import Node

STAR = "*"


def is_pattern(node: Node) -> bool:
    """True for an entry whose title ends in `*`."""
    return node.ae_title.endswith(STAR)


def is_one_device(node: Node) -> bool:
    """True for an entry that can be called: neither a range of addresses nor a pattern."""
    return not (is_pattern(node) or "/" in node.host or STAR in node.host)


def port_pattern(node: Node) -> str:
    """The port with its `*`, such as `56*`; empty where the port is a number."""
    host, colon, port = node.host.rpartition(":")
    return port if colon and port.endswith(STAR) and is_pattern(node) and ":" not in host else ""


def host_pattern(node: Node) -> str:
    """The host without a port pattern behind it."""
    port = port_pattern(node)
    return node.host.removesuffix(f":{port}") if port else node.host


def fits(node: Node, ae_title: str) -> bool:
    """True where `ae_title` is one of the titles that the entry stands for; case does not count, as in Conquest."""
    stem = node.ae_title.removesuffix(STAR)
    return is_pattern(node) and len(ae_title) >= len(stem) and ae_title[: len(stem)].lower() == stem.lower()


def expanded(node: Node, ae_title: str) -> Node | None:
    """The device that the entry makes of `ae_title`; None where it does not fit or leads to no host and port."""
    if not fits(node, ae_title):
        return None
    rest = ae_title[len(node.ae_title) - 1 :]
    host, port = host_pattern(node), port_pattern(node)
    if host.endswith(STAR):
        host = host[:-1] + rest
    number = node.port
    if port:
        written = port[:-1] + rest
        if not (written.isascii() and written.isdecimal() and len(written) <= 5):
            return None
        number = int(written)
    if not host or STAR in host or any(character.isspace() for character in host) or not 1 <= number <= 0xFFFF:
        return None
    return replace(node, ae_title=ae_title, host=host, port=number)
