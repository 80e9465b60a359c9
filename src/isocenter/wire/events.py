"""What an association can tell its driver: the indications and confirmations of PS3.8 7, in arrival order.

`Fragment.view` is lent: it dies at the association's next `space()`. Nothing here holds state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from isocenter.wire.pdu import AssociateAccept, AssociateReject, AssociateRequest


class Fragment(NamedTuple):
    """A run of bytes of one presentation data value, maybe not all of it; `is_last` comes with the last run of the last value.

    A tuple, because there is one for every few KiB that arrive.
    """

    context_id: int
    is_command: bool
    is_last: bool
    view: memoryview


@dataclass(frozen=True, slots=True)
class Requested:
    """A-ASSOCIATE indication: answer with `accept` or `reject`."""

    request: AssociateRequest


@dataclass(frozen=True, slots=True)
class Accepted:
    """A-ASSOCIATE confirmation, positive."""

    accept: AssociateAccept


@dataclass(frozen=True, slots=True)
class Rejected:
    """A-ASSOCIATE confirmation, negative."""

    reject: AssociateReject


@dataclass(frozen=True, slots=True)
class ReleaseAsked:
    """A-RELEASE indication: answer with `release_reply`."""


@dataclass(frozen=True, slots=True)
class Released:
    """A-RELEASE confirmation: the association ended in order."""


@dataclass(frozen=True, slots=True)
class Aborted:
    """A-ABORT or A-P-ABORT indication. `by_peer` False means that we aborted because of what came, told in `why`."""

    source: int
    reason: int
    by_peer: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """The transport connection is gone, or must be closed by the driver now; the last event of every association."""

    why: str = ""


Event = Fragment | Requested | Accepted | Rejected | ReleaseAsked | Released | Aborted | Closed
