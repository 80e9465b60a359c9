"""HTTP connections within bounds, against a real server: heads, silence, crowds, and refusals in the one shape."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import uvicorn
from tests.waiting import wait_for

from isocenter.web import connection
from isocenter.web.connection import BoundedConnection

GET = b"GET /%d HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
PATIENCE_SECONDS = 20.0


async def echo(scope, receive, send):
    """Answers with the length of the body, or for /endless without an end."""
    if scope["path"] == "/endless":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(10_000):
            await send({"type": "http.response.body", "body": bytes(1 << 20), "more_body": True})
        return
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    body = b"%d" % length
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def serving() -> Iterator[tuple[uvicorn.Server, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(echo, http=BoundedConnection, ws="none", lifespan="off", log_config=None, timeout_keep_alive=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield server, listening.getsockname()[1]
        finally:
            server.should_exit = server.force_exit = True
            thread.join(PATIENCE_SECONDS)


@pytest.fixture
def running(monkeypatch) -> Iterator[tuple[uvicorn.Server, int]]:
    monkeypatch.setattr(connection, "HTTP_LOOK_SECONDS", 0.02)
    with serving() as both:
        yield both


@pytest.fixture
def port(running) -> int:
    return running[1]


@pytest.fixture
def server(running) -> uvicorn.Server:
    return running[0]


def call(port: int, raw: bytes = b"") -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
    line.sendall(raw)
    return line


def rest(line: socket.socket) -> bytes:
    """Everything until the other side closes, or resets."""
    found = b""
    with line:
        try:
            while piece := line.recv(65536):
                found += piece
        except ConnectionResetError:
            pass
    return found


def refusal(answer: bytes) -> tuple[int, str]:
    head, _, body = answer.partition(b"\r\n\r\n")
    told = json.loads(body)
    assert head.startswith(b"HTTP/1.1 %d " % told["status"])
    assert b"application/problem+json" in head
    assert b"Connection: close" in head
    return told["status"], told["detail"]


def test_requests_are_answered_one_after_the_other(port):
    closing = b"POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"
    answers = rest(call(port, GET % 1 + GET % 2 + closing))
    assert answers.count(b"HTTP/1.1 200 OK") == 3
    assert answers.endswith(b"5")


def test_an_endless_head_is_refused_when_it_is_too_long(port, monkeypatch):
    monkeypatch.setattr(connection, "HTTP_HEAD_BYTES_MAX", 1000)
    assert refusal(rest(call(port, b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 5000)))[0] == 431
    assert refusal(rest(call(port, b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 5000 + b"\r\n\r\n")))[0] == 431


def test_too_many_fields_are_refused(port):
    status, detail = refusal(rest(call(port, b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"\r\n")))
    assert status == 431
    assert "100" in detail


def test_a_path_that_is_too_long_is_refused(port, monkeypatch):
    monkeypatch.setattr(connection, "HTTP_TARGET_BYTES_MAX", 100)
    assert refusal(rest(call(port, b"GET /" + b"x" * 100 + b" HTTP/1.1\r\nHost: a\r\n\r\n")))[0] == 414


@pytest.mark.parametrize(
    "raw", [b"\x16\x03\x01\x02\x00", b"hello\r\n\r\n", b"GET / HTTP/1.1\r\nA : b\r\n\r\n", b"CONNECT x:1 HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_http_is_told_so(port, raw):
    assert refusal(rest(call(port, raw)))[0] == 400


def test_whoever_says_nothing_or_half_a_head_is_let_go(port, monkeypatch):
    monkeypatch.setattr(connection, "HTTP_HEAD_SECONDS", 0.1)
    for raw in (b"", b"GET / HTTP/1.1\r\nHost:"):
        assert refusal(rest(call(port, raw)))[0] == 408


def test_a_head_that_drips_is_not_waited_for_any_longer_than_a_silent_one(port, monkeypatch):
    monkeypatch.setattr(connection, "HTTP_HEAD_SECONDS", 0.1)
    told = b""
    with call(port, b"GET /") as line, suppress(ConnectionError):
        line.settimeout(0.01)
        for _ in range(int(PATIENCE_SECONDS / 0.01)):
            line.sendall(b"x")
            with suppress(TimeoutError):
                told = line.recv(4096)
                break
        else:
            pytest.fail("it was waited for")
    assert refusal(told)[0] == 408


def test_a_body_that_stops_coming_ends_the_connection(port, monkeypatch):
    monkeypatch.setattr(connection, "HTTP_SILENCE_SECONDS", 0.1)
    assert rest(call(port, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")) == b""


def test_whoever_stops_reading_is_let_go(server, port, monkeypatch):
    monkeypatch.setattr(connection, "HTTP_SILENCE_SECONDS", 0.2)
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(PATIENCE_SECONDS)
    line.connect(("127.0.0.1", port))
    line.sendall(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
    wait_for(lambda: line_is_open(server))
    wait_for(lambda: not line_is_open(server))
    line.close()


def line_is_open(server: uvicorn.Server) -> bool:
    return bool(server.server_state.connections)


def test_a_crowd_is_turned_away_and_leaves_room_when_it_goes(port, monkeypatch):
    monkeypatch.setattr(connection, "HTTP_CONNECTIONS_MAX", 3)
    inside = []
    for _ in range(3):
        line = call(port, GET % 1)
        assert line.recv(4096).startswith(b"HTTP/1.1 200")
        inside.append(line)
    assert refusal(rest(call(port)))[0] == 503
    for line in inside:
        line.close()
    for _ in range(200):
        with call(port, GET % 1) as line:
            if line.recv(4096).startswith(b"HTTP/1.1 200"):
                break
    else:
        pytest.fail("nobody comes in any more")


def test_an_idle_connection_is_closed_without_a_word(port):
    line = call(port, GET % 1)
    assert line.recv(4096).endswith(b"0")
    assert rest(line) == b""
