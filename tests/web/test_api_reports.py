"""Reports over `/api`: a checkup is kept, looked at, printed, compared, and forgotten."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from starlette.testclient import TestClient
from tests.doctor.reports import fine, refused
from tests.web.houses import OURS, lived

from isocenter.lab import phantom
from isocenter.model import report as nouns
from isocenter.model.records import Arrival, Node
from isocenter.web import words_reports
from isocenter.web.api import api


class Clinic:
    """The checkups that this process remembers."""

    def __init__(self) -> None:
        self.found = {}

    def one(self, token):
        return self.found.get(token)

    def all(self):
        return list(self.found.values())


@pytest.fixture
def here(tmp_path):
    with lived(tmp_path / "here") as house:
        clinic = Clinic()
        house.api = replace(house.api, clinic=clinic)
        with TestClient(api(house.api), base_url="http://127.0.0.1:8114", raise_server_exceptions=False) as browser:
            house.browser, house.clinic = browser, clinic
            yield house


def keep(house, checkup, **typed):
    house.clinic.found[checkup.token] = checkup
    return house.browser.post("/api/reports", json={"checkup": checkup.token} | typed, headers=OURS)


def test_a_checkup_is_kept_and_found_again(here):
    answer = keep(here, fine(), technician=" A. Technician ", work_order="4711", site="Radiology", remark="Cable replaced.")
    assert answer.status_code == 201, answer.text
    short = answer.json()
    assert (short["node"], short["technician"], short["outcome"], short["worked"], short["tried"]) == (
        "Teaching archive", "A. Technician", "good", 8, 8,
    )  # fmt: skip
    assert here.browser.get("/api/reports").json()["reports"] == [short]
    whole = here.browser.get(answer.headers["location"]).json()
    assert (whole["state"], whole["remark"], whole["previous"]) == (short, "Cable replaced.", "")
    assert whole["checkup"]["steps"][0]["layer"] == "name"


def test_what_changed_since_the_last_one_is_told(here):
    first = keep(here, fine()).json()["token"]
    second = keep(here, refused()).json()["token"]
    assert here.browser.get(f"/api/reports/{second}").json()["previous"] == first
    told = here.browser.get(f"/api/reports/{second}/difference").json()
    assert told["changes"][0]["sentence"] == "The AE title was reset to its default: it is ORTHANC again, and TEACHING is refused."
    assert (told["before"]["token"], told["after"]["token"]) == (first, second)
    turned = here.browser.get(f"/api/reports/{first}/difference", params={"before": second}).json()
    assert turned["after"]["token"] == second


def test_the_first_report_has_nothing_before_it(here):
    token = keep(here, fine()).json()["token"]
    answer = here.browser.get(f"/api/reports/{token}/difference")
    assert answer.status_code == 404
    assert "first report" in answer.json()["detail"]


def test_reports_of_two_nodes_are_not_compared(here):
    one, other = keep(here, fine()).json()["token"], keep(here, fine(node="CT", token="t2")).json()["token"]
    assert here.browser.get(f"/api/reports/{one}/difference", params={"before": other}).status_code == 400


@pytest.mark.parametrize(("form", "begin"), [("pdf", b"%PDF-"), ("html", b"<!doctype html>"), ("text", b"Teaching archive")])
def test_a_report_is_printed_in_each_form(here, form, begin):
    first, second = keep(here, fine()).json()["token"], keep(here, refused()).json()["token"]
    for query in ({"form": form}, {"form": form, "before": first}):
        answer = here.browser.get(f"/api/reports/{second}/document", params=query)
        assert answer.content.startswith(begin)
    if form != "pdf":
        assert "reset to its default" in answer.text


def test_a_report_is_forgotten(here):
    token = keep(here, fine()).json()["token"]
    assert here.browser.delete(f"/api/reports/{token}").status_code == 403
    assert here.browser.delete(f"/api/reports/{token}", headers=OURS).status_code == 204
    assert here.browser.get(f"/api/reports/{token}").status_code == 404
    assert here.browser.get("/api/reports").json() == {"reports": []}


@pytest.mark.parametrize("rest", ["", "/difference", "/document"])
def test_a_report_that_is_not_there_is_told(here, rest):
    assert here.browser.get(f"/api/reports/nothing{rest}").status_code == 404


def test_a_checkup_that_is_unknown_or_still_under_way_is_not_kept(here):
    assert here.browser.post("/api/reports", json={"checkup": "x"}, headers=OURS).status_code == 404
    answer = keep(here, fine(ended=None))
    assert answer.status_code == 400
    assert "under way" in answer.json()["detail"]


def test_what_the_device_sent_stands_in_its_report(here):
    for one in phantom.ct_series(1, slices=6, side_pixels=16):
        one.StationName = "CT2"
        moment = here.api.neighbourhood.clock.now()
        arrival = Arrival(one.SOPClassUID, one.SOPInstanceUID, one.file_meta.TransferSyntaxUID, moment, calling_ae_title="TEACHING")
        reception = here.house.archive.begin(arrival)
        reception.write(phantom.data_set_bytes(one))
        reception.finish()
    token = keep(here, fine()).json()["token"]
    sample = here.browser.get(f"/api/reports/{token}").json()["sample"]
    assert sample["count"] == 4
    assert {"name": "Station name", "values": ["CT2"]} in sample["seen"]


def test_a_device_that_sent_nothing_says_so(here):
    token = keep(here, fine()).json()["token"]
    assert here.browser.get(f"/api/reports/{token}").json()["sample"]["count"] == 0


def test_a_product_that_a_report_knows_is_known_for_the_sheet(here):
    here.house.shelf.put_node(Node("Teaching archive", "TEACHING", "10.0.0.12", 4242))
    keep(here, fine())
    told = here.browser.get("/api/setup-sheet", params={"node": "Teaching archive"}).json()
    assert (told["known_product"], told["there"]["product"]) == ("orthanc", "Orthanc")


@pytest.mark.parametrize(
    ("words", "noun"),
    [
        (words_reports.SeenWords, nouns.Seen),
        (words_reports.DoubtWords, nouns.Doubt),
        (words_reports.SentSample, nouns.Sample),
        (words_reports.ChangeWords, nouns.Change),
    ],
)
def test_what_is_told_is_what_the_house_s_nouns_hold(words, noun):
    assert set(words.model_fields) == {field.name for field in fields(noun)}


def test_a_checkup_that_was_stopped_is_told_as_one(here):
    short = keep(here, fine(is_stopped=True)).json()
    assert (short["outcome"], short["headline"]) == ("warn", "The checkup was ended early")
    whole = here.browser.get(f"/api/reports/{short['token']}").json()
    assert whole["checkup"]["is_stopped"] is True
