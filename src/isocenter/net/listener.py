"""The listener: one thread that accepts and holds connections, and a bounded number that serve one association each.

Comes in: connections. Goes out: conversations, each on a thread that is kept for the next one. Above the bounds there is an
A-ASSOCIATE-RJ, local limit exceeded (PS3.8 9.3.4), never a queue. At the end nobody new is accepted, what runs may end, and what
does not end in time is aborted. It can move to another port, and serve another house from the next caller on, while what is under
way goes on. No address is ever turned into a name.
"""

from __future__ import annotations

import errno
import logging
import selectors
import socket
import threading
from collections import Counter, deque
from contextlib import suppress
from queue import SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING

from isocenter.base.errors import LocalError
from isocenter.base.limits import (
    ABORT_LINGER_SECONDS,
    ACCEPTS_PER_TURN,
    ASSOCIATIONS_MAX,
    ASSOCIATIONS_PER_ADDRESS_MAX,
    DESCRIPTORS_RESERVED,
    DESCRIPTORS_SHORT_SECONDS,
    DRAIN_QUIET_SECONDS,
    DRAIN_SECONDS,
    HALF_OPEN_CONNECTIONS_MAX,
    RECEIVE_ROOM_BYTES_FIRST,
)
from isocenter.model.recording import Ending
from isocenter.net.blocking import Link
from isocenter.net.lobby import Lobby, Visitor
from isocenter.net.pump import Conversation, House
from isocenter.net.sockets import listen, numeric, stream_of, tune
from isocenter.wire.pdu import AssociateReject, AssociateRequest
from isocenter.wire.states import State

if TYPE_CHECKING:
    import ssl

_log = logging.getLogger("isocenter.net.listener")

_LOCAL_LIMIT_EXCEEDED = AssociateReject(result=2, source=3, reason=2)
_HALF_OPEN_MIN = 16
_STOPPING = "this archive is stopping"


