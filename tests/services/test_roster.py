"""What is offered, what is negotiated, and what happens to a request that fits no service."""

from __future__ import annotations

import logging

import pytest

from isocenter.base.errors import LinkLost, LocalError, UsageError
from isocenter.dimse.commands import CommandField
from isocenter.dimse.exchange import Cancelled, ServiceTable
from isocenter.services.roster import (
    OFFERS,
    QUERY_SYNTAXES,
    STORAGE_CLASSES,
    STORAGE_SYNTAXES,
    is_unknown_storage,
)
from isocenter.standard import sop_class, status, transfer_syntax
from isocenter.wire.pdu import ExtendedNegotiation

PRIVATE_STORAGE = "1.3.12.2.1107.5.9.1"


def test_the_roster_is_a_service_table(roster):
    table: ServiceTable = roster
    assert table.operation(sop_class.VERIFICATION) == "echo"


def test_every_storage_class_is_taken_in_every_syntax_and_may_be_sent_back(roster):
    assert len(STORAGE_CLASSES) > 150
    for uid in STORAGE_CLASSES:
        assert roster.operation(uid) == "store"
        assert roster.transfer_syntaxes(uid) == STORAGE_SYNTAXES
        assert roster.may_be_scu(uid)
    data_sets = {syntax.uid for syntax in transfer_syntax.ALL if ".1.2.7." not in syntax.uid and ".1.2.6." not in syntax.uid}
    assert data_sets <= set(STORAGE_SYNTAXES)
    assert len(STORAGE_SYNTAXES) == len(set(STORAGE_SYNTAXES))


def test_all_models_of_query_retrieve_are_offered(roster):
    offered = {uid for offer in OFFERS for uid in offer.sop_classes if offer.service == "Query/Retrieve"}
    assert offered == {
        *(sop_class.PATIENT_ROOT_FIND, sop_class.PATIENT_ROOT_MOVE, sop_class.PATIENT_ROOT_GET),
        *(sop_class.STUDY_ROOT_FIND, sop_class.STUDY_ROOT_MOVE, sop_class.STUDY_ROOT_GET),
        *(sop_class.PATIENT_STUDY_ONLY_FIND, sop_class.PATIENT_STUDY_ONLY_MOVE, sop_class.PATIENT_STUDY_ONLY_GET),
    }
    for uid in offered:
        assert roster.transfer_syntaxes(uid) == QUERY_SYNTAXES
        assert not roster.may_be_scu(uid)


@pytest.mark.parametrize(
    "uid",
    [
        sop_class.MODALITY_WORKLIST_FIND,
        sop_class.MEDIA_STORAGE_DIRECTORY,
        sop_class.STORAGE_COMMITMENT_PUSH,
        sop_class.COMPOSITE_INSTANCE_ROOT_GET,
        "1.2.840.10008.5.1.4.38.1",
        "1.2.840.10008.99.1",
        "",
        "../../etc",
        "1" * 65,
        "1.2.840.113619." + "4" * 60,
    ],
)
def test_what_is_no_service_of_ours_is_not_offered(roster, uid):
    assert roster.transfer_syntaxes(uid) == ()
    assert roster.operation(uid) == ""
    assert not roster.may_be_scu(uid)


@pytest.mark.parametrize("uid", [PRIVATE_STORAGE, "1.2.840.113619.4.26", "1.2.840.10008.5.1.4.1.1.999"])
def test_an_unknown_class_is_taken_as_storage_unless_the_setting_says_no(roster, make_roster, uid):
    assert is_unknown_storage(uid)
    assert roster.operation(uid) == "store"
    assert make_roster(unknown_storage=False).transfer_syntaxes(uid) == ()


@pytest.mark.parametrize(
    ("uid", "asked", "answer"),
    [
        (sop_class.STUDY_ROOT_FIND, b"\x01", b"\x01"),
        (sop_class.STUDY_ROOT_FIND, b"\x00\x01", b"\x00\x01"),
        (sop_class.PATIENT_ROOT_FIND, b"\x01\x01\x01\x01\x01\x01\x01", b"\x01\x01\x00\x00\x00\x00\x01"),
        (sop_class.PATIENT_ROOT_FIND, b"\x01" * 60_000, b"\x01\x01\x00\x00\x00\x00\x01"),
        (sop_class.STUDY_ROOT_MOVE, b"\x01\x01", b"\x01\x00"),
        (sop_class.STUDY_ROOT_GET, b"\x01", b"\x01"),
        (sop_class.CT_IMAGE, b"\x02\x00\x03\x00\x01\x00", b"\x02\x00\x03\x00\x00\x00"),
    ],
)
def test_extended_negotiation_answers_what_we_do_of_what_was_asked(roster, uid, asked, answer):
    assert roster.extended_answers((ExtendedNegotiation(uid, asked),)) == (ExtendedNegotiation(uid, answer),)


@pytest.mark.parametrize(
    "asked", [(sop_class.VERIFICATION, b"\x01"), (sop_class.MODALITY_WORKLIST_FIND, b"\x01"), (sop_class.STUDY_ROOT_FIND, b"")]
)
def test_classes_without_options_get_no_answer(roster, asked):
    assert roster.extended_answers((ExtendedNegotiation(*asked),)) == ()


