"""What was recorded of connections: bytes with their moments, as far as they were kept, for whoever reads or draws them.

`net` writes them, `doctor` reads them. Control PDUs and commands are kept whole, of each data set the beginning; what was left out
stands as a number of bytes at its place, so that a position in the stream is always known. Nothing here is ever masked: who shows
it does that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from isocenter.model.records import AssociationSummary, Spent


class Origin(Enum):
    """Where a recording was made: at our own door or on our own call, between two others, or elsewhere and read from a file."""

    HOUSE = "house"
    PROXY = "proxy"
    FILE = "file"


class Ending(Enum):
    """Who closed the connection first. `RESET` is a connection that broke, `OPEN` one that has not ended."""

    OPEN = "open"
    CALLER = "caller"
    CALLED = "called"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end of a TCP connection; port 0 where it is not known."""

    address: str
    port: int = 0


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of bytes in one direction. `forth` is from the caller to the called; moments are seconds since the recording began.

    `gaps` are (position in `kept`, count of bytes that were left out there). `is_start` says that a PDU begins with it. `lost` is
    the count of bytes of this direction that were forgotten before it. `spent` belongs to the answer that begins here.
    """

    serial: int
    forth: bool
    began: float
    ended: float
    kept: bytes
    gaps: tuple[tuple[int, int], ...] = ()
    is_start: bool = False
    lost: int = 0
    spent: Spent | None = None

    @property
    def byte_count(self) -> int:
        """All bytes that crossed the wire, those left out too."""
        return len(self.kept) + sum(count for _, count in self.gaps)


@dataclass(slots=True)
class Recording:
    """One connection. Written by the thread that uses it; `summary` is the association's, where this house took part in it."""

    token: str
    began: datetime
    caller: Endpoint
    called: Endpoint
    origin: Origin = Origin.HOUSE
    outgoing: bool = False
    round_trip_seconds: float | None = None
    ended: float | None = None
    ending: Ending = Ending.OPEN
    reason: str = ""
    bytes_forth: int = 0
    bytes_back: int = 0
    lost_bytes: int = 0
    label: str = ""
    summary: AssociationSummary | None = field(default=None, repr=False)


class Recorded(Protocol):
    """One recording, for reading. Any thread."""

    @property
    def recording(self) -> Recording: ...

    def segments(self, after: int = 0) -> Sequence[Segment]:
        """Those with a greater serial; what is being written ends here, and what follows gets the next serial."""


class Recordings(Protocol):
    """What is kept of all connections. Any thread; returns at once."""

    @property
    def version(self) -> int:
        """Grows whenever one begins, gets further, ends or is forgotten."""

    @property
    def bytes_max(self) -> int: ...

    @property
    def byte_count(self) -> int: ...

    def all(self) -> Sequence[Recorded]:
        """Oldest first."""

    def one(self, token: str) -> Recorded | None: ...

    def forget(self) -> None:
        """Drop all that are over."""
