"""A shelf in memory, and hypothesis strategies for nodes that may be saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from isocenter.base.clock import FixedClock
from isocenter.model.records import Node, RejectedCaller


class MemoryShelf:
    """The port's simplest answer; `copies` counts how often the nodes were read."""

    def __init__(self, *nodes: Node) -> None:
        self._nodes = {node.name: node for node in nodes}
        self._version = 0
        self.callers: dict[tuple[str, str], RejectedCaller] = {}
        self.copies = 0

    def nodes(self):
        self.copies += 1
        return tuple(self._nodes.values())

    def put_node(self, node: Node) -> None:
        self._nodes[node.name] = node
        self._version += 1

    def put_nodes(self, nodes) -> None:
        for node in nodes:
            self.put_node(node)

    def remove_node(self, name: str) -> bool:
        self._version += 1
        return self._nodes.pop(name, None) is not None

    def version(self) -> int:
        return self._version

    def remember_caller(self, caller: RejectedCaller) -> None:
        key = (caller.calling_ae_title, caller.address)
        known = self.callers.get(key)
        self.callers[key] = replace(caller, first=known.first, count=known.count + caller.count) if known else caller

    def rejected_callers(self):
        return tuple(self.callers.values())


@pytest.fixture
def shelf():
    """Makes a shelf with the nodes given."""
    return MemoryShelf


@pytest.fixture
def clock():
    return FixedClock(datetime(2026, 5, 17, 9, 30, tzinfo=UTC))
