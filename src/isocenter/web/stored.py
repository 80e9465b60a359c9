"""Stored instances, found by what a path names and read without waiting where that can be done.

In come the UIDs of a path, out go instances, where their frames lie, and bytes of their files. Where frames lie is remembered, for
so many pieces as the limit says. Bytes that the system has in memory are read at once in the event loop, all others in a thread;
nothing else in the event loop may touch a disk.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.concurrency import run_in_threadpool

from isocenter.base.errors import LocalError
from isocenter.base.limits import FRAME_INDEX_PIECES_MAX, HTTP_WORKS_AT_ONCE_MAX
from isocenter.dataset.part10 import PREAMBLE_BYTES, PREFIX
from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.resources import Resource
from isocenter.imaging.frame_index import FrameIndex, index_frames
from isocenter.model.attributes import Level
from isocenter.model.ports import OpenBlob
from isocenter.model.query import Key, Query, Single
from isocenter.model.records import Instance
from isocenter.standard import transfer_syntax as uids
from isocenter.web.house import WebHouse

Result = TypeVar("Result")

_AT_ONCE: int = getattr(os, "RWF_NOWAIT", 0)
"""Reads only what the system has in memory (preadv2(2)); 0 where the platform has no such thing."""


_READ_ONLY = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Image:
    """An instance, without its attributes, and its frames; `index` is None where the data set is deflated as a whole.

    `path` is its file, in which the data set begins at `start`.
    """

    instance: Instance
    path: str
    start: int
    index: FrameIndex | None


class StoredInstances:
    """The instances of one house as DICOMweb names them. `kept` and `keep` belong to the event loop; the rest blocks."""

    def __init__(self, house: WebHouse) -> None:
        self._house = house
        self._kept: OrderedDict[str, Image] = OrderedDict()
        self._weight = 0
        self._works = CapacityLimiter(HTTP_WORKS_AT_ONCE_MAX)

    async def worked_out(self, work: Callable[[], Result]) -> Result:
        """What may wait for the worker processes, in one of a few threads, so that everything else has its own."""
        return await to_thread.run_sync(work, limiter=self._works)

    def kept(self, study: str, series: str, instance: str) -> Image | None:
        """What is remembered of an instance; it may be gone by now, which opening its blob tells."""
        image = self._kept.get(instance)
        if image is None or image.instance.series_instance_uid != series or image.instance.study_instance_uid != study:
            return None
        self._kept.move_to_end(instance)
        return image

    def keep(self, image: Image) -> None:
        """Remember it, and forget the least used ones where they are too many."""
        self.forget(image.instance.sop_instance_uid)
        self._kept[image.instance.sop_instance_uid] = image
        self._weight += _weight(image)
        while self._weight > FRAME_INDEX_PIECES_MAX and len(self._kept) > 1:
            self._weight -= _weight(self._kept.popitem(last=False)[1])

    def forget(self, sop_instance_uid: str) -> None:
        """It is not there any more. Idempotent."""
        image = self._kept.pop(sop_instance_uid, None)
        if image is not None:
            self._weight -= _weight(image)

    def instance(self, resource: Resource) -> Instance:
        """The instance that a path names. Raises `Problem` 404."""
        found = self._house.catalogue.instance(resource.instance)
        if found is None or found.study_instance_uid != resource.study or found.series_instance_uid != resource.series:
            raise Problem(404, f"there is no instance {resource.instance} in this study and series")
        return found

    def image(self, resource: Resource, known: Image | None = None) -> Image:
        """The instance that a path names, and its frames. Raises `Problem` 404 where there are none, `UnreadableDataset`.

        `known` is what `kept` remembers of it: its frames are not looked for again while its file is the same.
        """
        found = self.instance(resource)
        return known if known is not None and known.instance.blob == found.blob else self.image_of(found)

    def image_of(self, found: Instance) -> Image:
        """An instance and its frames. Raises as `image` does."""
        bare = replace(found, attributes={})
        with self._house.blobs.open(found.blob) as blob:
            start = blob.dataset_offset

            def read(offset: int, length: int) -> bytes:
                return blob.read(start + offset, length)

            index: FrameIndex | None = None
            if not uids.of(found.transfer_syntax).deflated:
                try:
                    index = index_frames(read, blob.byte_count, found.transfer_syntax)
                except LocalError as error:
                    raise Problem(404, f"instance {found.sop_instance_uid} has no frames: {error}") from error
            return Image(bare, self._house.blobs.path(found.blob), start, index)

    def instances(self, resource: Resource) -> Iterator[Instance]:
        """The instances of a study, a series, or one, in series order; none where there are none."""
        if resource.instance:
            return iter((self.instance(resource),))
        level = Level.SERIES if resource.series else Level.STUDY
        keys = [Key("StudyInstanceUID", Single(resource.study))]
        if resource.series:
            keys.append(Key("SeriesInstanceUID", Single(resource.series)))
        return self._house.catalogue.instances(Query(level, tuple(keys)))


def frame_count(instance: Instance) -> int:
    """How many frames the index says there are; 0 for an instance without pixels."""
    if not instance.attributes.get("Rows"):
        return 0
    text = instance.attributes.get("NumberOfFrames", "").strip()
    return max(1, int(text[:9])) if text.isascii() and text.isdigit() else 1


def _weight(image: Image) -> int:
    # an instance itself weighs some ten pieces
    return 10 + (image.index.weight if image.index is not None else 0)


def read_at_once(image: Image, offset: int, room: memoryview) -> bool:
    """Fill `room` with bytes of the data set, if the file is there and the system has all of them in memory."""
    if not _AT_ONCE:
        return False
    try:
        file = os.open(image.path, _READ_ONLY)
    except OSError:
        return False
    try:
        return _into(file, image.start + offset, room)
    finally:
        os.close(file)


def data_set_at_once(path: str, byte_count: int) -> bytearray | None:
    """A whole data set, the last `byte_count` bytes of its file, if that is complete and the system has all of it in memory."""
    if not _AT_ONCE:
        return None
    try:
        file = os.open(path, _READ_ONLY)
    except OSError:
        return None
    try:
        start, prefix = os.fstat(file).st_size - byte_count, bytearray(4)
        if start < PREAMBLE_BYTES or not _into(file, PREAMBLE_BYTES, memoryview(prefix)) or prefix != PREFIX:
            return None
        room = bytearray(byte_count)
        return room if _into(file, start, memoryview(room)) else None
    finally:
        os.close(file)


def _into(file: int, offset: int, room: memoryview) -> bool:
    try:
        return os.preadv(file, [room], offset, _AT_ONCE) == len(room)
    except OSError:
        # not in memory, or a file system that cannot tell
        return False


async def read(blob: OpenBlob, offset: int, length: int) -> bytes | bytearray:
    """Bytes at an absolute offset of the file. Raises FileNotFoundError where they are not there any more."""
    room = bytearray(length)
    if _AT_ONCE and _into(blob.fileno(), offset, memoryview(room)):
        return room
    found = await run_in_threadpool(blob.read, offset, length)
    if len(found) != length:
        raise FileNotFoundError("a stored file is shorter than it was")
    return found
