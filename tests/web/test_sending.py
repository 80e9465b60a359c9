"""Answers in pieces: nothing is read for a client that is gone, and what breaks off is not called complete."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from isocenter.base.errors import LocalError
from isocenter.base.limits import MIB, SEND_BYTES, SEND_BYTES_LEAST, SENT_TOGETHER_BYTES
from isocenter.web.sending import Streamed, Whole, Window, boundary, stretches, window


def run(answer, method="GET", gone_after=None):
    """The messages that an answer sends; the client leaves after so many of them."""
    sent = []

    async def send(message):
        sent.append(message)
        await asyncio.sleep(0)

    async def receive():
        while gone_after is None or len(sent) < gone_after:
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    asyncio.run(answer({"type": "http", "method": method, "path": "/x"}, receive, send))
    return sent


async def pieces(read, error=None):
    for number in range(100):
        read.append(number)
        yield bytes([number])
    if error:
        raise error


def body(sent):
    return b"".join(message.get("body", b"") for message in sent)


def test_all_pieces_are_sent_and_the_end_is_told():
    read = []
    sent = run(Streamed(pieces(read), [(b"a", b"b")], status=206, length=100))
    assert sent[0] == {"type": "http.response.start", "status": 206, "headers": [(b"a", b"b"), (b"content-length", b"100")]}
    assert body(sent) == bytes(range(100))
    assert not sent[-1].get("more_body")


def test_a_client_that_is_gone_is_read_for_no_longer():
    read = []
    run(Streamed(pieces(read), []), gone_after=10)
    assert len(read) < 20


@pytest.mark.parametrize("error", [LocalError("no way"), FileNotFoundError()])
def test_an_answer_that_breaks_off_has_no_end_and_leaves_a_line(error, caplog):
    sent = run(Streamed(pieces([], error), []))
    assert all(message.get("more_body") for message in sent[1:])
    assert "broken off" in caplog.text


def test_a_fault_of_ours_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        run(Streamed(pieces([], ZeroDivisionError()), []))


def test_head_reads_nothing():
    read = []
    sent = run(Streamed(pieces(read), [], length=100), "HEAD")
    assert (body(sent), read) == (b"", [])
    assert body(run(Whole(b"abc", []), "HEAD")) == b""
    assert run(Whole(b"abc", []), "HEAD")[0]["headers"] == [(b"content-length", b"3")]


def test_one_answer_reads_as_much_as_it_may_and_many_share_it():
    shared = Window()
    with ExitStack() as stack:
        shares = []
        for _ in range(1000):
            stack.enter_context(shared.taken())
            shares.append(shared.share)
    assert shares[0] == SEND_BYTES
    assert shares == sorted(shares, reverse=True)
    assert all(share * count <= SENT_TOGETHER_BYTES for count, share in enumerate(shares, 1) if share > SEND_BYTES_LEAST)
    assert shares[-1] == SEND_BYTES_LEAST
    assert shared.share == SEND_BYTES, "all of it comes back"


def test_a_long_file_is_read_in_shares_while_others_are_under_way():
    blob = SimpleNamespace(dataset_offset=100, fileno=lambda: -1, read=lambda _, length: bytes(length))

    async def lengths(others):
        with ExitStack() as stack:
            for _ in range(others):
                stack.enter_context(window.taken())
            return [len(piece) async for piece in stretches(blob, [(0, 2 * MIB), (7, 1)])]

    assert asyncio.run(lengths(1)) == [MIB, MIB, 1]
    assert asyncio.run(lengths(64)) == [256 * 1024] * 8 + [1]


@pytest.mark.parametrize("leaves", [None, 10])
def test_an_answer_gives_its_share_back_however_it_ends(leaves):
    held = []

    async def watched():
        async for piece in pieces([]):
            held.append(window._answers)
            yield piece

    before = window._answers
    run(Streamed(watched(), []), gone_after=leaves)
    assert set(held) == {before + 1}
    assert window._answers == before


def test_no_two_boundaries_are_the_same():
    assert len({boundary() for _ in range(1000)}) == 1000
