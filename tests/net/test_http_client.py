"""HTTP to another device: what comes is read as it comes, and every other end is one sentence."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

import pytest

from isocenter.base.errors import LinkLost, LocalError
from isocenter.net import http_client
from isocenter.net.sockets import NobodyListens


@contextmanager
def serving(*pieces: bytes, heard: list[bytes] | None = None, hold: threading.Event | None = None) -> Iterator[str]:
    """The address of a server that says these bytes to one caller, waits for `hold`, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, pieces, heard, hold), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/dicom-web"
        if hold is not None:
            hold.set()
        thread.join(20)


def _serve(server: socket.socket, pieces: tuple[bytes, ...], heard: list[bytes] | None, hold: threading.Event | None) -> None:
    with suppress(OSError):
        connection, _ = server.accept()
        with connection:
            asked = connection.recv(65536)
            if heard is not None:
                heard.append(asked)
            for piece in pieces:
                connection.sendall(piece)
            if hold is not None:
                hold.wait(20)


def head(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode()


def body_of(url: str, bytes_max: int = 1000) -> bytes:
    with http_client.get(url, "application/dicom+json", seconds=5) as answer:
        return answer.body(bytes_max)


def test_what_is_asked_names_host_type_and_path():
    heard: list[bytes] = []
    answered = head("200 OK", "Content-Type: application/dicom+json", "Content-Length: 2")
    with (
        serving(answered, b"[]", heard=heard) as url,
        http_client.get(f"{url}/studies?limit=1", "application/dicom+json") as answer,
    ):
        assert answer.content_type == "application/dicom+json"
        assert answer.body(10) == b"[]"
    request = heard[0].decode()
    assert request.startswith("GET /dicom-web/studies?limit=1 HTTP/1.1\r\n")
    assert f"Host: {url.split('/')[2]}\r\n" in request
    assert "Accept: application/dicom+json\r\n" in request


@pytest.mark.parametrize(
    "pieces",
    [
        (head("200 OK", "Content-Length: 6"), b"abc", b"def"),
        (head("200 OK", "Transfer-Encoding: chunked"), b"3\r\nabc\r\n", b"3\r\ndef\r\n0\r\n\r\n"),
        (head("200 OK", "Connection: close"), b"abcdef"),
    ],
)
def test_a_body_comes_whole_however_it_is_framed(pieces):
    with serving(*pieces) as url:
        assert body_of(url) == b"abcdef"


def test_no_content_is_an_empty_body():
    with serving(head("204 No Content")) as url:
        assert body_of(url) == b""


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ((head("404 Not Found", "Content-Length: 9"), b"no  such\n"), "answers 404 Not Found: no such"),
        ((head("302 Found", "Location: https://elsewhere/"),), "it points to https://elsewhere/; enter that address"),
        ((head("401 Unauthorized"),), "no password can be given here"),
        ((head("500 Oops", "Content-Length: 99999"), b"x" * 99999), "answers 500 Oops: xxx"),
    ],
)
def test_a_status_that_is_no_success_is_told_with_its_words(pieces, said):
    with serving(*pieces) as url, pytest.raises(LocalError) as refused:
        body_of(url)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        ((b"SSH-2.0-OpenSSH\r\n",), "what came is no HTTP"),
        ((), "closed connection without response"),
        ((head("200 OK", "Content-Length: 10"), b"abc"), "7 bytes early"),
        ((head("200 OK", "Transfer-Encoding: chunked"), b"zz\r\n"), "what came is no HTTP"),
    ],
)
def test_what_ends_early_or_is_no_http_is_a_lost_link(pieces, said):
    with serving(*pieces) as url, pytest.raises(LinkLost) as lost:
        body_of(url)
    assert said in str(lost.value)


@pytest.mark.parametrize("status", ["200 OK", "204 No Content", "500 Oh"])
def test_a_connection_that_is_left_early_is_closed_at_once(status):
    with serving(head(status, "Content-Length: 10"), b"abc") as url:
        with suppress(LocalError), http_client.get(url, "*/*", connected=(held := []).append):
            pass
        assert held[0]._sock.fileno() == -1, "nothing waits for the garbage collector"


def test_more_than_is_read_is_refused():
    with serving(head("200 OK", "Content-Length: 2000"), b"x" * 2000) as url, pytest.raises(LocalError, match="more than the 1000"):
        body_of(url)


def test_where_nobody_listens_it_says_so():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NobodyListens, match="nothing listens"):
        body_of(f"http://127.0.0.1:{port}/")


def test_one_who_speaks_no_tls_is_told_apart():
    with serving(head("400 Bad Request")) as url, pytest.raises(LinkLost, match="no secure connection"):
        body_of(url.replace("http:", "https:"))


def test_whoever_waits_can_be_cut_from_another_thread():
    hold = threading.Event()
    links: list[http_client.Interruptible] = []
    with serving(head("200 OK", "Content-Length: 10"), b"abc", hold=hold) as url:

        def read() -> None:
            with http_client.get(url, "*/*", connected=links.append, seconds=20) as answer:
                for run in answer.runs():
                    assert run == b"abc"
                    threading.Timer(0.05, links[0].interrupt, ("it was cancelled",)).start()

        with pytest.raises(LinkLost, match="it was cancelled"):
            read()


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content"])
def test_what_is_posted_arrives_with_its_type_and_every_success_is_one(status):
    heard: list[bytes] = []
    with serving(head(status, "Content-Length: 0"), heard=heard) as url:
        http_client.post(url, b'{"a": 1}', "application/json", seconds=5)
    asked = heard[0].decode()
    assert asked.startswith("POST /dicom-web HTTP/1.1\r\n")
    assert "content-type: application/json" in asked.lower()


@pytest.mark.parametrize("status", ["302 Found", "404 Not Found", "500 No"])
def test_whoever_does_not_take_it_says_so(status):
    with serving(head(status, "Content-Length: 0")) as url, pytest.raises(LocalError, match=status[:3]):
        http_client.post(url, b"{}", "application/json", seconds=5)


def test_one_that_says_a_header_at_a_time_for_ever_is_cut_when_the_time_is_over():
    over = threading.Event()

    def drip(server: socket.socket) -> None:
        with suppress(OSError):
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not over.wait(0.05):
                    connection.sendall(b"X-A: b\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        began = monotonic()
        with pytest.raises(LinkLost):
            http_client.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", "application/json", seconds=0.4)
        assert monotonic() - began < 4
        over.set()
        thread.join(5)
