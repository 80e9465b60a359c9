"""Where connections stand that need no thread: until their A-ASSOCIATE-RQ is complete, and after their last PDU until they close.

Comes in: accepted sockets. Goes out: links whose request is complete, to `admitted`. One selector holds them all; each has its
association, so PS3.8 9.2 is obeyed by the one table, ARTIM included. When there are too many, or they hold too much, the oldest
goes. A connection never costs a thread here, and its address is never turned into a name.
"""

from __future__ import annotations

import selectors
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from isocenter.base.limits import ARTIM_SECONDS, LOBBY_BYTES_MAX, LOBBY_READS_PER_TURN
from isocenter.model.recording import Ending
from isocenter.net.blocking import Link
from isocenter.net.sockets import Stream, explain
from isocenter.net.tap import Tap
from isocenter.wire.association import Association
from isocenter.wire.events import Aborted, Closed, Requested
from isocenter.wire.pdu import AssociateRequest
from isocenter.wire.states import State


class Handshake(Stream, Protocol):
    """A stream that begins with a handshake, such as `tls.TlsStream`."""

    def shake_hands(self) -> bool:
        """One step; True when it is complete. Raises OSError where it fails."""


@dataclass(slots=True, eq=False)
class Visitor:
    """One connection in the lobby. `began` orders them; `byte_count` came from it, `room_bytes` is what it holds of our memory."""

    stream: Stream
    association: Association
    address: str
    began: float
    shaking: Handshake | None = None
    tap: Tap | None = None
    byte_count: int = 0
    room_bytes: int = 0
    is_leaving: bool = False


Admit = Callable[[Link, AssociateRequest, str], bool]
"""Takes over a link whose request is complete; False where there is no room, and the link was answered with a rejection."""

Left = Callable[[str, str], None]
"""(address, why) of a connection that ended before it asked for an association."""


