"""What the doctor has at hand while it climbs: who is examined, by whom, what is permitted, and what the layers below found out.

Comes in from whoever starts a checkup; each step reads what it needs and writes down what later ones will. One thread. Nothing here
calls anybody: connections are opened by `doctor.network` and `net.requestor`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from isocenter.base.clock import Clock
from isocenter.base.limits import (
    CHECKUP_ARRIVAL_SECONDS,
    CHECKUP_ASSOCIATE_SECONDS,
    CHECKUP_CALL_PAUSE_SECONDS,
    CHECKUP_COMMITMENT_SECONDS,
    CHECKUP_GREETING_SECONDS,
    CHECKUP_IDLE_SECONDS,
    CHECKUP_LOOK_SECONDS,
    CHECKUP_RESPONSE_SECONDS,
    CHECKUP_RETRIEVE_SECONDS,
    CONNECT_SECONDS,
)
from isocenter.model.checkup import Attempt, ContextAnswer, Role, Sign
from isocenter.model.ports import OutgoingWitness
from isocenter.model.records import Node
from isocenter.standard.sop_class import CT_IMAGE

if TYPE_CHECKING:
    from isocenter.doctor.answer import Answer
    from isocenter.net.commitment_reports import CommitmentReport
    from isocenter.wire.pdu import AssociateAccept


@dataclass(frozen=True, slots=True)
class Security:
    """TLS towards this node: files as `net.tls` takes them; `check_host` compares names (PS3.15 B.9)."""

    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    check_host: bool = True


@dataclass(frozen=True, slots=True)
class Consent:
    """What may be done although it may disturb: `titles` other spellings, one call a second; `neighbours` other ports of the same
    host; `store` a test object that may not be removable; `idle` minutes of silence; `many` connections at once."""

    titles: bool = False
    neighbours: bool = False
    store: bool = True
    idle: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds each layer waits before silence is its finding; `pause` lies between calls that must not come fast."""

    connect: float = CONNECT_SECONDS
    greeting: float = CHECKUP_GREETING_SECONDS
    associate: float = CHECKUP_ASSOCIATE_SECONDS
    response: float = CHECKUP_RESPONSE_SECONDS
    retrieve: float = CHECKUP_RETRIEVE_SECONDS
    arrival: float = CHECKUP_ARRIVAL_SECONDS
    commitment: float = CHECKUP_COMMITMENT_SECONDS
    pause: float = CHECKUP_CALL_PAUSE_SECONDS
    idle: float = CHECKUP_IDLE_SECONDS


class Arrivals(Protocol):
    """What came to us while the return path was open."""

    def wait_for(self, sop_instance_uid: str, seconds: float) -> bytes | None:
        """The data set of an instance in its transfer syntax as sent, once it is here; None where it did not come in time."""

    @property
    def transfer_syntax(self) -> str:
        """In which syntax the last one came."""

    @property
    def is_alone(self) -> bool:
        """True where nobody but the other side has a reason to call: the port is open for this checkup only."""

    def callers(self) -> list[tuple[str, str, str, str]]:
        """Who connected meanwhile: address, calling title, called title, and what became of it in words."""

    @property
    def leaves_copy(self) -> bool:
        """True where what came stays on this side, because this process may not remove it."""

    @property
    def takes_reports(self) -> bool:
        """False where a report of storage commitment would reach another process than this one."""

    def wait_for_report(self, transaction_uid: str, seconds: float) -> CommitmentReport | None:
        """The report of storage commitment about a transaction; None where none came in time."""


class ReturnPath(Protocol):
    """Our own listener, at the title and port that the other side is told: one of its own, or the running archive's."""

    def opened(self, sop_instance_uid: str = "") -> AbstractContextManager[Arrivals]:
        """Listen while the block runs, for this one instance: what else is sent here is never acknowledged and lost.

        Raises `UsageError` with a sentence where the port cannot be had.
        """


@dataclass(slots=True)
class Visit:
    """One checkup as its steps see it. What a step found out stands below the line."""

    node: Node
    role: Role
    own_ae_title: str
    own_port: int
    clock: Clock
    consent: Consent = field(default_factory=Consent)
    security: Security | None = None
    return_path: ReturnPath | None = None
    storage_class_uid: str = CT_IMAGE
    """The class that the device will send, of which the test object is."""
    is_stopped: Callable[[], bool] = lambda: False
    pause: Callable[[float], None] = lambda seconds: None
    """Waits between calls that must not come fast; returns early when stopped."""
    patience: Patience = field(default_factory=Patience)
    our_titles_heard: tuple[str, ...] = ()
    """How the other side has spelled our title when it called us, the latest first."""
    their_titles_heard: tuple[str, ...] = ()
    """Under which titles its address has called us, the latest first."""
    their_usual_titles: tuple[str, ...] = ()
    """What it may be called again after a reset: the title that its product, or the one at its port, has by itself."""
    witness: OutgoingWitness | None = None
    """Who is told of the associations that steps open, and may have their bytes recorded."""

    # ---- what was found out ----
    addresses: tuple[str, ...] = ()
    """The numeric addresses that the host name stands for, in the order in which they are tried."""
    address: str = ""
    """The one that answered."""
    own_address: str = ""
    """Ours towards it."""
    accept: AssociateAccept | None = None
    product: str = ""
    attempts: list[Attempt] = field(default_factory=list)
    contexts: list[ContextAnswer] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    test_object: TestObject | None = None
    answer: Answer | None = None
    """What came back for the first A-ASSOCIATE-RQ; the layer that sent it may be below the one that judges it."""
    connect_milliseconds: float = 0.0
    """How long one TCP connection took: about one round trip."""
    doubts: list[Sign] = field(default_factory=list)
    """What looked odd on the way and may explain a failure above."""


Waited = TypeVar("Waited")


def patiently(visit: Visit, wait: Callable[[float], Waited | None], seconds: float) -> Waited | None:
    """What `wait` gives within so many seconds, asked in slices so that a stop is heeded."""
    until = visit.clock.monotonic() + seconds
    while True:
        left = until - visit.clock.monotonic()
        found = wait(max(0.0, min(left, CHECKUP_LOOK_SECONDS)))
        if found is not None or left <= CHECKUP_LOOK_SECONDS or visit.is_stopped():
            return found


@dataclass(slots=True)
class TestObject:
    """The synthetic instance that travels: its identity, its bytes as sent, and where copies of it are now."""

    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str
    study_instance_uid: str
    patient_id: str
    transfer_syntax: str
    data_set: bytes
    is_stored: bool = False
    came_back: bytes | None = None
    came_back_in: str = ""
