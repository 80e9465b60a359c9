"""Whether our port is open from outside: what a node says proves as much as it proves, and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from isocenter.base.clock import FixedClock
from isocenter.base.errors import LinkLost, LocalError, UsageError
from isocenter.jobs.other_lists import Listed, OtherList
from isocenter.jobs.reachability import Here, ask, latest
from isocenter.model.records import AssociationSummary, Node, PastAssociation

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE = Here("ISOCENTER", 11112, {"10.0.0.5"})
NODE = Node("Teaching archive", "ORTHANC", "10.0.0.12", 4242)
ENTRY = Listed("us", "ISOCENTER", "10.0.0.5", 11112)


class Ledger:
    """Associations that were opened here."""

    version = 0

    def __init__(self, *past: AssociationSummary) -> None:
        self.past = list(past)

    def open_associations(self):
        return []

    def past_associations(self, after=0):
        return [PastAssociation(at, one) for at, one in enumerate(self.past)]


def call(address="10.0.0.12", moment=NOW, **more) -> AssociationSummary:
    return AssociationSummary("t", "ORTHANC", "ISOCENTER", address, moment, **more)


def asked(node=NODE, entries=(ENTRY,), reached=True, came=(), error=None):
    ledger = Ledger()

    def listed(_node):
        if error is not None:
            raise error
        return OtherList(NOW, "ORTHANC", 4242, tuple(entries))

    def echo(_node, name):
        ledger.past += came
        return replace(next(one for one in entries if one.name == name), reached=reached)

    return ask(node, HERE, listed, echo, ledger, FixedClock(NOW))


def test_a_node_that_was_answered_proves_that_the_port_is_open():
    answer = asked(came=[call()])
    assert answer.is_open is True
    assert answer.sentence == "Teaching archive called 10.0.0.5 port 11112 and was answered: the port is open from there."


def test_a_node_that_was_not_answered_while_nothing_came_proves_that_it_is_closed():
    answer = asked(reached=False)
    assert answer.is_open is False
    assert "nothing arrived here" in answer.sentence


def test_a_call_that_came_and_failed_proves_the_port_and_blames_the_titles():
    answer = asked(reached=False, came=[call(reason="it called ISOCENTRE")])
    assert answer.is_open is True
    assert "it called ISOCENTRE." in answer.sentence
    assert "titles" in answer.next_step


def test_a_call_of_somebody_else_at_the_same_time_proves_nothing():
    foreign = replace(call("10.0.0.31"), calling_ae_title="SCANNER7", node="CT room 7")
    assert asked(reached=False, came=[foreign]).is_open is False
    wrong = replace(ENTRY, port=104)
    assert asked(entries=[wrong], came=[foreign]).is_open is None


@pytest.mark.parametrize(
    "came",
    [
        replace(call("10.0.0.31"), calling_ae_title="OTHER", node="Teaching archive"),
        replace(call("10.0.0.12"), calling_ae_title="OTHER"),
        call("10.0.0.31"),
    ],
)
def test_a_node_is_known_again_by_its_name_its_address_or_its_title(came):
    assert asked(reached=False, came=[came]).is_open is True


def test_an_entry_that_leads_elsewhere_proves_nothing():
    wrong = replace(ENTRY, port=104)
    assert asked(entries=[wrong]).is_open is None
    assert "not by this device" in asked(entries=[wrong]).sentence
    assert "is not this device" in asked(entries=[wrong], reached=False).sentence
    assert asked(entries=[wrong], came=[call()]).is_open is True


def test_the_right_one_of_two_entries_is_called():
    assert asked(entries=[replace(ENTRY, name="old", port=104), ENTRY], came=[call()]).is_open is True


def test_a_host_name_may_lead_here():
    assert asked(entries=[replace(ENTRY, host="archive.example")]).is_open is True


def test_a_node_that_does_not_know_us_cannot_call():
    answer = asked(entries=[replace(ENTRY, ae_title="ISOCENTRE")])
    assert answer.is_open is None
    assert "no entry for ISOCENTER" in answer.sentence


@pytest.mark.parametrize("error", [LinkLost("nobody there"), LocalError("it wants a login"), UsageError("it is no Orthanc")])
def test_a_node_that_cannot_be_asked_leads_to_the_doctor(error):
    answer = asked(error=error)
    assert answer.is_open is None
    assert str(error) in answer.sentence
    assert "doctor" in answer.next_step


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "10.0.0.5"])
def test_this_computer_proves_nothing(host):
    answer = asked(node=replace(NODE, host=host))
    assert answer.is_open is None
    assert "proves nothing" in answer.sentence


def test_who_reached_us_from_outside_is_told_once_the_latest_first():
    ledger = Ledger(
        call("10.0.0.12", NOW),
        call("127.0.0.1", NOW),
        call("10.0.0.12", NOW + timedelta(hours=1), node="Teaching archive"),
        call("10.0.0.21", NOW + timedelta(minutes=1), outgoing=True),
        call("10.0.0.31", NOW + timedelta(minutes=2)),
    )
    assert [(one.who, one.address) for one in latest(ledger, 5)] == [("ORTHANC", "10.0.0.31"), ("Teaching archive", "10.0.0.12")]
    assert len(latest(ledger, 1)) == 1
