"""A proxy that stands between two devices and shows their talk: what comes goes on byte for byte, and a tap keeps what it saw.

Comes in: connections to a port of ours. Goes out: the same to another computer. An end that is half closed, or broken, is so on the
other side too. Nobody is asked anything, nothing is changed, no title is looked at: a device is pointed here instead of there, and
needs no hub and no rights of an administrator. A connection above the bound is closed at once.
"""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from contextlib import suppress
from time import monotonic

from isocenter.base.errors import LinkLost, UsageError
from isocenter.base.limits import (
    CONNECT_SECONDS,
    DESCRIPTORS_SHORT_SECONDS,
    RELAY_BYTES_HELD,
    RELAY_CONNECTIONS_MAX,
    RELAY_LOOK_SECONDS,
    RELAY_STOP_SECONDS,
)
from isocenter.model.recording import Ending, Endpoint, Origin
from isocenter.net.recorder import Recorder
from isocenter.net.sockets import acknowledger, connect, explain, listen, numeric, place, reset_on_close, stream_of, tune
from isocenter.net.tap import Tap

_log = logging.getLogger("isocenter.net.relay")


class Relay:
    """Listens from `start` to `stop`, and joins each caller to `host` and `port`."""

    def __init__(self, recorder: Recorder, host: str, port: int, *, listen_port: int, address: str = "") -> None:
        self.host = host
        self.port = port
        self.listen_port = listen_port
        self.address = address
        self.callers = 0
        self._recorder = recorder
        self._pairs: set[_Pair] = set()
        self._serving = 0
        self._door: socket.socket | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def open_connections(self) -> int:
        """How many pairs are joined now."""
        return len(self._pairs)

    def start(self) -> None:
        """Listen and return. Raises `UsageError` where the port cannot be had."""
        try:
            self._door = listen(self.address, self.listen_port)
        except OSError as error:
            raise UsageError(f"Port {self.listen_port} cannot be listened on: {error.strerror or error}.") from error
        self.listen_port = self._door.getsockname()[1]
        self._thread = threading.Thread(target=self._run, args=(self._door,), name="relay", daemon=True)
        self._thread.start()

    def _run(self, door: socket.socket) -> None:
        # Not every system wakes a thread that waits in accept when its socket is closed: it looks by itself.
        door.settimeout(RELAY_LOOK_SECONDS)
        while not self._over.is_set():
            try:
                caller, peer = door.accept()
            except TimeoutError:
                continue
            except OSError:
                # No descriptors are left for a moment, or this is the end.
                self._over.wait(DESCRIPTORS_SHORT_SECONDS)
                continue
            with self._lock:
                # Those that are still being connected count as well.
                is_full = self._over.is_set() or self._serving >= RELAY_CONNECTIONS_MAX
                self._serving += not is_full
            if is_full:
                caller.close()
                continue
            self.callers += 1
            threading.Thread(target=self._serve, args=(caller, numeric(peer)), name="relayed connection", daemon=True).start()

    def _serve(self, caller: socket.socket, address: str) -> None:
        try:
            self._join(caller, address)
        except Exception:
            _log.exception("a relayed connection failed here")
            caller.close()
        finally:
            with self._lock:
                self._serving -= 1

    def _join(self, caller: socket.socket, address: str) -> None:
        tune(caller)
        tap = self._recorder.of_socket(caller, outgoing=False, origin=Origin.PROXY)
        tap.recording.called = Endpoint(self.host, self.port)
        try:
            called = connect(self.host, self.port, CONNECT_SECONDS)
        except LinkLost as error:
            _log.warning("The proxy could not pass on a call from %s: %s", address, error)
            tap.ended(monotonic(), Ending.CALLED, str(error))
            _break(caller)
            return
        pair = _Pair(caller, called, tap)
        with self._lock:
            self._pairs.add(pair)
            # Whoever stops the relay cuts the pairs that it finds: one that comes after that ends by itself.
            late = self._over.is_set()
        try:
            if not late:
                pair.run()
        finally:
            pair.close()
            with self._lock:
                self._pairs.discard(pair)

    def stop(self) -> None:
        """Accept nobody any more, and cut what is joined. Idempotent."""
        self._over.set()
        if self._door is not None:
            with suppress(OSError):
                self._door.shutdown(socket.SHUT_RDWR)
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            pair.cut()
        if self._thread is not None:
            self._thread.join(RELAY_STOP_SECONDS)
        if self._door is not None:
            self._door.close()

    def words(self) -> str:
        """`port 11113 to 10.0.0.5:104`."""
        return f"port {self.listen_port} to {place(self.host, self.port)}"


