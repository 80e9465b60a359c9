"""Retrieving from another node as a job: two archives that are real, and one that is not there."""

from __future__ import annotations

import threading

import pytest
from tests.web.houses import OURS, a_free_port, lived

from isocenter.jobs.fetching import BY
from isocenter.lab import phantom
from isocenter.model.records import Node


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """An archive, and another one that knows it and has 12 images of two series in one study."""
    folder = tmp_path_factory.mktemp("houses")
    with lived(folder / "here") as here, lived(folder / "there", "THERE") as there:
        here.knows(there)
        there.knows(here)
        there.images = list(phantom.ct_series(7, slices=6, side_pixels=16)) + list(phantom.ct_series(8, slices=6, side_pixels=16))
        there.keep(there.images)
        yield here, there


def study_of(images) -> str:
    return str(images[0].StudyInstanceUID)


def asked(keys, **more):
    return {"kind": "retrieve", "node": "there", "keys": keys, **more}


@pytest.mark.parametrize("by", BY)
def test_a_study_comes_whole_and_is_found_here(two, by):
    here, there = two
    images = there.images[:6] if by == "get" else there.images[6:]
    job = here.job(asked({"StudyInstanceUID": study_of(images)}, by=by))
    assert (job["state"], job["done"], job["failed"]) == ("done", 6, 0), job
    assert job["words"] == "6 instances came."
    for image in images:
        kept = here.house.catalogue.instance(str(image.SOPInstanceUID))
        with here.house.archive.open(kept.blob) as blob:
            assert blob.read(blob.dataset_offset, blob.byte_count) == phantom.data_set_bytes(image)


def test_other_keys_are_searched_for_first_and_no_patient_is_named_in_the_title(two):
    here, there = two
    name = str(there.images[0].PatientName)
    job = here.job(asked({"PatientName": name}))
    assert job["state"] == "done", job
    assert job["done"] >= 6
    assert name not in job["title"]
    assert "PatientName" in job["title"]


def test_what_matches_nothing_is_done_with_nothing(two):
    here, _ = two
    for keys in ({"StudyInstanceUID": "1.2.3.4"}, {"PatientID": "NOBODY"}):
        job = here.job(asked(keys))
        assert (job["state"], job["done"], job["words"]) == ("done", 0, "Nothing there matches."), job


def test_a_move_to_one_who_is_not_known_there_fails_with_its_words(two):
    here, there = two
    there.house.shelf.remove_node("isocenter")
    try:
        job = here.job(asked({"StudyInstanceUID": study_of(there.images)}, by="move"))
    finally:
        there.knows(here)
    assert job["state"] == "failed"
    assert "destination" in job["words"].lower()


def test_one_who_is_not_there_fails_with_the_reason(two):
    here, _ = two
    here.house.shelf.put_node(Node("gone", "GONE", "127.0.0.1", a_free_port()))
    job = here.job(asked({"StudyInstanceUID": "1.2"}) | {"node": "gone"})
    assert job["state"] == "failed"
    assert "GONE" in job["words"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (asked({"StudyInstanceUID": ""}), "everything is too much"),
        (asked({"PatientName": "*"}), "everything is too much"),
        (asked({"NoSuchKey": "1"}), "neither a keyword"),
        (asked({"PatientID": "1"}, level="patient", root="study"), "no patient level"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(two, wanted, said):
    here, _ = two
    refused = here.browser.post("/api/jobs", json=wanted, headers=OURS)
    assert refused.status_code == 400
    assert said in refused.json()["detail"]


def test_an_image_that_the_disk_refuses_is_named(two, monkeypatch):
    here, there = two
    image = phantom.ct_series(9, slices=1, side_pixels=16)
    [uid] = there.keep(image)
    monkeypatch.setattr(here.house.archive.store, "refusal", lambda: "the disk is full")
    monkeypatch.setattr(here.house.archive._intake._store, "refusal", lambda: "the disk is full")
    job = here.job(asked({"SOPInstanceUID": uid}, level="image"))
    assert (job["state"], job["failed"]) == ("failed", 1), job
    assert uid in "".join(job["findings"])


def test_a_cancelled_one_ends_in_the_middle(two, monkeypatch):
    here, there = two
    images = list(phantom.ct_series(10, slices=40, side_pixels=16))
    there.keep(images)
    begin, reached, gate = here.house.archive.begin, threading.Event(), threading.Event()

    def slow(arrival):
        reached.set()
        assert gate.wait(20)
        return begin(arrival)

    monkeypatch.setattr(here.house.archive, "begin", slow)
    place = here.browser.post("/api/jobs", json=asked({"StudyInstanceUID": study_of(images)}), headers=OURS).headers["location"]
    assert reached.wait(20)
    assert here.browser.post(f"{place}/cancel", headers=OURS).status_code == 200
    gate.set()
    job = here.ended(place)
    assert (job["state"], job["words"]) == ("cancelled", "It was cancelled.")
    assert job["done"] < 40
