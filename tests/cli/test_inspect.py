"""`isocenter inspect`: between two devices, live; a capture in plain words; nobody's name in what is written."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys

from tests.doctor.talks import Talk
from tests.peers.processes import a_free_port, is_listening, wait_for

from isocenter.base.clock import FixedClock
from isocenter.base.limits import MIB
from isocenter.cli.exits import Exit
from isocenter.cli.inspect import _Watches
from isocenter.doctor.pcapng import export
from isocenter.model.ladder import RungKind
from isocenter.model.recording import Ending, Endpoint, Origin
from isocenter.net.recorder import Recorder


def capture(tmp_path, stores=6):
    talk = Talk().open()
    for number in range(1, stores + 1):
        talk.store(number)
    path = tmp_path / "talk.pcapng"
    path.write_bytes(b"".join(export([talk.close()], "Isocenter", names=True)))
    return path


def test_a_capture_is_told_in_plain_words_folded_or_whole(tools, home, tmp_path):
    path = capture(tmp_path)
    told = tools.call("inspect", path, home=home)
    assert told.code == Exit.DONE
    lines = told.out.splitlines()
    assert lines[0].startswith("CT-ROOM-2 (10.0.0.21) calls ISOCENTER (10.0.0.5) at 2026-01-01")
    assert any("──▶  A-ASSOCIATE-RQ asks for ISOCENTER, 3 contexts" in line for line in lines)
    assert any("4 more images" in line for line in lines)
    assert tools.call("inspect", path, "--whole", home=home).out.count("C-STORE-RQ") == 6
    assert "SECRET" not in told.out


def test_programs_get_the_ladder_as_json(tools, home, tmp_path):
    told = json.loads(tools.call("inspect", capture(tmp_path), "--json", home=home).out)
    assert (told["caller"]["title"], told["rungs"][1]["title"]) == ("CT-ROOM-2", "A-ASSOCIATE-RQ")


def test_a_capture_is_written_again_without_its_patients_and_never_over_another_file(tools, home, tmp_path):
    path, written = capture(tmp_path), tmp_path / "masked.pcapng"
    said = tools.call("inspect", path, "--pcap", written, home=home)
    assert "patients written over with X" in said.err
    assert b"SECRET^SAMUEL" in path.read_bytes()
    assert b"SECRET^SAMUEL" not in written.read_bytes()
    assert written.stat().st_mode & 0o077 == 0
    assert tools.call("inspect", path, "--pcap", written, home=home).code == Exit.USAGE


def test_what_is_no_capture_and_what_is_half_asked_is_said(tools, home, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("nothing that could be a capture of anything")
    said = tools.call("inspect", path, home=home)
    assert (said.code, "no capture file" in said.err) == (Exit.USAGE, True)
    for arguments in ([], ["--listen", "11113"], ["--to", "A@b:104"], [path, "--listen", "11113", "--to", "A@b:104"]):
        assert tools.call("inspect", *arguments, home=home).code == Exit.USAGE


def test_it_stands_between_two_devices_until_it_is_ended(home, tmp_path):
    port, written = a_free_port(), tmp_path / "live.pcapng"
    with socket.create_server(("127.0.0.1", 0)) as far:
        words = ["inspect", "--listen", str(port), "--to", f"PACS@127.0.0.1:{far.getsockname()[1]}", "--pcap", str(written)]
        running = subprocess.Popen(
            [sys.executable, "-m", "isocenter", *words, "--address", "127.0.0.1"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "ISOCENTER_HOME": str(home)},
        )  # fmt: skip
        try:
            wait_for("the proxy", lambda: is_listening(port))
            with socket.create_connection(("127.0.0.1", port), timeout=10) as near:
                near.sendall(b"\x05\0\0\0\0\x04\0\0\0\0")
                while True:
                    called, _ = far.accept()
                    with called:
                        called.settimeout(10)
                        if called.recv(10):
                            called.sendall(b"\x06\0\0\0\0\x04\0\0\0\0")
                            assert near.recv(10)[0] == 6
                            break
            assert running.stdout is not None
            seen = ""
            while "A-RELEASE-RP" not in seen:
                seen = running.stdout.readline()
                assert seen
            running.send_signal(signal.SIGINT)
            _, errors = running.communicate(timeout=20)
        finally:
            running.kill()
    assert running.returncode == 0
    assert "written to" in errors
    assert written.read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"


def test_what_the_recorder_let_go_is_let_go_here_too_and_numbers_are_not_given_twice():
    recorder = Recorder(FixedClock(), MIB)
    watches = _Watches(recorder)
    for number in range(1, 4):
        tap = recorder.begin(Endpoint("10.0.0.1", 5000), Endpoint("10.0.0.2", 104), origin=Origin.PROXY)
        assert [(watch.number, rung.kind) for watch, rung in watches.look()] == [(number, RungKind.CONNECT)]
        tap.ended(1001.0, Ending.CALLER)
        recorder.forget()
        assert [(watch.number, rung.kind) for watch, rung in watches.look()] == [(number, RungKind.END)]
    assert not watches._watches