@pytest.mark.parametrize(
    ("uid", "field", "code"),
    [
        (sop_class.VERIFICATION, CommandField.C_FIND_RQ, status.UNRECOGNIZED_OPERATION),
        (sop_class.STUDY_ROOT_FIND, CommandField.C_ECHO_RQ, status.UNRECOGNIZED_OPERATION),
        (sop_class.STUDY_ROOT_FIND, CommandField.C_STORE_RQ, status.UNRECOGNIZED_OPERATION),
        (sop_class.CT_IMAGE, CommandField.C_ECHO_RQ, status.UNRECOGNIZED_OPERATION),
        (sop_class.CT_IMAGE, CommandField.N_ACTION_RQ, status.UNRECOGNIZED_OPERATION),
        (sop_class.VERIFICATION, 0x0777, status.UNRECOGNIZED_OPERATION),
        (sop_class.MODALITY_WORKLIST_FIND, CommandField.C_FIND_RQ, status.SOP_CLASS_NOT_SUPPORTED),
    ],
)
def test_group_40_an_operation_that_the_class_has_not_is_answered(roster, request_of, tools, uid, field, code):
    (reply,), _ = tools.run(roster.serve(request_of(field, uid)))
    assert reply.command.status == code
    assert reply.command.field == field | 0x8000
    assert reply.command.error_comment


@pytest.mark.parametrize("field", [CommandField.C_STORE_RSP, CommandField.C_ECHO_RSP, 0x8777, CommandField.C_CANCEL_RQ])
def test_group_40_48_55_responses_and_cancels_are_not_answered(roster, request_of, tools, field):
    assert tools.run(roster.serve(request_of(field, sop_class.VERIFICATION))) == ([], [])


@pytest.mark.parametrize(
    ("changes", "code", "offending"),
    [
        ({"message_id": None}, status.MISSING_ATTRIBUTE, (0x00000110,)),
        ({"affected_sop_class_uid": "", "context": sop_class.VERIFICATION}, status.MISSING_ATTRIBUTE, (0x00000002,)),
        ({"affected_sop_class_uid": "1.2", "context": sop_class.VERIFICATION}, status.SOP_CLASS_NOT_SUPPORTED, (0x00000002,)),
    ],
)
def test_group_41_45_a_command_that_is_not_whole_is_answered(roster, request_of, tools, changes, code, offending):
    (reply,), _ = tools.run(roster.serve(request_of(CommandField.C_ECHO_RQ, sop_class.VERIFICATION, **changes)))
    assert (reply.command.status, reply.command.offending_elements) == (code, offending)


@pytest.mark.parametrize(
    ("uid", "field", "operation"),
    [
        (sop_class.STUDY_ROOT_FIND, CommandField.C_FIND_RQ, "find"),
        (sop_class.STUDY_ROOT_MOVE, CommandField.C_MOVE_RQ, "move"),
        (sop_class.STUDY_ROOT_GET, CommandField.C_GET_RQ, "get"),
    ],
)
def test_who_may_not_is_told_so(roster, request_of, tools, uid, field, operation):
    allowed = frozenset({"echo", "store", "find", "move", "get"}) - {operation}
    (reply,), _ = tools.run(roster.serve(request_of(field, uid, b"x", operations=allowed)))
    assert reply.command.status == status.NOT_AUTHORIZED
    assert operation in reply.command.error_comment


class _Broken:
    """A catalogue that fails as it is told to."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def find(self, query):
        raise self._error

    def count_instances(self, query):
        raise self._error


@pytest.fixture
def level_study(tools):
    from pydicom import Dataset

    asked = Dataset()
    asked.QueryRetrieveLevel = "STUDY"
    asked.StudyInstanceUID = "1.2.3.1"
    return tools.encoded(asked)


@pytest.mark.parametrize("error", [LocalError("/srv/index is being rebuilt"), RuntimeError("a mistake of ours")])
def test_an_error_of_ours_is_answered_without_its_text_and_logged(make_roster, request_of, tools, level_study, caplog, error):
    request = request_of(CommandField.C_FIND_RQ, sop_class.STUDY_ROOT_FIND, level_study)
    with caplog.at_level(logging.ERROR, "isocenter.services"):
        (reply,), _ = tools.run(make_roster(catalogue=_Broken(error)).serve(request))
    assert reply.command.status == status.CANNOT_UNDERSTAND
    assert reply.command.error_comment == "the archive failed; its log says why"
    assert "C_FIND_RQ of CALLER failed" in caplog.text


def test_a_catalogue_that_cannot_count_is_answered_with_a701(make_roster, request_of, tools, level_study):
    request = request_of(CommandField.C_GET_RQ, sop_class.STUDY_ROOT_GET, level_study)
    (reply,), _ = tools.run(make_roster(catalogue=_Broken(LocalError("no index"))).serve(request))
    assert reply.command.status == status.OUT_OF_RESOURCES_MATCHES


def test_a_lost_link_is_the_drivers_affair(roster, request_of):
    service = roster.serve(request_of(CommandField.C_ECHO_RQ, sop_class.VERIFICATION))
    next(service)
    with pytest.raises(LinkLost):
        service.throw(LinkLost("gone"))


def test_a_cancel_after_the_final_response_ends_the_service(roster, request_of):
    service = roster.serve(request_of(CommandField.C_ECHO_RQ, sop_class.VERIFICATION))
    next(service)
    with pytest.raises(StopIteration):
        service.throw(Cancelled("too late"))


@pytest.mark.parametrize(
    ("uid", "field"),
    [(sop_class.STUDY_ROOT_FIND, CommandField.C_FIND_RQ), (sop_class.STUDY_ROOT_GET, CommandField.C_GET_RQ)],
)
def test_what_the_catalogue_cannot_match_with_is_told_in_its_words(make_roster, request_of, tools, level_study, uid, field):
    broken = _Broken(UsageError("InstanceNumber is a whole number, and cannot be 'x'"))
    (reply,), _ = tools.run(make_roster(catalogue=broken).serve(request_of(field, uid, level_study)))
    assert reply.command.status == status.DATA_SET_MISMATCH
    assert reply.command.error_comment == "InstanceNumber is a whole number, and cannot be 'x'"
