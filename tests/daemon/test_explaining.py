"""The address by which this computer is told to others."""

from __future__ import annotations

import pytest

from isocenter.daemon.explaining import own_address


@pytest.mark.parametrize(
    ("addresses", "told"),
    [
        (("127.0.0.1", "10.0.0.5"), "10.0.0.5"),
        (("fe80::1", "2001:db8::5", "192.168.1.5"), "192.168.1.5"),
        (("2001:db8::5",), "2001:db8::5"),
        (("127.0.0.1", "::1", "169.254.3.4"), ""),
        ((), ""),
    ],
)
def test_an_address_that_others_can_reach_is_told(addresses, told):
    assert own_address(addresses) == told
