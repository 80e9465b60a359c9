"""One crossing in full: what it says in sentences, its command, the header of its data set, its bytes, where its time went.

A recording and a number come in, `MessageDetails` go out. Patients, and the comment of an answer, which may name one, are masked
unless they are asked for, in the bytes too; passcodes always.
"""

from __future__ import annotations

from datetime import timedelta

from isocenter.base.limits import INSPECTED_RAW_BYTES_MAX
from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor import header_rows, time_shares
from isocenter.doctor.crossing_words import byte_words, command_name, context_lines, noun, service_of, syntax_name, told
from isocenter.doctor.crossings import Crossing, Shape
from isocenter.doctor.ladder import Reading, titles
from isocenter.doctor.masking import masked_bytes
from isocenter.doctor.rungs import Rungs
from isocenter.model.ladder import HeaderRow, MessageDetails, Share
from isocenter.model.recording import Origin, Recorded
from isocenter.standard import sop_class
from isocenter.standard.status import describe, describe_abort, describe_rejection
from isocenter.wire.pdu import Abort, AssociateAccept, AssociateReject, AssociateRequest, UserInformation
from isocenter.wire.pdu_codec import NAMES

_ERROR_COMMENT = 0x00000902
_PRIORITIES = {0: "medium", 1: "high", 2: "low"}


def details(recorded: Recorded, number: int, *, names: bool = False) -> MessageDetails | None:
    """One crossing; None where it was forgotten meanwhile. `names` says that patients may be told."""
    reading = Reading(recorded)
    crossing = reading.by_number.get(number)
    if crossing is None:
        return None
    rungs = Rungs(reading.recording, reading.reader)
    words = told(crossing, reading.reader.request)
    syntax = rungs.syntax_of(crossing)
    header = header_rows.HeaderRows()
    if crossing.data_bytes:
        header = header_rows.read(bytes(crossing.data), crossing.data_bytes, syntax, names=names)
    raw, raw_words = _raw(crossing, names=names)
    caption = f"message {crossing.command.message_id}" if crossing.command and crossing.command.message_id is not None else ""
    command = _command_rows(crossing.command, names=names) if crossing.command is not None else _negotiated(crossing, reading)
    return MessageDetails(
        number=number,
        title=words.title or "not kept",
        caption=caption,
        moment=reading.recording.began + timedelta(seconds=crossing.began),
        sentences=tuple(_sentences(reading, crossing, syntax)),
        shares=_shares(reading, crossing),
        command=tuple(command),
        data_set=tuple(header.rows),
        counted=header.counted,
        cut=header.cut,
        raw=raw,
        raw_words=raw_words,
        is_masked=bool(header.masked) or any(row.is_masked for row in (*command, *header.rows)),
    )


def _raw(crossing: Crossing, *, names: bool) -> tuple[bytes, str]:
    """The first bytes as they crossed: of a message its first PDU, the command."""
    raw = masked_bytes(crossing, names=names)
    if crossing.shape is Shape.MESSAGE:
        first = 12 + len(crossing.command_bytes)
        raw = raw[:first]
        return raw[:INSPECTED_RAW_BYTES_MAX], f"{NAMES[4]}, {first} bytes"
    name = NAMES.get(crossing.kind, "bytes") if crossing.shape is Shape.PDU else "as they came"
    return raw[:INSPECTED_RAW_BYTES_MAX], f"{name}, {crossing.byte_count} bytes"


def _sentences(reading: Reading, crossing: Crossing, syntax: str) -> list[str]:
    caller, called = titles(reading.recording, reading.reader)
    who, whom = (caller, called) if crossing.forth else (called, caller)
    command = crossing.command
    if crossing.fault:
        return [f"{who} sent something that cannot be read: {crossing.fault}."]
    if command is not None:
        found = _of_response(who, command) if crossing.is_response else _of_request(who, whom, command)
        if crossing.data_bytes and not crossing.is_response:
            pieces = f"{crossing.pdus} piece{'s'[: crossing.pdus != 1]}"
            encoding = syntax_name(syntax) if syntax else "unknown syntax"
            found.append(f"It travels by presentation context {crossing.context_id}, as {encoding}, in {pieces}.")
        if not crossing.is_complete:
            found.append("It was not complete when the recording ended.")
        return found
    match crossing.pdu:
        case AssociateRequest() as request:
            return [
                f"{who} asks {whom} for an association and proposes {len(request.contexts)} presentation contexts: "
                "what it wants to do, and in which encodings it can say it.",
                *_user(who, request.user),
            ]
        case AssociateAccept() as accept:
            good = sum(one.result == 0 for one in accept.contexts)
            return [
                f"{who} agrees to talk, and accepts {good} of {len(accept.contexts)} presentation contexts.",
                *_user(who, accept.user),
            ]
        case AssociateReject(result, source, reason):
            return [f"{who} refuses the association: {describe_rejection(result, source, reason)}."]
        case Abort(source, reason):
            return [f"{who} ends the association at once, whatever was under way: {describe_abort(source, reason)}."]
    if crossing.shape is Shape.FOREIGN:
        words = told(crossing, None)
        return [f"{words.title}: {words.words}."]
    if crossing.shape is Shape.LOST:
        return [f"{byte_words(crossing.byte_count)} of this connection were forgotten to make room for what came later."]
    return [_PLAIN.get(crossing.kind, f"{who} sent a PDU.").format(who=who)]


_PLAIN = {
    0x05: "{who} has nothing more to ask, and wants to end the association in order.",
    0x06: "{who} agrees that the association is over.",
}


