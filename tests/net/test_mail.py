"""An e-mail is handed over as it is meant, and every way in which that fails is one sentence, in bounded time."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from time import monotonic

import pytest
from tests.waiting import serving

from isocenter.base.errors import LinkLost, LocalError
from isocenter.net.mail import Letter, MailServer, send

LETTER = Letter("pacs@h.example", ["a@h.example", "b@h.example"], "CT room 2\r\nBcc: x", "does not answer\n.\nRöntgen",
                datetime(2026, 1, 1, tzinfo=UTC))  # fmt: skip
WELCOME = {"": "220 mail", "EHLO": "250-mail\r\n250 8BITMIME", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go",
           ".": "250 kept", "QUIT": "221 bye"}  # fmt: skip


@contextmanager
def server(answers, drip=False):
    """A mail server that answers each command with its line; what it was told goes into the list."""
    heard: list[bytes] = []

    def talk(connection):
        while drip:
            connection.sendall(b"220-x\r\n")
            threading.Event().wait(0.05)
        connection.sendall(answers[""].encode() + b"\r\n")
        _obey(connection, answers, heard)

    with _listening(talk) as mail:
        yield mail, heard


@contextmanager
def _listening(talk):
    """A server that talks with one caller."""

    def meet(connection):
        with connection, suppress(OSError):
            talk(connection)

    with serving(meet) as port:
        yield MailServer(f"smtp://127.0.0.1:{port}")


def _obey(connection, answers, heard):
    """Answer each command with its line."""
    with connection.makefile("rb") as lines:
        for line in lines:
            heard.append(line)
            command = line.split()[0].decode().upper()
            answer = answers.get(command, "502 what")
            if answer == "end":
                return
            connection.sendall(answer.encode() + b"\r\n")
            if command == "DATA" and answer.startswith("354"):
                text = b""
                while not text.endswith(b"\r\n.\r\n"):
                    text += lines.readline()
                heard.append(text)
                connection.sendall(answers["."].encode() + b"\r\n")


def test_a_letter_arrives_whole_with_nothing_smuggled_into_its_headers():
    with server(WELCOME) as (mail, heard):
        send(mail, LETTER)
    assert [line for line in heard if line.startswith(b"rcpt")] == [b"rcpt TO:<a@h.example>\r\n", b"rcpt TO:<b@h.example>\r\n"]
    text = next(part for part in heard if b"Subject" in part)
    message = message_from_bytes(text.replace(b"\r\n..\r\n", b"\r\n.\r\n"), policy=default)
    assert message["Subject"] == "CT room 2 Bcc: x"
    assert message["Bcc"] is None
    assert message["To"] == "a@h.example, b@h.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().startswith("does not answer\r\n.\r\nRöntgen")


@pytest.mark.parametrize(
    ("answers", "kind", "words"),
    [
        ({"": "554 go away"}, LocalError, "refuses: 554 go away"),
        ({"MAIL": "530 log in first"}, LocalError, "530 log in first"),
        ({"RCPT": "550 no such box"}, LocalError, "takes no e-mail for a@h.example, b@h.example: 550 no such box"),
        ({"DATA": "552 full"}, LocalError, "552 full"),
        ({".": "554 spam"}, LocalError, "554 spam"),
        ({"EHLO": "end"}, LinkLost, "ended the connection"),
        ({"": "HTTP/1.1 400 Bad Request"}, LocalError, "no mail server"),
    ],
)
def test_every_refusal_is_a_sentence_that_names_the_server(answers, kind, words):
    with server({**WELCOME, **answers}) as (mail, _), pytest.raises(kind, match=words) as raised:
        send(mail, LETTER)
    assert str(raised.value).startswith("127.0.0.1:")


def test_a_password_is_not_sent_to_a_server_without_tls():
    with server(WELCOME) as (mail, heard), pytest.raises(LocalError, match="no TLS"):
        send(MailServer(mail.url, "me", "secret"), LETTER)
    assert not any(b"secret" in line or b"AUTH" in line.upper() for line in heard)
    assert "secret" not in repr(MailServer(mail.url, "me", "secret"))


def test_one_that_drips_is_cut_when_the_time_is_over():
    began = monotonic()
    with server(WELCOME, drip=True) as (mail, _), pytest.raises(LinkLost):
        send(mail, LETTER, seconds=0.3)
    assert monotonic() - began < 3


def test_nobody_there_is_said_so():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(LinkLost, match=str(port)):
        send(MailServer(f"smtp://127.0.0.1:{port}"), LETTER)


@pytest.mark.parametrize(
    ("url", "place"), [("smtp://mail", ("mail", 25)), ("smtps://mail", ("mail", 465)), ("smtp://[::1]:2525", ("::1", 2525))]
)
def test_where_the_server_is(url, place):
    assert MailServer(url).place == place


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this computer that nobody trusts, and its key."""
    folder = tmp_path_factory.mktemp("papers")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


@contextmanager
def secured(certificate, answers):
    """A mail server that offers STARTTLS; what it was told inside TLS goes into the list."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    inside = answers | {"EHLO": "250-mail\r\n250 AUTH PLAIN", "AUTH": "235 welcome"}
    heard: list[bytes] = []

    def talk(plain):
        plain.sendall(b"220 mail\r\n")
        plain.recv(1000)
        plain.sendall(b"250-mail\r\n250 STARTTLS\r\n")
        plain.recv(1000)
        plain.sendall(b"220 go\r\n")
        with context.wrap_socket(plain, server_side=True) as inner:
            _obey(inner, inside, heard)

    with _listening(talk) as mail:
        yield mail, heard


def test_starttls_is_used_where_it_is_offered_whatever_the_certificate(certificate):
    with secured(certificate, WELCOME) as (mail, heard):
        send(mail, LETTER)
    assert heard[0].lower().startswith(b"ehlo")
    assert any(line.lower().startswith(b"rcpt") for line in heard)


def test_a_password_goes_only_to_a_server_whose_certificate_is_trusted(certificate, monkeypatch):
    with secured(certificate, WELCOME) as (mail, heard), pytest.raises(LinkLost):
        send(MailServer(mail.url, "me", "secret"), LETTER)
    assert heard == []
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    monkeypatch.setattr("isocenter.net.mail.connecting_context", lambda: trusting)
    with secured(certificate, WELCOME) as (mail, heard):
        send(MailServer(mail.url, "me", "secret"), LETTER)
    assert any(line.upper().startswith(b"AUTH") for line in heard)


@pytest.mark.parametrize(("user", "password"), [("me", "geheimnisvoll\u00e4"), ("m\u00fcller", "secret")])
def test_letters_that_a_log_in_cannot_carry_are_told(certificate, monkeypatch, user, password):
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    monkeypatch.setattr("isocenter.net.mail.connecting_context", lambda: trusting)
    with secured(certificate, WELCOME) as (mail, _), pytest.raises(LocalError, match="letters that this log-in cannot carry"):
        send(MailServer(mail.url, user, password), LETTER)
