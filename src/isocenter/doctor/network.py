"""The doctor's only room with sockets: names, routes, connections and TLS, each with what the system said and how long it took.

Comes in: a host, an address, a port, bytes to send. Goes out: error numbers, seconds, bytes; nothing raises for what the network
does but `Unreached` and `TlsFailed`. Everything read is bounded in bytes and in time, and no address is turned into a name. What
it all means is told elsewhere.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import ssl
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from time import monotonic
from typing import TYPE_CHECKING

from isocenter.base.clock import Clock
from isocenter.base.errors import IsocenterError
from isocenter.base.limits import CHECKUP_RAW_BYTES_MAX, CHECKUP_TLS_BYTES_MAX, KIB
from isocenter.doctor.visit import Security
from isocenter.model import recording
from isocenter.model.checkup import Exchange

if TYPE_CHECKING:
    from isocenter.net.recorder import Recorder
    from isocenter.net.tap import Tap

_SLICE_SECONDS = 0.2
_READ_BYTES = 16 * KIB
_MESSAGE_PORT = 9
"""For asking the system's routing table: a datagram socket that is connected sends nothing."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What the system made of a host name: numeric addresses in the order in which they are tried, or its error and its words."""

    addresses: tuple[str, ...]
    error: int | None
    words: str
    seconds: float

    @property
    def is_silent(self) -> bool:
        """True where the name server did not answer, which is no answer about the name."""
        return self.error in (socket.EAI_AGAIN, socket.EAI_FAIL)


def look_up(host: str, port: int) -> Looked:
    """Ask the system for the addresses of a host, IPv4 and IPv6."""
    began = monotonic()
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return Looked((), error.errno, error.strerror or "not known", monotonic() - began)
    except (UnicodeError, OverflowError, OSError) as error:
        return Looked((), socket.EAI_NONAME, str(error), monotonic() - began)
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    return Looked(addresses, None, "", monotonic() - began)


def as_the_system_reads(host: str) -> str:
    """The IPv4 address that the system takes an oddly written one for (`10.1.1`, `010.0.0.1`); empty where it takes it for none."""
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError, ValueError):
        return ""


def own_address_towards(address: str) -> tuple[str, int | None]:
    """Our address towards that one, or the error number of a routing table that knows no way. Nothing is sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.connect((address, _MESSAGE_PORT))
            return str(asked.getsockname()[0]).partition("%")[0], None
    except OSError as error:
        return "", error.errno or errno.EINVAL


class Unreached(IsocenterError):
    """No connection: `number` is the system's error, ETIMEDOUT for our own patience; `seconds` is how long it took."""

    def __init__(self, number: int, words: str, seconds: float) -> None:
        super().__init__(words)
        self.number = number
        self.seconds = seconds

    @property
    def name(self) -> str:
        """The error as the manuals write it, such as ECONNREFUSED."""
        return errno.errorcode.get(self.number, str(self.number)).removeprefix("WSA")


class TlsFailed(IsocenterError):
    """A handshake that came to nothing. `reason` is OpenSSL's name of it, `verify_code` its verdict on a certificate, or 0."""

    def __init__(self, words: str, reason: str, verify_code: int = 0) -> None:
        super().__init__(words)
        self.reason = reason
        self.verify_code = verify_code


class Ending(Enum):
    """How a connection ended under us. `ALERT`: by TLS, with its reason in `Line.alert`."""

    CLOSED = "closed"
    RESET = "reset"
    ALERT = "alert"
    STOPPED = "stopped"


_RECORDED_AS = {Ending.CLOSED: recording.Ending.CALLED, Ending.ALERT: recording.Ending.CALLED, Ending.RESET: recording.Ending.RESET}


