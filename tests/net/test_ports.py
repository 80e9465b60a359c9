import os
import socket

import pytest

from isocenter.base.errors import UsageError
from isocenter.net import ports


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_with_a_listener_is_not_free(taken):
    assert not ports.is_free(taken, "127.0.0.1")


def test_the_next_free_port_skips_the_taken_ones(taken):
    free = ports.next_free(taken, "127.0.0.1", taken=frozenset({taken + 1}))
    assert free > taken + 1
    assert ports.is_free(free, "127.0.0.1")


def test_the_holder_of_a_port_is_named_with_its_process(taken):
    assert f"(process {os.getpid()})" in ports.holder(taken)


def test_nobody_holds_a_free_port(taken):
    assert ports.holder(ports.next_free(taken, "127.0.0.1")) == ""


def test_an_impossible_port_is_not_free():
    assert not ports.is_free(70000)


def test_an_address_of_another_computer_is_no_place_to_listen():
    with pytest.raises(UsageError, match=r"192\.0\.2\.99: it is not an address of this computer"):
        ports.is_free(11112, "192.0.2.99")


def test_own_addresses_leave_out_the_loopback():
    assert not any(address.startswith(("127.", "::1", "fe80")) for address in ports.own_addresses())


def test_each_own_address_lies_in_the_network_of_its_interface():
    from ipaddress import ip_address, ip_network

    for own in ports.own_interfaces():
        assert own.interface
        assert not own.network or ip_address(own.address) in ip_network(own.network)


@pytest.mark.parametrize(
    ("version", "address", "mask", "network"),
    [
        (4, "10.0.0.5", "255.255.255.0", "10.0.0.0/24"),
        (6, "fd00::5", "ffff:ffff:ffff:ffff::", "fd00::/64"),
        (6, "fd00::5", "64", "fd00::/64"),
        (4, "10.0.0.5", None, ""),
        (4, "10.0.0.5", "255.0.255.0", ""),
    ],
)
def test_a_mask_becomes_a_network_where_it_is_one(version, address, mask, network):
    assert ports._network(version, address, mask) == network
