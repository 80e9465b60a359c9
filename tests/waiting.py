"""What tests of running things wait for, and where they listen."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Ask again and again until it is so."""
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end, "it did not happen"
        threading.Event().wait(0.005)


def a_free_port() -> int:
    """One that nobody listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def serving(meet: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of a server that gives every connection to `meet`, one after the other.

    Its thread ends before its socket is closed: one that came to its next accept after that would serve the callers of whoever
    got the number of the socket meanwhile.
    """
    server, is_over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve() -> None:
        while True:
            sock = server.accept()[0]
            if is_over.is_set():
                sock.close()
                return
            meet(sock)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(server.getsockname()[1])
    finally:
        is_over.set()
        with suppress(OSError):
            socket.create_connection(server.getsockname(), 5).close()
        thread.join(20)
        server.close()
