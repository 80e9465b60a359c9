import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import GIB, WORKER_ERROR_CHARACTERS_MAX
from isocenter.jobs import parcels
from isocenter.jobs import worker as room
from isocenter.jobs.parcels import Kind


@pytest.fixture
def worker(misbehaving):
    """A worker process by itself, without a server."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "isocenter.jobs.worker", misbehaving, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    yield process
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(BrokenPipeError):
            pipe.close()


def asked(worker, task, **arguments):
    descriptor = worker.stdin.fileno()
    parcels.write_request(lambda view: os.write(descriptor, view), task, arguments, seconds=30, memory_bytes=GIB)
    return parcels.read_answer(worker.stdout, GIB)


def test_it_says_when_it_is_ready_and_answers_in_turn(worker):
    assert parcels.read_answer(worker.stdout, 0).kind is Kind.READY
    assert asked(worker, "echo", text="a").pieces == [b"a", b""]
    assert asked(worker, "local").kind is Kind.ERROR
    assert asked(worker, "echo", text="b").pieces == [b"b", b""]


@pytest.mark.parametrize("rest", [b"", b"\0", b"\x05\0\0\0\0\0\0\0\0\0\0\0[", b"\x02\0\0\0\x05\0\0\0\0\0\0\0[]abc"])
def test_it_ends_when_its_input_ends_wherever_that_is(worker, rest):
    worker.stdin.write(rest)
    worker.stdin.close()
    assert worker.wait(20) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_being_asked_to_stop_is_for_the_server(worker, number):
    parcels.read_answer(worker.stdout, 0)
    worker.send_signal(number)
    assert asked(worker, "echo", text="a").pieces == [b"a", b""]


def test_after_too_much_memory_it_says_that_this_was_its_last_answer_and_ends(worker):
    parcels.read_answer(worker.stdout, 0)
    told = asked(worker, "claim", byte_count=16 * GIB)
    assert told.kind is Kind.ERROR
    assert told.is_last
    assert worker.wait(20) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone lets a process offer itself")
def test_short_of_memory_it_goes_before_the_server_and_it_leaves_no_core(worker):
    parcels.read_answer(worker.stdout, 0)
    process = Path("/proc") / str(worker.pid)
    assert int((process / "oom_score_adj").read_text()) > int(Path("/proc/self/oom_score_adj").read_text())
    limits = (process / "limits").read_text().splitlines()
    assert next(line for line in limits if line.startswith("Max core file size")).split()[4:6] == ["0", "0"]


def test_an_error_is_told_with_its_place_and_without_its_length():
    try:
        raise UnreadableDataset("x" * 1_000_000, offset=5)
    except UnreadableDataset as error:
        told = room._told(error)
    assert len(told) < WORKER_ERROR_CHARACTERS_MAX + 200
    assert b"test_worker.py:" in told
    assert b'"offset": 5' in told
