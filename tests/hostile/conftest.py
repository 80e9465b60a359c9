"""A real archive in a process of its own, and what must be true of it after whatever a stranger did."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from tests.hostile.browsers import page_seconds
from tests.hostile.strangers import FIND_ID, Peer, echo_seconds, element, message, query_command

from isocenter.base.config import Settings
from isocenter.base.limits import MIB
from isocenter.daemon import compose
from isocenter.daemon.compose import House
from isocenter.daemon.instances import Place
from isocenter.dimse.commands import CommandField
from isocenter.net import ports

if sys.platform != "linux":
    collect_ignore_glob = ["test_*.py"]
    """Descriptors are counted, and callers come from several addresses of the loopback network, as Linux alone has them all."""

ECHO_SECONDS = 0.2
START_TRIES = 3
ECHO_TRIES = 5
PAGE_SECONDS = 5.0
GROWTH_BYTES_MAX = 112 * MIB
"""The 64 MiB of LOBBY_BYTES_MAX, which the C library does not always give back, and what 200 threads and 8 readers keep."""
DESCRIPTORS_GROWTH_MAX = 80
"""32 blobs made ready, 8 readers of the index with 3 files each, and some that are just being closed."""
KNOWN = re.compile(
    r"isocenter\.lock|running\.json|log(/isocenter\.log(\.\d)?)?|blobs(/\d{6}(/\d{9}\.dcm)?)?|index(/index-\d{4}\.sqlite(-wal|-shm)?)?"
    r"|cache(/metadata(/[\w.-]+)*)?"
)


class Archived:
    """`isocenter up` as a child, with a folder around its data folder where nothing may ever appear."""

    def __init__(self, around: Path, *options: str, has_page: bool = False) -> None:
        self.around = around
        self.data = around / "data"
        self.options = options
        self.has_page = has_page
        for name in ("home", "cwd", "instances", "tmp"):
            (around / name).mkdir(parents=True, exist_ok=True)
        self.start()

    @property
    def environment(self) -> dict[str, str]:
        around = self.around
        moved = {"HOME": around / "home", "ISOCENTER_HOME": around / "instances", "TMPDIR": around / "tmp"}
        return {**os.environ, **{name: str(path) for name, path in moved.items()}, "PYTHONDONTWRITEBYTECODE": "1"}

    def start(self) -> None:
        for left in reversed(range(START_TRIES)):
            self._launch()
            try:
                wait_until(self._answers, "the archive did not start", 30)
                break
            except AssertionError:
                # Another test may have taken one of the ports in between.
                self.kill()
                if not left:
                    raise
        self.rss = self.process.memory_info().rss
        self.descriptors = self.process.num_fds()
        self.surroundings = self.outside()

    def _launch(self) -> None:
        # Not an ephemeral port: whoever asks for one that nobody listens on yet may get it as his own, and is connected to himself.
        self.port = ports.next_free(random.randrange(12_000, 30_000), "127.0.0.1")
        self.http = ports.next_free(self.port + 1, "127.0.0.1") if self.has_page else 0
        where = ["--port", str(self.port), "--http", str(self.http), "--listen", "127.0.0.1", "--data", str(self.data)]
        # The memory for recordings is bounded by its setting: small here, so that the bounds of all else can be seen.
        where += ["--recorded-mib", "4"]
        with (self.around / "cwd.out").open("ab") as out:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "isocenter", "up", *where, *self.options],
                cwd=self.around / "cwd", env=self.environment, stdout=out, stderr=out,
            )  # fmt: skip
        self.process = psutil.Process(self.child.pid)

    def _answers(self) -> bool:
        assert self.child.poll() is None, (self.around / "cwd.out").read_text()
        try:
            if self.has_page and page_seconds(self.http) > ECHO_SECONDS:
                return False
            return echo_seconds(self.port) > 0 and any(self.around.glob("instances/elsewhere/*.json"))
        except OSError:
            return False

    def outside(self) -> set[str]:
        """Every path around the data folder."""
        paths = (path.relative_to(self.around).as_posix() for path in self.around.rglob("*"))
        return {path for path in paths if not path.startswith("data/")}

    def log(self) -> str:
        return (self.data / "log" / "isocenter.log").read_text(encoding="utf-8")

    def kill(self) -> None:
        self.child.send_signal(signal.SIGKILL)
        self.child.wait(10)

    def stop(self) -> None:
        self.child.terminate()
        try:
            self.child.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def instances(self, study: str) -> list[bytes]:
        """The SOP Instance UIDs that a query for this study answers."""
        asked = element(0x00080018, b"UI", b"") + element(0x00080052, b"CS", "IMAGE") + element(0x0020000D, b"UI", study)
        with Peer(self.port) as peer:
            peer.associate()
            peer.send(message(FIND_ID, query_command(CommandField.C_FIND_RQ), asked))
            found = []
            while True:
                kind, body = peer.read()
                assert kind == 4, (kind, body)
                if not body[5] & 1:
                    found += re.findall(rb"\x08\x00\x18\x00UI..([0-9.]*)", body[6:], re.DOTALL)
                elif b"\x00\x00\x00\x09\x02\x00\x00\x00\x00\xff" not in body:
                    return found


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 15.0) -> None:
    """Wait for what another process or thread is about to do."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, what
        threading.Event().wait(0.01)


