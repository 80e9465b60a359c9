"""One association, either role, without I/O: bytes and wishes in, events and bytes out (PS3.8 7 and 9).

A driver fills `space()`, says `received`, reads `events()` to its end, sends what `outgoing()` lists, and calls `tick` when
`deadline()` has passed; then it reads `events()` again. `states.TABLE` alone decides what may happen. What a peer breaks never
raises here: it becomes an A-ABORT to send and an `Aborted` event. Only a wrong call of ours raises, `LocalError`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Self

from isocenter.base.errors import LocalError, PeerError
from isocenter.base.limits import (
    ARTIM_SECONDS,
    PDU_BYTES_MIN,
    PDU_COMPLETION_SECONDS,
)
from isocenter.wire.events import Aborted, Accepted, Closed, Event, Rejected, ReleaseAsked, Released, Requested
from isocenter.wire.first_bytes import recognise
from isocenter.wire.inlet import Inlet
from isocenter.wire.item_bytes import UNEXPECTED_PDU, UNRECOGNIZED_PDU
from isocenter.wire.negotiation import check_accept, pdu_bytes_to_send
from isocenter.wire.outlet import Buffer, Outlet
from isocenter.wire.pdu import (
    Abort,
    AssociateAccept,
    AssociateReject,
    AssociateRequest,
    ControlPdu,
    ReleaseReply,
    ReleaseRequest,
)
from isocenter.wire.pdu_codec import NAMES, check_length, decode, encode
from isocenter.wire.states import DATA_STATES, RECEIVED, TABLE, Action, State, Step, Trigger

_SERVICE_PROVIDER = 2
_ABORTS = frozenset((Action.SEND_USER_ABORT, Action.SEND_PROVIDER_ABORT))
_TELLS = frozenset(action for action in Action if action.name.startswith("TELL_"))


class Association:
    """PS3.8's state machine with its bytes; one thread at a time. `now` is always monotonic seconds.

    `request_pdu` and `accept_pdu` are what was exchanged, None before; `pdu_bytes_max_peer` is the largest variable field of a
    P-DATA-TF that we may send, 0 before. `wants_close` says that the driver must close the transport once `outgoing()` is sent.
    """

    __slots__ = (
        "_artim_deadline",
        "_eof",
        "_inlet",
        "_is_requestor",
        "_now",
        "_outlet",
        "_pdu_began",
        "_pdu_counted",
        "_told",
        "_why",
        "accept_pdu",
        "pdu_bytes_max_peer",
        "request_pdu",
        "state",
        "wants_close",
    )

    def __init__(self, *, is_requestor: bool, now: float) -> None:
        self.state = State.IDLE
        self.request_pdu: AssociateRequest | None = None
        self.accept_pdu: AssociateAccept | None = None
        self.pdu_bytes_max_peer = 0
        self.wants_close = False
        self._is_requestor = is_requestor
        self._inlet = Inlet()
        self._outlet = Outlet()
        self._told: deque[Event] = deque()
        self._now = now
        self._artim_deadline: float | None = None
        self._pdu_began: float | None = None
        self._pdu_counted = 0
        self._eof: str | None = None
        self._why = ""

    @classmethod
    def acceptor(cls, now: float) -> Self:
        """The side that was connected to; its ARTIM timer runs from `now`."""
        association = cls(is_requestor=False, now=now)
        association._step(Trigger.CONNECTION_OFFERED)
        return association

    @classmethod
    def requestor(cls, now: float) -> Self:
        """The side that connects; call `request` when the transport is open."""
        return cls(is_requestor=True, now=now)

    # Bytes in

    @property
    def room_bytes(self) -> int:
        """The size of what `space()` is cut from: nearly all the memory that an association holds."""
        return self._inlet.room_bytes

    def shrink(self) -> None:
        """Hold little from now on: to be called when nobody listens any more. Releases every view lent before."""
        self._inlet.shrink()

    def space(self) -> memoryview:
        """Where to receive into; never empty. Releases every view lent before. Raises `LocalError` while it is full and unread."""
        return self._inlet.space()

    def received(self, n: int, now: float) -> None:
        """`n` bytes, at least one, were received into the last `space()`. Raises `LocalError` for more than it had."""
        self._now = now
        self._inlet.received(n)

    def received_eof(self, now: float, why: str = "") -> None:
        """The peer will send no more; `why` tells how it went where that was not a plain close, for instance a reset."""
        self._now = now
        self._eof = why or "the peer closed the connection"

    def events(self) -> Iterator[Event]:
        """What has happened, in order; read to the end after each `received`, `received_eof`, `tick` and intention.

        A `Fragment`'s view is lent until the next `space()`. Never raises for what a peer sent.
        """
        told, inlet = self._told, self._inlet
        while True:
            while told:
                yield told.popleft()
            try:
                if inlet.flowing:
                    yield from inlet.fragments()
                progress = self._read_control()
            except PeerError as error:
                self._invalid(error)
                continue
            if not (progress or told):
                if self._eof is None or self.state is State.IDLE:
                    break
                self._connection_closed(self._eof)
        if not inlet.is_mid_pdu:
            self._pdu_began = None
        elif self._pdu_began is None or self._pdu_counted != inlet.pdus:
            self._pdu_began, self._pdu_counted = self._now, inlet.pdus

    def _read_control(self) -> bool:
        """Read one PDU that is not data for the user; False where none is complete."""
        inlet = self._inlet
        if self.state is State.IDLE:
            inlet.drop()
            return False
        header = inlet.header()
        if header is None:
            return False
        kind, length = header
        trigger = RECEIVED.get(kind)
        if trigger is None or (inlet.pdus == 0 and recognise(inlet.first_bytes())):
            raise PeerError(self._unrecognised(kind), abort_reason=UNRECOGNIZED_PDU)
        step = TABLE[self.state, trigger]
        if _ABORTS.intersection(step.actions):
            inlet.skip(length)
            self._step(trigger, Abort(_SERVICE_PROVIDER, UNEXPECTED_PDU), f"{NAMES[kind]} came in {self.state.value}")
        elif _TELLS.intersection(step.actions):
            if trigger is Trigger.DATA_RECEIVED:
                return False
            check_length(kind, length)
            body = inlet.body(length)
            if body is None:
                return False
            pdu = decode(kind, body)
            if isinstance(pdu, AssociateAccept) and self.request_pdu is not None:
                check_accept(self.request_pdu, pdu)
            self._step(trigger, pdu)
        else:
            inlet.skip(length)
            self._step(trigger, why="A-ABORT from the peer" if trigger is Trigger.ABORT_RECEIVED else "")
        return True

    def _unrecognised(self, kind: int) -> str:
        """The sentence for a PDU type that does not exist; where nothing came before it, the peer may speak another protocol."""
        if self._inlet.pdus == 0:
            protocol = recognise(self._inlet.first_bytes())
            if protocol:
                return f"the peer speaks {protocol}, not DICOM"
        return f"a PDU of type {kind:02X}H, which does not exist"

    def _invalid(self, error: PeerError) -> None:
        """Answer a broken PDU (Evt19). A peer of another protocol is not waited for: its ARTIM timer has run out at once."""
        is_foreign = self._inlet.pdus == 0 and recognise(self._inlet.first_bytes()) is not None
        self._inlet.is_lost = True
        self._step(Trigger.INVALID_RECEIVED, Abort(error.abort_source, error.abort_reason), str(error))
        if is_foreign:
            self._artim_deadline = self._now

    def _connection_closed(self, how: str) -> None:
        if self.state is State.AWAITING_CLOSE:
            how = ""
        elif self._inlet.is_mid_pdu:
            how += " in the middle of a PDU"
        self._step(Trigger.CONNECTION_CLOSED, Abort(_SERVICE_PROVIDER), how)

    # Intentions

    def request(self, pdu: AssociateRequest, now: float) -> None:
        """Ask for an association over the transport that the driver has opened. Raises `LocalError` in any state but Sta1."""
        self._allow(Trigger.REQUEST_ASKED)
        encoded = encode(pdu)
        self._now = now
        self._step(Trigger.REQUEST_ASKED)
        self.request_pdu = pdu
        self._inlet.pdu_bytes_max = pdu.user.pdu_bytes_max or 0
        self._step(Trigger.CONNECTED, encoded)

    def accept(self, pdu: AssociateAccept, now: float) -> None:
        """Answer `Requested`. Raises `LocalError` in any state but Sta3, or where the peer's PDU size leaves no room for data."""
        self._allow(Trigger.ACCEPT_ASKED)
        encoded = encode(pdu)
        assert self.request_pdu is not None, "Sta3 is reached by a request alone"
        if pdu_bytes_to_send(self.request_pdu.user.pdu_bytes_max) < PDU_BYTES_MIN:
            raise LocalError(f"the peer receives at most {self.request_pdu.user.pdu_bytes_max} bytes a PDU: reject it")
        self._now = now
        self._inlet.pdu_bytes_max = pdu.user.pdu_bytes_max or 0
        self._establish(pdu, self.request_pdu.user.pdu_bytes_max)
        self._step(Trigger.ACCEPT_ASKED, encoded)

    def reject(self, pdu: AssociateReject, now: float) -> None:
        """Answer `Requested` with a refusal. Raises `LocalError` in any state but Sta3."""
        self._now = now
        self._step(Trigger.REJECT_ASKED, encode(pdu), f"rejected by us: {pdu.result}, {pdu.source}, {pdu.reason}")

    def send_message(self, context_id: int, command: bytes, data: Iterable[Buffer] | None = None) -> None:
        """Queue one message, cut to what the peer receives.

        `data` may be lazy: it is asked as `outgoing()` needs it, and what it raises comes out there. Its buffers are passed on
        uncopied and must not change until sent. Raises `LocalError` for a context that is not accepted, or in the wrong state.
        """
        self._allow(Trigger.SEND_ASKED)
        if context_id not in self._inlet.contexts:
            raise LocalError(f"presentation context {context_id} is not accepted on this association")
        self._outlet.add_message(context_id, command, data)

    def release(self, now: float) -> None:
        """Ask for the end, behind all that is queued. Raises `LocalError` in any state but Sta6."""
        self._now = now
        self._step(Trigger.RELEASE_ASKED, encode(ReleaseRequest()))

    def release_reply(self, now: float) -> None:
        """Answer `ReleaseAsked`, behind all that is queued. Raises `LocalError` in any state but Sta8, Sta9 and Sta12."""
        self._now = now
        self._step(Trigger.RELEASE_REPLY_ASKED, encode(ReleaseReply()), "released")

    def abort(self, source: int = 0, reason: int = 0, *, now: float) -> None:
        """End at once: what is queued is forgotten. Where the end has come already this does nothing, so it may always be called.

        An acceptor that has heard nothing yet closes without a PDU, because the table gives it none to send.
        """
        self._now = now
        if self.state is State.AWAITING_REQUEST:
            self._step(Trigger.ARTIM_EXPIRED, why="closed by us before a request came")
        elif self.state not in (State.IDLE, State.AWAITING_CLOSE):
            self._step(Trigger.ABORT_ASKED, Abort(source, reason), "aborted by us")

    # Bytes out and time

    def outgoing(self) -> list[Buffer]:
        """The next buffers to send, about 1 MiB at most, whole PDUs; call until empty. What a lazy `data` raises comes out."""
        return self._outlet.outgoing()

    def deadline(self) -> float | None:
        """When `tick` must be called, in monotonic seconds; None while nothing is timed."""
        began = self._pdu_began
        if began is None or self.state in (State.IDLE, State.AWAITING_CLOSE):
            return self._artim_deadline
        completion = began + PDU_COMPLETION_SECONDS
        return completion if self._artim_deadline is None else min(completion, self._artim_deadline)

    def tick(self, now: float) -> None:
        """Let time pass; before its deadline this does nothing."""
        deadline = self.deadline()
        if deadline is None or now < deadline:
            return
        self._now = now
        if deadline == self._artim_deadline:
            why = ""
            if self.state is State.AWAITING_REQUEST:
                protocol = recognise(self._inlet.first_bytes())
                spoken = f": the peer speaks {protocol}" if protocol else ""
                why = f"no complete A-ASSOCIATE-RQ within {ARTIM_SECONDS:g} s{spoken}"
            self._step(Trigger.ARTIM_EXPIRED, why=why)
        else:
            self._invalid(PeerError(f"a PDU was not complete {PDU_COMPLETION_SECONDS:g} s after its first byte"))

    # The machine

    def _allow(self, trigger: Trigger) -> Step:
        step = TABLE.get((self.state, trigger))
        if step is None:
            raise LocalError(f"{trigger.name.lower().replace('_', ' ')} is not possible in {self.state.value}, {self.state.name}")
        return step

    def _step(self, trigger: Trigger, subject: ControlPdu | bytes | None = None, why: str = "") -> None:
        """Do what Table 9-10 says; `subject` is the PDU that came, or what to send, or the abort to send."""
        step = self._allow(trigger)
        if step.otherwise is not None and trigger is Trigger.RELEASE_RECEIVED and not self._is_requestor:
            step = step.otherwise
        self._why = why or self._why
        for action in step.actions:
            self._act(action, trigger, subject, why)
        self.state = step.next_state
        self._inlet.flowing = step.next_state in DATA_STATES

    def _act(self, action: Action, trigger: Trigger, subject: ControlPdu | bytes | None, why: str) -> None:
        match action:
            case Action.SEND_USER_ABORT | Action.SEND_PROVIDER_ABORT:
                self._send_abort(action, trigger, subject, why)
            case Action.TELL_ABORTED:
                self._tell_aborted(trigger, subject, why)
            case Action.TELL_REQUESTED:
                assert isinstance(subject, AssociateRequest)
                self.request_pdu = subject
                self._told.append(Requested(subject))
            case Action.TELL_ACCEPTED:
                assert isinstance(subject, AssociateAccept)
                self._establish(subject, subject.user.pdu_bytes_max)
                self._told.append(Accepted(subject))
            case Action.TELL_REJECTED:
                assert isinstance(subject, AssociateReject)
                self._why = f"rejected by the peer: {subject.result}, {subject.source}, {subject.reason}"
                self._told.append(Rejected(subject))
            case Action.TELL_RELEASE_ASKED:
                self._told.append(ReleaseAsked())
            case Action.TELL_RELEASED:
                self._why = "released"
                self._told.append(Released())
            case Action.START_ARTIM:
                self._artim_deadline = self._now + ARTIM_SECONDS
            case Action.STOP_ARTIM:
                self._artim_deadline = None
            case Action.CLOSE | Action.ACKNOWLEDGE_CLOSE:
                self.wants_close = True
                self._told.append(Closed(self._why))
            case _:
                # CONNECT is the driver's and already done; SEND_DATA and TELL_DATA are streams of their own.
                if isinstance(subject, bytes):
                    self._outlet.add(subject)

    def _send_abort(self, action: Action, trigger: Trigger, subject: ControlPdu | bytes | None, why: str) -> None:
        assert isinstance(subject, Abort)
        if self.state is not State.AWAITING_CLOSE:
            self._outlet.clear()
        if action is Action.SEND_USER_ABORT and trigger is not Trigger.ABORT_ASKED:
            # AA-1 after a PDU: before an association exists there is no provider to name (PS3.8 9.2.2), and no indication either;
            # the driver is told all the same, or its log could not say why.
            subject = Abort()
            self._told.append(Aborted(subject.source, subject.reason, by_peer=False, why=why))
        self._outlet.add(encode(subject))

    def _tell_aborted(self, trigger: Trigger, subject: ControlPdu | bytes | None, why: str) -> None:
        assert isinstance(subject, Abort)
        by_peer = trigger in (Trigger.ABORT_RECEIVED, Trigger.CONNECTION_CLOSED)
        if by_peer:
            self._outlet.clear()
            self._why = why = why or "aborted by the peer"
        self._told.append(Aborted(subject.source, subject.reason, by_peer=by_peer, why=why))

    def _establish(self, accept: AssociateAccept, announced: int | None) -> None:
        """Take what both sides agreed on; `announced` is the peer's maximum length."""
        self.accept_pdu = accept
        self.pdu_bytes_max_peer = pdu_bytes_to_send(announced)
        self._outlet.limit(self.pdu_bytes_max_peer)
        self._inlet.contexts = frozenset(context.id for context in accept.contexts if context.result == 0)
