"""What is packed is the same when it is unpacked, and only whoever takes it gets it."""

import asyncio
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.web import packing as room


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("", False), ("gzip", True), ("deflate, GZIP;q=0.5", True), ("gzip;q=0", False), ("gzip ; q=0.000", False), ("*", True),
        ("*;q=0", False), ("gzip;q=0, *", False), ("identity", False), ("x-gzip", True), ("gzipped", False), ("gzip;q=abc", False),
        ("br, *;q=0.1", True), (",,;", False),
    ],
)  # fmt: skip
def test_gzip_is_sent_to_whoever_takes_it(header, takes):
    assert room.takes_gzip(header) is takes


@given(st.text(max_size=60))
def test_any_accept_encoding_is_understood_or_ignored(header):
    assert room.takes_gzip(header) in (True, False)


@given(st.binary(max_size=5000))
def test_what_is_packed_is_the_same_unpacked(content):
    assert gzip.decompress(asyncio.run(room.packed(content))) == content


@given(st.lists(st.binary(max_size=500), max_size=8))
def test_a_stream_is_one_gzip_member(pieces):
    async def told():
        for piece in pieces:
            yield piece

    async def came():
        return [piece async for piece in room.packed_stream(told())]

    assert gzip.decompress(b"".join(asyncio.run(came()))) == b"".join(pieces)


def test_a_stream_that_is_left_closes_what_it_is_made_of():
    closed = []

    async def told():
        try:
            while True:
                yield bytes(100_000)
        finally:
            closed.append(True)

    async def left():
        stream = room.packed_stream(told())
        await anext(stream)
        await stream.aclose()

    asyncio.run(left())
    assert closed == [True]
