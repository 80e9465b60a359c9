"""Commands and identifiers that break the rules: the right status or abort, and the association or the archive goes on (PS3.7)."""

from __future__ import annotations

import struct
import time
from dataclasses import replace

import pytest
from tests.hostile.conftest import ECHO_SECONDS
from tests.hostile.strangers import (
    ABORTED,
    ECHO,
    ECHO_ID,
    FIND_ID,
    GET_ID,
    MOVE_ID,
    STORE_ID,
    UNDEFINED,
    WILL_RECEIVE,
    Peer,
    context,
    data,
    data_set,
    echo_seconds,
    element,
    message,
    nested,
    query_command,
    received,
    request,
    store_command,
    text,
    us,
    value,
)

from isocenter.base.limits import CANCEL_SECONDS
from isocenter.dimse.commands import Command, CommandField, encode
from isocenter.standard.sop_class import CT_IMAGE, MR_IMAGE, VERIFICATION

STUDY = "1.2.47.1"
COUNT = 60


@pytest.fixture(scope="module")
def filled(running):
    """Some instances of one study, to be searched."""
    with Peer(running.port) as peer:
        peer.associate()
        for number in range(COUNT):
            uid = f"{STUDY}.1.{number + 1}"
            assert peer.store(data_set(uid, study=STUDY, series=f"{STUDY}.1"), uid).status == 0
    return running


def echo_bytes(*parts: bytes, length: int | None = None) -> bytes:
    body = b"".join(parts) or text(0x0002, VERIFICATION) + us(0x0100, 0x0030) + us(0x0110, 1) + us(0x0800, 0x0101)
    return struct.pack("<HHII", 0, 0, 4, len(body) if length is None else length) + body


EXPLICIT_COMMAND = (
    element(0x00000002, b"UI", VERIFICATION) + element(0x00000100, b"US", b"\x30\0") + element(0x00000800, b"US", b"\1\1")
)
BIG_ENDIAN_COMMAND = struct.pack(">HHI", 0, 0x0100, 2) + b"\0\x30" + struct.pack(">HHI", 0, 0x0800, 2) + b"\1\1"


@pytest.mark.parametrize(
    "raw",
    [echo_bytes(length=0), echo_bytes(length=0xFFFFFFFF), echo_bytes()[12:]],
    ids=["38 group length 0", "38 group length 4 GiB", "38 no group length"],
)
def test_group_38_a_group_length_that_lies_is_not_believed(associated, raw):
    assert associated.ask(ECHO_ID, raw).status == 0
    assert associated.ask(ECHO_ID, ECHO).status == 0


@pytest.mark.parametrize(
    "raw",
    [EXPLICIT_COMMAND, BIG_ENDIAN_COMMAND, b"", b"\0" * 7, echo_bytes(us(0x0110, 1)), echo_bytes(us(0x0100, 0x30, 0x30)),
     echo_bytes(struct.pack("<HHI", 0, 2, 0xFFFFFFFF) + b"1.2"), bytes(range(256)) * 60],
    ids=["39 explicit VR", "39 big endian", "38 nothing", "38 half an element", "40 no field", "40 a field of 4 bytes",
         "38 an element of 4 GiB", "38 noise"],
)  # fmt: skip
def test_what_is_no_command_is_aborted(associated, logged, raw):
    associated.send(data(value(ECHO_ID, raw, command=True)))
    kind, body = associated.read()
    assert (kind, body[2:]) == (ABORTED, b"\2\6")
    logged("aborted by us")


REFUSED = {
    "40 an operation that does not exist": (ECHO_ID, replace(ECHO, field=0x0FF0), 0x0211),
    "40 C-FIND on a context for C-ECHO": (ECHO_ID, query_command(CommandField.C_FIND_RQ, affected_sop_class_uid=VERIFICATION,
                                                                has_data_set=False), 0x0211),
    "40 N-DELETE": (STORE_ID, Command(field=CommandField.N_DELETE_RQ, message_id=1, requested_sop_class_uid=CT_IMAGE), 0x0211),
    "41 C-ECHO without a message ID": (ECHO_ID, Command(field=CommandField.C_ECHO_RQ, affected_sop_class_uid=VERIFICATION), 0x0120),
    "41 C-ECHO without a class": (ECHO_ID, Command(field=CommandField.C_ECHO_RQ, message_id=1), 0x0120),
    "45 C-ECHO of another class": (ECHO_ID, Command(field=CommandField.C_ECHO_RQ, message_id=1, affected_sop_class_uid=CT_IMAGE),
                                   0x0122),
    "47 C-FIND without an identifier": (FIND_ID, query_command(CommandField.C_FIND_RQ, has_data_set=False), 0xA900),
    "49 C-MOVE without a destination": (MOVE_ID, query_command(CommandField.C_MOVE_RQ, has_data_set=False), 0xA801),
    "50 C-GET without an identifier": (GET_ID, query_command(CommandField.C_GET_RQ, has_data_set=False), 0xA900),
}  # fmt: skip


