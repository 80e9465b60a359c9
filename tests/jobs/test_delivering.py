"""Sending to another node as a job, between archives that are real."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.waiting import a_free_port
from tests.web.houses import OURS, lived

from isocenter.base.errors import UsageError
from isocenter.jobs.delivering import Delivering
from isocenter.lab import phantom
from isocenter.model.records import Node


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """An archive with two studies of five images, and another one that takes them."""
    folder = tmp_path_factory.mktemp("houses")
    with lived(folder / "here") as here, lived(folder / "there", "THERE") as there:
        here.knows(there)
        here.images = [image for seed in (1, 2) for image in phantom.ct_series(seed, slices=5, side_pixels=16)]
        here.keep(here.images)
        yield here, there


def asked(level, *values, **more):
    return {"kind": "send", "node": "there", "level": level, "values": [str(value) for value in values], **more}


def test_two_studies_go_whole_and_bit_for_bit(two):
    here, there = two
    studies = {image.StudyInstanceUID for image in here.images}
    job = here.job(asked("study", *studies))
    assert (job["state"], job["done"], job["total"], job["words"]) == ("done", 10, 10, "there has 10 of 10."), job
    for image in here.images:
        kept = there.house.catalogue.instance(str(image.SOPInstanceUID))
        with there.house.archive.open(kept.blob) as blob:
            assert blob.read(blob.dataset_offset, blob.byte_count) == phantom.data_set_bytes(image)


@pytest.mark.parametrize(
    ("level", "keyword", "count"), [("patient", "PatientID", 5), ("series", "SeriesInstanceUID", 5), ("image", "SOPInstanceUID", 1)]
)
def test_every_level_has_its_unique_key(two, level, keyword, count):
    here, _ = two
    job = here.job(asked(level, getattr(here.images[0], keyword)))
    assert (job["state"], job["done"]) == ("done", count)
    if level == "patient":
        assert here.images[0].PatientID not in job["title"]


def test_what_is_not_held_cannot_be_sent(two):
    here, _ = two
    job = here.job(asked("study", "1.2.3"))
    assert (job["state"], job["words"]) == ("failed", "The archive holds none of it.")


@pytest.mark.parametrize("values", [[], [""], ["1.2", "  "]])
def test_what_names_nothing_is_refused_at_once(two, values):
    here, _ = two
    assert here.browser.post("/api/jobs", json=asked("study", *values), headers=OURS).status_code == 400


def test_each_instance_that_does_not_go_is_named_with_its_reason(two):
    here, _ = two
    here.house.shelf.put_node(Node("gone", "GONE", "127.0.0.1", a_free_port()))
    job = here.job(asked("study", here.images[0].StudyInstanceUID) | {"node": "gone"})
    assert (job["state"], job["done"], job["failed"]) == ("failed", 0, 5)
    assert {finding.partition(":")[0] for finding in job["findings"]} == {str(image.SOPInstanceUID) for image in here.images[:5]}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=8), max_size=4), st.sampled_from(["patient", "study", "series", "image"]))
def test_a_title_says_what_goes_where_and_names_no_patient(values, level):
    title = Delivering(lambda name: Node(name, "X", "10.0.0.1"), None, None).title
    wanted = {"node": "ward", "level": level, "values": [f"<{value}>" for value in values]}
    if not values:
        with pytest.raises(UsageError, match=f"Say which {level}"):
            title(wanted)
        return
    assert title(wanted).endswith(" to ward")
    assert level in title(wanted)
    assert level != "patient" or not any(value in title(wanted) for value in wanted["values"])


def test_a_node_that_is_forgotten_meanwhile_fails_the_job_and_it_starts_again_when_known(two):
    here, there = two
    job = here.job(asked("image", here.images[0].SOPInstanceUID))
    here.house.shelf.remove_node("there")
    place = here.browser.post(f"/api/jobs/{job['id']}/again", headers=OURS).headers["location"]
    assert "no node named 'there'" in here.ended(place)["words"]
    here.knows(there)
    here.browser.post(f"{place}/again", headers=OURS)
    assert here.ended(place)["state"] == "done"


def test_a_cancelled_one_leaves_the_rest_where_it_is(two, monkeypatch):
    here, there = two
    images = list(phantom.ct_series(11, slices=60, side_pixels=16))
    here.keep(images)
    here.house.shelf.put_node(replace(there.node, name="slow", associations_max=1))
    begin, reached, gate = there.house.archive.begin, threading.Event(), threading.Event()

    def slow(arrival):
        reached.set()
        assert gate.wait(20)
        return begin(arrival)

    monkeypatch.setattr(there.house.archive, "begin", slow)
    wanted = asked("study", images[0].StudyInstanceUID) | {"node": "slow"}
    place = here.browser.post("/api/jobs", json=wanted, headers=OURS).headers["location"]
    assert reached.wait(20)
    here.browser.post(f"{place}/cancel", headers=OURS)
    gate.set()
    job = here.ended(place)
    assert job["state"] == "cancelled"
    assert job["done"] < 60
