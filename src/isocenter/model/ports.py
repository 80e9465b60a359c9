"""The ports: what a floor may ask of another without knowing who answers.

Services and drivers see only these; `daemon/compose` joins them to their implementations. Each says on which thread it may be
called and what may be kept. No port knows a protocol's status codes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from isocenter.model.changes import Change
from isocenter.model.json_run import JsonRun
from isocenter.model.pictures import Rendering
from isocenter.model.query import Query
from isocenter.model.records import (
    Admission,
    Arrival,
    ArrivedImage,
    AssociationSummary,
    Instance,
    Node,
    PastAssociation,
    RejectedCaller,
    SetAside,
    Space,
    StoreResult,
)
from isocenter.model.study_list import ListedSeries, ListedStudy, StudyChoices, StudyPage, StudyQuestion
from isocenter.wire.pdu import AssociateRequest


class Reception(Protocol):
    """One instance on its way in, used by one thread: `write` any number of times, then exactly one of `finish` and `abandon`."""

    def write(self, view: memoryview | bytes) -> None:
        """The next bytes of the data set. The view is only lent for the call. Never raises for a full disk: `finish` says so."""

    def finish(self) -> StoreResult:
        """All bytes came: file it. Returns when it is durable and findable, or with why not; blocks meanwhile."""

    def abandon(self) -> None:
        """The bytes will never be complete: leave no trace. Idempotent."""


class Intake(Protocol):
    """The one way in. Any thread."""

    def begin(self, arrival: Arrival) -> Reception: ...


Answer = Mapping[str, str]
"""One match: keyword to decoded text, for every keyword in `Query.returned`; several values joined by a backslash.

Attributes asked by `Query.extra_tags` come under their tag as eight hexadecimal digits."""


class Catalogue(Protocol):
    """What the archive knows. Any thread; an iterator is used by the thread that asked, and closed when left early."""

    def find(self, query: Query) -> Iterator[Answer]:
        """The matches, streamed: memory does not grow with their number.

        What arrives after the start is not seen, what is removed meanwhile is left out, and the text of an answer is that of the
        moment at which it is read: a slow reader holds nothing back. `UsageError` for keys that cannot be matched with.
        """

    def instances(self, query: Query) -> Iterator[Instance]:
        """The instances below everything that the query's keys select, in series order: what C-MOVE and C-GET send."""

    def count_instances(self, query: Query) -> int:
        """How many `instances` would give."""

    def instance(self, sop_instance_uid: str) -> Instance | None: ...


class OpenBlob(Protocol):
    """A stored Part 10 file, open for reading; its data set is `byte_count` bytes from `dataset_offset`."""

    dataset_offset: int
    byte_count: int

    def fileno(self) -> int: ...

    def read(self, offset: int, length: int) -> bytes:
        """Bytes at an absolute offset of the file."""


class BlobReader(Protocol):
    """Reading of stored files by the key that the index keeps. Any thread. Raises FileNotFoundError for a key that is gone."""

    def open(self, blob: str) -> AbstractContextManager[OpenBlob]: ...

    def path(self, blob: str) -> str:
        """The file's absolute path on this computer, for a process of ours that reads it itself."""


class UnderWay(Protocol):
    """A picture that a process makes, for one who does not wait: `advance` whenever `fileno` is readable, until it is there."""

    def fileno(self) -> int:
        """The descriptor to watch."""

    def advance(self) -> bytes | None:
        """The picture, None while there is more to come. Does not wait when `fileno` is readable. Raises as `Pictures` does."""


class Pictures(Protocol):
    """The pixels and the attributes of stored instances, worked out in processes that can be killed.

    Any thread; every method blocks. Frames are counted from 1 (PS3.18 5.1). All raise `UnreadableDataset` for a broken instance,
    `LocalError` for what cannot be done with it, `Exhausted` where it took too long or too much memory, FileNotFoundError where the
    instance is gone.
    """

    def rendered(self, instance: Instance, frame: int, wanted: Rendering) -> bytes:
        """One frame as a picture of that media type."""

    def begun(self, instance: Instance, frame: int, wanted: Rendering) -> UnderWay | None:
        """The same, without waiting for anything; None where no process is idle."""

    def frame_count(self, instance: Instance) -> int:
        """How many frames it has; 0 without pixels."""

    def frames(self, instance: Instance, frames: Sequence[int], transfer_syntax: str) -> Iterator[bytes]:
        """Frames in another transfer syntax, bit for bit the same pixels, in the order asked, one at a time."""

    def data_set(self, instance: Instance, transfer_syntax: str) -> bytes:
        """The whole data set in another transfer syntax."""

    def metadata(self, instances: Sequence[Instance], bulk_data_uri: str) -> list[bytes]:
        """Each instance as one JSON object of the DICOM JSON Model (PS3.18 F), UTF-8, without its bulk data.

        What is left out stands as BulkDataURI: `bulk_data_uri` with its `{study}`, `{series}`, `{instance}` and `{path}` filled in.
        """

    def bulk_data(self, instance: Instance, path: str) -> bytes:
        """The value of one element: tags and item numbers from 1 joined by slashes, such as 00480200/2/00282000, little endian."""


