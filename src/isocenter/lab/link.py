"""Two associations joined in memory: the network as a deterministic toy, for tests, plays and lessons.

In: two associations, a clock that moves only here, and a seed. Out: what each end heard, in order. The same seed cuts and delays
the bytes in the same way. The link is the driver of both ends: it fills rooms, sends, ticks and closes (PS3.8 9.1).
Nothing here sleeps, opens anything or asks what time it is.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable

from isocenter.base.clock import FixedClock
from isocenter.base.limits import PDU_BYTES_MAX
from isocenter.wire.association import Association
from isocenter.wire.events import Event, Fragment
from isocenter.wire.pdu import AssociateAccept, AssociateReject, AssociateRequest

Answer = Callable[["End", Event], None]


class End:
    """One side of a link. `heard` are its events, fragments with copied bytes; `answer` is called for each as it comes."""

    def __init__(self, name: str, association: Association, clock: FixedClock) -> None:
        self.name = name
        self.association = association
        self.heard: list[Event] = []
        self.answer: Answer | None = None
        self.is_closed = False
        self._clock = clock

    def __repr__(self) -> str:
        return f"End({self.name}, {self.association.state.value})"

    @property
    def now(self) -> float:
        """The clock of both ends, in seconds."""
        return self._clock.monotonic()

    def request(self, pdu: AssociateRequest) -> None:
        """`Association.request` at this moment; its companions below likewise."""
        self.association.request(pdu, self.now)

    def accept(self, pdu: AssociateAccept) -> None:
        self.association.accept(pdu, self.now)

    def reject(self, pdu: AssociateReject) -> None:
        self.association.reject(pdu, self.now)

    def release(self) -> None:
        self.association.release(self.now)

    def release_reply(self) -> None:
        self.association.release_reply(self.now)

    def abort(self, source: int = 0, reason: int = 0) -> None:
        self.association.abort(source, reason, now=self.now)

    def data_of(self, context_id: int, *, is_command: bool) -> bytes:
        """All bytes heard so far in the command sets, or the data sets, of one context."""
        return b"".join(
            event.view
            for event in self.heard
            if isinstance(event, Fragment) and event.context_id == context_id and event.is_command == is_command
        )


class Link:
    """A transport connection between two ends. Chunks are cut and delayed by `seed`; bytes never overtake each other.

    Latency is (least, most) seconds for each chunk. Raises nothing on its own: errors of `answer` and of lazy data pass through.
    """

    def __init__(
        self,
        clock: FixedClock,
        *,
        seed: int = 0,
        chunk_bytes_max: int = PDU_BYTES_MAX,
        latency_seconds: tuple[float, float] = (0.0, 0.0),
        requestor: Association | None = None,
        acceptor: Association | None = None,
    ) -> None:
        now = clock.monotonic()
        self.clock = clock
        self.requestor = End("requestor", requestor or Association.requestor(now), clock)
        self.acceptor = End("acceptor", acceptor or Association.acceptor(now), clock)
        self._random = random.Random(seed)
        self._chunk_bytes_max = chunk_bytes_max
        self._latency_seconds = latency_seconds
        # For each receiving end: (when it arrives, bytes), empty bytes for the end of the stream.
        self._flying: dict[End, deque[tuple[float, bytes]]] = {self.requestor: deque(), self.acceptor: deque()}
        self._finished: set[End] = set()

    def other(self, end: End) -> End:
        """The end that this one talks to."""
        return self.acceptor if end is self.requestor else self.requestor

    def inject(self, to: End, raw: bytes) -> None:
        """Put bytes on the way to `to` that its peer never sent, behind those that are flying already."""
        position = 0
        while position < len(raw):
            size = self._random.randint(1, self._chunk_bytes_max)
            self._launch(to, raw[position : position + size])
            position += size

    def half_close(self, end: End) -> None:
        """`end` sends what it has and then no more, but goes on receiving."""
        self._send(end)
        self._finish(end)

    def cut(self, why: str = "the connection was reset") -> None:
        """Lose everything that is flying; both ends learn `why` at once."""
        for end, flying in self._flying.items():
            flying.clear()
            self._finished.add(end)
            if not end.is_closed:
                end.association.received_eof(end.now, why)
                self._listen(end)

    def run(self) -> None:
        """Send and deliver until nothing flies and nobody has more to send; the clock moves by latencies alone."""
        self._run(None)

    def pass_time(self, seconds: float) -> None:
        """Run for this long, whatever happens, ticking at each deadline on the way."""
        self._run(self.clock.monotonic() + seconds)

    def _run(self, until: float | None) -> None:
        while True:
            for end in self._flying:
                self._listen(end)
                self._send(end)
            moment = self._next_moment(until)
            if moment is None:
                break
            self.clock.advance(max(0.0, moment - self.clock.monotonic()))
            for end in self._flying:
                self._tick(end)
                self._deliver(end)
        if until is not None:
            self.clock.advance(max(0.0, until - self.clock.monotonic()))

    def _next_moment(self, until: float | None) -> float | None:
        """When something happens next; deadlines count only while time is to pass."""
        moments = [flying[0][0] for flying in self._flying.values() if flying]
        if until is not None:
            deadlines = (end.association.deadline() for end in self._flying if not end.is_closed)
            moments += [deadline for deadline in deadlines if deadline is not None]
            moments = [moment for moment in moments if moment <= until]
        return min(moments, default=None)

    def _tick(self, end: End) -> None:
        if not end.is_closed:
            end.association.tick(end.now)

    def _launch(self, to: End, chunk: bytes) -> None:
        flying = self._flying[to]
        arrival = self.clock.monotonic() + self._random.uniform(*self._latency_seconds)
        flying.append((max(arrival, flying[-1][0]) if flying else arrival, chunk))

    def _send(self, end: End) -> None:
        if end.is_closed:
            return
        while buffers := end.association.outgoing():
            if end not in self._finished:
                self.inject(self.other(end), b"".join(buffers))
        if end.association.wants_close:
            end.is_closed = True
            self._flying[end].clear()
            self._finish(end)

    def _finish(self, end: End) -> None:
        if end not in self._finished:
            self._finished.add(end)
            self._launch(self.other(end), b"")

    def _deliver(self, end: End) -> None:
        flying = self._flying[end]
        while flying and flying[0][0] <= self.clock.monotonic():
            chunk = flying.popleft()[1]
            if end.is_closed:
                continue
            if not chunk:
                end.association.received_eof(end.now)
            position = 0
            while position < len(chunk):
                space = end.association.space()
                size = min(len(space), len(chunk) - position)
                space[:size] = chunk[position : position + size]
                position += size
                end.association.received(size, end.now)
                self._listen(end)
            self._listen(end)

    def _listen(self, end: End) -> None:
        for event in end.association.events():
            if isinstance(event, Fragment):
                event = event._replace(view=memoryview(bytes(event.view)))
            end.heard.append(event)
            if end.answer is not None:
                end.answer(end, event)
