"""The attributes of whole series in the DICOM JSON Model: the port `SeriesMetadata`, over a cache that is never trusted blindly.

A series comes in, its JSON goes out, packed as it lies on the disk. Valid is only what was made from exactly the blobs that the
index has now, in their order, by the writer of now; of an older state everything that still holds is taken over, so that a series
that grows costs what is new of it. Attributes are worked out by `Pictures`, a chunk of instances at a time: memory does not grow
with a series.
"""

from __future__ import annotations

import logging
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Final

import xxhash

from isocenter.archive.disk import Disk
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.metadata_files import Chunk, Kept, MetadataFiles, table_of
from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import (
    INLINE_BINARY_BYTES_MAX,
    INLINE_VALUE_BYTES_MAX,
    METADATA_CHUNK_BYTES,
    METADATA_CHUNK_INSTANCES,
)
from isocenter.dicomweb import json_model
from isocenter.dicomweb.responses import ResultWriter
from isocenter.model.attributes import ATTRIBUTES, Level
from isocenter.model.json_run import JsonRun
from isocenter.model.ports import Catalogue, Pictures
from isocenter.model.query import Key, Query, Single
from isocenter.model.records import Instance

_LOG = logging.getLogger("isocenter.archive")
_BULK_DATA: Final = "/studies/{study}/series/{series}/instances/{instance}/bulkdata/{path}"
_BLOBS: Final = """
SELECT instance.blob FROM series JOIN study ON study.id = series.study_ref JOIN instance ON instance.series_ref = series.id
WHERE series.series_instance_uid = ? AND study.study_instance_uid = ?
ORDER BY coalesce(instance.ordinal, 9223372036854775807), instance.id
"""
_WRITER: Final = f"{json_model.VERSION} {INLINE_BINARY_BYTES_MAX} {INLINE_VALUE_BYTES_MAX}"
"""What the text depends on beside the instances."""
_KNOWN: Final = tuple((attribute.tag, attribute.keyword) for attribute in ATTRIBUTES if not attribute.computed)
_PACKING: Final = 6
"""zlib's own default: a level of 1 is a third faster and takes twice the room."""


