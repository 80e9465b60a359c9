"""What a peer of the lab answers to a request that it understands: echo, store, find, and the state of a printer.

Comes in: a request on an association. Goes out: its responses, each with its identifier or None. Retrieving is `retrieval`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType

from isocenter.base.errors import UnreadableDataset
from isocenter.dimse.commands import Command, CommandField
from isocenter.lab.faults import memory
from isocenter.lab.faults.call import Call
from isocenter.lab.faults.line import Message
from isocenter.lab.faults.memory import DateStar
from isocenter.standard import status

OPERATION_OF_COMMAND: Mapping[int, str] = MappingProxyType(
    {
        CommandField.C_ECHO_RQ: "echo",
        CommandField.C_STORE_RQ: "store",
        CommandField.C_FIND_RQ: "find",
        CommandField.C_GET_RQ: "get",
        CommandField.C_MOVE_RQ: "move",
        CommandField.N_ACTION_RQ: "commitment",
        CommandField.N_GET_RQ: "print",
    }
)
_DONE_ALL_THE_SAME = frozenset({status.COERCED, status.ELEMENTS_DISCARDED, status.DATA_SET_MISMATCH_STORED})
_UNDECLARED = b"ISO_IR 6  "
_PACE_SECONDS = 0.02
"""Between two answers of one that goes on without end."""

Response = tuple[Command, bytes | None]


async def responses(call: Call, message: Message, operation: str) -> AsyncIterator[Response]:
    """All responses to one request, the final one last. Raises `Ended`."""
    told = call.habits.statuses.get(operation, status.SUCCESS)
    while operation in call.habits.endless:
        yield call.respond(message, operation, status.PENDING), None
        await asyncio.sleep(_PACE_SECONDS)
    if told and not (operation == "store" and told in _DONE_ALL_THE_SAME):
        yield call.respond(message, operation, told), None
    elif operation == "store":
        yield call.respond(message, operation, _stored(call, message) or told), None
    elif operation == "find":
        for response in _found(call, message):
            yield response
    elif operation in ("move", "get"):
        from isocenter.lab.faults import retrieval

        async for response in retrieval.responses(call, message, operation):
            yield response
    elif operation == "print":
        yield _printer(call, message)
    else:
        yield call.respond(message, operation, status.SUCCESS), None


def _stored(call: Call, message: Message) -> int:
    """Keep an object, or say why not."""
    if call.habits.quota and len(call.memory) >= call.habits.quota:
        return status.OUT_OF_RESOURCES
    sop_class, syntax = call.contexts[message.context_id]
    try:
        call.memory.keep(memory.read(message.data, syntax, sop_class, message.command.affected_sop_instance_uid))
    except UnreadableDataset:
        return status.CANNOT_UNDERSTAND
    return status.SUCCESS


def _found(call: Call, message: Message) -> list[Response]:
    """All answers to a C-FIND (PS3.4 C.4.1)."""
    from isocenter.dataset import identifier
    from isocenter.lab.faults.objects import keys_of

    habits, syntax = call.habits, call.syntax_of(message)
    try:
        keys = keys_of(identifier.decode(message.data, syntax))
        level = keys.get("QueryRetrieveLevel", "")
        if level not in memory.LEVELS:
            return [(call.respond(message, "find", status.DATA_SET_MISMATCH), None)]
        rows = list(call.memory.search(keys, level))
    except (UnreadableDataset, DateStar):
        return [(call.respond(message, "find", status.CANNOT_UNDERSTAND), None)]
    limit = habits.answers_max or len(rows)
    told: list[Response] = []
    for row in rows[:limit]:
        raw = identifier.encode(dict(row) | {"QueryRetrieveLevel": level}, syntax, "ISO_IR 192")
        raw = raw.replace(b"ISO_IR 192", _UNDECLARED) if habits.garbles else raw
        told.append((call.respond(message, "find", habits.pending, has_data_set=True), raw))
    told.append((call.respond(message, "find", status.CANCEL if len(rows) > limit else status.SUCCESS), None))
    return told


def _printer(call: Call, message: Message) -> Response:
    """The printer's state (PS3.4 H.4.6)."""
    from isocenter.dataset import identifier

    name, words = call.habits.printer
    state = {"PrinterStatus": name, "PrinterStatusInfo": words, "PrinterName": call.habits.title}
    raw = identifier.encode(state, call.syntax_of(message))
    return call.respond(message, "print", status.SUCCESS, has_data_set=True), raw
