"""The attributes of series in the DICOM JSON Model, packed, as files beside the index: a cache that may be deleted at any time.

Packed runs come in and go out by series and by the address that their links begin with. A file is believed only if its own checksum
holds, and its reader compares the fingerprint of the instances that it was made from. Nothing here is synced, nothing must ever
fail because of it, and names on the disk never hold anything received. The cache is bounded; the oldest files make room.
"""

from __future__ import annotations

import json
import logging
import struct
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

import xxhash

from isocenter.archive.disk import Disk
from isocenter.base.ids import new_token
from isocenter.base.limits import METADATA_BASES_MAX, METADATA_CACHE_BYTES_MAX, METADATA_PIECE_BYTES, METADATA_UNFINISHED_SECONDS

_LOG = logging.getLogger("isocenter.archive")
_MAGIC: Final = b"ISOMETA1"
_HEAD: Final = struct.Struct("<8s16sIIIQI")
_CHUNK: Final = struct.Struct("<II")
_DIGEST_BYTES: Final = 16
_UNFINISHED: Final = ".new"
_CURSOR: Final = "cursor"
_ROOM_LEFT: Final = 0.9
"""How much of the room is still taken after the oldest files were removed, so that not every new file removes one."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some objects joined by commas, after a comma unless they are the first: `packed` as raw deflate, `byte_count` unpacked."""

    packed: bytes
    byte_count: int

    def texts(self) -> Iterator[bytes]:
        """Unpacked, a piece at a time. Raises ValueError, at the end of them, where that is not what was packed."""
        unpacker, rest, byte_count = zlib.decompressobj(-zlib.MAX_WBITS), self.packed, 0
        while rest:
            try:
                piece = unpacker.decompress(rest, METADATA_PIECE_BYTES)
            except zlib.error as error:
                raise ValueError(str(error)) from error
            rest, byte_count = unpacker.unconsumed_tail, byte_count + len(piece)
            if byte_count > self.byte_count:
                break
            if piece:
                yield piece
        if byte_count != self.byte_count:
            raise ValueError(f"{byte_count} bytes or more, {self.byte_count} were packed")


@dataclass(frozen=True, slots=True)
class Kept:
    """The attributes of one series; `checksum` is the CRC-32 of the text, `table` is what `table_of` makes."""

    fingerprint: bytes
    base_url: str
    chunks: tuple[Chunk, ...]
    byte_count: int
    checksum: int
    table: bytes

    def instances(self) -> list[tuple[str, int]]:
        """The blob of each instance and the length of its JSON object, in order."""
        blobs, lengths = json.loads(zlib.decompress(self.table))
        return list(zip(blobs, lengths, strict=True))


def table_of(blobs: Sequence[str], lengths: Sequence[int]) -> bytes:
    """Which instances the text is of, packed."""
    return zlib.compress(json.dumps([list(blobs), list(lengths)]).encode(), 1)


