"""The nouns of the archive: what arrived, what became of it, what is kept of it.

Results are words of the house; only the DIMSE and HTTP floors turn them into statuses. Nothing here stores or sends anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of an instance before its first byte comes, from the C-STORE command or its HTTP equivalent.

    `source` says how it came: `dimse`, `stow`, `import`, `wado`. Times are UTC.
    """

    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax: str
    received: datetime
    calling_ae_title: str = ""
    called_ae_title: str = ""
    address: str = ""
    implementation_version_name: str = ""
    source: str = "dimse"


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance as the index knows it.

    `attributes` maps the keywords of `model.attributes` to decoded text (empty where the data set had none);
    `blob` is the store's own key, `byte_count` the length of the data set without Part 10 header, `checksum` its
    XXH3-128 in hexadecimal digits.
    """

    sop_class_uid: str
    sop_instance_uid: str
    series_instance_uid: str
    study_instance_uid: str
    transfer_syntax: str
    blob: str
    byte_count: int
    checksum: str
    received: datetime
    calling_ae_title: str = ""
    called_ae_title: str = ""
    address: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spent:
    """Where the time of an answer went, in seconds: on the disk, and waiting for the writer of the index."""

    disk: float = 0.0
    writer: float = 0.0


@dataclass(frozen=True, slots=True)
class Stored:
    """Durable, and findable from now on. `spent` says where the time went after the last byte."""

    instance: Instance
    spent: Spent | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The very same bytes were already there; nothing was stored twice."""

    sop_instance_uid: str
    spent: Spent | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Durable, but set aside: it contradicts what was there before. `differences` are (keyword, kept value, arriving value)."""

    sop_instance_uid: str
    set_aside: int
    differences: tuple[tuple[str, str, str], ...]
    spent: Spent | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Full:
    """Refused before anything was kept: no space, or the volume has failed. `reason` is a sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Refused: the bytes are not a data set that can be filed. `reason` says what is wrong and where."""

    reason: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Refused: the data set says another class or instance than the command that brought it."""

    reason: str


StoreResult = Stored | Duplicate | Conflict | Full | Unreadable | Mismatch


@dataclass(frozen=True, slots=True)
class SetAside:
    """An instance that is kept beside the index, with both values of what it contradicts."""

    id: int
    instance: Instance
    differences: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A device that we know. `host` is a name, an address or a network range such as 10.1.0.0/16 (then it can call, not be called).

    `operations` are those it may ask of us: echo, store, find, move, get. `transfer_syntaxes` are preferred when sending to it,
    best first. `pdu_bytes_max` is the largest PDU that it may send us, 0 our default; `associations_max` bounds C-MOVE to it.
    `character_set` is what its queries and answers are read as where they name none, and such queries answered in. A node with a
    `dicomweb_url`, such as https://pacs/dicom-web, is searched there and its instances are fetched from there. `echo_minutes` is
    how often it is asked whether it is there: None as all nodes are, 0 never.
    """

    name: str
    ae_title: str
    host: str
    port: int = 104
    operations: frozenset[str] = frozenset({"echo", "store", "find", "move", "get"})
    transfer_syntaxes: tuple[str, ...] = ()
    pdu_bytes_max: int = 0
    associations_max: int = 4
    character_set: str = ""
    local_ae_title: str = ""
    notes: str = ""
    dicomweb_url: str = ""
    echo_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class RejectedCaller:
    """Somebody who was turned away at the door, remembered once per title and address with a count."""

    calling_ae_title: str
    called_ae_title: str
    address: str
    implementation_class_uid: str
    implementation_version_name: str
    wanted: tuple[str, ...]
    reason: str
    first: datetime
    last: datetime
    count: int = 1


@dataclass(frozen=True, slots=True)
class Admitted:
    """The door is open: what this caller may ask for (echo, store, find, move, get), and how we speak with it.

    `node` is None for one whom we do not know. `pdu_bytes_max` 0 means our default; `character_set` is its node's. `note`
    is a sentence for the log, such as what a stricter policy would have refused.
    """

    operations: frozenset[str]
    node: Node | None = None
    character_set: str = ""
    pdu_bytes_max: int = 0
    identity_response: bytes | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Rejected at the door: the three fields of A-ASSOCIATE-RJ (PS3.8 9.3.4), and `why` in a sentence for our own log."""

    result: int
    source: int
    reason: int
    why: str


Admission = Admitted | TurnedAway


class AssociationOutcome(Enum):
    """How an association stands or ended. `REJECTED` was turned away at the door, `NONE` connected and never asked for one."""

    OPEN = "open"
    RELEASED = "released"
    ABORTED = "aborted"
    LOST = "lost"
    REJECTED = "rejected"
    NONE = "none"


@dataclass(slots=True)
class AssociationSummary:
    """What one association did, one that we accepted or an `outgoing` one. Written by its own thread only; others may read it.

    `token` finds it in the log. `requests` counts requests by operation, `failures` those of them that we answered with a
    failure, `instances` the instances that we stored by SOP class UID, `fetched` how many of those a C-MOVE of our own asked for,
    `sent` those that we sent by C-GET or C-MOVE. `contexts`
    are (id, abstract syntax, transfer syntax) as agreed, an empty transfer syntax for a refused one. Times are UTC. `reason` says
    in a sentence why it did not end in order, `last_failure` what the last failing answer said.
    """

    token: str
    calling_ae_title: str
    called_ae_title: str
    address: str
    opened: datetime
    node: str = ""
    implementation_class_uid: str = ""
    implementation_version_name: str = ""
    contexts: tuple[tuple[int, str, str], ...] = ()
    ended: datetime | None = None
    requests: dict[str, int] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    instances: dict[str, int] = field(default_factory=dict)
    fetched: int = 0
    sent: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    outcome: AssociationOutcome = AssociationOutcome.OPEN
    reason: str = ""
    last_failure: str = ""
    note: str = ""
    outgoing: bool = False


@dataclass(frozen=True, slots=True)
class PastAssociation:
    """An association that is over; `serial` only grows, in the order in which they ended."""

    serial: int
    summary: AssociationSummary


@dataclass(frozen=True, slots=True)
class ArrivedImage:
    """One instance as it is shown when it comes. `serial` is its line of the change feed; `source` as in `Arrival`."""

    serial: int
    received: datetime
    calling_ae_title: str
    source: str
    patient_name: str
    patient_id: str
    modality: str
    series_description: str
    instance_number: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str


@dataclass(frozen=True, slots=True)
class Space:
    """What the data set bytes of an archive come to, and how many came in each hour of the last month.

    `hours` maps the beginning of an hour in UTC to (instances, bytes). `counted` of `total` instances are in the sums: a large
    index is summed over several looks.
    """

    counted: int
    total: int
    byte_count: int
    hours: Mapping[datetime, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class FolderUse:
    """The disk that a data folder lies on, and what lies in the folder beside the instances.

    Stores are refused when no more than `bytes_reserved` are free.
    """

    bytes_total: int
    bytes_free: int
    bytes_reserved: int
    index_bytes: int
    cache_bytes: int
    log_bytes: int
