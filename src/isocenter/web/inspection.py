"""What the inspector stands on: recorded connections read into words, proxies, captures. `daemon` joins it.

Everything may be used from any thread and blocks for milliseconds, but for an import, which takes as long as its file. Where
`names` is asked for, patients are told; nobody asks for them in technician mode.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from isocenter.model.ladder import Digest, Ladder, MessageDetails, Rung


@dataclass(frozen=True, slots=True)
class Room:
    """The memory that recordings share: `bytes_max` 0 where nothing is recorded. `since` is the beginning of the oldest."""

    bytes_max: int
    byte_count: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Proxy:
    """A port of ours that passes on to a device."""

    listen_port: int
    host: str
    port: int
    node: str
    callers: int
    open_connections: int


@dataclass(frozen=True, slots=True)
class CaptureRead:
    """What was found in a capture: the tokens of its connections, how many others there were, a sentence about what is broken."""

    tokens: tuple[str, ...]
    packets: int
    others: int
    remark: str


class CaptureInProgress(Protocol):
    """A capture file that is being brought: `write` any number of times, then `finish`."""

    def write(self, piece: bytes) -> None:
        """Raises `UsageError` where it is no capture."""

    def finish(self) -> CaptureRead: ...


class Inspection(Protocol):
    """The port."""

    @property
    def version(self) -> int:
        """Grows whenever something was recorded."""

    def room(self) -> Room: ...

    def digests(self) -> list[Digest]:
        """The connections, latest first."""

    def keeps(self, token: str) -> bool: ...

    def ladder(self, token: str) -> Ladder | None: ...

    def run(self, token: str, first: int, last: int) -> list[Rung] | None:
        """The rungs that a run stands for."""

    def details(self, token: str, number: int, *, names: bool) -> MessageDetails | None: ...

    def export(self, tokens: Sequence[str], *, names: bool) -> Iterator[bytes]:
        """A pcapng file of these connections, of all where there are none."""

    def forget(self) -> None:
        """Drop what is over."""

    def read_capture(self, name: str) -> CaptureInProgress: ...

    def proxies(self) -> list[Proxy]: ...

    def open_proxy(self, listen_port: int, node: str) -> Proxy:
        """`node` is a saved name or TITLE@host:port. Raises `UsageError`."""

    def close_proxy(self, listen_port: int) -> bool:
        """False where there is none."""
