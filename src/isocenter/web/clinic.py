"""What the page's doctor stands on: checkups that are asked for, run beside everything else, and are looked at while they climb.

`daemon` joins it. Everything may be used from any thread, and nothing of it waits for another device.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from isocenter.model.checkup import Checkup, Role
from isocenter.model.records import Node


@dataclass(frozen=True, slots=True)
class Secured:
    """TLS towards the node: `authority` is a certificate as PEM text, empty for those that this computer trusts (PS3.15 B.9)."""

    authority: str = ""
    check_host: bool = True


@dataclass(frozen=True, slots=True)
class CheckupAsked:
    """Whom to examine and as what. `consent` are the names of `doctor.visit.Consent` that were granted."""

    node: Node
    role: Role
    storage_class_uid: str
    consent: frozenset[str]
    secured: Secured | None = None


class Clinic(Protocol):
    """The checkups of this process: the latest of each node, and those under way."""

    @property
    def version(self) -> int:
        """Grows with every step of every checkup."""

    def start(self, asked: CheckupAsked) -> Checkup:
        """Begin; the answer has no step yet. Raises LocalError where this node is being examined, or too many are."""

    def all(self) -> Sequence[Checkup]:
        """The latest of each node, the latest first."""

    def changed_since(self, version: int) -> Sequence[Checkup]:
        """Those that have gone on since."""

    def one(self, token: str) -> Checkup | None:
        """One of them as it stands, or the one before it of the same node."""

    def cancel(self, token: str) -> bool:
        """Have it end after the step that it is at; the last one tells what it left there. False where it is over, or unknown."""
