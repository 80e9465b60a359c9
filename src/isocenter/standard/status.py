"""DIMSE statuses, rejections and aborts in words (PS3.7 Annex C, PS3.4, PS3.8 9.3.4 and 9.3.8).

Comes in: numbers as they travel. Goes out: a kind and one plain sentence. An unknown number is described too, by the class that
its range gives it (PS3.7 C.1 to C.4). Nothing here decides which status to send.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """The classes of statuses (PS3.7 Annex C)."""

    SUCCESS = "success"
    PENDING = "pending"
    CANCEL = "cancel"
    WARNING = "warning"
    FAILURE = "failure"


SUCCESS = 0x0000
ATTRIBUTE_LIST_ERROR = 0x0107
PROCESSING_FAILURE = 0x0110
DUPLICATE_SOP_INSTANCE = 0x0111
NO_SUCH_SOP_INSTANCE = 0x0112
INVALID_ARGUMENT_VALUE = 0x0115
INVALID_SOP_INSTANCE = 0x0117
NO_SUCH_SOP_CLASS = 0x0118
CLASS_INSTANCE_CONFLICT = 0x0119
MISSING_ATTRIBUTE = 0x0120
SOP_CLASS_NOT_SUPPORTED = 0x0122
NO_SUCH_ACTION = 0x0123
NOT_AUTHORIZED = 0x0124
DUPLICATE_INVOCATION = 0x0210
UNRECOGNIZED_OPERATION = 0x0211
MISTYPED_ARGUMENT = 0x0212
RESOURCE_LIMITATION = 0x0213
OUT_OF_RESOURCES = 0xA700
OUT_OF_RESOURCES_MATCHES = 0xA701
OUT_OF_RESOURCES_SUB_OPERATIONS = 0xA702
MOVE_DESTINATION_UNKNOWN = 0xA801
DATA_SET_MISMATCH = 0xA900
CANNOT_UNDERSTAND = 0xC000
COERCED = 0xB000
SUB_OPERATIONS_FAILED = 0xB000
RESPONSE_LIMIT_REACHED = 0xB001
ELEMENTS_DISCARDED = 0xB006
DATA_SET_MISMATCH_STORED = 0xB007
CANCEL = 0xFE00
PENDING = 0xFF00
PENDING_KEYS_UNSUPPORTED = 0xFF01


@dataclass(frozen=True, slots=True)
class Status:
    """One row: the codes from `first` to `last`, the standard's name, and what it means to a person.

    `services` are those that it belongs to (echo, store, find, move, get, worklist, commitment, mpps, print, n); empty means all.
    """

    first: int
    last: int
    name: str
    kind: Kind
    meaning: str
    services: tuple[str, ...] = ()


def _row(code: int, name: str, kind: Kind, meaning: str, *services: str, last: int | None = None) -> Status:
    return Status(code, code if last is None else last, name, kind, meaning, services)


_FAILURE, _WARNING, _PENDING = Kind.FAILURE, Kind.WARNING, Kind.PENDING
_RETRIEVE = ("move", "get")
_QUERY = ("find", "worklist")

STATUSES: tuple[Status, ...] = (
    _row(0x0000, "Success", Kind.SUCCESS, "It was done."),
    _row(0x0001, "Optional attributes unsupported", _WARNING, "Done; an optional attribute was ignored.", "mpps", "n"),
    _row(0x0105, "No such attribute", _FAILURE, "An attribute was asked for that the other side does not know."),
    _row(0x0106, "Invalid attribute value", _FAILURE, "An attribute has a value that is not allowed here."),
    _row(0x0107, "Attribute list error", _WARNING, "It was done, but some attributes were not known to the other side."),
    _row(0x0110, "Processing failure", _FAILURE, "The other side failed while working on it; its log knows why."),
    _row(0x0111, "Duplicate SOP instance", _FAILURE, "An instance with this UID exists there already."),
    _row(0x0112, "No such SOP instance", _FAILURE, "There is no instance with this UID."),
    _row(0x0113, "No such event type", _FAILURE, "The event type is not known."),
    _row(0x0114, "No such argument", _FAILURE, "An argument of the event or action is not known."),
    _row(0x0115, "Invalid argument value", _FAILURE, "An argument has a value that is not allowed."),
    _row(0x0116, "Attribute value out of range", _WARNING, "It was done, but a value was out of range."),
    _row(0x0117, "Invalid SOP instance", _FAILURE, "The SOP Instance UID breaks the rules for UIDs."),
    _row(0x0118, "No such SOP class", _FAILURE, "The SOP class is not known."),
    _row(0x0119, "Class-instance conflict", _FAILURE, "That instance belongs to another SOP class."),
    _row(0x0120, "Missing attribute", _FAILURE, "A required attribute is missing."),
    _row(0x0121, "Missing attribute value", _FAILURE, "A required attribute is empty."),
    _row(0x0122, "Refused: SOP class not supported", _FAILURE, "The other side does not support this SOP class."),
    _row(0x0123, "No such action", _FAILURE, "The action type is not known."),
    _row(0x0124, "Refused: not authorized", _FAILURE, "The other side does not let this AE title do that."),
    _row(0x0131, "Duplicate transaction UID", _FAILURE, "This storage commitment transaction is already known.", "commitment"),
    _row(0x0210, "Duplicate invocation", _FAILURE, "The Message ID is in use by an operation that is not finished."),
    _row(0x0211, "Unrecognized operation", _FAILURE, "The operation is not one that this SOP class has."),
    _row(0x0212, "Mistyped argument", _FAILURE, "An argument is of the wrong kind."),
    _row(0x0213, "Resource limitation", _FAILURE, "The other side has not the resources for it."),
    _row(0xA700, "Refused: out of resources", _FAILURE, "Its store is full or cannot be written.", "store", last=0xA7FF),
    _row(0xA700, "Refused: out of resources", _FAILURE, "The other side cannot work on another query now.", *_QUERY),
    _row(0xA710, "Invalid prior record key", _FAILURE, "The place to go on from is not known any more.", "find"),
    _row(0xA701, "Refused: cannot count matches", _FAILURE, "The other side could not count the matches.", *_RETRIEVE),
    _row(0xA702, "Refused: cannot perform sub-operations", _FAILURE, "Not a single instance could be sent.", *_RETRIEVE),
    _row(0xA801, "Refused: move destination unknown", _FAILURE, "The archive does not know that AE title.", "move"),
    _row(0xA900, "Data set does not match SOP class", _FAILURE, "The data set contradicts its command.", "store", last=0xA9FF),
    _row(0xA900, "Identifier does not match SOP class", _FAILURE, "The query breaks its model's rules.", *_QUERY, *_RETRIEVE),
    _row(0xAA00, "No requested frame found", _FAILURE, "The instance has none of the frames asked for.", *_RETRIEVE),
    _row(0xAA01, "Unable to create new object", _FAILURE, "No new instance can be made of it.", *_RETRIEVE),
    _row(0xAA02, "Unable to extract frames", _FAILURE, "The frames could not be taken out of the instance.", *_RETRIEVE),
    _row(0xAA03, "Time-based request for a still", _FAILURE, "The instance has no time axis.", *_RETRIEVE),
    _row(0xAA04, "Invalid frame request", _FAILURE, "The frames asked for make no sense.", *_RETRIEVE),
    _row(0xB000, "Coercion of data elements", _WARNING, "It was stored; some elements were changed on the way in.", "store"),
    _row(0xB000, "Sub-operations complete with failures", _WARNING, "Not all came through; see the counts.", *_RETRIEVE),
    _row(0xB001, "Response limit reached", _WARNING, "There are more matches than the other side gives in one answer.", "find"),
    _row(0xB006, "Elements discarded", _WARNING, "It was stored; some elements were left out.", "store"),
    _row(0xB007, "Data set does not match SOP class", _WARNING, "Stored, although it breaks its class's rules.", "store"),
    _row(0xB600, "Memory allocation not supported", _WARNING, "The film session is made; memory is not reserved.", "print"),
    _row(0xB601, "Collation not supported", _WARNING, "The film session is not printed as one.", "print"),
    _row(0xB602, "Empty page", _WARNING, "The film session has no images.", "print"),
    _row(0xB603, "Empty page", _WARNING, "The film box has no images.", "print"),
    _row(0xB604, "Image demagnified", _WARNING, "The image was larger than its box and was made smaller.", "print"),
    _row(0xB605, "Density out of range", _WARNING, "The printer uses its own minimum or maximum density.", "print"),
    _row(0xB609, "Image cropped", _WARNING, "The image was larger than its box and was cropped.", "print"),
    _row(0xB60A, "Image decimated", _WARNING, "The image was larger than its box and lost lines.", "print"),
    _row(0xC600, "No film box", _FAILURE, "The film session has no film box.", "print"),
    _row(0xC601, "Print queue full", _FAILURE, "The printer's queue is full.", "print"),
    _row(0xC602, "Print queue full", _FAILURE, "The printer's queue is full.", "print"),
    _row(0xC603, "Image too large", _FAILURE, "The image is larger than its box.", "print"),
    _row(0xC605, "Printer memory full", _FAILURE, "The printer has no memory for the image.", "print"),
    _row(0xC613, "Combined image too large", _FAILURE, "The combined image is larger than its box.", "print"),
    _row(0xC616, "Film box not printed", _FAILURE, "The film box before this one has not been printed.", "print"),
    _row(0xC000, "Cannot understand", _FAILURE, "The data set could not be read there.", "store", last=0xCFFF),
    _row(0xC000, "Unable to process", _FAILURE, "The other side could not work on the query.", *_QUERY, *_RETRIEVE, last=0xCFFF),
    _row(0xFE00, "Cancel", Kind.CANCEL, "It was cancelled on request."),
    _row(0xFF00, "Pending", _PENDING, "A match; more may come.", *_QUERY),
    _row(0xFF00, "Pending", _PENDING, "Sub-operations go on; the counts say how far.", *_RETRIEVE),
    _row(0xFF01, "Pending, optional keys unsupported", _PENDING, "A match; some optional keys could not be matched.", *_QUERY),
)  # fmt: skip
"""The table. Where codes mean different things to different services there is one row for each."""


def status_of(code: int, service: str = "") -> Status | None:
    """The row of `code` for `service`; rows of one code win over ranges, and any service's row over none at all."""
    rows = [row for row in STATUSES if row.first <= code <= row.last]
    rows.sort(key=lambda row: (service not in row.services and row.services != (), row.last - row.first))
    return rows[0] if rows else None


