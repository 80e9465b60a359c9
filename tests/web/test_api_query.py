"""Beside a search of another node: what is here of it, how many match, what retrieving has shown, and a queue that is held."""

from __future__ import annotations

import pytest
from tests.waiting import a_free_port, wait_for
from tests.web.houses import OURS, lived

from isocenter.lab import phantom
from isocenter.model.records import Node


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """An archive with 2 of the 3 images of a study, and another with 3 studies of 2 patients."""
    folder = tmp_path_factory.mktemp("houses")
    with lived(folder / "here") as here, lived(folder / "there", "THERE") as there:
        here.knows(there)
        there.knows(here)
        there.images = [list(phantom.ct_series(number, slices=3, side_pixels=16)) for number in (1, 2, 3)]
        for images in there.images:
            there.keep(images)
        here.keep(there.images[0][:2])
        yield here, there


def post(house, path, **body):
    return house.browser.post(path, json=body, headers=OURS)


def test_what_is_here_is_counted_study_by_study_series_by_series_and_patient_by_patient(two):
    here, there = two
    first, second = there.images[0][0], there.images[1][0]
    study, other = str(first.StudyInstanceUID), str(second.StudyInstanceUID)
    assert post(here, "/api/here", values=[study, other, ""]).json() == {"instances": {study: 2}}
    series = str(first.SeriesInstanceUID)
    assert post(here, "/api/here", level="series", values=[series]).json() == {"instances": {series: 2}}
    patient = str(first.PatientID)
    assert post(here, "/api/here", level="patient", values=[patient]).json()["instances"][patient] >= 2
    assert post(here, "/api/here", values=[]).json() == {"instances": {}}


def test_a_patient_id_with_wild_cards_means_itself(two):
    here, _ = two
    assert post(here, "/api/here", level="patient", values=["*"]).json() == {"instances": {}}


def test_how_many_match_is_told_and_where_the_counting_ended(two):
    here, _ = two
    assert post(here, "/api/count", node="there").json() == {"count": 3, "more": False}
    assert post(here, "/api/count", node="there", limit=2).json() == {"count": 2, "more": True}
    assert post(here, "/api/count", node="there", limit=3).json() == {"count": 3, "more": False}
    assert post(here, "/api/count", node="there", keys={"ModalitiesInStudy": "MR"}).json() == {"count": 0, "more": False}


def test_the_key_that_keeps_the_rest_out_is_named_with_its_cure(two):
    here, there = two
    name = str(there.images[0][0].PatientName)[:3]
    why = post(here, "/api/why", node="there", keys={"PatientName": name}).json()
    assert (why["guilty"], why["together"], why["whole"]["count"]) == (["PatientName"], False, 0)
    assert [(cure["fault"], cure["value"]) for cure in why["cures"]] == [("Q5", f"{name}*")]
    assert "PatientName" in why["words"]
    assert post(here, "/api/why", node="nobody", keys={}).status_code == 404
    assert post(here, "/api/why", node="there", keys={"Nonsense": "1"}).status_code == 400


def test_a_counting_that_takes_too_long_tells_how_far_it_came(two, monkeypatch):
    here, _ = two
    from isocenter.web import api_query

    monkeypatch.setattr(api_query, "API_COUNT_SECONDS", -1.0)
    assert post(here, "/api/count", node="there").json() == {"count": 1, "more": True}


def test_only_nodes_of_the_list_are_counted_at(two):
    here, _ = two
    here.house.shelf.put_node(Node("gone", "GONE", "127.0.0.1", a_free_port()))
    assert post(here, "/api/count", node="nobody").status_code == 404
    assert post(here, "/api/count", node="gone").status_code == 502
    assert post(here, "/api/count", node="there", keys={"Nonsense": "1"}).status_code == 400


def test_a_retrieval_shows_which_way_works_and_how_fast(two):
    here, there = two
    nothing = here.browser.get("/api/experience?node=there").json()
    assert (nothing["by"], nothing["instances_per_second"], nothing["bytes_per_instance"]) == ("", 0.0, 0.0)
    here.job({"kind": "retrieve", "node": "there", "keys": {"StudyInstanceUID": str(there.images[1][0].StudyInstanceUID)}})
    learned = here.browser.get("/api/experience?node=there").json()
    assert learned["by"] == "get"
    assert learned["instances_per_second"] > 0
    assert learned["bytes_per_instance"] == pytest.approx(len(phantom.data_set_bytes(there.images[1][0])), rel=0.1)
    assert here.browser.get("/api/experience?node=nobody").status_code == 404


def test_a_queue_that_is_held_lets_nothing_begin_until_it_is_let_go(two):
    here, there = two
    held = here.browser.post("/api/jobs/hold?kind=retrieve&on=1", headers=OURS)
    assert held.json() == {"held": ["retrieve"]}
    wanted = {"kind": "retrieve", "node": "there", "keys": {"StudyInstanceUID": str(there.images[2][0].StudyInstanceUID)}}
    place = here.browser.post("/api/jobs", json=wanted, headers=OURS).headers["location"]
    assert here.job({"kind": "check"})["state"] == "done"
    assert here.browser.get(place).json()["state"] == "queued"
    listed = here.browser.get("/api/jobs").json()
    assert (listed["held"], listed["under_way"]) == (["retrieve"], 1)
    waiting = here.browser.get("/api/jobs?under_way=1&kind=retrieve").json()
    assert [f"/api/jobs/{job['id']}" for job in waiting["jobs"]] == [place]
    assert here.browser.get("/api/jobs?under_way=1&kind=check").json()["jobs"] == []
    assert {job["kind"] for job in here.browser.get("/api/jobs?kind=check").json()["jobs"]} == {"check"}
    assert here.browser.post("/api/jobs/hold?kind=retrieve&on=0", headers=OURS).json() == {"held": []}
    assert here.ended(place)["state"] == "done"


def test_one_that_waits_in_a_held_queue_can_be_cancelled(two):
    here, _ = two
    here.browser.post("/api/jobs/hold?kind=retrieve&on=1", headers=OURS)
    wanted = {"kind": "retrieve", "node": "there", "keys": {"StudyInstanceUID": "1.2.3"}}
    place = here.browser.post("/api/jobs", json=wanted, headers=OURS).headers["location"]
    assert here.browser.post(f"{place}/cancel", headers=OURS).json()["state"] == "cancelled"
    here.browser.post("/api/jobs/hold?kind=retrieve&on=0", headers=OURS)
    wait_for(lambda: here.browser.get("/api/jobs").json()["held"] == [])
