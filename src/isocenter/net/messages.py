"""The messages of one association, for either role: fragments in, whole requests and responses out.

A C-STORE never becomes whole: its data set goes from the receive room straight into a `StoreInProgress`, and is answered here.
Everything else is handed on as a `Message` with its identifier. Bad order or a bad command ends the association with an
A-ABORT (PS3.8 9.3.8), never with an exception. It obeys PS3.7 6.3 and 9.1.1. No service is known here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from time import monotonic

from isocenter.base.errors import LocalError, PeerError
from isocenter.base.limits import IDENTIFIER_BYTES_MAX, MESSAGE_PROGRESS_SECONDS
from isocenter.dimse import commands
from isocenter.dimse.assembler import Assembler, DataPart, MessageBegun
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import Agreed, AgreedContext, Caller, Reply, Request, StoreInProgress
from isocenter.model.records import AssociationOutcome
from isocenter.net.blocking import GaveUp, Link
from isocenter.net.sockets import Buffer
from isocenter.standard.status import PROCESSING_FAILURE, RESOURCE_LIMITATION, describe_abort
from isocenter.wire.events import Aborted, Closed, Event, Fragment, ReleaseAsked, Released
from isocenter.wire.states import State

_log = logging.getLogger("isocenter.net.messages")

_RESPONSE = 0x8000
_SERVICE_PROVIDER = 2


@dataclass(frozen=True, slots=True)
class Message:
    """A request or response with its whole identifier. `too_long` is True where that was longer than we keep: it is empty then."""

    context: AgreedContext
    command: Command
    identifier: bytes
    too_long: bool = False

    @property
    def is_response(self) -> bool:
        return bool(self.command.field & _RESPONSE)


@dataclass(frozen=True, slots=True)
class End:
    """How the association ended: `released` in order, else `by_peer` or by us; `why` is a sentence."""

    released: bool
    by_peer: bool
    why: str

    @property
    def outcome(self) -> AssociationOutcome:
        """The same in the word of the house."""
        if self.released:
            return AssociationOutcome.RELEASED
        is_abort = not self.by_peer or self.why.startswith("aborted")
        return AssociationOutcome.ABORTED if is_abort else AssociationOutcome.LOST


Receive = Callable[[Request], StoreInProgress]
Served = Callable[[Request, Reply, float], None]


class Messages:
    """Reads and writes the messages of an established association; one thread.

    `receive` gives the sink for each C-STORE request, `served` is told of each that was answered. `end` is None while it lasts.
    """

    def __init__(self, link: Link, agreed: Agreed, caller: Caller, receive: Receive, served: Served | None = None) -> None:
        self.link = link
        self.agreed = agreed
        self.caller = caller
        self.end: End | None = None
        self._receive = receive
        self._served = served
        self._assembler = Assembler(agreed)
        self._events: Iterator[Event] = iter(())
        self._begun: MessageBegun | None = None
        self._identifier: bytearray | None = None
        self._is_too_long = False
        self._store: StoreInProgress | None = None
        self._store_request: Request | None = None
        self._began = 0.0

    @property
    def is_between(self) -> bool:
        """True while no message is on its way in."""
        return self._assembler.between_messages

    # In

    def next(self, silence_seconds: float, until: float | None = None) -> Message | None:
        """The next message; None when the association has ended, which `end` tells.

        Gives up and aborts after `silence_seconds` without a byte between messages, `MESSAGE_PROGRESS_SECONDS` inside one; and
        where nothing is whole at `until`, on the clock of `monotonic`, however much comes.
        """
        while self.end is None:
            message = self._read()
            if message is not None:
                return message
            if self.end is None:
                try:
                    seconds = silence_seconds if self.is_between else MESSAGE_PROGRESS_SECONDS
                    if until is not None:
                        seconds = _left(until, seconds)
                    self._events = self.link.receive(seconds)
                except GaveUp as reason:
                    self.abort(str(reason))
        return None

    def poll(self) -> Message | None:
        """A message that is there already, or None; never waits."""
        if self.end is not None:
            return None
        message = self._read()
        if message is not None or self.end is not None:
            return message
        try:
            events = self.link.poll()
        except GaveUp as reason:
            self.abort(str(reason))
            return None
        if events is None:
            return None
        self._events = events
        return self._read()

    def _read(self) -> Message | None:
        """Work through what was received; a whole message where one is complete. What comes after it waits for the next call."""
        received = self._assembler.received
        for event in self._events:
            if event.__class__ is not Fragment:
                self._control(event)
                continue
            if self.end is not None:
                continue
            message = None
            try:
                for part in received(event):
                    if part.__class__ is DataPart:
                        self._data(part.view)
                    elif part.__class__ is MessageBegun:
                        self._begin(part)
                    else:
                        message = self._complete()
            except PeerError as error:
                self._break(error)
            if message is not None:
                return message
        return None

    def _begin(self, begun: MessageBegun) -> None:
        command = begun.command
        self._begun = begun
        self._began = monotonic()
        self._is_too_long = False
        if command.field != CommandField.C_STORE_RQ:
            self._identifier = bytearray()
            return
        request = Request(begun.context, command, b"", self.caller)
        self._store_request = request
        try:
            self._store = self._receive(request)
        except Exception:
            _log.exception("a store could not begin")
            self._store = Refusal(request, PROCESSING_FAILURE, "internal error, see the log")

    def _data(self, view: memoryview) -> None:
        store = self._store
        if store is not None:
            try:
                store.write(view)
            except Exception:
                _log.exception("a store failed while its data set came")
                self._drop_store()
                if self._store_request is not None:
                    self._store = Refusal(self._store_request, PROCESSING_FAILURE, "internal error, see the log")
            return
        identifier = self._identifier
        if identifier is not None and not self._is_too_long:
            if len(identifier) + len(view) > IDENTIFIER_BYTES_MAX:
                self._is_too_long = True
                identifier.clear()
            else:
                identifier += view

    def _complete(self) -> Message | None:
        if self._store is not None:
            self._finish_store()
            return None
        begun, identifier = self._begun, self._identifier
        self._begun = self._identifier = None
        assert begun is not None, "a message ends only after it began"
        return Message(begun.context, begun.command, bytes(identifier or b""), self._is_too_long)

    def _finish_store(self) -> None:
        store, request = self._store, self._store_request
        self._store = self._store_request = None
        assert store is not None, "called while a store is on its way"
        assert request is not None, "a store has its request"
        try:
            reply = store.finish()
        except Exception:
            _log.exception("a store failed at its end")
            reply = refusal(request, PROCESSING_FAILURE, "internal error, see the log")
        self.reply(request.context, reply)
        if self._served is not None:
            self._served(request, reply, monotonic() - self._began)

    def _drop_store(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            try:
                store.abandon()
            except Exception:
                _log.exception("a store could not be abandoned")

    # The end

    def _control(self, event: Event) -> None:
        match event:
            case ReleaseAsked():
                self.link.association.release_reply(monotonic())
                self.link.flush()
                if self.is_between:
                    self._ended(End(released=True, by_peer=True, why=""))
                else:
                    self._ended(End(released=False, by_peer=True, why="the peer released in the middle of a message"))
            case Released():
                self._ended(End(released=True, by_peer=False, why=""))
            case Aborted(by_peer=by_peer):
                if not by_peer:
                    self.link.flush()
                self._ended(End(released=False, by_peer=by_peer, why=why_aborted(event)))
            case Closed(why):
                self._ended(End(released=False, by_peer=True, why=why or "the peer closed the connection"))

    def _ended(self, end: End) -> None:
        if self.end is None:
            self.end = end
            self._drop_store()

    def _break(self, error: PeerError) -> None:
        association = self.link.association
        association.abort(error.abort_source, error.abort_reason, now=monotonic())
        self.link.flush()
        self._ended(End(released=False, by_peer=False, why=f"aborted by us: {error}"))

    def abort(self, why: str, source: int = _SERVICE_PROVIDER) -> None:
        """End it now with an A-ABORT; `why` is for our log."""
        if self.end is None:
            self.link.association.abort(source, now=monotonic())
            self.link.flush()
            self._ended(End(released=False, by_peer=False, why=f"aborted by us: {why}"))

    def release(self, seconds: float) -> None:
        """Ask for the orderly end and wait for it, no longer than this; messages that still come are dropped."""
        if self.end is None:
            self.link.association.release(monotonic())
            self.link.flush()
            until = monotonic() + seconds
            while self.end is None:
                self.next(seconds, until)

    # Out

    def send(self, context_id: int, command: Command, data: Iterable[Buffer] | None = None) -> None:
        """Send one message. A connection that breaks meanwhile is found out by the next read."""
        association = self.link.association
        if association.state is State.READY:
            association.send_message(context_id, commands.encode(command), data)
            self.link.flush()

    def reply(self, context: AgreedContext, reply: Reply) -> None:
        """Send a service's answer."""
        if self.end is None:
            if reply.spent is not None and self.link.tap is not None:
                self.link.tap.spend(reply.spent)
            self.send(context.id, reply.command, (reply.identifier,) if reply.identifier is not None else None)


