"""Nodes of a list onto a shelf: each as if a person had entered it, so that a bad one never loses the others.

Comes in: what a format's room understood, the shelf, and who we are. Goes out: the nodes that were kept, and a finding for
everything that was left out or doubtful.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from isocenter.base.errors import UsageError
from isocenter.model.ports import NodeShelf
from isocenter.model.records import Node
from isocenter.nodes.entry import Finding, Self, admitted, trimmed


def shelve(nodes: Iterable[Node], shelf: NodeShelf, own: Self) -> tuple[list[Node], list[Finding]]:
    """Add them, or replace those of the same names; of two in the list with one name the later."""
    neighbours = _Neighbours(shelf.nodes())
    kept: list[Node] = []
    findings: list[Finding] = []
    for node in nodes:
        try:
            good, warnings = admitted(node, neighbours.of(trimmed(node)), own=own)
        except UsageError as error:
            findings.append(Finding(f"{node.name}: {error}"))
            continue
        neighbours.add(good)
        kept.append(good)
        findings += [replace(warning, sentence=f"{node.name}: {warning.sentence}") for warning in warnings]
    shelf.put_nodes(kept)
    return kept, findings


class _Neighbours:
    """Those that a node can contradict, by name and title: a list of thousands is not compared each with each."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._by_word: dict[tuple[str, str], dict[str, Node]] = defaultdict(dict)
        self._by_name: dict[str, Node] = {}
        for node in nodes:
            self.add(node)

    def add(self, node: Node) -> None:
        """Instead of the one of that name, where there is one."""
        before = self._by_name.get(node.name)
        if before is not None:
            for word in _words(before):
                self._by_word[word].pop(before.name, None)
        self._by_name[node.name] = node
        for word in _words(node):
            self._by_word[word][node.name] = node

    def of(self, node: Node) -> Iterable[Node]:
        """Those with its name or title, in whatever case."""
        found: dict[str, Node] = {}
        for word in _words(node):
            found |= self._by_word.get(word, {})
        return found.values()


def _words(node: Node) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("name", node.name.lower()), ("title", node.ae_title.lower())
