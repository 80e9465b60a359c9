from __future__ import annotations

import threading
from dataclasses import replace
from itertools import chain, repeat

import pytest

from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import Forward
from isocenter.model.records import Admitted, AssociationOutcome
from isocenter.standard.sop_class import CT_IMAGE, STUDY_ROOT_FIND, STUDY_ROOT_GET, VERIFICATION
from isocenter.wire.pdu import ExtendedNegotiation, RoleSelection

ECHO = Command(field=CommandField.C_ECHO_RQ, message_id=3, affected_sop_class_uid=VERIFICATION)
FIND = Command(field=CommandField.C_FIND_RQ, message_id=7, affected_sop_class_uid=STUDY_ROOT_FIND, has_data_set=True)
GET = Command(field=CommandField.C_GET_RQ, message_id=7, affected_sop_class_uid=STUDY_ROOT_GET, has_data_set=True)
STORE = Command(
    field=CommandField.C_STORE_RQ,
    message_id=8,
    affected_sop_class_uid=CT_IMAGE,
    affected_sop_instance_uid="1.2.3",
    has_data_set=True,
)
CT_BACK = {"roles": (RoleSelection(CT_IMAGE, scu=False, scp=True),)}


def cancel(message_id: int) -> Command:
    return Command(field=CommandField.C_CANCEL_RQ, message_id_being_responded_to=message_id)


def commands_until_final(peer, field):
    """All commands up to the final response of that kind; data sets are skipped."""
    found = []
    while True:
        kind, body = peer.read()
        assert kind == 4, "the association ended"
        if body[5] & 1:
            from isocenter.dimse.commands import decode

            found.append(decode(body[6 : 4 + int.from_bytes(body[:4], "big")]))
            if found[-1].field == field and found[-1].status not in (0xFF00, 0xFF01):
                return found


def test_the_service_sees_who_asks_and_what_was_agreed(start, raw):
    station = start()
    station.doorman.admission = Admitted(frozenset({"echo"}), note="a stranger")
    asked = (ExtendedNegotiation(VERIFICATION, b"\1"),)
    with raw(station) as peer:
        peer.associate(VERIFICATION, CT_IMAGE, implementation_version_name="RAW_1", extended=asked)
        peer.send(1, ECHO)
        assert peer.command().status == 0
    (request,) = station.table.served
    assert (request.caller.ae_title, request.caller.called_ae_title, request.caller.address) == ("RAW", "ISOCENTER", "127.0.0.1")
    assert request.caller.operations == {"echo"}
    assert request.caller.implementation_version_name == "RAW_1"
    assert request.caller.extended == asked
    station.wait_until(lambda: station.diary.ended)
    (summary,) = station.diary.ended
    assert summary is station.diary.opened[0]
    assert summary.note == "a stranger"
    assert [bool(syntax) for _, _, syntax in summary.contexts] == [True, False]
    assert summary.requests == {"echo": 1}
    assert summary.ended >= summary.opened


def test_what_was_not_agreed_cannot_be_used(start, raw):
    station = start()
    station.doorman.admission = Admitted(frozenset({"echo"}))
    with raw(station) as peer:
        peer.associate(VERIFICATION, CT_IMAGE)
        peer.send(3, STORE, b"data")
        assert peer.read()[0] == 7
    assert not station.table.kept


def test_a_cancel_reaches_a_running_search(start, raw):
    station = start(find_count=1_000_000)
    with raw(station) as peer:
        peer.associate(STUDY_ROOT_FIND)
        peer.send(1, FIND, b"q")
        peer.read()
        peer.send(1, cancel(7))
        assert commands_until_final(peer, CommandField.C_FIND_RSP)[-1].status == 0xFE00


