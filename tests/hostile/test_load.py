"""Many at once: connections that say nothing, that drip, that do not read, that come too many; and one who only wants an echo."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from contextlib import ExitStack

import pytest
from tests.hostile.conftest import ECHO_SECONDS, wait_until
from tests.hostile.strangers import (
    ABORTED,
    ACCEPTED,
    CLOSED,
    DATA,
    ECHO,
    ECHO_ID,
    FIND_ID,
    GET_ID,
    REJECTED,
    STORE_ID,
    WILL_RECEIVE,
    Peer,
    data_set,
    echo_seconds,
    element,
    message,
    pdu,
    query_command,
    request,
    store_command,
)

from isocenter.base.limits import ASSOCIATIONS_MAX, ASSOCIATIONS_PER_ADDRESS_MAX, MIB
from isocenter.dimse.commands import CommandField
from isocenter.net.listener import descriptors

HALF_OPEN = 5000
SLOW = 200
ECHOES = 30
ROUNDS = 3


def echoes(port: int, source: str = "") -> list[float]:
    """Thirty of them, sorted: the first of up to three rounds that is prompt. What we do to an echo, we do in each of them."""
    taken: list[float] = []
    for _ in range(ROUNDS):
        taken = sorted(echo_seconds(port, source) for _ in range(ECHOES))
        if all_but_the_worst(taken) < ECHO_SECONDS:
            break
    return taken


def all_but_the_worst(taken: list[float]) -> float:
    """The worst of thirty on a shared computer is the computer's affair; all but the last three are ours."""
    return taken[-4]


def settled(archive) -> None:
    """Nobody is inside any more: what closed its connections a moment ago has been noticed."""
    before = 0
    while (now := archive.process.num_fds()) != before:
        before = now
        threading.Event().wait(0.2)


def test_groups_1_to_3_thousands_who_say_nothing_and_hundreds_who_drip_do_not_delay_an_echo(archive):
    """5,000 stand open without a byte, 200 send a request byte by byte; a store of another device goes on meanwhile, too."""
    if descriptors() < HALF_OPEN + SLOW + 200:
        pytest.skip(f"this test needs {HALF_OPEN + SLOW + 200} descriptors, the system allows {descriptors()}")
    with ExitStack() as opened:
        quiet = [Peer(archive.port, f"127.0.1.{1 + number % 50}") for number in range(HALF_OPEN)]
        for peer in quiet:
            opened.callback(peer.reset)
        slow = [opened.enter_context(Peer(archive.port)).sock for _ in range(SLOW)]
        over = threading.Event()

        def drip() -> None:
            for byte in request():
                for sock in slow:
                    sock.send(bytes((byte,)))
                if over.wait(0.02):
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        try:
            assert echo_seconds(archive.port) < 2, "whoever came before is inside when the last one is answered"
            assert archive.process.num_fds() > HALF_OPEN + SLOW
            taken = echoes(archive.port)
            began = time.monotonic()
            with Peer(archive.port) as peer:
                peer.associate()
                for number in range(20):
                    uid = f"1.2.1.1.{number}"
                    assert peer.store(data_set(uid, study="1.2.1", series="1.2.1.1", pixels=bytes(100_000)), uid).status == 0
            stores_a_second = 20 / (time.monotonic() - began)
            still_open = archive.process.num_fds()
            grown = archive.process.memory_info().rss - archive.rss
            threads = archive.process.num_threads()
        finally:
            over.set()
            dripping.join()
    print(f"C-ECHO {statistics.median(taken) * 1000:.1f} ms at the median, {taken[-1] * 1000:.1f} ms at worst;",
          f"{grown / MIB:.0f} MiB more, {stores_a_second:.0f} stores a second")  # fmt: skip
    assert still_open > HALF_OPEN + SLOW, "they must stand while the echo is measured"
    assert all_but_the_worst(taken) < ECHO_SECONDS, f"{[round(one * 1000) for one in taken]} ms"
    assert grown < 96 * MIB, f"memory grew by {grown / MIB:.0f} MiB"
    assert threads < 40, "a connection without an association costs no thread"


def test_associations_above_the_bound_are_rejected_for_now_and_served_when_there_is_room(archive):
    """300 from three addresses: 200 are served, 100 get transient, local limit exceeded (PS3.8 9.3.4)."""
    count = ASSOCIATIONS_MAX // 2 + ASSOCIATIONS_MAX // 4
    settled(archive)
    with ExitStack() as opened:
        peers = [opened.enter_context(Peer(archive.port, f"127.0.0.{2 + n % 3}")) for n in range(2 * count)]
        for peer in peers:
            peer.send(request())
        answers = [(peer, *peer.read()) for peer in peers]
        accepted = [peer for peer, kind, _ in answers if kind == ACCEPTED]
        rejected = [body for _, kind, body in answers if kind == REJECTED]
        assert (len(accepted), len(rejected)) == (ASSOCIATIONS_MAX, 2 * count - ASSOCIATIONS_MAX)
        assert set(rejected) == {b"\0\2\3\2"}
        assert all(peer.ask(ECHO_ID, ECHO).status == 0 for peer in accepted)
        print(f"{ASSOCIATIONS_MAX} associations: {(archive.process.memory_info().rss - archive.rss) / MIB:.0f} MiB more")
        accepted[0].send(pdu(ABORTED, bytes(4)))
        assert accepted[0].read()[0] == CLOSED

        def has_room() -> bool:
            with Peer(archive.port, "127.0.0.9") as late:
                late.send(request())
                return late.read()[0] == ACCEPTED

        wait_until(has_room, "the place that became free is not given away")


