import os
import subprocess
import sys

import pytest

from isocenter.archive.folder_lock import NAME, FolderLock, holding_process
from isocenter.base.errors import UsageError

HOLD = """
import sys, pathlib
from isocenter.archive.folder_lock import FolderLock
lock = FolderLock(pathlib.Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other_process(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout.readline() == "held\n"
        yield child
        child.kill()


def test_a_held_folder_is_refused_and_its_holder_named(tmp_path, other_process):
    with pytest.raises(UsageError, match=f"in use by process {other_process.pid}"):
        FolderLock(tmp_path)
    assert holding_process(tmp_path) == other_process.pid


def test_a_killed_holder_holds_nothing(tmp_path, other_process):
    other_process.kill()
    other_process.wait()
    assert holding_process(tmp_path) == 0
    FolderLock(tmp_path).release()


def test_nobody_holds_what_was_never_or_no_longer_held(tmp_path):
    assert holding_process(tmp_path) == 0
    lock = FolderLock(tmp_path)
    assert holding_process(tmp_path) == os.getpid()
    lock.release()
    lock.release()
    assert holding_process(tmp_path) == 0


def test_a_holder_that_does_not_say_who_it_is_is_another_process(tmp_path):
    lock = FolderLock(tmp_path)
    (tmp_path / NAME).write_text("nonsense")
    assert holding_process(tmp_path) == 0
    with pytest.raises(UsageError, match="in use by another process"):
        FolderLock(tmp_path)
    lock.release()
