"""Practising on the terminal: the list, one peer until Ctrl+C, and what cannot be."""

from __future__ import annotations

import json
import signal

import pytest

from isocenter.cli.exits import Exit


@pytest.fixture
def lab(tools, tmp_path):
    return lambda *arguments: tools.call("lab", "fault", *arguments, home=tmp_path)


def test_all_faults_are_listed_with_what_each_does(lab):
    said = lab()
    assert said.code == Exit.DONE
    assert len(said.out.splitlines()) > 90
    assert "unknown-caller" in said.out
    assert "knows only the caller MODALITY" in said.out


def test_programs_get_the_list_as_json(lab):
    listed = json.loads(lab("--json").out)
    assert {"name": "no-ct", "fault": "C2", "does": "does not take CT images"} in listed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("no-cta",), "there is no-ct"),
        (("no-ct", "--knows", "nobody"), "TITLE@HOST:PORT"),
        (("no-ct", "--knows", "US@here:99999"), "65535"),
        (("no-ct", "--port", "0"), "port"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(lab, arguments, words):
    said = lab(*arguments)
    assert said.code == Exit.USAGE
    assert words in said.err


def test_a_peer_with_a_fault_answers_until_it_is_interrupted(tools, tmp_path):
    (port,) = tools.free_ports(1)
    child = tools.start("lab", "fault", "store-no-room", "--port", port, home=tmp_path)
    try:
        assert child.wait_for("FAULTY") == f"FAULTY at 127.0.0.1, port {port}, has no room for an image (fault ST1)."
        assert tools.call("echo", f"FAULTY@127.0.0.1:{port}", home=tmp_path).code == Exit.DONE
    finally:
        said = child.end(signal.SIGINT)
    assert "Traceback" not in said.err
    assert said.code == Exit.DONE