class Line:
    """One TCP connection with what passed on it; one thread. `heard` is all that came, below TLS where there is TLS."""

    def __init__(self, sock: socket.socket, clock: Clock, is_stopped: Callable[[], bool]) -> None:
        self._socket = sock
        self._clock = clock
        self._is_stopped = is_stopped
        self._tls: ssl.SSLObject | None = None
        self._from_peer, self._to_peer = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.exchanges: list[Exchange] = []
        self.heard = bytearray()
        self.ending: Ending | None = None
        self.alert = ""
        self.is_asked_for_certificate = False
        self.own_address = str(sock.getsockname()[0])
        self.connect_seconds = 0.0
        self._tap: Tap | None = None

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection. Idempotent."""
        self._socket.close()
        if self._tap is not None:
            self._tap.ended(monotonic(), _RECORDED_AS.get(self.ending or Ending.STOPPED, recording.Ending.CALLER))

    def record(self, recorder: Recorder) -> None:
        """Have all that passes from now on kept, as it is inside TLS where there is TLS."""
        self._tap = recorder.of_socket(self._socket, outgoing=True)

    def note(self, direction: str, words: str, raw: bytes) -> None:
        """Remember something that passed, with its first bytes."""
        kept = self._tap.recording.token if self._tap is not None else ""
        self.exchanges.append(Exchange(self._clock.now(), direction, words, raw[:CHECKUP_RAW_BYTES_MAX], len(raw), kept))

    # Bytes

    def send(self, raw: bytes) -> None:
        """Send all of it. What breaks meanwhile shows in `ending` at the next read."""
        if self._tap is not None:
            now = monotonic()
            self._tap.sent([raw], now, now)
        if self._tls is None:
            self._send(raw)
            return
        try:
            self._tls.write(raw)
        except ssl.SSLError as error:
            self._end_by(error)
        self._send(self._to_peer.read())

    def _send(self, raw: bytes) -> None:
        try:
            self._socket.settimeout(5.0)
            self._socket.sendall(raw)
        except OSError:
            # What the peer said before it went is still to be read; the next read tells the end.
            return

    def read(self, count_max: int, until: float) -> bytes:
        """Some bytes, at most so many, waiting until that moment of the monotonic clock. Empty: none came, or `ending` says why."""
        some = self._read(count_max, until)
        if some and self._tap is not None:
            self._tap.received(memoryview(some), monotonic())
        return some

    def _read(self, count_max: int, until: float) -> bytes:
        if self._tls is None:
            return self._some(count_max, until)
        while True:
            try:
                return self._tls.read(count_max)
            except ssl.SSLWantReadError:
                self._send(self._to_peer.read())
                if not self._more(until):
                    return b""
            except ssl.SSLZeroReturnError:
                self.ending = Ending.CLOSED
                return b""
            except ssl.SSLError as error:
                self._end_by(error)
                return b""

    def exactly(self, count: int, until: float) -> bytes:
        """So many bytes, or fewer where the connection ends or the time is over."""
        got = bytearray()
        while len(got) < count:
            some = self.read(count - len(got), until)
            if not some:
                break
            got += some
        return bytes(got)

    def _some(self, count_max: int, until: float) -> bytes:
        while self.ending is None:
            left = until - monotonic()
            if left <= 0:
                return b""
            if self._is_stopped():
                self.ending = Ending.STOPPED
                return b""
            self._socket.settimeout(min(left, _SLICE_SECONDS))
            try:
                some = self._socket.recv(count_max)
            except TimeoutError:
                continue
            except OSError as error:
                self.ending = Ending.RESET if error.errno in (errno.ECONNRESET, errno.EPIPE) else Ending.CLOSED
                return b""
            if not some:
                self.ending = Ending.CLOSED
                return b""
            if len(self.heard) < CHECKUP_TLS_BYTES_MAX:
                self.heard += some
            return some
        return b""

    # TLS

    def secure(self, context: ssl.SSLContext, server_name: str, until: float) -> ssl.SSLObject:
        """Shake hands as the calling side. Raises `TlsFailed`; what came until then is in `heard`."""
        self._listen_to_handshake(context)
        try:
            tls = context.wrap_bio(self._from_peer, self._to_peer, server_hostname=server_name)
        except (ValueError, ssl.SSLError) as error:
            raise TlsFailed(str(error), "") from error
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                self._send(self._to_peer.read())
                if not self._more(until):
                    how = {Ending.CLOSED: "the connection was closed", Ending.RESET: "the connection was reset"}
                    raise TlsFailed(how.get(self.ending, "nothing came") if self.ending else "nothing came", "") from None
            except ssl.SSLCertVerificationError as error:
                self._send(self._to_peer.read())
                raise TlsFailed(error.verify_message, error.reason or "", error.verify_code) from error
            except ssl.SSLError as error:
                self._send(self._to_peer.read())
                raise TlsFailed(error.reason or str(error), error.reason or "") from error
        self._send(self._to_peer.read())
        self._tls = tls
        return tls

    def _listen_to_handshake(self, context: ssl.SSLContext) -> None:
        """Notice a CertificateRequest, which TLS 1.3 sends encrypted; nothing is noticed where this Python does not tell."""

        def told(tls: object, direction: str, version: object, content: object, message: object, data: bytes) -> None:
            if direction == "read" and getattr(message, "name", "") == "CERTIFICATE_REQUEST":
                self.is_asked_for_certificate = True

        with contextlib.suppress(AttributeError, TypeError):
            context._msg_callback = told  # type: ignore[attr-defined]

    def _more(self, until: float) -> bool:
        """Let TLS have what comes next; False where nothing does."""
        some = self._some(_READ_BYTES, until)
        if some:
            self._from_peer.write(some)
        return bool(some)

    def _end_by(self, error: ssl.SSLError) -> None:
        if isinstance(error, ssl.SSLEOFError):
            self.ending = Ending.CLOSED
            return
        self.ending = Ending.ALERT
        self.alert = error.reason or str(error)


def connect(address: str, port: int, seconds: float, clock: Clock, is_stopped: Callable[[], bool] = lambda: False) -> Line:
    """Connect to a numeric address. Raises `Unreached`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    began = monotonic()
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise Unreached(error.errno or 0, error.strerror or str(error), monotonic() - began) from error
    number = _connect(sock, (address, port), began + seconds, is_stopped)
    spent = monotonic() - began
    if number:
        sock.close()
        raise Unreached(number, os.strerror(number), spent)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line = Line(sock, clock, is_stopped)
    line.connect_seconds = spent
    return line