def test_one_address_cannot_take_the_places_of_the_others(archive):
    settled(archive)
    with ExitStack() as opened:
        greedy = [opened.enter_context(Peer(archive.port, "127.0.0.20")) for _ in range(ASSOCIATIONS_PER_ADDRESS_MAX + 50)]
        for peer in greedy:
            peer.send(request())
        answers = [peer.read() for peer in greedy]
        assert [kind for kind, _ in answers].count(ACCEPTED) == ASSOCIATIONS_PER_ADDRESS_MAX
        assert {body for kind, body in answers if kind == REJECTED} == {b"\0\2\3\2"}
        assert all_but_the_worst(echoes(archive.port, "127.0.0.3")) < ECHO_SECONDS


def test_group_37_a_storm_of_aborted_associations_does_not_delay_an_echo(archive):
    over = threading.Event()

    def storm() -> None:
        while not over.is_set():
            with Peer(archive.port, "127.0.0.2") as peer:
                peer.send(request() + message(ECHO_ID, ECHO) + pdu(ABORTED, bytes(4)))
                peer.reset()

    storms = [threading.Thread(target=storm) for _ in range(2)]
    for one in storms:
        one.start()
    try:
        taken = echoes(archive.port)
    finally:
        over.set()
        for one in storms:
            one.join()
    assert all_but_the_worst(taken) < ECHO_SECONDS, f"{[round(one * 1000) for one in taken]} ms"


# Peers that stop reading: with limits made short, in this process.


@pytest.fixture
def small_buffers(monkeypatch):
    """The listener's connections hold a few KiB of what a peer does not read, where the system would hold megabytes."""
    from isocenter.net import listener

    tune = listener.tune

    def tuned(sock: socket.socket) -> None:
        tune(sock)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)

    monkeypatch.setattr(listener, "tune", tuned)


def deaf(port: int, raw: bytes) -> Peer:
    """A peer whose window is small, and that never reads what it asked for."""
    peer = Peer.__new__(Peer)
    peer.sock, peer._rest = socket.socket(), b""
    peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    peer.sock.settimeout(20)
    peer.sock.connect(("127.0.0.1", port))
    peer.associate(raw)
    return peer


def fill(port: int, study: str, count: int, pixels: int = 0) -> None:
    with Peer(port) as peer:
        peer.associate()
        for number in range(count):
            uid = f"{study}.1.{number + 1}"
            assert peer.store(data_set(uid, study=study, series=f"{study}.1", pixels=bytes(pixels)), uid).status == 0


STUDY = element(0x00080052, b"CS", "STUDY") + element(0x0020000D, b"UI", "1.2.34")
IMAGES = element(0x00080052, b"CS", "IMAGE") + element(0x00104000, b"LT", "") + element(0x0020000D, b"UI", "1.2.34")
STALLS = {
    "C-FIND": (FIND_ID, CommandField.C_FIND_RQ, IMAGES, 400),
    "C-GET": (GET_ID, CommandField.C_GET_RQ, STUDY, 3_000_000),
}


@pytest.mark.parametrize(("number", "field", "asked", "pixels"), STALLS.values(), ids=STALLS)
def test_group_34_a_peer_that_does_not_read_is_dropped_and_nobody_else_waits(
    small_buffers, house, monkeypatch, number, field, asked, pixels
):
    monkeypatch.setattr("isocenter.net.blocking.SEND_STALL_SECONDS", 0.4)
    port = house.listener.port
    fill(port, "1.2.34", 100 if field == CommandField.C_FIND_RQ else 3, pixels)
    with deaf(port, WILL_RECEIVE) as peer:
        peer.send(message(number, query_command(field), asked))
        taken = echoes(port)
        wait_until(lambda: house.listener.associations == 0, "the peer that does not read still has its association")
    assert all_but_the_worst(taken) < ECHO_SECONDS, f"{[round(one * 1000) for one in taken]} ms"
    assert not house.witness.ledger.open_associations()


def test_group_50_a_peer_that_never_answers_a_sub_operation_is_given_up(house, monkeypatch):
    monkeypatch.setattr("isocenter.net.pump.RESPONSE_SECONDS", 0.3)
    port = house.listener.port
    fill(port, "1.2.34", 2)
    with Peer(port) as peer:
        peer.associate(WILL_RECEIVE)
        peer.send(message(GET_ID, query_command(CommandField.C_GET_RQ), STUDY))
        assert peer.command().field == CommandField.C_STORE_RQ
        kind, body = peer.read()
        while kind == DATA:
            kind, body = peer.read()
        assert (kind, body) == (ABORTED, b"\0\0\2\0")
    assert min(echoes(port)) < ECHO_SECONDS


def test_group_2_silence_in_the_middle_of_a_message_ends_it(house, monkeypatch):
    monkeypatch.setattr("isocenter.net.messages.MESSAGE_PROGRESS_SECONDS", 0.3)
    port = house.listener.port
    raw = message(STORE_ID, store_command("1.2.2.1"), data_set("1.2.2.1", pixels=bytes(40_000)))
    with Peer(port) as peer:
        peer.associate()
        peer.send(raw[:20_000])
        assert peer.read() == (ABORTED, b"\0\0\2\0")
    assert house.statistics.counts().instances == 0


def test_group_2_one_byte_and_then_silence_is_closed_when_artim_runs_out(house, monkeypatch):
    monkeypatch.setattr("isocenter.wire.association.ARTIM_SECONDS", 0.3)
    monkeypatch.setattr("isocenter.net.lobby.ARTIM_SECONDS", 0.3)
    with Peer(house.listener.port) as nothing, Peer(house.listener.port) as peer:
        peer.send(b"\1")
        assert peer.read()[0] == CLOSED
        assert nothing.read()[0] == CLOSED
    assert min(echoes(house.listener.port)) < ECHO_SECONDS
