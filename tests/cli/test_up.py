"""The life of a running instance as its owner meets it: every test starts processes."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest

from isocenter.cli.exits import Exit


@pytest.fixture
def up(tools, home):
    """Start `isocenter up` with the given arguments; whatever still runs at the end is ended in order."""
    children = []

    def start(*arguments, home=home, ready=True, **environment):
        child = tools.start("up", *arguments, home=home, **environment)
        children.append(child)
        if ready:
            child.wait_for("The log:")
        return child

    yield start
    for child in children:
        said = child.end()
        assert "Traceback" not in said.err


@pytest.fixture
def ports(tools):
    return tools.free_ports(2)


def flags(ports):
    return "--port", ports[0], "--http", ports[1]


def test_it_prints_what_to_write_down(up, ports, home):
    child = up(*flags(ports), "--aet", "MYPACS")
    text = "\n".join(child.lines)
    for words in ("AE title     MYPACS", f"port         {ports[0]}", f"data folder  {home / 'main'}", "policy       loopback: "):
        assert words in text
    assert f"page         http://127.0.0.1:{ports[1]}" in text
    assert "(for programs on this computer 127.0.0.1)" in text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_stops_in_order_when_asked(up, ports, number):
    child = up(*flags(ports))
    said = child.end(number)
    assert (said.code, said.err) == (0, "")
    assert "Stopping: no new callers" in said.out
    assert said.out.splitlines()[-1].endswith("ISOCENTER stopped")


def test_a_page_that_is_open_sees_the_log_from_the_start_and_is_no_error_at_the_stop(up, ports, tools, home):
    child = up(*flags(ports))
    assert tools.call("echo", f"ISOCENTER@127.0.0.1:{ports[0]}", home=home).code == 0
    child.wait_for("echoed")
    tools.call("log", "--debug", home=home)  # returns once the page answers
    with urllib.request.urlopen(f"http://127.0.0.1:{ports[1]}/api/live", timeout=20) as events:
        assert any(b"echoed" in line for line in iter(events.readline, b"")), "it came before the page did"
        said = child.end()
    assert said.code == 0
    assert "ERROR" not in said.out


def test_asked_while_it_starts_it_stops_too(up, ports):
    for number in range(6):
        child = up(*flags(ports), ready=False)
        threading.Event().wait(0.08 * number)  # for nothing: the moment is what is tried
        said = child.end()
        assert said.code in (0, -signal.SIGTERM)
        assert "Traceback" not in said.err


def test_what_runs_may_end_and_who_comes_is_not_let_in(up, ports, tools, home, disc):
    child = up(*flags(ports))
    with socket.create_connection(("127.0.0.1", ports[0])):
        said = child.end()
    assert said.code == 0
    assert tools.call("echo", f"ISOCENTER@127.0.0.1:{ports[0]}", home=home).code == Exit.NETWORK


def test_the_second_start_answers_within_two_seconds(up, ports, tools, home):
    node = f"ISOCENTER@127.0.0.1:{ports[0]}"
    up(*flags(ports)).end()
    times = []
    for _ in range(5):
        began = time.perf_counter()
        child = up(*flags(ports), ready=False)
        while tools.call("echo", node, home=home).code:
            assert time.perf_counter() - began < tools.SECONDS
        times.append(time.perf_counter() - began)
        child.end()
        if times[-1] < 2:
            break
    assert min(times) < 2


def test_a_kill_is_recovered_from_and_nothing_is_missing(up, ports, tools, home, disc):
    node = f"ISOCENTER@127.0.0.1:{ports[0]}"
    child = up(*flags(ports))
    assert tools.call("send", node, disc, home=home).code == 0
    assert child.end(signal.SIGKILL).code == -signal.SIGKILL
    assert "stopped" in tools.call("instances", home=home).out
    up(*flags(ports))
    assert len(tools.call("find", node, "-l", "image", "--json", home=home).json) == 7


def test_a_port_that_is_taken_names_who_holds_it_and_a_free_one(up, ports, tools, home):
    with socket.create_server(("", ports[0])):
        said = tools.call("up", *flags(ports), home=home)
    assert said.code == Exit.USAGE
    assert f"Port {ports[0]} is taken by " in said.err
    assert f"(process {os.getpid()})" in said.err
    free = int(said.err.rpartition("--port ")[2])
    assert free > ports[0]
    with socket.create_server(("", free)):
        pass


def test_the_port_of_the_page_too(tools, ports, home):
    with socket.create_server(("127.0.0.1", ports[1])):
        said = tools.call("up", *flags(ports), home=home)
    assert (said.code, f"Port {ports[1]} is taken" in said.err, "--http " in said.err) == (Exit.USAGE, True, True)


def test_a_data_folder_in_use_names_the_process(up, ports, tools, home):
    child = up(*flags(ports))
    said = tools.call("up", "--port", ports[0] + 1, "--http", 0, home=home)
    assert said.code == Exit.USAGE
    assert f"as process {child.process.pid}, on port {ports[0]}" in said.err
    assert "--name workstation" in said.err


def test_an_address_that_is_not_this_computers_is_said(tools, ports, home):
    said = tools.call("up", *flags(ports), "--listen", "192.0.2.99", home=home)
    assert (said.code, "not an address of this computer" in said.err) == (Exit.USAGE, True)


def test_one_address_alone_can_be_listened_on(up, ports, tools, home, disc):
    child = up(*flags(ports), "--listen", "127.0.0.1")
    assert "address      127.0.0.1" in "\n".join(child.lines)
    assert tools.call("import", disc, home=home).out == "7 taken.\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('aet = "THIS_TITLE_IS_TOO_LONG"', "16"),
        ("aet = 5", "aet must be text, not 5"),
        ('port = "x"', "port must be a whole number"),
        ("port = 70000", "65535"),
        ('policy = "friendly"', "loopback, strict, open"),
        ("colour = 1", "there is no setting named 'colour'"),
        ("port = ", "not readable as TOML"),
        (b"\xff\xfe", "not readable as TOML"),
    ],
)
def test_a_bad_setting_is_said_with_its_place(tools, home, content, why):
    (home / "main").mkdir(parents=True)
    (home / "main" / "isocenter.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    said = tools.call("up", home=home)
    assert said.code == Exit.USAGE
    assert why in said.err


def test_settings_come_from_the_file_the_environment_and_the_command_line_in_this_order(up, ports, home):
    (home / "main").mkdir(parents=True)
    (home / "main" / "isocenter.toml").write_text(f'aet = "FILE"\nport = {ports[0]}\nhttp = {ports[1]}\npolicy = "open"\n')
    child = up(ISOCENTER_AET="ENVIRONMENT")
    text = "\n".join(child.lines)
    assert "AE title     ENVIRONMENT" in text
    assert "policy       open: " in text
    child.end()
    assert "AE title     FLAG" in "\n".join(up("--aet", "FLAG", ISOCENTER_AET="ENVIRONMENT").lines)


def test_a_name_keeps_data_ports_and_title_apart(up, ports, tools, home, disc):
    up(*flags(ports))
    workstation = up("--name", "workstation", ISOCENTER_LISTEN="127.0.0.1")
    text = "\n".join(workstation.lines)
    assert "AE title     WORKSTATION" in text
    assert str(home / "workstation") in text
    assert tools.call("import", disc / "ct1", "--name", "workstation", home=home).out == "3 taken.\n"
    [one, two] = tools.call("instances", "--json", home=home).json[0]
    assert [one["name"], two["name"]] == ["main", "workstation"]
    assert len({one["port"], one["http"], two["port"], two["http"]}) == 4
    assert tools.call("find", f"ISOCENTER@127.0.0.1:{ports[0]}", "--json", home=home).out == ""
    assert f"runs as process {workstation.process.pid}" in tools.call("instances", home=home).out


def test_a_data_folder_elsewhere_is_an_instance_too(up, ports, tools, home, tmp_path):
    up(*flags(ports), "--data", tmp_path / "usb")
    assert str(tmp_path / "usb") in tools.call("instances", home=home).out


def test_a_data_folder_that_cannot_be_one_is_said(tools, home, tmp_path):
    (tmp_path / "file").write_text("")
    assert tools.call("up", "--data", tmp_path / "file", home=home).code == Exit.USAGE
    assert tools.call("up", "--name", "../x", home=home).code == Exit.USAGE
    said = tools.call("up", "--data", tmp_path / "file" / "below", "--port", 1, home=home)
    assert said.code in (Exit.USAGE, Exit.FAILED)


def test_the_page_is_there_and_shows_what_came(up, ports, tools, home, disc, patients):
    up(*flags(ports))
    tools.call("send", f"ISOCENTER@127.0.0.1:{ports[0]}", disc, home=home)
    tools.call("log", "--debug", home=home)  # returns once the page answers
    with urllib.request.urlopen(f"http://127.0.0.1:{ports[1]}/api/status", timeout=tools.SECONDS) as answer:
        text = answer.read().decode()
    assert '"instances":7' in text
    assert patients["ct1"].PatientID in text


def test_strict_identifiers_want_the_keys_of_the_levels_above(up, ports, tools, home, disc):
    up(*flags(ports), "--strict-identifiers")
    node = f"ISOCENTER@127.0.0.1:{ports[0]}"
    tools.call("send", node, disc, home=home)
    assert tools.call("find", node, "-l", "series", "-k", "Modality=CT", home=home).code == Exit.FAILED
    assert tools.call("find", node, "-k", "PatientID=*", home=home).code == 0


def test_the_system_may_keep_it_from_a_privileged_port(tools, home):
    if os.name == "nt" or os.geteuid() == 0:
        pytest.skip("whoever runs this may listen anywhere")
    said = tools.call("up", "--port", 104, home=home)
    assert (said.code, "administrator rights" in said.err) == (Exit.USAGE, True)


def test_the_log_of_the_terminal_is_quiet_and_warnings_stand_out(up, ports, tools, home):
    child = up(*flags(ports))
    tools.call("echo", f"ISOCENTER@127.0.0.1:{ports[0]}", home=home)
    line = child.wait_for("echoed")
    assert line[8:10] == "  "
    with socket.create_connection(("127.0.0.1", ports[0])) as link:
        link.sendall(b"GET / HTTP/1.1\r\n\r\n")
        while link.recv(4096):
            pass
    assert "  WARNING: 127.0.0.1 connected, but made no association: " in child.wait_for("HTTP")


def test_a_folder_that_is_gone_meanwhile_is_no_traceback(tools, home):
    ended = subprocess.run(
        [sys.executable, "-c", "import os, shutil, sys; d = sys.argv[1]; os.mkdir(d); os.chdir(d); os.rmdir(d);"
         "from isocenter.cli.main import run; sys.argv = ['isocenter', 'instances']; run()", str(home.parent / "gone")],
        env={**os.environ, "ISOCENTER_HOME": str(home)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
