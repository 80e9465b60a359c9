"""The nodes' past over `/api`: heartbeat over a new start, maintenance, alerts that are tried, drift that is taken as usual."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from tests.web.houses import OURS, lived

from isocenter.base import config
from isocenter.daemon.kept_reports import KeptReports
from isocenter.jobs.echoing import Echo, Echoed
from isocenter.model.checkup import Checkup, ContextAnswer, Role
from isocenter.model.records import Node
from isocenter.model.report import Report
from isocenter.standard.sop_class import CT_IMAGE

CT = Node("CT room 2", "CT2", "10.0.0.7")
ANSWERED = Echoed(Echo.ANSWERED, "it is there", 4.0, "1.2.3", "OFFIS_366", 16384)
LOST = Echoed(Echo.LOST, "timed out", 5000.0)


@pytest.fixture
def here(tmp_path):
    with lived(tmp_path / "here") as house:
        house.house.shelf.put_node(CT)
        yield house


def asked(house, path, **parameters):
    answer = house.browser.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def done(house, method, path, **wanted):
    answer = house.browser.request(method, path, json=wanted, headers=OURS)
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


def beat(house, **parameters):
    return next(one for one in asked(house, "/api/heartbeat", **parameters)["nodes"] if one["name"] == CT.name)


def echo(house, *outcomes):
    for outcome in outcomes:
        house.house.standings.note(CT, outcome)


def test_availability_counts_what_was_answered_and_is_there_after_a_new_start(here, tmp_path):
    echo(here, ANSWERED, ANSWERED, LOST, ANSWERED)
    told = beat(here)
    assert (told["asked"], told["failed"], told["availability"], told["milliseconds"]) == (4, 1, 75.0, 4.0)
    assert sum(part["asked"] for part in told["parts"]) == 4
    assert len(told["parts"]) * asked(here, "/api/heartbeat")["part_hours"] == 24
    assert [outage["words"] for outage in told["outages"]] == ["does not answer: timed out"]
    here.house.listener.stop(0.0)
    here.house.closing.close()
    with lived(tmp_path / "here") as again:
        assert beat(again, days=30)["availability"] == 75.0
        story = asked(again, f"/api/node-states/{CT.name}")
        assert len(story["answers"]) == 4
        assert [event["words"] for event in story["events"]][-1] == "does not answer: timed out"
        assert story["state"]["verdict"] == "answers"


def test_what_is_left_unanswered_during_maintenance_counts_for_nothing(here):
    begins = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    (kept,) = done(here, "POST", "/api/maintenance-windows", node=CT.name, begins=begins, minutes=60, words="new tube")
    assert kept["open"]
    echo(here, ANSWERED, LOST)
    told = beat(here)
    assert (told["excused"], told["failed"], told["availability"], told["working"]) == (1, 0, 100.0, "new tube")
    (changed,) = done(here, "POST", "/api/maintenance-windows", **{**wanted(kept), "repeats": "weekly"})
    assert (changed["id"], changed["repeats"]) == (kept["id"], "weekly")
    assert changed["next"] is not None
    done(here, "DELETE", f"/api/maintenance-windows/{kept['id']}")
    assert asked(here, "/api/maintenance-windows") == []
    assert here.browser.delete(f"/api/maintenance-windows/{kept['id']}", headers=OURS).status_code == 404
    assert here.browser.delete(f"/api/maintenance-windows/{2**70}", headers=OURS).status_code == 404


def wanted(window):
    return {name: window[name] for name in ("id", "node", "begins", "minutes", "repeats", "words")}


@pytest.mark.parametrize(
    ("window", "status"),
    [
        ({"node": "nobody", "begins": "2026-01-01T00:00:00Z", "minutes": 5}, 404),
        ({"begins": "2026-01-01T00:00:00", "minutes": 5}, 400),
        ({"begins": "2026-01-01T00:00:00Z", "minutes": 0}, 400),
        ({"begins": "2026-01-01T00:00:00Z", "minutes": 2000, "repeats": "daily"}, 400),
        ({"begins": "9999-12-31T23:59:59Z", "minutes": 5}, 400),
        ({"begins": "0001-01-01T00:00:00Z", "minutes": 5, "repeats": "weekly"}, 400),
    ],
)
def test_a_window_that_cannot_be_is_refused(here, window, status):
    assert here.browser.post("/api/maintenance-windows", json=window, headers=OURS).status_code == status


@contextmanager
def webhook(status=200):
    """A web server that takes alerts."""
    taken = []

    class Room(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Room)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", taken
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def test_a_webhook_is_set_tried_and_written_down(here):
    with webhook(202) as (url, taken):
        told = done(here, "PUT", "/api/alerts", webhook=f" {url} ", after=3)
        assert (told["settings"]["webhook"], told["settings"]["after"]) == (url, 3)
        assert {way["name"]: way["set"] for way in told["ways"]} == {"webhook": True, "e-mail": False}
        tried = done(here, "POST", "/api/alerts/test", way="webhook")
    assert tried["error"] == ""
    assert taken[0]["source"] == "ISOCENTER"
    assert taken[0]["alerts"][0]["kind"] == "test"
    assert url in (here.house.place.folder / config.FILE_NAME).read_text()
    assert asked(here, "/api/alerts")["latest"][0]["way"] == "webhook"


def test_what_the_other_side_says_to_a_test_is_told(here):
    with webhook(403) as (url, _):
        done(here, "PUT", "/api/alerts", webhook=url)
        assert "403" in done(here, "POST", "/api/alerts/test", way="webhook")["error"]
    assert "not set" in done(here, "POST", "/api/alerts/test", way="e-mail")["error"]


def test_a_password_is_kept_and_never_told(here):
    told = done(here, "PUT", "/api/alerts", mail_server="smtps://mail", mail_to="a@h.example", mail_user="me", mail_password="hush")
    assert told["settings"]["has_password"]
    said = [asked(here, path) for path in ("/api/alerts", "/api/settings", "/api/log")]
    assert "hush" not in json.dumps([told, *said])
    assert not done(here, "PUT", "/api/alerts", mail_password="")["settings"]["has_password"]


@pytest.mark.parametrize(
    "values", [{"webhook": "ftp://x"}, {"mail_to": "a@h.example"}, {"mail_server": "mail:25"}, {"after": 0}, {"mail_from": "a b@c"}]
)
def test_settings_that_cannot_be_are_refused_with_a_sentence(here, values):
    answer = here.browser.put("/api/alerts", json=values, headers=OURS)
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_drift_stands_with_the_node_until_it_is_taken_as_usual(here):
    echo(here, ANSWERED, Echoed(Echo.ANSWERED, "", 4.0, "1.2.3", "OFFIS_367", 16384))
    (drift,) = asked(here, "/api/drift")
    assert (drift["node"], drift["words"], drift["origin"]) == (CT.name, "is OFFIS_367 now, was OFFIS_366", "seen first")
    story = asked(here, f"/api/node-states/{CT.name}")
    assert (story["state"]["verdict"], story["state"]["changed"]) == ("changed", "new version")
    assert story["drifts"] == [drift]
    assert done(here, "POST", "/api/drift/taken", node=CT.name, key=drift["key"]) == []
    assert asked(here, f"/api/node-states/{CT.name}")["state"]["verdict"] == "answers"
    answer = here.browser.post("/api/drift/taken", json={"node": CT.name}, headers=OURS)
    assert answer.status_code == 404


def test_a_node_with_another_name_keeps_its_past_and_one_that_is_forgotten_does_not(here):
    echo(here, ANSWERED, LOST)
    entry = {"ae_title": CT.ae_title, "host": CT.host, "port": CT.port}
    here.browser.put("/api/nodes/CT 2?was=CT room 2", json=entry, headers=OURS)
    (told,) = asked(here, "/api/heartbeat")["nodes"]
    assert (told["name"], told["asked"]) == ("CT 2", 2)
    here.browser.delete("/api/nodes/CT 2", headers=OURS)
    here.browser.put("/api/nodes/CT 2", json=entry, headers=OURS)
    (told,) = asked(here, "/api/heartbeat")["nodes"]
    assert told["asked"] == 0
    assert asked(here, "/api/node-states/CT 2")["events"] == []


def test_a_node_that_another_process_removed_is_forgotten_too(here):
    echo(here, ANSWERED)
    beat(here)
    here.house.shelf.remove_node(CT.name)
    assert asked(here, "/api/heartbeat")["nodes"] == []
    here.house.shelf.put_node(CT)
    assert beat(here)["asked"] == 0


def test_a_kept_report_is_the_commissioning_and_a_later_one_is_compared(here):
    kept = KeptReports(here.house.place.folder)
    for minutes, version, result in ((10, "OFFIS_366", 0), (5, "OFFIS_367", 4)):
        moment = datetime.now(UTC) - timedelta(minutes=minutes)
        checkup = Checkup("t", CT.name, CT.ae_title, CT.host, CT.port, Role.ARCHIVE, "ISOCENTER", "", 11112, moment,
                          implementation_class_uid="1.2", implementation_version_name=version,
                          contexts=(ContextAnswer(CT_IMAGE, "1.2.840.10008.1.2", result),))  # fmt: skip
        kept.keep(Report("", moment, checkup))
        beat(here)
    drifts = {one["aspect"]: one for one in asked(here, "/api/drift")}
    assert set(drifts) == {"implementation", "contexts"}
    assert drifts["contexts"]["origin"] == drifts["implementation"]["origin"] == "commissioned"
    assert drifts["contexts"]["words"] == "no longer takes CT Image Storage in Implicit VR Little Endian"


def test_an_interval_of_its_own_is_told(here):
    here.browser.put("/api/nodes/CT room 2", json={"ae_title": "CT2", "host": "10.0.0.7", "echo_minutes": 0}, headers=OURS)
    told = beat(here)
    assert (told["minutes"], told["own_minutes"]) == (0, 0)
    answer = here.browser.put(
        "/api/nodes/CT room 2", json={"ae_title": "CT2", "host": "10.0.0.7", "echo_minutes": 10**6}, headers=OURS
    )
    assert answer.status_code == 400
