import struct

import pytest
from pynetdicom import pdu as other

from isocenter.base.errors import LocalError, PeerError
from isocenter.wire.pdu import (
    Abort,
    AnsweredContext,
    AssociateAccept,
    AssociateReject,
    AssociateRequest,
    ProposedContext,
    ReleaseReply,
    ReleaseRequest,
    RoleSelection,
    UserIdentity,
    UserInformation,
)
from isocenter.wire.pdu_codec import check_length, decode, encode

APPLICATION = b"1.2.840.10008.3.1.1.1"
USER = UserInformation(
    16384, "1.2.3", "NAME", (1, 1), (RoleSelection("1.2", True, True),), identity=UserIdentity(2, b"a", b"b", True)
)
REQUEST = AssociateRequest("CALLED", "CALLING", (ProposedContext(1, "1.2", ("1.3", "1.4")), ProposedContext(255, "1.5", ())), USER)
ACCEPT = AssociateAccept(
    "CALLED", "CALLING", (AnsweredContext(1, 0, "1.3"), AnsweredContext(255, 4, "")), UserInformation(0, "1.2.3")
)
SHORT = [AssociateReject(1, 2, 2), ReleaseRequest(), ReleaseReply(), Abort(2, 6)]


def read(raw):
    """Decode a whole PDU as the association does."""
    kind, length = struct.unpack(">BxI", raw[:6])
    assert length == len(raw) - 6
    return decode(kind, raw[6:])


def read_or_reason(kind, body):
    try:
        return decode(kind, body)
    except PeerError as error:
        return error.abort_reason


def refused(raw):
    with pytest.raises(PeerError) as raised:
        read(raw)
    return raised.value.abort_reason


@pytest.mark.parametrize("value", [REQUEST, ACCEPT, *SHORT])
def test_each_pdu_comes_back(value):
    assert read(encode(value)) == value


def test_the_bytes_of_a_request_are_the_standards():
    user = UserInformation(16384)
    raw = encode(AssociateRequest("A", "B", (ProposedContext(1, "1.2", ("1.3",)),), user))
    assert raw == (
        b"\x01\x00\x00\x00\x00\x7f\x00\x01\x00\x00" + b"A".ljust(16) + b"B".ljust(16) + bytes(32)
        + b"\x10\x00\x00\x15" + APPLICATION
        + b"\x20\x00\x00\x12\x01\x00\x00\x00" + b"\x30\x00\x00\x031.2" + b"\x40\x00\x00\x031.3"
        + b"\x50\x00\x00\x08\x51\x00\x00\x04\x00\x00\x40\x00"
    )  # fmt: skip


def test_the_short_pdus_are_the_standards():
    assert encode(AssociateReject(1, 2, 3)) == bytes.fromhex("0300 00000004 00 01 02 03")
    assert encode(ReleaseRequest()) == bytes.fromhex("0500 00000004 00000000")
    assert encode(ReleaseReply()) == bytes.fromhex("0600 00000004 00000000")
    assert encode(Abort(2, 6)) == bytes.fromhex("0700 00000004 0000 02 06")


def test_an_independent_reader_agrees():
    theirs = other.A_ASSOCIATE_RQ()
    theirs.decode(encode(REQUEST))
    assert theirs.called_ae_title.strip() == "CALLED"
    assert theirs.calling_ae_title.strip() == "CALLING"
    assert theirs.application_context_name == APPLICATION.decode()
    assert [(context.context_id, context.abstract_syntax) for context in theirs.presentation_context] == [(1, "1.2"), (255, "1.5")]
    assert theirs.presentation_context[0].transfer_syntax == ["1.3", "1.4"]
    assert theirs.user_information.maximum_length == 16384
    assert read(theirs.encode()) == REQUEST