def _user(who: str, user: UserInformation) -> list[str]:
    made = []
    if user.implementation_version_name or user.implementation_class_uid:
        made.append(f"{who} is {user.implementation_version_name or 'without a version name'} ({user.implementation_class_uid}).")
    if user.pdu_bytes_max is not None:
        size = f"{user.pdu_bytes_max} bytes" if user.pdu_bytes_max else "any size"
        made.append(f"It takes PDUs of {size}.")
    if user.identity is not None:
        made.append("It says who its user is; the passcode is not shown.")
    return made


def _of_request(who: str, whom: str, command: Command) -> list[str]:
    what = noun(command.affected_sop_class_uid or command.requested_sop_class_uid)
    match command.field:
        case CommandField.C_STORE_RQ:
            return [f"{who} hands over one {what} and asks {whom} to keep it."]
        case CommandField.C_ECHO_RQ:
            return [f"{who} asks whether {whom} is there."]
        case CommandField.C_FIND_RQ:
            return [f"{who} asks {whom} what it has that matches the keys below."]
        case CommandField.C_MOVE_RQ:
            return [f"{who} asks {whom} to send what the keys below select to {command.move_destination or 'nobody'}."]
        case CommandField.C_GET_RQ:
            return [f"{who} asks {whom} to send what the keys below select back on this association."]
        case CommandField.C_CANCEL_RQ:
            return [f"{who} wants no more of message {command.message_id_being_responded_to}."]
    return [f"{who} sends {whom} {command_name(command)} for {what}."]


def _of_response(who: str, command: Command) -> list[str]:
    if command.status is None:
        return [f"{who} answers without a status, which the standard does not allow."]
    return [f"{who} answers message {command.message_id_being_responded_to}: {describe(command.status, service_of(command))}"]


def _shares(reading: Reading, crossing: Crossing) -> tuple[Share, ...]:
    """Where the time of a message went, with that of its answer where there is one."""
    recording = reading.recording
    seconds: dict[str, float] = {"network": crossing.ended - crossing.began}
    answer = _answer(reading, crossing)
    if answer is not None:
        for kind, part in time_shares.between(recording, crossing.ended, answer).items():
            seconds[kind] = seconds.get(kind, 0.0) + part
    words = {"device": "until it answered", "isocenter": "index and answer", "disk": "disk, written and synced"}
    if recording.origin is not Origin.HOUSE:
        words = {"caller": "until it answered", "called": "until it answered"}
    arriving = crossing.ended - crossing.began
    speed = f" at {byte_words(crossing.byte_count / arriving)}/s" if arriving > 0 else ""
    words["network"] = (
        f"{'arriving' if crossing.forth != recording.outgoing else 'leaving'}, {byte_words(crossing.byte_count)}{speed}"
    )
    return time_shares.shares(seconds, words)


def _answer(reading: Reading, crossing: Crossing) -> Crossing | None:
    command = crossing.command
    if command is None or crossing.is_response:
        return None
    for other in reading.crossings:
        found = other.command
        if (
            found is not None
            and other.forth != crossing.forth
            and other.number > crossing.number
            and other.is_response
            and found.message_id_being_responded_to == command.message_id
        ):
            return other
    return None


def _command_rows(command: Command, *, names: bool) -> list[HeaderRow]:
    rows: list[tuple[int, str, str]] = []
    kind = command_name(command)
    uid = command.affected_sop_class_uid or command.requested_sop_class_uid
    rows.append((0x00000002 if command.affected_sop_class_uid else 0x00000003, "SOP class", sop_class.name_of(uid) if uid else ""))
    rows.append((0x00000100, "Command", f"{command.field:04X} {kind}"))
    rows += [
        (0x00000110, "Message ID", _number(command.message_id)),
        (0x00000120, "Answers message", _number(command.message_id_being_responded_to)),
        (0x00000600, "Move destination", command.move_destination),
        (
            0x00000700,
            "Priority",
            f"{command.priority:04X} {_PRIORITIES.get(command.priority, '')}" if command.priority is not None else "",
        ),
        (0x00000900, "Status", f"{command.status:04X}" if command.status is not None else ""),
        (0x00000901, "Offending elements", ", ".join(f"{tag >> 16:04X},{tag & 0xFFFF:04X}" for tag in command.offending_elements)),
        (_ERROR_COMMENT, "Error comment", command.error_comment),
        (0x00001000, "SOP instance", command.affected_sop_instance_uid),
        (0x00001001, "SOP instance", command.requested_sop_instance_uid),
        (0x00001002, "Event type", _number(command.event_type_id)),
        (0x00001008, "Action type", _number(command.action_type_id)),
        (0x00001020, "Remaining", _number(command.remaining)),
        (0x00001021, "Completed", _number(command.completed)),
        (0x00001022, "Failed", _number(command.failed)),
        (0x00001023, "With warnings", _number(command.warning)),
        (0x00001030, "Moved for", command.move_originator_ae_title),
        (0x00001031, "Moved by message", _number(command.move_originator_message_id)),
    ]
    hidden = () if names else (_ERROR_COMMENT,)
    return [HeaderRow(0, tag, "", name, "" if tag in hidden else value, tag in hidden) for tag, name, value in rows if value]


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _negotiated(crossing: Crossing, reading: Reading) -> list[HeaderRow]:
    """What a request for an association proposes, and what its answer says to that, a line each."""
    match crossing.pdu:
        case AssociateRequest() as request:
            return [HeaderRow(0, line.id, "", line.name, ", ".join(line.proposed)) for line in context_lines(request, None)]
        case AssociateAccept() as accept:
            lines = context_lines(reading.reader.request, accept)
            return [HeaderRow(0, line.id, "", line.name, line.transfer_syntax or line.words) for line in lines]
    return []
