"""Who knocked without asking for an association."""

from __future__ import annotations

from isocenter.base.clock import FixedClock
from isocenter.base.limits import STRANGERS_REMEMBERED_MAX
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
