"""What a stranger writes over HTTP: requests of any shape, right or wrong, and a caller that sends them and reads what comes."""

from __future__ import annotations

import json
import socket
import time
from dataclasses import dataclass
from typing import Any

from tests.hostile.strangers import data_set

from isocenter.dataset.part10 import header
from isocenter.standard.sop_class import CT_IMAGE
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN

ANSWER_SECONDS = 20.0
HOST = "127.0.0.1"
BOUNDARY = "hostile"
DICOM_PARTS = f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'
JSON_PARTS = f'multipart/related; type="application/dicom+json"; boundary={BOUNDARY}'
OCTETS = 'multipart/related; type="application/octet-stream"'
DICOM_JSON = "application/dicom+json"
STUDIES = "/dicom-web/studies"


@dataclass(frozen=True)
class Answer:
    """An answer, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Browser:
    """A connection to the page's port."""

    def __init__(self, port: int, source: str = "", *, window: int | None = None) -> None:
        self.sock = socket.socket()
        self.sock.settimeout(ANSWER_SECONDS)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if window is not None:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        self._rest = b""
        try:
            self.sock.connect((HOST, port))
        except OSError:
            self.sock.close()
            raise

    def send(self, raw: bytes) -> None:
        """Send it all, or as much as the other side takes."""
        try:
            self.sock.sendall(raw)
        except (BrokenPipeError, ConnectionResetError):
            return

    def ask(self, raw: bytes) -> Answer | None:
        self.send(raw)
        return self.answer(has_body=not raw.startswith(b"HEAD "))

    def everything(self) -> bytes:
        """What comes until the other side closes."""
        while self._more():
            pass
        taken, self._rest = self._rest, b""
        return taken

    def answer(self, *, has_body: bool = True) -> Answer | None:
        """The next answer; None where the connection ends without one."""
        while (end := self._rest.find(b"\r\n\r\n")) < 0:
            if not self._more():
                return None
        head, self._rest = self._rest[:end].decode("latin-1"), self._rest[end + 4 :]
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(first.split(" ")[1])
        if not has_body or status in (204, 304):
            return Answer(status, headers, b"")
        if headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, self._chunks())
        if "content-length" in headers:
            return Answer(status, headers, self._exactly(int(headers["content-length"])))
        return Answer(status, headers, self.everything())

    def _chunks(self) -> bytes:
        body = b""
        while True:
            while (end := self._rest.find(b"\r\n")) < 0:
                assert self._more(), "the connection ended in the middle of an answer"
            size = int(self._rest[:end], 16)
            self._rest = self._rest[end + 2 :]
            body += self._exactly(size)
            self._exactly(2)
            if size == 0:
                return body

    def _exactly(self, count: int) -> bytes:
        pieces, left = [self._rest[:count]], count - len(self._rest[:count])
        self._rest = self._rest[count:]
        while left:
            piece = self.sock.recv(min(left, 1 << 20))
            assert piece, f"the connection ended {left} bytes before the end of an answer"
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)

    def _more(self) -> bool:
        try:
            more = self.sock.recv(65536)
        except ConnectionError:
            return False
        self._rest += more
        return bool(more)

    def close(self) -> None:
        self.sock.close()

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def request(path: str, method: str = "GET", *, body: bytes | None = None, host: str | None = HOST, **headers: str) -> bytes:
    """A request; a header's name is a keyword with underscores. `Content-Length` follows from the body unless it is given."""
    lines = [f"{method} {path} HTTP/1.1"] + ([f"Host: {host}"] if host is not None else [])
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None and not {"content-length", "transfer-encoding"} & {name.lower() for name in named}:
        named["Content-Length"] = str(len(body))
    lines += [f"{name}: {value}" for name, value in named.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


def asked(port: int, path: str, method: str = "GET", **more: Any) -> Answer | None:
    """One request on a connection of its own."""
    with Browser(port) as browser:
        return browser.ask(request(path, method, **more))


def answered(port: int, path: str, method: str = "GET", **more: Any) -> Answer:
    """The same, where there must be an answer."""
    answer = asked(port, path, method, **more)
    assert answer is not None, f"{method} {path[:200]} was not answered"
    return answer


def part(content: bytes, content_type: str | None = "application/dicom", *more: str) -> bytes:
    """A part of a multipart body with its opening delimiter (RFC 2046 5.1.1)."""
    lines = ([f"Content-Type: {content_type}"] if content_type is not None else []) + list(more)
    return f"\r\n--{BOUNDARY}\r\n".encode() + "".join(f"{line}\r\n" for line in lines).encode("latin-1") + b"\r\n" + content


class Lure:
    """A server that nobody may ever ask for anything."""

    def __enter__(self) -> Lure:
        self.sock = socket.create_server((HOST, 0))
        self.sock.settimeout(0.2)
        self.port = self.sock.getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def was_asked(self) -> bool:
        try:
            self.sock.accept()[0].close()
        except TimeoutError:
            return False
        return True


END = f"\r\n--{BOUNDARY}--\r\n".encode()


def page_seconds(port: int) -> float:
    """How long the page's status takes, connection included."""
    began = time.perf_counter()
    assert answered(port, "/api/status").status == 200
    return time.perf_counter() - began


def file_of(uid: str, *more: bytes, study: str = "1.2.79", series: str = "1.2.79.1", pixels: bytes = b"") -> bytes:
    """A Part 10 file of a CT image."""
    start = header(sop_class_uid=CT_IMAGE, sop_instance_uid=uid, transfer_syntax=EXPLICIT_VR_LITTLE_ENDIAN)
    return start + data_set(uid, *more, study=study, series=series, pixels=pixels)
