"""What tests of running things wait for, and where they listen."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
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
