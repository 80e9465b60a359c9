"""C-MOVE and C-GET as a peer of the lab does them: to whom, under which title, and what it says of it (PS3.4 C.4.2, C.4.3).

Comes in: a request. Goes out: its responses, each with its identifier or None. The objects go to the habits' destinations.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from isocenter.base.errors import UnreadableDataset
from isocenter.dataset import identifier
from isocenter.dimse.commands import Command, CommandField
from isocenter.lab.faults.call import Call, Outgoing, dial
from isocenter.lab.faults.habits import Habits, Moves
from isocenter.lab.faults.line import Ended, Message
from isocenter.lab.faults.memory import LEVELS, Kept
from isocenter.lab.faults.objects import keys_of
from isocenter.standard import status

Response = tuple[Command, bytes | None]


@dataclass(slots=True)
class Tally:
    """Sub-operations so far."""

    remaining: int
    completed: int = 0
    failed: int = 0
    warning: int = 0

    def count(self, code: int | None) -> None:
        """One sub-operation ended with this status; None where no answer came."""
        self.remaining -= 1
        if code == status.SUCCESS:
            self.completed += 1
        elif code is not None and 0xB000 <= code <= 0xBFFF:
            self.warning += 1
        else:
            self.failed += 1

    def final(self) -> int:
        """The status that sums them up (PS3.4 C.4.2.1.5)."""
        if self.failed and not self.completed and not self.warning:
            return status.OUT_OF_RESOURCES_SUB_OPERATIONS
        return status.SUB_OPERATIONS_FAILED if self.failed or self.warning else status.SUCCESS

    def on(self, command: Command) -> Command:
        """The response with these counts."""
        remaining = self.remaining or None
        return replace(command, remaining=remaining, completed=self.completed, failed=self.failed, warning=self.warning)


async def responses(call: Call, message: Message, operation: str) -> AsyncIterator[Response]:
    """All responses to a C-MOVE or C-GET. Raises `Ended` where the caller's own line ends."""
    habits = call.habits
    try:
        keys = keys_of(identifier.decode(message.data, call.syntax_of(message)))
        if keys.get("QueryRetrieveLevel") not in LEVELS:
            raise UnreadableDataset("no level")
    except UnreadableDataset:
        yield call.respond(message, operation, status.DATA_SET_MISMATCH), None
        return
    found = call.memory.matching(keys)
    if operation == "get":
        async for response in _get(call, message, found):
            yield response
        return
    place = _place(habits, message.command.move_destination)
    if place is None:
        yield call.respond(message, operation, habits.unknown_destination), None
        return
    if not found and habits.nothing_found:
        yield call.respond(message, operation, habits.nothing_found), None
        return
    if habits.moves is not Moves.SENT or not found:
        tally = Tally(0, completed=len(found) if habits.moves is Moves.NOWHERE else 0)
        done = call.respond(message, operation, status.SUCCESS)
        if habits.moves is Moves.LATE:
            call.afterwards.append(lambda: _sent_afterwards(call, message, found, place))
        else:
            done = tally.on(done)
        yield done, None
        return
    tally = Tally(len(found))
    try:
        outgoing = await _dialled(call, message, found, place)
    except Ended:
        tally = Tally(0, failed=len(found))
        yield tally.on(call.respond(message, operation, habits.unreachable_destination)), None
        return
    try:
        for kept in found:
            tally.count(await _sent(outgoing, kept, call, message, len(found) - tally.remaining + 1))
            if tally.remaining:
                yield tally.on(call.respond(message, operation, status.PENDING)), None
    finally:
        await outgoing.release()
    yield tally.on(call.respond(message, operation, tally.final())), None


def _place(habits: Habits, destination: str) -> tuple[str, int] | None:
    if habits.folds_destination:
        return {title.upper(): place for title, place in habits.destinations.items()}.get(destination.upper())
    return habits.destinations.get(destination)


async def _dialled(call: Call, message: Message, found: list[Kept], place: tuple[str, int]) -> Outgoing:
    habits = call.habits
    titles = (habits.moves_as or habits.title, habits.moves_to or message.command.move_destination)
    return await dial(place, titles, [(kept.sop_class_uid, kept.transfer_syntax) for kept in found], habits)


async def _sent(outgoing: Outgoing, kept: Kept, call: Call, message: Message, message_id: int) -> int | None:
    """Send one object; the status that came back, None where none did."""
    context = outgoing.context_of(kept.sop_class_uid, kept.transfer_syntax)
    if context is None:
        return None
    command = Command(
        field=CommandField.C_STORE_RQ,
        message_id=message_id,
        affected_sop_class_uid=kept.sop_class_uid,
        affected_sop_instance_uid=kept.sop_instance_uid,
        priority=0,
        has_data_set=True,
        move_originator_ae_title=call.request.calling_ae_title if message.command.move_destination else "",
        move_originator_message_id=message.command.message_id if message.command.move_destination else None,
    )
    try:
        return (await outgoing.ask(context, command, kept.data_set)).command.status
    except Ended:
        return None


async def _sent_afterwards(call: Call, message: Message, found: list[Kept], place: tuple[str, int]) -> None:
    outgoing = await _dialled(call, message, found, place)
    try:
        for number, kept in enumerate(found, 1):
            await _sent(outgoing, kept, call, message, number)
    finally:
        await outgoing.release()


async def _get(call: Call, message: Message, found: list[Kept]) -> AsyncIterator[Response]:
    """Send what was found back on the caller's own association, where it offered to receive it (PS3.4 C.4.3)."""
    tally = Tally(len(found))
    offered = {role.sop_class_uid for role in call.request.user.roles if role.scp}
    back = Outgoing(call.line, call.contexts)
    for kept in found:
        can = kept.sop_class_uid in offered or not call.habits.wants_role
        number = len(found) - tally.remaining + 1
        tally.count(await _sent(back, kept, call, message, number) if can else None)
        if tally.remaining:
            yield tally.on(call.respond(message, "get", status.PENDING)), None
    yield tally.on(call.respond(message, "get", tally.final())), None
