"""C-STORE: what becomes of an instance, and the status that says so (PS3.4 B.2.3)."""

from __future__ import annotations

import pytest

from isocenter.base.errors import LocalError, VolumeFailed
from isocenter.dimse.commands import CommandField
from isocenter.model.records import Conflict, Duplicate, Full, Mismatch, Unreadable
from isocenter.services.storage import ANSWERS
from isocenter.standard import sop_class, status

CT = sop_class.CT_IMAGE


@pytest.fixture
def store(roster, request_of):
    """One C-STORE through the roster: its response."""

    def send(pieces=(b"abcd", b"efgh"), **arguments):
        given = {"affected_sop_instance_uid": "1.2.3.4", "has_data_set": True} | arguments
        sink = roster.receive(request_of(given.pop("field", CommandField.C_STORE_RQ), CT, **given))
        for piece in pieces:
            sink.write(memoryview(piece))
        return sink.finish()

    return send


def test_a_stored_instance_is_answered_with_success_and_its_own_names(store, tray):
    reply = store()
    assert reply.identifier is None
    assert reply.command.field == CommandField.C_STORE_RSP
    assert reply.command.status == status.SUCCESS
    assert reply.command.message_id_being_responded_to == 7
    assert reply.command.affected_sop_class_uid == CT
    assert reply.command.affected_sop_instance_uid == "1.2.3.4"
    assert not reply.command.has_data_set
    assert bytes(tray.received) == b"abcdefgh"


def test_the_intake_is_told_who_brought_it_and_how(store, tray, clock):
    store()
    (arrival,) = tray.arrivals
    assert (arrival.sop_class_uid, arrival.sop_instance_uid, arrival.source) == (CT, "1.2.3.4", "dimse")
    assert (arrival.calling_ae_title, arrival.called_ae_title, arrival.address) == ("CALLER", "ISOCENTER", "10.0.0.7")
    assert arrival.received == clock.now()
    assert arrival.implementation_version_name == "TEST_1"


@pytest.mark.parametrize(
    ("result", "code", "comment", "offending"),
    [
        (Duplicate("1.2.3.4"), 0x0000, "", ()),
        (Conflict("1.2.3.4", 1, (("PatientID", "A", "B"),)), 0x0000, "", ()),
        (Full("the disk has 12 MB left"), 0xA700, "the disk has 12 MB left", ()),
        (Mismatch("the data set says 1.2.3.5"), 0xA900, "the data set says 1.2.3.5", ()),
        (Unreadable("truncated at byte 120"), 0xC000, "truncated at byte 120", ()),
        (Unreadable("StudyInstanceUID is missing", ("StudyInstanceUID",)), 0xC002, "StudyInstanceUID is missing", (0x0020000D,)),
        (VolumeFailed("/srv/x: no space", full=True), 0xA700, "the archive cannot write now", ()),
        (LocalError("/srv/x is broken"), 0x0110, "the archive failed; its log says why", ()),
        (RuntimeError("a mistake of ours"), 0x0110, "the archive failed; its log says why", ()),
    ],
)
def test_every_result_of_the_intake_has_its_status(store, tray, result, code, comment, offending):
    tray.result = result
    command = store().command
    assert (command.status, command.error_comment, command.offending_elements) == (code, comment, offending)


def test_an_intake_that_cannot_begin_is_answered_after_the_data_set(store, tray):
    tray.at_begin = VolumeFailed("/srv/x: I/O error", full=False)
    assert store().command.status == status.OUT_OF_RESOURCES
    assert not tray.received


def test_a_long_reason_fits_the_error_comment(store, tray):
    tray.result = Unreadable("Größe\n" * 100)
    comment = store().command.error_comment
    assert len(comment) == 64
    assert comment.startswith("Gr??e?Gr??e?")
    assert comment.endswith("...")


def test_an_abandoned_instance_is_abandoned_in_the_intake(roster, request_of, tray):
    sink = roster.receive(request_of(CommandField.C_STORE_RQ, CT, affected_sop_instance_uid="1.2.3.4", has_data_set=True))
    sink.write(memoryview(b"half"))
    sink.abandon()
    assert tray.abandoned == 1


@pytest.mark.parametrize(
    ("changes", "code", "offending"),
    [
        ({"message_id": None}, 0x0120, (0x00000110,)),
        ({"affected_sop_class_uid": "", "context": CT}, 0x0120, (0x00000002,)),
        ({"affected_sop_instance_uid": ""}, 0x0120, (0x00001000,)),
        ({"affected_sop_class_uid": sop_class.MR_IMAGE, "context": CT}, 0x0122, (0x00000002,)),
        ({"operations": frozenset({"echo"})}, 0x0124, ()),
        ({"has_data_set": False}, 0xC000, ()),
        ({"field": CommandField.C_FIND_RQ}, 0x0211, (0x00000100,)),
    ],
)
def test_group_41_43_45_a_command_that_cannot_be_served_is_answered_and_its_data_set_thrown_away(
    store, tray, changes, code, offending
):
    command = store(**changes).command
    assert (command.status, command.offending_elements) == (code, offending)
    assert command.error_comment
    assert not tray.arrivals


@pytest.mark.parametrize(
    "uid",
    [
        "../../../tmp/x",
        "..",
        ".",
        "/etc/passwd",
        "C:\\x",
        "CON",
        "1" * 200,
        "1.2\x003",
        "1.2\\1.3",
        "1.2 3",
        "1.2\n",
        "１.２",
        "1..2",
        "1.2.",
    ],
)
def test_group_44_an_instance_uid_that_is_none_is_refused_and_never_reaches_the_intake(store, tray, uid):
    command = store(affected_sop_instance_uid=uid).command
    assert (command.status, command.offending_elements) == (status.INVALID_SOP_INSTANCE, (0x00001000,))
    assert not tray.arrivals


@pytest.mark.parametrize("uid", ["1.2.03.4", "1", "2.25." + "9" * 59])
def test_group_44_uids_that_devices_write_are_taken(store, tray, uid):
    assert store(affected_sop_instance_uid=uid).command.status == status.SUCCESS


@pytest.mark.parametrize(
    "changes", [{"priority": 99}, {"priority": None}, {"move_originator_ae_title": "\x1b[31m", "move_originator_message_id": 65535}]
)
def test_group_53_54_garbage_in_what_we_do_not_use_is_ignored(store, changes):
    assert store(**changes).command.status == status.SUCCESS


def test_an_abandoned_refusal_leaves_nothing_to_do(roster, request_of, tray):
    sink = roster.receive(request_of(CommandField.C_STORE_RQ, CT, operations=frozenset()))
    sink.abandon()
    assert tray.abandoned == 0


def test_every_status_of_the_table_is_one_of_the_standard():
    for _, code in ANSWERS:
        assert status.status_of(code, "store") is not None
