"""The layer of the first bytes: is it DICOM that answers?"""

from __future__ import annotations

from threading import Event

import pytest
from tests.doctor.doors import accepting, closing, door, greeting_with, rejecting, saying, silent, visit_at

from isocenter.doctor import first_bytes_step
from isocenter.doctor.answer import Said
from isocenter.doctor.first_bytes_step import look_at_first_bytes
from isocenter.doctor.visit import Security
from isocenter.model.checkup import Outcome


def found(behave, **more):
    with door(behave) as port:
        visit = visit_at(port, **more)
        return visit, look_at_first_bytes(visit)


def at_once(sock):
    """Accept, and close before anything is said."""


def as_a_browser_expects(sock):
    """Silent until a whole web request came, as many servers are."""
    came = b""
    while b"\r\n\r\n" not in came:
        some = sock.recv(4096)
        if not some:
            return
        came += some
    sock.sendall(b"HTTP/1.0 400 Bad request\r\nServer: Waiting/1\r\n\r\n")


@pytest.mark.parametrize("behave", [accepting(), rejecting(1, 1, 3)])
def test_whoever_answers_in_dicom_passes_and_its_answer_is_kept(behave):
    visit, step = found(behave)
    assert step.outcome is Outcome.PASSED
    assert visit.answer.said in (Said.ACCEPTED, Said.REJECTED)


@pytest.mark.parametrize(
    ("behave", "code", "words"),
    [
        (greeting_with(b"SSH-2.0-OpenSSH_9.6\r\n"), "speaks-first", "it is SSH: SSH-2.0-OpenSSH_9.6"),
        (saying(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n"), "speaks-http", "it is a web server (nginx), not DICOM"),
        (saying(b"HTTP/1.1 503 No\r\n\r\n"), "speaks-gateway", "a load balancer answers: HTTP 503"),
        (saying(b"HTTP/1.1 407 No\r\n\r\n"), "speaks-proxy", "a web proxy answers: HTTP 407"),
        (greeting_with(b"\x0bMSH|^~\\&"), "speaks-hl7", "it speaks HL7, not DICOM"),
        (greeting_with(b"RFB 003.008\n"), "speaks-other", "it speaks VNC"),
        (saying(b"\x99\x99"), "speaks-other", "it answers with bytes that are not DICOM"),
        (at_once, "closed-at-once", "it takes the connection and closes it before anything is said"),
        (as_a_browser_expects, "speaks-http", "it is a web server (Waiting/1), not DICOM"),
    ],
)
def test_everybody_else_is_named(behave, code, words):
    _, step = found(behave)
    assert (step.outcome, step.sign.code, step.words) == (Outcome.FAILED, code, words)


@pytest.mark.parametrize("behave", [closing, silent])
def test_silence_and_hanging_up_are_left_to_the_titles(behave):
    visit, step = found(behave)
    assert step.outcome is Outcome.WARNED
    assert visit.answer.said in (Said.CLOSED, Said.SILENT)


def test_a_late_answer_is_waited_for_once():
    others = []
    asked_otherwise = Event()

    def busy(sock):
        """Answer the first connection when a second one has come."""
        others.append(sock)
        if len(others) > 1:
            asked_otherwise.set()
            silent(sock)
        elif asked_otherwise.wait(3):
            accepting()(sock)

    visit, step = found(busy)
    assert step.outcome is Outcome.PASSED
    assert visit.answer.said is Said.ACCEPTED
    assert visit.answer.seconds >= visit.patience.associate


def test_nothing_is_sent_where_paper_comes_out(monkeypatch):
    came = []

    def printer(sock):
        came.append(sock.recv(100))

    with door(printer) as port:
        monkeypatch.setattr(first_bytes_step, "ports", lambda: {"paper": (port,), "hl7": ()})
        step = look_at_first_bytes(visit_at(port))
    assert step.sign.code == "paper-port"
    assert not came


def test_a_port_for_hospital_messages_is_asked_in_dicom_alone(monkeypatch):
    came = []

    def mailbox(sock):
        came.append(sock.recv(65536)[:1])
        silent(sock)

    with door(mailbox) as port:
        monkeypatch.setattr(first_bytes_step, "ports", lambda: {"paper": (), "hl7": (port,)})
        step = look_at_first_bytes(visit_at(port))
    assert step.sign.code == "hl7-silent"
    assert came == [b"\x01"]


def test_with_tls_it_is_only_listened_to():
    came = []

    def listening(sock):
        came.append(sock.recv(100))

    _, step = found(listening, security=Security())
    assert (step.outcome, step.words) == (Outcome.PASSED, "it waits to be spoken to")
    assert came in ([], [b""])
    _, step = found(greeting_with(b"220 mail ESMTP\r\n"), security=Security())
    assert step.sign.code == "speaks-first"
