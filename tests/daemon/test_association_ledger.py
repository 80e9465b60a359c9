"""Who is here and who was: counted while it goes on, remembered when it is over, and a flood at the door hides nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from isocenter.base.clock import FixedClock
from isocenter.base.limits import ASSOCIATIONS_REMEMBERED, CALLERS_REMEMBERED
from isocenter.daemon.association_ledger import AssociationLedger
from isocenter.model.records import AssociationOutcome, AssociationSummary
from isocenter.wire.pdu import AssociateRequest, UserInformation

START = datetime(2026, 1, 1, tzinfo=UTC)
STRANGER = AssociateRequest("ISOCENTER", "WHO", (), UserInformation(implementation_version_name="THEM_1"))


@pytest.fixture
def ledger():
    return AssociationLedger(FixedClock(START))


def one(token: str) -> AssociationSummary:
    return AssociationSummary(token, "CT2", "ISOCENTER", "10.0.0.7", START)


def test_an_association_is_open_until_it_ends_and_past_from_then_on(ledger):
    first, second = one("1"), one("2")
    ledger.opened(first)
    ledger.opened(second)
    assert list(ledger.open_associations()) == [first, second]
    ledger.ended(first)
    assert list(ledger.open_associations()) == [second]
    assert [past.summary for past in ledger.past_associations()] == [first]


def test_every_change_moves_the_version(ledger):
    versions = [ledger.version]
    summary = one("1")
    for step in (
        lambda: ledger.opened(summary), ledger.served, lambda: ledger.ended(summary),
        lambda: ledger.turned_away(STRANGER, "10.0.0.9", "nobody knows it"), lambda: ledger.left("10.0.0.9", "it said nothing"),
    ):  # fmt: skip
        step()
        versions.append(ledger.version)
    assert versions == sorted(set(versions))


def test_who_was_turned_away_is_told_with_the_reason(ledger):
    ledger.turned_away(STRANGER, "10.0.0.9", "nobody knows it")
    ledger.left("10.0.0.10", "it sent HTTP")
    away, silent = (past.summary for past in ledger.past_associations())
    assert (away.outcome, away.calling_ae_title, away.reason) == (AssociationOutcome.REJECTED, "WHO", "nobody knows it")
    assert (away.opened, away.ended, away.implementation_version_name) == (START, START, "THEM_1")
    assert (silent.outcome, silent.address, silent.reason) == (AssociationOutcome.NONE, "10.0.0.10", "it sent HTTP")


def test_a_reader_gets_what_came_after_the_last_it_saw_in_order(ledger):
    ledger.ended(one("1"))
    ledger.turned_away(STRANGER, "10.0.0.9", "nobody knows it")
    ledger.ended(one("3"))
    serials = [past.serial for past in ledger.past_associations()]
    assert serials == sorted(serials)
    assert [past.summary.token for past in ledger.past_associations(serials[1])] == ["3"]
    assert ledger.past_associations(serials[-1]) == []


def test_serials_go_on_after_a_restart(ledger):
    ledger.ended(one("1"))
    later = AssociationLedger(FixedClock(START + timedelta(seconds=1)))
    later.ended(one("2"))
    assert later.past_associations()[0].serial > ledger.past_associations()[-1].serial
    assert later.past_associations(ledger.past_associations()[-1].serial) == later.past_associations()


def test_only_the_latest_are_remembered_and_a_flood_at_the_door_pushes_nobody_out(ledger):
    for number in range(ASSOCIATIONS_REMEMBERED + 5):
        ledger.ended(one(str(number)))
    for _ in range(CALLERS_REMEMBERED + 5):
        ledger.left("10.0.0.9", "it said nothing")
    past = ledger.past_associations()
    assert len(past) == ASSOCIATIONS_REMEMBERED + CALLERS_REMEMBERED
    assert past[0].summary.token == "5"
