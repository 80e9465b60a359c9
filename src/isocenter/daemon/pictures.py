"""The port `Pictures` over worker processes: which file, which task, how long and how much memory.

The server's part of it: no room that decodes pixels is loaded here, and no byte of an instance is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from isocenter.base.limits import (
    WORKER_INSTANCES_MAX,
    WORKER_MEMORY_BYTES_MAX,
    WORKER_MEMORY_SHARE,
    WORKER_PIECES_MAX,
    WORKER_SECONDS_MAX,
    WORKER_TRANSCODE_MEMORY_BYTES_MAX,
    WORKER_TRANSCODE_SECONDS_MAX,
)
from isocenter.jobs.pool import Begun, Pool
from isocenter.jobs.rendering_words import words
from isocenter.model.pictures import Rendering
from isocenter.model.ports import BlobReader, UnderWay
from isocenter.model.records import Instance


class _Picture:
    """The one piece that a task returns."""

    def __init__(self, begun: Begun) -> None:
        self._begun = begun
        self.fileno = begun.fileno

    def advance(self) -> bytes | None:
        """See the port."""
        pieces = self._begun.advance()
        return pieces[0] if pieces is not None else None


class HousePictures:
    """The port over one pool. Any thread; blocks."""

    def __init__(self, pool: Pool, blobs: BlobReader) -> None:
        self._pool = pool
        self._blobs = blobs

    @cached_property
    def _share_bytes(self) -> int:
        import psutil

        return int(psutil.virtual_memory().total * WORKER_MEMORY_SHARE)

    def rendered(self, instance: Instance, frame: int, wanted: Rendering) -> bytes:
        """See the port."""
        return self._call("rendered", instance, frame=frame, wanted=words(wanted))[0]

    def begun(self, instance: Instance, frame: int, wanted: Rendering) -> UnderWay | None:
        """See the port."""
        begun = self._pool.begin(
            "rendered",
            self._place(instance) | {"frame": frame, "wanted": words(wanted)},
            seconds=WORKER_SECONDS_MAX,
            memory_bytes=self._allowance(WORKER_MEMORY_BYTES_MAX, instance.byte_count),
        )
        return _Picture(begun) if begun is not None else None

    def frame_count(self, instance: Instance) -> int:
        """See the port."""
        return int(self._call("frame_count", instance)[0])

    def frames(self, instance: Instance, frames: Sequence[int], transfer_syntax: str) -> Iterator[bytes]:
        """See the port; the first batch is worked out before this returns, so that what cannot be done is known at once."""
        return self._following(instance, frames, transfer_syntax, self._batch(instance, frames, transfer_syntax, 0))

    def _following(self, instance: Instance, frames: Sequence[int], transfer_syntax: str, batch: list[bytes]) -> Iterator[bytes]:
        done = 0
        while batch:
            done += len(batch)
            yield from batch
            batch = self._batch(instance, frames, transfer_syntax, done)

    def _batch(self, instance: Instance, frames: Sequence[int], transfer_syntax: str, done: int) -> list[bytes]:
        """Frames from the one on that comes after `done`, as many as a call gives; none at the end."""
        numbers = list(frames[done : done + WORKER_PIECES_MAX])
        return self._call("frames", instance, numbers=numbers, wanted_syntax=transfer_syntax) if numbers else []

    def data_set(self, instance: Instance, transfer_syntax: str) -> bytes:
        """See the port."""
        return self._pool.call(
            "data_set",
            self._place(instance) | {"wanted_syntax": transfer_syntax},
            seconds=WORKER_TRANSCODE_SECONDS_MAX,
            memory_bytes=self._allowance(WORKER_TRANSCODE_MEMORY_BYTES_MAX, instance.byte_count),
        )[0]

    def renamed(self, instance: Instance, uids: Mapping[int, str], note: Mapping[str, str]) -> bytes:
        """Its data set under other UIDs, by tag, with a note of those that it came with. Raises as the port's methods do."""
        return self._pool.call(
            "renamed",
            self._place(instance) | {"uids": {f"{tag:08X}": uid for tag, uid in uids.items()}, "note": dict(note)},
            seconds=WORKER_TRANSCODE_SECONDS_MAX,
            memory_bytes=self._allowance(WORKER_TRANSCODE_MEMORY_BYTES_MAX, instance.byte_count),
        )[0]

    def transcode(self, data_set: bytes | memoryview, stored_syntax: str, wanted_syntax: str) -> bytes:
        """The port `Transcoder`: the same for a data set in memory."""
        return self._pool.call(
            "transcoded",
            {"transfer_syntax": stored_syntax, "wanted_syntax": wanted_syntax},
            payload=data_set,
            seconds=WORKER_TRANSCODE_SECONDS_MAX,
            memory_bytes=self._allowance(WORKER_TRANSCODE_MEMORY_BYTES_MAX, len(data_set)),
            patience_seconds=WORKER_TRANSCODE_SECONDS_MAX,
        )[0]

    def metadata(self, instances: Sequence[Instance], bulk_data_uri: str) -> list[bytes]:
        """See the port."""
        found: list[bytes] = []
        for first in range(0, len(instances), WORKER_INSTANCES_MAX):
            some = instances[first : first + WORKER_INSTANCES_MAX]
            described = [
                self._place(instance)
                | {
                    "study": instance.study_instance_uid,
                    "series": instance.series_instance_uid,
                    "instance": instance.sop_instance_uid,
                }
                for instance in some
            ]
            largest = max(instance.byte_count for instance in some)
            found += self._pool.call(
                "metadata",
                {"instances": described, "bulk_data_uri": bulk_data_uri},
                seconds=WORKER_SECONDS_MAX,
                memory_bytes=self._allowance(WORKER_MEMORY_BYTES_MAX, largest),
            )
        return found

    def bulk_data(self, instance: Instance, path: str) -> bytes:
        """See the port."""
        return self._call("bulk_data", instance, element=path)[0]

    def _call(self, task: str, instance: Instance, **arguments: object) -> list[bytes]:
        memory_bytes = self._allowance(WORKER_MEMORY_BYTES_MAX, instance.byte_count)
        return self._pool.call(task, self._place(instance) | arguments, seconds=WORKER_SECONDS_MAX, memory_bytes=memory_bytes)

    def _place(self, instance: Instance) -> dict[str, object]:
        """Where the process finds it; FileNotFoundError for a key that can be no file's."""
        return {"path": self._blobs.path(instance.blob), "transfer_syntax": instance.transfer_syntax}

    def _allowance(self, most: int, file_bytes: int) -> int:
        """What a call may have: its limit or its share of this computer, and the file that is looked into beside it."""
        return min(most, self._share_bytes) + file_bytes