class Lobby:
    """All connections without a thread, on one selector; used by one thread."""

    def __init__(self, selector: selectors.BaseSelector, admit: Admit, left: Left, half_open_max: int) -> None:
        self._selector = selector
        self._admit = admit
        self._left = left
        self.half_open_max = half_open_max
        self._visitors: dict[Visitor, None] = {}
        self._room_bytes = 0

    def __len__(self) -> int:
        return len(self._visitors)

    def enter(self, stream: Stream, address: str, shaking: Handshake | None = None, tap: Tap | None = None) -> None:
        """A connection that was just accepted; ARTIM runs from now on (PS3.8 9.1.5)."""
        now = monotonic()
        self._add(Visitor(stream, Association.acceptor(now), address, now, shaking, tap))

    def linger(self, link: Link, address: str) -> None:
        """A connection that had its last PDU from us: it gets the time to read it, and ARTIM to close."""
        link.association.shrink()
        self._add(Visitor(link.stream, link.association, address, monotonic(), tap=link.tap, is_leaving=True))

    def _add(self, visitor: Visitor) -> None:
        if len(self._visitors) >= self.half_open_max:
            self.drop_oldest("too many connections stood open without an association")
        try:
            self._selector.register(visitor.stream, selectors.EVENT_READ, visitor)
        except (OSError, ValueError, KeyError):
            visitor.stream.close()
            return
        self._visitors[visitor] = None
        self._hold(visitor)

    def _hold(self, visitor: Visitor) -> None:
        """Count the room that a connection has by now; while all of them have too much, the oldest goes."""
        room_bytes = visitor.association.room_bytes
        self._room_bytes += room_bytes - visitor.room_bytes
        visitor.room_bytes = room_bytes
        while self._room_bytes > LOBBY_BYTES_MAX:
            self.drop_oldest("the connections that stood without an association held too much memory")

    def drop_oldest(self, why: str) -> bool:
        """Close the connection that has stood here longest; False where there is none."""
        oldest = next(iter(self._visitors), None)
        if oldest is None:
            return False
        self.drop(oldest, why)
        return True

    def drop_all(self, why: str, *, half_open_only: bool = False) -> None:
        """Close all, or all but those that have had their last PDU."""
        for visitor in list(self._visitors):
            if not (half_open_only and visitor.is_leaving):
                self.drop(visitor, why)

    def readable(self, visitor: Visitor) -> None:
        """Bytes, or the end of them, wait on this connection."""
        for _ in range(LOBBY_READS_PER_TURN):
            if visitor not in self._visitors or not self._read(visitor):
                return

    def _read(self, visitor: Visitor) -> bool:
        """Read once; True where there may be more, in TLS's own buffer perhaps, which no selector sees."""
        association = visitor.association
        try:
            if visitor.shaking is not None:
                if not visitor.shaking.shake_hands():
                    return False
                visitor.shaking = None
            room = association.space()
            count = visitor.stream.recv_into(room)
        except BlockingIOError:
            return False
        except OSError as error:
            why = explain(error)
            if visitor.tap is not None:
                visitor.tap.ended(monotonic(), Ending.RESET, why)
            association.received_eof(monotonic(), why)
            self._react(visitor)
            return False
        may_have_more = count == len(room)
        now = monotonic()
        if count:
            visitor.byte_count += count
            if visitor.tap is not None:
                visitor.tap.received(room[:count], now)
            association.received(count, now)
        else:
            if visitor.tap is not None:
                visitor.tap.ended(now, Ending.CALLER)
            association.received_eof(now)
        self._react(visitor)
        return may_have_more

    def expire(self) -> None:
        """Let the timers of those run out whose time has come; they stand in that order."""
        now = monotonic()
        while (oldest := next(iter(self._visitors), None)) is not None and oldest.began + ARTIM_SECONDS <= now:
            association = oldest.association
            deadline = association.deadline()
            if deadline is None:
                self.drop(oldest, "")
            elif deadline > now:
                # Its timer was started again since it came: it goes to the end of the line.
                oldest.began = deadline - ARTIM_SECONDS
                self._visitors[oldest] = self._visitors.pop(oldest)
            else:
                association.tick(now)
                self._react(oldest)

    def seconds_to_next(self) -> float | None:
        """Until `expire` must be called; None while nobody is here."""
        oldest = next(iter(self._visitors), None)
        return None if oldest is None else max(0.0, oldest.began + ARTIM_SECONDS - monotonic())

    def _react(self, visitor: Visitor) -> None:
        """Do what the association's events ask for."""
        association = visitor.association
        request: AssociateRequest | None = None
        why = ""
        for event in association.events():
            match event:
                case Requested(found):
                    request = found
                case Aborted(_, _, _, told) | Closed(told):
                    why = why or told
        if request is not None and association.state is State.AWAITING_LOCAL_RESPONSE:
            self._hand_over(visitor, request)
            return
        self._flush(visitor)
        deadline = association.deadline()
        if deadline is not None and deadline <= monotonic():
            # A peer that speaks another protocol is not waited for.
            association.tick(deadline)
            for event in association.events():
                why = why or (event.why if isinstance(event, Closed) else "")
        if association.wants_close:
            self.drop(visitor, why)
        elif association.state is State.AWAITING_CLOSE and not visitor.is_leaving:
            visitor.is_leaving = True
            self._left(visitor.address, why)
        else:
            self._hold(visitor)

    def _hand_over(self, visitor: Visitor, request: AssociateRequest) -> None:
        self._forget(visitor)
        link = Link(visitor.stream, visitor.association, visitor.tap)
        link.bytes_in = visitor.byte_count
        if not self._admit(link, request, visitor.address):
            self.linger(link, visitor.address)

    @staticmethod
    def _flush(visitor: Visitor) -> None:
        """Send what fits the system's buffer, which a single control PDU always does; nobody is waited for."""
        with suppress(OSError):
            while buffers := visitor.association.outgoing():
                visitor.stream.sendmsg(buffers)
                if visitor.tap is not None:
                    now = monotonic()
                    visitor.tap.sent(buffers, now, now)

    def _forget(self, visitor: Visitor) -> None:
        if visitor in self._visitors:
            del self._visitors[visitor]
            self._room_bytes -= visitor.room_bytes
        with suppress(KeyError, ValueError, OSError):
            self._selector.unregister(visitor.stream)

    def drop(self, visitor: Visitor, why: str) -> None:
        """Close a connection; `why` is told of one that has not had its association."""
        self._forget(visitor)
        if visitor.tap is not None:
            visitor.tap.ended(monotonic(), Ending.CALLED, "" if visitor.is_leaving else why)
        with suppress(OSError):
            visitor.stream.close()
        if not visitor.is_leaving:
            self._left(visitor.address, why or "the connection closed before it asked for an association")
