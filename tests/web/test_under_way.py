"""Work of another process awaited by the event loop: its end, its error, and a client that does not wait for it."""

from __future__ import annotations

import asyncio
import os

import pytest

from isocenter.base.errors import Exhausted
from isocenter.web.under_way import CAN_WATCH, finished

pytestmark = pytest.mark.skipif(not CAN_WATCH, reason="the event loop of this system watches no pipes")


class Work:
    """What comes through a pipe, until a full stop."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        self.came = b""

    def fileno(self) -> int:
        return self.reading

    def advance(self) -> bytes | None:
        chunk = os.read(self.reading, 100)
        if not chunk:
            raise Exhausted("the process died of it")
        self.came += chunk
        return self.came if self.came.endswith(b".") else None


@pytest.fixture
def work():
    made = Work()
    yield made
    os.close(made.reading)


def test_it_is_finished_when_all_of_it_is_there(work):
    async def waiting() -> bytes:
        task = asyncio.create_task(finished(work))
        for part in (b"a ", b"pic", b"ture."):
            await asyncio.sleep(0)
            os.write(work.writing, part)
        return await task

    assert asyncio.run(waiting()) == b"a picture."
    os.close(work.writing)


def test_its_error_is_raised_where_it_is_awaited(work):
    os.close(work.writing)
    with pytest.raises(Exhausted, match="died of it"):
        asyncio.run(finished(work))


def test_one_who_goes_away_leaves_the_work_to_its_end(work):
    async def leaving() -> bytes:
        task = asyncio.create_task(finished(work))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        os.write(work.writing, b"done.")
        while not work.came:
            await asyncio.sleep(0)
        return work.came

    assert asyncio.run(leaving()) == b"done."
    os.close(work.writing)
