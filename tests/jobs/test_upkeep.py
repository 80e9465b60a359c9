"""A check and a rebuilding as jobs: what they find is told, and is no failure."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.houses import lived

from isocenter.base.clock import FixedClock
from isocenter.jobs.queue import Course, Stopped
from isocenter.jobs.upkeep import Upkeep
from isocenter.lab import phantom
from isocenter.model.jobs import Job, JobState


@pytest.fixture
def house(tmp_path):
    with lived(tmp_path / "here") as here:
        here.keep(phantom.ct_series(3, slices=5, side_pixels=16))
        yield here


def test_a_check_of_a_sound_archive_finds_nothing(house):
    job = house.job({"kind": "check"})
    assert (job["state"], job["failed"], job["done"], job["total"]) == ("done", 0, 10, 10)
    assert job["words"].startswith("Nothing was found: 5 blobs")
    assert job["findings"] == []


def test_a_check_names_the_damaged_instance(house):
    instance = next(iter(house.house.catalogue.instances(_everything())))
    path = Path(house.house.archive.path(instance.blob))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    job = house.job({"kind": "check"})
    assert job["state"] == "done"
    assert job["words"].startswith("One thing was found")
    assert "not those that were received" in job["findings"][0]
    assert instance.sop_instance_uid in job["findings"][0]


def test_a_rebuilt_index_answers_as_before_and_knows_the_job_that_built_it(house):
    job = house.job({"kind": "reindex"})
    assert job["state"] == "done"
    assert "5 instances" in job["words"]
    assert house.house.archive.index.path.name == "index-0002.sqlite"
    assert len(list(house.house.catalogue.instances(_everything()))) == 5
    assert [one["id"] for one in house.browser.get("/api/jobs").json()["jobs"]] == [job["id"]]


@given(st.lists(st.sampled_from([{"done": 1, "total": 3}, {"finding": "a", "blob": "b"}, {"difference": "lost", "detail": "c"}])))
def test_what_is_found_is_counted_and_no_failure(steps):
    clock = FixedClock()
    job = Job(1, "check", "", {}, JobState.RUNNING, clock.now())
    course = Course(job, clock, lambda _job, _due: None)
    outcome = Upkeep("look", lambda: (step for step in [*steps, {"summary": "check", "blobs": 3}])).run({}, course)
    count = sum("total" not in step for step in steps)
    assert outcome.state is JobState.DONE
    assert (
        outcome.words == {0: "Nothing was found", 1: "One thing was found"}.get(count, f"{count} things were found") + ": 3 blobs."
    )
    assert set(course.job.findings) <= {"a: b", "lost: c"}


def test_a_stop_ends_it_between_two_steps():
    clock = FixedClock()
    course = Course(Job(1, "check", "", {}, JobState.RUNNING, clock.now()), clock, lambda _job, _due: None)

    def steps():
        yield {"done": 1, "total": 3}
        course.stop("enough")
        yield {"done": 2, "total": 3}

    with pytest.raises(Stopped, match="enough"):
        Upkeep("look", steps).run({}, course)
    assert course.job.done == 1


def _everything():
    from isocenter.model.attributes import Level
    from isocenter.model.query import Query

    return Query(Level.STUDY)
