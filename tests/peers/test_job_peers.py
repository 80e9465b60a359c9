"""Jobs of `/api` against Orthanc: search it, fetch from it both ways, send to it, and be told what it said where it failed."""

from __future__ import annotations

import pytest
from tests.peers.processes import a_free_port
from tests.web.houses import OURS, lived

from isocenter.lab import phantom
from isocenter.model.records import Node

pytestmark = pytest.mark.peers


@pytest.fixture
def here(tmp_path, orthanc):
    """An archive that knows Orthanc and that Orthanc knows."""
    with lived(tmp_path / "here", "HERE") as house:
        port = house.house.settings.port
        orthanc.ask("/modalities/here", {"AET": "HERE", "Host": "127.0.0.1", "Port": port}, "PUT")
        house.house.shelf.put_node(Node("orthanc", orthanc.aet, "127.0.0.1", orthanc.port))
        yield house
        orthanc.ask("/modalities/here", method="DELETE")


@pytest.fixture
def series(orthanc):
    """Eight images that Orthanc has."""
    images = list(phantom.ct_series(5, slices=8, side_pixels=32))
    for image in images:
        orthanc.ask("/instances", phantom.file_bytes(image), "POST")
    return images


def test_orthanc_is_echoed_and_searched(here, series):
    assert here.browser.post("/api/echo", json={"node": "orthanc"}, headers=OURS).json()["outcome"] == "answered"
    wanted = {"node": "orthanc", "level": "image", "keys": {"SeriesInstanceUID": str(series[0].SeriesInstanceUID)}}
    answers = here.browser.post("/api/find", json=wanted, headers=OURS).json()["answers"]
    assert {answer["SOPInstanceUID"] for answer in answers} == {str(image.SOPInstanceUID) for image in series}


@pytest.mark.parametrize("by", ["get", "move"])
def test_a_study_of_orthanc_comes_whole(here, series, by):
    wanted = {"kind": "retrieve", "node": "orthanc", "by": by, "keys": {"PatientID": str(series[0].PatientID)}}
    job = here.job(wanted)
    assert (job["state"], job["done"]) == ("done", 8), job
    assert all(here.house.catalogue.instance(str(image.SOPInstanceUID)) for image in series)


def test_a_study_goes_to_orthanc(here, orthanc):
    images = list(phantom.mr_series(6, slices=8, side_pixels=32))
    here.keep(images)
    job = here.job({"kind": "send", "node": "orthanc", "values": [str(images[0].StudyInstanceUID)]})
    assert (job["state"], job["words"]) == ("done", "orthanc has 8 of 8."), job
    assert set(orthanc.instances()) == {str(image.SOPInstanceUID) for image in images}


def test_what_orthanc_cannot_do_is_told_in_its_words(here, orthanc, series):
    orthanc.ask("/modalities/here", {"AET": "HERE", "Host": "127.0.0.1", "Port": a_free_port()}, "PUT")
    wanted = {"kind": "retrieve", "node": "orthanc", "by": "move", "keys": {"StudyInstanceUID": str(series[0].StudyInstanceUID)}}
    job = here.job(wanted)
    assert job["state"] == "failed"
    assert job["words"]
