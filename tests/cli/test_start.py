"""`./start` on computers that lack something: a stranger's PATH, in which `python3` is what the test says."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="start is a shell script; start.cmd is its like")


@pytest.fixture
def start(tmp_path):
    """Run a copy of ./start with those programs in PATH: name and shell script each."""

    def run(*arguments, **programs):
        place = tmp_path / "a copy"
        tools = tmp_path / "bin"
        for folder in (place, tools):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        for name in ("start", "pyproject.toml"):
            shutil.copy(ROOT / name, place / name)
        for name in ("sh", "dirname", "cat", "cksum", "rm", "cp", "mkdir"):
            (tools / name).symlink_to(shutil.which(name))
        for name, script in programs.items():
            (tools / name.replace("_", ".").replace("apt.get", "apt-get")).write_text(f"#!/bin/sh\n{script}\n")
        for tool in tools.iterdir():
            if not tool.is_symlink():
                tool.chmod(0o755)
        ended = subprocess.run(
            [place / "start", *arguments], capture_output=True, text=True, env={"PATH": str(tools)}, cwd=tmp_path, check=False
        )
        return ended.returncode, ended.stdout, ended.stderr, place

    return run


OLD = 'case "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac'
WITHOUT_VENV = f'case "$*" in *ensurepip*) exit 1;; *) exec "{sys.executable}" "$@";; esac'


def test_without_python_it_says_the_one_command(start):
    code, _, said, _ = start(apt_get="")
    assert code == 2
    assert "this computer has no Python. This mends it:\n    sudo apt-get install -y python3 python3-venv\n" in said


@pytest.mark.parametrize(
    ("system", "command"),
    [("apt_get", "sudo apt-get install -y python3 python3-venv"), ("dnf", "sudo dnf install -y python3.12"),
     ("brew", "brew install python@3.12"), ("true", "install Python 3.11 or newer from https://www.python.org/downloads/")],
)  # fmt: skip
def test_an_old_python_is_named_with_the_command_of_its_system(start, system, command):
    code, _, said, _ = start(python3=OLD, **{system: ""})
    assert code == 2
    assert "this computer has Python 3.9.2" in said
    assert said.endswith(f"    {command}\n")


def test_a_newer_python_beside_an_old_one_is_taken(start):
    code, _, said, _ = start(python3=OLD, python3_11=WITHOUT_VENV, apt_get="")
    assert code == 2
    assert "cannot make virtual environments" in said


def test_without_venv_it_says_the_one_command(start):
    code, out, said, place = start(python3=WITHOUT_VENV, apt_get="")
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert (code, out) == (2, "")
    assert said.endswith(f"This mends it:\n    sudo apt-get install -y python{version}-venv\n")
    assert not (place / ".venv").exists()


@pytest.fixture
def making(tmp_path):
    """A python that makes environments whose own python is the given script."""

    def script(inner):
        (tmp_path / "inner").write_text(f"#!/bin/sh\n{inner}\n")
        (tmp_path / "inner").chmod(0o755)
        made = f'mkdir -p "$4/bin"; cp -p "{tmp_path}/inner" "$4/bin/python"'
        return f'case "$*" in *venv*--clear*) {made};; *) exec "{sys.executable}" "$@";; esac'

    return script


def test_without_a_package_index_it_says_so_and_tries_again_the_next_time(start, making):
    code, out, said, place = start(python3=making("exit 1"))
    assert code == 3
    assert "Setting up Isocenter" in out
    assert "could not be installed" in said
    assert not (place / ".venv" / ".isocenter-installed").exists()


def test_arguments_pass_on_and_the_second_start_installs_nothing(start, making, tmp_path):
    asked = tmp_path / "asked"
    code, _, said, place = start("--aet", "MY PACS", python3=making(f'echo "$@" >> "{asked}"'))
    assert (code, said) == (0, "")
    *before, last = asked.read_text().splitlines()
    assert last == "-m isocenter up --aet MY PACS"
    assert any("pip install" in line for line in before)
    asked.unlink()
    subprocess.run([place / "start"], env={"PATH": str(tmp_path / "bin")}, check=True, capture_output=True)
    assert asked.read_text() == "-m isocenter up\n"


def test_a_folder_that_was_moved_installs_itself_anew(start, making, tmp_path):
    asked = tmp_path / "asked"
    place = start(python3=making(f'echo "$@" >> "{asked}"'))[3]
    asked.unlink()
    place.rename(tmp_path / "moved")
    subprocess.run([tmp_path / "moved" / "start"], env={"PATH": str(tmp_path / "bin")}, check=True, capture_output=True)
    assert "pip install" in asked.read_text()
