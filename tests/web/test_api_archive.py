"""What is set aside, checks, status, log and settings over `/api`."""

from __future__ import annotations

import json
import logging

import pytest
from tests.web.houses import OURS, lived

from isocenter.base.config import SETTINGS
from isocenter.lab import phantom


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with lived(tmp_path_factory.mktemp("houses") / "here", sources={"aet": "the command line"}) as house:
        for seed in range(1, 6):
            house.keep(phantom.ct_series(seed, slices=2, side_pixels=16))
        house.keep(phantom.mr_series(6, slices=1, side_pixels=16))
        yield house


@pytest.fixture(scope="module")
def contradicted(here):
    """Three images that come again with another number."""
    images = [next(phantom.ct_series(seed, slices=2, side_pixels=16)) for seed in (1, 2, 3)]
    for image in images:
        image.InstanceNumber = 77
    here.keep(images)
    return images


def test_what_is_set_aside_is_listed_with_both_values_and_removed_by_number(here, contradicted):
    listed = here.browser.get("/api/set-aside").json()["set_aside"]
    assert [one["sop_instance_uid"] for one in listed] == [image.SOPInstanceUID for image in contradicted]
    differences = {row["keyword"]: (row["kept"], row["arriving"]) for row in listed[0]["differences"]}
    kept = next(phantom.ct_series(1, slices=2, side_pixels=16))
    assert differences["InstanceNumber"] == (str(kept.InstanceNumber), "77")
    first = here.browser.get("/api/set-aside?limit=1").json()
    assert first["more"] is True
    rest = here.browser.get(f"/api/set-aside?after={first['set_aside'][0]['id']}").json()
    assert first["set_aside"] + rest["set_aside"] == listed
    place = f"/api/set-aside/{listed[0]['id']}"
    assert here.browser.delete(place, headers=OURS).status_code == 204
    assert here.browser.delete(place, headers=OURS).status_code == 404
    assert here.browser.get("/api/set-aside").json()["set_aside"] == listed[1:]
    assert here.house.catalogue.instance(contradicted[0].SOPInstanceUID) is not None


def test_the_status_says_who_we_are_and_how_much_there_is(here):
    said = here.browser.get("/api/status").json()
    assert (said["aet"], said["port"], said["studies"]) == ("ISOCENTER", here.house.settings.port, 6)
    assert len(said["latest"]) == 6


def test_a_check_tells_its_steps_line_by_line(here):
    answer = here.browser.post("/api/check", headers=OURS)
    assert answer.headers["content-type"] == "application/x-ndjson"
    steps = [json.loads(line) for line in answer.text.splitlines()]
    assert steps[-1]["summary"] == "check"
    assert steps[-1]["findings"] == 0


def test_a_second_rebuilding_is_refused_while_one_is_under_way(here):
    first = here.house.archive.reindex()
    next(first)
    try:
        refused = here.browser.post("/api/reindex", headers=OURS)
    finally:
        first.close()
    assert (refused.status_code, "already" in refused.json()["detail"]) == (409, True)
    assert json.loads(here.browser.post("/api/reindex", headers=OURS).text.splitlines()[-1])["summary"] == "reindex"


def test_the_log_is_given_from_a_serial_on(here):
    logger = logging.getLogger("isocenter.test")
    logger.setLevel(logging.INFO)
    logger.warning("a line that is looked for")
    lines = here.browser.get("/api/log").json()["lines"]
    serials = [line["serial"] for line in lines]
    assert serials == sorted(serials)
    assert "a line that is looked for" in lines[-1]["text"]
    assert lines[-1]["level"] == "WARNING"
    assert here.browser.get(f"/api/log?after={serials[-1]}").json() == {"lines": []}
    assert here.browser.get("/api/log?limit=1").json() == {"lines": lines[-1:]}


def test_every_setting_says_where_it_came_from(here):
    said = {row["name"]: row for row in here.browser.get("/api/settings").json()}
    assert list(said) == [row.name for row in SETTINGS]
    assert said["aet"]["source"] == "the command line"
    assert said["policy"] == said["policy"] | {"value": "loopback", "source": "", "environment": "ISOCENTER_POLICY"}
    assert said["web_delete"]["value"] is False


def test_the_debug_switch_turns_both_ways(here):
    for on in ("1", "0"):
        assert here.browser.post(f"/api/debug?on={on}", headers=OURS).json() == {"debug": on == "1"}
        assert logging.getLogger("isocenter").isEnabledFor(logging.DEBUG) is (on == "1")
    assert here.browser.post("/api/debug?on=maybe", headers=OURS).status_code == 400