def kind_of(code: int) -> Kind:
    """The kind of any 16-bit status by the ranges of PS3.7 Annex C; an unassigned one is a failure."""
    if code == SUCCESS:
        return Kind.SUCCESS
    if code == CANCEL:
        return Kind.CANCEL
    if code in (PENDING, PENDING_KEYS_UNSUPPORTED):
        return Kind.PENDING
    if code in (0x0001, 0x0107, 0x0116) or code >> 12 == 0xB:
        return Kind.WARNING
    return Kind.FAILURE


def describe(code: int, service: str = "") -> str:
    """One sentence for a person, such as `A801 Refused: move destination unknown. The archive does not know …`."""
    row = status_of(code, service)
    if row is None:
        return f"{code:04X} is a {kind_of(code).value} that the standard does not name; its sender's manual may."
    return f"{code:04X} {row.name}. {row.meaning}"


REJECTION_RESULTS: dict[int, str] = {1: "rejected permanently", 2: "rejected for now"}
REJECTION_SOURCES: dict[int, str] = {
    1: "service user",
    2: "service provider (ACSE)",
    3: "service provider (presentation)",
}
REJECTION_REASONS: dict[tuple[int, int], str] = {
    (1, 1): "no reason given",
    (1, 2): "application context name not supported",
    (1, 3): "calling AE title not recognized",
    (1, 7): "called AE title not recognized",
    (2, 1): "no reason given",
    (2, 2): "protocol version not supported",
    (3, 1): "temporary congestion",
    (3, 2): "local limit exceeded",
}
"""A-ASSOCIATE-RJ, PS3.8 9.3.4: (source, reason)."""

