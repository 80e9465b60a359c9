"""One association over one connection, for one thread that may wait.

Comes in: bytes, straight into the association's own room. Goes out: its events, and one `sendmsg` per message. The timers that
PS3.8 leaves to the user run here: silence, and a peer that does not read. The network's misfortunes arrive as events, like
everything else that ends an association; only this side's own decision to wait no longer raises, `GaveUp`.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from time import monotonic

from isocenter.base.errors import IsocenterError
from isocenter.base.limits import RECEIVE_ROOM_BYTES_FIRST, SEND_STALL_SECONDS
from isocenter.model.recording import Ending
from isocenter.net.sockets import Buffer, Readiness, Stream, acknowledger, explain
from isocenter.net.tap import Tap
from isocenter.wire.association import Association
from isocenter.wire.events import Event


class GaveUp(IsocenterError):
    """This side waits no longer: the peer was silent for too long, or we are stopping. The association is still to be aborted."""


class Link:
    """An association and the stream that carries it. One thread, `interrupt` excepted.

    `bytes_in` and `bytes_out` count what passed, PDU headers included; `tap` records it.
    """

    def __init__(self, stream: Stream, association: Association, tap: Tap | None = None) -> None:
        self.association = association
        self.stream = stream
        self.tap = tap
        self._room = memoryview(b"")
        self.bytes_in = 0
        self.bytes_out = 0
        self._acknowledge = acknowledger(stream)
        self._readiness = Readiness(stream)
        self._broken = ""
        self._interruption = ""

    def receive(self, silence_seconds: float) -> Iterator[Event]:
        """Wait for bytes or for one of the association's timers; read the events to their end before the next call.

        Raises `GaveUp` after `silence_seconds` without a byte, or when interrupted.
        """
        association = self.association
        try:
            self._room = association.space()
            count = self.stream.recv_into(self._room)
        except BlockingIOError:
            if self._broken or self._interruption:
                return self._ended()
            received = self._wait(silence_seconds)
            if received is None:
                return association.events()
            count = received
        except OSError as error:
            self._failed(error)
            return association.events()
        return self._took(count)

    def poll(self) -> Iterator[Event] | None:
        """What is there already, without waiting; None where nothing is."""
        association = self.association
        try:
            self._room = association.space()
            count = self.stream.recv_into(self._room)
        except BlockingIOError:
            if self._broken:
                return self._ended()
            deadline = association.deadline()
            if deadline is not None and monotonic() >= deadline:
                association.tick(monotonic())
                return association.events()
            return None
        except OSError as error:
            self._failed(error)
            return association.events()
        return self._took(count)

    def _took(self, count: int) -> Iterator[Event]:
        association = self.association
        now = monotonic()
        if count:
            self.bytes_in += count
            if self.tap is not None:
                self.tap.received(self._room[:count], now)
            association.received(count, now)
        elif self._interruption:
            raise GaveUp(self._interruption)
        else:
            self._over(by_peer=True)
            association.received_eof(now)
        return association.events()

    def _failed(self, error: OSError) -> None:
        """The connection broke while something was awaited."""
        why = explain(error)
        if self.tap is not None:
            self.tap.ended(monotonic(), Ending.RESET, why)
        self.association.received_eof(monotonic(), why)

    def _over(self, *, by_peer: bool) -> None:
        """Tell the recording who closed; the first one to do so stays."""
        tap = self.tap
        if tap is not None:
            tap.ended(monotonic(), Ending.CALLER if by_peer != tap.recording.outgoing else Ending.CALLED)

    def _ended(self) -> Iterator[Event]:
        """Nothing more to read, after a send failed or this thread was interrupted."""
        if self._interruption:
            raise GaveUp(self._interruption)
        self.association.received_eof(monotonic(), self._broken)
        return self.association.events()

    def _wait(self, silence_seconds: float) -> int | None:
        """The number of bytes received after waiting; None where a timer of the association has run out instead."""
        association, readiness = self.association, self._readiness
        silent_at = monotonic() + silence_seconds
        while True:
            # Whatever came is read by now: a peer that waits for the acknowledgement gets it before we sleep.
            self._acknowledge()
            timer = association.deadline()
            until = silent_at if timer is None else min(silent_at, timer)
            if readiness.readable(until - monotonic()):
                try:
                    self._room = association.space()
                    return self.stream.recv_into(self._room)
                except BlockingIOError:
                    if self._interruption:
                        raise GaveUp(self._interruption) from None
                except OSError as error:
                    self._failed(error)
                    return None
            now = monotonic()
            if timer is not None and now >= timer:
                association.tick(now)
                return None
            if now >= silent_at:
                raise GaveUp(f"nothing came for {silence_seconds:g} s")

    def flush(self) -> None:
        """Send all that is queued. A connection that breaks meanwhile is told by the next `receive`, with what the peer said last.

        What a lazy data set raises passes through.
        """
        outgoing = self.association.outgoing
        while buffers := outgoing():
            if not self._broken:
                self._send(buffers)

    def _send(self, buffers: list[Buffer]) -> None:
        """One list of buffers, all of it."""
        left = sum(map(len, buffers))
        self.bytes_out += left
        tap, began, whole = self.tap, monotonic() if self.tap is not None else 0.0, buffers
        while True:
            try:
                sent = self.stream.sendmsg(buffers)
            except BlockingIOError:
                sent = 0
            except OSError as error:
                self._broken = explain(error)
                return
            left -= sent
            if not left:
                if tap is not None:
                    tap.sent(whole, began, monotonic())
                return
            if sent:
                buffers = _after(buffers, sent)
            elif not self._readiness.writable(SEND_STALL_SECONDS):
                self._broken = f"the peer read nothing for {SEND_STALL_SECONDS:g} s"
                return

    def interrupt(self, why: str) -> None:
        """Wake the waiting thread, which then gets `GaveUp`; from any thread. What is being sent may still be sent."""
        self._interruption = why
        with contextlib.suppress(OSError):
            self.stream.shutdown(socket.SHUT_RD)

    def sever(self) -> None:
        """Take the connection away from whoever uses it; from any thread."""
        with contextlib.suppress(OSError):
            self.stream.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection, and hold no memory for it. Idempotent."""
        self.association.shrink()
        self._over(by_peer=False)
        with contextlib.suppress(OSError):
            self.stream.close()

    def linger(self, seconds: float) -> None:
        """Read and drop until the peer closes, at most so long: closing over unread bytes would take our last PDU from it."""
        with contextlib.suppress(OSError):
            self.stream.shutdown(socket.SHUT_WR)
        until = monotonic() + seconds
        room = memoryview(bytearray(RECEIVE_ROOM_BYTES_FIRST))
        while (left := until - monotonic()) > 0:
            try:
                if not self.stream.recv_into(room):
                    self._over(by_peer=True)
                    return
            except BlockingIOError:
                self._readiness.readable(left)
            except OSError:
                return


def _after(buffers: list[Buffer], sent: int) -> list[Buffer]:
    """The buffers that are left when so many bytes of them are sent."""
    for number, buffer in enumerate(buffers):
        if sent < len(buffer):
            return [memoryview(buffer)[sent:], *buffers[number + 1 :]]
        sent -= len(buffer)
    return []
