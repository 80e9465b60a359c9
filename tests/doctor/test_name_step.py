"""The layer of the name."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest
from tests.doctor.doors import visit_at

from isocenter.doctor import name_step
from isocenter.doctor.network import Looked
from isocenter.model.checkup import Outcome


def looked_at(host):
    visit = visit_at(104)
    visit.node = replace(visit.node, host=host)
    visit.addresses = ()
    return visit, name_step.look_at_name(visit)


@pytest.fixture
def answers(monkeypatch):
    """What the system says of any name."""

    def set_to(*addresses, error=None, seconds=0.0):
        monkeypatch.setattr(name_step, "look_up", lambda host, port: Looked(addresses, error, "words", seconds))

    return set_to


@pytest.mark.parametrize(("host", "address"), [("10.0.0.7", "10.0.0.7"), ("[fe80::1]", "fe80::1"), ("::1", "::1")])
def test_an_address_is_taken_as_it_is(host, address):
    visit, step = looked_at(host)
    assert visit.addresses == (address,)
    assert (step.outcome, step.words) == (Outcome.PASSED, "an address was given, nothing to look up")


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("", "name-malformed"),
        ("http://pacs/", "name-malformed"),
        ("pacs/dicom", "name-malformed"),
        ("pacs server", "name-malformed"),
        ("pacs:104", "name-malformed"),
        ("ORTHANC@pacs", "name-malformed"),
        ("010.0.0.1", "name-odd"),
        ("10.1.1", "name-odd"),
        ("a" * 64 + ".example", "name-too-long"),
        (".".join(["a" * 60] * 5), "name-too-long"),
    ],
)
def test_what_is_no_host_is_refused_before_anybody_is_asked(host, code, monkeypatch):
    monkeypatch.setattr(name_step, "look_up", lambda *asked: pytest.fail("somebody was asked"))
    visit, step = looked_at(host)
    assert (step.outcome, step.sign.code) == (Outcome.FAILED, code)
    assert not visit.addresses


def test_a_name_gives_its_addresses_and_a_doubt_about_their_age(answers):
    answers("fd00::1", "10.0.0.7")
    visit, step = looked_at("pacs")
    assert visit.addresses == ("fd00::1", "10.0.0.7")
    assert step.words == "stands for fd00::1 and 10.0.0.7"
    assert [doubt.code for doubt in visit.doubts] == ["name-asked"]


def test_the_name_of_this_computer_is_not_doubted(answers):
    answers("127.0.0.1")
    visit, _ = looked_at("localhost")
    assert not visit.doubts


@pytest.mark.parametrize(("error", "code"), [(socket.EAI_NONAME, "name-unknown"), (socket.EAI_AGAIN, "name-server-silent")])
def test_an_unknown_name_is_told_from_a_silent_name_server(answers, error, code):
    answers(error=error)
    _, step = looked_at("pacs")
    assert step.sign.code == code


def test_a_slow_name_server_is_a_remark(answers):
    answers("10.0.0.7", seconds=4.0)
    visit, step = looked_at("pacs")
    assert step.outcome is Outcome.WARNED
    assert "4.0 s" in visit.remarks[0]
