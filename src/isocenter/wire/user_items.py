"""The user information item of A-ASSOCIATE PDUs (PS3.8 9.3.2.3, PS3.8 Annex D, PS3.7 D.3.3).

In: its body. Out: `UserInformation`, or a `PeerError` that names the sub-item; and back. Sub-items that we do not know are skipped,
those that may come once are refused twice. What a value means for the association is decided in `negotiation`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from isocenter.base.errors import LocalError, PeerError
from isocenter.base.limits import IMPLEMENTATION_VERSION_NAME_BYTES_MAX, USER_IDENTITY_BYTES_MAX, USER_ITEMS_MAX
from isocenter.wire.item_bytes import (
    INVALID_VALUE,
    UNEXPECTED_PARAMETER,
    counted,
    item,
    items,
    read_counted,
    shown,
    uid_bytes,
    uid_text,
    unshown,
)
from isocenter.wire.pdu import (
    CommonExtendedNegotiation,
    ExtendedNegotiation,
    RoleSelection,
    UserIdentity,
    UserInformation,
)

_MAXIMUM_LENGTH = 0x51
_IMPLEMENTATION_CLASS_UID = 0x52
_ASYNCHRONOUS_WINDOW = 0x53
_ROLE_SELECTION = 0x54
_IMPLEMENTATION_VERSION_NAME = 0x55
_EXTENDED = 0x56
_COMMON_EXTENDED = 0x57
_IDENTITY = 0x58
_IDENTITY_RESPONSE = 0x59

_U32 = struct.Struct(">I")
_WINDOW = struct.Struct(">HH")


def _wrong(where: str, length: int) -> PeerError:
    return PeerError(f"{where} has a length of {length} bytes, which it cannot have", abort_reason=INVALID_VALUE)


def _maximum_length(body: bytes) -> int:
    if len(body) != _U32.size:
        raise _wrong("the maximum length sub-item", len(body))
    return int(_U32.unpack(body)[0])


def _implementation_class_uid(body: bytes) -> str:
    return uid_text(body, "the implementation class UID sub-item")


def _version_name(body: bytes) -> str:
    return shown(body[:IMPLEMENTATION_VERSION_NAME_BYTES_MAX].strip(b"\0 "))


def _window(body: bytes) -> tuple[int, int]:
    if len(body) != _WINDOW.size:
        raise _wrong("the asynchronous operations window sub-item", len(body))
    invoked, performed = _WINDOW.unpack(body)
    return invoked, performed


def _role(body: bytes) -> RoleSelection:
    where = "the role selection sub-item"
    uid, end = read_counted(body, 0, where)
    if len(body) - end != 2:
        raise _wrong(where, len(body))
    return RoleSelection(uid_text(uid, where), bool(body[end]), bool(body[end + 1]))


def _extended(body: bytes) -> ExtendedNegotiation:
    where = "the extended negotiation sub-item"
    uid, end = read_counted(body, 0, where)
    return ExtendedNegotiation(uid_text(uid, where), body[end:])


def _common_extended(body: bytes) -> CommonExtendedNegotiation:
    where = "the common extended negotiation sub-item"
    sop_class, end = read_counted(body, 0, where)
    service_class, end = read_counted(body, end, where)
    related, end = read_counted(body, end, where)
    uids: list[str] = []
    position = 0
    while position < len(related):
        uid, position = read_counted(related, position, where)
        uids.append(uid_text(uid, where))
    return CommonExtendedNegotiation(uid_text(sop_class, where), uid_text(service_class, where), tuple(uids))


def _identity(body: bytes) -> UserIdentity:
    where = "the user identity sub-item"
    if len(body) > USER_IDENTITY_BYTES_MAX or len(body) < 6:
        raise _wrong(where, len(body))
    primary, end = read_counted(body, 2, where)
    secondary, end = read_counted(body, end, where)
    if end != len(body):
        raise _wrong(where, len(body))
    return UserIdentity(body[0], primary, secondary, bool(body[1]))


def _identity_response(body: bytes) -> bytes:
    where = "the user identity response sub-item"
    response, end = read_counted(body, 0, where)
    if end != len(body):
        raise _wrong(where, len(body))
    return response


_ONCE: dict[int, tuple[str, Callable[[bytes], Any]]] = {
    _MAXIMUM_LENGTH: ("pdu_bytes_max", _maximum_length),
    _IMPLEMENTATION_CLASS_UID: ("implementation_class_uid", _implementation_class_uid),
    _IMPLEMENTATION_VERSION_NAME: ("implementation_version_name", _version_name),
    _ASYNCHRONOUS_WINDOW: ("asynchronous_window", _window),
    _IDENTITY: ("identity", _identity),
    _IDENTITY_RESPONSE: ("identity_response", _identity_response),
}
_REPEATED: dict[int, tuple[str, Callable[[bytes], Any]]] = {
    _ROLE_SELECTION: ("roles", _role),
    _EXTENDED: ("extended", _extended),
    _COMMON_EXTENDED: ("common_extended", _common_extended),
}


def decode_user(body: bytes) -> UserInformation:
    """Read the body of a user information item. Raises `PeerError` for one that breaks PS3.8 Annex D or PS3.7 D.3.3."""
    once: dict[str, Any] = {}
    repeated: dict[str, list[Any]] = {}
    for count, (kind, value) in enumerate(items(body, "the user information item")):
        if count >= USER_ITEMS_MAX:
            raise PeerError(f"more than {USER_ITEMS_MAX} user information sub-items", abort_reason=INVALID_VALUE)
        if kind in _ONCE:
            name, read = _ONCE[kind]
            if name in once:
                raise PeerError(f"user information sub-item {kind:02X}H came twice", abort_reason=UNEXPECTED_PARAMETER)
            once[name] = read(value)
        elif kind in _REPEATED:
            name, read = _REPEATED[kind]
            repeated.setdefault(name, []).append(read(value))
    fields: dict[str, Any] = once | {name: tuple(values) for name, values in repeated.items()}
    return UserInformation(**fields)


def encode_user(user: UserInformation) -> bytes:
    """The body of a user information item, its sub-items in ascending type. Raises `LocalError` for what does not fit."""
    parts: list[bytes] = []
    try:
        if user.pdu_bytes_max is not None:
            parts.append(item(_MAXIMUM_LENGTH, _U32.pack(user.pdu_bytes_max)))
        if user.implementation_class_uid:
            parts.append(item(_IMPLEMENTATION_CLASS_UID, uid_bytes(user.implementation_class_uid)))
        if user.asynchronous_window is not None:
            parts.append(item(_ASYNCHRONOUS_WINDOW, _WINDOW.pack(*user.asynchronous_window)))
        parts.extend(
            item(_ROLE_SELECTION, counted(uid_bytes(role.sop_class_uid)) + bytes((role.scu, role.scp))) for role in user.roles
        )
        if user.implementation_version_name:
            parts.append(item(_IMPLEMENTATION_VERSION_NAME, unshown(user.implementation_version_name)))
        parts.extend(
            item(_EXTENDED, counted(uid_bytes(extended.sop_class_uid)) + extended.information) for extended in user.extended
        )
        for common in user.common_extended:
            related = b"".join(counted(uid_bytes(uid)) for uid in common.related_general_sop_class_uids)
            classes = counted(uid_bytes(common.sop_class_uid)) + counted(uid_bytes(common.service_class_uid))
            parts.append(item(_COMMON_EXTENDED, classes + counted(related)))
        if user.identity is not None:
            identity = user.identity
            values = counted(identity.primary) + counted(identity.secondary)
            parts.append(item(_IDENTITY, bytes((identity.type, identity.response_requested)) + values))
        if user.identity_response is not None:
            parts.append(item(_IDENTITY_RESPONSE, counted(user.identity_response)))
    except (ValueError, struct.error) as error:
        raise LocalError(f"user information that cannot be sent: {error}") from error
    return b"".join(parts)
