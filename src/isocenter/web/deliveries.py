"""The bodies of store requests, taken apart (PS3.18 10.5.2, 8.6.1.2).

The body's bytes come in as they arrive; the pieces go straight into the intake, and each instance whose bytes are complete goes out
as an errand: the call that files it, which blocks until it is durable and may run on another thread. What is refused already goes
out as its outcome. No more than a part's head is held. A broken body never costs the instances that were complete before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from isocenter.dicomweb.media import DICOM
from isocenter.dicomweb.multipart import MultipartReader, PartBegan, PartBytes
from isocenter.dicomweb.problems import quoted
from isocenter.dicomweb.responses import FailedItem
from isocenter.standard import status
from isocenter.web.arriving import Arriving, Outcome

Errand = Callable[[], Outcome]
"""Files one instance and says what became of it; blocks."""

Complete = Errand | Outcome
"""An instance of which all has come."""

Begin = Callable[[], Arriving]
"""Room for the next instance."""


class Delivery(Protocol):
    """One body. The errands of a run are asked for one by one, all of them before the next run; each is done exactly once."""

    def feed(self, run: bytes) -> Iterator[Complete]:
        """The next bytes. Raises `Problem` for a body that breaks the rules."""

    def close(self) -> Iterator[Complete]:
        """The body is at its end. Raises `Problem` where it ended too early."""

    def abandon(self) -> None:
        """The rest of the body will never come: what is not complete leaves no trace."""


class OneFile:
    """A body that is one DICOM file."""

    def __init__(self, begin: Begin) -> None:
        self._arriving: Arriving | None = begin()

    def feed(self, run: bytes) -> Iterator[Complete]:
        if self._arriving is not None:
            self._arriving.write(run)
        yield from ()

    def close(self) -> Iterator[Complete]:
        arriving, self._arriving = self._arriving, None
        if arriving is not None:
            yield arriving.finish

    def abandon(self) -> None:
        if self._arriving is not None:
            self._arriving.abandon()


class Files:
    """A body of parts that are a DICOM file each; parts of another type are refused one by one."""

    def __init__(self, boundary: bytes, begin: Begin) -> None:
        self._reader = MultipartReader(boundary)
        self._begin = begin
        self._arriving: Arriving | None = None
        self._refused: FailedItem | None = None

    def feed(self, run: bytes) -> Iterator[Complete]:
        for event in self._reader.feed(run):
            if isinstance(event, PartBytes):
                if self._arriving is not None:
                    self._arriving.write(event.view)
            elif isinstance(event, PartBegan):
                self._open(event)
            else:
                yield self._complete()

    def close(self) -> Iterator[Complete]:
        self._reader.close()
        yield from ()

    def abandon(self) -> None:
        if self._arriving is not None:
            self._arriving.abandon()

    def _open(self, part: PartBegan) -> None:
        found = part.content_type
        encoding = part.headers.get("content-transfer-encoding", "binary").lower()
        if found.essence != DICOM:
            self._refused = refusal(f"part {part.number} is {quoted(found.essence)}, not {DICOM}")
        elif encoding not in ("binary", "8bit"):
            self._refused = refusal(f"part {part.number} is in the transfer encoding {quoted(encoding)}, which HTTP has no need of")
        else:
            self._arriving = self._begin()

    def _complete(self) -> Complete:
        refused, self._refused = self._refused, None
        arriving, self._arriving = self._arriving, None
        if arriving is not None:
            return arriving.finish if arriving.has_begun else arriving.finish()
        assert refused is not None, "a part is either taken or refused"
        return refused


def refusal(text: str) -> FailedItem:
    """A part of which nothing is known but that it cannot be read."""
    return FailedItem(status.CANNOT_UNDERSTAND, text)
