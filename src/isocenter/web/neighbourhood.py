"""What the network page stands on: this device as others see it, and how those around it stand.

`daemon` joins it. Everything may be used from any thread; what is asked for blocks for milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from isocenter.base.clock import Clock
from isocenter.jobs.standings import Standings
from isocenter.jobs.strangers import Strangers
from isocenter.model.ports import IgnoredCallers
from isocenter.nodes.address import Resolver
from isocenter.nodes.book import NodeBook
from isocenter.web.vigil import Vigil


@dataclass(frozen=True, slots=True)
class Address:
    """One address that this device can be reached at, its interface, and the network around it (empty where nobody tells)."""

    address: str
    interface: str
    network: str


@dataclass(frozen=True, slots=True)
class Device:
    """This device. `policy_sentence` says whom it serves; `firewall` is the command that opens its port, empty for none."""

    ae_title: str
    port: int
    policy: str
    policy_sentence: str
    addresses: tuple[Address, ...]
    listening_since: datetime
    firewall: str


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """`change` takes settings by name and returns sentences about what will not outlive the process; it raises UsageError.

    `book` keeps its copy of the nodes, so that a look costs nothing while they stay the same.
    """

    device: Callable[[], Device]
    change: Callable[[Mapping[str, str | int]], list[str]]
    standings: Standings
    strangers: Strangers
    ignored: IgnoredCallers
    book: NodeBook
    clock: Clock
    resolve: Resolver
    vigil: Vigil
