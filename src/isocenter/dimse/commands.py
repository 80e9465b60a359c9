"""Command sets as values, and as bytes (PS3.7 6.3 and Annex E).

A command set is always Implicit VR Little Endian, whatever the presentation context says. Unknown elements are skipped; a
missing one that its message needs is the service's affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


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
