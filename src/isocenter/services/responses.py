"""Responses to requests, and the refusals that every service shares (PS3.7 9.3 and Annex C).

A request comes in, a `Reply` with the fields that its response needs goes out. A service raises `Refusal` where the request
cannot be served; the text becomes the Error Comment, so it may not hold patient data nor be longer than a person reads.
"""

from __future__ import annotations

from isocenter.base.errors import IsocenterError
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import Reply, Request
from isocenter.model.records import Spent
from isocenter.standard import status
from isocenter.standard.sop_class import name_of

AFFECTED_SOP_CLASS_UID = 0x00000002
COMMAND_FIELD = 0x00000100
MESSAGE_ID = 0x00000110
MOVE_DESTINATION = 0x00000600
AFFECTED_SOP_INSTANCE_UID = 0x00001000

ERROR_COMMENT_CHARACTERS = 64
"""Error Comment (0000,0902) is an LO (PS3.7 E.1, PS3.5 6.2)."""

_RESPONSE = 0x8000


class Refusal(IsocenterError):
    """This request is answered with a failure: `status`, `offending` tags, and the text as Error Comment."""

    def __init__(self, text: str, *, status: int, offending: tuple[int, ...] = ()) -> None:
        super().__init__(text)
        self.status = status
        self.offending = offending


def error_comment(text: str) -> str:
    """A sentence as an Error Comment: the default repertoire, one value, at most 64 characters."""
    plain = "".join(character if " " <= character <= "~" and character != "\\" else "?" for character in text)
    if len(plain) <= ERROR_COMMENT_CHARACTERS:
        return plain
    return plain[: ERROR_COMMENT_CHARACTERS - 3] + "..."


def is_request(command: Command) -> bool:
    """True for what must be answered: not a response, and not C-CANCEL (PS3.7 9.3.2.3)."""
    return not command.field & _RESPONSE and command.field != CommandField.C_CANCEL_RQ


def respond(
    request: Request,
    code: int,
    *,
    text: str = "",
    offending: tuple[int, ...] = (),
    identifier: bytes | None = None,
    counts: tuple[int | None, int | None, int | None, int | None] = (None, None, None, None),
    spent: Spent | None = None,
) -> Reply:
    """The response to `request`. `counts` are (remaining, completed, failed, warning) sub-operations, None where absent.

    `spent` is told to whoever records it.
    """
    asked = request.command
    remaining, completed, failed, warning = counts
    return Reply(
        Command(
            field=asked.field | _RESPONSE,
            message_id_being_responded_to=asked.message_id or 0,
            affected_sop_class_uid=asked.affected_sop_class_uid,
            affected_sop_instance_uid=asked.affected_sop_instance_uid,
            has_data_set=identifier is not None,
            status=code,
            remaining=remaining,
            completed=completed,
            failed=failed,
            warning=warning,
            offending_elements=offending,
            error_comment=error_comment(text) if text else "",
        ),
        identifier,
        spent,
    )


def refuse(request: Request, refusal: Refusal) -> Reply:
    """The response that a `Refusal` stands for."""
    return respond(request, refusal.status, text=str(refusal), offending=refusal.offending)


def check(request: Request, field: CommandField, operation: str) -> None:
    """Whether this caller may ask this here; raises `Refusal`.

    In the order of what a person would look at first: is it a request of this class, is it whole, is it allowed.
    """
    command = request.command
    if command.field != field:
        raise Refusal(
            f"{name_of(request.context.abstract_syntax)} has no such operation",
            status=status.UNRECOGNIZED_OPERATION,
            offending=(COMMAND_FIELD,),
        )
    if command.message_id is None:
        raise Refusal("Message ID (0000,0110) is missing", status=status.MISSING_ATTRIBUTE, offending=(MESSAGE_ID,))
    if not command.affected_sop_class_uid:
        raise Refusal(
            "Affected SOP Class UID (0000,0002) is missing", status=status.MISSING_ATTRIBUTE, offending=(AFFECTED_SOP_CLASS_UID,)
        )
    if command.affected_sop_class_uid != request.context.abstract_syntax:
        raise Refusal(
            "the SOP class is not the one of this presentation context",
            status=status.SOP_CLASS_NOT_SUPPORTED,
            offending=(AFFECTED_SOP_CLASS_UID,),
        )
    if operation not in request.caller.operations:
        raise Refusal(f"{request.caller.ae_title} may not {operation} here", status=status.NOT_AUTHORIZED)
