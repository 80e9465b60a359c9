from __future__ import annotations

import errno
import socket
import sys

import pytest

from isocenter.base.errors import LinkLost, UsageError
from isocenter.net import sockets


@pytest.fixture
def listening():
    sock = sockets.listen("127.0.0.1", 0)
    yield sock
    sock.close()


@pytest.fixture
def pair(listening):
    near = sockets.connect("127.0.0.1", listening.getsockname()[1])
    listening.setblocking(True)
    far, _ = listening.accept()
    sockets.tune(far)
    yield near, far
    near.close()
    far.close()


def test_small_segments_never_wait_and_dead_peers_are_noticed(pair):
    for sock in pair:
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert not sock.getblocking()
    if sys.platform == "linux":
        assert pair[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60


def test_an_option_that_the_platform_lacks_is_left_out(monkeypatch, listening):
    for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_QUICKACK"):
        monkeypatch.delattr(socket, name, raising=False)
    with sockets.connect("127.0.0.1", listening.getsockname()[1]) as sock:
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        sockets.acknowledger(sock)()


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_QUICKACK is Linux's")
def test_what_was_held_back_is_acknowledged_before_a_wait(pair):
    near, far = pair
    far.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 0)
    sockets.acknowledger(far)()
    assert far.getsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK) == 1
    assert near.fileno() > 0


def test_a_pair_that_is_no_tcp_is_left_alone():
    one, two = socket.socketpair()
    with one, two:
        sockets.acknowledger(one)()


def test_readiness_tells_apart_reading_and_writing(pair):
    near, far = pair
    ready = sockets.Readiness(far)
    assert not ready.readable(0)
    assert ready.writable(0)
    near.send(b"x")
    assert ready.readable(5)


def test_buffers_are_joined_where_there_is_no_sendmsg(pair):
    near, far = pair
    joined = sockets.JoinedSends(near)
    assert joined.sendmsg([b"ab", memoryview(b"cd"), bytearray(b"e")]) == 5
    assert sockets.Readiness(far).readable(5)
    assert far.recv(10) == b"abcde"


def test_an_empty_address_listens_on_ipv4_and_where_it_can_on_ipv6():
    with sockets.listen("", 0) as sock:
        port = sock.getsockname()[1]
        sockets.connect("127.0.0.1", port).close()
        if sock.family == socket.AF_INET6:
            sockets.connect("::1", port).close()


def test_without_ipv6_there_is_ipv4(monkeypatch):
    monkeypatch.setattr(socket, "has_dualstack_ipv6", lambda: False)
    with sockets.listen("", 0) as sock:
        assert sock.family == socket.AF_INET


def test_a_taken_port_is_told_as_the_system_tells_it(listening):
    with pytest.raises(OSError, match=r".") as caught:
        sockets.listen("127.0.0.1", listening.getsockname()[1])
    assert caught.value.errno == errno.EADDRINUSE


@pytest.mark.parametrize("address", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_computer_cannot_be_listened_on(address):
    with pytest.raises(UsageError, match=f"cannot listen on {address}"):
        sockets.listen(address, 0)


def test_a_refused_connection_names_host_port_and_cause():
    with sockets.listen("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
    with pytest.raises(LinkLost, match=f"127.0.0.1:{port}: connection refused"):
        sockets.connect("127.0.0.1", port)


def test_an_unknown_host_is_named():
    with pytest.raises(LinkLost, match=r"no-such-host.invalid:104: the host name is not known"):
        sockets.connect("no-such-host.invalid", 104)


@pytest.mark.parametrize(("host", "port"), [("x" * 300, 104), ("127.0.0.1", 70000), ("a..b", 104)])
def test_what_is_no_host_and_port_is_said_to_be_none(host, port):
    with pytest.raises(LinkLost, match="no connection to"):
        sockets.connect(host, port)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EHOSTUNREACH, "x"), "host unreachable"),
        (OSError(errno.ENETUNREACH, "x"), "network unreachable"),
        (TimeoutError("timed out"), "timed out after 5 s"),
        (OSError(errno.ETIMEDOUT, "x"), "timed out"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "the connection was reset"),
        (BrokenPipeError(errno.EPIPE, "x"), "the peer had closed"),
        (OSError(errno.EXDEV, "Invalid cross-device link"), "Invalid cross-device link"),
    ],
)
def test_what_the_system_says_becomes_a_sentence(error, words):
    assert words in sockets.explain(error, 5.0)


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        (("::ffff:10.0.0.7", 1, 0, 0), "10.0.0.7"),
        (("10.0.0.7", 1), "10.0.0.7"),
        (("fe80::1%eth0", 1, 0, 2), "fe80::1"),
        (("2001:DB8::1", 1, 0, 0), "2001:db8::1"),
        ("", ""),
    ],
)
def test_addresses_are_written_as_people_write_them(peer, address):
    assert sockets.numeric(peer) == address


def test_ports_of_ipv6_addresses_can_be_told_from_them():
    assert sockets.place("::1", 104) == "[::1]:104"
    assert sockets.place("pacs", 104) == "pacs:104"


def test_a_connection_can_be_made_to_end_with_a_reset():
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as caller:
        accepted, _ = listener.accept()
        sockets.reset_on_close(accepted)
        accepted.close()
        with pytest.raises(ConnectionResetError):
            caller.recv(1)
