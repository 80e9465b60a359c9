import os
import socket
import subprocess
import sys
import threading

import pytest

QUICK_SECONDS = 0.35


def test_an_archive_that_is_there_answers(stocked):
    said = stocked.call("echo", stocked.node)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"{stocked.node} answers: it is there and speaks DICOM in ")


def test_the_answer_as_json(stocked):
    [words] = stocked.call("echo", stocked.node, "--json", "--count", 3).json
    assert words["exit"] == 0
    assert words["node"] == "ISOCENTER"
    assert words["milliseconds"] > 0


def test_nobody_listening_is_a_matter_of_the_network(stocked, tools):
    [port] = tools.free_ports(1)
    said = stocked.call("echo", f"NOBODY@127.0.0.1:{port}")
    assert said.code == 3
    assert "connection refused" in said.err
    assert stocked.call("echo", f"NOBODY@127.0.0.1:{port}", "--json").json[0]["exit"] == 3


def test_a_web_server_is_recognised(stocked):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            connection, _ = server.accept()
            with connection:
                connection.recv(10)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        said = stocked.call("echo", f"WEB@127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert said.code == 3
    assert "HTTP" in said.err


def test_a_peer_of_other_software_that_fails_is_a_failure(stocked, peer):
    said = stocked.call("echo", peer(echo=lambda _event: 0x0122))
    assert said.code == 1
    assert "0122" in said.err


@pytest.mark.parametrize(
    ("node", "why"),
    [
        ("nosuch", "no node named 'nosuch'"),
        ("A@", "TITLE@host:port"),
        ("A@host:0", "1 to 65535"),
        ("A@host:99999", "1 to 65535"),
        ("SEVENTEEN_LETTERS@host:104", "16"),
        ("A\\B@host:104", "backslash"),
    ],
)
def test_a_node_that_cannot_be_meant_is_a_mistake_of_usage(home, tools, node, why):
    said = tools.call("echo", node, home=home)
    assert said.code == 2
    assert why in said.err


def test_a_calling_title_that_cannot_be_one_is_said(stocked):
    said = stocked.call("echo", stocked.node, "--aet", "x" * 17)
    assert (said.code, "16" in said.err) == (2, True)


def test_an_echo_as_a_whole_process_is_quick(stocked):
    # The processor's time and the best of many, because other work on the machine says nothing about the program.
    environment = {**os.environ, "ISOCENTER_HOME": str(stocked.home)}
    times = []
    for _ in range(12):
        before = processor_seconds()
        subprocess.run([sys.executable, "-m", "isocenter", "echo", stocked.node], env=environment, check=True, capture_output=True)
        times.append(processor_seconds() - before)
        if times[-1] < QUICK_SECONDS:
            break
    assert min(times) < QUICK_SECONDS


def processor_seconds() -> float:
    """Of all children that have ended."""
    times = os.times()
    return times.children_user + times.children_system
