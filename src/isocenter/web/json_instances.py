"""A store request whose first part is metadata in JSON, and whose other parts are the bulk data that it names (PS3.18 10.5.2).

Runs of the body come in; an errand goes out for each instance as soon as all of its bulk data is there. Only what came in this very
request is ever used: an address that no part has fails its instance, and is never followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import STOW_BULK_PARTS_MAX, STOW_METADATA_BYTES_MAX, STOW_NESTED_BULK_BYTES_MAX
from isocenter.dataset import part10
from isocenter.dataset.skim import PIXEL_DATA_TAGS
from isocenter.dicomweb import json_data_set
from isocenter.dicomweb.json_data_set import Hole
from isocenter.dicomweb.media import DICOM_JSON, JSON
from isocenter.dicomweb.multipart import MultipartReader, PartBegan, PartBytes
from isocenter.dicomweb.problems import Problem, quoted
from isocenter.dicomweb.responses import FailedItem
from isocenter.standard import status, transfer_syntax
from isocenter.web.arriving import SOP_CLASS_UID, SOP_INSTANCE_UID, Outcome
from isocenter.web.bulk_parts import BulkParts
from isocenter.web.deliveries import Begin, Complete

NUMBER_OF_FRAMES = 0x00280008
_COUNT = re.compile(r"[0-9]{1,9}")


@dataclass(slots=True)
class _Waiting:
    """An instance of the metadata, the addresses of its bulk data, and what came of it."""

    metadata: Mapping[str, Any]
    addresses: frozenset[str]
    came: dict[str, BulkParts] = field(default_factory=dict)

    def is_complete(self) -> bool:
        if len(self.came) < len(self.addresses):
            return False
        frames = json_data_set.text(self.metadata, NUMBER_OF_FRAMES)
        count = int(frames) if _COUNT.fullmatch(frames) else 1
        return all(bulk.count >= count for bulk in self.came.values() if bulk.is_by_frames)

    def close(self) -> None:
        for bulk in self.came.values():
            bulk.close()


class JsonInstances:
    """One such body; see `deliveries.Delivery`."""

    def __init__(self, boundary: bytes, begin: Begin) -> None:
        self._reader = MultipartReader(boundary)
        self._begin = begin
        self._metadata: bytearray | None = bytearray()
        self._waiting: dict[str, _Waiting] = {}
        self._open_count = 0
        self._address = ""
        self._part: BulkParts | None = None

    def feed(self, run: bytes) -> Iterator[Complete]:
        for event in self._reader.feed(run):
            if isinstance(event, PartBegan):
                self._open(event)
            elif isinstance(event, PartBytes):
                self._keep(event.view)
            elif self._metadata is not None:
                metadata, self._metadata = self._metadata, None
                yield from self._understand(bytes(metadata))
            elif self._part is not None:
                self._part = None
                yield from self._ready(self._waiting[self._address])

    def close(self) -> Iterator[Complete]:
        self._reader.close()
        for waiting in {id(one): one for one in self._waiting.values()}.values():
            missing = min(waiting.addresses - waiting.came.keys(), default="")
            text = f"no part has the Content-Location {quoted(missing)}" if missing else "parts for some of its frames are missing"
            yield partial(_refused, waiting.metadata, f"its bulk data did not come: {text}")
        self.abandon()

    def abandon(self) -> None:
        for waiting in self._waiting.values():
            waiting.close()
        self._waiting.clear()

    def _open(self, part: PartBegan) -> None:
        found = part.content_type
        if self._metadata is not None:
            if found.essence not in (DICOM_JSON, JSON):
                raise Problem(400, f"the first part is {quoted(found.essence)}, not {DICOM_JSON}")
            return
        self._address = part.headers.get("content-location", "")
        waiting = self._waiting.get(self._address)
        if waiting is None:  # bulk data that nothing needs
            return
        self._part = waiting.came.get(self._address)
        if self._part is None:
            self._open_count += 1
            if self._open_count > STOW_BULK_PARTS_MAX:
                raise Problem(413, f"more than {STOW_BULK_PARTS_MAX} parts of bulk data wait for the rest of their instances")
            self._part = waiting.came[self._address] = BulkParts(found)
        self._part.begin()

    def _keep(self, view: memoryview) -> None:
        if self._metadata is not None:
            self._metadata += view
            if len(self._metadata) > STOW_METADATA_BYTES_MAX:
                raise Problem(413, f"the metadata has more than {STOW_METADATA_BYTES_MAX} bytes")
        elif self._part is not None:
            self._part.write(view)

    def _understand(self, content: bytes) -> Iterator[Complete]:
        """Read the metadata; what needs no bulk data is complete already."""
        for metadata in json_data_set.instances(content):
            try:
                waiting = _Waiting(metadata, frozenset(json_data_set.addresses(metadata)))
            except UnreadableDataset as error:
                yield partial(_refused, metadata, str(error))
                continue
            if twice := self._waiting.keys() & waiting.addresses:
                yield partial(_refused, metadata, f"its bulk data {quoted(min(twice))} is that of another instance too")
                continue
            self._waiting |= dict.fromkeys(waiting.addresses, waiting)
            yield from self._ready(waiting)

    def _ready(self, waiting: _Waiting) -> Iterator[Complete]:
        if waiting.is_complete():
            for address in waiting.addresses:
                del self._waiting[address]
            self._open_count -= len(waiting.came)
            yield partial(_file, waiting, self._begin)


def _file(waiting: _Waiting, begin: Begin) -> Outcome:
    """Write the data set into the archive, and give its bulk data's room back."""
    try:
        pieces = json_data_set.encoded(waiting.metadata, lambda address: waiting.came[address].value(STOW_NESTED_BULK_BYTES_MAX))
        arriving = begin()
        done = False
        try:
            for piece in _file_bytes(waiting, pieces):
                arriving.write(piece)
            done = True
        finally:
            if not done:
                arriving.abandon()
        return arriving.finish()
    except (UnreadableDataset, LocalError) as error:
        return _refused(waiting.metadata, str(error))
    finally:
        waiting.close()


def _file_bytes(waiting: _Waiting, pieces: list[bytes | Hole]) -> Iterator[bytes]:
    """The instance as a DICOM file (PS3.10 7.1)."""
    pixels = next((piece for piece in pieces if isinstance(piece, Hole) and piece.tag in PIXEL_DATA_TAGS), None)
    syntax = waiting.came[pixels.uri].transfer_syntax() if pixels else transfer_syntax.EXPLICIT_VR_LITTLE_ENDIAN
    yield part10.header(
        sop_class_uid=json_data_set.text(waiting.metadata, SOP_CLASS_UID),
        sop_instance_uid=json_data_set.text(waiting.metadata, SOP_INSTANCE_UID),
        transfer_syntax=syntax,
    )
    for piece in pieces:
        if isinstance(piece, Hole):
            yield from waiting.came[piece.uri].element(piece)
        else:
            yield piece


def _refused(metadata: Mapping[str, Any], text: str) -> FailedItem:
    return FailedItem(
        status.CANNOT_UNDERSTAND,
        text,
        json_data_set.text(metadata, SOP_CLASS_UID),
        json_data_set.text(metadata, SOP_INSTANCE_UID),
    )
