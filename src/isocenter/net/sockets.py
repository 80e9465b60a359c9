"""TCP as this house uses it: no small segment ever waits, dead peers are noticed, no address is ever turned into a name.

Comes in: hosts and ports. Goes out: sockets that never block, tuned alike for both roles, and sentences for what the system says.
An option that a platform lacks is left out silently. Reverse DNS is never asked: it can hang for seconds.
"""

from __future__ import annotations

import errno
import ipaddress
import select
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Protocol

from isocenter.base.errors import LinkLost, UsageError
from isocenter.base.limits import (
    CONNECT_SECONDS,
    KEEPALIVE_PROBE_SECONDS,
    KEEPALIVE_PROBES,
    KEEPALIVE_SECONDS,
    LISTEN_BACKLOG,
)

Buffer = bytes | bytearray | memoryview


class Stream(Protocol):
    """A connected byte stream that never blocks: BlockingIOError says `not now`, another OSError that it is over."""

    @property
    def family(self) -> int: ...

    def fileno(self) -> int: ...

    def setsockopt(self, level: int, option: int, value: int, /) -> None: ...

    def recv_into(self, buffer: memoryview, /) -> int: ...

    def sendmsg(self, buffers: Sequence[Buffer], /) -> int: ...

    def shutdown(self, how: int, /) -> None: ...

    def close(self) -> None: ...


class JoinedSends:
    """A socket on a platform without `sendmsg`: the buffers are joined first."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.family = sock.family
        self.fileno = sock.fileno
        self.setsockopt = sock.setsockopt
        self.recv_into = sock.recv_into
        self.shutdown = sock.shutdown
        self.close = sock.close

    def sendmsg(self, buffers: Sequence[Buffer], /) -> int:
        return self._sock.send(b"".join(buffers))


def stream_of(sock: socket.socket) -> Stream:
    """The socket itself where it can send a list of buffers."""
    return sock if hasattr(sock, "sendmsg") else JoinedSends(sock)


def tune(sock: socket.socket) -> None:
    """Make a connected or listening socket ours: not blocking, TCP_NODELAY, keepalive."""
    sock.setblocking(False)
    _set(sock, socket.IPPROTO_TCP, "TCP_NODELAY", 1)
    _set(sock, socket.SOL_SOCKET, "SO_KEEPALIVE", 1)
    _set(sock, socket.IPPROTO_TCP, "TCP_KEEPIDLE", int(KEEPALIVE_SECONDS))
    _set(sock, socket.IPPROTO_TCP, "TCP_KEEPALIVE", int(KEEPALIVE_SECONDS))
    _set(sock, socket.IPPROTO_TCP, "TCP_KEEPINTVL", int(KEEPALIVE_PROBE_SECONDS))
    _set(sock, socket.IPPROTO_TCP, "TCP_KEEPCNT", KEEPALIVE_PROBES)


def _set(sock: socket.socket, level: int, option: str, value: int) -> None:
    number = getattr(socket, option, None)
    if number is not None:
        try:
            sock.setsockopt(level, number, value)
        except OSError:
            return


def _nothing() -> None:
    pass


def acknowledger(stream: Stream) -> Callable[[], None]:
    """What to call when all that came is read and more is waited for: it sends the acknowledgement that the system holds back.

    A peer with Nagle's algorithm on holds its next small segment until then, 40 ms otherwise (Linux, TCP_QUICKACK). The option
    does not last, hence the call before each wait. Elsewhere, or for what is no TCP socket, it does nothing.
    """
    number = getattr(socket, "TCP_QUICKACK", None)
    if number is None or stream.family not in (socket.AF_INET, socket.AF_INET6):
        return _nothing
    level = socket.IPPROTO_TCP
    setsockopt = stream.setsockopt

    def acknowledge() -> None:
        try:
            setsockopt(level, number, 1)
        except OSError:
            return

    return acknowledge


class CanBeSet(Protocol):
    """A socket, or what stands for one."""

    def setsockopt(self, level: int, option: int, value: bytes, /) -> None: ...


def reset_on_close(sock: CanBeSet) -> None:
    """Let the next close throw away what is unsent and say so with a TCP reset (SO_LINGER of zero seconds)."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Readiness:
    """Waits until one descriptor can be read from or written to; one thread."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._poll: dict[bool, select.poll] = {}
        if hasattr(select, "poll"):
            for writable, mask in ((False, select.POLLIN), (True, select.POLLOUT)):
                self._poll[writable] = select.poll()
                self._poll[writable].register(stream.fileno(), mask)

    def readable(self, seconds: float) -> bool:
        """True where a read will not block, or will say that the connection is over."""
        return self._ready(seconds, writable=False)

    def writable(self, seconds: float) -> bool:
        """True where a write will not block, or will say that the connection is over."""
        return self._ready(seconds, writable=True)

    def _ready(self, seconds: float, *, writable: bool) -> bool:
        poll = self._poll.get(writable)
        if poll is not None:
            # A poll of zero milliseconds before a deadline would spin.
            return bool(poll.poll(max(0, int(seconds * 1000) + 1)))
        wanted = [self._stream]
        return any(select.select([] if writable else wanted, wanted if writable else [], [], max(0.0, seconds)))


def numeric(address: tuple[object, ...] | str) -> str:
    """A peer's address as people write it: IPv4 without its IPv6 mapping, no zone."""
    text = str(address[0]) if isinstance(address, tuple) and address else str(address)
    try:
        parsed = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)


