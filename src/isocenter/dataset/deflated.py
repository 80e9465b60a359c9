"""Deflated Explicit VR Little Endian (PS3.5 A.5): a data set packed as a whole, without a header of zlib's.

Packed bytes come in, the data set goes out, and the other way round. What grows beyond its bound, is cut off or is no such stream
is refused before more than the bound is in memory.
"""

from __future__ import annotations

import zlib

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import INFLATE_BYTES_MAX


def inflated(packed: bytes | memoryview, bytes_max: int | None = None, what: str = "data set") -> bytes:
    """What was packed. Raises UnreadableDataset; `what` is its name there, and INFLATE_BYTES_MAX its bound where none is given."""
    most = INFLATE_BYTES_MAX if bytes_max is None else bytes_max
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        whole = inflater.decompress(packed, most + 1)
    except zlib.error as error:
        raise UnreadableDataset(f"the {what} is not deflated as its transfer syntax says: {error}") from error
    if len(whole) > most:
        raise UnreadableDataset(f"the {what} inflates to more than {most} bytes")
    if not inflater.eof:
        raise UnreadableDataset(f"the deflated {what} ends before its stream does", offset=len(packed))
    return whole


def deflated(data_set: bytes) -> bytes:
    """The data set packed, padded to an even length."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(data_set) + packer.flush()
    return packed + b"\0" * (len(packed) & 1)
