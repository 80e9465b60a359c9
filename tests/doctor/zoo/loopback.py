"""The lab's peers on a loop of their own, so that tests can call them from any thread."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

from tests.peers.processes import a_free_port

from isocenter.lab.faults.habits import Habits
from isocenter.lab.faults.peer import Peer
from isocenter.lab.faults.serving import serve_habits, serve_stranger
from isocenter.lab.faults.strangers import Stranger

T = TypeVar("T")


_given: set[int] = set()
_giving = threading.Lock()


def a_port() -> int:
    """A free port that nobody else of this run has been given: many rows look for one at the same time."""
    with _giving:
        while (port := a_free_port()) in _given:
            pass
        _given.add(port)
        return port


class Loopback:
    """One event loop in a thread. Peers listen on this computer's own address, each on a port that the system chooses.

    The thread is of the network in which its maker is, and may be of none other than that.
    """

    def __init__(self, name: str = "lab") -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What a coroutine comes to, on that loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    @contextlib.contextmanager
    def peer(self, habits: Habits, *, host: str = "127.0.0.1", port: int = 0, tls: Any = None) -> Iterator[tuple[int, Peer]]:
        """A peer while the block runs: its port, and itself."""
        server, peer = self.run(serve_habits(habits, host, port, tls))
        try:
            yield server.sockets[0].getsockname()[1], peer
        finally:
            self._loop.call_soon_threadsafe(server.close)

    @contextlib.contextmanager
    def stranger(self, stranger: Stranger, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
        """Somebody who speaks no DICOM, while the block runs: the port."""
        server = self.run(serve_stranger(stranger, host, port))
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            self._loop.call_soon_threadsafe(server.close)

    def close(self) -> None:
        """End every line and the loop."""

        async def end() -> None:
            others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        with contextlib.suppress(TimeoutError):
            self.run(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
