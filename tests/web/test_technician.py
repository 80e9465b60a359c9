"""Technician mode, asked from outside: whatever a page, a viewer or a script fetches, no patient is in it."""

from __future__ import annotations

import json
import zlib

import pytest
from starlette.testclient import TestClient
from tests.web.houses import lived

from isocenter.daemon.dicom_web import web_house
from isocenter.lab import phantom
from isocenter.web.api import api
from isocenter.web.app import app
from isocenter.web.technician import Technician

MARKS = {
    "PatientName": "ZZMARKER^SECRET",
    "PatientID": "ZZ-4711-ID",
    "AccessionNumber": "ZZACC99",
    "PatientComments": "ZZFREE text",
}
BORN = "19010203"
DOCUMENT = TestClient(api(None)).get("/api/openapi.json").json()
ENDLESS = ("/api/live",)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with lived(tmp_path_factory.mktemp("houses") / "here", technician=True) as house:
        images = list(phantom.ct_series(1, slices=3, side_pixels=16))
        for image in images:
            for keyword, value in MARKS.items():
                setattr(image, keyword, value)
            image.PatientBirthDate = BORN
            image.private_block(0x0009, "ZZ MAKER", create=True).add_new(1, "LO", "ZZPRIVATE")
        house.keep(images)
        contrary = next(phantom.ct_series(1, slices=1, side_pixels=16))
        contrary.SOPInstanceUID, contrary.PatientID = "1.2.3.4", "ZZ-OTHER"
        house.keep([contrary])
        page = app(api(house.api), web_house(house.house), hides_patients=True)
        with TestClient(page, base_url="http://127.0.0.1:8114", raise_server_exceptions=False) as browser:
            yield house, images[0], browser


def paths(image) -> list[str]:
    """Everything that can be fetched, of `/api` and of DICOMweb."""
    study, series, instance = image.StudyInstanceUID, image.SeriesInstanceUID, image.SOPInstanceUID
    values = {"study": study, "series": series, "instance": instance, "uid": instance, "id": "1", "name": "x", "node": "x"}
    found = []
    for path, methods in DOCUMENT["paths"].items():
        if "get" not in methods or path in ENDLESS:
            continue
        needed = [one["name"] for one in methods["get"].get("parameters", ()) if one.get("required") and one["in"] == "query"]
        for name in [one["name"] for one in methods["get"].get("parameters", ()) if one["in"] == "path"]:
            value = values.get(name, study if "studies" in path else series if "series" in path else instance)
            path = path.replace("{" + name + "}", value)
        found.append(path + ("?" + "&".join(f"{name}={values.get(name, study)}" for name in needed) if needed else ""))
    place = f"/dicom-web/studies/{study}/series/{series}/instances/{instance}"
    for part in (place, place.rpartition("/instances")[0], f"/dicom-web/studies/{study}"):
        found += [
            part,
            f"{part}/metadata",
            f"{part}/rendered",
            f"{part}/thumbnail",
            f"{part}/bulkdata",
            f"{part}/series",
            f"{part}/instances",
        ]
    wado = f"/dicom-web/wado?requestType=WADO&studyUID={study}&seriesUID={series}&objectUID={instance}"
    found += ["/dicom-web/studies?includefield=all", "/dicom-web/series?includefield=all", "/dicom-web/instances?includefield=all"]
    found += [
        f"{place}/frames/1",
        f"{place}/bulkdata/00104000",
        f"/api/archive.zip?study={study}",
        wado,
        f"{wado}&contentType=application/dicom",
    ]
    return found


def unpacked(content: bytes) -> bytes:
    try:
        return zlib.decompress(content, 31)
    except zlib.error:
        return content


@pytest.mark.parametrize(
    "accept", ["*/*", "application/dicom+json", 'multipart/related; type="application/dicom"', "application/zip"]
)
def test_whatever_is_fetched_no_patient_is_in_it(here, accept):
    _, image, browser = here
    for path in paths(image):
        answer = browser.get(path, headers={"accept": accept, "accept-encoding": "gzip"})
        assert answer.status_code < 500 or answer.status_code in (502, 503), (path, answer.text)
        said = unpacked(answer.content) + repr(answer.headers).encode()
        for mark in (b"ZZMARKER", b"ZZ-4711", b"ZZACC", b"ZZFREE", b"ZZPRIVATE", b"ZZ-OTHER", BORN.encode()):
            assert mark not in said, (path, accept, mark)


def test_the_marks_are_there_without_the_mode(here):
    """Or the test above could not fail."""
    house, image, _ = here
    open_page = TestClient(app(api(house.api), web_house(house.house)), base_url="http://127.0.0.1:8114")
    said = b"".join(
        open_page.get(path, headers={"accept": accept, "accept-encoding": "identity"}).content
        for path in paths(image)
        for accept in ("*/*", 'multipart/related; type="application/dicom"')
    )
    for mark in (b"ZZMARKER", b"ZZ-4711", b"ZZACC", b"ZZFREE", b"ZZPRIVATE", b"ZZ-OTHER", BORN.encode()):
        assert mark in said, mark


def test_the_list_tells_two_patients_apart_without_naming_them(here):
    _, _, browser = here
    [study] = browser.get("/api/studies").json()["studies"]
    assert study["patient_name"].startswith("HIDDEN-")
    assert study["patient_sex"] in ("F", "M", "O", "")
    assert study["instance_count"] == 3


def test_pictures_and_frames_still_come(here):
    _, image, browser = here
    place = f"/dicom-web/studies/{image.StudyInstanceUID}/series/{image.SeriesInstanceUID}/instances/{image.SOPInstanceUID}"
    assert browser.get(f"{place}/rendered", headers={"accept": "image/png"}).content.startswith(b"\x89PNG")
    frame = browser.get(f"{place}/frames/1", headers={"accept": 'multipart/related; type="application/octet-stream"'})
    assert frame.status_code == 200
    assert len(frame.content) > 16 * 16 * 2


def test_a_whole_instance_and_an_export_are_refused_with_the_reason(here):
    _, image, browser = here
    for path in (f"/dicom-web/studies/{image.StudyInstanceUID}", f"/api/archive.zip?study={image.StudyInstanceUID}"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert "technician mode" in answer.json()["detail"]


def test_the_model_of_an_instance_keeps_what_shows_how_the_device_works(here):
    _, image, browser = here
    place = f"/dicom-web/studies/{image.StudyInstanceUID}/series/{image.SeriesInstanceUID}/metadata"
    model = browser.get(place, headers={"accept": "application/dicom+json"}).json()[0]
    assert model["00280010"]["Value"] == [16]
    assert model["00080060"]["Value"] == ["CT"]
    assert json.dumps(model["00100010"]).count("HIDDEN-") == 1


def test_the_page_knows_the_mode(here):
    _, _, browser = here
    assert browser.get("/api/status").json()["technician"] is True


def test_what_is_told_live_is_masked_wherever_its_bytes_are_cut():
    event = b'event: arrivals\ndata: {"patient_name": "ZZMARKER^SECRET", "sop_instance_uid": "1.2"}\n\n'

    async def telling(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        for cut in range(1, len(event)):
            await send({"type": "http.response.body", "body": event[:cut], "more_body": True})
            await send({"type": "http.response.body", "body": event[cut:], "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    said = TestClient(Technician(telling, 1)).get("/api/live").text
    assert "ZZMARKER" not in said
    assert said.count('"sop_instance_uid": "1.2"') == said.count("HIDDEN-") == len(event) - 1
