"""The sample studies as files to import, and the port `Samples` on an open archive.

Nothing comes in; each image is drawn when it is its turn, on several threads, and filed like any other.
"""

from __future__ import annotations

import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO, cast

from isocenter.archive.archive import Archive
from isocenter.base.errors import LocalError, VolumeFailed
from isocenter.base.limits import SAMPLES_AT_ONCE_MAX
from isocenter.daemon import importing
from isocenter.daemon.looking import Found
from isocenter.lab import samples
from isocenter.model.imports import STORED, THERE_ALREADY, Imported, SampleStep
from isocenter.model.ports import OpenBlob
from isocenter.net.files import OpenFile
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN


def found() -> list[Found]:
    """All images of all sample studies. None is drawn before it is opened."""
    return [
        Found(image.label, image.sop_class_uid, image.sop_instance_uid, EXPLICIT_VR_LITTLE_ENDIAN, partial(_opened, image))
        for image in samples.images()
    ]


@contextmanager
def _opened(image: samples.SampleImage) -> Iterator[OpenBlob]:
    # Whoever sends it maps it, so that it has to be in a file.
    with tempfile.TemporaryFile() as stream:
        stream.write(image.make())
        stream.flush()
        yield OpenFile(cast("BinaryIO", stream), 0)


class Sampling:
    """The port `Samples` on an open archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._making = threading.Lock()

    def size(self) -> tuple[int, int]:
        """See the port."""
        return samples.COUNT, samples.BYTES

    def make(self) -> Iterator[SampleStep]:
        """See the port. Left early, it makes no more."""
        if not self._making.acquire(blocking=False):
            raise LocalError("The sample studies are being made already.")
        try:
            if reason := self._archive.refusal():
                raise VolumeFailed(reason, full=True)
            images = found()
            for done, outcome in enumerate(self._filed(images), 1):
                if outcome.word not in (STORED, THERE_ALREADY):
                    raise LocalError(f"A sample image was not stored: {outcome.why}")
                yield SampleStep(done, len(images))
        finally:
            self._making.release()

    def _filed(self, images: list[Found]) -> Iterator[Imported]:
        with ThreadPoolExecutor(SAMPLES_AT_ONCE_MAX, thread_name_prefix="sample") as threads:
            waiting = iter(images)
            under_way: deque[Future[Imported]] = deque()
            try:
                for image in waiting:
                    under_way.append(threads.submit(importing.into, self._archive, image))
                    if len(under_way) > SAMPLES_AT_ONCE_MAX:
                        yield under_way.popleft().result()
                while under_way:
                    yield under_way.popleft().result()
            finally:
                for one in under_way:
                    one.cancel()
