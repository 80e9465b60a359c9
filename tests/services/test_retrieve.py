"""C-MOVE and C-GET: what is selected is sent, and the counts are exact whatever happens (PS3.4 C.4.2, C.4.3)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset

from isocenter.base.clock import FixedClock
from isocenter.base.errors import LinkLost
from isocenter.base.limits import FAILED_UIDS_BYTES_MAX, RETRIEVE_PENDING_RESPONSES, RETRIEVE_PENDING_SECONDS
from isocenter.dimse.commands import CommandField
from isocenter.dimse.exchange import AgreedContext, Caller, Cancelled, Forward, Request, SubOperation
from isocenter.model.query import AnyOf, Key, Root, Single
from isocenter.model.records import Instance
from isocenter.services.retrieve import ANSWERS
from isocenter.services.roster import Roster
from isocenter.standard import sop_class, status, transfer_syntax

EXPLICIT = transfer_syntax.EXPLICIT_VR_LITTLE_ENDIAN
SYNTAXES = [EXPLICIT, transfer_syntax.IMPLICIT_VR_LITTLE_ENDIAN, transfer_syntax.EXPLICIT_VR_BIG_ENDIAN]
GETS = {
    Root.PATIENT: sop_class.PATIENT_ROOT_GET,
    Root.STUDY: sop_class.STUDY_ROOT_GET,
    Root.PATIENT_STUDY_ONLY: sop_class.PATIENT_STUDY_ONLY_GET,
}
MOVES = {
    Root.PATIENT: sop_class.PATIENT_ROOT_MOVE,
    Root.STUDY: sop_class.STUDY_ROOT_MOVE,
    Root.PATIENT_STUDY_ONLY: sop_class.PATIENT_STUDY_ONLY_MOVE,
}


def selecting(level: str | None, **keys) -> Dataset:
    asked = Dataset()
    if level is not None:
        asked.QueryRetrieveLevel = level
    for keyword, value in keys.items():
        setattr(asked, keyword, value)
    return asked


def counts(command):
    return command.remaining, command.completed, command.failed, command.warning


@pytest.fixture
def get(roster, request_of, tools):
    """One C-GET through the roster: the commands of its responses, what was forwarded, and the last identifier."""

    def send(asked, outcome=None, *, root=Root.STUDY, by=None, syntax=EXPLICIT, **request):
        identifier = tools.encoded(asked, syntax)
        given = request_of(CommandField.C_GET_RQ, GETS[root], identifier, syntax=syntax, **request)
        replies, forwards = tools.run((by or roster).serve(given), outcome)
        last = tools.decoded(replies[-1].identifier, syntax) if replies[-1].identifier is not None else None
        return [reply.command for reply in replies], forwards, last

    return send


@pytest.fixture
def move(roster, request_of, tools):
    """One C-MOVE through the roster, likewise."""

    def send(asked, outcome=None, *, to="WORKSTATION", root=Root.STUDY, by=None, **request):
        given = request_of(CommandField.C_MOVE_RQ, MOVES[root], tools.encoded(asked), move_destination=to, **request)
        replies, forwards = tools.run((by or roster).serve(given), outcome)
        return [reply.command for reply in replies], forwards

    return send


STUDY_1 = selecting("STUDY", StudyInstanceUID="1.2.3.1")


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_get_sends_back_what_matches_and_counts_down_to_success(get, syntax):
    commands, (forward,), last = get(STUDY_1, syntax=syntax)
    assert forward.destination is None
    assert forward.move_originator_ae_title == ""
    assert [command.status for command in commands] == [status.PENDING] * 3 + [status.SUCCESS]
    assert [counts(command) for command in commands] == [(2, 1, 0, 0), (1, 2, 0, 0), (0, 3, 0, 0), (None, 3, 0, 0)]
    assert last is None
    assert all(command.field == CommandField.C_GET_RSP for command in commands)


def test_a_move_sends_to_its_destination_in_the_name_of_who_asked(move, nodes):
    commands, (forward,) = move(STUDY_1)
    assert forward.destination == nodes["WORKSTATION"]
    assert (forward.move_originator_ae_title, forward.move_originator_message_id) == ("CALLER", 7)
    assert commands[-1].status == status.SUCCESS
    assert counts(commands[-1]) == (None, 3, 0, 0)
    assert all(command.field == CommandField.C_MOVE_RSP for command in commands)


@pytest.mark.parametrize(
    ("root", "level", "keys", "completed"),
    [
        (Root.PATIENT, "PATIENT", {"PatientID": "P1"}, 3),
        (Root.PATIENT, "STUDY", {"PatientID": "P1", "StudyInstanceUID": "1.2.3.1"}, 3),
        (Root.PATIENT, "STUDY", {"PatientID": "P2", "StudyInstanceUID": "1.2.3.1"}, 0),
        (Root.PATIENT, "SERIES", {"PatientID": "P1", "StudyInstanceUID": "1.2.3.1", "SeriesInstanceUID": "1.2.3.1.2"}, 1),
        (Root.PATIENT, "IMAGE", {"SOPInstanceUID": "1.2.3.1.1.2"}, 1),
        (Root.STUDY, "STUDY", {"StudyInstanceUID": ["1.2.3.1", "1.2.3.2"]}, 6),
        (Root.STUDY, "SERIES", {"SeriesInstanceUID": ["1.2.3.1.1", "1.2.3.2.1", "1.2.3.9"]}, 4),
        (Root.STUDY, "IMAGE", {"StudyInstanceUID": "1.2.3.1", "SOPInstanceUID": ["1.2.3.1.1.1", "1.2.3.1.2.1"]}, 2),
        (Root.PATIENT_STUDY_ONLY, "PATIENT", {"PatientID": "P3"}, 3),
        (Root.PATIENT_STUDY_ONLY, "STUDY", {"StudyInstanceUID": "1.2.3.3"}, 3),
    ],
)
def test_all_levels_select_by_their_unique_keys(get, move, root, level, keys, completed):
    for commands in (get(selecting(level, **keys), root=root)[0], move(selecting(level, **keys), root=root)[0]):
        assert commands[-1].status == status.SUCCESS
        assert counts(commands[-1]) == (None, completed, 0, 0)


def test_nothing_matched_is_success_with_zero_counts_and_nothing_is_forwarded(get, move):
    nothing = selecting("STUDY", StudyInstanceUID="9.9")
    commands, forwards, _ = get(nothing)
    assert ([command.status for command in commands], counts(commands[0]), forwards) == ([status.SUCCESS], (None, 0, 0, 0), [])
    commands, forwards = move(nothing)
    assert ([command.status for command in commands], counts(commands[0]), forwards) == ([status.SUCCESS], (None, 0, 0, 0), [])


@pytest.mark.parametrize("to", ["NOBODY", "", "   ", "../../x", "\x1b[31mRED"])
def test_group_49_an_unknown_destination_is_refused(move, to):
    (command,), forwards = move(STUDY_1, to=to)
    assert command.status == status.MOVE_DESTINATION_UNKNOWN
    assert command.offending_elements == (0x00000600,)
    assert "\x1b" not in command.error_comment
    assert forwards == []


def test_the_title_of_a_destination_may_be_padded(move, nodes):
    _, (forward,) = move(STUDY_1, to="WORKSTATION \0")
    assert forward.destination == nodes["WORKSTATION"]


def test_group_49_a_move_to_ourselves_is_done_already(move):
    (command,), forwards = move(STUDY_1, to="ISOCENTER")
    assert (command.status, counts(command), forwards) == (status.SUCCESS, (None, 3, 0, 0), [])


@pytest.mark.parametrize(
    ("asked", "root", "tag", "comment"),
    [
        (selecting(None, StudyInstanceUID="1.2.3.1"), Root.STUDY, 0x00080052, "QueryRetrieveLevel (0008,0052) is missing"),
        (selecting("STUDY"), Root.STUDY, 0x0020000D, "StudyInstanceUID (0020,000D) is missing"),
        (selecting("STUDY", StudyInstanceUID=""), Root.STUDY, 0x0020000D, "StudyInstanceUID (0020,000D) is missing"),
        (selecting("STUDY", StudyInstanceUID="*"), Root.STUDY, 0x0020000D, "StudyInstanceUID (0020,000D) is missing"),
        (selecting("PATIENT", PatientID="*"), Root.PATIENT, 0x00100020, "PatientID (0010,0020) is missing"),
        (selecting("SERIES", StudyInstanceUID="1.2.3.1"), Root.STUDY, 0x0020000E, "SeriesInstanceUID (0020,000E) is missing"),
        (selecting("PATIENT", PatientID="P1"), Root.STUDY, 0x00080052,
         "QueryRetrieveLevel (0008,0052) is no level of Study Root"),
        (selecting("IMAGE", SOPInstanceUID="1"), Root.PATIENT_STUDY_ONLY, 0x00080052,
         "QueryRetrieveLevel (0008,0052) is no level of Patient/Study Only"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_an_identifier_that_selects_nothing_in_particular_is_refused(get, asked, root, tag, comment):
    (command,), forwards, _ = get(asked, root=root)
    assert (command.status, command.offending_elements, forwards) == (status.DATA_SET_MISMATCH, (tag,), [])
    assert command.error_comment == comment


def test_a_patient_id_with_a_star_in_it_is_only_itself(get, shelf):
    commands, _, _ = get(selecting("PATIENT", PatientID="P*"), root=Root.PATIENT)
    assert counts(commands[-1]) == (None, 0, 0, 0)


def test_keys_that_do_not_select_are_ignored_and_the_issuer_is_not(roster, request_of, tools, shelf, monkeypatch):
    seen = []
    monkeypatch.setattr(shelf, "count_instances", lambda query: seen.append(query) or 0)
    asked = selecting("PATIENT", PatientID=["P1"], IssuerOfPatientID="HOSPITAL", PatientName="X", StudyInstanceUID="1.2")
    tools.run(roster.serve(request_of(CommandField.C_GET_RQ, GETS[Root.PATIENT], tools.encoded(asked))))
    assert set(seen[0].keys) == {Key("PatientID", Single("P1")), Key("IssuerOfPatientID", Single("HOSPITAL"))}
    assert seen[0].root is Root.PATIENT


def test_a_list_of_uids_is_any_of_them(roster, request_of, tools, shelf, monkeypatch):
    seen = []
    monkeypatch.setattr(shelf, "count_instances", lambda query: seen.append(query) or 0)
    asked = selecting("IMAGE", SOPInstanceUID=["1.1", "1.2", "1.1"])
    tools.run(roster.serve(request_of(CommandField.C_GET_RQ, GETS[Root.STUDY], tools.encoded(asked))))
    assert seen[0].keys == (Key("SOPInstanceUID", AnyOf(("1.1", "1.2"))),)


def test_strict_retrievals_need_the_levels_above(get, make_roster):
    asked = selecting("IMAGE", SOPInstanceUID="1.2.3.1.1.1")
    (command,), _, _ = get(asked, by=make_roster(strict=True))
    assert (command.status, command.error_comment) == (status.DATA_SET_MISMATCH, "StudyInstanceUID (0020,000D) is missing")


def _by_number(*statuses):
    """The outcome of the nth instance, whatever it is; None stands for no answer."""
    left = iter(statuses)

    def outcome(instance):
        code = next(left)
        return SubOperation(instance, code, "" if code is not None else "no context accepts CT in any syntax")

    return outcome


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_some_failures_are_a_warning_with_the_failed_uids_and_the_first_reason(get, syntax):
    commands, _, last = get(STUDY_1, _by_number(0, None, 0xA700), syntax=syntax)
    assert [counts(command) for command in commands] == [(2, 1, 0, 0), (1, 1, 1, 0), (0, 1, 2, 0), (None, 1, 2, 0)]
    assert commands[-1].status == status.SUB_OPERATIONS_FAILED
    assert commands[-1].has_data_set
    assert commands[-1].error_comment == "no context accepts CT in any syntax"
    assert last.FailedSOPInstanceUIDList == ["1.2.3.1.1.2", "1.2.3.1.2.1"]


def test_group_50_where_every_one_failed_the_retrieval_did(get):
    commands, _, last = get(STUDY_1, lambda instance: SubOperation(instance, 0xC000))
    assert (commands[-1].status, counts(commands[-1])) == (status.OUT_OF_RESOURCES_SUB_OPERATIONS, (None, 0, 3, 0))
    assert commands[-1].error_comment.startswith("C000 Cannot understand")
    assert len(last.FailedSOPInstanceUIDList) == 3


@pytest.mark.parametrize("code", [0xB000, 0xB006, 0xB007, 0x0107, status.DUPLICATE_SOP_INSTANCE])
def test_what_was_taken_with_a_warning_did_not_fail(get, code):
    commands, _, last = get(STUDY_1, _by_number(0, code, 0))
    assert (commands[-1].status, counts(commands[-1])) == (status.SUB_OPERATIONS_FAILED, (None, 2, 0, 1))
    assert last is None


OUTCOMES = st.lists(st.sampled_from([0, 0xB000, 0xA700, 0xC123, 0x0111, None]), min_size=1, max_size=400)


class _Many:
    """A catalogue of so many instances, which may have changed between counting and sending."""

    def __init__(self, said: int, there: int) -> None:
        self._said, self._there = said, there

    def count_instances(self, query):
        return self._said

    def instances(self, query):
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        return (Instance(sop_class.CT_IMAGE, f"1.2.{n}", "1", "1", EXPLICIT, "", 1, "", moment) for n in range(self._there))


def _get_service(catalogue, identifier: bytes, clock=None):
    roster = Roster(
        ae_title="ISOCENTER", intake=None, catalogue=catalogue, destination=lambda title: None, clock=clock or FixedClock()
    )
    caller = Caller("CALLER", "ISOCENTER", "10.0.0.7", frozenset({"get"}))
    from isocenter.dimse.commands import Command

    command = Command(field=CommandField.C_GET_RQ, message_id=1, affected_sop_class_uid=GETS[Root.STUDY], has_data_set=True)
    return roster.serve(Request(AgreedContext(1, GETS[Root.STUDY], EXPLICIT), command, identifier, caller))


def _drive(service, outcomes):
    """The commands and the last identifier of a service whose sub-operations end so."""
    forward = next(service)
    assert isinstance(forward, Forward)
    replies = []
    reply = service.send(SubOperation(i, code) for i, code in zip(forward.instances, outcomes, strict=True))
    while reply is not None:
        replies.append(reply)
        reply = next(service, None)
    return [reply.command for reply in replies], replies[-1].identifier


WHOLE_STUDY = b"\x08\x00\x52\x00CS\x06\x00STUDY \x20\x00\x0d\x00UI\x04\x001.2\x00"


@given(OUTCOMES, st.integers(-3, 3))
def test_whatever_happens_the_counts_add_up(outcomes, drift):
    total = max(len(outcomes) + drift, 1)
    commands, _ = _drive(_get_service(_Many(total, len(outcomes)), WHOLE_STUDY), outcomes)
    for command in commands[:-1]:
        assert command.status == status.PENDING
        done = command.completed + command.failed + command.warning
        assert command.remaining == max(total - done, 0)
    final = commands[-1]
    assert final.completed == outcomes.count(0)
    assert final.failed == outcomes.count(None) + outcomes.count(0xA700) + outcomes.count(0xC123)
    assert final.completed + final.failed + final.warning == len(outcomes)
    assert len(commands) <= 2 * RETRIEVE_PENDING_RESPONSES + 1


def test_a_failed_list_stays_within_what_its_length_can_say(tools):
    count = 20_000
    commands, identifier = _drive(_get_service(_Many(count, count), WHOLE_STUDY), [None] * count)
    assert commands[-1].failed == count
    failed = tools.decoded(identifier).FailedSOPInstanceUIDList
    assert failed[0] == "1.2.0"
    assert FAILED_UIDS_BYTES_MAX - 70 < len("\\".join(failed)) <= FAILED_UIDS_BYTES_MAX
    assert set(failed) <= {f"1.2.{n}" for n in range(count)}


def test_a_slow_retrieval_is_reported_by_time():
    clock = FixedClock()
    service = _get_service(_Many(10_000, 5), WHOLE_STUDY, clock)

    def slowly(instances):
        for instance in instances:
            clock.advance(RETRIEVE_PENDING_SECONDS)
            yield SubOperation(instance, 0)

    forward = next(service)
    commands = [service.send(slowly(forward.instances)).command, *(reply.command for reply in service)]
    assert [command.completed for command in commands] == [1, 2, 3, 4, 5, 5]


def test_a_large_quick_retrieval_is_reported_a_hundred_times():
    commands, _ = _drive(_get_service(_Many(10_000, 10_000), WHOLE_STUDY), [0] * 10_000)
    assert len(commands) == RETRIEVE_PENDING_RESPONSES + 1


def test_a_cancel_at_a_response_stops_the_sub_operations_and_keeps_the_counts(roster, request_of, tools):
    service = roster.serve(request_of(CommandField.C_GET_RQ, GETS[Root.STUDY], tools.encoded(STUDY_1)))
    forward = next(service)
    stopped = []

    def sub_operations():
        try:
            for instance in forward.instances:
                yield SubOperation(instance, None if instance.sop_instance_uid.endswith(".1.1") else 0, "refused")
        finally:
            stopped.append(True)

    service.send(sub_operations())
    reply = service.throw(Cancelled("C-CANCEL"))
    assert stopped == [True]
    assert (reply.command.status, counts(reply.command)) == (status.CANCEL, (2, 0, 1, 0))
    assert tools.decoded(reply.identifier).FailedSOPInstanceUIDList == "1.2.3.1.1.1"
    with pytest.raises(StopIteration):
        next(service)


def test_a_cancel_from_the_sub_operations_ends_with_the_counts(roster, request_of, tools):
    service = roster.serve(
        request_of(CommandField.C_MOVE_RQ, MOVES[Root.STUDY], tools.encoded(STUDY_1), move_destination="WORKSTATION")
    )
    forward = next(service)

    def sub_operations():
        yield SubOperation(next(forward.instances), 0)
        raise Cancelled("C-CANCEL")

    assert service.send(sub_operations()).command.status == status.PENDING
    reply = next(service)
    assert (reply.command.status, counts(reply.command), reply.identifier) == (status.CANCEL, (2, 1, 0, 0), None)


def test_a_cancel_before_the_first_sub_operation_counts_everything_as_remaining(roster, request_of, tools):
    service = roster.serve(request_of(CommandField.C_GET_RQ, GETS[Root.STUDY], tools.encoded(STUDY_1)))
    next(service)
    reply = service.throw(Cancelled("C-CANCEL"))
    assert (reply.command.status, counts(reply.command)) == (status.CANCEL, (3, 0, 0, 0))


def test_a_link_lost_while_sending_back_is_not_answered(roster, request_of, tools):
    service = roster.serve(request_of(CommandField.C_GET_RQ, GETS[Root.STUDY], tools.encoded(STUDY_1)))
    next(service)

    def sub_operations():
        raise LinkLost("the peer is gone")
        yield

    with pytest.raises(LinkLost):
        service.send(sub_operations())


@pytest.mark.parametrize("service", ["move", "get"])
def test_every_status_of_the_table_is_one_of_the_standard(service):
    for _, code in ANSWERS:
        if code != status.MOVE_DESTINATION_UNKNOWN or service == "move":
            assert status.status_of(code, service) is not None
