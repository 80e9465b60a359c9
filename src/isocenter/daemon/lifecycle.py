"""The life of a running instance: opened, listening, drained, closed.

The DICOM port answers first; the page comes up beside it. Nothing that was acknowledged depends on an orderly end.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING

from isocenter.base import log
from isocenter.base.clock import SystemClock
from isocenter.base.config import Settings
from isocenter.base.errors import UsageError
from isocenter.base.limits import (
    DRAIN_SECONDS,
    HTTP_BACKLOG,
    HTTP_KEEP_ALIVE_SECONDS,
    PAGE_STOP_SECONDS,
    STOP_ASKED_SECONDS,
)
from isocenter.daemon import compose, instances, policies
from isocenter.daemon.backstage import HouseBackstage
from isocenter.daemon.device import port_obstacle
from isocenter.daemon.instances import Place
from isocenter.net import ports

if TYPE_CHECKING:
    from uvicorn import Server

    from isocenter.archive.recovery import Recovered

_log = logging.getLogger("isocenter.daemon")


class RunningHouse:
    """An instance that listens; `close` ends it in order."""

    def __init__(self, house: compose.House) -> None:
        self.house = house
        self._page: Server | None = None
        self._page_thread: threading.Thread | None = None
        self._is_closing = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """Listen, announce, and bring up the page."""
        self.house.listener.start()
        started = f"{SystemClock().now():%Y-%m-%dT%H:%M:%SZ}"
        instances.announce(self.house.place, self.house.settings, started)
        self.house.device.tell(lambda settings: self._announce(settings, started))
        if self.house.settings.http:
            # Here and not in the thread, which loads for a second: the page shows the log from the start.
            self._backstage = HouseBackstage(self.house)
            self._page_thread = threading.Thread(target=self._serve_page, name="page", daemon=True)
            self._page_thread.start()

    def _announce(self, settings: Settings, started: str) -> None:
        """Say where we are now; a disk that cannot be written to does not undo what is in force already."""
        try:
            instances.announce(self.house.place, settings, started)
        except OSError as error:
            _log.warning("Programs on this computer still look for the archive at its old port: %s", error)

    def close(self, drain_seconds: float = DRAIN_SECONDS) -> None:
        """Accept nobody, let what runs finish for a while, close everything."""
        with self._lock:
            self._is_closing = True
        self.house.listener.stop(drain_seconds)
        if self._page is not None:
            self._page.should_exit = True
            self._page.force_exit = True
        if self._page_thread is not None:
            self._page_thread.join(PAGE_STOP_SECONDS)
        instances.withdraw(self.house.place)
        self.house.closing.close()
        _log.info("%s stopped", self.house.settings.aet)

    def _serve_page(self) -> None:
        import uvicorn

        from isocenter.daemon.api import api_house
        from isocenter.daemon.dicom_web import web_house
        from isocenter.web.api import api
        from isocenter.web.app import app
        from isocenter.web.connection import BoundedConnection

        logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
        with self._lock:
            if self._is_closing:
                return
            hides_patients = self.house.settings.technician
            page = app(api(api_house(self.house, self._backstage)), web_house(self.house), hides_patients=hides_patients)
            settings = uvicorn.Config(
                page,
                host="127.0.0.1",
                port=self.house.settings.http,
                http=BoundedConnection,
                ws="none",
                lifespan="off",
                proxy_headers=False,
                server_header=False,
                log_config=None,
                access_log=False,
                backlog=HTTP_BACKLOG,
                timeout_keep_alive=HTTP_KEEP_ALIVE_SECONDS,
            )
            self._page = uvicorn.Server(settings)
        try:
            self._page.run()
        except SystemExit:
            _log.error("The page could not be served on port %s; DICOM goes on", self.house.settings.http)


def open_house(place: Place, settings: Settings) -> RunningHouse:
    """Open an instance and listen. Raises UsageError, naming who holds the port or the folder and what to do."""
    if (other := instances.running(place)) is not None:
        raise UsageError(
            f"{other.aet} already runs on this data folder as process {other.pid}, on port {other.port}. "
            f"For a second archive on this computer:  isocenter up --name workstation"
        )
    _check_port("port", settings.port, settings.listen)
    if settings.http:
        _check_port("http", settings.http, "127.0.0.1")
    instances.remember(place, settings)
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = log.to_file(place.folder / "log" / "isocenter.log")
    log.set_debug(settings.debug)
    log.set_patient_data(settings.log_patient_data and not settings.technician)
    house = compose.build(place, settings)
    house.closing.callback(file.close)
    house.closing.callback(logging.getLogger(log.ROOT).removeHandler, file)
    running = RunningHouse(house)
    try:
        running.start()
    except BaseException:
        house.closing.close()
        raise
    _log.info("%s started: port %s, policy %s, %s", settings.aet, settings.port, settings.policy, place.folder)
    return running


def _check_port(name: str, port: int, address: str) -> None:
    if obstacle := port_obstacle(port, address):
        raise UsageError(f"{obstacle.removesuffix('.')}:  --{name} {ports.next_free(port, address)}")


def greeting(running: RunningHouse) -> Iterator[str]:
    """What a person needs to write down, line by line."""
    house = running.house
    settings = house.settings
    shown = settings.listen
    if settings.listens_everywhere:
        shown = f"{', '.join(house.addresses) or 'none in a network'} (for programs on this computer 127.0.0.1)"
    yield "Isocenter is listening. Enter this on every device that shall reach it:"
    yield f"    AE title     {settings.aet}"
    yield f"    address      {shown}"
    yield f"    port         {settings.port}"
    yield f"    data folder  {house.place.folder}"
    if settings.http:
        yield f"    page         http://127.0.0.1:{settings.http}"
    yield f"    policy       {policies.sentence(settings.policy)}"
    if mended := _mended(house.archive.recovered):
        yield f"    recovered    {mended}"
    yield "Stop it with Ctrl-C. The log:"


def _mended(found: Recovered) -> str:
    """What the start had to mend after a crash, in words; empty after an orderly end."""
    parts = [
        (found.rows_taken_back, "unfinished arrivals taken back"),
        (found.blobs_adopted, "images entered that were on the disk and not in the index"),
        (found.blobs_removed, "incomplete files removed"),
        (found.blobs_put_aside, "damaged files put aside"),
    ]
    return ", ".join(f"{count} {words}" for count, words in parts if count)


class Ending:
    """From its making on, SIGINT, SIGTERM and a closed terminal ask for an orderly end; the second one ends the process at once."""

    def __init__(self) -> None:
        # Asked for by a signal, in the middle of whatever the same thread does: an event's own lock would be held by it already.
        self._asked: SimpleQueue[None] = SimpleQueue()
        numbers = [getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")]
        # A parent that wants its child to outlive the terminal has SIGHUP ignored: that stays.
        self._numbers = [n for n in numbers if n is not None and not (n.name == "SIGHUP" and signal.getsignal(n) == signal.SIG_IGN)]
        for number in self._numbers:
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        for number in self._numbers:
            signal.signal(number, signal.SIG_DFL)
        self._asked.put(None)

    def wait(self) -> None:
        """Until it is asked for."""
        while True:
            # A wait without an end would not let Python's signal functions run on Windows.
            with suppress(Empty):
                return self._asked.get(timeout=STOP_ASKED_SECONDS)