def _connect(sock: socket.socket, place: tuple[str, int], until: float, is_stopped: Callable[[], bool]) -> int:
    """0 when connected, else the error number; ETIMEDOUT when the time is over, ECANCELED when stopped."""
    sock.setblocking(False)
    try:
        number = sock.connect_ex(place)
    except (OSError, OverflowError) as error:
        return getattr(error, "errno", None) or errno.EINVAL
    if number in (0, errno.EISCONN):
        return 0
    if number not in (errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY):
        return number
    while (left := until - monotonic()) > 0 and not is_stopped():
        if _writable(sock, min(left, _SLICE_SECONDS)):
            return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return errno.ECANCELED if is_stopped() else errno.ETIMEDOUT


def _writable(sock: socket.socket, seconds: float) -> bool:
    import select

    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(sock, select.POLLOUT)
        return bool(poll.poll(seconds * 1000))
    return any(select.select([], [sock], [sock], seconds))


def tls_context(security: Security | None) -> ssl.SSLContext | None:
    """For calling a node as a visit says; None where it is called in clear. Raises `UsageError` for files that cannot be used."""
    if security is None:
        return None
    from isocenter.net.tls import connecting_context

    return connecting_context(security.authority, security.certificate, security.key, check_host=security.check_host)


def any_server_context() -> ssl.SSLContext:
    """For looking at a TLS server whoever it is, in any version and cipher that this computer has; nothing is sent on it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with contextlib.suppress(ssl.SSLError, ValueError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


def chain_of(tls: ssl.SSLObject) -> list[bytes]:
    """The certificates that the server showed, its own first, as DER; only its own where this Python does not tell the others."""
    own = tls.getpeercert(binary_form=True)
    told = getattr(getattr(tls, "_sslobj", None), "get_unverified_chain", None)
    try:
        chain = told() if told is not None else None
    except (ssl.SSLError, ValueError):
        chain = None
    if chain:
        return [one if isinstance(one, bytes) else one.public_bytes(_DER) for one in chain]
    return [own] if own else []


_DER = 2
"""Which form a certificate of `get_unverified_chain` is asked for (ENCODING_DER of Python's own `_ssl`)."""


def tls_versions(tls: ssl.SSLObject) -> tuple[str, str]:
    """(version, cipher suite) of a session, such as TLSv1.3."""
    cipher = tls.cipher()
    return tls.version() or "TLS", cipher[0] if cipher else ""