ABORT_SOURCES: dict[int, str] = {0: "service user", 2: "service provider"}
ABORT_REASONS: dict[int, str] = {
    0: "no reason given",
    1: "unrecognized PDU",
    2: "unexpected PDU",
    4: "unrecognized PDU parameter",
    5: "unexpected PDU parameter",
    6: "invalid PDU parameter value",
}
"""A-ABORT, PS3.8 9.3.8; they matter for source 2 only."""


def describe_rejection(result: int, source: int, reason: int) -> str:
    """An A-ASSOCIATE-RJ in words, the numbers kept in brackets for the other side's manual."""
    what = REJECTION_RESULTS.get(result, "rejected")
    why = REJECTION_REASONS.get((source, reason), "a reason that the standard does not name")
    who = REJECTION_SOURCES.get(source, "an unknown source")
    return f"{what}: {why}, says the {who} ({result}/{source}/{reason})"


def describe_abort(source: int, reason: int) -> str:
    """An A-ABORT in words, the numbers kept in brackets."""
    who = ABORT_SOURCES.get(source, "an unknown source")
    if source == 0:
        return f"aborted by the {who} ({source}/{reason})"
    return f"aborted by the {who}: {ABORT_REASONS.get(reason, 'a reason that the standard does not name')} ({source}/{reason})"
