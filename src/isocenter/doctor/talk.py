"""One association of a step that moves data: opened, asked one thing at a time, and all that crossed the wire written down.

Comes in: a `Visit`, what to propose, commands with their identifiers. Goes out: responses with how long they took, and the
`Exchange`s of the step. Whatever the other side does ends in a `Trouble`, which carries the sign for the verdict; nothing else is
raised for it. It obeys PS3.7 9 and 10; nothing is decided here about what a status means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any

from isocenter.base.errors import IsocenterError, LinkLost, LocalError, Refused, UsageError
from isocenter.base.limits import CANCEL_HEEDED_SECONDS, CHECKUP_EXCHANGES_MAX, CHECKUP_RAW_BYTES_MAX
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import AgreedContext, Reply
from isocenter.doctor.front import Front
from isocenter.doctor.network import tls_context
from isocenter.doctor.visit import Visit
from isocenter.model.checkup import Exchange, Layer, Outcome, Sign, Step
from isocenter.net.client import Response
from isocenter.net.messages import End, Message, refusal
from isocenter.net.requestor import NothingAccepted, Proposal, Requestor, open_association
from isocenter.net.sockets import Buffer, Stream
from isocenter.standard.sop_class import name_of
from isocenter.standard.status import UNRECOGNIZED_OPERATION, Kind, describe_rejection, kind_of
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from isocenter.wire.pdu import AssociateAccept, ProposedContext

if TYPE_CHECKING:
    from isocenter.net.blocking import Link

PLAIN = (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)

_UNHEEDED = "it did not heed C-CANCEL"
_STOPPED = "stopped by this side"

REFUSALS = {1: "refused-by-policy", 2: "refused-by-policy", 3: "class-refused", 4: "syntax-refused"}
"""Results of a presentation context (PS3.8 9.3.3.2) as the second part of a sign's code."""


class Trouble(IsocenterError):
    """A step cannot go on: the text is what was seen, `sign` says it to the tables, `outcome` is how the step ends."""

    def __init__(self, words: str, code: str, outcome: Outcome = Outcome.FAILED, **facts: Any) -> None:
        super().__init__(words)
        self.sign = Sign(code, facts)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Answer(Response):
    """One response, and when it came."""

    milliseconds: float

    @property
    def status(self) -> int:
        """The status; one that is missing counts as a failure (PS3.7 9.1)."""
        return 0xC000 if self.command.status is None else self.command.status


class _Taped:
    """A stream whose bytes are also kept, the first of each message; everything else is the stream's own affair.

    What we send is our own test object and questions about it. What comes may be about anybody: of that no data set is kept.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.sent = bytearray()
        self.got = Front(CHECKUP_RAW_BYTES_MAX)
        self.sent_count = 0
        self.got_count = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def recv_into(self, buffer: memoryview, /) -> int:
        count = self._stream.recv_into(buffer)
        self.got_count += count
        self.got.took(buffer[:count])
        return count

    def sendmsg(self, buffers: Sequence[Buffer], /) -> int:
        count = left = self._stream.sendmsg(buffers)
        self.sent_count += count
        for buffer in buffers:
            room = min(left, CHECKUP_RAW_BYTES_MAX - len(self.sent))
            if room <= 0:
                break
            self.sent += memoryview(buffer)[:room]
            left -= min(left, len(buffer))
        return count


class Tape:
    """The exchanges of one step, over all of its associations; bounded in number and in bytes."""

    def __init__(self, visit: Visit) -> None:
        self._clock = visit.clock
        self._exchanges: list[Exchange] = []
        self._began: float | None = None
        self._stream: _Taped | None = None
        self._recording = ""

    def begin(self) -> None:
        """An association is about to be asked for; the first one of a step is where its time begins."""
        self._began = self._began or perf_counter()

    @property
    def milliseconds(self) -> float | None:
        """Since the first association was asked for: what this program itself has to load before is not the other side's time."""
        return None if self._began is None else round((perf_counter() - self._began) * 1000, 1)

    def follow(self, link: Link) -> None:
        """Write down what this connection carries from now on."""
        self._recording = link.tap.recording.token if link.tap is not None else ""
        self._stream = _Taped(link.stream)
        link.stream = self._stream

    def sent(self, words: str) -> None:
        """What was sent since the last note was this."""
        if self._stream is not None:
            self._add("sent", words, bytes(self._stream.sent), self._stream.sent_count)
            self._stream.sent.clear()
            self._stream.sent_count = 0

    def got(self, words: str) -> None:
        """What came since the last note was this."""
        if self._stream is not None:
            self._add("got", words, self._stream.got.cut(), self._stream.got_count)
            self._stream.got_count = 0

    def _add(self, direction: str, words: str, raw: bytes, count: int) -> None:
        if len(self._exchanges) < CHECKUP_EXCHANGES_MAX:
            self._exchanges.append(Exchange(self._clock.now(), direction, words, raw, count, self._recording))

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        return tuple(self._exchanges)