def _left(until: float, seconds: float) -> float:
    """So many seconds, or those that are left. Raises `GaveUp` where none are."""
    left = until - monotonic()
    if left <= 0:
        raise GaveUp("nothing came to its end in time")
    return min(left, seconds)


def why_aborted(event: Aborted) -> str:
    """One sentence for an abort: the reason of the peer's A-ABORT in words, what we found wrong, or how the connection went."""
    if not event.by_peer:
        return f"aborted by us: {event.why}"
    if event.why in ("", "aborted by the peer", "A-ABORT from the peer"):
        return describe_abort(event.source, event.reason)
    return event.why


class Refusal:
    """A `StoreInProgress` that keeps nothing and answers with a failure."""

    def __init__(self, request: Request, status: int, comment: str) -> None:
        self._reply = refusal(request, status, comment)

    def write(self, view: memoryview) -> None:
        """Drop it."""

    def finish(self) -> Reply:
        return self._reply

    def abandon(self) -> None:
        """There is nothing to undo."""


def refusal(request: Request | Message, status: int, comment: str) -> Reply:
    """The failing response to any request. Raises `LocalError` for a command that is no request."""
    command = request.command
    if command.field & _RESPONSE or command.field == CommandField.C_CANCEL_RQ:
        raise LocalError(f"{command.field:04X} is no request that could be answered")
    return Reply(
        Command(
            field=command.field | _RESPONSE,
            message_id_being_responded_to=command.message_id or 0,
            affected_sop_class_uid=command.affected_sop_class_uid or command.requested_sop_class_uid,
            affected_sop_instance_uid=command.affected_sop_instance_uid or command.requested_sop_instance_uid,
            status=status,
            error_comment=comment,
        )
    )


def too_long(message: Message) -> Reply:
    """The answer to a request whose identifier is longer than we keep."""
    return refusal(message, RESOURCE_LIMITATION, f"identifier over {IDENTIFIER_BYTES_MAX} bytes")
