"""Command sets as values, and as bytes (PS3.7 6.3 and Annex E).

A command set is always Implicit VR Little Endian, whatever the presentation context says. Unknown elements are skipped; a
missing one that its message needs is the service's affair. Comes in: the bytes of a whole command set, never more than
`COMMAND_SET_BYTES_MAX`. Goes out: a `Command`, and bytes made from one. What cannot be read is a `PeerError`, nothing else.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from isocenter.base.errors import LocalError, PeerError
from isocenter.base.limits import COMMAND_SET_BYTES_MAX


class CommandField(IntEnum):
    """Values of Command Field (0000,0100), PS3.7 E.1."""

    C_STORE_RQ = 0x0001
    C_STORE_RSP = 0x8001
    C_GET_RQ = 0x0010
    C_GET_RSP = 0x8010
    C_FIND_RQ = 0x0020
    C_FIND_RSP = 0x8020
    C_MOVE_RQ = 0x0021
    C_MOVE_RSP = 0x8021
    C_ECHO_RQ = 0x0030
    C_ECHO_RSP = 0x8030
    N_EVENT_REPORT_RQ = 0x0100
    N_EVENT_REPORT_RSP = 0x8100
    N_GET_RQ = 0x0110
    N_GET_RSP = 0x8110
    N_SET_RQ = 0x0120
    N_SET_RSP = 0x8120
    N_ACTION_RQ = 0x0130
    N_ACTION_RSP = 0x8130
    N_CREATE_RQ = 0x0140
    N_CREATE_RSP = 0x8140
    N_DELETE_RQ = 0x0150
    N_DELETE_RSP = 0x8150
    C_CANCEL_RQ = 0x0FFF


OPERATIONS: Final[dict[int, str]] = {
    CommandField.C_ECHO_RQ: "echo",
    CommandField.C_STORE_RQ: "store",
    CommandField.C_FIND_RQ: "find",
    CommandField.C_MOVE_RQ: "move",
    CommandField.C_GET_RQ: "get",
}
"""What a request asks for, in the word of the house."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command set. None (or an empty text) means that the element is absent. `field` is a plain number where it is unknown."""

    field: int
    message_id: int | None = None
    message_id_being_responded_to: int | None = None
    affected_sop_class_uid: str = ""
    requested_sop_class_uid: str = ""
    affected_sop_instance_uid: str = ""
    requested_sop_instance_uid: str = ""
    has_data_set: bool = False
    priority: int | None = None
    status: int | None = None
    move_destination: str = ""
    move_originator_ae_title: str = ""
    move_originator_message_id: int | None = None
    remaining: int | None = None
    completed: int | None = None
    failed: int | None = None
    warning: int | None = None
    offending_elements: tuple[int, ...] = ()
    error_comment: str = ""
    error_id: int | None = None
    event_type_id: int | None = None
    action_type_id: int | None = None
    attribute_identifiers: tuple[int, ...] = ()


NO_DATA_SET: Final = 0x0101
"""Command Data Set Type (0000,0800) where no data set follows; any other value says that one does (PS3.7 E.1)."""

ERROR_COMMENT_CHARACTERS_MAX: Final = 64
"""Value representation LO (PS3.5 6.2)."""

_NUMBER, _UID, _TEXT, _TAGS, _KIND = range(5)
_NUMBERS: Final = (_NUMBER, _KIND)

# Element number of group 0000 to field and how its value is written, ascending as PS3.7 6.3.1 asks for.
_ELEMENTS: Final[dict[int, tuple[str, int]]] = {
    0x0002: ("affected_sop_class_uid", _UID),
    0x0003: ("requested_sop_class_uid", _UID),
    0x0100: ("field", _NUMBER),
    0x0110: ("message_id", _NUMBER),
    0x0120: ("message_id_being_responded_to", _NUMBER),
    0x0600: ("move_destination", _TEXT),
    0x0700: ("priority", _NUMBER),
    0x0800: ("has_data_set", _KIND),
    0x0900: ("status", _NUMBER),
    0x0901: ("offending_elements", _TAGS),
    0x0902: ("error_comment", _TEXT),
    0x0903: ("error_id", _NUMBER),
    0x1000: ("affected_sop_instance_uid", _UID),
    0x1001: ("requested_sop_instance_uid", _UID),
    0x1002: ("event_type_id", _NUMBER),
    0x1005: ("attribute_identifiers", _TAGS),
    0x1008: ("action_type_id", _NUMBER),
    0x1020: ("remaining", _NUMBER),
    0x1021: ("completed", _NUMBER),
    0x1022: ("failed", _NUMBER),
    0x1023: ("warning", _NUMBER),
    0x1030: ("move_originator_ae_title", _TEXT),
    0x1031: ("move_originator_message_id", _NUMBER),
}