class Talk:
    """An open association, asked one thing at a time; one thread.

    `word` begins the codes of what goes wrong on it, `product` is what the other side seems to be. `asked` answers what it asks of
    us meanwhile. Whatever comes, and however long it goes on, a question ends in time.
    """

    def __init__(
        self, requestor: Requestor, tape: Tape, word: str, product: str = "", is_stopped: Callable[[], bool] = lambda: False
    ) -> None:
        self.product = product
        self.is_stopped = is_stopped
        self.requestor = requestor
        self.tape = tape
        self.word = word
        self.asked: Callable[[Message], Reply] | None = None

    @property
    def accept(self) -> AssociateAccept:
        return self.requestor.accept

    def contexts(self, abstract_syntax: str) -> list[AgreedContext]:
        """The accepted contexts of a class, in the order of the proposal."""
        return [one for one in self.requestor.agreed.values() if one.abstract_syntax == abstract_syntax]

    def ask(self, context: AgreedContext, command: Command, data: bytes | None, seconds: float, what: str) -> Iterator[Answer]:
        """Send a request: every response, the final one last. Raises `Trouble` where none comes, or nothing that answers it.

        All of them have so many seconds; each answer of a search has, since whoever reads them counts them. Whoever stops reading
        has the operation cancelled (PS3.7 9.3.2.3).
        """
        requestor = self.requestor
        message_id = requestor.new_message_id()
        began = perf_counter()
        requestor.send(
            context.id, replace(command, message_id=message_id, has_data_set=data is not None), None if data is None else (data,)
        )
        self.tape.sent(f"{what}, message {message_id}")
        is_over = False
        until = monotonic() + seconds
        try:
            while not is_over:
                message = self._response(message_id, seconds, until)
                if command.field == CommandField.C_FIND_RQ:
                    until = monotonic() + seconds
                answer = Answer(
                    message.command, message.identifier, message.context.transfer_syntax, round((perf_counter() - began) * 1000, 1)
                )
                self.tape.got(_words_of(answer))
                is_over = not answer.is_pending
                yield answer
                if not is_over:
                    self._heed_stop()
        except Trouble:
            is_over = True
            raise
        finally:
            if not is_over:
                self._cancel(context, message_id)

    def _response(self, message_id: int, seconds: float, until: float) -> Message:
        """The next response to this message. What comes meanwhile of others neither ends the wait nor makes it longer."""
        stray: int | None = None
        while True:
            message = self.requestor.messages.next(seconds, until)
            if message is None:
                raise self._ended(stray, message_id, seconds)
            if not message.is_response:
                self._serve(message)
            elif message.command.message_id_being_responded_to == message_id:
                return message
            else:
                self.tape.got(f"response to message {message.command.message_id_being_responded_to}")
                if stray is None:
                    stray = message.command.message_id_being_responded_to or 0
            self._heed_stop()

    def _heed_stop(self) -> None:
        """What goes on and on ends where the checkup is stopped. One answer is waited for all the same: it tells what was done."""
        if self.is_stopped():
            self.requestor.messages.abort(_STOPPED)

    def _serve(self, message: Message) -> None:
        self.tape.got(f"request {message.command.field:04X}")
        try:
            reply = self.asked(message) if self.asked is not None else refusal(message, UNRECOGNIZED_OPERATION, "not served here")
        except LocalError:
            return
        self.requestor.messages.reply(message.context, reply)
        self.tape.sent(f"response {reply.command.status or 0:04X}")

    def listen(self, seconds: float) -> bool:
        """Wait for one request of the other side's and answer it; False where none came in time or the association ended."""
        message = self.requestor.messages.next(seconds, monotonic() + seconds)
        if message is None or message.is_response:
            return False
        self._serve(message)
        return True

    def look(self) -> None:
        """Answer a request of the other side's that is there already; never waits."""
        message = self.requestor.messages.poll()
        if message is not None and not message.is_response:
            self._serve(message)

    def _ended(self, stray: int | None, message_id: int, seconds: float) -> Trouble:
        end = self.requestor.messages.end
        assert end is not None, "no message comes only from an association that ended"
        self.tape.got(end.why or "the association was released")
        if _STOPPED in end.why:
            return Trouble("stopped by you", "own-error", Outcome.SKIPPED, why="stopped by you")
        if stray is not None:
            words = f"its answer belonged to message {stray}, and message {message_id} was asked"
            return Trouble(words, f"{self.word}-wrong-id", answered=stray, asked=message_id)
        code, words = _how_it_ended(end, seconds)
        why = end.why.removeprefix("aborted by us: ")
        return Trouble(words, f"{self.word}-{code}", why=why, seconds=f"{seconds:g}")

    def _cancel(self, context: AgreedContext, message_id: int) -> None:
        self.requestor.send(context.id, Command(field=CommandField.C_CANCEL_RQ, message_id_being_responded_to=message_id))
        self.tape.sent(f"C-CANCEL of message {message_id}")
        until = monotonic() + CANCEL_HEEDED_SECONDS
        while (left := until - monotonic()) > 0:
            message = self.requestor.messages.next(left, until)
            if message is None:
                return
            code = message.command.status
            if message.is_response and (code is None or kind_of(code) is not Kind.PENDING):
                self.tape.got(f"final response {code or 0:04X}")
                return
        self.requestor.messages.abort(_UNHEEDED)


