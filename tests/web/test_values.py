"""Any part of a value is a slice of it, wherever its bytes lie."""

import asyncio
from contextlib import contextmanager

from hypothesis import given
from hypothesis import strategies as st

from isocenter.dicomweb.ranges import ByteRange
from isocenter.web.values import Value

STORED = bytes(range(200))


class File:
    """A file without a descriptor that could be read at once."""

    dataset_offset = 7
    byte_count = len(STORED)

    def fileno(self):
        return -1

    def read(self, offset, length):
        return STORED[offset - 7 : offset - 7 + length]


class House:
    """Only what a value asks of a house."""

    class Blobs:
        @contextmanager
        def open(self, blob):
            yield File()

    class Instance:
        blob = "key"

    blobs = Blobs()


async def gathered(value, part):
    return b"".join([bytes(piece) async for piece in value.bytes(part)])


STRETCH = st.tuples(st.integers(0, 199), st.integers(1, 30)).map(lambda pair: (pair[0], min(pair[1], 200 - pair[0])))


@given(st.binary(max_size=20), st.lists(STRETCH, max_size=4), st.integers(0, 150), st.integers(1, 150))
def test_a_part_is_a_slice(content, pieces, offset, length):
    whole = content + b"".join(STORED[start : start + size] for start, size in pieces)
    value = Value(House(), content, House.Instance(), pieces)
    assert value.length == len(whole)
    part = ByteRange(offset, length)
    assert asyncio.run(gathered(value, part)) == whole[offset : offset + length]
    assert asyncio.run(gathered(value, value.whole)) == whole