def unharmed(archive: Archived) -> None:
    """What must hold after anything: alive, quick, small, and nothing written where nothing belongs."""
    tries = [echo_seconds(archive.port)]
    while min(tries) > ECHO_SECONDS and len(tries) < ECHO_TRIES:
        tries.append(echo_seconds(archive.port))
    assert min(tries) <= ECHO_SECONDS, f"C-ECHO took {tries}"
    assert not archive.has_page or page_seconds(archive.http) < PAGE_SECONDS
    grown = archive.process.memory_info().rss - archive.rss
    assert grown < GROWTH_BYTES_MAX, f"memory grew by {grown / MIB:.0f} MiB"
    wait_until(
        lambda: archive.process.num_fds() <= archive.descriptors + DESCRIPTORS_GROWTH_MAX,
        f"{archive.process.num_fds()} descriptors, {archive.descriptors} at first",
    )
    assert archive.outside() == archive.surroundings
    inside = {path.relative_to(archive.data).as_posix() for path in archive.data.rglob("*")}
    assert not {path for path in inside if not KNOWN.fullmatch(path)}
    assert "Traceback" not in archive.log(), [line for line in archive.log().splitlines() if "Traceback" in line][-1]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archived]:
    archive = Archived(tmp_path_factory.mktemp("around"))
    yield archive
    archive.stop()


@pytest.fixture
def archive(running: Archived) -> Iterator[Archived]:
    """The archive of the module; after the test it must be unharmed."""
    yield running
    assert running.child.poll() is None, "the process died"
    unharmed(running)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archived]:
    archive = Archived(tmp_path_factory.mktemp("around"), has_page=True)
    yield archive
    archive.stop()


@pytest.fixture
def page(serving: Archived) -> Iterator[Archived]:
    """The archive of the module, with its page; after the test it must be unharmed."""
    yield serving
    assert serving.child.poll() is None, "the process died"
    unharmed(serving)


@pytest.fixture
def logged(archive: Archived) -> Callable[[str], None]:
    """Asks for a line that this test has caused: `logged("Turned away")`."""
    begin = len(archive.log())

    def wait_for(words: str) -> None:
        wait_until(lambda: words in archive.log()[begin:], f"{words!r} is not in the log:\n{archive.log()[begin:]}", 5)

    return wait_for


@pytest.fixture
def peer(archive: Archived) -> Iterator[Peer]:
    """A caller without an association."""
    with Peer(archive.port) as caller:
        yield caller


@pytest.fixture
def associated(peer: Peer) -> Peer:
    """A caller with an association for everything."""
    peer.associate()
    return peer


@contextmanager
def house_in(folder: Path, **settings: object) -> Iterator[House]:
    """The house assembled in this process, so that its limits and its disk can be changed."""
    house = compose.build(Place("hostile", folder), Settings(**{"port": 0, "http": 0, "listen": "127.0.0.1", **settings}))
    try:
        house.listener.start()
        yield house
    finally:
        house.listener.stop(0.0)
        house.closing.close()


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("ISOCENTER_HOME", str(tmp_path / "home"))
    with house_in(tmp_path / "data") as opened:
        yield opened
