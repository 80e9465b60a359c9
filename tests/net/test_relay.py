from __future__ import annotations

import socket
import struct
import threading

import pytest
from tests.waiting import wait_for

from isocenter.base.clock import FixedClock
from isocenter.base.errors import UsageError
from isocenter.base.limits import MIB
from isocenter.model.recording import Ending, Origin
from isocenter.net import relay as relays
from isocenter.net.recorder import Recorder
from isocenter.net.relay import Relay
from isocenter.wire import pdu_codec
from isocenter.wire.pdu import Abort

PATIENCE = 10


@pytest.fixture
def recorder():
    return Recorder(FixedClock(), 8 * MIB)


@pytest.fixture
def far():
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(PATIENCE)
        yield door


@pytest.fixture
def relay(recorder, far):
    made = Relay(recorder, "127.0.0.1", far.getsockname()[1], listen_port=0, address="127.0.0.1")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def joined(relay, far):
    caller = socket.create_connection(("127.0.0.1", relay.listen_port), timeout=PATIENCE)
    called, _ = far.accept()
    called.settimeout(PATIENCE)
    with caller, called:
        yield caller, called


def read(sock, count):
    taken = bytearray()
    while len(taken) < count and (piece := sock.recv(65536)):
        taken += piece
    return bytes(taken)


def over(recorder):
    """The recording, once it is over."""
    (tap,) = recorder.all()
    wait_for(lambda: tap.recording.ended is not None, PATIENCE)
    return tap.recording


def test_all_bytes_arrive_in_order_however_slowly_they_are_read(joined, recorder):
    caller, called = joined
    data = bytes(range(256)) * 20_000
    sender = threading.Thread(target=caller.sendall, args=(data,))
    sender.start()
    assert read(called, len(data)) == data
    sender.join()
    called.sendall(data[:70_000])
    assert read(caller, 70_000) == data[:70_000]
    recording = recorder.all()[0].recording
    assert (recording.bytes_forth, recording.bytes_back) == (len(data), 70_000)
    assert recording.origin is Origin.PROXY


def test_what_passed_is_recorded_in_its_direction(joined, recorder):
    caller, called = joined
    abort = pdu_codec.encode(Abort(2, 1))
    called.sendall(abort)
    assert read(caller, len(abort)) == abort
    (segment,) = recorder.all()[0].segments()
    assert (segment.forth, segment.kept) == (False, abort)


def test_an_end_that_is_half_closed_is_so_on_the_other_side_and_the_rest_still_comes(joined, recorder):
    caller, called = joined
    caller.sendall(b"last words")
    caller.shutdown(socket.SHUT_WR)
    assert read(called, 100) == b"last words"
    called.sendall(b"an answer")
    called.shutdown(socket.SHUT_WR)
    assert read(caller, 100) == b"an answer"
    assert over(recorder).ending is Ending.CALLER


def test_a_reset_is_passed_on(joined, recorder):
    caller, called = joined
    caller.sendall(b"x")
    assert called.recv(1) == b"x"
    called.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    called.close()
    with pytest.raises(ConnectionResetError):
        caller.recv(1)
    assert over(recorder).ending is Ending.RESET


def test_a_device_that_is_not_there_is_told_by_the_recording(recorder):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    relay = Relay(recorder, "127.0.0.1", port, listen_port=0, address="127.0.0.1")
    relay.start()
    try:
        # The reset may come while the connection is still being made.
        with (
            pytest.raises(ConnectionResetError),
            socket.create_connection(("127.0.0.1", relay.listen_port), timeout=PATIENCE) as caller,
        ):
            caller.recv(1)
        assert "nothing listens on that port" in over(recorder).reason
    finally:
        relay.stop()


def test_stopping_cuts_what_is_joined_and_frees_the_port(joined, relay):
    caller, _ = joined
    relay.stop()
    assert caller.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", relay.listen_port), timeout=PATIENCE)


def test_a_port_that_is_taken_is_a_sentence(recorder, far):
    taken = far.getsockname()[1]
    with pytest.raises(UsageError, match=f"Port {taken} cannot be listened on"):
        Relay(recorder, "127.0.0.1", 104, listen_port=taken, address="127.0.0.1").start()


def test_callers_that_are_still_being_connected_count_and_are_ended_with_the_relay(recorder, monkeypatch):
    asked, answered = threading.Semaphore(0), threading.Event()

    def connected(host, port, seconds):
        asked.release()
        assert answered.wait(PATIENCE)
        return socket.create_connection((host, port), timeout=PATIENCE)

    monkeypatch.setattr(relays, "RELAY_CONNECTIONS_MAX", 2)
    monkeypatch.setattr(relays, "connect", connected)
    with socket.create_server(("127.0.0.1", 0)) as far:
        relay = Relay(recorder, "127.0.0.1", far.getsockname()[1], listen_port=0, address="127.0.0.1")
        relay.start()
        callers = [socket.create_connection(("127.0.0.1", relay.listen_port), timeout=PATIENCE) for _ in range(3)]
        assert all(asked.acquire(timeout=PATIENCE) for _ in range(2))
        assert callers[2].recv(1) == b""
        relay.stop()
        answered.set()
        for caller in callers[:2]:
            assert caller.recv(1) == b""
            caller.close()
        callers[2].close()
    assert relay.callers == 2
