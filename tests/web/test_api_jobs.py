"""Jobs over `/api`, in a process that is killed: they are rows, and the page sees them live."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from tests.waiting import a_free_port, wait_for
from tests.web.houses import OURS, lived

from isocenter.model.records import Node


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with lived(tmp_path_factory.mktemp("houses") / "here") as house, silent() as port:
        house.house.shelf.put_node(Node("silent", "SILENT", "127.0.0.1", port))
        yield house


@contextmanager
def silent() -> Iterator[int]:
    """A port where every connection is taken and nothing is ever said; whoever waits there is let go at the end."""
    taken = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_take, args=(server, taken), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
        for one in taken:
            one.close()


def _take(server: socket.socket, taken: list[socket.socket]) -> None:
    with suppress(OSError):
        while True:
            taken.append(server.accept()[0])


WAITS = {"kind": "retrieve", "node": "silent", "keys": {"StudyInstanceUID": "1.2"}}


def test_a_job_that_was_accepted_has_its_place(here):
    asked = here.browser.post("/api/jobs", json={"kind": "check"}, headers=OURS)
    assert asked.status_code == 202
    job = here.browser.get(asked.headers["location"]).json()
    assert (job["id"], job["kind"], job["wanted"]) == (asked.json()["id"], "check", {})
    assert here.ended(asked.headers["location"])["state"] == "done"


def test_the_latest_come_first_page_by_page(here):
    made = [here.job({"kind": "check"})["id"] for _ in range(3)]
    listed = [job["id"] for job in here.browser.get("/api/jobs?limit=2").json()["jobs"]]
    assert listed == [made[2], made[1]]
    assert here.browser.get(f"/api/jobs?limit=1&before={made[1]}").json()["jobs"][0]["id"] == made[0]


def test_what_cannot_be_done_as_things_stand_is_a_conflict(here):
    done = here.job({"kind": "check"})["id"]
    over = here.browser.post(f"/api/jobs/{done}/cancel", headers=OURS)
    assert (over.status_code, over.json()["detail"]) == (409, f"Job {done} is over already: done.")
    place = here.browser.post("/api/jobs", json=WAITS, headers=OURS).headers["location"]
    wait_for(lambda: here.browser.get(place).json()["state"] == "running")
    assert here.browser.post(f"{place}/again", headers=OURS).status_code == 409
    assert here.browser.post(f"{place}/cancel", headers=OURS).status_code == 200


@pytest.mark.parametrize("path", ["/api/jobs/99999", "/api/jobs/99999/cancel", "/api/jobs/99999/again"])
def test_a_job_that_is_not_there_is_said_to_be_missing(here, path):
    method = "POST" if path.count("/") > 3 else "GET"
    assert here.browser.request(method, path, headers=OURS).status_code == 404


@pytest.mark.parametrize(
    ("wanted", "status", "said"),
    [
        ({"kind": "fly"}, 400, "fly"),
        ({}, 400, "kind"),
        ({"kind": "check", "node": "x"}, 400, "node"),
        ({"kind": "send", "node": "nobody", "values": ["1.2"]}, 404, "nobody"),
        ({"kind": "send", "node": "silent", "values": ["1.2"] * 1001}, 400, "values"),
        ({"kind": "retrieve", "node": "silent", "keys": {}}, 400, "keys"),
        ({"kind": "retrieve", "node": "silent", "keys": {"Rows": "x"}}, 400, "(0028,0010)"),
        ({"kind": "retrieve", "node": "silent", "keys": {"PatientID": "x" * 300_000}}, 400, "characters"),
    ],
)
def test_what_cannot_be_wanted_is_named(here, wanted, status, said):
    refused = here.browser.post("/api/jobs", json=wanted, headers=OURS)
    assert refused.status_code == status, refused.text
    assert said in refused.json()["detail"]


class Program:
    """`isocenter up` in a folder, called over its page."""

    def __init__(self, folder) -> None:
        self.http = a_free_port()
        arguments = ["up", "--data", str(folder), "--port", str(a_free_port()), "--http", str(self.http), "--listen", "127.0.0.1"]
        environment = os.environ | {"ISOCENTER_HOME": str(folder.parent / "home")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "isocenter", *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for(self._answers)

    def _answers(self) -> bool:
        with suppress(OSError):
            return bool(self.ask("GET", "/api/status"))
        return False

    def ask(self, method: str, path: str, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=20)
        try:
            headers = OURS | {"Content-Type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            return json.loads(connection.getresponse().read() or b"null")
        finally:
            connection.close()

    @contextmanager
    def live(self) -> Iterator[Iterator[tuple[str, dict]]]:
        """The events of the live stream, as they come."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http, timeout=20)
        connection.request("GET", "/api/live")
        stream = connection.getresponse()

        def events():
            while line := stream.readline():
                if line.startswith(b"event: "):
                    yield line[7:].decode().strip(), json.loads(stream.readline()[6:])

        try:
            yield events()
        finally:
            connection.close()


def test_a_job_survives_the_death_of_the_program_and_is_seen_live(tmp_path):
    with silent() as port:
        program = Program(tmp_path / "data")
        try:
            program.ask("PUT", "/api/nodes/silent", {"ae_title": "SILENT", "host": "127.0.0.1", "port": port})
            with program.live() as events:
                number = program.ask("POST", "/api/jobs", WAITS)["id"]
                running = next(
                    words for name, words in events if name == "jobs" and [job["state"] for job in words["jobs"]] == ["running"]
                )
                assert running["jobs"][0]["id"] == number
        finally:
            program.process.kill()
            program.process.wait()
        program = Program(tmp_path / "data")
        try:
            job = program.ask("GET", f"/api/jobs/{number}")
            assert job["state"] == "interrupted"
            assert "can be started again" in job["words"]
            assert program.ask("POST", f"/api/jobs/{number}/again")["state"] in {"queued", "running"}
        finally:
            program.process.terminate()
            assert program.process.wait(30) == 0
