"""What `/api` stands on, joined for a running house: its jobs with their kinds, its nodes, what it has set aside.

Only the page's thread comes here, after DICOM answers. The jobs end before what they use is closed.
"""

from __future__ import annotations

from isocenter.archive.arrivals import IndexArrivals
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.job_rows import JobRows
from isocenter.archive.sent_lately import IndexSenders
from isocenter.archive.set_aside import IndexQuarantine
from isocenter.archive.space import IndexSpace
from isocenter.archive.study_list import IndexStudies
from isocenter.base.clock import SystemClock
from isocenter.base.errors import UsageError
from isocenter.daemon.backstage import HouseBackstage
from isocenter.daemon.compose import House
from isocenter.daemon.consulting import checkups
from isocenter.daemon.device import Device
from isocenter.daemon.dropping import Dropping
from isocenter.daemon.explaining import Explaining, own_address
from isocenter.daemon.folder_use import folder_use
from isocenter.daemon.inspecting import Inspecting
from isocenter.daemon.keeping_both import KeepingBoth
from isocenter.daemon.neighbours import neighbourhood
from isocenter.daemon.paperwork import house_paperwork
from isocenter.daemon.sampling import Sampling
from isocenter.jobs import experience
from isocenter.jobs.delivering import Delivering
from isocenter.jobs.fetching import Fetching
from isocenter.jobs.queue import JobQueue, Kind
from isocenter.jobs.upkeep import Upkeep
from isocenter.model.ports import NodeShelf
from isocenter.model.records import Node
from isocenter.net.forward import Forwarder
from isocenter.nodes import wildcard
from isocenter.nodes.entry import Self
from isocenter.web.api_house import ApiHouse
from isocenter.web.papers import Papers


def api_house(house: House, backstage: HouseBackstage) -> ApiHouse:
    """Join everything, and take up the jobs that the last process left."""
    reader = IndexReader(house.archive.index)
    house.closing.callback(reader.close)
    jobs = _job_queue(house, backstage, reader)
    house.closing.callback(jobs.close)
    jobs.start()
    quarantine = IndexQuarantine(reader)
    clinic = checkups(house)
    return ApiHouse(
        backstage=backstage,
        settings_now=lambda: house.settings,
        neighbourhood=neighbourhood(house),
        shelf=house.shelf,
        own=lambda: Self(house.settings.aet, house.settings.port, frozenset(house.addresses)),
        jobs=jobs,
        catalogue=house.catalogue,
        quarantine=quarantine,
        remove_set_aside=house.archive.remove_set_aside,
        papers=Papers(house.catalogue, house.pictures, house.archive, SystemClock()),
        studies=IndexStudies(reader),
        remove=house.archive.remove,
        pictures=house.pictures,
        blobs=house.archive,
        imports=Dropping(house.archive, house.place.folder),
        samples=Sampling(house.archive),
        associations=house.witness.ledger,
        outgoing=house.witness.ledger,
        arrivals=IndexArrivals(reader),
        changes=house.feed,
        space=IndexSpace(reader),
        folder_use=lambda: folder_use(house.place.folder),
        use_set_aside=house.archive.use_set_aside,
        clinic=clinic,
        paperwork=house_paperwork(house, clinic.all, IndexSenders(reader)),
        logs=Explaining(lambda: house.settings, lambda: own_address(house.addresses)),
        inspection=Inspecting(house),
        keep_both=KeepingBoth(house.archive, quarantine, house.pictures, SystemClock()).keep,
    )


def _job_queue(house: House, backstage: HouseBackstage, reader: IndexReader) -> JobQueue:
    """The queue with every kind of job, not started yet."""
    clock, ae_title = SystemClock(), house.settings.aet

    def node_named(name: str) -> Node:
        return _node_named(house.shelf, house.device, name)

    def way_known(name: str) -> str:
        return experience.with_node(queue, name).by

    ledger = house.witness.ledger
    fetching = Fetching(node_named, house.archive, house.catalogue, clock, ae_title, way_known, ledger)
    forwarder = Forwarder(house.archive, house.pictures.transcode, ae_title=ae_title, witness=ledger)
    delivering = Delivering(node_named, house.catalogue, forwarder)
    checking = Upkeep("Check blobs and index", backstage.check)
    reindexing = Upkeep("Rebuild the index", backstage.reindex)
    comparing = Upkeep("Try out rebuilding the index", backstage.compare)
    kinds = {
        "retrieve": Kind(fetching.title, fetching.run),
        "send": Kind(delivering.title, delivering.run),
        "check": Kind(checking.title, checking.run, alone=True),
        "reindex": Kind(reindexing.title, reindexing.run, alone=True),
        "compare": Kind(comparing.title, comparing.run, alone=True),
    }
    queue = JobQueue(JobRows(reader, house.archive.perform), kinds, clock)
    return queue


def _node_named(shelf: NodeShelf, device: Device, name: str) -> Node:
    node = next((node for node in shelf.nodes() if node.name == name), None)
    if node is None:
        raise UsageError(f"There is no node named {name!r} any more.")
    if not wildcard.is_one_device(node):
        raise UsageError(f"{name} stands for many devices: they can call here, and cannot be called.")
    return device.calling(node)
