"""The contract of a blob store, and the store in memory that tests and plays use.

A blob is a Part 10 file whose header comes last: the data set is written from a fixed offset on while it arrives, `seal` puts the
header before it, `sync` makes both durable. A reader never meets a blob that is not sealed, except in `walk`, which tells what
lies there so that recovery can judge it. Keys are made by the store, grow with time, and never hold anything received.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from isocenter.archive.disk import Buffer
from isocenter.base.errors import LocalError
from isocenter.model.ports import BlobReader, OpenBlob


class Draft(Protocol):
    """One blob on its way in, used by one thread. After a `VolumeFailed` only `discard` remains."""

    def write(self, view: Buffer) -> None:
        """The next bytes of the data set; kept only as a copy. Raises VolumeFailed."""

    def seal(self, header: bytes) -> str:
        """The header, exactly as long as announced: the blob is whole, readable, not yet durable. Its key. Raises VolumeFailed."""

    def sync(self) -> None:
        """Blob and name are durable when this returns. Once only. Raises VolumeFailed."""

    def discard(self) -> None:
        """Leave no trace, at any moment; idempotent; never raises. What it cannot remove, recovery will."""

    def settle(self) -> None:
        """The index knows this blob, or it was discarded: recovery need not ask about it any more. Idempotent."""


class BlobStore(BlobReader, Protocol):
    """Where blobs are kept. Any thread."""

    def refusal(self) -> str | None:
        """Why nothing can be stored now, as a sentence; None when it can."""

    def draft(self, header_bytes: int) -> Draft:
        """Begin a blob whose header will have so many bytes."""

    def walk(self, after: str = "") -> Iterator[str]:
        """What lies in the store, in the order of keys, greater than `after`; partial blobs too."""

    def exists(self, key: str) -> bool:
        """Whether anything lies under that key, partial or whole."""

    def unsettled_after(self) -> str:
        """Every blob that might not be known to the index has a greater key than this one; may be empty."""

    def last_key(self) -> str:
        """The greatest key given out so far; may be empty."""

    def remove(self, key: str) -> None:
        """Remove a blob; nothing happens where it is gone already. Raises VolumeFailed."""

    def make_durable(self, key: str) -> None:
        """Sync a blob again that a killed process may not have synced. Raises FileNotFoundError, VolumeFailed."""

    def put_aside(self, key: str) -> bool:
        """Take a blob out of the store without deleting it, for a person to look at; False where there is none."""

    def skip_past(self, key: str) -> None:
        """Never give out a key up to this one, whatever lies in the store."""

    def close(self) -> None:
        """Release what is held; drafts left open become partial blobs."""


@dataclass(slots=True)
class _Kept:
    """A blob in memory; `sealed_at` is where its data set begins, 0 while it is partial."""

    content: bytearray
    sealed_at: int = 0
    synced: bool = False


@dataclass(slots=True)
class _OpenMemory:
    content: bytes
    dataset_offset: int
    byte_count: int

    def fileno(self) -> int:
        raise OSError("a blob in memory has no descriptor")

    def read(self, offset: int, length: int) -> bytes:
        return self.content[offset : offset + length]


@dataclass(slots=True)
class _MemoryDraft:
    store: MemoryBlobs
    key: str
    kept: _Kept
    header_bytes: int
    gone: bool = False

    def write(self, view: Buffer) -> None:
        self.kept.content += view

    def seal(self, header: bytes) -> str:
        assert len(header) == self.header_bytes, "the header must have the announced length"
        self.kept.content[: len(header)] = header
        self.kept.sealed_at = len(header)
        return self.key

    def sync(self) -> None:
        self.kept.synced = True

    def discard(self) -> None:
        if not self.gone:
            self.gone = True
            self.store.remove(self.key)
            self.settle()

    def settle(self) -> None:
        self.store.open_keys.discard(self.key)


@dataclass(slots=True)
class MemoryBlobs:
    """Blobs in memory, for tests and plays; nothing of it survives."""

    kept: dict[str, _Kept] = field(default_factory=dict)
    open_keys: set[str] = field(default_factory=set)
    aside: dict[str, _Kept] = field(default_factory=dict)
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refusal(self) -> str | None:
        return None

    def draft(self, header_bytes: int) -> Draft:
        with self._lock:
            self._count += 1
            key = f"{self._count:09d}"
            kept = _Kept(bytearray(header_bytes))
            self.kept[key] = kept
            self.open_keys.add(key)
        return _MemoryDraft(self, key, kept, header_bytes)

    def path(self, blob: str) -> str:
        raise LocalError("a blob in memory has no path")

    def open(self, blob: str) -> AbstractContextManager[OpenBlob]:
        return self._open(blob)

    @contextmanager
    def _open(self, blob: str) -> Iterator[OpenBlob]:
        kept = self.kept.get(blob)
        if kept is None or not kept.sealed_at:
            raise FileNotFoundError(f"no blob {blob}")
        yield _OpenMemory(bytes(kept.content), kept.sealed_at, len(kept.content) - kept.sealed_at)

    def walk(self, after: str = "") -> Iterator[str]:
        return iter(sorted(key for key in list(self.kept) if key > after))

    def exists(self, key: str) -> bool:
        return key in self.kept

    def unsettled_after(self) -> str:
        first = min(list(self.open_keys), default="")
        return f"{int(first) - 1:09d}" if first else f"{self._count:09d}"

    def last_key(self) -> str:
        return f"{self._count:09d}"

    def remove(self, key: str) -> None:
        self.kept.pop(key, None)

    def make_durable(self, key: str) -> None:
        if key not in self.kept:
            raise FileNotFoundError(f"no blob {key}")
        self.kept[key].synced = True

    def put_aside(self, key: str) -> bool:
        kept = self.kept.pop(key, None)
        if kept is not None:
            self.aside[key] = kept
        return kept is not None

    def skip_past(self, key: str) -> None:
        self._count = max(self._count, int(key or 0))

    def close(self) -> None:
        self.open_keys.clear()
