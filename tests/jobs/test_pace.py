"""The rate of a transfer is that of the last seconds, and its sum that of all."""

from __future__ import annotations

import pytest

from isocenter.jobs.pace import Meter
from isocenter.model.jobs import Pace, Transfer


def test_before_anything_can_be_told_nothing_is():
    meter = Meter("get", 100.0)
    meter.carried(100.0, 1, 10)
    assert meter.pace(100.1) is None
    assert meter.transfer(100.0) == Transfer("get", 1, 10, 0.0)


def test_the_rate_is_that_of_the_last_seconds_and_not_of_the_first():
    meter = Meter("get", 0.0)
    for tenth in range(100):
        meter.carried(tenth / 10, 10, 1000)
    for tenth in range(100, 200):
        meter.carried(tenth / 10, 1, 100)
    pace = meter.pace(19.9)
    assert pace == Pace(pytest.approx(10, rel=0.1), pytest.approx(1000, rel=0.1))
    assert meter.transfer(20.0) == Transfer("get", 1100, 110_000, 20.0)


def test_a_standstill_shows():
    meter = Meter("move", 0.0)
    for second in range(5):
        meter.carried(float(second), 10, 0)
    assert meter.pace(4.0).instances_per_second > 2 * meter.pace(40.0).instances_per_second


def test_memory_does_not_grow_with_the_number_of_instances():
    meter = Meter("get", 0.0)
    for number in range(100_000):
        meter.carried(number / 1000, 1, 1)
    assert len(meter._samples) < 50