class KeptMetadata:
    """The port over one archive. Any thread."""

    def __init__(
        self,
        reader: IndexReader,
        catalogue: Catalogue,
        pictures: Pictures,
        folder: Path,
        *,
        disk: Disk | None = None,
        refusal: Callable[[], str | None] = lambda: None,
    ) -> None:
        """`folder` is the cache's own, and need not exist; while `refusal` has a reason, nothing is written there."""
        self._reader = reader
        self._catalogue = catalogue
        self._pictures = pictures
        self._files = MetadataFiles(folder, disk)
        self._refusal = refusal
        self._busy: set[str] = set()
        self._free = threading.Condition()

    def series(self, study_instance_uid: str, series_instance_uid: str, base_url: str, *, packed: bool) -> JsonRun | None:
        """See the port."""
        kept = self._ready(study_instance_uid, series_instance_uid, base_url, self._pictures)
        if kept is None:
            return None
        pieces: Iterable[bytes] = (chunk.packed for chunk in kept.chunks)
        if not packed:
            pieces = chain.from_iterable(chunk.texts() for chunk in kept.chunks)
        version = xxhash.xxh3_128_hexdigest(kept.fingerprint + base_url.encode())
        return JsonRun(pieces, packed, kept.byte_count, kept.checksum, version)

    def prepare(self, study_instance_uid: str, series_instance_uid: str, base_url: str, pictures: Pictures) -> None:
        """Have it ready for that address, worked out by `pictures`; what the index lacks is forgotten. Raises as `series` does."""
        if self._ready(study_instance_uid, series_instance_uid, base_url, pictures) is None:
            self.forget(study_instance_uid, series_instance_uid)

    def forget(self, study_instance_uid: str, series_instance_uid: str) -> None:
        """Keep nothing of a series, as after a removal of instances from it."""
        self._files.forget(_key(study_instance_uid, series_instance_uid))

    def forget_everything(self) -> None:
        """Keep nothing of any series."""
        self._files.forget_everything()

    def cursor(self) -> int | None:
        """How far the change feed was followed for what is kept here; None where nobody knows."""
        return self._files.cursor()

    def set_cursor(self, serial: int) -> None:
        """Write that down."""
        self._files.set_cursor(serial)

    def _ready(self, study: str, series: str, base_url: str, pictures: Pictures) -> Kept | None:
        key = _key(study, series)
        wanted = _fingerprint(self._blobs(study, series))
        kept = self._files.read(key, base_url)
        if wanted is None or (kept is not None and kept.fingerprint == wanted):
            return None if wanted is None else kept
        with self._alone(key):
            kept = self._files.read(key, base_url)
            if kept is not None and kept.fingerprint == wanted:
                return kept
            made = self._made(study, series, base_url, pictures, kept or self._files.read_any(key))
            if made is not None and self._refusal() is None:
                self._files.write(key, made)
            return made

    def _blobs(self, study: str, series: str) -> list[str]:
        return [blob for (blob,) in self._reader.rows(_BLOBS, (series, study))]

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Whoever wants what another is just working out waits for it."""
        with self._free:
            while key in self._busy:
                self._free.wait()
            self._busy.add(key)
        try:
            yield
        finally:
            with self._free:
                self._busy.discard(key)
                self._free.notify_all()

    def _made(self, study: str, series: str, base_url: str, pictures: Pictures, old: Kept | None) -> Kept | None:
        """The series as the index has it now; None where it has none of its instances any more."""
        query = Query(Level.SERIES, (Key("StudyInstanceUID", Single(study)), Key("SeriesInstanceUID", Single(series))))
        source, writer = _Older(old, base_url), _Writer(base_url, pictures)
        chunks: list[Chunk] = []
        blobs: list[str] = []
        lengths: list[int] = []
        checksum = byte_count = 0
        for some in _chunks(self._catalogue.instances(query)):
            found = {instance.blob: source.of(instance.blob) for instance in some}
            missing = [instance for instance in some if found[instance.blob] is None]
            found.update(writer.objects(missing))
            here = [(instance.blob, text) for instance in some if (text := found[instance.blob]) is not None]
            if not here:
                continue
            text = (b"," if blobs else b"") + b",".join([one for _, one in here])
            blobs += [blob for blob, _ in here]
            lengths += [len(one) for _, one in here]
            checksum, byte_count = zlib.crc32(text, checksum), byte_count + len(text)
            packer = zlib.compressobj(_PACKING, zlib.DEFLATED, -zlib.MAX_WBITS)
            chunks.append(Chunk(packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH), len(text)))
        made_from = _fingerprint(blobs)
        if made_from is None:
            return None
        return Kept(made_from, base_url, tuple(chunks), byte_count, checksum, table_of(blobs, lengths))


def _chunks(instances: Iterable[Instance]) -> Iterator[list[Instance]]:
    """So many at a time that their attributes fit into memory together: those of an instance are smaller than the instance."""
    some: list[Instance] = []
    byte_count = 0
    for instance in instances:
        if some and (len(some) == METADATA_CHUNK_INSTANCES or byte_count + instance.byte_count > METADATA_CHUNK_BYTES):
            yield some
            some, byte_count = [], 0
        some.append(instance)
        byte_count += instance.byte_count
    if some:
        yield some


class _Older:
    """What an older state of a series still has to give; one chunk of it is unpacked at a time."""

    def __init__(self, old: Kept | None, base_url: str) -> None:
        self._places: dict[str, tuple[int, int, int]] = {}
        self._chunks: tuple[Chunk, ...] = ()
        self._from = self._to = b""
        self._number, self._text = -1, b""
        if old is None:
            return
        instances = old.instances()
        if _fingerprint([blob for blob, _ in instances]) != old.fingerprint:
            return  # another writer made it
        self._chunks = old.chunks
        if old.base_url != base_url:
            self._from, self._to = _links(old.base_url), _links(base_url)
        number, begin = 0, 0
        for blob, length in instances:
            if begin >= old.chunks[number].byte_count:
                number, begin = number + 1, 1  # after the comma that joins it to the chunk before
            self._places[blob] = number, begin, length
            begin += length + 1

    def of(self, blob: str) -> bytes | None:
        """The JSON object of an instance, if it is there."""
        place = self._places.get(blob)
        if place is None:
            return None
        number, begin, length = place
        if number != self._number:
            try:
                self._text = b"".join(self._chunks[number].texts())
            except ValueError:
                return None
            self._number = number
        found = self._text[begin : begin + length]
        return found.replace(self._from, self._to) if self._from else found


class _Writer:
    """Works out what is missing."""

    def __init__(self, base_url: str, pictures: Pictures) -> None:
        self._base_url = base_url
        self._pictures = pictures

    def objects(self, instances: Sequence[Instance]) -> dict[str, bytes | None]:
        """The JSON objects by blob; None for what is gone meanwhile. A broken instance must not cost the others theirs."""
        if not instances:
            return {}
        try:
            found = self._pictures.metadata(instances, self._base_url + _BULK_DATA)
        except (UnreadableDataset, FileNotFoundError, LocalError) as error:
            if len(instances) > 1:
                return {blob: text for one in instances for blob, text in self.objects([one]).items()}
            return {instances[0].blob: self._stand_in(instances[0], error)}
        return {instance.blob: text for instance, text in zip(instances, found, strict=True)}

    def _stand_in(self, instance: Instance, error: Exception) -> bytes | None:
        """What the index knows of an instance that cannot be read."""
        if isinstance(error, FileNotFoundError):
            return None
        _LOG.warning("%s: its attributes cannot be read, the index's stand for them: %s", instance.blob, error)
        unique = {"StudyInstanceUID": instance.study_instance_uid, "SeriesInstanceUID": instance.series_instance_uid}
        known = {keyword: instance.attributes.get(keyword, "") for _, keyword in _KNOWN}
        return ResultWriter(_KNOWN, Level.IMAGE, self._base_url).write({**known, **unique})


def _links(base_url: str) -> bytes:
    """What every link to bulk data begins with; a text that holds the same has its quotation marks escaped."""
    return b'"BulkDataURI":"' + base_url.encode() + b"/studies/"


def _key(study: str, series: str) -> str:
    return f"{study}\n{series}"


def _fingerprint(blobs: Sequence[str]) -> bytes | None:
    """What tells one state of a series from every other: blobs are never given the same key, nor changed. None for no instances."""
    return xxhash.xxh3_128_digest("\n".join([_WRITER, *blobs]).encode()) if blobs else None
