"""The nodes that we know, looked up: by saved name, by title as a destination, by title and address as a caller.

Comes in: a shelf that keeps them. Goes out: nodes. The book copies the shelf and copies it again when its version has changed,
so a change is in force with the next question, without a restart. Titles are compared exactly (PS3.8 9.3.2); a near miss is
told, never taken. Any thread; nothing is written here but through the shelf.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_network

from isocenter.base.errors import IsocenterError
from isocenter.model.ports import NodeShelf
from isocenter.model.records import Node
from isocenter.nodes import wildcard
from isocenter.nodes.address import Network, Resolver, covers, network, parsed


@dataclass(frozen=True, slots=True)
class Page:
    """The nodes as they were at one version of the shelf, sorted for the questions."""

    version: int
    nodes: tuple[Node, ...]
    by_name: dict[str, Node]
    by_title: dict[str, tuple[Node, ...]]
    patterns: tuple[Node, ...]
    """Entries with a wildcard title, the longest first, so that the most special one is asked first."""
    places: tuple[tuple[Node, Network], ...]
    """Entries that are an address or a range, as ranges."""
    by_letters: dict[str, tuple[Node, ...]]
    """Nodes by the letters and digits of their titles."""


def _page(version: int, nodes: Sequence[Node]) -> Page:
    by_title: dict[str, tuple[Node, ...]] = {}
    for node in nodes:
        if not wildcard.is_pattern(node):
            by_title[node.ae_title] = (*by_title.get(node.ae_title, ()), node)
    patterns = sorted((node for node in nodes if wildcard.is_pattern(node)), key=lambda node: -len(node.ae_title))
    by_letters: dict[str, tuple[Node, ...]] = {}
    for node in nodes:
        letters = _letters(node.ae_title)
        by_letters[letters] = (*by_letters.get(letters, ()), node)
    return Page(
        version=version,
        nodes=tuple(nodes),
        by_name={node.name: node for node in nodes},
        by_title=by_title,
        patterns=tuple(patterns),
        places=tuple((node, area) for node in nodes if (area := _area(node.host)) is not None),
        by_letters=by_letters,
    )


def _area(host: str) -> Network | None:
    """The range of a host entry, an address being a range of one; None for a name."""
    address = parsed(host)
    return ip_network(address) if address is not None else network(host)


class NodeBook:
    """Questions about the nodes on a shelf."""

    def __init__(self, shelf: NodeShelf) -> None:
        self._shelf = shelf
        self._copy: Page | None = None

    def _now(self) -> Page:
        """The version is asked before the nodes: a change in between makes the copy old at once, never the other way.

        A shelf that cannot be read does not close the door: the last copy holds until it can.
        """
        page = self._copy
        try:
            version = self._shelf.version()
            if page is None or page.version != version:
                page = self._copy = _page(version, self._shelf.nodes())
        except IsocenterError:
            if page is None:
                raise
        return page

    def nodes(self) -> tuple[Node, ...]:
        """All of them, in the shelf's order."""
        return self._now().nodes

    def named(self, name: str) -> Node | None:
        """The node saved under `name`; upper and lower case count only where two names differ in nothing else."""
        page = self._now()
        exact = page.by_name.get(name)
        if exact is not None:
            return exact
        near = [node for node in page.nodes if node.name.lower() == name.lower()]
        return near[0] if len(near) == 1 else None

    def destination(self, ae_title: str) -> Node | None:
        """Where to send what a C-MOVE names `ae_title` (PS3.4 C.4.2.1.2): a node with one address, else the best wildcard entry.

        None where nobody has the title, or several have it at different places: guessing would send images to the wrong one.
        """
        page, title = self._now(), ae_title.strip()
        callable_ones = [node for node in page.by_title.get(title, ()) if network(node.host) is None]
        if callable_ones:
            first = callable_ones[0]
            return first if all((n.host.lower(), n.port) == (first.host.lower(), first.port) for n in callable_ones) else None
        made = (wildcard.expanded(node, title) for node in page.patterns)
        return next((node for node in made if node is not None), None)

    def caller(self, ae_title: str, address: str, resolve: Resolver) -> Node | None:
        """Whoever calls with this title from this address; the most exact entry wins: an address, a small range, a wildcard.

        Only the names of nodes with that title are resolved. None for one whom nobody entered.
        """
        here, title, page = parsed(address), ae_title.strip(), self._now()
        if here is None or not title:
            return None
        titled = [node for node in page.by_title.get(title, ()) if covers(node.host, here, resolve)]
        if titled:
            return max(titled, key=_exactness)
        return next((node for node in self._expanded(page, title) if covers(node.host, here, resolve)), None)

    def _expanded(self, page: Page, title: str) -> Iterator[Node]:
        """Wildcard entries that fit; one for a whole range of callers needs no host of its own making."""
        for node in page.patterns:
            if wildcard.fits(node, title):
                made = node if network(node.host) is not None else wildcard.expanded(node, title)
                if made is not None:
                    yield made

    def at(self, address: str) -> tuple[Node, ...]:
        """The nodes entered with this address or a range around it; names are not resolved."""
        here = parsed(address)
        return tuple(
            node for node, area in self._now().places if here is not None and here.version == area.version and here in area
        )

    def titled(self, ae_title: str) -> tuple[Node, ...]:
        """The nodes with exactly this title, wherever they are."""
        return self._now().by_title.get(ae_title.strip(), ())

    def nearly_titled(self, ae_title: str) -> tuple[Node, ...]:
        """The nodes whose title differs from this one only in case, spaces, hyphens or underscores."""
        alike = self._now().by_letters.get(_letters(ae_title), ())
        return tuple(node for node in alike if node.ae_title != ae_title.strip())


def _letters(ae_title: str) -> str:
    return "".join(character for character in ae_title.lower() if character.isalnum())


def _exactness(node: Node) -> int:
    """Bits of the address that the entry fixes: a single address before any range."""
    area = network(node.host)
    return area.prefixlen if area is not None else 256
