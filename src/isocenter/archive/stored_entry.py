"""A stored blob read back as an entry: what recovery adopts, and what an index is rebuilt from.

A key comes in; out comes the same `Entry` that filed the instance when it arrived, from the blob alone. A blob whose header is
missing, or whose bytes are not those that the header promises, is told apart from one that cannot be read at the moment.
"""

from __future__ import annotations

import xxhash

from isocenter.archive.blobs import BlobStore
from isocenter.archive.entry import Entry
from isocenter.archive.provenance import Provenance, read_provenance
from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import BLOB_READ_BYTES
from isocenter.dataset.skim import Skim
from isocenter.model.attributes import RECEIVED_TAGS
from isocenter.model.ports import OpenBlob


def read_told(store: BlobStore, key: str) -> Provenance:
    """What a blob's header says of it. Raises as `read_entry` does."""
    with store.open(key) as blob:
        return _told(key, blob)


def _told(key: str, blob: OpenBlob) -> Provenance:
    told = read_provenance(blob.read(0, blob.dataset_offset))
    if blob.byte_count != told.byte_count:
        raise UnreadableDataset(f"blob {key} holds {blob.byte_count} bytes, its header says {told.byte_count}")
    return told


def read_entry(store: BlobStore, key: str, *, verify: bool) -> Entry:
    """The entry of a blob; with `verify` every byte is read and its checksum compared, else no more than the index needs.

    Raises FileNotFoundError when there is no whole blob, UnreadableDataset when it is not what its header says, OSError when the
    disk fails.
    """
    with store.open(key) as blob:
        told = _told(key, blob)
        skim = Skim(told.arrival.transfer_syntax, RECEIVED_TAGS)
        _feed(skim, blob)
        if verify and checksum_of(blob) != told.checksum:
            raise UnreadableDataset(f"the bytes of blob {key} are not those that its header promises")
    return Entry(told.arrival, skim, blob=key, byte_count=told.byte_count, checksum=told.checksum)


def _feed(skim: Skim, blob: OpenBlob) -> None:
    offset, end = blob.dataset_offset, blob.dataset_offset + blob.byte_count
    length = BLOB_READ_BYTES // 16
    while offset < end:
        piece = blob.read(offset, min(length, end - offset))
        if skim.feed(piece):
            return
        if not piece:
            break
        offset += len(piece)
        length = BLOB_READ_BYTES
    skim.finish()


def checksum_of(blob: OpenBlob) -> bytes:
    """XXH3-128 of the data set, 16 bytes. Raises OSError."""
    digest = xxhash.xxh3_128()
    offset, end = blob.dataset_offset, blob.dataset_offset + blob.byte_count
    while offset < end:
        piece = blob.read(offset, min(BLOB_READ_BYTES, end - offset))
        if not piece:
            break
        digest.update(piece)
        offset += len(piece)
    return digest.digest()


def same_bytes(store: BlobStore, one: str, other: str) -> bool:
    """Whether two blobs hold the same data set, byte for byte. Raises FileNotFoundError, OSError."""
    with store.open(one) as first, store.open(other) as second:
        if first.byte_count != second.byte_count:
            return False
        done = 0
        while done < first.byte_count:
            piece = first.read(first.dataset_offset + done, BLOB_READ_BYTES)
            if not piece or piece != second.read(second.dataset_offset + done, BLOB_READ_BYTES):
                return False
            done += len(piece)
    return True
