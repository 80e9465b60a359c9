"""Studies over `/api`: the list, the series of one, the header of an instance, and their removal."""

from __future__ import annotations

import pytest
from tests.web.houses import OURS, lived

from isocenter.base.limits import HEADER_ROW_CHARACTERS_MAX
from isocenter.lab import phantom
from isocenter.model.attributes import Level
from isocenter.web.words_studies import StudyWords


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with lived(tmp_path_factory.mktemp("houses") / "here") as house:
        for seed in range(1, 6):
            house.keep(phantom.ct_series(seed, slices=2, side_pixels=16))
        house.keep(phantom.mr_series(6, slices=1, side_pixels=16))
        yield house


@pytest.fixture
def doomed(here):
    """A study that a test may remove."""
    images = list(phantom.ct_series(77, slices=3, side_pixels=16))
    here.keep(images)
    yield images[0]
    here.house.archive.remove(Level.STUDY, images[0].StudyInstanceUID)


def test_studies_come_latest_first_and_page_by_page(here):
    whole = here.browser.get("/api/studies").json()
    assert len(whole["studies"]) == 6
    assert whole["more"] is False
    days = [study["study_date"] for study in whole["studies"]]
    assert days == sorted(days, reverse=True)
    parts = [here.browser.get(f"/api/studies?limit=4&offset={offset}").json() for offset in (0, 4)]
    assert [part["more"] for part in parts] == [True, False]
    assert parts[0]["studies"] + parts[1]["studies"] == whole["studies"]


def test_a_study_says_what_the_page_shows(here):
    [study] = here.browser.get("/api/studies?modality=MR").json()["studies"]
    assert study["modalities"] == ["MR"]
    assert (study["series_count"], study["instance_count"]) == (1, 1)
    assert set(study) == set(StudyWords.model_fields)
    image = next(phantom.mr_series(6, slices=1, side_pixels=16))
    assert study["patient_name"] == str(image.PatientName)
    assert study["study_instance_uid"] == image.StudyInstanceUID


def test_studies_are_searched_as_the_standard_matches(here):
    name = str(next(phantom.ct_series(3, slices=1, side_pixels=16)).PatientName)
    for query in (name, name.lower(), f"{name[:3]}*"):
        found = here.browser.get("/api/studies", params={"patient_name": query}).json()["studies"]
        assert name in {study["patient_name"] for study in found}
    assert here.browser.get("/api/studies?study_date=-19000101").json()["studies"] == []
    bad = here.browser.get("/api/studies?study_date=yesterday")
    assert (bad.status_code, "StudyDate" in bad.json()["detail"]) == (400, True)


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "offset=-1", f"offset={2**40}"])
def test_a_page_is_bounded(here, query):
    refused = here.browser.get(f"/api/studies?{query}")
    assert refused.status_code == 400
    assert query.partition("=")[0] in refused.json()["detail"]


def test_what_is_typed_is_looked_for_in_every_study_and_counted(here):
    image = next(phantom.ct_series(3, slices=1, side_pixels=16))
    typed = f"{str(image.PatientName)[:5].lower()} {image.PatientID[-4:]}"
    found = here.browser.get("/api/studies", params={"search": typed}).json()
    assert image.StudyInstanceUID in {study["study_instance_uid"] for study in found["studies"]}
    assert (found["matching"], found["total"]) == (len(found["studies"]), 6)
    nothing = here.browser.get("/api/studies", params={"search": "nobody is called so"}).json()
    assert nothing == {"studies": [], "more": False, "matching": 0, "total": 6}


def test_the_list_is_sorted_and_filtered_as_asked(here):
    up, down = (
        [study["patient_id"] for study in here.browser.get(f"/api/studies?sort=id&descending={way}").json()["studies"]]
        for way in ("false", "true")
    )
    assert up == sorted(up) == down[::-1]
    assert here.browser.get("/api/studies?modality=MR&modality=US").json()["matching"] == 1
    assert here.browser.get("/api/studies?sender=nobody").json()["matching"] == 0
    assert here.browser.get("/api/studies?sort=colour").status_code == 400
    assert here.browser.get("/api/study-choices").json()["modalities"] == ["CT", "MR"]


def test_a_study_comes_with_its_series_and_the_instance_that_stands_for_each(here):
    images = list(phantom.ct_series(2, slices=2, side_pixels=16))
    whole = here.browser.get(f"/api/studies/{images[0].StudyInstanceUID}").json()
    [series] = whole["series"]
    assert whole["study"]["instance_count"] == series["instance_count"] == 2
    assert series["sop_instance_uid"] == images[0].SOPInstanceUID
    assert whole["byte_count"] == series["byte_count"] > 0
    assert here.browser.get("/api/studies/1.2.3").status_code == 404
    assert here.browser.get("/api/studies/x").status_code == 400


def test_a_study_is_removed_for_good(here, doomed):
    place = f"/api/studies/{doomed.StudyInstanceUID}"
    assert here.browser.delete(place).status_code == 403
    assert here.browser.delete(place, headers=OURS).json() == {"removed": 3}
    assert here.browser.get(place).status_code == 404
    assert here.browser.delete(place, headers=OURS).status_code == 404
    assert here.house.catalogue.instance(doomed.SOPInstanceUID) is None


def test_a_series_is_removed_only_below_its_own_study(here, doomed):
    other = next(phantom.ct_series(1, slices=1, side_pixels=16))
    wrong = f"/api/studies/{other.StudyInstanceUID}/series/{doomed.SeriesInstanceUID}"
    assert here.browser.delete(wrong, headers=OURS).status_code == 404
    right = f"/api/studies/{doomed.StudyInstanceUID}/series/{doomed.SeriesInstanceUID}"
    assert here.browser.delete(right, headers=OURS).json() == {"removed": 3}


def test_the_header_of_an_instance_has_every_attribute_with_its_name(here):
    image = next(phantom.ct_series(1, slices=2, side_pixels=16))
    header = here.browser.get(f"/api/instances/{image.SOPInstanceUID}/header").json()
    assert header["transfer_syntax"] == image.file_meta.TransferSyntaxUID
    assert header["study_instance_uid"] == image.StudyInstanceUID
    rows = {row["keyword"]: row for row in header["rows"] if row["keyword"]}
    assert rows["PatientName"]["value"] == str(image.PatientName)
    assert (rows["PatientName"]["tag"], rows["PatientName"]["vr"], rows["PatientName"]["name"]) == (
        "00100010",
        "PN",
        "Patient's Name",
    )
    assert rows["PixelData"]["value"] == "bulk data, not shown here"
    assert [row["tag"] for row in header["rows"]] == sorted(row["tag"] for row in header["rows"])
    assert all(len(row["value"]) <= HEADER_ROW_CHARACTERS_MAX for row in header["rows"])
    assert here.browser.get("/api/instances/1.2.3/header").status_code == 404
