"""The vocabulary between services and the drivers that run them.

A service is a generator: it gets a `Request`, yields `Reply`s and, when it needs the outside, a `Forward`; whoever drives it
sends back an iterator of `SubOperation`s for the latter. C-CANCEL (PS3.7 9.3.2.3) is thrown into it as `Cancelled`. No service
knows a socket, and no driver knows a service.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from isocenter.base.errors import IsocenterError
from isocenter.dimse.commands import Command
from isocenter.model.records import Instance, Node, Spent
from isocenter.wire.pdu import ExtendedNegotiation


class Cancelled(IsocenterError):
    """The requestor cancelled this operation with C-CANCEL; the service answers with its final counts."""


@dataclass(frozen=True, slots=True)
class AgreedContext:
    """A presentation context that both sides agreed on. `peer_is_scp` is True where role selection lets us send it requests."""

    id: int
    abstract_syntax: str
    transfer_syntax: str
    peer_is_scu: bool = True
    peer_is_scp: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is at the other end of an association that we accepted. `node` is None for one whom we do not know.

    `operations` are those it may ask for: echo, store, find, move, get.
    """

    ae_title: str
    called_ae_title: str
    address: str
    operations: frozenset[str]
    node: Node | None = None
    implementation_class_uid: str = ""
    implementation_version_name: str = ""
    extended: tuple[ExtendedNegotiation, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One request with its whole identifier (empty where the command announced none); C-STORE comes through `Storage`."""

    context: AgreedContext
    command: Command
    identifier: bytes
    caller: Caller


@dataclass(frozen=True, slots=True)
class Reply:
    """One response to send; `identifier` is a data set in the context's transfer syntax, or None.

    `spent` says where the time until it went, for whoever records it.
    """

    command: Command
    identifier: bytes | None = None
    spent: Spent | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Forward:
    """Please send these instances: to `destination`, or, where that is None, back on this association (C-GET)."""

    instances: Iterator[Instance]
    destination: Node | None
    move_originator_ae_title: str = ""
    move_originator_message_id: int = 0


@dataclass(frozen=True, slots=True)
class SubOperation:
    """What became of one C-STORE sub-operation. `status` is the answer's, or None where none came; `reason` is then a sentence."""

    instance: Instance
    status: int | None
    reason: str = ""


Service = Generator[Reply | Forward, Iterator[SubOperation] | None, None]


class StoreInProgress(Protocol):
    """A C-STORE request whose data set is arriving; one thread. After `write`s exactly one of `finish` and `abandon`."""

    def write(self, view: memoryview) -> None: ...

    def finish(self) -> Reply:
        """Blocks until the instance is durable, or says why it is not."""

    def abandon(self) -> None: ...


class ServiceTable(Protocol):
    """What this device offers: abstract syntaxes with their transfer syntaxes, and the service that answers each."""

    def transfer_syntaxes(self, abstract_syntax: str) -> tuple[str, ...]:
        """The syntaxes that we accept for this class, best first; empty where we do not offer the class."""

    def operation(self, abstract_syntax: str) -> str:
        """The operation of this class as a node's permission: echo, store, find, move, get."""

    def may_be_scu(self, abstract_syntax: str) -> bool:
        """True where we accept to send requests of this class on an association that the peer opened (C-GET)."""

    def extended_answers(self, request: tuple[ExtendedNegotiation, ...]) -> tuple[ExtendedNegotiation, ...]:
        """Our answers to SOP class extended negotiation (PS3.4 C.5.1.1)."""

    def serve(self, request: Request) -> Service:
        """The generator that answers any request but C-STORE; always ends with a final reply."""

    def receive(self, request: Request) -> StoreInProgress:
        """The sink for a C-STORE request whose data set comes next; `identifier` is empty."""


Agreed = Mapping[int, AgreedContext]
