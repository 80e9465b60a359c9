"""The rules of the lobby without a network; `test_listener` sees it at work."""

from __future__ import annotations

import selectors
import socket
from time import monotonic

import pytest

from isocenter.net import lobby
from isocenter.net.lobby import Lobby
from isocenter.standard.sop_class import VERIFICATION
from isocenter.wire.association import Association
from isocenter.wire.pdu import AssociateReject, AssociateRequest, ProposedContext, UserInformation
from isocenter.wire.pdu_codec import encode
from isocenter.wire.states import State

REQUEST = encode(
    AssociateRequest("A", "B", (ProposedContext(1, VERIFICATION, ("1.2.840.10008.1.2",)),), UserInformation(pdu_bytes_max=16384))
)


class Room:
    """A lobby, its selector, and all that it told."""

    def __init__(self) -> None:
        self.admitted, self.left, self.peers = [], [], []
        self.has_place = True
        self.selector = selectors.DefaultSelector()
        self.lobby = Lobby(self.selector, self.admit, lambda address, why: self.left.append((address, why)), 4)

    def admit(self, link, request, address):
        self.admitted.append((link, request, address))
        if not self.has_place:
            link.association.reject(AssociateReject(2, 3, 2), monotonic())
            link.flush()
        return self.has_place

    def enter(self, address="10.0.0.1"):
        near, far = socket.socketpair()
        far.setblocking(False)
        near.settimeout(5)
        self.peers += [near, far]
        self.lobby.enter(far, address)
        return near

    def turn(self):
        while ready := self.selector.select(0):
            for key, _ in ready:
                self.lobby.readable(key.data)


@pytest.fixture
def room():
    room = Room()
    yield room
    room.lobby.drop_all("over")
    room.selector.close()
    for sock in room.peers:
        sock.close()
    for link, *_ in room.admitted:
        link.close()


def test_a_complete_request_leaves_the_lobby_with_its_link(room):
    room.enter().sendall(REQUEST)
    room.turn()
    ((link, request, address),) = room.admitted
    assert request.calling_ae_title == "B"
    assert address == "10.0.0.1"
    assert link.association.state is State.AWAITING_LOCAL_RESPONSE
    assert link.bytes_in == len(REQUEST)
    assert len(room.lobby) == 0


@pytest.mark.parametrize("cut", [1, 5, 6, 7, 74, len(REQUEST) - 1])
def test_an_incomplete_request_stays(room, cut):
    peer = room.enter()
    peer.sendall(REQUEST[:cut])
    room.turn()
    assert len(room.lobby) == 1
    peer.sendall(REQUEST[cut:])
    room.turn()
    assert len(room.admitted) == 1


def test_one_without_a_place_hears_it_and_stays_until_it_closes(room):
    room.has_place = False
    peer = room.enter()
    peer.sendall(REQUEST)
    room.turn()
    assert peer.recv(10) == b"\3\0\0\0\0\4\0\2\3\2"
    assert len(room.lobby) == 1
    peer.close()
    room.turn()
    assert len(room.lobby) == 0
    assert room.left == []


def test_nobody_is_nobodys_deadline(room):
    assert room.lobby.seconds_to_next() is None
    room.enter()
    assert 0 < room.lobby.seconds_to_next() <= 10
    room.lobby.expire()
    assert len(room.lobby) == 1


def test_time_runs_out_for_the_oldest_first_and_again_after_an_abort(room, monkeypatch):
    now = monotonic()
    first, second = room.enter(), room.enter()
    second.sendall(b"\4\0\0\0\0\0")
    monkeypatch.setattr(lobby, "monotonic", lambda: now + 6)
    room.turn()
    assert second.recv(10)[0] == 7
    monkeypatch.setattr(lobby, "monotonic", lambda: now + 11)
    room.lobby.expire()
    assert first.recv(10) == b""
    assert len(room.lobby) == 1
    assert 4 < room.lobby.seconds_to_next() < 6
    monkeypatch.setattr(lobby, "monotonic", lambda: now + 17)
    room.lobby.expire()
    assert len(room.lobby) == 0
    (_, nonsense), (_, silence) = room.left
    assert nonsense.startswith("P-DATA-TF came")
    assert silence.startswith("no complete A-ASSOCIATE-RQ")


def test_there_is_a_place_for_so_many_and_no_more(room):
    peers = [room.enter(f"10.0.0.{number}") for number in range(6)]
    assert len(room.lobby) == 4
    assert [address for address, _ in room.left] == ["10.0.0.0", "10.0.0.1"]
    assert peers[0].recv(1) == b""


def test_those_who_part_are_left_alone_when_only_the_half_open_go(room):
    from isocenter.net.blocking import Link

    room.enter()
    near, far = socket.socketpair()
    room.peers += [near, far]
    far.setblocking(False)
    association = Association.acceptor(monotonic())
    room.lobby.linger(Link(far, association), "10.0.0.9")
    room.lobby.drop_all("stopping", half_open_only=True)
    assert len(room.lobby) == 1
    assert [address for address, _ in room.left] == ["10.0.0.1"]


def test_a_socket_that_is_closed_already_is_not_taken(room):
    near, far = socket.socketpair()
    near.close()
    far.close()
    room.lobby.enter(far, "10.0.0.1")
    assert len(room.lobby) == 0


def test_what_is_gone_is_not_read(room):
    room.enter()
    (visitor,) = room.lobby._visitors
    room.lobby.drop(visitor, "")
    room.lobby.readable(visitor)
    assert room.left == [("10.0.0.1", "the connection closed before it asked for an association")]
    assert not room.lobby.drop_oldest("none")