def test_a_cancel_for_another_message_or_for_none_changes_nothing(start, raw):
    station = start(find_count=2000)
    with raw(station) as peer:
        peer.associate(STUDY_ROOT_FIND)
        peer.sock.sendall(b"".join(peer.message(1, cancel(number)) for number in range(500, 600)))
        peer.send(1, FIND, b"q")
        peer.send(1, cancel(6))
        assert commands_until_final(peer, CommandField.C_FIND_RSP)[-1].status == 0
        peer.send(1, cancel(7))
        peer.send(1, FIND, b"q")
        assert commands_until_final(peer, CommandField.C_FIND_RSP)[-1].status == 0


@pytest.mark.parametrize(("message_id", "status"), [(7, 0x0210), (8, 0x0213)])
def test_a_second_request_meanwhile_is_refused_and_the_first_goes_on(start, raw, message_id, status):
    station = start(find_count=3000)
    second = Command(field=CommandField.C_ECHO_RQ, message_id=message_id, affected_sop_class_uid=VERIFICATION)
    with raw(station) as peer:
        peer.associate(STUDY_ROOT_FIND, VERIFICATION)
        peer.sock.sendall(peer.message(1, FIND, b"q") + peer.message(3, second))
        answers = commands_until_final(peer, CommandField.C_FIND_RSP)
    refused = [answer for answer in answers if answer.field == CommandField.C_ECHO_RSP]
    assert [answer.status for answer in refused] == [status]
    assert len(answers) == 3002


def test_a_store_during_a_search_is_refused_after_its_data_set(start, raw):
    station = start(find_count=3000)
    with raw(station) as peer:
        peer.associate(STUDY_ROOT_FIND, CT_IMAGE)
        peer.sock.sendall(peer.message(1, FIND, b"q") + peer.message(3, STORE, bytes(5000)))
        answers = commands_until_final(peer, CommandField.C_FIND_RSP)
    assert [answer.status for answer in answers if answer.field == CommandField.C_STORE_RSP] == [0x0213]
    assert not station.table.kept


def test_a_response_to_nothing_is_passed_over(start, raw):
    station = start()
    with raw(station) as peer:
        peer.associate(VERIFICATION)
        peer.send(1, Command(field=CommandField.C_STORE_RSP, message_id_being_responded_to=9, status=0))
        peer.send(1, ECHO)
        assert peer.command().field == CommandField.C_ECHO_RSP


def test_a_requestor_that_leaves_a_search_ends_it(start, raw):
    closed = threading.Event()
    station = start(find_count=1_000_000_000)
    find = station.table._find

    def watched(request):
        try:
            yield from find(request)
        finally:
            closed.set()

    station.table._find = watched
    with raw(station) as peer:
        peer.associate(STUDY_ROOT_FIND)
        peer.send(1, FIND, b"q")
        peer.read()
    assert closed.wait(10)
    station.wait_until(lambda: station.diary.ended)
    assert station.diary.ended[0].outcome is not AssociationOutcome.RELEASED


def test_a_service_that_fails_costs_one_answer(start, raw, caplog):
    station = start()
    with raw(station) as peer:
        peer.associate(VERIFICATION)
        peer.send(1, Command(field=CommandField.N_CREATE_RQ, message_id=9, affected_sop_class_uid=VERIFICATION))
        assert peer.command().status == 0x0110
        peer.send(1, ECHO)
        assert peer.command().status == 0
    assert "an unexpected request" in caplog.text


def test_failures_are_counted_and_the_last_one_is_told(start, raw):
    station = start(store_statuses=chain([0, 0xA700, 0xB000, 0xC001], repeat(0)))
    with raw(station) as peer:
        peer.associate(CT_IMAGE)
        for _ in range(5):
            peer.send(1, STORE, b"data")
            peer.command()
    station.wait_until(lambda: station.diary.ended)
    (summary,) = station.diary.ended
    assert summary.requests == {"store": 5}
    assert summary.failures == {"store": 2}
    assert summary.instances == {CT_IMAGE: 3}
    assert "C001" in summary.last_failure
    assert "as told" in summary.last_failure