def test_an_independent_reader_agrees_on_the_answer():
    theirs = other.A_ASSOCIATE_AC()
    theirs.decode(encode(AssociateAccept("A", "B", (AnsweredContext(1, 0, "1.3"),), UserInformation(7, "1.2.3"))))
    assert [(context.context_id, context.result, context.transfer_syntax) for context in theirs.presentation_context] == [
        (1, 0, "1.3")
    ]
    assert read(theirs.encode()).contexts == (AnsweredContext(1, 0, "1.3"),)


@pytest.mark.parametrize("value", [REQUEST, ACCEPT])
def test_cut_anywhere_it_is_refused_or_different(value):
    kind, body = encode(value)[0], encode(value)[6:]
    answers = [read_or_reason(kind, body[:length]) for length in range(len(body))]
    assert value not in answers
    assert 6 in answers


@pytest.mark.parametrize(
    ("kind", "length"), [(1, 0), (1, 67), (1, 256 * 1024 + 1), (1, 0xFFFFFFFF), (2, 67), (3, 5), (5, 0), (6, 3), (7, 8)]
)
def test_a_length_that_the_type_cannot_have_is_refused_before_the_body(kind, length):
    with pytest.raises(PeerError) as raised:
        check_length(kind, length)
    assert raised.value.abort_reason == 6


@pytest.mark.parametrize(("kind", "length"), [(1, 68), (1, 256 * 1024), (2, 68), (3, 4), (5, 4), (6, 4), (7, 4)])
def test_lengths_at_their_bounds_pass(kind, length):
    check_length(kind, length)


@pytest.mark.parametrize("kind", [0, 4, 8, 0xFF])
def test_a_type_that_no_control_pdu_has_is_unrecognized(kind):
    with pytest.raises(PeerError) as raised:
        decode(kind, bytes(4))
    assert raised.value.abort_reason == 1


def test_reserved_bytes_are_not_tested():
    raw = bytearray(encode(REQUEST))
    raw[1] = raw[8] = raw[9] = 0xAA
    raw[42:74] = b"\xbb" * 32
    assert read(bytes(raw)) == REQUEST
    assert decode(7, b"\xff\xff\x02\x06") == Abort(2, 6)


@pytest.mark.parametrize("version", [0, 1, 3, 0xFFFF])
def test_any_protocol_version_is_read_for_negotiation_to_judge(raw, version):
    assert read(raw.associate(version=version)).protocol_version == version


def test_a_bare_request_is_read_for_negotiation_to_judge(raw):
    assert read(raw.associate()) == AssociateRequest("CALLED", "CALLING", (), UserInformation(), application_context="")


def test_a_strange_title_does_not_hide_who_called(raw):
    called = read(raw.associate(called=b"\x1b]0;x\x07\n\\..\\..\xc3\x84\0", calling=b" " * 16))
    assert called.called_ae_title == "\\x1b]0;x\\x07\\x0a\\x5c..\\x5c..\\xc3\\x84"
    assert called.calling_ae_title == ""
    assert read(encode(called)).called_ae_title == called.called_ae_title


@pytest.mark.parametrize("number", [0, 2, 254])
def test_an_even_context_identifier_is_an_invalid_value(raw, number):
    assert refused(raw.associate(raw.context(number))) == 6


def test_a_context_identifier_comes_once(raw):
    assert refused(raw.associate(raw.context(1), raw.context(1))) == 6


def test_128_contexts_pass_and_129_do_not(raw):
    contexts = [raw.context(number) for number in range(1, 256, 2)]
    assert len(read(raw.associate(*contexts)).contexts) == 128
    assert refused(raw.associate(*contexts, raw.context(1))) == 6


def test_64_transfer_syntaxes_pass_and_65_do_not(raw):
    assert len(read(raw.associate(raw.context(1, syntaxes=[b"1.2"] * 64))).contexts[0].transfer_syntaxes) == 64
    assert refused(raw.associate(raw.context(1, syntaxes=[b"1.2"] * 65))) == 6
    assert refused(raw.associate(raw.context(1, syntaxes=[b"1.2"] * 9000))) == 6


