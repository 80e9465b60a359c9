"""The layer of the route."""

from __future__ import annotations

import errno
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doctor.doors import visit_at

from isocenter.doctor import route_step
from isocenter.doctor.route_step import Way, look_at_route, way_to
from isocenter.model.checkup import Outcome

TABLE = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
vpn0\t0000000A\t00000000\t0001\t0\t0\t50\t00FFFFFF\t0\t0\t0
"""


@pytest.mark.parametrize(("address", "way"), [("10.0.0.7", Way("vpn0", "")), ("192.0.2.1", Way("eth0", "10.0.0.1"))])
def test_the_narrowest_route_wins_and_then_the_cheapest(address, way):
    assert way_to(IPv4Address(address), TABLE) == way


@given(st.text(max_size=200))
def test_a_table_that_is_none_has_no_way(text):
    assert way_to(IPv4Address("10.0.0.7"), f"heading\n{text}") is None


def test_this_computer_is_reached_without_a_wire():
    visit = visit_at(104)
    step = look_at_route(visit)
    assert (step.outcome, step.words) == (Outcome.PASSED, "it is this computer itself")
    assert visit.own_address == "127.0.0.1"


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENETUNREACH, "route-none"), (errno.EINVAL, "route-none"), (errno.EACCES, "route-forbidden"), (12345, "route-none")],
)
def test_a_table_of_routes_that_says_no_is_quoted(monkeypatch, number, code):
    monkeypatch.setattr(route_step, "own_address_towards", lambda address: ("", number))
    step = look_at_route(visit_at(104))
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, code)


def test_an_address_that_can_be_reached_comes_before_one_that_cannot(monkeypatch):
    ways = {"fd00::1": ("", errno.ENETUNREACH), "10.0.0.7": ("10.0.0.5", None)}
    monkeypatch.setattr(route_step, "own_address_towards", lambda address: ways[address])
    visit = visit_at(104)
    visit.addresses = ("fd00::1", "10.0.0.7")
    step = look_at_route(visit)
    assert step.outcome is Outcome.PASSED
    assert visit.addresses == ("10.0.0.7", "fd00::1")
    assert visit.own_address == "10.0.0.5"


def test_an_address_that_nobody_assigned_is_a_remark_and_a_doubt(monkeypatch):
    monkeypatch.setattr(route_step, "own_address_towards", lambda address: ("169.254.3.4", None))
    visit = visit_at(104)
    visit.addresses = ("10.0.0.7",)
    step = look_at_route(visit)
    assert step.outcome is Outcome.WARNED
    assert "169.254.3.4" in visit.remarks[0]
    assert visit.doubts[0].code == "own-address-provisional"
