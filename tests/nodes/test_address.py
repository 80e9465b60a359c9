import pytest

from isocenter.nodes.address import covers, is_this_computer, network, parsed

NAMES = {"ct.example.org": frozenset({"10.0.0.7", "fd00::7"})}


def resolve(name):
    return NAMES.get(name, frozenset())


@pytest.mark.parametrize(
    ("host", "address", "covered"),
    [
        ("10.0.0.7", "10.0.0.7", True),
        ("10.0.0.7", "::ffff:10.0.0.7", True),
        ("10.0.0.7", "10.0.0.70", False),
        ("10.1.0.0/16", "10.1.255.255", True),
        ("10.1.0.0/16", "10.2.0.0", False),
        ("10.1.0.0/16", "fd00::1", False),
        ("fd00::/8", "fd00::1", True),
        ("fe80::1", "fe80::1%eth0", True),
        ("ct.example.org", "10.0.0.7", True),
        ("ct.example.org", "fd00::7", True),
        ("ct.example.org", "10.0.0.8", False),
        ("nobody.example.org", "10.0.0.8", False),
        ("127.0.0.1", "::1", True),
        ("localhost", "127.0.0.5", True),
        ("localhost", "10.0.0.7", False),
    ],
)
def test_a_host_covers_its_addresses_and_no_others(host, address, covered):
    assert covers(host, parsed(address), resolve) is covered


def test_an_address_is_never_asked_for_its_name():
    def refuse(name):
        raise AssertionError(f"{name} was resolved")

    for host in ("10.0.0.7", "10.0.0.0/8", "localhost", "127.0.0.1", "fd00::7"):
        covers(host, parsed("10.0.0.9"), refuse)


@pytest.mark.parametrize("text", ["", "ct", "10.0.0", "010.0.0.1", "10.0.0.7:104", "1.2.3.4/8", "999.1.1.1"])
def test_what_is_no_address_is_none(text):
    assert parsed(text) is None


@pytest.mark.parametrize("text", ["10.1.2.3/16", "10.0.0.0/33", "x/8", "10.0.0.7", "10.0.0.0/", "/8"])
def test_what_is_no_range_is_none(text):
    assert network(text) is None


def test_this_computer_has_several_names():
    assert all(is_this_computer(host) for host in ("127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LOCALHOST."))
    assert not any(is_this_computer(host) for host in ("10.0.0.7", "ct", "", "localhost.example.org"))
