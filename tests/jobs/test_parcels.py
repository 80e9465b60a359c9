import io
import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.errors import PeerError
from isocenter.base.limits import WORKER_PIECES_MAX
from isocenter.jobs.parcels import Answer, Incoming, Kind, Request, read_answer, read_request, write_answer, write_request

words = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5)
pieces = st.lists(st.binary(max_size=50), max_size=5)


class Dripping(io.BytesIO):
    """A pipe that takes three bytes at a time."""

    def write(self, view) -> int:
        return super().write(bytes(view[:3]))


def written(write) -> bytes:
    pipe = Dripping()
    write(pipe.write)
    return pipe.getvalue()


def request(task="render", arguments=None, payload=b"") -> bytes:
    return written(lambda write: write_request(write, task, arguments or {}, seconds=1.5, memory_bytes=2**40, payload=payload))


def answer(*parts, kind=Kind.PIECES, is_last=False) -> bytes:
    return written(lambda write: write_answer(write, kind, parts, is_last=is_last))


@given(st.text(), st.dictionaries(st.text(), words, max_size=3), st.binary(max_size=50))
def test_a_request_comes_as_it_was_sent_and_leaves_what_follows(task, arguments, payload):
    pipe = io.BytesIO(request(task, arguments, payload) + b"next")
    assert read_request(pipe) == Request(task, arguments, 1.5, 2**40, payload)
    assert pipe.read() == b"next"


@given(st.sampled_from(Kind), pieces, st.booleans())
def test_an_answer_comes_as_it_was_sent_and_leaves_what_follows(kind, parts, is_last):
    pipe = io.BytesIO(answer(*parts, kind=kind, is_last=is_last) + b"next")
    assert read_answer(pipe, 250) == Answer(kind, parts, is_last)
    assert pipe.read() == b"next"


def test_pieces_may_be_views_of_any_shape():
    view = memoryview(struct.pack("<4L", 1, 2, 3, 4)).cast("L")
    assert read_answer(io.BytesIO(answer(view, bytearray(b"x"))), 100) == Answer(Kind.PIECES, [view.tobytes(), b"x"])


def test_an_end_at_any_byte_is_an_end():
    whole = request(arguments={"frame": 1}, payload=b"pixels")
    assert all(read_request(io.BytesIO(whole[:length])) is None for length in range(len(whole)))
    whole = answer(b"one", b"", b"three")
    assert all(read_answer(io.BytesIO(whole[:length]), 100) is None for length in range(len(whole)))


class Unread(io.BytesIO):
    """A pipe whose content must not be asked for by the gigabyte."""

    def read(self, byte_count=-1, /) -> bytes:
        assert 0 <= byte_count <= 8 * WORKER_PIECES_MAX
        return super().read(byte_count)


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (struct.pack("<BBLQ", 1, 0, 1, 101), "101 bytes, 100 were allowed"),
        (struct.pack("<BBLQQ", 1, 0, 2, 2**64 - 1, 2**64 - 1), "were allowed"),
        (struct.pack("<BBL", 1, 0, WORKER_PIECES_MAX + 1), f"{WORKER_PIECES_MAX + 1} pieces"),
        (struct.pack("<BBL", 1, 0, 2**32 - 1), "pieces"),
        (struct.pack("<BBL", 3, 0, 0), "kind 3"),
        (b"libcodec: warning", "kind 108"),
    ],
)
def test_an_answer_that_no_worker_gives_is_refused_before_anything_is_allocated(head, text):
    with pytest.raises(PeerError, match=text):
        read_answer(Unread(head), 100)


def test_what_is_asked_is_text_that_anybody_can_read():
    head_bytes = 12
    assert json.loads(request("render", {"frame": 1})[head_bytes:]) == ["render", {"frame": 1}, 1.5, 2**40]


@given(pieces, st.data())
def test_an_answer_may_come_in_chunks_of_any_size(parts, data):
    whole, incoming, found = answer(*parts), Incoming(250), None
    while whole:
        assert found is None
        size = data.draw(st.integers(1, len(whole)))
        chunk, whole = whole[:size], whole[size:]
        found = incoming.feed(chunk)
    assert found == Answer(Kind.PIECES, parts)


def test_bytes_after_an_answer_are_no_part_of_it():
    with pytest.raises(PeerError, match="goes on for 1 bytes"):
        Incoming(100).feed(answer(b"one") + b"x")