@pytest.mark.parametrize(("number", "command", "status"), REFUSED.values(), ids=REFUSED)
def test_a_request_that_cannot_be_served_is_answered_and_the_association_goes_on(associated, number, command, status):
    assert f"{associated.ask(number, command).status:04X}" == f"{status:04X}"
    assert associated.ask(ECHO_ID, ECHO).status == 0


REFUSED_STORES = {
    "41 no instance": ({"affected_sop_instance_uid": ""}, 0x0120),
    "41 no class": ({"affected_sop_class_uid": ""}, 0x0120),
    "41 no message ID": ({"message_id": None}, 0x0120),
    "43 no data set": ({"has_data_set": False}, 0xC000),
    "44 another instance than the data set": ({"affected_sop_instance_uid": "1.2.41.1.1.2"}, 0xA900),
    "44 leading zeros": ({"affected_sop_instance_uid": "1.2.041.1.1.1"}, 0xA900),
    "44 200 characters": ({"affected_sop_instance_uid": "1." + "2" * 198}, 0x0117),
    "45 another class than the context's": ({"affected_sop_class_uid": MR_IMAGE}, 0x0122),
}


@pytest.mark.parametrize(("changed", "status"), REFUSED_STORES.values(), ids=REFUSED_STORES)
def test_a_store_whose_command_is_wrong_is_refused_and_its_data_set_thrown_away(associated, archive, changed, status):
    raw = data_set("1.2.41.1.1.1", study="1.2.41.1", series="1.2.41.1.1")
    command = replace(store_command("1.2.41.1.1.1"), **changed)
    answer = associated.ask(STORE_ID, command, raw if command.has_data_set else None)
    assert f"{answer.status:04X}" == f"{status:04X}"
    assert associated.ask(ECHO_ID, ECHO).status == 0
    assert archive.instances("1.2.41.1") == []


@pytest.mark.parametrize(
    "more",
    [{"priority": 99}, {"priority": None}, {"move_originator_ae_title": "\x1b[2J../x", "move_originator_message_id": 65535}],
    ids=["53 a priority that does not exist", "53 no priority", "54 a move originator of rubbish"],
)
def test_garbage_in_what_is_not_used_does_not_matter(associated, more):
    uid = f"1.2.53.1.1.{len(repr(more))}"
    assert associated.store(data_set(uid, study="1.2.53.1", series="1.2.53.1.1"), uid, **more).status == 0


def test_group_42_a_message_id_that_is_in_use_is_refused_and_the_first_operation_goes_on(associated, filled):
    asked = element(0x00080052, b"CS", "IMAGE") + element(0x0020000D, b"UI", STUDY)
    once = message(FIND_ID, query_command(CommandField.C_FIND_RQ, 7), asked)
    other = message(FIND_ID, query_command(CommandField.C_FIND_RQ, 8), asked)
    associated.send(once + once + other)
    statuses = [associated.command() for _ in range(COUNT + 3)]
    assert sorted((one.message_id_being_responded_to, one.status) for one in statuses) == sorted(
        [(7, 0xFF00)] * COUNT + [(7, 0), (7, 0x0210), (8, 0x0213)]
    )


def test_group_43_a_data_set_that_was_not_announced_is_aborted(associated):
    associated.send(message(ECHO_ID, ECHO, b"1234"))
    assert associated.command().status == 0
    assert associated.read() == (ABORTED, b"\0\0\2\5")


def test_group_43_a_data_set_that_was_announced_and_does_not_come_is_missed(associated):
    associated.send(message(FIND_ID, query_command(CommandField.C_FIND_RQ)) + message(ECHO_ID, ECHO))
    assert associated.read() == (ABORTED, b"\0\0\2\5")


@pytest.mark.parametrize("study", ["..", ".", "../../x", "1.2\\1.3", "1..2", "1.2.", "x", "/etc/passwd", "1." + "2" * 90])
def test_group_46_a_study_whose_uid_is_none_is_refused(associated, study):
    answer = associated.store(data_set("1.2.46.1", study=study), "1.2.46.1")
    assert (answer.status, "StudyInstanceUID is not a UID" in answer.error_comment) == (0xC000, True)
    assert associated.ask(ECHO_ID, ECHO).status == 0


