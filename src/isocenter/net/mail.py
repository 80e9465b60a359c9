"""One e-mail handed to a mail server (RFC 5321), bounded in time as a whole.

Comes in: where the server is, who writes to whom, and the text. What goes wrong comes out as one sentence that names the server. A
password leaves this computer only over TLS whose certificate was checked; without one, STARTTLS is used where the server offers it,
whatever its certificate, since the alternative would be none.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import urlsplit

from isocenter.base.errors import LinkLost, LocalError
from isocenter.base.limits import ALERT_SEND_SECONDS, CONNECT_SECONDS
from isocenter.net.cutting import cut_after, shut
from isocenter.net.sockets import connect, explain, place
from isocenter.net.tls import connecting_context

_TOLD_MAX = 200
_PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """`url` is smtp://host:port or smtps://host:port; `user` is empty where nobody logs in."""

    url: str
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def place(self) -> tuple[str, int]:
        """Its host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or _PORTS[parts.scheme]

    @property
    def is_tls(self) -> bool:
        """TLS from the first byte on."""
        return self.url.startswith("smtps:")


@dataclass(frozen=True, slots=True)
class Letter:
    """Plain text. A line break in the subject becomes a space."""

    sender: str
    receivers: Sequence[str]
    subject: str
    text: str
    written: datetime


def send(server: MailServer, letter: Letter, seconds: float = ALERT_SEND_SECONDS) -> None:
    """Hand it over. Raises LinkLost where the server cannot be reached or ends early, LocalError where it refuses."""
    host, port = server.place
    sock = connect(host, port, min(seconds, CONNECT_SECONDS))
    session: _Session | None = None
    with contextlib.closing(sock), cut_after(seconds, lambda: shut(session.sock if session else sock)), _telling(place(host, port)):
        sock.settimeout(seconds)
        session = _Session(sock, server, host)
        try:
            session.greet()
            _secure_and_log_in(session, server)
            refused = session.send_message(_message(letter), letter.sender, list(letter.receivers))
            with contextlib.suppress(smtplib.SMTPException, OSError):
                session.quit()
        finally:
            session.close()
    if refused:
        raise LocalError(f"{place(host, port)} takes no e-mail for {', '.join(sorted(refused))}")


class _Session(smtplib.SMTP):
    """A session over a connection of our own; it never asks for the name of this computer's address, which can hang."""

    def __init__(self, sock: socket.socket, server: MailServer, host: str) -> None:
        self._given: socket.socket = connecting_context().wrap_socket(sock, server_hostname=host) if server.is_tls else sock
        super().__init__(local_hostname=_own_name(), timeout=sock.gettimeout() or ALERT_SEND_SECONDS)
        self.sock = self._given
        self._host, self._port = server.place

    def greet(self) -> None:
        """Read what the server says first. Raises SMTPConnectError where it does not want us."""
        code, said = self.connect(self._host, self._port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._given


def _secure_and_log_in(session: _Session, server: MailServer) -> None:
    session.ehlo_or_helo_if_needed()
    if not server.is_tls and session.has_extn("starttls"):
        session.starttls(context=connecting_context() if server.user else _unchecked())
        session.ehlo()
    elif not server.is_tls and server.user:
        raise LocalError(f"{place(*server.place)} offers no TLS, and the password is not sent without")
    if server.user:
        try:
            session.login(server.user, server.password)
        except UnicodeError as error:
            raise LocalError(f"{place(*server.place)}: the name or password has letters that this log-in cannot carry") from error


def _unchecked() -> ssl.SSLContext:
    """TLS against those who only listen: nothing secret is told to the server itself."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _own_name() -> str:
    name = socket.gethostname()
    return name if name.isascii() and name.replace("-", "").replace(".", "").isalnum() else "localhost"


def _message(letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = " ".join(letter.subject.split())
    message["From"] = letter.sender
    message["To"] = ", ".join(letter.receivers)
    message["Date"] = format_datetime(letter.written)
    message["Message-ID"] = make_msgid(domain=letter.sender.partition("@")[2] or "localhost")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


@contextlib.contextmanager
def _telling(who: str) -> Iterator[None]:
    """What smtplib and the socket raise, as a sentence."""
    try:
        yield
    except smtplib.SMTPServerDisconnected as error:
        raise LinkLost(f"{who}: the mail server ended the connection, or took too long") from error
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise LocalError(f"{who} takes no e-mail for {', '.join(sorted(error.recipients))}: {code} {_text(said)}") from error
    except smtplib.SMTPResponseException as error:
        if error.smtp_code < 0:
            raise LocalError(f"{who}: what answers there is no mail server ({_text(error.smtp_error)})") from error
        raise LocalError(f"{who} refuses: {error.smtp_code} {_text(error.smtp_error)}") from error
    except smtplib.SMTPException as error:
        raise LocalError(f"{who}: {_text(str(error))}") from error
    except TimeoutError as error:
        raise LinkLost(f"{who}: the mail server does not answer in time") from error
    except OSError as error:
        raise LinkLost(f"{who}: {explain(error)}") from error


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:_TOLD_MAX]