def _how_it_ended(end: End, seconds: float) -> tuple[str, str]:
    if end.released:
        return "released", "it released the association instead of answering"
    if not end.by_peer:
        if _UNHEEDED in end.why:
            return "no-cancel", "it goes on answering a search that was cancelled"
        if "nothing came to its end" in end.why:
            return "silent", f"no final answer came within {seconds:g} s"
        if "nothing came" in end.why:
            return "silent", f"no answer came within {seconds:g} s"
        return "garbled", f"its answer breaks the protocol: {end.why.removeprefix('aborted by us: ')}"
    if end.why.startswith("aborted"):
        return "aborted", f"it answered with an A-ABORT: {end.why}"
    return "closed", f"it closed the connection instead of answering: {end.why}"


def _words_of(answer: Answer) -> str:
    name = _NAMES.get(answer.command.field, f"message {answer.command.field:04X}")
    return f"{name} response {answer.status:04X}" + (f", {len(answer.identifier)} bytes" if answer.identifier else "")


_NAMES: dict[int, str] = {
    CommandField.C_ECHO_RSP: "C-ECHO", CommandField.C_FIND_RSP: "C-FIND", CommandField.C_STORE_RSP: "C-STORE",
    CommandField.C_MOVE_RSP: "C-MOVE", CommandField.C_GET_RSP: "C-GET", CommandField.N_ACTION_RSP: "N-ACTION",
    CommandField.N_GET_RSP: "N-GET", CommandField.N_EVENT_REPORT_RSP: "N-EVENT-REPORT",
}  # fmt: skip


@contextmanager
def opened(visit: Visit, proposal: Proposal, tape: Tape, word: str) -> Iterator[Talk]:
    """An association to the visited node, released at the end. Raises `Trouble` where there is none, or nothing was accepted."""
    node = visit.node
    if visit.security is None and visit.address:
        node = replace(node, host=visit.address)
    tape.begin()
    try:
        requestor = open_association(
            node,
            proposal,
            calling_ae_title=visit.own_ae_title,
            tls=tls_context(visit.security),
            connect_seconds=visit.patience.connect,
            associate_seconds=visit.patience.associate,
            connected=tape.follow,
            witness=visit.witness,
        )
    except NothingAccepted as error:
        tape.sent("A-ASSOCIATE-RQ")
        tape.got("A-ASSOCIATE-AC, no context accepted")
        raise refused(proposal, error.accept, word) from error
    except Refused as error:
        tape.sent("A-ASSOCIATE-RQ")
        tape.got("A-ASSOCIATE-RJ")
        why = describe_rejection(error.result, error.source, error.reason)
        words = f"it accepted an association before, and now it does not: {why}"
        raise Trouble(words, "later-rejected", result=error.result, source=error.source, reason=error.reason) from error
    except LinkLost as error:
        tape.sent("A-ASSOCIATE-RQ")
        raise Trouble(f"it accepted an association before, and now it does not: {error}", "later-lost", why=str(error)) from error
    except (LocalError, UsageError) as error:
        raise Trouble(str(error), "own-error", why=str(error)) from error
    tape.sent("A-ASSOCIATE-RQ")
    tape.got("A-ASSOCIATE-AC")
    talk = Talk(requestor, tape, word, visit.product, visit.is_stopped)
    try:
        yield talk
    finally:
        # An association that cannot be ended in order has nothing to tell about what was asked on it.
        requestor.release() if requestor.messages.end is None else requestor.abort()


def refused(proposal: Proposal, accept: AssociateAccept, word: str, abstract_syntax: str = "") -> Trouble:
    """Why a class that was proposed cannot be used, from the results of its contexts; of the first one where none is named."""
    wanted = abstract_syntax or proposal.contexts[0].abstract_syntax
    identifiers = {context.id for context in proposal.contexts if context.abstract_syntax == wanted}
    results = [context.result for context in accept.contexts if context.id in identifiers]
    result = min((one for one in results if one in REFUSALS), key=lambda one: (one == 3, one), default=3)
    words = f"it refuses {name_of(wanted)} (presentation context result {result})"
    return Trouble(words, f"{word}-{REFUSALS[result]}", sop_class=name_of(wanted), sop_class_uid=wanted, result=result)


def proposed(*classes: str, syntaxes: Sequence[str] = PLAIN) -> Proposal:
    """One context for each class and syntax: an answer then tells which of the two was refused."""
    pairs = [(uid, syntax) for uid in classes for syntax in syntaxes]
    return Proposal(tuple(ProposedContext(2 * number + 1, uid, (syntax,)) for number, (uid, syntax) in enumerate(pairs)))


def step_of(layer: Layer, visit: Visit, climb: Callable[[Visit, Tape], Step]) -> Step:
    """A step with its exchanges; a `Trouble` becomes its outcome."""
    tape = Tape(visit)
    try:
        step = climb(visit, tape)
    except Trouble as trouble:
        step = Step(layer, trouble.outcome, str(trouble), sign=trouble.sign)
    return replace(step, milliseconds=tape.milliseconds, exchanges=(*step.exchanges, *tape.exchanges))
