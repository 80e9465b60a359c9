"""C-ECHO (PS3.4 Annex A)."""

from __future__ import annotations

from isocenter.dimse.commands import CommandField
from isocenter.services.verification import verify
from isocenter.standard import sop_class, status


def test_an_echo_is_answered_with_success_and_nothing_else(roster, request_of, tools):
    (reply,), forwards = tools.run(roster.serve(request_of(CommandField.C_ECHO_RQ, sop_class.VERIFICATION)))
    assert reply.identifier is None
    assert reply.command.field == CommandField.C_ECHO_RSP
    assert reply.command.status == status.SUCCESS
    assert reply.command.message_id_being_responded_to == 7
    assert forwards == []


def test_the_service_alone_says_success(request_of, tools):
    (reply,), _ = tools.run(verify(request_of(CommandField.C_ECHO_RQ, sop_class.VERIFICATION)))
    assert reply.command.affected_sop_class_uid == sop_class.VERIFICATION
    assert reply.command.status == status.SUCCESS


def test_an_echo_of_one_who_may_not_is_refused(roster, request_of, tools):
    request = request_of(CommandField.C_ECHO_RQ, sop_class.VERIFICATION, operations=frozenset())
    (reply,), _ = tools.run(roster.serve(request))
    assert reply.command.status == status.NOT_AUTHORIZED
