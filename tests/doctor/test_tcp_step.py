"""The layer of TCP: what the system's error and its time mean."""

from __future__ import annotations

import errno
import os
import socket
from dataclasses import replace

import pytest
from tests.doctor.doors import accepting, door, silent, visit_at

from isocenter.doctor import neighbours, tcp_step
from isocenter.doctor.network import Unreached
from isocenter.doctor.tcp_step import open_connection
from isocenter.doctor.visit import Consent
from isocenter.doctor.web_pages import Page
from isocenter.model.checkup import Outcome


@pytest.fixture(autouse=True)
def no_pages(monkeypatch):
    """No web page beside the port, whatever this computer has."""
    monkeypatch.setattr(tcp_step, "look_around", lambda visit: None)


@pytest.fixture
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def failing(monkeypatch, number, seconds):
    def connect(*asked):
        raise Unreached(number, os.strerror(number), seconds)

    monkeypatch.setattr(tcp_step, "connect", connect)


def test_an_open_port_gives_our_address_and_the_round_trip():
    with door(silent) as port:
        visit = visit_at(port)
        visit.address = visit.own_address = ""
        step = open_connection(visit)
    assert (step.outcome, step.words) == (Outcome.PASSED, f"port {port} is open")
    assert (visit.address, visit.own_address) == ("127.0.0.1", "127.0.0.1")
    assert step.milliseconds == visit.connect_milliseconds


def test_a_closed_port_is_refused(closed_port):
    step = open_connection(visit_at(closed_port))
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, "tcp-refused")


@pytest.mark.parametrize(
    ("number", "seconds", "code"),
    [
        (errno.EHOSTUNREACH, 0.01, "tcp-prohibited"),
        (errno.EHOSTUNREACH, 3.07, "tcp-absent"),
        (errno.ENETUNREACH, 0.0, "tcp-no-route"),
        (errno.EACCES, 0.0, "tcp-forbidden"),
        (errno.EPERM, 0.0, "tcp-forbidden"),
        (errno.ETIMEDOUT, 5.0, "tcp-silent"),
        (errno.EMFILE, 0.0, "tcp-error"),
    ],
)
def test_the_error_and_its_time_tell_the_fault(monkeypatch, number, seconds, code):
    failing(monkeypatch, number, seconds)
    assert open_connection(visit_at(104)).sign.code == code


def test_a_router_that_says_no_at_once_is_asked_twice_for_others_may_have_waited_already(monkeypatch):
    errors = iter((Unreached(errno.EHOSTUNREACH, "no", 0.4), Unreached(errno.EHOSTUNREACH, "no", 3.1)))

    def connect(*asked):
        raise next(errors)

    monkeypatch.setattr(tcp_step, "connect", connect)
    assert open_connection(visit_at(104)).sign.code == "tcp-absent"


def test_a_connection_that_is_reset_was_open(monkeypatch):
    failing(monkeypatch, errno.ECONNRESET, 0.0)
    assert open_connection(visit_at(104)).outcome is Outcome.PASSED


def test_whoever_stops_finds_no_fault(monkeypatch):
    failing(monkeypatch, errno.ECANCELED, 0.1)
    assert open_connection(visit_at(104)).outcome is Outcome.SKIPPED


def test_one_address_of_two_that_answers_is_enough_and_a_remark(closed_port):
    with door(silent) as port:
        visit = visit_at(port)
        visit.addresses = ("::1", "127.0.0.1")
        step = open_connection(visit)
    assert step.outcome is Outcome.WARNED
    assert visit.address == "127.0.0.1"
    assert "::1" in visit.remarks[0]


def test_with_consent_dicom_is_looked_for_on_the_usual_ports(closed_port, monkeypatch):
    with door(silent) as quiet, door(accepting()) as speaking:
        monkeypatch.setattr(neighbours, "ports", lambda: {"dicom": (quiet, speaking), "alive": ()})
        visit = visit_at(closed_port, consent=Consent(neighbours=True))
        step = open_connection(visit)
    assert step.sign.code == "tcp-refused-elsewhere"
    assert step.sign.facts["found_port"] == str(speaking)


@pytest.mark.parametrize(("is_there", "code"), [(True, "tcp-silent-alive"), (False, "tcp-silent-down")])
def test_with_consent_a_silent_port_is_told_from_a_computer_that_is_off(monkeypatch, closed_port, is_there, code):
    failing(monkeypatch, errno.ETIMEDOUT, 5.0)
    monkeypatch.setattr(neighbours, "ports", lambda: {"dicom": (), "alive": (closed_port,) if is_there else ()})
    assert open_connection(visit_at(104, consent=Consent(neighbours=True))).sign.code == code


def test_whoever_stops_while_neighbours_are_asked_is_not_told_that_the_computer_is_off(monkeypatch, closed_port):
    stopped = []
    failing(monkeypatch, errno.ETIMEDOUT, 5.0)
    monkeypatch.setattr(neighbours, "ports", lambda: {"dicom": (), "alive": (closed_port,)})
    visit = visit_at(104, consent=Consent(neighbours=True), is_stopped=lambda: bool(stopped), pause=stopped.append)
    step = open_connection(visit)
    assert (step.outcome, step.sign) == (Outcome.SKIPPED, None)


def test_a_page_that_names_the_port_is_believed_first(closed_port, monkeypatch):
    with door(accepting()) as other, door(accepting()) as named:
        monkeypatch.setattr(tcp_step, "look_around", lambda visit: Page("orthanc", ("ORTHANC",), named, "port 8042/system"))
        monkeypatch.setattr(neighbours, "ports", lambda: {"dicom": (other,), "alive": ()})
        visit = visit_at(closed_port, consent=Consent(neighbours=True))
        step = open_connection(visit)
    assert step.sign.facts["found_port"] == str(named)
    assert visit.product == "orthanc"


def test_between_two_neighbours_there_is_a_pause(closed_port, monkeypatch):
    pauses = []
    monkeypatch.setattr(neighbours, "ports", lambda: {"dicom": (closed_port + 1, closed_port), "alive": ()})
    visit = visit_at(closed_port, consent=Consent(neighbours=True), pause=pauses.append)
    visit.patience = replace(visit.patience, pause=1.0)
    open_connection(visit)
    assert pauses == [1.0]
