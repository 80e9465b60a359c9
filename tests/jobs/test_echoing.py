"""An echo always has an outcome, whatever the other side does."""

from __future__ import annotations

import socket
import threading

import pytest
from tests.waiting import a_free_port
from tests.web.houses import lived

from isocenter.jobs.echoing import Echo, try_echo
from isocenter.jobs.searching import Call
from isocenter.model.records import Node


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    with lived(tmp_path_factory.mktemp("houses") / "there", "THERE", policy="strict") as house:
        yield house


def test_a_node_that_is_there_answers_any_number_of_times(there):
    echoed = try_echo(Call(there.node, "HERE"), 3)
    assert (echoed.echo, echoed.words) == (Echo.ANSWERED, "it is there and speaks DICOM")
    assert echoed.milliseconds > 0


def test_one_who_turns_us_away_has_rejected(there):
    stranger = Node("x", "ANOTHER", "127.0.0.1", there.node.port)
    assert try_echo(Call(stranger, "HERE")).echo is Echo.REJECTED


def test_nobody_and_nonsense_are_lost():
    assert try_echo(Call(Node("x", "X", "127.0.0.1", a_free_port()), "HERE")).echo is Echo.LOST
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_talk_nonsense, args=(server,))
        thread.start()
        assert try_echo(Call(Node("x", "X", "127.0.0.1", server.getsockname()[1]), "HERE")).echo is Echo.LOST
        thread.join()


def _talk_nonsense(server: socket.socket) -> None:
    with server.accept()[0] as peer:
        peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