class MetadataFiles:
    """The cache in one folder. Any thread; no method raises for what the disk does."""

    def __init__(self, folder: Path, disk: Disk | None = None, *, bytes_max: int = METADATA_CACHE_BYTES_MAX) -> None:
        self._folder = folder
        self._disk = disk or Disk()
        self._bytes_max = bytes_max
        self._lock = threading.Lock()
        self._byte_count: int | None = None
        self._said = False

    def read(self, series: str, base_url: str) -> Kept | None:
        """What is kept of a series for that address."""
        return self._read(self._path(series, base_url), base_url)

    def read_any(self, series: str) -> Kept | None:
        """What is kept of a series for any address, the latest first."""
        for path in self._paths(series):
            kept = self._read(path, None)
            if kept is not None:
                return kept
        return None

    def write(self, series: str, kept: Kept) -> None:
        """Keep it, and for other addresses only what is of the same state; where that fails it is only not kept."""
        content = _written(kept)
        path = self._path(series, kept.base_url)
        fresh = path.with_name(f"{path.name}.{new_token()}{_UNFINISHED}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            others = [other for other in self._paths(series) if other != path]
            for place, other in enumerate(others, start=1):
                beside = self._read(other, None) if place < METADATA_BASES_MAX else None
                if beside is None or beside.fingerprint != kept.fingerprint:
                    self._remove(other)
            file = self._disk.create(str(fresh))
            try:
                self._disk.write(file, [content], 0)
            finally:
                self._disk.close(file)
            self._disk.replace(str(fresh), str(path))
        except OSError as error:
            self._failed(error)
            self._remove(fresh)
        else:
            self._account(len(content))

    def forget(self, series: str) -> None:
        """Keep nothing of a series."""
        for path in self._paths(series):
            self._remove(path)

    def forget_everything(self) -> None:
        """Keep nothing."""
        for path in self._files():
            self._remove(path)
        self._byte_count = None

    def cursor(self) -> int | None:
        """How far the change feed was followed; None where nobody wrote that down."""
        try:
            return int((self._folder / _CURSOR).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None

    def set_cursor(self, serial: int) -> None:
        """Write down how far the change feed was followed."""
        fresh = self._folder / f"{_CURSOR}{_UNFINISHED}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.write_text(str(serial), encoding="ascii")
            self._disk.replace(str(fresh), str(self._folder / _CURSOR))
        except OSError as error:
            self._failed(error)

    def _path(self, series: str, base_url: str) -> Path:
        name = _name(series)
        return self._folder / name[:2] / f"{name[2:]}.{blake2b(base_url.encode(), digest_size=6).hexdigest()}"

    def _paths(self, series: str) -> list[Path]:
        """The files of a series, the latest first."""
        name = _name(series)
        found = []
        for path in (self._folder / name[:2]).glob(f"{name[2:]}.*"):
            with suppress(OSError):
                if path.suffix != _UNFINISHED:
                    found.append((path.stat().st_mtime, path))
        return [path for _, path in sorted(found, reverse=True)]

    def _read(self, path: Path, base_url: str | None) -> Kept | None:
        try:
            content = path.read_bytes()
        except OSError:
            return None
        try:
            kept = _read_back(content)
        except (ValueError, struct.error):
            self._remove(path)
            return None
        return kept if base_url in (None, kept.base_url) else None

    def _files(self) -> Iterator[Path]:
        return (path for path in self._folder.glob("[0-9a-f][0-9a-f]/*") if path.is_file())

    def _remove(self, path: Path) -> None:
        with suppress(OSError):
            path.unlink(missing_ok=True)

    def _account(self, byte_count: int) -> None:
        """Counts what was written, and lets the oldest files go where it is too much; what is replaced is counted until then."""
        with self._lock:
            if self._byte_count is not None:
                self._byte_count += byte_count
            if self._byte_count is None or self._byte_count > self._bytes_max:
                self._byte_count = self._make_room()

    def _make_room(self) -> int:
        found = []
        for path in self._files():
            with suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        latest = max((moment for moment, _, _ in found), default=0.0)
        for moment, _, path in found:
            if path.suffix == _UNFINISHED and moment < latest - METADATA_UNFINISHED_SECONDS:
                self._remove(path)
        total = sum(size for _, size, _ in found)
        if total > self._bytes_max:
            for _, size, path in sorted(found):
                if total <= self._bytes_max * _ROOM_LEFT:
                    break
                self._remove(path)
                total -= size
        return total

    def _failed(self, error: OSError) -> None:
        if not self._said:
            self._said = True
            _LOG.warning(
                "The attributes of series cannot be kept ready (%s): they are worked out whenever they are asked for", error
            )


def _name(series: str) -> str:
    return blake2b(series.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _written(kept: Kept) -> bytes:
    base_url = kept.base_url.encode()
    parts = [
        _HEAD.pack(_MAGIC, kept.fingerprint, len(kept.chunks), len(base_url), len(kept.table), kept.byte_count, kept.checksum),
        base_url,
        *(_CHUNK.pack(len(chunk.packed), chunk.byte_count) for chunk in kept.chunks),
        kept.table,
        *(chunk.packed for chunk in kept.chunks),
    ]
    content = b"".join(parts)
    return content + xxhash.xxh3_128_digest(content)


def _read_back(content: bytes) -> Kept:
    """Raises ValueError and its like for anything that `_written` did not write."""
    view = memoryview(content)
    if len(view) < _HEAD.size + _DIGEST_BYTES or xxhash.xxh3_128_digest(view[:-_DIGEST_BYTES]) != view[-_DIGEST_BYTES:]:
        raise ValueError("a file that is not whole")
    magic, fingerprint, count, base_bytes, table_bytes, byte_count, checksum = _HEAD.unpack_from(view)
    if magic != _MAGIC:
        raise ValueError("a file of another kind")
    place = _HEAD.size
    base_url = bytes(view[place : place + base_bytes]).decode()
    place += base_bytes
    sizes = [_CHUNK.unpack_from(view, place + _CHUNK.size * number) for number in range(count)]
    place += _CHUNK.size * count
    table = content[place : place + table_bytes]
    place += table_bytes
    chunks = []
    for packed_bytes, text_bytes in sizes:
        chunks.append(Chunk(content[place : place + packed_bytes], text_bytes))
        place += packed_bytes
    return Kept(fingerprint, base_url, tuple(chunks), byte_count, checksum, table)
