"""One peer with its habits: everybody who calls is served as the habits will have it (PS3.8 7, PS3.7 9).

Comes in: asyncio connections. Goes out: answers, right, wrong, late or never. One event loop; objects are kept in memory alone.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import LAB_LINES_MAX
from isocenter.lab.faults import answers, door
from isocenter.lab.faults.call import Call
from isocenter.lab.faults.habits import Commits, Ending, Habits, How
from isocenter.lab.faults.line import Ended, Line, Message
from isocenter.lab.faults.memory import Memory
from isocenter.standard import status
from isocenter.wire.negotiation import pdu_bytes_to_send
from isocenter.wire.pdu import AssociateAccept, AssociateRequest, ReleaseReply, ReleaseRequest
from isocenter.wire.pdu_codec import encode

Afterwards = list[Callable[[], Awaitable[None]]]

_PENDING = (status.PENDING, status.PENDING_KEYS_UNSUPPORTED)


class Peer:
    """A neighbour. `memory` may be filled before anybody calls; `heard` are the requests that came, for whoever looks on."""

    def __init__(self, habits: Habits) -> None:
        self.habits = habits
        self.memory = Memory(habits)
        self.heard: list[AssociateRequest] = []
        self._connections = 0
        self._lines_taken = 0
        self._one_at_a_time = asyncio.Lock()

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end: what `asyncio.start_server` calls. Raises nothing for what the caller does."""
        line, afterwards = Line(reader, writer), Afterwards()
        self._connections += 1
        try:
            if self._connections > LAB_LINES_MAX:
                raise Ended("too many at once")
            async with self._one_at_a_time if self.habits.is_serial else contextlib.nullcontext():
                await self._talk(line, afterwards)
        except (Ended, asyncio.CancelledError):
            # A loop that ends cancels us, and asyncio's streams print a traceback for a task that was cancelled.
            pass
        finally:
            self._connections -= 1
            await line.close()
        for act in afterwards:
            with contextlib.suppress(Ended, OSError):
                await act()

    async def _talk(self, line: Line, afterwards: Afterwards) -> None:
        await self._moment(line, "connect", b"")
        if self.habits.greeting:
            await line.send(self.habits.greeting)
        if self.habits.answer:
            await line.first_bytes()
            await self._moment(line, "request", self.habits.answer)
            await line.send(self.habits.answer)
            return
        request = await line.control()
        if not isinstance(request, AssociateRequest):
            raise Ended("no A-ASSOCIATE-RQ")
        self.heard.append(request)
        answer = door.answer(request, self.habits, self._lines_taken)
        await self._moment(line, "request", encode(answer))
        await line.tell(answer)
        if not isinstance(answer, AssociateAccept):
            await line.hold()
        else:
            await self._serve(self._call(line, request, answer, afterwards))

    def _call(self, line: Line, request: AssociateRequest, answer: AssociateAccept, afterwards: Afterwards) -> Call:
        line.pdu_bytes = self.habits.sends_pdu_bytes or pdu_bytes_to_send(request.user.pdu_bytes_max)
        proposed = {context.id: context.abstract_syntax for context in request.contexts}
        agreed = {one.id: (proposed[one.id], one.transfer_syntax) for one in answer.contexts if one.result == 0}
        return Call(line, request, agreed, self.habits, self.memory, afterwards)

    async def _moment(self, line: Line, moment: str, answer: bytes) -> None:
        """Do at this moment what the habits say; returns where the peer goes on as it should. Raises `Ended`."""
        pause = self.habits.pauses.get(moment)
        if pause:
            await asyncio.sleep(pause)
        if moment in self.habits.silent:
            await line.hold()
        ending = self.habits.ends.get(moment)
        if ending is not None:
            await line.end(ending, answer)

    async def _serve(self, call: Call) -> None:
        self._lines_taken += 1
        try:
            await self._moment(call.line, "accepted", b"")
            while True:
                message = await self._next(call)
                if isinstance(message, ReleaseRequest):
                    await self._moment(call.line, "release", encode(ReleaseReply()))
                    await call.line.tell(ReleaseReply())
                    await call.line.hold()
                elif not message.command.field & 0x8000:
                    await self._answer(call, message)
        finally:
            self._lines_taken -= 1

    async def _next(self, call: Call) -> Message | ReleaseRequest:
        """What is asked next. Raises `Ended`, also where the habits have no patience with silence."""
        try:
            async with asyncio.timeout(self.habits.idle_seconds or None):
                return await call.line.message()
        except TimeoutError:
            await call.line.end(Ending(How.ABORT))
            raise

    async def _answer(self, call: Call, message: Message) -> None:
        """All responses to one request. Raises `Ended`."""
        operation = answers.OPERATION_OF_COMMAND.get(message.command.field)
        if operation is None or message.context_id not in call.contexts:
            await call.line.end(Ending(How.ABORT))
            return
        allowed = self.habits.only_titles.get(operation)
        if allowed is not None and call.request.calling_ae_title not in allowed:
            await call.line.end(Ending(How.ABORT))
        async for command, identifier in answers.responses(call, message, operation):
            if command.status not in _PENDING:
                await self._moment(call.line, operation, call.line.message_bytes(message.context_id, command, identifier))
            await call.line.say(message.context_id, command, identifier)
        if operation == "commitment":
            await self._report(call, message)
        if operation == "store" and self.habits.after_store is not None:
            await call.line.end(self.habits.after_store)

    async def _report(self, call: Call, message: Message) -> None:
        """The result of storage commitment, as the habits will have it. Raises `Ended`."""
        from isocenter.lab.faults import commitment

        if self.habits.statuses.get("commitment") or self.habits.commits is Commits.NEVER:
            return
        syntax = call.syntax_of(message)
        try:
            report = commitment.judge(message.data, syntax, self.memory, self.habits.commitment_failure)
        except UnreadableDataset:
            return
        calling = call.request.calling_ae_title
        place = self.habits.destinations.get(calling)
        if self.habits.commits is Commits.SAME:
            await call.line.say(message.context_id, commitment.event(report, 1), report.identifier(syntax))
        elif place is not None:
            with contextlib.suppress(Ended):
                await commitment.report_by_call(report, place, calling, self.habits)
