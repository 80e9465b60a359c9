"""The command line against real archives: each a process of its own on free ports, its home a temporary folder."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pydicom
import pytest
from typer.testing import CliRunner

from isocenter.cli.main import app
from isocenter.lab import phantom

SECONDS = 60
"""How long anything may take before it counts as hung."""


@dataclass
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> list:
        """Every line as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


def free_ports(count: int) -> list[int]:
    """Ports below those that outgoing connections get, so that none of those takes one before its server does."""
    found: list[int] = []
    while len(found) < count:
        port = random.randint(10500, 19500)
        try:
            with socket.create_server(("", port)), socket.create_server(("127.0.0.1", port + 1)):
                found.append(port)
        except OSError:
            continue
    return found


def call(*arguments: object, home: Path) -> Said:
    """The command in this process, as `isocenter ARGUMENTS` from a shell would run it."""
    result = CliRunner().invoke(app, [str(one) for one in arguments], env={"ISOCENTER_HOME": str(home)})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


@dataclass
class Child:
    """A process that runs a command; `lines` are those of its standard output so far."""

    process: subprocess.Popen
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._said: Said | None = None
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            with self._more:
                self.lines.append(line.rstrip("\n"))
                self._more.notify_all()
        with self._more:
            self._more.notify_all()

    def wait_for(self, text: str) -> str:
        """The first line that holds `text`."""
        until = time.monotonic() + SECONDS
        with self._more:
            while True:
                for line in self.lines:
                    if text in line:
                        return line
                assert self._reader.is_alive() or self.process.poll() is None, f"it ended: {self.lines}"
                assert self._more.wait(until - time.monotonic()), f"{text!r} never came: {self.lines}"

    def end(self, number: int = signal.SIGTERM) -> Said:
        """Send it the signal, 0 for none, and wait for its end; the second time only say again what it said."""
        if self._said is None:
            if number and self.process.poll() is None:
                self.process.send_signal(number)
            with self.process:
                code = self.process.wait(SECONDS)
                self._reader.join(SECONDS)
                self._said = Said(code, "\n".join(self.lines), self.process.stderr.read())
        return self._said


def start(*arguments: object, home: Path, **environment: str) -> Child:
    """`isocenter ARGUMENTS` as a process of its own."""
    return Child(
        subprocess.Popen(
            [sys.executable, "-m", "isocenter", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env={**os.environ, "ISOCENTER_HOME": str(home), "PYTHONUNBUFFERED": "1", **environment},
        )
    )


@pytest.fixture(scope="session")
def tools() -> SimpleNamespace:
    return SimpleNamespace(call=call, start=start, free_ports=free_ports, SECONDS=SECONDS)


@pytest.fixture(name="call")
def called(home, tools):
    """A command in this process, of a home of its own."""
    return lambda *arguments: tools.call(*arguments, home=home)


@pytest.fixture
def closed(home, tools, disc):
    """An archive that does not run and holds the disc."""
    assert tools.call("import", disc, home=home).code == 0
    return home


@dataclass
class Running:
    """An archive that runs, and how to call it."""

    child: Child
    home: Path
    port: int
    aet: str = "ISOCENTER"

    @property
    def node(self) -> str:
        return f"{self.aet}@127.0.0.1:{self.port}"

    def call(self, verb: str, *arguments: object) -> Said:
        return call(verb, *arguments, home=self.home)


def run_archive(home: Path, *arguments: str) -> Iterator[Running]:
    port, http = free_ports(2)
    child = start("up", "--port", port, "--http", http, *arguments, home=home)
    try:
        child.wait_for("The log:")
        yield Running(child, home, port)
    finally:
        ended = child.end()
    assert (ended.code, ended.err) == (0, "")


def write_series(folder: Path, images: Sequence[pydicom.Dataset]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, image in enumerate(images, 1):
        paths.append(folder / f"{number}.dcm")
        paths[-1].write_bytes(phantom.file_bytes(image))
    return paths


@pytest.fixture(scope="session")
def disc(tmp_path_factory) -> Path:
    """Two patients: one with a CT and an MR series, the other with a CT series, in three folders; nothing but images."""
    folder = tmp_path_factory.mktemp("disc")
    write_series(folder / "ct1", list(phantom.ct_series(1, slices=3, side_pixels=32)))
    write_series(folder / "mr1", list(phantom.mr_series(1, slices=2, side_pixels=32)))
    write_series(folder / "ct2", list(phantom.ct_series(2, slices=2, side_pixels=32)))
    return folder


@pytest.fixture(scope="session")
def patients(disc) -> dict[str, pydicom.Dataset]:
    """The first image of each folder of the disc."""
    return {name: pydicom.dcmread(disc / name / "1.dcm") for name in ("ct1", "mr1", "ct2")}


@pytest.fixture(scope="session")
def stocked(tmp_path_factory, disc) -> Iterator[Running]:
    """An archive that holds the disc; nobody may add to it."""
    for running in run_archive(tmp_path_factory.mktemp("stocked")):
        assert running.call("send", running.node, disc).code == 0
        yield running


@pytest.fixture
def archive(tmp_path) -> Iterator[Running]:
    """An empty archive of one's own."""
    yield from run_archive(tmp_path / "home")


@pytest.fixture
def strict(tmp_path) -> Iterator[Running]:
    """An empty archive that serves known nodes only."""
    yield from run_archive(tmp_path / "home", "--policy", "strict")


@pytest.fixture
def home(tmp_path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def made(tmp_path):
    """Write one CT image with the given attributes to a file of that name."""

    def make(name: str = "image.dcm", **attributes: object) -> Path:
        image = next(iter(phantom.ct_series(77, slices=1, side_pixels=16)))
        for keyword, value in attributes.items():
            setattr(image, keyword, value)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(phantom.file_bytes(image))
        return path

    return make


@pytest.fixture
def peer():
    """A node of other software, pynetdicom, with the handlers that a test gives it: its NODE as the command line takes it."""
    from pynetdicom import AE, evt
    from pynetdicom.sop_class import CTImageStorage, StudyRootQueryRetrieveInformationModelFind, Verification

    servers = []

    def serve(**handlers) -> str:
        ae = AE("PEER")
        for sop_class in (Verification, CTImageStorage, StudyRootQueryRetrieveInformationModelFind):
            ae.add_supported_context(sop_class)
        named = [(getattr(evt, f"EVT_C_{name.upper()}"), handler) for name, handler in handlers.items()]
        [port] = free_ports(1)
        servers.append(ae.start_server(("127.0.0.1", port), block=False, evt_handlers=named))
        return f"PEER@127.0.0.1:{port}"

    yield serve
    for server in servers:
        server.shutdown()