class Listener:
    """Listens on one address and port from `start` to `stop`. `port` is the real one when 0 was asked for."""

    _selector: selectors.BaseSelector
    _lobby: Lobby
    _bell: socket.socket
    _wake: socket.socket

    def __init__(
        self,
        house: House,
        *,
        address: str = "",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        associations_max: int = ASSOCIATIONS_MAX,
        associations_per_address_max: int = ASSOCIATIONS_PER_ADDRESS_MAX,
        half_open_max: int = HALF_OPEN_CONNECTIONS_MAX,
    ) -> None:
        self.port = port
        self._house = house
        self._address = address
        self._tls = tls
        self._associations_max = associations_max
        self._per_address_max = associations_per_address_max
        self._half_open_max = half_open_max
        self._work: SimpleQueue[tuple[Link, AssociateRequest, str] | None] = SimpleQueue()
        self._changed = threading.Condition()
        self._active = 0
        self._threads = 0
        self._addresses: Counter[str] = Counter()
        self._conversations: dict[Conversation, None] = {}
        self._leaving: deque[tuple[Link, str]] = deque()
        self._is_stopping = False
        self._is_over = False
        self._accepts_at = 0.0
        self._listening: socket.socket | None = None
        self._new_doors: deque[socket.socket] = deque()
        self._thread: threading.Thread | None = None

    @property
    def associations(self) -> int:
        """How many are open."""
        return self._active

    @property
    def half_open(self) -> int:
        """How many connections stand without an association."""
        return len(self._lobby) if self._thread is not None else 0

    def start(self) -> None:
        """Listen and return. Raises OSError where the port is taken or not allowed, `UsageError` for a wrong address."""
        self._listening = listen(self._address, self.port)
        self.port = self._listening.getsockname()[1]
        room = descriptors() - DESCRIPTORS_RESERVED - self._associations_max
        self._selector = selectors.DefaultSelector()
        half_open_max = max(min(self._half_open_max, room), _HALF_OPEN_MIN)
        self._lobby = Lobby(self._selector, self._admit, self._house.witness.stranger_left, half_open_max)
        self._bell, self._wake = socket.socketpair()
        self._bell.setblocking(False)
        self._wake.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ, None)
        self._selector.register(self._listening, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._run, name="DICOM lobby", daemon=True)
        self._thread.start()

    def move(self, port: int) -> None:
        """Listen on another port of the same address from now on; whoever is connected stays so.

        Raises OSError where the port is taken or not allowed, LocalError at the end; then nothing has changed.
        """
        if self._is_stopping:
            raise LocalError(_STOPPING)
        door = listen(self._address, port)
        self._new_doors.append(door)
        self.port = door.getsockname()[1]
        self._ring()

    def serve_as(self, house: House) -> None:
        """Serve whoever comes from now on by another house; what is under way ends with the one that it began with."""
        self._house = house

    # The lobby's thread

    def _run(self) -> None:
        while not self._is_over:
            for visitor in self._ready():
                try:
                    self._lobby.readable(visitor)
                except Exception:
                    _log.exception("a connection failed before its association")
                    self._lobby.drop(visitor, "an error on this side")
            self._lobby.expire()
        for door in (self._listening, *self._new_doors):
            if door is not None:
                door.close()
        self._lobby.drop_all(_STOPPING)
        self._selector.close()

    def _ready(self) -> list[Visitor]:
        """Wait; those who have something to say, after the door and the bell were seen to."""
        timeout = self._lobby.seconds_to_next()
        if self._accepts_at:
            pause = self._accepts_at - monotonic()
            timeout = pause if timeout is None else min(timeout, pause)
        visitors = []
        is_door = is_bell = False
        for key, _ in self._selector.select(timeout):
            if key.data is not None:
                visitors.append(key.data)
            elif key.fileobj is self._bell:
                is_bell = True
            else:
                is_door = True
        if is_bell:
            self._answer_bell()
        if self._accepts_at and monotonic() >= self._accepts_at:
            self._accepts_at = 0.0
            if self._listening is not None:
                self._selector.register(self._listening, selectors.EVENT_READ, None)
        elif is_door and self._listening is not None:
            self._accept(self._listening)
        return visitors

    def _answer_bell(self) -> None:
        with suppress(OSError):
            self._bell.recv(RECEIVE_ROOM_BYTES_FIRST)
        while self._leaving:
            link, address = self._leaving.popleft()
            self._lobby.linger(link, address)
        while self._new_doors:
            self._close_door()
            self._listening = self._new_doors.popleft()
            self._selector.register(self._listening, selectors.EVENT_READ, None)
        if self._is_stopping and self._listening is not None:
            self._close_door()
            self._lobby.drop_all(_STOPPING, half_open_only=True)

    def _close_door(self) -> None:
        """Whoever knocks from now on is refused by the system."""
        if self._listening is not None:
            if not self._accepts_at:
                self._selector.unregister(self._listening)
            self._listening.close()
            self._listening = None
            self._accepts_at = 0.0

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(ACCEPTS_PER_TURN):
            try:
                sock, peer = listening.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    self._make_room(listening)
                    return
                continue
            self._welcome(sock, numeric(peer))

    def _make_room(self, listening: socket.socket) -> None:
        """No descriptors are left: the oldest connection without an association goes, or nobody is accepted for a moment."""
        if not self._lobby.drop_oldest("this computer has no descriptors left for connections"):
            _log.warning("no descriptors are left: nobody is accepted for %g s", DESCRIPTORS_SHORT_SECONDS)
            self._selector.unregister(listening)
            self._accepts_at = monotonic() + DESCRIPTORS_SHORT_SECONDS

    def _welcome(self, sock: socket.socket, address: str) -> None:
        tap = None
        try:
            tune(sock)
            recorder = self._house.recorder
            tap = recorder.of_socket(sock, outgoing=False) if recorder is not None else None
            if self._tls is None:
                self._lobby.enter(stream_of(sock), address, tap=tap)
            else:
                from isocenter.net.tls import accepted

                secured = accepted(sock, self._tls)
                self._lobby.enter(secured, address, secured, tap)
        except OSError as error:
            sock.close()
            why = f"the connection failed at once: {error}"
            if tap is not None:
                tap.ended(monotonic(), Ending.RESET, why)
            self._house.witness.stranger_left(address, why)

    def _admit(self, link: Link, request: AssociateRequest, address: str) -> bool:
        """Find a thread for an association; False where it was rejected because there is no room."""
        with self._changed:
            if self._is_stopping:
                why = _STOPPING
            elif self._active >= self._associations_max:
                why = f"{self._active} associations are open, no more are served at once"
            elif self._addresses[address] >= self._per_address_max:
                why = f"{self._addresses[address]} associations are open from this address, no more are served at once"
            else:
                why = ""
                self._active += 1
                self._addresses[address] += 1
                is_new = self._threads < self._active
                self._threads += is_new
        if why:
            self._house.witness.caller_rejected(request, address, why)
            link.association.reject(_LOCAL_LIMIT_EXCEEDED, monotonic())
            link.flush()
            return False
        self._work.put((link, request, address))
        if is_new:
            threading.Thread(target=self._serve, name="DICOM association", daemon=True).start()
        return True

    # The associations' threads

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            link, request, address = work
            conversation = Conversation(self._house, link, request, address)
            with self._changed:
                self._conversations[conversation] = None
            conversation.serve()
            with self._changed:
                del self._conversations[conversation]
                self._active -= 1
                self._addresses[address] -= 1
                if not self._addresses[address]:
                    del self._addresses[address]
                self._changed.notify_all()
            self._part(link, address)
            del work, link, request, conversation

    def _part(self, link: Link, address: str) -> None:
        """Let the lobby wait for the peer to close (PS3.8 9.2, Sta13)."""
        if link.association.state is State.AWAITING_CLOSE and not self._is_over:
            self._leaving.append((link, address))
            self._ring()
        else:
            link.close()

    def _ring(self) -> None:
        # A full bell rings already.
        with suppress(OSError):
            self._wake.send(b"\0")

    # The end

    def stop(self, seconds: float = DRAIN_SECONDS) -> None:
        """Accept nobody any more, let associations end for so long, abort the rest, and return when all is closed. Idempotent.

        An association between two messages is not waited for; one in the middle of something is.
        """
        if self._is_over or self._thread is None:
            return
        self._is_stopping = True
        self._ring()
        until = monotonic() + seconds
        with self._changed:
            while self._conversations and monotonic() < until:
                for conversation in self._conversations:
                    quiet_since = conversation.quiet_since
                    if quiet_since is not None and monotonic() - quiet_since >= DRAIN_QUIET_SECONDS:
                        conversation.link.interrupt(_STOPPING)
                self._changed.wait(min(DRAIN_QUIET_SECONDS / 4, max(0.0, until - monotonic())))
            for conversation in self._conversations:
                conversation.link.interrupt(_STOPPING)
            self._changed.wait_for(lambda: not self._conversations, ABORT_LINGER_SECONDS)
            for conversation in self._conversations:
                conversation.link.sever()
            self._changed.wait_for(lambda: not self._conversations, ABORT_LINGER_SECONDS)
        for _ in range(self._threads):
            self._work.put(None)
        self._is_over = True
        self._ring()
        self._thread.join()
        while self._leaving:
            self._leaving.popleft()[0].close()
        self._bell.close()
        self._wake.close()


def descriptors() -> int:
    """How many descriptors this process may have, after asking for as many as it is allowed to ask for."""
    try:
        import resource
    except ImportError:
        return HALF_OPEN_CONNECTIONS_MAX + DESCRIPTORS_RESERVED + ASSOCIATIONS_MAX
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = HALF_OPEN_CONNECTIONS_MAX + DESCRIPTORS_RESERVED + ASSOCIATIONS_MAX
    if soft != resource.RLIM_INFINITY and soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return wanted if soft == resource.RLIM_INFINITY else soft
