"""Who else answers on a port that should be DICOM's: web servers, mail, shells, databases, HL7, remote desktops.

Comes in: a line. Goes out: what such a program says first, or answers to bytes that it does not understand. Nothing more of its
protocol is spoken. Each ends by raising `Ended` or by returning, after which the connection is closed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from isocenter.base.limits import LAB_FIRST_BYTES
from isocenter.lab.faults.line import Line

Stranger = Callable[[Line], Awaitable[None]]

_SERVER = b"Server: nginx/1.24.0\r\nContent-Type: text/html\r\nConnection: close\r\n"
_PAGE = b"<html><head><title>Welcome</title></head></html>"


def _response(line: bytes, body: bytes = _PAGE, more: bytes = b"") -> bytes:
    length = b"Content-Length: %d\r\n" % len(body)
    return b"HTTP/1.1 " + line + b"\r\n" + _SERVER + more + length + b"\r\n" + body


def _is_http(first: bytes) -> bool:
    return first.split(b" ")[0] in (b"GET", b"HEAD", b"POST", b"OPTIONS", b"CONNECT")


async def web(line: Line) -> None:
    """A web server that says at once what it thinks of other languages."""
    first = await line.first_bytes(LAB_FIRST_BYTES)
    await line.send(_response(b"200 OK" if _is_http(first) else b"400 Bad Request"))


async def patient_web(line: Line) -> None:
    """A web server that waits for the end of a line that never comes."""
    first = await line.first_bytes(LAB_FIRST_BYTES)
    if _is_http(first):
        await line.send(_response(b"200 OK"))
        return
    await line.hold()


async def proxy(line: Line) -> None:
    """An HTTP proxy that wants a password of everybody."""
    await line.first_bytes(LAB_FIRST_BYTES)
    await line.send(_response(b"407 Proxy Authentication Required", more=b'Proxy-Authenticate: Basic realm="proxy"\r\n'))


async def gateway(line: Line) -> None:
    """A load balancer with nobody behind it."""
    await line.first_bytes(LAB_FIRST_BYTES)
    await line.send(_response(b"503 Service Unavailable"))


async def hl7(line: Line) -> None:
    """An HL7 listener: it waits for the start of a block (MLLP, 0BH), and says nothing until then."""
    await line.hold()


async def eager_hl7(line: Line) -> None:
    """An HL7 listener that refuses whatever it reads, in HL7."""
    await line.first_bytes(LAB_FIRST_BYTES)
    await line.send(b"\x0bMSH|^~\\&|RIS|HOSPITAL|||20260101||ACK|1|P|2.3\rMSA|AR||not HL7\r\x1c\r")
    await line.hold()


async def remote_desktop(line: Line) -> None:
    """A Windows remote desktop: it answers in TPKT, whose first byte looks like an A-ASSOCIATE-RJ."""
    await line.first_bytes(LAB_FIRST_BYTES)
    await line.send(bytes.fromhex("030000130ed000001234000209080002000000"))


async def file_share(line: Line) -> None:
    """A Windows file share (SMB)."""
    await line.first_bytes(LAB_FIRST_BYTES)
    await line.send(bytes.fromhex("00000023ff534d4272000000008801c8") + bytes(23))


def greeting(words: bytes) -> Stranger:
    """Somebody who speaks first, and then waits."""

    async def greet(line: Line) -> None:
        await line.send(words)
        await line.hold()

    return greet


SSH = greeting(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
MAIL = greeting(b"220 mail.example.org ESMTP ready\r\n")
FTP = greeting(b"220 (vsFTPd 3.0.5)\r\n")
TELNET = greeting(bytes.fromhex("fffd18fffd20fffd23fffd27"))
DATABASE = greeting(b"\x4a\x00\x00\x00\x0a8.0.36\x00" + bytes(66))
SCREEN = greeting(b"RFB 003.008\n")
