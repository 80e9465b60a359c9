from datetime import UTC, timedelta

from isocenter.base.clock import FixedClock, SystemClock


def test_the_fixed_clock_moves_only_when_told():
    clock = FixedClock()
    before, moment = clock.monotonic(), clock.now()
    assert clock.monotonic() == before
    clock.advance(2.5)
    assert clock.monotonic() - before == 2.5
    assert clock.now() - moment == timedelta(seconds=2.5)


def test_the_system_clock_tells_time_in_utc_and_never_goes_back():
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()
