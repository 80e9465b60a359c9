"""A conversation that is cut when it takes too long in all: time-outs of a socket bound each silence, never the sum of them."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def cut_after(current: Callable[[], socket.socket | None], seconds: float) -> Iterator[None]:
    """While the block runs, the socket of that moment is shut down once the seconds are over: who waits gets an end or an error.

    It is asked for then, since TLS puts another one in the place of the first.
    """

    def cut() -> None:
        with contextlib.suppress(OSError):
            if (sock := current()) is not None:
                sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
