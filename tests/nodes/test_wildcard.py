import pytest

from isocenter.model.records import Node
from isocenter.nodes.wildcard import expanded, fits, host_pattern, is_one_device, is_pattern, port_pattern


@pytest.mark.parametrize(
    ("title", "host", "port", "called", "leads_to"),
    [
        ("V*", "*", 1234, "V192.168.1.101", ("192.168.1.101", 1234)),
        ("V*", "*", 1234, "v192.168.1.101", ("192.168.1.101", 1234)),
        ("NG*", "101.11.11.*:56*", 0, "NG12", ("101.11.11.12", 5612)),
        ("CT*", "10.0.0.7:56*", 0, "CT12", ("10.0.0.7", 5612)),
        ("CT*", "10.0.0.7", 104, "CT", ("10.0.0.7", 104)),
        ("*", "gateway", 104, "ANYBODY", ("gateway", 104)),
    ],
)
def test_what_the_star_stands_for_is_put_into_host_and_port(title, host, port, called, leads_to):
    made = expanded(Node("n", title, host, port), called)
    assert made is not None
    assert (made.ae_title, made.host, made.port) == (called, *leads_to)


@pytest.mark.parametrize(
    ("title", "host", "port", "called"),
    [
        ("V*", "*", 1234, "W1"),
        ("V*", "*", 1234, "V"),
        ("V*", "*", 1234, "V*"),
        ("V*", "*", 1234, "V1 2"),
        ("CT*", "h:56*", 0, "CTx"),
        ("CT*", "h:56*", 0, "CT99999"),
        ("CT*", "h:6*", 0, "CT9999"),
        ("CT*", "h:*", 0, "CT0"),
        ("CT*", "h:*", 0, "CT²"),
        ("CT1", "h", 104, "CT1"),
    ],
)
def test_a_title_that_leads_nowhere_makes_no_node(title, host, port, called):
    assert expanded(Node("n", title, host, port), called) is None


def test_only_a_star_at_the_end_is_a_pattern():
    assert is_pattern(Node("n", "V*", "h"))
    assert not is_pattern(Node("n", "V*1", "h"))
    assert not fits(Node("n", "V1", "h"), "V1")


def test_an_address_of_version_six_is_no_port_pattern():
    node = Node("n", "V*", "fd00::*", 104)
    assert (host_pattern(node), port_pattern(node)) == ("fd00::*", "")


@pytest.mark.parametrize(
    ("title", "host", "one"),
    [("CT", "10.0.0.7", True), ("CT*", "10.0.0.7", False), ("CT", "10.0.0.0/8", False), ("CT", "*", False)],
)
def test_only_an_entry_with_one_address_can_be_called(title, host, one):
    assert is_one_device(Node("n", title, host)) is one
