import struct

import pytest

from isocenter.base.errors import LocalError, PeerError
from isocenter.wire.pdu import CommonExtendedNegotiation, ExtendedNegotiation, RoleSelection, UserIdentity, UserInformation
from isocenter.wire.user_items import decode_user, encode_user


def counted(value):
    return struct.pack(">H", len(value)) + value


def read_or_reason(body):
    try:
        return decode_user(body)
    except PeerError as error:
        return error.abort_reason


WHOLE = UserInformation(
    pdu_bytes_max=0xFFFFFFFF,
    implementation_class_uid="1.2.3",
    implementation_version_name="NAME 1",
    asynchronous_window=(0, 65535),
    roles=(RoleSelection("1.2", False, True), RoleSelection("1.2", True, True)),
    extended=(ExtendedNegotiation("1.2", bytes(range(256))), ExtendedNegotiation("1.4", b"")),
    common_extended=(CommonExtendedNegotiation("1.2", "1.4.2", ("1.5", "1.6")), CommonExtendedNegotiation("1.3", "1.4.2")),
    identity=UserIdentity(2, b"name", b"pass", True),
    identity_response=b"ticket",
)


def test_every_sub_item_comes_back():
    assert decode_user(encode_user(WHOLE)) == WHOLE


def test_nothing_is_nothing():
    assert decode_user(b"") == UserInformation()
    assert encode_user(UserInformation()) == b""


def test_cut_anywhere_it_is_refused_or_shorter():
    whole = encode_user(WHOLE)
    assert WHOLE not in [read_or_reason(whole[:length]) for length in range(len(whole))]
    assert 6 in [read_or_reason(whole[:length]) for length in range(len(whole))]


@pytest.mark.parametrize("announced", [0, 1, 6, 7, 16384, 0xFFFFFFFF])
def test_any_maximum_length_is_read_as_it_is(raw, announced):
    assert decode_user(raw.item(0x51, struct.pack(">I", announced))).pdu_bytes_max == announced


@pytest.mark.parametrize("kind", [0x51, 0x52, 0x53, 0x55, 0x58, 0x59])
def test_what_may_come_once_is_refused_twice(raw, kind):
    bodies = {
        0x51: bytes(4),
        0x52: b"1.2",
        0x53: bytes(4),
        0x55: b"N",
        0x58: b"\1\0" + counted(b"n") + counted(b""),
        0x59: counted(b""),
    }
    once = raw.item(kind, bodies[kind])
    decode_user(once)
    with pytest.raises(PeerError) as raised:
        decode_user(once + once)
    assert raised.value.abort_reason == 5


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (0x51, b"\0\0\x40"),
        (0x51, b"\0\0\0\x40\0"),
        (0x52, b"1" * 65),
        (0x53, b"\0\1"),
        (0x54, counted(b"1.2") + b"\1"),
        (0x54, b"\0\xff1.2\1\1"),
        (0x54, b""),
        (0x56, b"\0\x09abc"),
        (0x57, counted(b"1.2")),
        (0x57, counted(b"1.2") + counted(b"1.3") + counted(b"\0\x091.4")),
        (0x58, b""),
        (0x58, b"\2\1" + counted(b"name") + b"\0\x09pass"),
        (0x58, b"\2\1" + counted(b"name") + counted(b"pass") + b"more"),
        (0x58, b"\1\0\xff\xff" + b"a" * 100),
        (0x59, b"\0\x09"),
        (0x59, counted(b"") + b"more"),
    ],
)
def test_a_sub_item_whose_lengths_disagree_is_an_invalid_value(raw, kind, body):
    with pytest.raises(PeerError) as raised:
        decode_user(raw.item(kind, body))
    assert raised.value.abort_reason == 6


@pytest.mark.parametrize("kind", [0x00, 0x50, 0x5A, 0xFF])
def test_unknown_sub_items_are_skipped(raw, kind):
    assert decode_user(raw.item(kind, b"?" * 300) + raw.item(0x51, bytes(4))) == UserInformation(pdu_bytes_max=0)


def test_sub_items_are_counted():
    with pytest.raises(PeerError, match="1024"):
        decode_user(b"\x60\0\0\0" * 1025)
    assert decode_user(b"\x60\0\0\0" * 1024) == UserInformation()


@pytest.mark.parametrize("kind", [0, 1, 5, 99, 255])
def test_an_identity_of_any_type_is_read_for_the_policy_to_judge(raw, kind):
    giant = b"u" * 60000
    body = bytes((kind, 7)) + counted(giant) + counted(b"")
    assert decode_user(raw.item(0x58, body)).identity == UserIdentity(kind, giant, b"", True)


def test_a_version_name_too_long_is_cut_and_a_strange_one_shown(raw):
    assert decode_user(raw.item(0x55, b"V" * 1000)).implementation_version_name == "V" * 64
    assert decode_user(raw.item(0x55, b"\x1b[2J\0\0")).implementation_version_name == "\\x1b[2J"


@pytest.mark.parametrize(
    "user",
    [
        UserInformation(pdu_bytes_max=-1),
        UserInformation(pdu_bytes_max=2**32),
        UserInformation(asynchronous_window=(65536, 1)),
        UserInformation(implementation_class_uid="1" * 65),
        UserInformation(identity=UserIdentity(256, b"")),
        UserInformation(identity=UserIdentity(1, bytes(65536))),
        UserInformation(extended=(ExtendedNegotiation("1.2", bytes(65535)),)),
    ],
)
def test_what_does_not_fit_its_field_is_our_own_mistake(user):
    with pytest.raises(LocalError):
        encode_user(user)


def test_a_passcode_is_never_shown():
    assert "secret" not in repr(UserInformation(identity=UserIdentity(2, b"name", b"secret")))
