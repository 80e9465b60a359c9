"""The doctor's way back through an archive: what another device sends to our own port while a checkup waits for it.

Comes in: the running house, or the data folder of one that runs beside us. Goes out: a `ReturnPath`. The test object passes the
archive's own door and intake, so that what is tested is what images meet; its copy is removed again where this process may. Reports
of storage commitment are taken while somebody waits for them, and at no other time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from isocenter.base.clock import Clock
from isocenter.base.errors import IsocenterError
from isocenter.base.limits import CHECKUP_OBJECT_BYTES_MAX, CHECKUP_WATCH_SECONDS
from isocenter.model.attributes import Level
from isocenter.model.ports import Associations, BlobReader, Catalogue
from isocenter.model.records import AssociationSummary, Instance
from isocenter.net.commitment_reports import CommitmentReport, CommitmentReports

if TYPE_CHECKING:
    from isocenter.dimse.exchange import Reply, Request
    from isocenter.doctor.visit import ReturnPath

_log = logging.getLogger("isocenter.daemon")

Caller = tuple[str, str, str, str]


class AwaitedReports:
    """Who waits for reports of storage commitment; for the roster of the listener. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Callable[[CommitmentReport], None]] = []

    def taker(self) -> Callable[[Request], Reply] | None:
        """What takes a report now; None while nobody waits."""
        return self._take if self._waiting else None

    @contextmanager
    def awaited(self, tell: Callable[[CommitmentReport], None]) -> Iterator[None]:
        """Tell of every report while the block runs."""
        with self._lock:
            self._waiting = [*self._waiting, tell]
        try:
            yield
        finally:
            with self._lock:
                self._waiting = [one for one in self._waiting if one is not tell]

    def _take(self, request: Request) -> Reply:
        from isocenter.net.return_listener import reported

        report, reply = reported(request)
        if report is not None:
            for tell in self._waiting:
                tell(report)
        return reply


class _Watched(CommitmentReports):
    """What came to an archive since the way back was opened; an `Arrivals`. One thread waits, others tell of reports.

    `node` is the name of the one that is examined: who is known by another name calls on its own business.
    """

    def __init__(
        self, catalogue: Catalogue, blobs: BlobReader, associations: Associations | None, clock: Clock, node: str = ""
    ) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._blobs = blobs
        self._associations = associations
        self._clock = clock
        self._node = node
        self._transfer_syntax = ""
        past = associations.past_associations() if associations is not None else ()
        self._after = max((one.serial for one in past), default=0)
        self._before = {one.token for one in associations.open_associations()} if associations is not None else set()

    def wait_for(self, sop_instance_uid: str, seconds: float) -> bytes | None:
        """The data set as it was filed; looked for again and again, because another process may file it."""
        until = self._clock.monotonic() + seconds
        while (instance := self._catalogue.instance(sop_instance_uid)) is None:
            if (left := until - self._clock.monotonic()) <= 0:
                return None
            with self._changed:
                self._changed.wait(min(left, CHECKUP_WATCH_SECONDS))
        return self._data(instance)

    def _data(self, instance: Instance) -> bytes | None:
        if instance.byte_count > CHECKUP_OBJECT_BYTES_MAX:
            return None
        self._transfer_syntax = instance.transfer_syntax
        try:
            with self._blobs.open(instance.blob) as blob:
                return blob.read(blob.dataset_offset, blob.byte_count)
        except OSError:
            return None

    @property
    def transfer_syntax(self) -> str:
        """In which syntax it came."""
        return self._transfer_syntax

    @property
    def leaves_copy(self) -> bool:
        """Of an archive in another process: it alone may remove what it filed."""
        return self._associations is None

    @property
    def takes_reports(self) -> bool:
        """Only of the archive in this process: the roster of another one does not know that somebody waits."""
        return self._associations is not None

    @property
    def is_alone(self) -> bool:
        """Never: everybody calls an archive."""
        return False

    def callers(self) -> list[Caller]:
        """Who connected since and is not known as another node; nobody is where the archive runs in another process."""
        if self._associations is None:
            return []
        past = [one.summary for one in self._associations.past_associations(self._after)]
        still = [one for one in self._associations.open_associations() if one.token not in self._before]
        return [_caller(one) for one in (*past, *still) if not one.outgoing and one.node in ("", self._node)]


def _caller(summary: AssociationSummary) -> Caller:
    from isocenter.net.return_listener import became_of

    return summary.address, summary.calling_ae_title, summary.called_ae_title, became_of(summary)


class ThroughArchive:
    """The way back through the archive that runs in this process; a `ReturnPath`. `remove` takes away what came.

    `node` is the name of the node that is examined, empty where it has none.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        blobs: BlobReader,
        associations: Associations,
        reports: AwaitedReports,
        remove: Callable[[Level, str], int],
        clock: Clock,
        node: str = "",
    ) -> None:
        self._catalogue = catalogue
        self._blobs = blobs
        self._associations = associations
        self._reports = reports
        self._remove = remove
        self._clock = clock
        self._node = node

    @contextmanager
    def opened(self, sop_instance_uid: str = "") -> Iterator[_Watched]:
        """Watch while the block runs; the copy that came meanwhile is removed at its end, one that was here before is not."""
        was_here = bool(sop_instance_uid) and self._catalogue.instance(sop_instance_uid) is not None
        watched = _Watched(self._catalogue, self._blobs, self._associations, self._clock, self._node)
        try:
            with self._reports.awaited(watched.report):
                yield watched
        finally:
            if sop_instance_uid and not was_here:
                self._forget(sop_instance_uid)

    def _forget(self, sop_instance_uid: str) -> None:
        try:
            self._remove(Level.IMAGE, sop_instance_uid)
        except (IsocenterError, OSError) as error:
            _log.warning("The test object %s that came back could not be removed: %s", sop_instance_uid, error)


class BesideArchive:
    """The way back into an archive that runs in another process, seen by its data folder; a `ReturnPath`.

    Who called is not known here, and the copy stays: its own process alone may remove it.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    @contextmanager
    def opened(self, sop_instance_uid: str = "") -> Iterator[_Watched]:
        """Watch while the block runs. Raises `UsageError` where there is no archive in the folder."""
        from isocenter.daemon import library

        with library.open_for_reading(self._folder) as shelves:
            yield _Watched(shelves.catalogue, shelves.blobs, None, self._clock)


def for_command_line(folder: Path, port: int, clock: Clock, *, is_running: bool) -> ReturnPath:
    """The way back for a checkup in a process of its own: a listener at `port`, or the archive that has that port already."""
    if is_running:
        return BesideArchive(folder, clock)
    from isocenter.net.return_listener import ReturnListener

    return ReturnListener(port, clock)
