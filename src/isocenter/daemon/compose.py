"""The house assembled: every port joined to its implementation, for one data folder.

Settings come in, a `House` with everything open and nothing listening yet goes out. This is the only room that knows all others.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from isocenter.archive.archive import Archive
from isocenter.archive.catalogue import IndexCatalogue
from isocenter.archive.feed import IndexFeed
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.layout import METADATA_CACHE
from isocenter.archive.node_rows import NodeRows
from isocenter.archive.series_metadata import KeptMetadata
from isocenter.archive.statistics import IndexStatistics
from isocenter.base.clock import SystemClock
from isocenter.base.config import Settings
from isocenter.base.errors import LocalError, UsageError
from isocenter.base.limits import BACKGROUND_NICENESS, MIB
from isocenter.daemon.acquainted import Acquainted
from isocenter.daemon.association_ledger import AssociationLedger
from isocenter.daemon.device import Device
from isocenter.daemon.instances import Place
from isocenter.daemon.metadata_ahead import Ahead
from isocenter.daemon.pictures import HousePictures
from isocenter.daemon.way_back import AwaitedReports
from isocenter.daemon.witness import LogWitness
from isocenter.jobs.pool import Pool
from isocenter.jobs.standings import Standings
from isocenter.jobs.strangers import Strangers
from isocenter.net import ports
from isocenter.net.forward import Forwarder
from isocenter.net.listener import Listener
from isocenter.net.names import RememberedNames
from isocenter.net.pump import House as Shared
from isocenter.net.recorder import Recorder
from isocenter.nodes.book import NodeBook
from isocenter.nodes.policy import Door
from isocenter.services.roster import Roster


@dataclass(frozen=True, slots=True)
class House:
    """Everything of one running instance. `closing` undoes the opening, last things first.

    `background_pictures` are worked out when nothing else is to be done: for what nobody waits for yet.
    """

    place: Place
    device: Device
    archive: Archive
    catalogue: IndexCatalogue
    statistics: IndexStatistics
    feed: IndexFeed
    shelf: NodeRows
    witness: LogWitness
    pictures: HousePictures
    background_pictures: HousePictures
    metadata: KeptMetadata
    listener: Listener
    recorder: Recorder | None
    addresses: tuple[str, ...]
    standings: Standings
    strangers: Strangers
    reports: AwaitedReports
    closing: ExitStack

    @property
    def settings(self) -> Settings:
        """Those in force now."""
        return self.device.settings


def build(place: Place, settings: Settings) -> House:
    """Open the archive and join everything. Raises UsageError where the folder is in use, LinkLost where the port is."""
    clock = SystemClock()
    device = Device(settings, place.folder, clock)
    with ExitStack() as opened:
        archive = opened.enter_context(Archive(place.folder))
        reader = IndexReader(archive.index)
        opened.callback(reader.close)
        shelf = NodeRows(archive.index)
        opened.callback(shelf.close)
        catalogue = IndexCatalogue(reader, archive)
        book = NodeBook(shelf)
        own = frozenset(ports.own_addresses())
        door = Door(
            book,
            shelf,
            ae_title=lambda: device.settings.aet,
            policy=lambda: device.settings.policy,
            clock=clock,
            resolve=RememberedNames(clock),
            own_addresses=lambda: own,
        )
        standings, strangers, reports = Standings(clock), Strangers(clock), AwaitedReports()
        recorder = Recorder(clock, settings.recorded_mib * MIB) if settings.recorded_mib else None
        witness = LogWitness(AssociationLedger(clock, recorder))
        pool, background_pool = Pool(), Pool(1, niceness=BACKGROUND_NICENESS)
        opened.callback(pool.close)
        pictures = HousePictures(pool, archive)
        background_pictures = HousePictures(background_pool, archive)
        feed = IndexFeed(reader)
        metadata = KeptMetadata(reader, catalogue, pictures, place.folder / METADATA_CACHE, refusal=archive.refusal)
        if settings.http:
            opened.enter_context(_ahead(feed, metadata, background_pictures, settings.http, clock))
        # Closed before the follower, which would otherwise be waited for until its series is done.
        opened.callback(background_pool.close)

        def shared(settings: Settings) -> Shared:
            roster = Roster(
                ae_title=settings.aet,
                intake=archive,
                catalogue=catalogue,
                destination=book.destination,
                clock=clock,
                unknown_storage=settings.store_unknown_classes,
                strict=settings.strict_identifiers,
                reports=reports.taker,
            )
            forwarder = Forwarder(archive, pictures.transcode, ae_title=settings.aet, witness=witness.ledger)
            return Shared(door, roster, Acquainted(witness, standings, strangers), clock, forwarder, recorder=recorder)

        listener = Listener(shared(settings), address=settings.listen, port=settings.port)
        device.tell(lambda wanted: _moved(listener, wanted, shared))
        return House(
            place=place,
            device=device,
            archive=archive,
            catalogue=catalogue,
            statistics=IndexStatistics(reader),
            feed=feed,
            shelf=shelf,
            witness=witness,
            pictures=pictures,
            background_pictures=background_pictures,
            metadata=metadata,
            listener=listener,
            recorder=recorder,
            addresses=tuple(ports.own_addresses()),
            standings=standings,
            strangers=strangers,
            reports=reports,
            closing=opened.pop_all(),
        )


def _moved(listener: Listener, wanted: Settings, shared: Callable[[Settings], Shared]) -> None:
    """Another port, another title. Raises UsageError where the port cannot be had, before anything has changed."""
    if wanted.port != listener.port:
        try:
            listener.move(wanted.port)
        except (OSError, LocalError) as error:
            raise UsageError(f"Port {wanted.port} could not be opened: {error}.") from error
    listener.serve_as(shared(wanted))


def _ahead(feed: IndexFeed, metadata: KeptMetadata, pictures: HousePictures, http_port: int, clock: SystemClock) -> Ahead:
    """The follower that has metadata ready for the address that the page itself has."""

    def prepare(study_instance_uid: str, series_instance_uid: str) -> None:
        # Not at the top: it brings the web server with it, which waits until DICOM answers.
        from isocenter.web.gate import DICOM_WEB

        metadata.prepare(study_instance_uid, series_instance_uid, f"http://127.0.0.1:{http_port}{DICOM_WEB}", pictures)

    return Ahead(feed, metadata, prepare, clock)
