"""Names, routes and connections as the doctor asks for them."""

from __future__ import annotations

import socket
from time import monotonic

import pytest
from tests.doctor.doors import closing, door, greeting_with, saying, silent

from isocenter.base.clock import SystemClock
from isocenter.base.limits import CHECKUP_RAW_BYTES_MAX
from isocenter.doctor.network import Ending, Unreached, as_the_system_reads, connect, look_up, own_address_towards

CLOCK = SystemClock()


def line_to(port, is_stopped=lambda: False):
    return connect("127.0.0.1", port, 1, CLOCK, is_stopped)


def soon():
    return monotonic() + 0.2


def test_an_address_in_figures_stands_for_itself():
    assert look_up("127.0.0.1", 104).addresses == ("127.0.0.1",)


def test_a_name_that_nobody_has_is_told_from_a_name_server_that_is_silent():
    found = look_up("no-such-device.invalid", 104)
    assert not found.addresses
    assert found.error is not None


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "bad\x00name", "."])
def test_what_cannot_be_a_name_has_no_address(host):
    assert not look_up(host, 104).addresses


@pytest.mark.parametrize(
    ("written", "read_as"), [("010.0.0.1", "8.0.0.1"), ("10.1.1", "10.1.0.1"), ("127.1", "127.0.0.1"), ("pacs", ""), ("", "")]
)
def test_an_odd_address_is_read_as_the_system_reads_it(written, read_as):
    assert as_the_system_reads(written) == read_as


def test_our_own_address_is_the_one_that_the_route_leaves_by():
    assert own_address_towards("127.0.0.1") == ("127.0.0.1", None)


def test_a_closed_port_refuses_with_its_number_and_time():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(Unreached) as caught:
        line_to(port)
    assert caught.value.name == "ECONNREFUSED"
    assert 0 <= caught.value.seconds < 1


def test_a_line_reads_no_more_than_it_is_asked_for_and_keeps_the_rest():
    with door(greeting_with(b"SSH-2.0-x\r\n")) as port, line_to(port) as line:
        assert line.exactly(3, soon()) == b"SSH"
        assert line.exactly(8, soon()) == b"-2.0-x\r\n"


def test_silence_is_no_ending():
    with door(silent) as port, line_to(port) as line:
        assert line.read(10, monotonic() + 0.05) == b""
        assert line.ending is None


def test_a_close_is_told_after_what_was_said_before_it():
    with door(saying(b"bye")) as port, line_to(port) as line:
        line.send(b"hello")
        assert line.exactly(3, soon()) == b"bye"
    with door(closing) as port, line_to(port) as line:
        line.send(b"hello")
        assert line.exactly(10, soon()) == b""
        assert line.ending is Ending.CLOSED


def test_whoever_stops_does_not_wait():
    stopped = []
    with door(silent) as port, line_to(port, lambda: bool(stopped)) as line:
        stopped.append(True)
        assert line.read(10, monotonic() + 60) == b""
        assert line.ending is Ending.STOPPED


def test_of_what_passed_only_the_beginning_is_kept_with_its_whole_length():
    with door(silent) as port, line_to(port) as line:
        line.note("sent", "much", bytes(CHECKUP_RAW_BYTES_MAX + 1))
        assert [(len(one.raw), one.byte_count) for one in line.exchanges] == [(CHECKUP_RAW_BYTES_MAX, CHECKUP_RAW_BYTES_MAX + 1)]
