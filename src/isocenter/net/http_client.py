"""One HTTP request to another computer, mostly one that speaks DICOMweb (PS3.18 8): sent, answered, and its body read run by run.

An address and a media type go in; a status that is no success, a redirection, and every way in which a connection ends early
come out as one sentence. No redirection is followed, and nothing is kept between requests: who is called is who was entered.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Protocol
from urllib.parse import urlsplit

from isocenter.base.errors import LinkLost, LocalError
from isocenter.base.ids import IMPLEMENTATION_VERSION_NAME
from isocenter.base.limits import CONNECT_SECONDS, HTTP_ERROR_BYTES_MAX, HTTP_RUN_BYTES, RESPONSE_SECONDS
from isocenter.net.cutting import cut_after
from isocenter.net.sockets import connect, explain, place
from isocenter.net.tls import connecting_context

_TOLD_MAX = 200


class Interruptible(Protocol):
    """What can be cut from another thread."""

    def interrupt(self, why: str) -> None: ...


class WebAnswer:
    """An answer with status 200 or 206, and its body; one with 204 has none. One thread, `interrupt` excepted."""

    def __init__(self, sock: socket.socket, who: str) -> None:
        self.content_type = ""
        self._sock = sock
        self._who = who
        self._response: http.client.HTTPResponse | None = None
        self._interruption = ""

    def interrupt(self, why: str) -> None:
        """Cut the connection: whoever waits gets LinkLost. Any thread."""
        self._interruption = why
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def runs(self) -> Iterator[bytes]:
        """The body, as it comes. Raises LinkLost where it ends early."""
        while self._response is not None:
            with self.telling():
                run = self._response.read1(HTTP_RUN_BYTES)
            if not run:
                if self._interruption or self._response.length:
                    early = f"the answer ended {self._response.length} bytes early"
                    raise LinkLost(f"{self._who}: {self._interruption or early}")
                return
            yield run

    def body(self, bytes_max: int) -> bytes:
        """All of it. Raises LocalError where it is longer, LinkLost where it ends early."""
        held = bytearray()
        for run in self.runs():
            held += run
            if len(held) > bytes_max:
                raise LocalError(f"{self._who} answers with more than the {bytes_max} bytes that are read")
        return bytes(held)

    def close(self) -> None:
        """Let go of what was not read: the response holds the connection open beside us. Idempotent."""
        if self._response is not None:
            self._response.close()

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Errors of the connection as LinkLost, with a sentence."""
        try:
            yield
        except TimeoutError as error:
            raise LinkLost(f"{self._who}: no answer within {self._sock.gettimeout():.0f} s") from error
        except OSError as error:
            raise LinkLost(f"{self._who}: {self._interruption or explain(error)}") from error
        except http.client.HTTPException as error:
            said = str(error) or type(error).__name__
            raise LinkLost(f"{self._who}: {self._interruption or f'what came is no HTTP ({said[:_TOLD_MAX]})'}") from error

    def take(self, connection: http.client.HTTPConnection, successes: Container[int] = (200, 206)) -> None:
        """Read the status and the headers. Raises LocalError for a status that is no success; 204 always is one."""
        with self.telling():
            response = connection.getresponse()
            if self._interruption:
                # What was cut within its headers reads like an answer that has no more of them.
                raise ConnectionAbortedError
        self.content_type = response.headers.get("content-type", "")
        self._response = response
        if response.status == 204:
            self.close()
            self._response = None
        elif response.status not in successes:
            raise LocalError(self._refused(response))

    def _refused(self, response: http.client.HTTPResponse) -> str:
        with contextlib.suppress(OSError, http.client.HTTPException):
            said = " ".join(response.read(HTTP_ERROR_BYTES_MAX).decode("utf-8", "replace").split())[:_TOLD_MAX]
            if 300 <= response.status < 400:
                said = f"it points to {response.headers.get('location', 'another address')[:_TOLD_MAX]}; enter that address"
            elif response.status in (401, 403):
                said = "it wants to know who asks, and no password can be given here"
            return f"{self._who} answers {response.status} {response.reason[:_TOLD_MAX]}: {said or 'nothing more'}"
        return f"{self._who} answers {response.status}"


@contextmanager
def get(
    url: str,
    accept: str,
    *,
    connected: Callable[[Interruptible], None] | None = None,
    seconds: float = RESPONSE_SECONDS,
) -> Iterator[WebAnswer]:
    """GET of an absolute http or https address; `seconds` bound each silence.

    `connected` gets the connection as soon as there is one. Raises LinkLost and LocalError, in words that name the device.
    """
    with _conversation(url, accept, connected, seconds) as (answer, connection, target, headers):
        with answer.telling():
            connection.request("GET", target, headers=headers)
        answer.take(connection)
        yield answer


def post(url: str, body: bytes, media_type: str, *, seconds: float = RESPONSE_SECONDS) -> None:
    """POST to an absolute http or https address, within `seconds` in all; what is answered is not read.

    Raises LinkLost where nobody answers in time, and LocalError for a status that is no success.
    """
    with (
        _conversation(url, "*/*", None, seconds) as (answer, connection, target, headers),
        cut_after(seconds, lambda: answer.interrupt(f"no whole answer within {seconds:g} s")),
    ):
        with answer.telling():
            connection.request("POST", target, body, {**headers, "Content-Type": media_type})
        answer.take(connection, _SUCCESSES)


_SUCCESSES = range(200, 300)
_Conversation = tuple[WebAnswer, http.client.HTTPConnection, str, dict[str, str]]


@contextmanager
def _conversation(
    url: str, accept: str, connected: Callable[[Interruptible], None] | None, seconds: float
) -> Iterator[_Conversation]:
    """The answer to come, the connection to ask on, the target and the headers of a request."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    sock = connect(host, port, CONNECT_SECONDS)
    with contextlib.ExitStack() as opened:
        opened.callback(lambda: sock.close())
        sock.settimeout(CONNECT_SECONDS)
        if parts.scheme == "https":
            sock = _secured(sock, host, port)
        sock.settimeout(seconds)
        answer = WebAnswer(sock, place(host, port))
        if connected is not None:
            connected(answer)
        connection = http.client.HTTPConnection(host, port)
        connection.sock = sock
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Host": parts.netloc, "Accept": accept, "User-Agent": IMPLEMENTATION_VERSION_NAME, "Connection": "close"}
        opened.enter_context(contextlib.closing(answer))
        yield answer, connection, target, headers


@lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    """Made once: loading the certificates that the system trusts takes longer than a request."""
    return connecting_context()


def _secured(sock: socket.socket, host: str, port: int) -> socket.socket:
    try:
        return _context().wrap_socket(sock, server_hostname=host)
    except (OSError, ssl.CertificateError) as error:
        sock.close()
        raise LinkLost(f"{place(host, port)}: no secure connection ({explain(error)})") from error