def test_group_46_a_study_without_a_uid_is_refused_by_name(associated):
    answer = associated.store(data_set("1.2.46.1", study=""), "1.2.46.1")
    assert (answer.status, answer.offending_elements) == (0xC002, (0x0020000D,))


LEVEL = element(0x00080052, b"CS", "STUDY")
UNMATCHABLE = {
    "47 no level": (element(0x00100010, b"PN", "*"), 0xA900),
    "47 a level that does not exist": (element(0x00080052, b"CS", "COLOUR"), 0xA900),
    "47 a level of another model": (element(0x00080052, b"CS", "PATIENT"), 0xA900),
    "47 ten thousand keys": (LEVEL + b"".join(element(0x00091000 + n, b"LO", "") for n in range(10_000)), 0xA900),
    "47 a megabyte of wild cards": (LEVEL + element(0x00104000, b"UT", "*?" * 500_000), 0xA900),
    "47 a long name of wild cards": (LEVEL + element(0x00100010, b"PN", "*?" * 500), 0xA900),
    "47 a hundred thousand UIDs": (LEVEL + element(0x0020000D, b"UN", "\\".join(f"1.2.{n}" for n in range(100_000))), 0xA900),
    "47 a date that is none": (LEVEL + element(0x00080020, b"DA", "yesterday"), 0xA900),
    "47 a range without ends": (LEVEL + element(0x00080020, b"DA", "-"), 0),
    "47 a range the wrong way round": (LEVEL + element(0x00080020, b"DA", "20270101-20200101"), 0),
    "47 private keys": (LEVEL + element(0x00091010, b"UN", b"\1\2") + element(0x00090010, b"LO", "ACME"), 0),
    "47 sequences in sequences": (LEVEL + nested(65), 0xA900),
    "47 a hundred thousand sequences": (LEVEL + nested(60_000), 0xA900),
    "47 what SQL would mind": (LEVEL + element(0x00100020, b"LO", "%_'\";-- DROP TABLE study")
                                + element(0x00100010, b"PN", "%' OR 1=1 --"), 0),
    "47 what FTS would mind": (LEVEL + element(0x00100010, b"PN", '" NEAR( AND * ^'), 0),
    "47 bytes in no character set": (element(0x00080005, b"CS", "ISO_IR 9999") + LEVEL
                                      + element(0x00100010, b"PN", bytes(range(128, 160))), 0),
    "47 an unterminated escape": (element(0x00080005, b"CS", "\\ISO 2022 IR 87") + LEVEL
                                  + element(0x00100010, b"PN", b"\x1b$B\x1b"), 0),
    "47 a sequence where a name should be": (LEVEL + element(0x00100010, b"SQ", b"", UNDEFINED) + b"\xfe\xff\xdd\xe0\0\0\0\0", 0),
    "47 a name where a sequence should be": (LEVEL + element(0x00081140, b"PN", "x^y"), 0),
    "47 a number where a name should be": (LEVEL + element(0x00100010, b"FD", b"\0" * 6 + b"\xf8\x7f"), 0),
    "47 an element longer than what is left": (LEVEL + element(0x00100010, b"PN", b"x", 60_000), 0xA900),
    "47 noise": (bytes(range(256)) * 40, 0xA900),
}  # fmt: skip


@pytest.mark.parametrize(("identifier", "status"), UNMATCHABLE.values(), ids=UNMATCHABLE)
def test_group_47_a_query_that_makes_no_sense_is_answered(associated, filled, identifier, status):
    answer = associated.find(identifier)
    assert answer.status == status, f"{answer.status:04X} {answer.error_comment}"
    assert associated.find(LEVEL + element(0x0020000D, b"UI", STUDY)).status == 0


def test_group_48_cancels_for_nothing_change_nothing(associated):
    cancel = Command(field=CommandField.C_CANCEL_RQ, message_id_being_responded_to=4711)
    associated.send(message(FIND_ID, cancel) * 5000 + message(ECHO_ID, ECHO))
    assert associated.final().status == 0


def test_group_48_a_flood_of_cancels_ends_the_search_once(associated, filled):
    asked = element(0x00080052, b"CS", "IMAGE") + element(0x0020000D, b"UI", STUDY)
    cancel = message(FIND_ID, Command(field=CommandField.C_CANCEL_RQ, message_id_being_responded_to=1))
    began = time.monotonic()
    associated.send(message(FIND_ID, query_command(CommandField.C_FIND_RQ), asked) + cancel * 2000)
    assert associated.final().status == 0xFE00
    assert time.monotonic() - began < CANCEL_SECONDS
    assert associated.ask(ECHO_ID, ECHO).status == 0


