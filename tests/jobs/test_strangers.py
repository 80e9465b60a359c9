"""Who knocked without asking for an association."""

from __future__ import annotations

from isocenter.base.clock import FixedClock
from isocenter.base.limits import STRANGERS_REMEMBERED_MAX, TOLERATED_CALLERS_MAX
from isocenter.jobs.strangers import Strangers
from isocenter.model.records import AssociationSummary


def test_the_same_knock_is_counted_and_the_latest_comes_first():
    clock = FixedClock()
    seen = Strangers(clock)
    seen.left("10.0.0.1", "spoke HTTP")
    clock.advance(60)
    seen.left("10.0.0.2", "said nothing")
    clock.advance(60)
    seen.left("10.0.0.1", "spoke HTTP")
    first, second = seen.all()
    assert (first.address, first.count, (first.last - first.first).total_seconds()) == ("10.0.0.1", 2, 120.0)
    assert (second.address, second.count) == ("10.0.0.2", 1)


def test_a_scan_of_all_ports_does_not_fill_the_memory():
    seen = Strangers(FixedClock())
    for number in range(STRANGERS_REMEMBERED_MAX + 20):
        seen.left(f"10.0.0.{number}", "said nothing")
    assert len(seen.all()) == STRANGERS_REMEMBERED_MAX
    assert seen.all()[0].address == f"10.0.0.{STRANGERS_REMEMBERED_MAX + 19}"


def test_only_a_call_from_another_computer_proves_that_we_are_reached():
    clock = FixedClock()
    seen = Strangers(clock)
    seen.called(AssociationSummary("1", "LOCAL", "ISOCENTER", "127.0.0.1", clock.now()))
    assert seen.latest_call is None
    seen.called(AssociationSummary("2", "CT", "ISOCENTER", "10.0.0.7", clock.now()))
    assert seen.latest_call.calling_ae_title == "CT"


def visit(address: str, calling: str = "CT1", called: str = "ISOCENTER", node: str = "", note: str = "") -> AssociationSummary:
    return AssociationSummary("1", calling, called, address, FixedClock().now(), node=node, note=note)


def test_who_came_in_is_remembered_by_titles_and_address_the_latest_first():
    seen = Strangers(FixedClock())
    for title in ("ISOCENTER", "ISOCENTRE", "ISOCENTER"):
        seen.called(visit("10.0.0.7", called=title, node="CT"))
    first, second = seen.visitors()
    assert (first.called_ae_title, first.count, first.node) == ("ISOCENTER", 2, "CT")
    assert (second.called_ae_title, second.count) == ("ISOCENTRE", 1)
    for number in range(TOLERATED_CALLERS_MAX + 9):
        seen.called(visit(f"10.1.0.{number}"))
    assert len(seen.visitors()) == TOLERATED_CALLERS_MAX


def test_whoever_is_no_node_or_was_turned_away_is_told_to_who_listens():
    seen, told = Strangers(FixedClock()), []
    seen.tell(lambda title, address: told.append((title, address)))
    seen.called(visit("10.0.0.7", node="CT"))
    seen.called(visit("10.0.0.8"))
    seen.knocked("MR", "10.0.0.9")
    assert told == [("CT1", "10.0.0.8"), ("MR", "10.0.0.9")]
