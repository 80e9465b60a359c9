"""`isocenter doctor`: the ladder, the verdict, the exit code."""

from __future__ import annotations

import os
import signal

import pytest
from tests.doctor.doors import accepting, door, greeting_with, rejecting

from isocenter.model.checkup import Checkup, Layer, of_json


@pytest.fixture
def doctor(tools, tmp_path):
    """The command with a home of its own, where nothing is saved."""
    return lambda *arguments: tools.call("doctor", *arguments, home=tmp_path)


def test_a_device_that_works_is_said_to_work(doctor):
    with door(accepting()) as port:
        said = doctor(f"CT@127.0.0.1:{port}", "--as", "modality")
    assert "AE titles" in said.out
    assert said.code in (0, 1)


def test_a_refused_title_says_who_changes_what_and_gives_lines_to_copy(doctor):
    with door(rejecting(1, 1, 3)) as port:
        said = doctor(f"PACS@127.0.0.1:{port}")
    assert said.code == 4
    assert "FAILED  AE titles" in said.out
    for words in (
        "It does not know your title ISOCENTER.",
        "Ask of the other side:",
        "To be changed on the other side.",
        "acrnema.map",
    ):
        assert words in said.out


@pytest.mark.parametrize(
    ("node", "code"), [("X@010.0.0.1:104", 3), ("X@no-such-device.invalid:104", 3), ("nosuch", 2), ("X@127.0.0.1:0", 2)]
)
def test_the_exit_code_is_that_of_the_layer(doctor, node, code):
    assert doctor(node).code == code


def test_a_port_that_is_not_dicom_is_a_matter_of_the_network(doctor):
    with door(greeting_with(b"SSH-2.0-OpenSSH_9.6\r\n")) as port:
        said = doctor(f"X@127.0.0.1:{port}")
    assert said.code == 3
    assert "is SSH, not DICOM" in said.out


def test_spellings_are_tried_with_consent_only_and_listed(doctor):
    with door(rejecting(1, 1, 3)) as port:
        assert "Titles that were tried" not in doctor(f"PACS@127.0.0.1:{port}").out


def test_the_checkup_as_json_can_be_read_again(doctor):
    with door(rejecting(1, 1, 7)) as port:
        [words] = doctor(f"PACS@127.0.0.1:{port}", "--json").json
    checkup = of_json(Checkup, words)
    assert checkup.verdict.layer is Layer.TITLES
    assert checkup.ended is not None


def test_the_bytes_are_shown_on_request(doctor):
    with door(rejecting(1, 1, 7)) as port:
        said = doctor(f"PACS@127.0.0.1:{port}", "--raw")
    assert "03 00 00 00 00 04 00 01 01 07" in said.out
    assert "got A-ASSOCIATE-RJ" in said.out


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--consent", "everything"], "nothing to consent to"),
        (["--class", "brain"], "no class of images"),
        (["--as", "friend"], "Invalid value"),
        (["--every", "0"], "Invalid value"),
        (["--no-name-check"], "add --tls or --ca"),
        (["--key", "own.key"], "name that with --cert"),
        (["--tls", "--key", "own.key"], "name that with --cert"),
    ],
)
def test_a_word_that_means_nothing_is_refused_with_what_there_is(doctor, options, why):
    said = doctor("X@127.0.0.1:104", *options)
    assert said.code == 2
    assert why in said.err


def test_ctrl_c_ends_the_climb_in_order(doctor):
    def pressing(sock):
        """Press Ctrl-C when the first request comes, and never answer it."""
        if sock.recv(10) and not pressed:
            pressed.append(True)
            os.kill(os.getpid(), signal.SIGINT)
        while sock.recv(65536):
            pass

    pressed = []
    with door(pressing) as port:
        said = doctor(f"X@127.0.0.1:{port}")
    assert said.code == 130
    assert "Clean up" in said.out
    assert "stopped" in said.out.lower()


def test_files_for_tls_that_are_not_there_are_ours_to_change(doctor, tmp_path):
    with door(accepting()) as port:
        said = doctor(f"X@127.0.0.1:{port}", "--ca", tmp_path / "nothing.pem")
    assert said.code == 3
    assert "Your own TLS files cannot be used." in said.out