@pytest.mark.parametrize(
    ("uid", "text"), [(b"1.2\0", "1.2"), (b"1.2 ", "1.2"), (b"", ""), (b"1" * 64, "1" * 64), (b"../../etc", "../../etc")]
)
def test_an_abstract_syntax_is_read_without_padding(raw, uid, text):
    assert read(raw.associate(raw.context(1, abstract=uid))).contexts[0].abstract_syntax == text


@pytest.mark.parametrize("uid", [b"1" * 65, "1.é".encode(), b"1.2\n3"])
def test_a_uid_that_cannot_be_one_is_an_invalid_value(raw, uid):
    assert refused(raw.associate(raw.context(1, abstract=uid))) == 6
    assert refused(raw.associate(raw.context(1, syntaxes=[uid]))) == 6


def test_two_abstract_syntaxes_are_one_too_many_and_none_is_too_few(raw):
    two = raw.item(0x20, b"\1\0\0\0" + raw.item(0x30, b"1.2") + raw.item(0x30, b"1.3") + raw.item(0x40, b"1.4"))
    none = raw.item(0x20, b"\1\0\0\0" + raw.item(0x40, b"1.4"))
    assert refused(raw.associate(two)) == 5
    assert refused(raw.associate(none)) == 6
    assert refused(raw.associate(raw.item(0x20, b"\1\0\0"))) == 6


def test_items_that_come_once_are_refused_twice(raw):
    application, user = raw.item(0x10, APPLICATION), raw.item(0x50, b"")
    assert refused(raw.associate(application, application)) == 5
    assert refused(raw.associate(user, user)) == 5


def test_unknown_items_are_skipped_at_each_level(raw):
    unknown = raw.item(0x99, b"?" * 40)
    context = raw.item(0x20, b"\1\0\0\0" + unknown + raw.item(0x30, b"1.2") + unknown + raw.item(0x40, b"1.3"))
    assert read(raw.associate(unknown, context, unknown)).contexts == (ProposedContext(1, "1.2", ("1.3",)),)


@pytest.mark.parametrize(
    "tail", [b"\x20", b"\x20\0\xff\xff\1\0\0\0", b"\x20\0\0\x09\1\0\0\0\x30\0\xff\xff1", b"\x50\0\0\x05\x51\0\0\x041"]
)
def test_an_item_longer_than_what_encloses_it_is_an_invalid_value(raw, tail):
    assert refused(raw.associate(tail)) == 6


def test_an_accepted_context_names_one_transfer_syntax(raw):
    for syntaxes in (b"", raw.item(0x40, b"1.2") * 2):
        assert refused(raw.associate(raw.item(0x21, b"\1\0\0\0" + syntaxes), kind=2)) == 6


def test_the_transfer_syntax_of_a_refused_context_is_not_tested(raw):
    for junk, text in ((b"", ""), (b"junk!", ""), (raw.item(0x40, b"\xff" * 70), ""), (raw.item(0x40, b"1.2"), "1.2")):
        accept = read(raw.associate(raw.item(0x21, b"\1\0\4\0" + junk), kind=2))
        assert accept.contexts == (AnsweredContext(1, 4, text),)


@pytest.mark.parametrize(
    "value",
    [
        AssociateRequest("SEVENTEEN_LETTERS", "A", (), USER),
        AssociateRequest("A", "Ü", (), USER),
        AssociateRequest("A", "B", (ProposedContext(300, "1.2", ()),), USER),
        AssociateRequest("A", "B", tuple(ProposedContext(1, "1.2", ()) for _ in range(129)), USER),
        AssociateRequest("A", "B", (), USER, protocol_version=65536),
        AssociateReject(256, 0, 0),
        Abort(-1, 0),
    ],
)
def test_what_does_not_fit_is_our_own_mistake(value):
    with pytest.raises(LocalError):
        encode(value)
