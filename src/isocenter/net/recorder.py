"""All recordings in a bounded room of memory: the oldest that are over go first, then the middle of what is still going on.

Comes in: connections as they begin, growth as they are used. Goes out: taps to write to, and the same to read. Whoever made no
association is kept apart, so that a port scan pushes out nobody. Any thread; nothing here waits, and nothing is written to a disk.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from isocenter.base.clock import Clock
from isocenter.base.ids import new_token
from isocenter.base.limits import (
    RECORDED_AHEAD_BYTES,
    RECORDED_AHEAD_SHARE,
    RECORDED_CONNECTION_BYTES,
    RECORDED_CONNECTIONS_MAX,
    RECORDED_SHARE,
    RECORDED_STRANGERS_MAX,
)
from isocenter.model.recording import Endpoint, Origin, Recording
from isocenter.net.sockets import numeric
from isocenter.net.tap import Tap

_ROUND_TRIP = struct.Struct("=68xI")
"""tcpi_rtt of Linux's tcp_info, in microseconds."""


class Recorder:
    """The port `Recordings`, and where taps come from."""

    def __init__(self, clock: Clock, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self._clock = clock
        self._taps: dict[str, Tap] = {}
        # Of those that are over, in the order in which they ended, and of these those that made no association.
        self._over: dict[str, None] = {}
        self._strangers: dict[str, None] = {}
        self._byte_count = 0
        self._version = 0
        self._lock = threading.Lock()

    @property
    def version(self) -> int:
        """See the port."""
        with self._lock:
            return self._version + sum(tap.serial for tap in self._taps.values())

    @property
    def byte_count(self) -> int:
        """See the port."""
        return self._byte_count

    def begin(self, caller: Endpoint, called: Endpoint, *, origin: Origin = Origin.HOUSE, outgoing: bool = False) -> Tap:
        """A connection exists from now on."""
        recording = Recording(new_token(), self._clock.now(), caller, called, origin, outgoing)
        return self.read(recording, self._clock.monotonic())

    def read(self, recording: Recording, began: float) -> Tap:
        """A connection that was made elsewhere, and is charged for while it is read: one of a capture file for instance.

        `began` is its beginning by the clock that its bytes are told by.
        """
        return self.keep(
            Tap(recording, began, self._charge, ahead=min(RECORDED_AHEAD_BYTES, self.bytes_max // RECORDED_AHEAD_SHARE))
        )

    def of_socket(self, sock: socket.socket, *, outgoing: bool, origin: Origin = Origin.HOUSE) -> Tap:
        """The same for a connected socket of ours."""
        with suppress(OSError):
            here, there = _endpoint(sock.getsockname()), _endpoint(sock.getpeername())
            tap = self.begin(*((here, there) if outgoing else (there, here)), outgoing=outgoing, origin=origin)
            tap.recording.round_trip_seconds = _round_trip(sock)
            return tap
        return self.begin(Endpoint(""), Endpoint(""), outgoing=outgoing, origin=origin)

    def keep(self, tap: Tap) -> Tap:
        """Take a tap among those that are counted."""
        with self._lock:
            self._taps[tap.recording.token] = tap
            tap.charged = tap.byte_count + RECORDED_CONNECTION_BYTES
            self._byte_count += tap.charged
            self._version += 1
            self._note_end(tap)
            if not self._make_room() and tap.recording.token in self._taps:
                # Thousands stand open and say nothing: there is no room for yet another one.
                self._drop(tap.recording.token)
        return tap

    def _charge(self, tap: Tap, byte_count: int) -> None:
        """A tap has grown, or ended."""
        with self._lock:
            if tap.recording.token not in self._taps:
                # Nobody can read it any more: it holds no more than its beginning, however long it goes on.
                tap.drop_oldest(tap.byte_count)
                return
            tap.charged += byte_count
            self._byte_count += byte_count
            share = self.bytes_max // RECORDED_SHARE
            if tap.charged > share:
                # A quarter of it at once, so that this is not done for every message.
                self._free(tap, share // RECORDED_SHARE)
            self._note_end(tap)
            if self._byte_count > self.bytes_max:
                self._make_room()

    def _note_end(self, tap: Tap) -> None:
        if tap.recording.ended is None and tap.recording.origin is not Origin.FILE:
            # What comes from a file is over, even where the file is not: nobody waits for the rest.
            return
        self._version += tap.recording.token not in self._over
        self._over[tap.recording.token] = None
        if _is_stranger(tap):
            self._strangers[tap.recording.token] = None
            if len(self._strangers) > RECORDED_STRANGERS_MAX:
                self._drop(next(iter(self._strangers)))

    def _make_room(self) -> bool:
        """Whoever is over goes, oldest first; then what those that go on said long ago. False where that is not enough."""
        while self._over and (self._byte_count > self.bytes_max or len(self._taps) > RECORDED_CONNECTIONS_MAX):
            self._drop(next(iter(self._over)))
        while self._byte_count > self.bytes_max:
            largest = max(self._taps.values(), key=lambda tap: tap.charged)
            if not self._free(largest, max(self._byte_count - self.bytes_max, largest.charged // RECORDED_SHARE)):
                return False
        return len(self._taps) <= RECORDED_CONNECTIONS_MAX

    def _free(self, tap: Tap, byte_count: int) -> int:
        freed = tap.drop_oldest(byte_count)
        tap.charged -= freed
        self._byte_count -= freed
        return freed

    def _drop(self, token: str) -> None:
        tap = self._taps.pop(token)
        self._byte_count -= tap.charged
        # What it had is no longer counted by `version`, which never falls.
        self._version += tap.serial + 1
        self._over.pop(token, None)
        self._strangers.pop(token, None)

    def all(self) -> Sequence[Tap]:
        """See the port."""
        with self._lock:
            return list(self._taps.values())

    def one(self, token: str) -> Tap | None:
        """See the port."""
        return self._taps.get(token)

    def forget(self) -> None:
        """See the port."""
        with self._lock:
            for token in list(self._over):
                self._drop(token)
            self._version += 1


def _is_stranger(tap: Tap) -> bool:
    recording = tap.recording
    return recording.ended is not None and recording.origin is Origin.HOUSE and not recording.outgoing and recording.summary is None


def _endpoint(address: tuple[object, ...] | str) -> Endpoint:
    port = address[1] if isinstance(address, tuple) and len(address) > 1 else 0
    return Endpoint(numeric(address), port if isinstance(port, int) else 0)


def _round_trip(sock: socket.socket) -> float | None:
    """What the system knows of the way to the other side, where it tells (Linux)."""
    option = getattr(socket, "TCP_INFO", None)
    if option is None or not hasattr(socket, "TCP_QUICKACK"):
        return None
    with suppress(OSError, struct.error):
        microseconds: int = _ROUND_TRIP.unpack(sock.getsockopt(socket.IPPROTO_TCP, option, _ROUND_TRIP.size))[0]
        return timedelta(microseconds=microseconds).total_seconds() if microseconds else None
    return None
