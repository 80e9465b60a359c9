"""A run of JSON text on its way out, as it is or packed so that runs can be put together without packing them again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JsonRun:
    """Some JSON values joined by commas, in UTF-8.

    `pieces` are to be sent one after the other, once: the text, or, where `packed`, a deflate stream of it that ends at a whole
    byte and is not closed (RFC 1951). `byte_count` and `checksum`, its CRC-32, are those of the text either way. `version` changes
    whenever the text does.
    """

    pieces: Iterable[bytes]
    packed: bool
    byte_count: int
    checksum: int
    version: str
