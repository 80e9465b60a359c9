"""The fields of responses, and the words of refusals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.dimse.commands import Command, CommandField, decode, encode
from isocenter.services.responses import Refusal, check, error_comment, is_request, refuse, respond
from isocenter.standard import sop_class, status

FIND = sop_class.STUDY_ROOT_FIND


def test_a_response_answers_its_request_and_survives_the_wire(request_of):
    request = request_of(CommandField.C_FIND_RQ, FIND, message_id=65535)
    command = respond(request, status.PENDING, identifier=b"xx").command
    assert command == Command(
        field=CommandField.C_FIND_RSP,
        message_id_being_responded_to=65535,
        affected_sop_class_uid=FIND,
        has_data_set=True,
        status=status.PENDING,
    )
    assert decode(encode(command)) == command


def test_counts_that_are_none_are_absent(request_of):
    request = request_of(CommandField.C_GET_RQ, sop_class.STUDY_ROOT_GET)
    command = respond(request, status.SUCCESS, counts=(None, 3, 0, 1)).command
    assert (command.remaining, command.completed, command.failed, command.warning) == (None, 3, 0, 1)


def test_a_refusal_says_what_where_and_why(request_of):
    refusal = Refusal("PatientID (0010,0020) is missing", status=status.DATA_SET_MISMATCH, offending=(0x00100020,))
    command = refuse(request_of(CommandField.C_FIND_RQ, FIND), refusal).command
    assert (command.status, command.offending_elements) == (status.DATA_SET_MISMATCH, (0x00100020,))
    assert command.error_comment == "PatientID (0010,0020) is missing"
    assert decode(encode(command)) == command


def test_a_request_without_a_message_id_is_still_answered(request_of):
    request = request_of(CommandField.C_ECHO_RQ, sop_class.VERIFICATION, message_id=None)
    assert respond(request, status.MISSING_ATTRIBUTE).command.message_id_being_responded_to == 0


@given(st.text())
def test_any_text_makes_an_error_comment(text):
    comment = error_comment(text)
    assert len(comment) == min(len(text), 64)
    assert comment.isascii()
    assert comment.isprintable() or not comment
    assert "\\" not in comment


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        (CommandField.C_ECHO_RQ, True),
        (CommandField.N_DELETE_RQ, True),
        (0x0777, True),
        (CommandField.C_ECHO_RSP, False),
        (CommandField.C_CANCEL_RQ, False),
    ],
)
def test_only_requests_are_answered(field, wanted):
    assert is_request(Command(field=field)) is wanted


def test_a_whole_and_allowed_request_passes(request_of):
    check(request_of(CommandField.C_FIND_RQ, FIND, operations=frozenset({"find"})), CommandField.C_FIND_RQ, "find")


def test_what_is_missing_is_said_before_what_is_not_allowed(request_of):
    with pytest.raises(Refusal, match="Message ID") as refused:
        check(request_of(CommandField.C_FIND_RQ, FIND, message_id=None, operations=frozenset()), CommandField.C_FIND_RQ, "find")
    assert refused.value.status == status.MISSING_ATTRIBUTE
