"""How a running instance is asked to end."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASKED_AT_EACH_LINE = """
import signal, sys
from isocenter.daemon import lifecycle

def asked_at(line):
    ending, count = lifecycle.Ending(), 0

    def trace(frame, event, argument):
        nonlocal count
        count += event == "line"
        if event == "line" and count == line:
            signal.raise_signal(signal.SIGTERM)
        return trace

    sys.settrace(trace)
    ending.wait()
    sys.settrace(None)

lifecycle.STOP_ASKED_SECONDS = 0.01
for line in range(1, 60):
    asked_at(line)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process there ends at once")
def test_asked_at_any_line_of_its_waiting_it_ends():
    """An event that is set by a signal while the same thread is about to wait for it never wakes: its lock is held."""
    found = subprocess.run([sys.executable, "-c", ASKED_AT_EACH_LINE], capture_output=True, text=True, timeout=60)
    assert (found.returncode, found.stderr) == (0, "")
