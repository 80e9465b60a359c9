import socket

import pytest

from isocenter.base.clock import FixedClock
from isocenter.base.limits import RESOLVED_SECONDS
from isocenter.net.names import RememberedNames


@pytest.fixture
def asked(monkeypatch):
    names = []

    def answer(host, *_arguments, **_options):
        names.append(host)
        if host == "nobody.invalid":
            raise socket.gaierror("no such name")
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 0)),
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fd00::7", 0, 0, 0)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return names


def test_a_name_is_asked_once_and_again_when_it_is_old(asked):
    clock = FixedClock()
    resolve = RememberedNames(clock)
    assert resolve("ct.example") == resolve("ct.example") == {"10.0.0.7", "fd00::7"}
    assert asked == ["ct.example"]
    clock.advance(RESOLVED_SECONDS + 1)
    resolve("ct.example")
    assert asked == ["ct.example"] * 2


def test_a_name_that_nobody_knows_has_no_address_and_is_not_asked_at_every_call(asked):
    resolve = RememberedNames(FixedClock())
    assert resolve("nobody.invalid") == resolve("nobody.invalid") == frozenset()
    assert len(asked) == 1
