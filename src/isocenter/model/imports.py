"""What becomes of files that a person brings, and the port that takes them.

A file comes in piece by piece, an `Imported` goes out for each instance in it and for each file that is none. Names are only told:
nothing on this computer is ever opened or written under one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

STORED = "stored"
THERE_ALREADY = "there already"
SET_ASIDE = "set aside"
TAKEN = "taken"
REFUSED = "refused"
LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file, or of one in a zip archive.

    `word` is one of the above: an archive that is reached by C-STORE says only `taken`, for the first three; `left out` is what
    nobody would expect to be taken, such as a viewer on a disc. `why` is a sentence without its capital, empty where all is well.
    """

    path: str
    word: str
    why: str = ""
    sop_instance_uid: str = ""
    study_instance_uid: str = ""


@dataclass(frozen=True, slots=True)
class SampleStep:
    """So many of all sample images are in the archive."""

    done: int
    total: int


class Parcel(Protocol):
    """One file on its way in, used by one thread at a time: `write`, then exactly one of `outcomes` and `abandon`.

    `expected` is how many outcomes there will be, as far as that is known.
    """

    expected: int

    def write(self, run: bytes) -> None:
        """The next bytes. Never raises: `outcomes` says what is wrong, the rest is swallowed."""

    def outcomes(self) -> Iterator[Imported]:
        """All bytes came: what becomes of everything in the file, each as soon as it is durable. Closed early, it takes no more."""

    def abandon(self) -> None:
        """The bytes will never be complete: leave no trace. Idempotent."""


class Imports(Protocol):
    """Where files go in that come from a person. Any thread."""

    def open(self, name: str) -> Parcel:
        """Room for one file; `name` is what it is called in the outcomes."""


class Samples(Protocol):
    """The sample studies. Any thread."""

    def size(self) -> tuple[int, int]:
        """How many images there are, and the bytes of their data sets."""

    def make(self) -> Iterator[SampleStep]:
        """Make them and store them. Raises LocalError while they are being made already, VolumeFailed."""