def listen(address: str, port: int) -> socket.socket:
    """A listening socket; an empty address is every address of this computer, IPv4 and IPv6 where there is both.

    Raises OSError where the port is taken or not allowed, `UsageError` for an address that is not this computer's.
    """
    if not address:
        if socket.has_dualstack_ipv6():
            try:
                return _listening(("::", port), socket.AF_INET6, dual=True)
            except OSError as error:
                if error.errno in (errno.EADDRINUSE, errno.EACCES):
                    raise
        return _listening(("0.0.0.0", port), socket.AF_INET)
    try:
        family, _, _, _, found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return _listening(found, family)
    except socket.gaierror as error:
        raise UsageError(f"cannot listen on {address}: no such address ({error.strerror})") from error
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise UsageError(f"cannot listen on {address}: it is not an address of this computer") from error
        raise


def _listening(address: tuple[object, ...], family: int, *, dual: bool = False) -> socket.socket:
    sock = socket.create_server(address, family=family, backlog=LISTEN_BACKLOG, dualstack_ipv6=dual)
    tune(sock)
    return sock


class NobodyListens(LinkLost):
    """The computer is there, and refused the connection."""


def connect(host: str, port: int, seconds: float = CONNECT_SECONDS) -> socket.socket:
    """A tuned connection. Raises `LinkLost` with a sentence that names host, port and cause; `NobodyListens` is one."""
    try:
        sock = socket.create_connection((host, port), timeout=seconds)
    except OSError as error:
        kind = NobodyListens if isinstance(error, ConnectionRefusedError) else LinkLost
        raise kind(f"no connection to {place(host, port)}: {explain(error, seconds)}") from error
    except (UnicodeError, OverflowError) as error:
        raise LinkLost(f"no connection to {place(host, port)}: not a host and port ({error})") from error
    tune(sock)
    return sock


def place(host: str, port: int) -> str:
    """Host and port as one word."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


_CAUSES = {
    errno.ECONNREFUSED: "connection refused; the computer answers, but nothing listens on that port",
    errno.EHOSTUNREACH: "host unreachable; no way leads to that address, or nobody has it",
    errno.ENETUNREACH: "network unreachable; this computer has no way to that network",
    errno.ETIMEDOUT: "timed out; no such computer, or a firewall swallows the packets",
    errno.ECONNRESET: "the connection was reset; the peer, or a firewall between, closed it without a word",
    errno.ECONNABORTED: "the connection was aborted by this computer's network",
    errno.EPIPE: "the peer had closed the connection",
    errno.EADDRNOTAVAIL: "that address cannot be connected to from here",
    errno.EACCES: "not permitted; a local firewall, or a broadcast address",
    errno.EPERM: "not permitted; a local firewall forbids it",
    errno.EMFILE: "this process has no descriptors left",
    errno.ENFILE: "this computer has no descriptors left",
}


def explain(error: OSError, seconds: float | None = None) -> str:
    """What the system said, as a person would."""
    if isinstance(error, socket.gaierror):
        return f"the host name is not known ({error.strerror})"
    if isinstance(error, TimeoutError) and error.errno is None:
        waited = f" after {seconds:g} s" if seconds is not None else ""
        return f"timed out{waited}; no such computer, or a firewall swallows the packets"
    known = _CAUSES.get(error.errno) if error.errno is not None else None
    return known or error.strerror or str(error) or type(error).__name__
