"""Bulk data of one address on its way in: its parts in a nameless file, and the element they become (PS3.18 10.5.2, PS3.5 A.4).

Bytes of parts come in, pieces of an encoded element go out. Short ones stay in memory, long ones do not, whatever their number.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import DATASET_BYTES_MAX, RECEIVE_ROOM_BYTES, STOW_BULK_BYTES_HELD
from isocenter.dataset.skim import PIXEL_DATA_TAGS, named
from isocenter.dicomweb.json_data_set import Hole, element_header
from isocenter.dicomweb.media import MediaType
from isocenter.dicomweb.problems import Problem, quoted
from isocenter.dicomweb.representations import ALIASES, MEDIA_TYPES
from isocenter.imaging import codestreams
from isocenter.standard import transfer_syntax

_JPEG = "image/jpeg"
_JPEG_PROCESSES = {
    0xC0: transfer_syntax.JPEG_BASELINE,
    0xC1: transfer_syntax.JPEG_EXTENDED,
    0xC3: transfer_syntax.JPEG_LOSSLESS,
}
"""What the start-of-frame marker says of a stream whose Content-Type names no transfer syntax."""
_MARKER_SEARCHED_BYTES = RECEIVE_ROOM_BYTES
_SYNTAXES = dict(MEDIA_TYPES)
_UNDEFINED = 0xFFFFFFFF
_FRAGMENT_BYTES_MAX = 0xFFFFFFFE
_ITEM = struct.Struct("<HHI")
_EMPTY_OFFSET_TABLE = _ITEM.pack(0xFFFE, 0xE000, 0)
_SEQUENCE_DELIMITER = _ITEM.pack(0xFFFE, 0xE0DD, 0)


class BulkParts:
    """The parts of one address. Used by one thread at a time; `close` gives the room back."""

    def __init__(self, content_type: MediaType) -> None:
        self._content_type = content_type
        self._spool: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(max_size=STOW_BULK_BYTES_HELD)  # noqa: SIM115 - see close
        self._lengths: list[int] = []
        self._syntax = ""

    def begin(self) -> None:
        """Another part, of the same type as the first."""
        self._lengths.append(0)

    def write(self, view: memoryview) -> None:
        """The next bytes of the part. Raises `Problem` 413 where all parts are more than an instance may have."""
        if self._spool.tell() + len(view) > DATASET_BYTES_MAX:
            raise Problem(413, f"bulk data of more than {DATASET_BYTES_MAX} bytes came for one element")
        self._spool.write(view)
        self._lengths[-1] += len(view)

    def close(self) -> None:
        """Nothing of it is needed any more. Idempotent."""
        self._spool.close()

    @property
    def count(self) -> int:
        """How many parts came."""
        return len(self._lengths)

    @property
    def is_by_frames(self) -> bool:
        """True for pixels of which each frame is a part of its own."""
        syntax = transfer_syntax.of(self.transfer_syntax())
        return syntax.encapsulated and not syntax.video

    def transfer_syntax(self) -> str:
        """That of an instance with such pixels: as the Content-Type says, or as a JPEG stream says itself."""
        if not self._syntax:
            self._syntax = self._found_syntax()
        return self._syntax

    def _found_syntax(self) -> str:
        named_one = self._content_type.parameter("transfer-syntax").strip()
        essence = ALIASES.get(self._content_type.essence, self._content_type.essence)
        if named_one:
            return (
                transfer_syntax.EXPLICIT_VR_LITTLE_ENDIAN if named_one == transfer_syntax.IMPLICIT_VR_LITTLE_ENDIAN else named_one
            )
        if essence == _JPEG:
            end = self._spool.tell()
            self._spool.seek(0)
            start = self._spool.read(_MARKER_SEARCHED_BYTES)
            self._spool.seek(end)
            try:
                return _JPEG_PROCESSES.get(codestreams.jpeg(start).marker, _SYNTAXES[_JPEG][0])
            except UnreadableDataset:
                return _SYNTAXES[_JPEG][0]
        return _SYNTAXES.get(essence, (transfer_syntax.EXPLICIT_VR_LITTLE_ENDIAN,))[0]

    def element(self, hole: Hole) -> Iterator[bytes]:
        """The element with this value, piece by piece. Raises UnreadableDataset where its VR cannot hold it."""
        syntax = transfer_syntax.of(self.transfer_syntax())
        if hole.tag in PIXEL_DATA_TAGS and syntax.encapsulated:
            yield from self._fragments(hole)
            return
        if not syntax.little_endian or syntax.deflated:
            raise UnreadableDataset(f"{named(hole.tag)} came as {quoted(syntax.uid)}, which web services do not use")
        if self.count != 1:
            raise UnreadableDataset(f"{named(hole.tag)} came in {self.count} parts, where one is its value")
        length = self._lengths[0]
        yield element_header(hole.tag, hole.vr, length + (length & 1))
        self._spool.seek(0)
        yield from self._part(length)

    def value(self, bytes_max: int) -> bytes:
        """The value whole, for an element inside a sequence. Raises UnreadableDataset where it is longer than that."""
        if self.count != 1:
            raise UnreadableDataset(f"bulk data inside a sequence came in {self.count} parts, where one is its value")
        if self._lengths[0] > bytes_max:
            raise UnreadableDataset(f"bulk data inside a sequence has {self._lengths[0]} bytes; {bytes_max} are allowed")
        self._spool.seek(0)
        return self._spool.read()

    def _fragments(self, hole: Hole) -> Iterator[bytes]:
        """Each part as one fragment; the offset table stays empty, as it may (PS3.5 A.4)."""
        yield element_header(hole.tag, "OB", _UNDEFINED) + _EMPTY_OFFSET_TABLE
        self._spool.seek(0)
        for length in self._lengths:
            even = length + (length & 1)
            if even > _FRAGMENT_BYTES_MAX:
                raise UnreadableDataset(f"a frame of {length} bytes is longer than a fragment can be")
            yield _ITEM.pack(0xFFFE, 0xE000, even)
            yield from self._part(length)
        yield _SEQUENCE_DELIMITER

    def _part(self, length: int) -> Iterator[bytes]:
        left = length
        while left:
            piece = self._spool.read(min(left, RECEIVE_ROOM_BYTES))
            if not piece:
                raise OSError(0, "a temporary file ends before what was written to it")
            left -= len(piece)
            yield piece
        if length & 1:
            yield b"\0"