# The same, keyed by the tag's four bytes as one little endian number: the group, 0000, comes first.
ELEMENTS: Final = frozenset(_ELEMENTS)
"""The elements of group 0000 that `decode` reads."""
_BY_TAG_BYTES: Final = {element << 16: row for element, row in _ELEMENTS.items()}
_HEADER = struct.Struct("<II")
_ELEMENT_US = struct.Struct("<IIH")


def _encode_text(element: int, text: str, pad: bytes) -> bytes:
    value = text.encode("latin-1", "replace")
    if len(value) & 1:
        value += pad
    return _HEADER.pack(element << 16, len(value)) + value


def _encode_tags(element: int, tags: tuple[int, ...]) -> bytes:
    value = b"".join([struct.pack("<HH", tag >> 16, tag & 0xFFFF) for tag in tags])
    return _HEADER.pack(element << 16, len(value)) + value


_FIELDS: Final = tuple((name, element, kind, element << 16) for element, (name, kind) in _ELEMENTS.items())


def encode(command: Command) -> bytes:
    """The bytes of a command set, group length included (PS3.7 6.3.1).

    An error comment is cut to its 64 characters; a character outside latin-1 becomes a question mark. Raises LocalError where a
    number does not fit its 16 bits.
    """
    parts: list[bytes] = []
    add = parts.append
    try:
        for name, element, kind, tag in _FIELDS:
            value = getattr(command, name)
            if kind == _NUMBER:
                if value is not None:
                    add(_ELEMENT_US.pack(tag, 2, value))
            elif kind == _KIND:
                add(_ELEMENT_US.pack(tag, 2, 1 if value else NO_DATA_SET))
            elif not value:
                continue
            elif kind == _UID:
                add(_encode_text(element, value, b"\0"))
            elif kind == _TEXT:
                add(_encode_text(element, value[:ERROR_COMMENT_CHARACTERS_MAX], b" "))
            else:
                add(_encode_tags(element, value))
    except struct.error as error:
        raise LocalError(f"a command cannot carry {name} = {value!r}: {error}") from error
    body = b"".join(parts)
    return b"\0\0\0\0\4\0\0\0" + len(body).to_bytes(4, "little") + body


def decode(buffer: bytes | bytearray | memoryview) -> Command:
    """Reads a whole command set.

    A missing or wrong group length is tolerated, unknown elements are skipped, of an element that comes twice the last counts, and
    an empty number is an absent one. Texts come out as latin-1 without the spaces and NULs around them; whether a UID or a title
    is well formed is the service's affair. Raises PeerError where the bytes are too many, are not Implicit VR Little Endian,
    end inside an element, give a number or a list of tags a length that it cannot have, or have no Command Field.
    """
    data = bytes(buffer)
    end = len(data)
    if end > COMMAND_SET_BYTES_MAX:
        raise PeerError(f"the command set has {end} bytes, more than the {COMMAND_SET_BYTES_MAX} allowed", abort_reason=6)
    values: dict[str, Any] = {}
    unpack = _HEADER.unpack_from
    offset = 0
    while offset + 8 <= end:
        tag, length = unpack(data, offset)
        offset += 8
        after = offset + length
        if after > end:
            raise _unreadable(data, offset - 8)
        row = _BY_TAG_BYTES.get(tag)
        if row is not None:
            name, kind = row
            if kind in _NUMBERS:
                if length == 2:
                    number = data[offset] | data[offset + 1] << 8
                    values[name] = number if kind == _NUMBER else number != NO_DATA_SET
                elif length:
                    raise PeerError(f"(0000,{tag >> 16:04X}) of the command set has {length} bytes, not 2", abort_reason=6)
            elif kind == _TAGS:
                if length & 3:
                    raise PeerError(
                        f"(0000,{tag >> 16:04X}) of the command set has {length} bytes, no list of tags", abort_reason=6
                    )
                halves = struct.unpack_from(f"<{length >> 1}H", data, offset)
                values[name] = tuple([group << 16 | number for group, number in zip(halves[::2], halves[1::2], strict=True)])
            else:
                values[name] = data[offset:after].strip(b" \0").decode("latin-1")
        offset = after
    if offset != end:
        raise _unreadable(data, offset)
    if "field" not in values:
        raise PeerError("the command set has no Command Field (0000,0100)", abort_reason=6)
    return Command(**values)


def _unreadable(data: bytes, offset: int) -> PeerError:
    """Why the element at `offset` cannot be read: the usual causes by name."""
    vr = data[4:6]
    if len(vr) == 2 and vr.isalpha() and vr.isupper():
        why = "is written in explicit VR"
    elif len(data) >= 8 and int.from_bytes(data[4:8], "big") <= len(data) - 8 < int.from_bytes(data[4:8], "little"):
        why = "is written in big endian"
    else:
        why = f"ends inside the element at byte {offset} of {len(data)}"
    return PeerError(f"the command set {why}; it must be Implicit VR Little Endian (PS3.7 6.3.1)", abort_reason=6)
