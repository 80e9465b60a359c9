"""Which of this computer's addresses another device is told."""

from __future__ import annotations

import pytest

from isocenter.base.config import Settings
from isocenter.daemon import paperwork
from isocenter.daemon.paperwork import nearest, this_device
from isocenter.net import ports
from isocenter.net.ports import OwnAddress

TWO = [OwnAddress("10.0.0.5", "eno1", "10.0.0.0/24"), OwnAddress("192.168.7.5", "eno2", "192.168.7.0/24")]


@pytest.fixture(autouse=True)
def addresses(monkeypatch):
    monkeypatch.setattr(ports, "own_interfaces", lambda: [*TWO, OwnAddress("fd00::5", "eno1", "fd00::/64")])


@pytest.mark.parametrize(
    ("towards", "address"),
    [
        ("192.168.7.60", "192.168.7.5"),
        ("10.0.0.21", "10.0.0.5"),
        ("172.16.0.1", "10.0.0.5"),
        ("fd00::21", "fd00::5"),
        ("[fd01::21]", "fd00::5"),
        ("pacs.region.example", "10.0.0.5"),
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "127.0.0.1"),
    ],
)
def test_the_address_in_the_other_device_s_own_network_is_told(towards, address):
    assert nearest(Settings(), towards) == address


def test_a_device_that_listens_on_one_address_tells_that_one():
    assert nearest(Settings(listen="10.9.9.9"), "192.168.7.60") == "10.9.9.9"


def test_a_computer_without_a_network_tells_its_loopback(monkeypatch):
    monkeypatch.setattr(ports, "own_interfaces", list)
    assert nearest(Settings(), "10.0.0.21") == paperwork.LOOPBACK


def test_the_title_that_a_node_is_called_under_is_the_one_it_is_told():
    end = this_device(Settings(), "10.0.0.21", called="ISOCENTRE")
    assert (end.ae_title, end.host, end.port) == ("ISOCENTRE", "10.0.0.5", 11112)
    assert "11112" in end.opens_port
    assert this_device(Settings(), "127.0.0.1").opens_port == ""
