"""A bare HTTP/1.1 client for measuring, the same for every peer, cheap in CPU: it checks nothing that a measurement does not need.

A request is bytes made before the clock starts; an answer's body is counted and thrown away as it comes, unless it is kept.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

_ROOM_BYTES = 1 << 20
_BUFFERS_AT_ONCE = 512
ANSWER_SECONDS = 120.0


@dataclass(frozen=True)
class Answer:
    """One answer; `body` is empty unless it was kept."""

    status: int
    head: bytes
    byte_count: int
    body: bytes = b""


def request(path: str, *, accept: str = "*/*", method: str = "GET", headers: Iterable[tuple[str, str]] = (), **keys: str) -> bytes:
    """The bytes of a request without a body; `keys` become the query."""
    query = f"?{urlencode(keys, quote_via=quote)}" if keys else ""
    more = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"{method} {path}{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n{more}\r\n".encode()


class Line:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self._sock = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._room = memoryview(bytearray(_ROOM_BYTES))
        self._rest = b""

    def ask(self, raw: bytes, *, keep: bool = False) -> Answer:
        self._sock.sendall(raw)
        return self.answer(keep=keep)

    def send(self, buffers: list[bytes | memoryview]) -> None:
        """Send all buffers with as few calls as the system allows."""
        views = [memoryview(buffer) for buffer in buffers]
        while views:
            sent = self._sock.sendmsg(views[:_BUFFERS_AT_ONCE])
            while views and sent >= len(views[0]):
                sent -= len(views.pop(0))
            if sent:
                views[0] = views[0][sent:]

    def answer(self, *, keep: bool = False) -> Answer:
        """The next answer, read to its end; `ConnectionError` where the peer has gone."""
        while (end := self._rest.find(b"\r\n\r\n")) < 0:
            self._more()
        head, self._rest = self._rest[:end], self._rest[end + 4 :]
        status, lower = int(head[9:12]), head.lower()
        kept: list[bytes] | None = [] if keep else None
        if status in (204, 304):
            count = 0
        elif (place := lower.find(b"\r\ncontent-length:")) >= 0:
            count = int(lower[place + 17 :].split(b"\r\n", 1)[0])
            self._take(count, kept)
        elif b"\r\ntransfer-encoding: chunked" in lower:
            count = self._chunks(kept)
        else:
            count = self._to_the_end(kept)
        return Answer(status, head, count, b"".join(kept or ()))

    def _chunks(self, kept: list[bytes] | None) -> int:
        total = 0
        while True:
            while (end := self._rest.find(b"\r\n")) < 0:
                self._more()
            size = int(self._rest[:end].split(b";")[0], 16)
            self._rest = self._rest[end + 2 :]
            self._take(size, kept)
            self._take(2, None)
            if size == 0:
                return total
            total += size

    def _to_the_end(self, kept: list[bytes] | None) -> int:
        """A body without a length, which ends with its connection."""
        total = len(self._rest)
        if kept is not None:
            kept.append(self._rest)
        self._rest = b""
        while got := self._sock.recv_into(self._room):
            if kept is not None:
                kept.append(bytes(self._room[:got]))
            total += got
        return total

    def _take(self, count: int, kept: list[bytes] | None) -> None:
        had, self._rest = self._rest[:count], self._rest[count:]
        if kept is not None:
            kept.append(had)
        left = count - len(had)
        while left:
            got = self._sock.recv_into(self._room, min(left, _ROOM_BYTES))
            if not got:
                raise ConnectionError("the peer closed the connection in the middle of an answer")
            if kept is not None:
                kept.append(bytes(self._room[:got]))
            left -= got

    def _more(self) -> None:
        got = self._sock.recv(4096)
        if not got:
            raise ConnectionError("the peer closed the connection")
        self._rest += got

    def close(self) -> None:
        self._sock.close()

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def json_of(port: int, raw: bytes) -> Any:
    """The JSON that a request is answered with; None for an answer without a body."""
    with Line(port) as line:
        answer = line.ask(raw, keep=True)
    if answer.status not in (200, 204):
        raise RuntimeError(f"{raw.split(b' HTTP')[0].decode()} was answered with {answer.status}: {answer.body[:200]!r}")
    return json.loads(answer.body) if answer.body else None
