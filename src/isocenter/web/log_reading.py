"""What the page's explanation of logs stands on: a log goes in, what its lines mean comes out; and the faults that they name.

`daemon` joins it. Everything may be used from any thread; an explanation takes as long as its log is long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that is known. `group` is the place of what it says in `LogExplained.groups`; `text` is empty in technician mode."""

    number: int
    text: str
    cause: str
    group: int


@dataclass(frozen=True, slots=True)
class LogCaller:
    """A device that lines name, and how often."""

    title: str
    address: str
    count: int


@dataclass(frozen=True, slots=True)
class LogGroup:
    """One thing that a log says, as often as it says it. `layer` is `passing` for what is no fault; `faults` are identifiers."""

    product: str
    layer: str
    cause: str
    remedy: str
    status: str
    faults: tuple[str, ...]
    source: str
    count: int
    first_line: int
    last_line: int
    first_moment: str
    last_moment: str
    callers: tuple[LogCaller, ...]

    @property
    def is_fault(self) -> bool:
        """True where something went wrong."""
        return self.layer != "passing"


@dataclass(frozen=True, slots=True)
class LogExplained:
    """A log: how many lines it has, how many of them are known and tell of faults, what they say, and the first of them."""

    lines: int
    known: int
    faults: int
    products: Mapping[str, int]
    groups: tuple[LogGroup, ...]
    shown: tuple[LogLine, ...]


@dataclass(frozen=True, slots=True)
class FaultEntry:
    """A fault of the table: how it looks, what tells it from others, what to change here, and what to ask of the other side."""

    identifier: str
    layer: str
    side: str
    family: str
    fault: str
    seen: str
    tell_from: str
    here: tuple[str, ...]
    there: tuple[str, ...]
    sources: tuple[str, ...]


class LogReading(Protocol):
    """Explains logs."""

    def products(self) -> Sequence[str]:
        """Whose logs can be explained."""

    def explain(self, log: bytes, product: str) -> LogExplained:
        """What the lines of a log mean; an empty `product` has each line recognised by its own shape."""

    def fault(self, identifier: str) -> FaultEntry | None:
        """An entry of the table of faults, with this device's title, address and port filled in; None for an unknown one."""
