"""Nodes of a list onto a shelf: each as if a person had entered it, so that a bad one never loses the others.

Comes in: what a format's room understood, the shelf, and who we are. Goes out: the nodes that were kept, and a finding for
everything that was left out or doubtful.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from isocenter.base.errors import UsageError
from isocenter.model.ports import NodeShelf
from isocenter.model.records import Node
from isocenter.nodes.entry import Finding, Self, admitted


def shelve(nodes: Iterable[Node], shelf: NodeShelf, own: Self) -> tuple[list[Node], list[Finding]]:
    """Add them, or replace those of the same names."""
    known = {node.name: node for node in shelf.nodes()}
    kept: list[Node] = []
    findings: list[Finding] = []
    for node in nodes:
        try:
            good, warnings = admitted(node, known.values(), own=own)
        except UsageError as error:
            findings.append(Finding(f"{node.name}: {error}"))
            continue
        shelf.put_node(good)
        known[good.name] = good
        kept.append(good)
        findings += [replace(warning, sentence=f"{node.name}: {warning.sentence}") for warning in warnings]
    return kept, findings