@pytest.mark.parametrize("title", ["NOBODY", "../../x", "'; --", "*"])
def test_group_49_a_move_to_an_unknown_title_moves_nothing(associated, filled, title):
    asked = LEVEL + element(0x0020000D, b"UI", STUDY)
    answer = associated.ask(MOVE_ID, query_command(CommandField.C_MOVE_RQ, move_destination=title), asked)
    assert (answer.status, answer.offending_elements) == (0xA801, (0x00000600,))


def test_group_49_a_move_to_ourselves_makes_no_loop(associated, filled):
    asked = LEVEL + element(0x0020000D, b"UI", STUDY)
    answer = associated.ask(MOVE_ID, query_command(CommandField.C_MOVE_RQ, move_destination="ISOCENTER"), asked)
    assert (answer.status, answer.completed) == (0, COUNT)
    assert len(filled.instances(STUDY)) == COUNT


def test_group_49_a_peer_that_leaves_in_the_middle_of_a_search_ends_it(filled, archive):
    asked = element(0x00080052, b"CS", "IMAGE") + element(0x0020000D, b"UI", STUDY)
    for _ in range(50):
        with Peer(archive.port) as peer:
            peer.associate()
            peer.send(message(FIND_ID, query_command(CommandField.C_FIND_RQ), asked))
            peer.read()
            peer.reset()


def test_group_50_a_get_without_role_selection_sends_nothing_and_says_so(associated, filled):
    asked = LEVEL + element(0x0020000D, b"UI", STUDY)
    answer = associated.ask(GET_ID, query_command(CommandField.C_GET_RQ), asked)
    assert (answer.status, answer.completed, answer.failed) == (0xA702, 0, COUNT)
    assert "does not take" in answer.error_comment


@pytest.mark.parametrize(("status", "final"), [(0xC000, 0xA702), (0xA700, 0xA702), (0xB000, 0xB000), (0x0111, 0xB000)])
def test_group_50_a_peer_that_takes_nothing_that_it_asked_for_gets_exact_counts(peer, filled, status, final):
    peer.associate(WILL_RECEIVE)
    command, came = received(peer, STUDY, status)
    assert (command.status, len(came)) == (final, COUNT)
    assert (command.completed or 0) + command.failed + command.warning == COUNT


def test_group_51_52_services_that_are_not_offered_are_refused_in_the_negotiation(peer):
    """Storage commitment and MPPS: no request for them can come on a context that was never accepted."""
    names = {"1.2.840.10008.1.20.1": 21, "1.2.840.10008.3.1.2.3.3": 23}
    more = b"".join(context(number, uid, "1.2.840.10008.1.2") for uid, number in names.items())
    echo = context(ECHO_ID, VERIFICATION, "1.2.840.10008.1.2")
    body = peer.associate(request(contexts=echo + more))
    for number in names.values():
        at = body.index(bytes((0x21, 0)), body.index(bytes((number, 0, 3, 0))) - 4)
        assert body[at + 6] == 3
    peer.send(data(value(21, encode(Command(field=CommandField.N_ACTION_RQ, message_id=1)), command=True)))
    assert peer.read() == (ABORTED, b"\0\0\2\6")


def test_group_55_responses_to_requests_that_were_never_sent_are_passed_over(associated):
    fields = (CommandField.C_STORE_RSP, CommandField.C_FIND_RSP, CommandField.N_EVENT_REPORT_RSP)
    replies = [message(STORE_ID, Command(field=field, message_id_being_responded_to=9, status=0)) for field in fields]
    associated.send(b"".join(replies) * 100 + message(ECHO_ID, ECHO))
    assert associated.final().field == CommandField.C_ECHO_RSP


def test_a_search_that_is_answered_slowly_keeps_nobody_waiting(filled, archive):
    """Fifty searches that nobody reads to their end stand open; an echo does not wait for them."""
    asked = element(0x00080052, b"CS", "IMAGE") + element(0x0020000D, b"UI", STUDY)
    peers = []
    for _ in range(50):
        peer = Peer(archive.port)
        peer.associate()
        peer.send(message(FIND_ID, query_command(CommandField.C_FIND_RQ), asked) * 50)
        peers.append(peer)
    taken = sorted(echo_seconds(archive.port) for _ in range(10))
    for peer in peers:
        peer.sock.close()
    assert taken[5] < ECHO_SECONDS
