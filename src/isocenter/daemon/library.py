"""The data folder of an instance as the command line sees it, whether or not the instance runs: its nodes, its index, its files.

Only reading, but for the list of nodes, which every process may change. Whoever wants to store opens the archive itself, which
one process at a time can. The list of nodes is opened without what the archive needs, because a command waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from isocenter.archive.index_file import IndexFile
from isocenter.archive.layout import BLOBS, INDEX
from isocenter.archive.migrations import bring_up_to_date
from isocenter.archive.node_rows import NodeRows
from isocenter.base import config
from isocenter.base.errors import UsageError
from isocenter.daemon import instances
from isocenter.daemon.instances import Place
from isocenter.model.records import Node
from isocenter.net import ports
from isocenter.nodes.entry import Self

if TYPE_CHECKING:
    from isocenter.archive.blob_files import BlobFiles
    from isocenter.archive.catalogue import IndexCatalogue


@dataclass(frozen=True, slots=True)
class Shelves:
    """What a data folder holds, open for reading."""

    catalogue: IndexCatalogue
    blobs: BlobFiles
    folder: Path

    def path_of(self, sop_instance_uid: str) -> Path | None:
        """The Part 10 file of an instance, or None."""
        instance = self.catalogue.instance(sop_instance_uid)
        return None if instance is None else self.folder / BLOBS / f"{instance.blob}.dcm"


@contextmanager
def open_shelf(folder: Path) -> Iterator[NodeRows]:
    """The list of nodes of a data folder; made where there is none yet."""
    (folder / INDEX).mkdir(mode=0o700, parents=True, exist_ok=True)
    index = IndexFile(folder / INDEX)
    bring_up_to_date(index.path)
    shelf = NodeRows(index)
    try:
        yield shelf
    finally:
        shelf.close()


@contextmanager
def open_for_reading(folder: Path) -> Iterator[Shelves]:
    """The index and the files of a data folder. Raises UsageError where there is no archive."""
    if not (folder / BLOBS).is_dir() or not (folder / INDEX).is_dir():
        raise UsageError(f"There is no archive in {folder} yet.")
    from isocenter.archive.blob_files import BlobFiles
    from isocenter.archive.catalogue import IndexCatalogue
    from isocenter.archive.index_reader import IndexReader

    reader = IndexReader(IndexFile(folder / INDEX))
    blobs = BlobFiles(folder / BLOBS)
    try:
        yield Shelves(IndexCatalogue(reader, blobs), blobs, folder)
    finally:
        reader.close()
        blobs.close()


def own_identity(place: Place) -> Self:
    """What an entry in the list of nodes can collide with: the instance itself."""
    node = as_node(place)
    return Self(node.ae_title, node.port, frozenset(ports.own_addresses()))


def as_node(place: Place) -> Node:
    """An instance on this computer as a node that another one of them can call."""
    if running := instances.running(place):
        return Node(name=place.name, ae_title=running.aet, host=running.address, port=running.port)
    settings = config.load({}, place.folder, {})
    return Node(name=place.name, ae_title=settings.aet, host=instances.address_of(settings), port=settings.port)
