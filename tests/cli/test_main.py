import os
import subprocess
import sys

import pytest

from isocenter import __version__
from isocenter.base import errors
from isocenter.cli import main
from isocenter.cli.exits import Exit

VERBS = ("up", "echo", "send", "find", "get", "move", "import", "export", "node", "check", "reindex", "dump", "log", "instances")


def test_the_version_is_said(home, tools):
    assert tools.call("--version", home=home).out == f"isocenter {__version__}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(home, tools, verb):
    said = tools.call(verb, "--help", home=home)
    assert said.code == 0
    assert "Usage" in said.out
    assert tools.call(verb, "-h", home=home).out == said.out


def test_the_help_lists_every_verb_and_every_exit_code(home, tools):
    said = tools.call("--help", home=home)
    assert all(f" {verb} " in said.out for verb in VERBS)
    assert all(f"{code.value} {code.meaning.split()[0]}" in " ".join(said.out.split()) for code in Exit)


@pytest.mark.parametrize("arguments", [("nosuch",), ("echo",), ("echo", "A@b", "--nosuch"), ("find", "A@b", "--level", "visit")])
def test_a_command_that_does_not_exist_is_a_mistake_of_usage(home, tools, arguments):
    assert tools.call(*arguments, home=home).code == Exit.USAGE


def test_a_verb_that_is_not_called_is_not_imported(home):
    code = (
        "import sys\n"
        "from isocenter.cli import main\n"
        "assert 'isocenter.cli.echo' not in sys.modules\n"
        "try:\n    main.app(['echo', 'x@'])\nexcept SystemExit: pass\n"
        "slow = {'sqlite3', 'pydicom', 'numpy', 'rich', 'psutil', 'isocenter.cli.up', 'starlette', 'isocenter.archive.archive'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    environment = {**os.environ, "ISOCENTER_HOME": str(home)}
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert ended.stdout == "[]\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError("x"), 2),
        (errors.LinkLost("x"), 3),
        (errors.Refused("x", result=1, source=1, reason=7), 4),
        (errors.LocalError("x"), 1),
        (errors.UnreadableDataset("x"), 1),
        (errors.VolumeFailed("x", full=True), 1),
        (PermissionError(13, "Permission denied", "/x"), 1),
        (BrokenPipeError(), 0),
        (KeyboardInterrupt(), 130),
    ],
)
def test_every_way_to_end_has_its_code_and_no_traceback(home, tools, monkeypatch, error, code):
    def fail(*_arguments, **_options):
        raise error

    monkeypatch.setattr("isocenter.daemon.calling.resolve", fail)
    said = tools.call("echo", "A@b", home=home)
    assert said.code == code
    assert "Traceback" not in said.err


def test_our_own_bug_is_not_hidden(home, tools, monkeypatch):
    monkeypatch.setattr("isocenter.daemon.calling.resolve", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tools.call("echo", "A@b", home=home)


def test_the_reader_of_the_output_may_leave(stocked):
    # A reader that is gone before the first byte, as `head` is after its last.
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as pipe:
        ended = subprocess.run(
            [sys.executable, "-m", "isocenter", "find", stocked.node, "--json"],
            stdout=pipe, stderr=subprocess.PIPE, env={**os.environ, "ISOCENTER_HOME": str(stocked.home)}, check=False, timeout=60,
        )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_python_dash_m_is_the_same_command():
    ended = subprocess.run([sys.executable, "-m", "isocenter", "--version"], capture_output=True, text=True, check=True)
    assert ended.stdout == f"isocenter {__version__}\n"
    assert main.app.info.name == "isocenter"