class SeriesMetadata(Protocol):
    """The attributes of whole series in the DICOM JSON Model, kept ready. Any thread; blocks."""

    def series(self, study_instance_uid: str, series_instance_uid: str, base_url: str, *, packed: bool) -> JsonRun | None:
        """The JSON objects of its instances, in series order, joined by commas, without the brackets; `packed` as deflate.

        `base_url` is where BulkDataURIs begin, such as `http://127.0.0.1:8114/dicom-web`. None where there is no such series. An
        instance that cannot be read is told by what the index knows of it. Raises `Exhausted`, and `LocalError` for the index.
        """


class StudyRegister(Protocol):
    """The studies as a list to search, sort and scroll. Any thread; every method blocks. Raises `LocalError` for the index."""

    def page(self, question: StudyQuestion) -> StudyPage:
        """Some lines of the list, and how many there are. `UsageError` for what cannot be matched with, or is too much of it."""

    def study(self, study_instance_uid: str) -> ListedStudy | None: ...

    def series(self, study_instance_uid: str) -> Sequence[ListedSeries]:
        """The series of a study by their numbers; empty where there is no such study."""

    def choices(self) -> StudyChoices:
        """What the list can be filtered by."""


class NodeShelf(Protocol):
    """Where nodes and rejected callers are kept. Any thread; changes are seen by every reader at once."""

    def nodes(self) -> Sequence[Node]: ...

    def put_node(self, node: Node) -> None:
        """Add, or replace the one of that name."""

    def put_nodes(self, nodes: Sequence[Node]) -> None:
        """The same for each of them, all or none."""

    def remove_node(self, name: str) -> bool: ...

    def version(self) -> int:
        """Changes whenever a node changes: a cheap question that lets a reader keep its own copy."""

    def remember_caller(self, caller: RejectedCaller) -> None: ...

    def rejected_callers(self) -> Sequence[RejectedCaller]: ...


Caller = tuple[str, str, str]
"""Whom somebody at the door is known by: calling title, called title, address. Without titles it is what speaks no DICOM."""


class IgnoredCallers(Protocol):
    """Who at the door is not to be shown again, because a person said so. Any thread. It decides nothing about who may come in."""

    def ignored_callers(self) -> Sequence[Caller]: ...

    def ignore_caller(self, caller: Caller, ignored: bool) -> None:
        """Add one, or show it again; the first ones are forgotten past CALLERS_IGNORED_MAX."""


class ChangeFeed(Protocol):
    """What happened, read by cursor; any thread."""

    def since(self, serial: int, limit: int) -> Sequence[Change]: ...

    def last_serial(self) -> int: ...


class Quarantine(Protocol):
    """The instances set aside, for whoever resolves them."""

    def set_aside(self) -> Iterable[SetAside]: ...

    def one(self, number: int) -> SetAside | None:
        """The one with this `SetAside.id`."""


Transcoder = Callable[[bytes | memoryview, str, str], bytes]
"""(data set, its transfer syntax, the wanted one) to the data set in the wanted one; `LocalError` where that cannot be done."""


class Doorkeeper(Protocol):
    """Who may come in, and for what; asked once an association, before it is answered. Any thread."""

    def admit(self, request: AssociateRequest, address: str) -> Admission:
        """`address` is the peer's, numeric. Never raises for what the request holds; remembers whom it turns away."""


class Witness(Protocol):
    """Who is told what happens at the listener: the live log, the activity page. Any thread; must return at once."""

    def association_opened(self, summary: AssociationSummary) -> None: ...

    def association_ended(self, summary: AssociationSummary) -> None:
        """`summary` is not written any more."""

    def caller_rejected(self, request: AssociateRequest, address: str, why: str) -> None:
        """Somebody asked for an association and was turned away, by the doorkeeper or because there was no room."""

    def stranger_left(self, address: str, why: str) -> None:
        """A connection ended before it asked for an association: silence, nonsense, or another protocol, named in `why`."""

    def request_served(self, summary: AssociationSummary, operation: str, status: int, seconds: float) -> None:
        """One request got its final answer, `seconds` after its command was complete."""


class Associations(Protocol):
    """Who is here, and who was: for the page that shows it. Any thread; returns at once.

    The summary of an open association goes on growing while it is looked at.
    """

    @property
    def version(self) -> int:
        """Grows whenever one begins, gets further or ends."""

    def open_associations(self) -> Sequence[AssociationSummary]:
        """Those that are open now, oldest first."""

    def past_associations(self, after: int = 0) -> Sequence[PastAssociation]:
        """The latest that are over, with a greater serial than `after`, oldest first; only so many are remembered."""


class OutgoingWitness(Protocol):
    """Who is told of the associations that we open. Any thread; must return at once.

    One that has a `recorder` (`net.recorder.Recorder`) has their bytes recorded, too.
    """

    def opened(self, summary: AssociationSummary) -> None: ...

    def served(self) -> None:
        """One that is open got further."""

    def ended(self, summary: AssociationSummary) -> None:
        """`summary` is not written any more; one that never came about was not opened before."""


class LatestArrivals(Protocol):
    """The images that came last. Any thread."""

    def latest(self, count: int, after: int = 0) -> Sequence[ArrivedImage]:
        """At most so many, and never more than ARRIVALS_SHOWN_MAX, with a greater serial than `after`; the latest first."""


class SpaceTaken(Protocol):
    """How many bytes the archive holds, and how fast they come. Any thread."""

    def look(self) -> Space:
        """The sums as far as they are known; each look brings them on by SPACE_ROWS_PER_LOOK rows at most."""
