"""The disk in figures, an instance set aside beside the one it contradicts, the choice between them, and a rebuilding tried out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.web.houses import OURS, lived

from isocenter.lab import phantom
from isocenter.model.records import FolderUse, Space
from isocenter.web.words_upkeep import DiskWords

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)


@pytest.fixture
def here(tmp_path):
    with lived(tmp_path / "here") as house:
        yield house


def an_image(**values):
    image = next(phantom.ct_series(1, slices=2, side_pixels=16))
    for keyword, value in values.items():
        setattr(image, keyword, value)
    return image


def listed(here) -> list[dict]:
    return here.browser.get("/api/set-aside").json()["set_aside"]


def chosen(here, number: int, choice: str):
    return here.browser.post(f"/api/set-aside/{number}/choose", json={"choice": choice}, headers=OURS)


def test_the_disk_says_what_there_is_and_what_takes_it(here):
    here.keep(phantom.ct_series(1, slices=3, side_pixels=16))
    said = here.browser.get("/api/disk").json()
    assert 0 < said["bytes_free"] < said["bytes_total"]
    assert (said["counted"], said["total"], said["last_day_instances"]) == (3, 3, 3)
    assert said["instances_bytes"] == said["last_day_bytes"] == said["hours"][-1]["bytes"] > 3 * 16 * 16 * 2
    assert said["index_bytes"] > 1000
    assert said["days_left"] == pytest.approx((said["bytes_free"] - said["bytes_reserved"]) / said["last_day_bytes"], rel=0.2)


def test_the_days_that_are_left_are_those_of_the_last_day_and_of_the_last_week():
    hours = {NOW - timedelta(hours=2): (10, 100), NOW - timedelta(days=3): (20, 600), NOW - timedelta(days=20): (5, 10_000)}
    words = DiskWords.of(FolderUse(5000, 1200, 200, 1, 2, 3), Space(35, 35, 10_700, hours), NOW)
    assert (words.last_day_bytes, words.last_week_bytes, words.last_day_instances) == (100, 700, 10)
    assert (words.days_left, words.days_left_week) == (10.0, 10.0)


def test_where_nothing_came_nobody_knows_how_long_the_disk_lasts():
    words = DiskWords.of(FolderUse(5000, 100, 200, 1, 2, 3), Space(0, 0, 0, {}), NOW)
    assert (words.days_left, words.days_left_week) == (None, None)
    full = DiskWords.of(FolderUse(5000, 100, 200, 1, 2, 3), Space(1, 1, 1, {NOW: (1, 7)}), NOW)
    assert full.days_left == 0.0


def test_one_set_aside_stands_beside_the_one_that_is_kept(here):
    here.keep([an_image(), an_image(InstanceNumber=77)])
    [one] = listed(here)
    said = here.browser.get(f"/api/set-aside/{one['id']}").json()
    assert said["kept"]["study_instance_uid"] == one["study_instance_uid"]
    assert said["kept"]["patient_name"] == str(an_image().PatientName)
    assert [choice["choice"] for choice in said["choices"]] == ["old", "new", "both"]
    assert said == said | one
    assert here.browser.get("/api/set-aside/99").status_code == 404


def test_the_new_one_is_used_and_the_old_one_goes(here):
    here.keep([an_image(), an_image(InstanceNumber=77)])
    [one] = listed(here)
    assert chosen(here, one["id"], "new").status_code == 204
    assert listed(here) == []
    assert here.house.catalogue.instance(one["sop_instance_uid"]).attributes["InstanceNumber"] == "77"
    assert chosen(here, one["id"], "new").status_code == 404


def test_the_old_one_stays_and_the_new_one_goes(here):
    here.keep([an_image(), an_image(InstanceNumber=77)])
    [one] = listed(here)
    assert chosen(here, one["id"], "old").status_code == 204
    assert listed(here) == []
    assert here.house.catalogue.instance(one["sop_instance_uid"]).attributes["InstanceNumber"] == str(an_image().InstanceNumber)


def test_what_contradicts_its_study_replaces_nothing(here):
    first, second = phantom.ct_series(1, slices=2, side_pixels=16)
    second.PatientID = "SOMEBODY ELSE"
    here.keep([first, second])
    [one] = listed(here)
    said = here.browser.get(f"/api/set-aside/{one['id']}").json()
    assert said["kept"] is None
    assert [choice["choice"] for choice in said["choices"]] == ["old", "both"]
    refused = chosen(here, one["id"], "new")
    assert (refused.status_code, "is kept" in refused.json()["detail"]) == (409, True)
    assert listed(here) == [one]


def test_both_are_kept_the_second_under_uids_of_its_own(here):
    here.keep([an_image(), an_image(InstanceNumber=77)])
    [one] = listed(here)
    assert chosen(here, one["id"], "both").status_code == 204
    assert listed(here) == []
    assert here.browser.get("/api/status").json()["instances"] == 2
    assert chosen(here, one["id"], "both").status_code == 404


@pytest.mark.parametrize("body", [{}, {"choice": "neither"}, {"choice": "old", "more": 1}])
def test_a_choice_that_is_none_is_refused(here, body):
    assert here.browser.post("/api/set-aside/1/choose", json=body, headers=OURS).status_code == 400
    assert here.browser.post("/api/set-aside/1/choose", json={"choice": "old"}).status_code == 403


def test_there_is_a_picture_of_what_is_set_aside(here):
    here.keep([an_image(), an_image(InstanceNumber=77)])
    [one] = listed(here)
    picture = here.browser.get(f"/api/set-aside/{one['id']}/picture")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    assert picture.content[:2] == b"\xff\xd8"


def test_what_has_no_pixels_has_no_picture(here):
    for number in ("1", "2"):
        image = an_image(InstanceNumber=number)
        del image.PixelData
        here.keep([image])
    [one] = listed(here)
    assert here.browser.get(f"/api/set-aside/{one['id']}/picture").status_code == 409


def test_a_rebuilding_is_tried_out_as_a_job_that_changes_nothing(here):
    here.keep(phantom.ct_series(1, slices=2, side_pixels=16))
    here.house.archive.perform(lambda cursor: cursor.execute("UPDATE instance SET instance_number = '99' WHERE ordinal = 1"))
    path = here.house.archive.index.path
    job = here.job({"kind": "compare"})
    assert (job["state"], len(job["findings"])) == ("done", 1)
    assert job["findings"][0].startswith("differs: instance")
    assert here.house.archive.index.path == path
