"""The header of a blob, which tells all that the index knows beside the data set, so that the index can be rebuilt from blobs.

Beside the file meta information (PS3.10 7.1), its private information (0002,0102) holds a JSON object: checksum and length of the
data set, when and from whom it came, and a checksum of the header itself. All but the checksums and the length is known before
the first byte, and these have a fixed width, so that a header's length is known from the start and it can be written last.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import xxhash

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import HEADERS_CACHED_MAX
from isocenter.dataset import part10
from isocenter.model.records import Arrival

_CHECKSUM_BYTES = 16
_TEXTS = ("calling_ae_title", "called_ae_title", "address", "implementation_version_name", "source")


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a blob's header says: how it arrived, and what its data set must be."""

    arrival: Arrival
    checksum: bytes
    byte_count: int


class HeaderForm:
    """The header of one arrival, all but its two last values; `length` is fixed. Raises LocalError where it is over its limit."""

    __slots__ = ("_header", "_room", "length")

    def __init__(self, arrival: Arrival) -> None:
        sender = _described(*[getattr(arrival, name) for name in _TEXTS])
        received = arrival.received.isoformat().encode("ascii")
        content = b'{"received":"%s",%s,%s%s}' % (received, sender, _NO_VALUES, _own_checksum(0))
        self._header = part10.header(
            sop_class_uid=arrival.sop_class_uid,
            sop_instance_uid=arrival.sop_instance_uid,
            transfer_syntax=arrival.transfer_syntax,
            source_ae_title=arrival.calling_ae_title,
            sending_ae_title=arrival.calling_ae_title,
            receiving_ae_title=arrival.called_ae_title,
            private_information=content + b" " * (len(content) % 2),
        )
        self.length = len(self._header)
        self._room = self._header.rindex(b'"byte_count":')

    def fill(self, checksum: bytes, byte_count: int) -> bytes:
        """The header for a data set of that checksum and length."""
        values = _last_values(byte_count, checksum)
        end = self._room + len(values)
        without = self._header[: self._room] + values + self._header[end:]
        own = _own_checksum(xxhash.xxh3_64_intdigest(without))
        return without[:end] + own + without[end + len(own) :]


def _last_values(byte_count: int, checksum: bytes) -> bytes:
    return b'"byte_count":%20d,"checksum":"%s"' % (byte_count, checksum.hex().encode("ascii"))


def _own_checksum(number: int) -> bytes:
    return b',"header":"%016x"' % number


_NO_VALUES = _last_values(0, bytes(_CHECKSUM_BYTES))


@lru_cache(maxsize=HEADERS_CACHED_MAX)
def _described(*texts: str) -> bytes:
    """The members of the object that are the same for all that one association brings."""
    return json.dumps(dict(zip(_TEXTS, texts, strict=True)), separators=(",", ":"))[1:-1].encode("ascii")


def read_provenance(raw: bytes) -> Provenance:
    """What `HeaderForm` wrote, from the whole header. Raises UnreadableDataset for one that it did not, or that is damaged."""
    header = part10.read_header(raw)
    try:
        told = json.loads(header.private_information.rstrip(b" \0"))
        checksum = bytes.fromhex(told["checksum"])
        arrival = Arrival(
            sop_class_uid=header.text(part10.MEDIA_STORAGE_SOP_CLASS_UID),
            sop_instance_uid=header.text(part10.MEDIA_STORAGE_SOP_INSTANCE_UID),
            transfer_syntax=header.transfer_syntax,
            received=datetime.fromisoformat(told["received"]),
            **{name: str(told[name]) for name in _TEXTS},
        )
        byte_count = int(told["byte_count"])
        own = int(told["header"], 16)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableDataset("the header does not hold what an archive of Isocenter writes there") from error
    if len(checksum) != _CHECKSUM_BYTES or byte_count < 0 or arrival.received.tzinfo is None:
        raise UnreadableDataset("the header holds a checksum, length or time that cannot be")
    if xxhash.xxh3_64_intdigest(raw.replace(_own_checksum(own), _own_checksum(0))) != own:
        raise UnreadableDataset("the header is damaged: its checksum is another one than it says")
    return Provenance(arrival, checksum, byte_count)
