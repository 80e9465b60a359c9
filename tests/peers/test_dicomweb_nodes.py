"""A node that speaks DICOMweb: another archive in a process of its own, and Orthanc, asked and fetched from over HTTP alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.peers.processes import House, Orthanc, a_free_port, is_listening, wait_for
from tests.web.houses import OURS, Lived, lived

from isocenter.lab import phantom
from isocenter.model.records import Node

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")


@pytest.fixture(scope="module")
def images():
    return [list(phantom.ct_series(number, slices=3, side_pixels=32)) for number in (1, 2)]


@pytest.fixture(scope="module")
def here(tmp_path_factory, images) -> Iterator[Lived]:
    """An archive that knows the other as `web`, by its address over HTTP; at the port for DICOM nobody listens."""
    files = tmp_path_factory.mktemp("files")
    for number, image in enumerate(image for series in images for image in series):
        (files / f"{number}.dcm").write_bytes(phantom.file_bytes(image))
    there = House.start(tmp_path_factory.mktemp("there"))
    try:
        there.cli("import", str(files))
        wait_for("the page", lambda: is_listening(there.http))
        with lived(tmp_path_factory.mktemp("houses") / "here") as house:
            url = f"http://127.0.0.1:{there.http}/dicom-web"
            house.house.shelf.put_node(Node("web", "WEB", "127.0.0.1", a_free_port(), dicomweb_url=url))
            house.house.shelf.put_node(Node("wrong", "WRONG", "127.0.0.1", a_free_port(), dicomweb_url=f"{url}/nowhere"))
            yield house
    finally:
        there.server.end()


def found(here: Lived, **asked: object) -> list[dict[str, str]]:
    answer = here.browser.post("/api/find", json={"node": "web", **asked}, headers=OURS)
    assert answer.status_code == 200, answer.text
    return answer.json()["answers"]


def test_it_answers_an_echo_and_a_wrong_address_says_what_it_said(here):
    def echo(node):
        return here.browser.post("/api/echo", json={"node": node}, headers=OURS).json()

    assert (echo("web")["outcome"], echo("web")["words"]) == ("answered", "it is there and speaks DICOMweb")
    assert echo("wrong")["outcome"] == "failed"
    assert "404" in echo("wrong")["words"]


def test_every_level_can_be_searched(here, images):
    first = images[0][0]
    [study] = found(here, keys={"PatientID": str(first.PatientID), "PatientName": str(first.PatientName)})
    assert study["StudyInstanceUID"] == first.StudyInstanceUID
    assert (study["ModalitiesInStudy"], study["NumberOfStudyRelatedInstances"]) == ("CT", "3")
    assert len(found(here, level="series", keys={"StudyInstanceUID": str(first.StudyInstanceUID)})) == 1
    assert len(found(here, level="image")) == 6
    patients = found(here, level="patient", returned=["NumberOfPatientRelatedInstances"])
    assert {one["NumberOfPatientRelatedInstances"] for one in patients} == {"3"}


def test_a_study_comes_whole_bit_for_bit_and_then_only_what_is_lacking(here, images):
    study = str(images[0][0].StudyInstanceUID)
    here.keep(images[0][:1])
    job = here.job({"kind": "retrieve", "node": "web", "keys": {"StudyInstanceUID": study}})
    assert (job["state"], job["done"], job["transfer"]["by"], job["transfer"]["instances"]) == ("done", 3, "web", 2), job
    for image in images[0]:
        kept = here.house.catalogue.instance(str(image.SOPInstanceUID))
        with here.house.archive.open(kept.blob) as blob:
            assert blob.read(blob.dataset_offset, blob.byte_count) == phantom.data_set_bytes(image)
    assert here.house.catalogue.instance(str(images[0][2].SOPInstanceUID)).calling_ae_title == "WEB"
    assert here.browser.get("/api/experience?node=web").json()["by"] == "web"


@pytest.mark.parametrize("level", ["patient", "series", "image"])
def test_other_levels_are_found_by_their_own_key_alone(here, images, level):
    keyword = {"patient": "PatientID", "series": "SeriesInstanceUID", "image": "SOPInstanceUID"}[level]
    wanted = {keyword: str(getattr(images[1][0], keyword))}
    job = here.job({"kind": "retrieve", "node": "web", "level": level, "keys": wanted, "missing_only": False})
    assert (job["state"], job["transfer"]["instances"]) == ("done", 1 if level == "image" else 3), job


def test_one_that_cannot_be_reached_or_does_not_answer_so_fails_with_the_reason(here):
    job = here.job({"kind": "retrieve", "node": "wrong", "keys": {"StudyInstanceUID": "1.2"}})
    assert job["state"] == "failed"
    assert "404" in job["words"]
    here.house.shelf.put_node(Node("dimse", "DIMSE", "127.0.0.1", a_free_port()))
    wanted = {"kind": "retrieve", "node": "dimse", "keys": {"StudyInstanceUID": "1.2"}, "by": "web"}
    refused = here.browser.post("/api/jobs", json=wanted, headers=OURS)
    assert (refused.status_code, "has no DICOMweb address" in refused.text) == (400, True)


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory, images) -> Iterator[Orthanc]:
    """Orthanc with its DICOMweb and the same images."""
    if not PLUGIN.exists():
        pytest.skip("Orthanc's DICOMweb is not installed (Debian: apt-get install orthanc-dicomweb)")
    peer = Orthanc.start(
        tmp_path_factory.mktemp("orthanc"), Plugins=[str(PLUGIN)], DicomWeb={"Enable": True, "Root": "/dicom-web/"}
    )
    try:
        for image in (image for series in images for image in series):
            peer.ask("/instances", phantom.file_bytes(image), "POST")
        yield peer
    finally:
        peer.server.end()


def test_orthanc_is_searched_and_fetched_from_as_it_speaks_dicomweb(tmp_path, orthanc, images):
    url = f"http://127.0.0.1:{orthanc.http}/dicom-web"
    with lived(tmp_path / "here") as house:
        house.house.shelf.put_node(Node("web", "ORTHANC", "127.0.0.1", a_free_port(), dicomweb_url=url))
        assert house.browser.post("/api/echo", json={"node": "web"}, headers=OURS).json()["outcome"] == "answered"
        first = images[0][0]
        [study] = found(house, keys={"PatientName": f"{str(first.PatientName)[:4]}*", "PatientID": str(first.PatientID)})
        assert (study["StudyInstanceUID"], study["NumberOfStudyRelatedInstances"]) == (str(first.StudyInstanceUID), "3")
        assert len(found(house, keys={"PatientName": str(first.PatientName)})) == 1, "the caret"
        assert len(found(house, keys={"StudyInstanceUID": "\\".join(str(series[0].StudyInstanceUID) for series in images)})) == 2
        assert len(found(house, level="series", keys={"StudyInstanceUID": str(first.StudyInstanceUID)})) == 1
        house.keep(images[0][:1])
        for keys, came in (({"StudyInstanceUID": study["StudyInstanceUID"]}, 2), ({"PatientID": str(images[1][0].PatientID)}, 3)):
            job = house.job(
                {"kind": "retrieve", "node": "web", "level": "patient" if "PatientID" in keys else "study", "keys": keys}
            )
            assert (job["state"], job["done"], job["transfer"]["instances"]) == ("done", 3, came), job
        for image in (image for series in images for image in series):
            assert house.house.catalogue.instance(str(image.SOPInstanceUID)) is not None
