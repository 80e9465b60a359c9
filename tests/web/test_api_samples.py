"""`/api/samples`: the sample studies are made through the page and found in the archive."""

from __future__ import annotations

import json

import pytest
from tests.web.houses import OURS, lived

from isocenter.lab import phantom, samples


@pytest.fixture
def here(tmp_path, monkeypatch):
    few = [
        samples.SampleImage(
            f"sample {number}", image.SOPClassUID, image.SOPInstanceUID, lambda image=image: phantom.data_set_bytes(image)
        )
        for number, image in enumerate(phantom.ct_series(1, slices=5, side_pixels=16))
    ]
    monkeypatch.setattr(samples, "images", lambda: few)
    with lived(tmp_path / "here") as house:
        yield house


def test_the_page_can_say_how_large_they_are_before(here):
    assert here.browser.get("/api/samples").json() == {"images": 214, "bytes": samples.BYTES}


def test_they_are_made_with_a_line_for_each_and_again_they_are_there_already(here):
    for _ in range(2):
        answer = here.browser.post("/api/samples", headers=OURS)
        assert answer.headers["content-type"] == "application/x-ndjson"
        lines = [json.loads(line) for line in answer.text.splitlines()]
        assert lines == [{"done": done, "total": 5} for done in range(1, 6)]
        assert here.browser.get("/api/status").json()["instances"] == 5


def test_they_are_made_once_at_a_time(here):
    steps = here.api.samples.make()
    next(steps)
    try:
        refused = here.browser.post("/api/samples", headers=OURS)
        assert (refused.status_code, "being made already" in refused.json()["detail"]) == (409, True)
    finally:
        steps.close()
    assert here.browser.post("/api/samples", headers=OURS).status_code == 200


def test_a_full_disk_is_told_before_the_first(here, monkeypatch):
    monkeypatch.setattr(here.house.archive.store.volume, "_low", "3 MiB free")
    monkeypatch.setattr(here.house.archive.store.volume, "_look", lambda: None)
    refused = here.browser.post("/api/samples", headers=OURS)
    assert (refused.status_code, refused.json()["detail"]) == (507, "3 MiB free")
