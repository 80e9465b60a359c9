"""The one way in: an instance arrives piece by piece and is filed, or refused with the reason.

Pieces come in as lent views; a `StoreResult` goes out, `Stored` only when blob and index row are both on the disk. While bytes
arrive they go to the blob, through the checksum and past the skim, and nothing is decoded that nobody asks for. The index
commits on the writer's thread while this one syncs the blob. Every other end leaves no trace of the bytes.
"""

from __future__ import annotations

from time import perf_counter

import xxhash

from isocenter.archive.blobs import BlobStore, Draft
from isocenter.archive.entry import Entry
from isocenter.archive.filing import Aside, Place, Same
from isocenter.archive.index_writer import IndexWriter, Ticket
from isocenter.archive.provenance import HeaderForm
from isocenter.archive.removal import take_back
from isocenter.archive.stored_entry import checksum_of, same_bytes
from isocenter.base.errors import IsocenterError, LocalError, UnreadableDataset, VolumeFailed
from isocenter.base.limits import DATASET_BYTES_MAX
from isocenter.dataset.skim import Skim
from isocenter.model.attributes import RECEIVED_TAGS
from isocenter.model.records import Arrival, Conflict, Duplicate, Full, Spent, Stored, StoreResult, Unreadable


class ArchiveIntake:
    """The port `Intake` on a blob store and an index writer. Any thread."""

    def __init__(self, store: BlobStore, writer: IndexWriter) -> None:
        self._store = store
        self._writer = writer

    def begin(self, arrival: Arrival) -> ArchiveReception | Refusal:
        """Room for one instance. Where there is none its bytes are swallowed and `finish` answers `Full`."""
        reason = self._store.refusal()
        if reason is not None:
            return Refusal(Full(reason))
        try:
            form = HeaderForm(arrival)
        except LocalError as error:
            return Refusal(Unreadable(str(error)))
        return ArchiveReception(arrival, form, self._store, self._writer)


class Refusal:
    """A reception that was decided before the first byte."""

    __slots__ = ("_result",)

    def __init__(self, result: StoreResult) -> None:
        self._result = result

    def write(self, view: memoryview | bytes) -> None:
        """Swallow it: the sender has to finish its message before it can be told."""

    def finish(self) -> StoreResult:
        return self._result

    def abandon(self) -> None:
        """There is nothing to undo."""


class ArchiveReception:
    """One instance on its way in, used by one thread."""

    __slots__ = ("_arrival", "_byte_count", "_complete", "_digest", "_draft", "_form", "_over", "_result", "_skim", "_store",
                 "_synced", "_writer", "_written")  # fmt: skip

    def __init__(self, arrival: Arrival, form: HeaderForm, store: BlobStore, writer: IndexWriter) -> None:
        self._arrival = arrival
        self._form = form
        self._store = store
        self._writer = writer
        self._draft: Draft = store.draft(form.length)
        self._skim = Skim(arrival.transfer_syntax, RECEIVED_TAGS)
        self._digest = xxhash.xxh3_128()
        self._byte_count = 0
        self._over = False
        self._result: StoreResult | None = None

    def write(self, view: memoryview | bytes) -> None:
        """See the port. What goes wrong is kept for `finish`, and the rest is swallowed."""
        if self._result is not None:
            return
        self._byte_count += len(view)
        try:
            if self._byte_count > DATASET_BYTES_MAX:
                raise UnreadableDataset(f"the data set has more than {DATASET_BYTES_MAX} bytes")
            if not self._skim.done:
                self._skim.feed(view)
            self._digest.update(view)
            self._draft.write(view)
        except VolumeFailed as error:
            self._refuse(Full(str(error)))
        except UnreadableDataset as error:
            self._refuse(Unreadable(str(error)))

    def finish(self) -> StoreResult:
        """See the port. The draft is sealed, filed and synced; whatever fails in between, nothing of it stays."""
        self._over = True
        if self._result is None:
            try:
                self._result = self._file()
            except VolumeFailed as error:
                self._result = Full(str(error))
            except UnreadableDataset as error:
                self._result = Unreadable(str(error))
            finally:
                if not isinstance(self._result, Stored | Conflict):
                    self._draft.discard()
                self._draft.settle()
        return self._result

    def abandon(self) -> None:
        """See the port."""
        if not self._over:
            self._over = True
            self._draft.discard()

    def _refuse(self, result: StoreResult) -> None:
        self._result = result
        self._draft.discard()

    def _file(self) -> StoreResult:
        self._complete = perf_counter()
        self._skim.finish()
        checksum = self._digest.digest()
        entry = Entry(self._arrival, self._skim, blob="", byte_count=self._byte_count, checksum=checksum)
        fault = entry.fault()
        if fault is not None:
            return fault
        entry.blob = self._draft.seal(self._form.fill(checksum, self._byte_count))
        ticket = self._writer.submit(entry)
        place = self._bring_home(entry, ticket)
        return self._meet(entry, place, ticket) if isinstance(place, Same) else _told(entry, place, self._spent())

    def _bring_home(self, entry: Entry, ticket: Ticket) -> Place:
        """Sync the blob while the writer commits its row; a row whose blob failed is taken back."""
        failure: IsocenterError | None = None
        try:
            self._draft.sync()
        except VolumeFailed as error:
            failure = error
        self._synced = perf_counter()
        place: Place = ticket.wait()
        self._written = perf_counter()
        if isinstance(place, Same):
            if failure is not None:
                raise failure
            return place
        if failure is not None:
            try:
                self._writer.perform(lambda cursor: take_back(cursor, self._writer.filing, place.serial))
            except IsocenterError:
                self._writer.lost(place.serial)
                raise failure from None
        self._writer.settle(place.serial, entry.byte_count, durable=failure is None)
        if failure is not None:
            raise failure
        return place

    def _meet(self, entry: Entry, same: Same, ticket: Ticket) -> StoreResult:
        """Checksum and length are those of a kept instance: compare the bytes, and mend the kept blob if it is damaged."""
        if ticket.settlement is not None and not ticket.settlement.wait():
            return Full("The same instance came twice at once, and the volume failed under the other one")
        try:
            if same_bytes(self._store, entry.blob, same.blob):
                return Duplicate(entry.value("SOPInstanceUID"), self._spent(compared=True))
            with self._store.open(same.blob) as kept:
                entry.collides = kept.byte_count == entry.byte_count and checksum_of(kept) == entry.checksum
        except FileNotFoundError:
            entry.collides = False
        except OSError as error:
            return Full(f"The instance that is already there cannot be read: {error.strerror or error}")
        if entry.collides:
            place = self._writer.submit(entry).wait()
            self._writer.settle(place.serial, entry.byte_count, durable=True)
            return _told(entry, place, self._spent(compared=True))
        if self._writer.perform(lambda _cursor: self._writer.filing.rebind(same, entry.blob)):
            return Stored(entry.instance(), self._spent(compared=True))
        return Duplicate(entry.value("SOPInstanceUID"), self._spent(compared=True))

    def _spent(self, *, compared: bool = False) -> Spent:
        """Where the time since the last byte went; comparing with the kept bytes is the disk's."""
        disk = self._synced - self._complete
        if compared:
            disk += perf_counter() - self._written
        return Spent(disk, self._written - self._synced)


def _told(entry: Entry, place: Place, spent: Spent) -> StoreResult:
    if isinstance(place, Aside):
        return Conflict(entry.value("SOPInstanceUID"), place.serial, place.differences, spent)
    return Stored(entry.instance(), spent)
