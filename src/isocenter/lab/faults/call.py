"""One association that somebody opened at a peer of the lab, and the responses that it gets; and one that the peer opens itself.

Comes in: what was agreed. Goes out: commands. Sockets are asyncio's; whatever ends an association raises `Ended`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from isocenter.base.limits import CONNECT_SECONDS
from isocenter.dimse.commands import Command
from isocenter.lab.faults.habits import Habits
from isocenter.lab.faults.line import Ended, Line, Message
from isocenter.lab.faults.memory import Memory
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN
from isocenter.wire.negotiation import pdu_bytes_to_send
from isocenter.wire.pdu import (
    AssociateAccept,
    AssociateRequest,
    ProposedContext,
    ReleaseRequest,
    RoleSelection,
    UserInformation,
)

_WRONG_BY = 77
"""How far a wrong Message ID lies from the right one."""


@dataclass(slots=True)
class Call:
    """An association that stands: who calls, its contexts as (class, syntax) by identifier, and what is done when it has ended."""

    line: Line
    request: AssociateRequest
    contexts: dict[int, tuple[str, str]]
    habits: Habits
    memory: Memory
    afterwards: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    def syntax_of(self, message: Message) -> str:
        """The transfer syntax that was agreed for the context of a message."""
        return self.contexts[message.context_id][1]

    def respond(self, message: Message, operation: str, code: int, *, has_data_set: bool = False) -> Command:
        """A response with this status (PS3.7 9.1)."""
        asked = message.command
        wrong_by = _WRONG_BY if operation in self.habits.wrong_message_ids else 0
        return Command(
            field=asked.field | 0x8000,
            message_id_being_responded_to=((asked.message_id or 0) + wrong_by) & 0xFFFF,
            affected_sop_class_uid=asked.affected_sop_class_uid or asked.requested_sop_class_uid,
            affected_sop_instance_uid=asked.affected_sop_instance_uid or asked.requested_sop_instance_uid,
            status=code,
            error_comment=self.habits.comments.get(operation, "") if code else "",
            has_data_set=has_data_set,
            action_type_id=asked.action_type_id,
        )


@dataclass(slots=True)
class Outgoing:
    """An association that the peer opened; contexts as (class, syntax) by identifier."""

    line: Line
    contexts: dict[int, tuple[str, str]]
    is_over: bool = False

    def context_of(self, sop_class_uid: str, transfer_syntax: str = "") -> int | None:
        """The accepted context of a class, in that syntax where one is given."""
        for number, (uid, syntax) in self.contexts.items():
            if uid == sop_class_uid and transfer_syntax in ("", syntax):
                return number
        return None

    async def ask(self, context_id: int, command: Command, data: bytes | None = None) -> Message:
        """A request and its response. Raises `Ended`."""
        try:
            await self.line.say(context_id, command, data)
            answer = await self.line.message()
        except Ended:
            self.is_over = True
            raise
        if isinstance(answer, ReleaseRequest):
            raise Ended("released in the middle of a request")
        return answer

    async def release(self) -> None:
        """End in order where it has not ended yet, and close."""
        try:
            if self.is_over:
                return
            await self.line.tell(ReleaseRequest())
            await self.line.pdu()
        except Ended:
            pass
        finally:
            await self.line.close()


async def dial(
    place: tuple[str, int],
    titles: tuple[str, str],
    classes: Iterable[tuple[str, str]],
    habits: Habits,
    roles: tuple[RoleSelection, ...] = (),
) -> Outgoing:
    """Open an association as (calling, called), proposing classes each with one syntax. Raises `Ended`, also when rejected."""
    proposed = []
    for number, (uid, syntax) in enumerate(dict.fromkeys(classes)):
        others = () if habits.only_stored_syntax else (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)
        syntaxes = dict.fromkeys((syntax, *others))
        proposed.append(ProposedContext(2 * number + 1, uid, tuple(syntaxes)))
    user = UserInformation(
        pdu_bytes_max=habits.pdu_bytes_max,
        implementation_class_uid=habits.implementation_class_uid,
        implementation_version_name=habits.implementation_version_name,
        roles=roles,
    )
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(*place)
    except (OSError, TimeoutError) as error:
        raise Ended(str(error)) from error
    line = Line(reader, writer)
    try:
        await line.tell(AssociateRequest(titles[1], titles[0], tuple(proposed), user))
        answer = await line.control()
        if not isinstance(answer, AssociateAccept):
            raise Ended("turned away")
    except Ended:
        await line.close()
        raise
    line.pdu_bytes = habits.sends_pdu_bytes or pdu_bytes_to_send(answer.user.pdu_bytes_max)
    classes_by_id = {context.id: context.abstract_syntax for context in proposed}
    agreed = {one.id: (classes_by_id[one.id], one.transfer_syntax) for one in answer.contexts if one.result == 0}
    return Outgoing(line, agreed)
