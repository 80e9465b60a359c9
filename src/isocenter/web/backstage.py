"""What the web floor may ask of the house behind it. `daemon/compose` answers; nothing here knows how.

All methods may be called from any thread and return quickly, but for the two that stream their progress.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the live log; `serial` only grows, over restarts too.

    `when` is ISO 8601 in UTC, `room` who says it, such as `association`.
    """

    serial: int
    when: str
    level: str
    room: str
    text: str


class Backstage(Protocol):
    """The house as the page sees it. Everything returned can be written as JSON."""

    def status(self) -> Mapping[str, Any]:
        """Who we are, how many things we hold, what is going on, the latest studies: see `docs/http.md`."""

    def log_lines(self, after: int) -> Sequence[LogLine]:
        """The lines later than serial `after`, oldest first; only recent ones are kept."""

    def set_debug(self, on: bool) -> None: ...

    def check(self) -> Iterator[Mapping[str, Any]]:
        """Compare blobs and index; progress, findings and a summary, one mapping each."""

    def reindex(self) -> Iterator[Mapping[str, Any]]:
        """Build a new index from the blobs and swap it in; progress, differences and a summary."""

    def compare(self) -> Iterator[Mapping[str, Any]]:
        """The same without the swap: what it would change."""
