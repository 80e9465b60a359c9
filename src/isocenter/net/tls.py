"""TLS for both roles by BCP 195 (PS3.15 B.9): TLS 1.2 or newer, authenticated encryption with ephemeral keys, nothing older.

Comes in: certificate files. Goes out: contexts, and streams that speak to the drivers as plain sockets do. Where an authority is
given, the other side must show a certificate from it, in both roles. No data set passes here unencrypted.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from pathlib import Path

from isocenter.base.errors import LinkLost, UsageError
from isocenter.base.limits import CONNECT_SECONDS
from isocenter.net.sockets import Buffer, place

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""TLS 1.2 suites that RFC 9325 recommends; those of TLS 1.3 are all of that kind."""


def listening_context(certificate: Path, key: Path, authority: Path | None = None) -> ssl.SSLContext:
    """For a listener. With `authority` callers need a certificate from it. Raises `UsageError` for unusable files."""
    return _context(ssl.PROTOCOL_TLS_SERVER, certificate, key, authority)


def connecting_context(
    authority: Path | None = None, certificate: Path | None = None, key: Path | None = None, *, check_host: bool = True
) -> ssl.SSLContext:
    """For calling others; without `authority` the system's list of authorities counts. Raises `UsageError` for unusable files."""
    context = _context(ssl.PROTOCOL_TLS_CLIENT, certificate, key, authority)
    # Devices often carry certificates without their host name; then the authority alone vouches for them.
    context.check_hostname = check_host
    if authority is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    return context


def _context(protocol: int, certificate: Path | None, key: Path | None, authority: Path | None) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    try:
        if certificate is not None:
            context.load_cert_chain(certificate, key)
        if authority is not None:
            context.load_verify_locations(authority)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        files = ", ".join(str(file) for file in (certificate, key, authority) if file is not None)
        raise UsageError(f"TLS cannot use {files}: {error}") from error
    return context


class TlsStream:
    """A TLS connection that never blocks, as `sockets.Stream`."""

    def __init__(self, tls: ssl.SSLSocket) -> None:
        self._tls = tls
        self.family = tls.family
        self.fileno = tls.fileno
        self.setsockopt = tls.setsockopt
        self.close = tls.close

    def shake_hands(self) -> bool:
        """One step of the handshake; True when it is complete. Raises OSError where it fails."""
        try:
            self._tls.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        return True

    def recv_into(self, buffer: memoryview, /) -> int:
        try:
            return self._tls.recv_into(buffer)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise BlockingIOError from None
        except ssl.SSLEOFError:
            return 0

    def sendmsg(self, buffers: Sequence[Buffer], /) -> int:
        sent = 0
        try:
            for buffer in buffers:
                view = memoryview(buffer)
                while view:
                    count = self._tls.send(view)
                    sent += count
                    view = view[count:]
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            if not sent:
                raise BlockingIOError from None
        return sent

    def shutdown(self, how: int, /) -> None:
        """Close one direction of the connection below; a half-closed TLS session has no meaning of its own."""
        self._tls.shutdown(how)


def accepted(sock: socket.socket, context: ssl.SSLContext) -> TlsStream:
    """The TLS side of a connection that was accepted, before its handshake."""
    return TlsStream(context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True))


def secure(sock: socket.socket, context: ssl.SSLContext, host: str, port: int) -> TlsStream:
    """Shake hands as the calling side. Raises `LinkLost` with a sentence where that fails."""
    try:
        sock.settimeout(CONNECT_SECONDS)
        tls = context.wrap_socket(sock, server_hostname=host)
        tls.setblocking(False)
    except ssl.SSLCertVerificationError as error:
        raise LinkLost(f"{place(host, port)}: its certificate is not accepted: {error.verify_message}") from error
    except (OSError, ValueError) as error:
        sock.close()
        raise LinkLost(f"{place(host, port)}: no TLS connection: {getattr(error, 'reason', None) or error}") from error
    return TlsStream(tls)
