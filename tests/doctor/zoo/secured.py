"""TLS set wrong in each way that it can be: servers of Python's and of OpenSSL's own, certificates of the lab's authorities."""

from __future__ import annotations

import contextlib
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.doctor.zoo.examination import Target
from tests.doctor.zoo.loopback import Loopback, a_port
from tests.peers.processes import Server, found, is_listening

from isocenter.doctor.visit import Security
from isocenter.lab.faults.certificates import Authority, self_signed
from isocenter.lab.faults.habits import Habits

_VERIFY = ("-Verify", "2", "-verify_return_error")
_OPENSSL = {
    "in-clear": (),
    "old": ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
    "cipher": ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA256"),
    "wants-12": ("-tls1_2", *_VERIFY),
    "wants-13": ("-tls1_3", *_VERIFY),
    "untrusted": ("-tls1_3", *_VERIFY),
    "client-expired": ("-tls1_3", *_VERIFY),
}


@contextlib.contextmanager
def made(loopback: Loopback, root: Path, what: str) -> Iterator[Target]:
    """The target of a row: a good peer behind TLS that is wrong in one way."""
    folder = Path(tempfile.mkdtemp(dir=root))
    ours, theirs = Authority(folder, "Our authority"), Authority(folder, "Another authority")
    right = ours.issue("right")
    security: Security | None = Security(authority=ours.certificate)
    if what == "in-clear":
        security = None
    if what in ("client-expired", "untrusted", "wants-ours"):
        authority = theirs if what == "untrusted" else ours
        files = authority.issue("our own", days=(-30, -1) if what == "client-expired" else (-1, 90))
        security = Security(ours.certificate, *files)
    if what == "own-key":
        security = Security(ours.certificate, right[0], theirs.issue("another")[1])
    with contextlib.ExitStack() as stack:
        if what in _OPENSSL:
            port = stack.enter_context(openssl(folder, right, ours.certificate, *_OPENSSL[what]))
        else:
            context = None if what == "plain" else _context(what, folder, ours, theirs, right)
            port, _ = stack.enter_context(loopback.peer(Habits(), tls=context))
        yield Target("127.0.0.1", port, security)


def _context(what: str, folder: Path, ours: Authority, theirs: Authority, right: tuple[Path, Path]) -> ssl.SSLContext:
    files = {
        "expired": lambda: ours.issue("expired", days=(-30, -1)),
        "not-yet": lambda: ours.issue("not yet", days=(1, 30)),
        "issuer": lambda: theirs.issue("theirs"),
        "self-signed": lambda: self_signed(folder),
        "name": lambda: ours.issue("elsewhere", ("pacs.example.org",)),
    }.get(what, lambda: right)()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    if what in ("wants-silent", "wants-ours"):
        context.minimum_version, context.verify_mode = ssl.TLSVersion.TLSv1_3, ssl.CERT_REQUIRED
        context.load_verify_locations(ours.certificate)
    return context


@contextlib.contextmanager
def openssl(folder: Path, files: tuple[Path, Path], authority: Path, *options: str) -> Iterator[int]:
    """OpenSSL's own server: unlike Python's streams it tells its alerts before it closes."""
    port = a_port()
    command = [found("openssl"), "s_server", "-accept", f"127.0.0.1:{port}", "-cert", str(files[0]), "-key", str(files[1])]
    command += ["-CAfile", str(authority), "-quiet", *options]
    server = Server(command, folder / "openssl.log")
    try:
        server.wait_until(lambda: is_listening(port))
        yield port
    finally:
        server.end()