def test_what_a_retrieval_of_ours_brings_is_counted_as_fetched(start, raw):
    station = start()
    with raw(station) as peer:
        peer.associate(CT_IMAGE)
        for originator in ("", station.node().ae_title, "WORKSTATION"):
            peer.send(1, replace(STORE, move_originator_ae_title=originator, move_originator_message_id=7), b"data")
            peer.command()
    station.wait_until(lambda: station.diary.ended)
    (summary,) = station.diary.ended
    assert (summary.instances, summary.fetched) == ({CT_IMAGE: 3}, 1)


def test_a_retrieval_waits_for_each_answer_and_counts_what_it_says(start, raw, make_instance):
    instances = [make_instance(f"1.7.{number}") for number in range(3)]
    station = start(forward=lambda request: Forward(iter(instances), None))
    with raw(station) as peer:
        peer.associate(STUDY_ROOT_GET, CT_IMAGE, **CT_BACK)
        peer.send(1, GET, b"q")
        for status in (0, 0xA700, 0xB000):
            asked = peer.command()
            while asked.field != CommandField.C_STORE_RQ:
                asked = peer.command()
            assert peer.read()[0] == 4
            peer.send(
                3,
                Command(
                    field=CommandField.C_STORE_RSP,
                    message_id_being_responded_to=asked.message_id,
                    affected_sop_instance_uid=asked.affected_sop_instance_uid,
                    status=status,
                ),
            )
        assert commands_until_final(peer, CommandField.C_GET_RSP)[-1].status == 0xB000
    assert [outcome.status for outcome in station.table.outcomes] == [0, 0xA700, 0xB000]
    station.wait_until(lambda: station.diary.ended)
    assert station.diary.ended[0].sent == 2


def test_without_role_selection_nothing_can_come_back(start, raw, make_instance):
    station = start(forward=lambda request: Forward(iter([make_instance("1.7.1")]), None))
    with raw(station) as peer:
        peer.associate(STUDY_ROOT_GET, CT_IMAGE)
        peer.send(1, GET, b"q")
        assert commands_until_final(peer, CommandField.C_GET_RSP)[-1].status == 0xB000
    assert "does not take CT Image Storage" in station.table.outcomes[0].reason


def test_a_cancel_between_two_images_ends_a_retrieval_after_the_one_under_way(start, raw, make_instance):
    instances = [make_instance(f"1.7.{number}") for number in range(100)]
    station = start(forward=lambda request: Forward(iter(instances), None))
    with raw(station) as peer:
        peer.associate(STUDY_ROOT_GET, CT_IMAGE, **CT_BACK)
        peer.send(1, GET, b"q")
        asked = peer.command()
        assert peer.read()[0] == 4
        answer = Command(field=CommandField.C_STORE_RSP, message_id_being_responded_to=asked.message_id, status=0)
        peer.sock.sendall(peer.message(1, cancel(7)) + peer.message(3, answer))
        final = commands_until_final(peer, CommandField.C_GET_RSP)[-1]
    assert (final.status, final.completed, final.failed) == (0xFE00, 1, 0)


def test_a_requestor_that_leaves_a_retrieval_is_not_sent_to(start, raw, make_instance):
    instances = [make_instance(f"1.7.{number}") for number in range(100)]
    station = start(forward=lambda request: Forward(iter(instances), None))
    with raw(station) as peer:
        peer.associate(STUDY_ROOT_GET, CT_IMAGE, **CT_BACK)
        peer.send(1, GET, b"q")
        peer.command()
    station.wait_until(lambda: station.diary.ended)
    assert station.table.outcomes == []
    assert station.diary.ended[0].sent == 0


def test_a_burst_of_associations_is_counted_one_by_one(start, raw):
    station = start()
    for _ in range(20):
        with raw(station) as peer:
            peer.associate(VERIFICATION)
            peer.send(1, ECHO)
            assert peer.command().status == 0
            peer.sock.sendall(b"\5\0\0\0\0\4\0\0\0\0")
            assert peer.read()[0] == 6
    station.wait_until(lambda: len(station.diary.ended) == 20)
    assert {summary.outcome for summary in station.diary.ended} == {AssociationOutcome.RELEASED}
    assert len({summary.token for summary in station.diary.ended}) == 20
