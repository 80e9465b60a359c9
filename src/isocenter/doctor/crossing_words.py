"""What crossed, in plain words: the title of a rung, its sentence, and how it is to be seen.

Crossings come in, words go out; nothing is decided here but how to say it. A patient is never named: keys of a query are told by
keyword, their values only where they name nobody, and the comment of an answer, which a device words as it likes, is not told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from isocenter.base.limits import KIB
from isocenter.dimse.commands import Command, CommandField
from isocenter.doctor.crossings import Crossing, Shape
from isocenter.model.ladder import ContextLine, Tone
from isocenter.standard import sop_class, transfer_syntax
from isocenter.standard.status import Kind, describe_abort, describe_rejection, kind_of, status_of
from isocenter.wire.first_bytes import recognise
from isocenter.wire.pdu import Abort, AssociateAccept, AssociateReject, AssociateRequest, ReleaseReply, ReleaseRequest
from isocenter.wire.pdu_codec import NAMES

_RESPONSE = 0x8000
_SERVICES = {
    CommandField.C_STORE_RQ: "store",
    CommandField.C_FIND_RQ: "find",
    CommandField.C_GET_RQ: "get",
    CommandField.C_MOVE_RQ: "move",
    CommandField.C_ECHO_RQ: "echo",
}
_RESULTS = {
    0: "accepted",
    1: "refused",
    2: "refused, no reason given",
    3: "class refused",
    4: "syntax refused",
}
"""Presentation context results (PS3.8 9.3.3.2)."""

_SHORT_NAMES = {
    "1.2.840.10008.1.2": "Implicit VR LE",
    "1.2.840.10008.1.2.1": "Explicit VR LE",
    "1.2.840.10008.1.2.2": "Explicit VR BE",
}
_DONE = {"store": "stored", "echo": "yes", "find": "that was all", "get": "all sent", "move": "all sent"}


@dataclass(frozen=True, slots=True)
class Told:
    """The words of one rung."""

    title: str
    words: str = ""
    tone: Tone = Tone.PLAIN


def command_name(command: Command) -> str:
    """C-STORE-RQ, or the number of what the standard does not have."""
    try:
        return CommandField(command.field).name.replace("_", "-")
    except ValueError:
        return f"command {command.field:04X}"


def service_of(command: Command) -> str:
    """The service that a request or its response belongs to, as `standard.status` calls it."""
    return _SERVICES.get(CommandField(field), "n") if (field := command.field & ~_RESPONSE) in set(CommandField) else "n"


def noun(uid: str) -> str:
    """`CT image` for the class of CT images; the name of any other class."""
    name = sop_class.name_of(uid).partition(" - ")[0].removesuffix(" Storage")
    return name.removesuffix(" Image") + " image" if name.endswith(" Image") else name


def nouns(uid: str, count: int) -> str:
    """`28 CT images`."""
    one = noun(uid)
    plural = one + "s" if one.endswith("image") else f"{one} objects"
    return f"{count} {one if count == 1 else plural}"


def syntax_name(uid: str) -> str:
    """A short name of a transfer syntax."""
    return _SHORT_NAMES.get(uid) or transfer_syntax.name_of(uid).partition(" (")[0]


def byte_words(count: float) -> str:
    """`526 KB`: three significant figures, decimal units."""
    if count < 1000:
        return f"{count:.0f} B"
    for unit in ("KB", "MB", "GB", "TB"):
        count /= 1000
        if count < 1000 or unit == "TB":
            return f"{count:.0f} {unit}" if count >= 100 else f"{count:.3g} {unit}"
    raise AssertionError("the last unit has no end")


def time_words(seconds: float) -> str:
    """`14.2 ms`, `0.76 s`, `2 min 5 s`."""
    if seconds < 0.1:
        return f"{seconds * 1000:.1f} ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 60 else f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


def told(crossing: Crossing, request: AssociateRequest | None, ordinal: str = "", keys: str = "") -> Told:
    """The words of a crossing. `ordinal` counts what a message carries, such as
    `3 of 28`, and `keys` are those of a query."""
    if crossing.shape is Shape.FOREIGN:
        return _foreign(crossing)
    if crossing.shape is Shape.LOST:
        return Told("", f"{byte_words(crossing.byte_count)} were not kept")
    if crossing.fault:
        name = NAMES.get(crossing.kind, "PDU") if crossing.shape is Shape.PDU else "P-DATA-TF"
        return Told(name, f"cannot be read: {crossing.fault}", Tone.BAD)
    if crossing.shape is Shape.PDU:
        return _control(crossing, request)
    if crossing.command is None:
        rest = "the rest of a message whose command was not recorded"
        return Told("P-DATA-TF", rest if crossing.data_bytes else "a command that was never complete")
    if crossing.is_response:
        return _response(crossing.command, is_durable=crossing.spent is not None)
    return _request(crossing, ordinal, keys)


def _foreign(crossing: Crossing) -> Told:
    first = bytes(crossing.raw[:16])
    protocol = recognise(first)
    # No parameters of a request, and of a message no more than its head: both may name a patient.
    line = bytes(crossing.raw).partition(b"\r")[0].partition(b"?")[0][:60].decode("ascii", "replace")
    if protocol == "TLS":
        return Told("TLS", "encrypted; what it says can only be seen at one of its ends")
    if protocol:
        return Told(protocol, f"not DICOM: {_plain(line)}", Tone.BAD)
    return Told("not DICOM", f"bytes that begin with {first.hex(' ')}", Tone.BAD)


def _plain(text: str) -> str:
    return "".join(one if one.isprintable() else "·" for one in text)


def _control(crossing: Crossing, request: AssociateRequest | None) -> Told:
    match crossing.pdu:
        case AssociateRequest() as asked:
            count = len(asked.contexts)
            called = asked.called_ae_title.strip() or "no title"
            return Told("A-ASSOCIATE-RQ", f"asks for {called}, {count} context{'s'[: count != 1]}")
        case AssociateAccept() as accept:
            return _accepted(accept, request)
        case AssociateReject(result, source, reason):
            return Told("A-ASSOCIATE-RJ", describe_rejection(result, source, reason), Tone.BAD)
        case ReleaseRequest():
            return Told("A-RELEASE-RQ", "nothing more to ask")
        case ReleaseReply():
            return Told("A-RELEASE-RP", "goodbye")
        case Abort(source, reason):
            return Told("A-ABORT", describe_abort(source, reason), Tone.BAD)
    return Told(NAMES.get(crossing.kind, "PDU"), "cut off" if not crossing.is_complete else "")


def _accepted(accept: AssociateAccept, request: AssociateRequest | None) -> Told:
    good = sum(one.result == 0 for one in accept.contexts)
    asked = len(request.contexts) if request is not None else len(accept.contexts)
    words = "accepted" if good == asked == 1 else f"all {asked} accepted" if good == asked else f"{good} of {asked} accepted"
    most = accept.user.pdu_bytes_max
    if most is not None:
        size = "s of any size" if most == 0 else f" up to {most // KIB} KB" if most >= KIB else f" up to {most} B"
        words += f", PDU{size}"
    return Told("A-ASSOCIATE-AC", words, Tone.PLAIN if good == asked else Tone.WARN if good else Tone.BAD)


def _carried(crossing: Crossing) -> str:
    pieces = crossing.pdus
    rest = "" if crossing.is_complete else ", not complete"
    return f"context {crossing.context_id}, {pieces} PDU{'s'[: pieces != 1]}{rest}"


def _request(crossing: Crossing, ordinal: str, keys: str) -> Told:
    command = crossing.command
    assert command is not None, "asked for by `told`"
    name = command_name(command)
    match command.field:
        case CommandField.C_STORE_RQ:
            what = f"{noun(command.affected_sop_class_uid)}{f' {ordinal}' if ordinal else ''}, {_carried(crossing)}"
            if command.move_originator_ae_title:
                what += f", moved for {command.move_originator_ae_title}"
            return Told(name, what)
        case CommandField.C_ECHO_RQ:
            return Told(name, "are you there?")
        case CommandField.C_MOVE_RQ:
            return Told(name, f"send it to {command.move_destination or 'nobody'}; {_model(command)}{keys}")
        case CommandField.C_CANCEL_RQ:
            return Told(name, f"stop message {command.message_id_being_responded_to}")
        case CommandField.C_FIND_RQ | CommandField.C_GET_RQ:
            return Told(name, _model(command) + keys)
    uid = command.requested_sop_class_uid or command.affected_sop_class_uid
    kind = command.event_type_id if command.event_type_id is not None else command.action_type_id
    return Told(name, f"{sop_class.name_of(uid)}{f', type {kind}' if kind is not None else ''}")


def _model(command: Command) -> str:
    known = sop_class.QUERY_RETRIEVE.get(command.affected_sop_class_uid)
    return known.root if known is not None else sop_class.name_of(command.affected_sop_class_uid)


def _response(command: Command, *, is_durable: bool) -> Told:
    name = command_name(command)
    status = command.status
    if status is None:
        return Told(name, "without a status", Tone.BAD)
    service = service_of(command)
    title = f"{name} {status:04X}"
    kind = kind_of(status)
    counts = _counts(command)
    if kind is Kind.PENDING:
        return Told(title, counts or "a match")
    if kind is Kind.SUCCESS:
        done = "stored, on disk and findable" if is_durable else _DONE.get(service, "done")
        return Told(title, f"{done}{f': {counts}' if counts else ''}")
    row = status_of(status, service)
    words = row.name if row is not None else "a status that the standard does not name"
    if counts:
        words += f"; {counts}"
    tone = Tone.BAD if kind is Kind.FAILURE else Tone.WARN if kind is Kind.WARNING else Tone.PLAIN
    return Told(title, words, tone)


def _counts(command: Command) -> str:
    """How far a C-MOVE or C-GET is (PS3.7 9.3.4.2)."""
    pairs = (
        (command.completed, "sent"),
        (command.failed, "failed"),
        (command.warning, "with warnings"),
        (command.remaining, "to go"),
    )
    return ", ".join(f"{count} {words}" for count, words in pairs if count or (count == 0 and words == "sent"))


def context_lines(
    request: AssociateRequest | None, accept: AssociateAccept | None, used: Mapping[int, int] | None = None
) -> tuple[ContextLine, ...]:
    """What was proposed and what became of it, in the order proposed; `used` are messages by context."""
    answers = {one.id: one for one in accept.contexts} if accept is not None else {}
    lines = []
    for one in request.contexts if request is not None else ():
        answer = answers.get(one.id)
        syntax = answer.transfer_syntax if answer is not None and answer.result == 0 else ""
        words = "not answered" if answer is None else _RESULTS.get(answer.result, f"refused ({answer.result})")
        names = tuple(syntax_name(uid) for uid in one.transfer_syntaxes)
        lines.append(
            ContextLine(
                one.id, one.abstract_syntax, sop_class.name_of(one.abstract_syntax), names,
                syntax_name(syntax) if syntax else "", None if answer is None else answer.result, words,
                (used or {}).get(one.id, 0),
            )
        )  # fmt: skip
    return tuple(lines)
