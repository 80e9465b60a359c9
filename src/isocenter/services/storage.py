"""Storage (PS3.4 Annex B): a C-STORE request and its data set go to the intake, what became of them goes back as a status.

The data set's bytes pass through untouched and unread. Success is only ever said with the intake's word that the instance is
durable; a request that may not be served still has its data set received, and thrown away.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

from isocenter.base.clock import Clock
from isocenter.base.errors import VolumeFailed
from isocenter.dimse.commands import CommandField
from isocenter.dimse.exchange import Reply, Request, StoreInProgress
from isocenter.model.attributes import BY_KEYWORD
from isocenter.model.ports import Intake, Reception
from isocenter.model.records import Arrival, Conflict, Duplicate, Full, Mismatch, Stored, StoreResult
from isocenter.services.responses import AFFECTED_SOP_INSTANCE_UID, Refusal, check, refuse, respond
from isocenter.standard import status

log = logging.getLogger("isocenter.services")

MISSING_KEYS = status.CANNOT_UNDERSTAND + 2
"""Of the range C000 to CFFF: the data set lacks what it is filed by."""

ANSWERS = (
    ("Stored, or the same bytes were here before", status.SUCCESS),
    ("It contradicts what was here before: kept beside it", status.SUCCESS),
    ("No space, or the volume has failed", status.OUT_OF_RESOURCES),
    ("The data set names another class or instance than the command", status.DATA_SET_MISMATCH),
    ("The bytes are not a data set in the agreed transfer syntax", status.CANNOT_UNDERSTAND),
    ("An identifier that instances are filed by is missing", MISSING_KEYS),
    ("The SOP Instance UID of the command is no UID", status.INVALID_SOP_INSTANCE),
    ("An element of the command is missing", status.MISSING_ATTRIBUTE),
    ("The SOP class is not the one of the presentation context", status.SOP_CLASS_NOT_SUPPORTED),
    ("The caller may not store here", status.NOT_AUTHORIZED),
    ("Another operation than C-STORE was asked for", status.UNRECOGNIZED_OPERATION),
    ("The archive failed; its log says why", status.PROCESSING_FAILURE),
)
"""What happened, and the status that says so: a table for the conformance statement."""

_UID = re.compile(r"(?=.{1,64}\Z)[0-9]+(\.[0-9]+)*")
"""Laxer than PS3.5 9.1, which forbids leading zeros: devices in use write them."""


class Storing:
    """One C-STORE request on its way into the intake."""

    __slots__ = ("_reception", "_request", "write")

    write: Callable[[memoryview], None]

    def __init__(self, request: Request, reception: Reception) -> None:
        self._request = request
        self._reception = reception
        # Called for every few KiB of pixels: the reception's own method, without a step between.
        self.write = reception.write

    def finish(self) -> Reply:
        """Blocks until the instance is durable, or says why it is not."""
        try:
            result = self._reception.finish()
        except Exception as error:
            return refuse(self._request, _failure(error))
        return _answer(self._request, result)

    def abandon(self) -> None:
        """The data set will never be complete."""
        self._reception.abandon()


class Refusing:
    """One C-STORE request that was refused before its data set came."""

    __slots__ = ("_reply",)

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def write(self, view: memoryview) -> None:
        """Thrown away: the peer must be let finish its message to read the answer."""

    def finish(self) -> Reply:
        """The refusal."""
        return self._reply

    def abandon(self) -> None:
        """Nothing was kept."""


def receive(request: Request, intake: Intake, clock: Clock) -> StoreInProgress:
    """Begin to take the data set of a C-STORE request; never raises for what the peer sent."""
    try:
        check(request, CommandField.C_STORE_RQ, "store")
        _check_instance(request)
        return Storing(request, intake.begin(_arrival(request, clock)))
    except Refusal as refusal:
        return Refusing(refuse(request, refusal))
    except Exception as error:
        return Refusing(refuse(request, _failure(error)))


def _check_instance(request: Request) -> None:
    command = request.command
    if not command.affected_sop_instance_uid:
        raise Refusal(
            "Affected SOP Instance UID (0000,1000) is missing",
            status=status.MISSING_ATTRIBUTE,
            offending=(AFFECTED_SOP_INSTANCE_UID,),
        )
    if _UID.fullmatch(command.affected_sop_instance_uid) is None:
        raise Refusal(
            "Affected SOP Instance UID (0000,1000) is not a UID",
            status=status.INVALID_SOP_INSTANCE,
            offending=(AFFECTED_SOP_INSTANCE_UID,),
        )
    if not command.has_data_set:
        raise Refusal("the request came without a data set", status=status.CANNOT_UNDERSTAND)


def _arrival(request: Request, clock: Clock) -> Arrival:
    caller = request.caller
    return Arrival(
        sop_class_uid=request.command.affected_sop_class_uid,
        sop_instance_uid=request.command.affected_sop_instance_uid,
        transfer_syntax=request.context.transfer_syntax,
        received=clock.now(),
        calling_ae_title=caller.ae_title,
        called_ae_title=caller.called_ae_title,
        address=caller.address,
        implementation_version_name=caller.implementation_version_name,
    )


def _failure(error: Exception) -> Refusal:
    """The refusal for an error of our own, whose text may name folders of this computer and stays in the log."""
    log.error("C-STORE failed", exc_info=error)
    if isinstance(error, VolumeFailed):
        return Refusal("the archive cannot write now", status=status.OUT_OF_RESOURCES)
    return Refusal("the archive failed; its log says why", status=status.PROCESSING_FAILURE)


def _answer(request: Request, result: StoreResult) -> Reply:
    match result:
        case Stored() | Duplicate() | Conflict():
            return respond(request, status.SUCCESS, spent=result.spent)
        case Full(reason):
            return respond(request, status.OUT_OF_RESOURCES, text=reason)
        case Mismatch(reason):
            return respond(request, status.DATA_SET_MISMATCH, text=reason)
    code = MISSING_KEYS if result.missing else status.CANNOT_UNDERSTAND
    offending = tuple(BY_KEYWORD[keyword].tag for keyword in result.missing if keyword in BY_KEYWORD)
    return respond(request, code, text=result.reason, offending=offending)
