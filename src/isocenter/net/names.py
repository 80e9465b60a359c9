"""From host names to addresses, remembered for a while: what a node's entry is compared with when somebody calls.

Names go in, numeric addresses come out, forwards only. A name server that does not answer costs one caller its patience, not all.
"""

from __future__ import annotations

import socket
import threading

from isocenter.base.clock import Clock
from isocenter.base.limits import RESOLVED_NAMES_MAX, RESOLVED_SECONDS


class RememberedNames:
    """A resolver for `nodes`: call it with a name. Any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, frozenset[str]]] = {}

    def __call__(self, host: str) -> frozenset[str]:
        """The addresses of `host`; empty where it has none, or nobody answers."""
        now = self._clock.monotonic()
        with self._lock:
            asked, addresses = self._known.get(host, (now - RESOLVED_SECONDS - 1, frozenset()))
        if now - asked <= RESOLVED_SECONDS:
            return addresses
        addresses = _look_up(host)
        with self._lock:
            if len(self._known) >= RESOLVED_NAMES_MAX:
                self._known.clear()
            self._known[host] = (now, addresses)
        return addresses


def _look_up(host: str) -> frozenset[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(str(entry[4][0]) for entry in found)
