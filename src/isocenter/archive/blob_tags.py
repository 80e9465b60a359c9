"""Attributes that only the blob can answer: read from the file's beginning, never its pixels.

A blob's key and tags come in, decoded text goes out: several values joined by a backslash, empty for what is absent, unreadable, a
sequence or binary. A stored file came from anywhere, so what is read and what is inflated is bounded, and nothing it holds may
make a query fail.
"""

from __future__ import annotations

import io
import logging
import zlib
from collections.abc import Sequence
from typing import Any

from pydicom.datadict import keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag

from isocenter.base.limits import HEADER_BYTES_MAX, HEADER_READ_BYTES
from isocenter.model.attributes import SPECIFIC_CHARACTER_SET
from isocenter.model.ports import BlobReader, OpenBlob
from isocenter.standard.transfer_syntax import BY_UID

_LOG = logging.getLogger("isocenter.archive")
_PIXELS = 0x7FE00000
_BINARY = frozenset({"SQ", "OB", "OW", "OF", "OD", "OL", "OV", "UN"})


def values_of(blobs: BlobReader, blob: str, transfer_syntax: str, tags: Sequence[int]) -> dict[str, str]:
    """The text of `tags` in `blob`, by tag as eight hexadecimal digits."""
    texts = {f"{tag:08X}": "" for tag in tags}
    try:
        with blobs.open(blob) as opened:
            dataset = _read(opened, transfer_syntax, tags)
        for tag in tags:
            texts[f"{tag:08X}"] = _text(dataset, tag)
    except Exception as error:
        # pydicom raises whatever a damaged file leads it to.
        _LOG.warning("blob %s cannot answer %d attributes: %s", blob, len(tags), error)
    return texts


def _read(opened: OpenBlob, transfer_syntax: str, tags: Sequence[int]) -> Dataset:
    syntax = BY_UID.get(transfer_syntax)
    source: io.RawIOBase = _Beginning(opened)
    if syntax is not None and syntax.deflated:
        packed = opened.read(opened.dataset_offset, min(opened.byte_count, HEADER_BYTES_MAX))
        plain = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, HEADER_BYTES_MAX)
        return _parse(io.BytesIO(plain), False, True, tags)
    explicit = syntax is None or syntax.explicit_vr
    little = syntax is None or syntax.little_endian
    return _parse(io.BufferedReader(source, HEADER_READ_BYTES), not explicit, little, tags)


def _parse(source: Any, implicit_vr: bool, little_endian: bool, tags: Sequence[int]) -> Dataset:
    last = max((*tags, SPECIFIC_CHARACTER_SET))

    def past(tag: BaseTag, _vr: str | None, _length: int) -> bool:
        return bool(tag >= _PIXELS or tag > last)

    wanted: list[BaseTag | int] = [SPECIFIC_CHARACTER_SET, *tags]
    return read_dataset(source, implicit_vr, little_endian, stop_when=past, specific_tags=wanted)


class _Beginning(io.RawIOBase):
    """The first HEADER_BYTES_MAX bytes of a data set as a file."""

    def __init__(self, opened: OpenBlob) -> None:
        self._opened = opened
        self._length = min(opened.byte_count, HEADER_BYTES_MAX)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, room: Any) -> int:
        count = max(0, min(len(room), self._length - self._at))
        piece = self._opened.read(self._opened.dataset_offset + self._at, count) if count else b""
        room[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def _text(dataset: Dataset, tag: int) -> str:
    if tag not in dataset:
        return ""
    element = dataset[tag]
    if element.VR in _BINARY or not keyword_for_tag(tag):
        return ""
    value = element.value
    values = value if isinstance(value, (MultiValue, list, tuple)) else [value]
    return "\\".join("" if one is None else str(one) for one in values)
