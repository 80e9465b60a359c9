"""Real houses for the tests of `/api`: an archive with its listener in a folder, entered over its own application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.testclient import TestClient
from tests.waiting import a_free_port, wait_for

from isocenter.base.clock import SystemClock
from isocenter.base.config import Settings
from isocenter.daemon.api import api_house
from isocenter.daemon.backstage import HouseBackstage
from isocenter.daemon.compose import House, build
from isocenter.daemon.instances import Place
from isocenter.lab import phantom
from isocenter.model.records import Arrival, Node
from isocenter.web.api import api
from isocenter.web.api_house import ApiHouse

OURS = {"X-Isocenter": "1"}


@dataclass
class Lived:
    """A house that listens, what `/api` stands on, and a browser before it."""

    house: House
    api: ApiHouse
    browser: TestClient

    @property
    def node(self) -> Node:
        return Node(self.house.settings.aet.lower(), self.house.settings.aet, "127.0.0.1", self.house.settings.port)

    def knows(self, other: Lived) -> None:
        self.house.shelf.put_node(other.node)

    def keep(self, data_sets) -> list[str]:
        """Store through the intake; the SOP Instance UIDs."""
        kept = []
        for one in data_sets:
            arrival = Arrival(one.SOPClassUID, one.SOPInstanceUID, one.file_meta.TransferSyntaxUID, SystemClock().now())
            reception = self.house.archive.begin(arrival)
            reception.write(phantom.data_set_bytes(one))
            reception.finish()
            kept.append(str(one.SOPInstanceUID))
        return kept

    def job(self, wanted) -> dict:
        """Ask for a job and wait for its end."""
        asked = self.browser.post("/api/jobs", json=wanted, headers=OURS)
        assert asked.status_code == 202, asked.text
        return self.ended(asked.headers["location"])

    def ended(self, place: str) -> dict:
        wait_for(lambda: self.browser.get(place).json()["state"] not in {"queued", "running"})
        return self.browser.get(place).json()


@contextmanager
def lived(folder: Path, aet: str = "ISOCENTER", **settings) -> Iterator[Lived]:
    """A house in `folder` until the block ends."""
    house = build(Place(folder.name, folder), Settings(aet=aet, port=a_free_port(), listen="127.0.0.1", http=0, **settings))
    try:
        house.listener.start()
        joined = api_house(house, HouseBackstage(house))
        with TestClient(api(joined), base_url="http://127.0.0.1:8114", raise_server_exceptions=False) as browser:
            yield Lived(house, joined, browser)
    finally:
        house.listener.stop(0.0)
        house.closing.close()