class _Half:
    """One direction: what was read here and is still to be written there."""

    __slots__ = ("acknowledge", "is_forth", "is_over", "reader", "waiting", "was_passed_on", "writer")

    def __init__(self, reader: socket.socket, writer: socket.socket, *, is_forth: bool) -> None:
        self.reader = reader
        self.writer = writer
        self.acknowledge = acknowledger(stream_of(reader))
        self.is_forth = is_forth
        self.waiting = bytearray()
        self.is_over = False
        self.was_passed_on = False


class _Pair:
    """Two connections that are joined; one thread, `cut` excepted."""

    def __init__(self, caller: socket.socket, called: socket.socket, tap: Tap) -> None:
        self._caller = caller
        self._called = called
        self._tap = tap
        self._halves = (_Half(caller, called, is_forth=True), _Half(called, caller, is_forth=False))
        self._room = memoryview(bytearray(RELAY_BYTES_HELD))

    def run(self) -> None:
        """Until both directions are over, or one broke."""
        with selectors.DefaultSelector() as selector:
            for sock in (self._caller, self._called):
                selector.register(sock, selectors.EVENT_READ)
            while not all(half.was_passed_on for half in self._halves):
                self._watch(selector)
                for key, events in selector.select():
                    if not self._turn(key.fileobj, events):
                        return
                if not selector.get_map():
                    return

    def _watch(self, selector: selectors.BaseSelector) -> None:
        for sock in (self._caller, self._called):
            wanted = 0
            for half in self._halves:
                if half.reader is sock and not half.is_over and not half.waiting:
                    wanted |= selectors.EVENT_READ
                if half.writer is sock and half.waiting:
                    wanted |= selectors.EVENT_WRITE
            if sock in selector.get_map():
                if wanted:
                    selector.modify(sock, wanted)
                else:
                    selector.unregister(sock)
            elif wanted:
                selector.register(sock, wanted)

    def _turn(self, sock: object, events: int) -> bool:
        """What one socket is ready for; False once the pair is broken."""
        for half in self._halves:
            try:
                if events & selectors.EVENT_READ and half.reader is sock and not half.is_over and not half.waiting:
                    self._read(half)
                if events & selectors.EVENT_WRITE and half.writer is sock and half.waiting:
                    self._write(half, memoryview(half.waiting))
            except BlockingIOError:
                continue
            except OSError as error:
                self._tap.ended(monotonic(), Ending.RESET, explain(error))
                _break(self._caller)
                _break(self._called)
                return False
        return True

    def _read(self, half: _Half) -> None:
        count = half.reader.recv_into(self._room)
        if not count:
            half.is_over = True
            self._tap.ended(monotonic(), Ending.CALLER if half.is_forth else Ending.CALLED)
            half.writer.shutdown(socket.SHUT_WR)
            half.was_passed_on = True
            return
        now = monotonic()
        self._tap.took(half.is_forth, self._room[:count], now, now)
        self._write(half, self._room[:count])
        # A peer with Nagle's algorithm holds its next small segment until its last one is acknowledged.
        half.acknowledge()

    @staticmethod
    def _write(half: _Half, view: memoryview) -> None:
        """Pass on what the other side takes now, and keep the rest, never more than was read at once."""
        try:
            sent = half.writer.send(view)
        except BlockingIOError:
            sent = 0
        half.waiting = bytearray(view[sent:])

    def cut(self) -> None:
        """End it from another thread."""
        for sock in (self._caller, self._called):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close both. Idempotent."""
        self._tap.ended(monotonic(), Ending.CALLED)
        for sock in (self._caller, self._called):
            with suppress(OSError):
                sock.close()


def _break(sock: socket.socket) -> None:
    """Close with a reset, as the other side of the pair did."""
    with suppress(OSError):
        reset_on_close(sock)
    with suppress(OSError):
        sock.close()
