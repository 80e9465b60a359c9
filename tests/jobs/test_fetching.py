"""Retrieving from another node as a job: two archives that are real, and one that is not there."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from tests.waiting import a_free_port
from tests.web.houses import OURS, lived

from isocenter.base.errors import LinkLost
from isocenter.jobs.fetching import WAYS
from isocenter.jobs.taking import Taking
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


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """An archive that lets its callers do only what their entries allow."""
    with lived(tmp_path_factory.mktemp("houses") / "strict", "STRICT", policy="strict") as house:
        yield house


def study_of(images) -> str:
    return str(images[0].StudyInstanceUID)


def fresh(there, number, slices=3):
    """A study that only the other archive has."""
    images = list(phantom.ct_series(number, slices=slices, side_pixels=16))
    there.keep(images)
    return images


def asked(keys, **more):
    return {"kind": "retrieve", "node": "there", "keys": keys} | more


@pytest.mark.parametrize("by", WAYS)
def test_a_study_comes_whole_and_is_found_here(two, by):
    here, there = two
    images = there.images[:6] if by == "get" else there.images[6:]
    job = here.job(asked({"StudyInstanceUID": study_of(images)}, by=by))
    assert (job["state"], job["done"], job["failed"]) == ("done", 6, 0), job
    assert job["words"] == f"6 instances came by C-{by.upper()}; counted again: 6."
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
    images = fresh(there, 20)
    there.house.shelf.remove_node("isocenter")
    try:
        job = here.job(asked({"StudyInstanceUID": study_of(images)}, by="move"))
    finally:
        there.knows(here)
    assert job["state"] == "failed"
    assert "destination" in job["words"].lower()


def test_where_get_is_not_allowed_move_does_it_and_comes_first_the_next_time(two, strict):
    here, _ = two
    here.knows(strict)
    strict.house.shelf.put_node(replace(here.node, operations=frozenset({"echo", "find", "move", "store"})))
    first, second = fresh(strict, 21), fresh(strict, 22)
    job = here.job(asked({"StudyInstanceUID": study_of(first)}, node="strict"))
    assert (job["state"], job["done"], job["transfer"]["by"]) == ("done", 3, "move"), job
    assert any(said.startswith("By C-GET: ") and said.endswith("It goes on by C-MOVE.") for said in job["findings"])
    assert job["transfer"]["byte_count"] == sum(len(phantom.data_set_bytes(image)) for image in first)
    again = here.job(asked({"StudyInstanceUID": study_of(second)}, node="strict"))
    assert (again["done"], again["findings"], again["transfer"]["by"]) == (3, [], "move"), again


def test_where_neither_way_works_both_are_told(two, strict):
    here, _ = two
    here.knows(strict)
    strict.house.shelf.put_node(replace(here.node, operations=frozenset({"echo", "find"})))
    job = here.job(asked({"StudyInstanceUID": study_of(fresh(strict, 23))}, node="strict"))
    assert (job["state"], job["done"]) == ("failed", 0), job
    assert "By C-GET: " in job["words"]
    assert "By C-MOVE: " in job["words"]


@pytest.mark.parametrize(("by", "series"), [("get", 30), ("move", 31)])
def test_only_what_is_lacking_is_asked_for(two, by, series):
    here, there = two
    images = fresh(there, series, slices=4)
    here.keep(images[1:3])
    job = here.job(asked({"StudyInstanceUID": study_of(images)}, by=by, shown={"instances": 4}))
    assert (job["state"], job["done"], job["total"], job["transfer"]["instances"]) == ("done", 4, 4, 2), job
    nothing = here.job(asked({"StudyInstanceUID": study_of(images)}, by=by))
    assert (nothing["words"], nothing["transfer"]) == ("4 instances there, and here already.", None)


def test_whoever_wants_it_all_is_sent_it_all(two):
    here, there = two
    images = fresh(there, 32)
    here.keep(images)
    job = here.job(asked({"StudyInstanceUID": study_of(images)}, by="get", missing_only=False))
    assert (job["done"], job["transfer"]["instances"]) == (3, 3), job


def test_what_came_is_measured_and_what_a_queue_shows_is_kept_with_the_job(two, caplog):
    here, there = two
    images = fresh(there, 33)
    shown = {"patient_name": "SECRET^NAME", "about": "CT, 1 series", "instances": 3}
    job = here.job(asked({"StudyInstanceUID": study_of(images)}, by="get", shown=shown))
    assert job["wanted"]["shown"] == shown
    assert job["transfer"]["byte_count"] == sum(len(phantom.data_set_bytes(image)) for image in images)
    assert job["transfer"]["seconds"] > 0
    assert job["pace"] is None
    assert "SECRET" not in caplog.text + job["title"] + job["words"]


def test_series_and_patients_are_compared_too(two):
    here, there = two
    images = fresh(there, 34)
    here.keep(images[:1])
    series = {"StudyInstanceUID": study_of(images), "SeriesInstanceUID": str(images[0].SeriesInstanceUID)}
    job = here.job(asked(series, level="series"))
    assert (job["done"], job["transfer"]["instances"]) == (3, 2), job
    patient = here.job(asked({"PatientID": str(images[0].PatientID)}, level="patient"))
    assert patient["state"] == "done", patient
    assert all(here.house.catalogue.instance(str(image.SOPInstanceUID)) for image in images)


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
    assert "1 could not be kept here" in job["words"]


def after_getting(monkeypatch, then):
    """Let something happen to each C-GET once it is over."""
    get = Taking.get

    def changed(taking, *arguments):
        get(taking, *arguments)
        then(taking)

    monkeypatch.setattr(Taking, "get", changed)


def test_one_who_hangs_up_after_the_last_image_has_sent_everything(two, monkeypatch):
    here, there = two
    images = fresh(there, 41)

    def cut(taking):
        raise LinkLost("the connection is gone")

    after_getting(monkeypatch, cut)
    job = here.job(asked({"StudyInstanceUID": study_of(images)}, by="auto"))
    assert (job["state"], job["done"], job["failed"]) == ("done", 3, 0), job


def test_what_could_not_be_kept_here_counts_even_where_the_node_says_success(two, monkeypatch):
    here, there = two
    images = fresh(there, 42)

    def refusing(taking):
        taking.refused = 1

    after_getting(monkeypatch, refusing)
    job = here.job(asked({"StudyInstanceUID": study_of(images)}, by="get"))
    assert job["state"] != "done", job
    assert "1 could not be kept here" in job["words"]


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
