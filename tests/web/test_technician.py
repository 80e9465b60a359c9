"""Technician mode, asked from outside: whatever a page, a viewer or a script fetches, no patient is in it."""

from __future__ import annotations

import json
import zlib

import pytest
from starlette.testclient import TestClient
from tests.doctor.reports import fine, report
from tests.waiting import wait_for
from tests.web.houses import lived

from isocenter.daemon.dicom_web import web_house
from isocenter.daemon.kept_reports import KeptReports
from isocenter.dimse.commands import Command, CommandField
from isocenter.lab import phantom
from isocenter.model.records import Node
from isocenter.net.requestor import Proposal, open_association
from isocenter.web.api import api
from isocenter.web.app import app
from isocenter.web.technician import Technician
from isocenter.wire.pdu import ProposedContext

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


def test_papers_about_devices_are_printed(here):
    house, _, browser = here
    house.house.shelf.put_node(Node("CT/2", "CT-2", "10.0.0.21", 104))
    token = KeptReports(house.house.place.folder).keep(report(fine())).token
    for path in (
        "/api/setup-sheet/document?node=CT/2",
        "/api/setup-sheets/document?product=any",
        f"/api/reports/{token}/document",
    ):
        answer = browser.get(path)
        assert answer.status_code == 200, (path, answer.text)
        assert answer.content.startswith(b"%PDF-")
    assert browser.get(f"/api/reports/{token}/document", params={"form": "html"}).status_code == 200
    for near in ("/api/reportsx/document", "/api/instances/1.2.3/document", "/api/inspector/exportx/document"):
        assert browser.get(near).status_code == 403


def test_no_answer_of_the_inspector_has_a_patient_and_asking_for_one_is_refused(here):
    house, image, browser = here
    node = Node("it", house.house.settings.aet, "127.0.0.1", house.house.settings.port)
    contexts = (ProposedContext(1, image.SOPClassUID, ("1.2.840.10008.1.2.1",)),)
    with open_association(node, Proposal(contexts), calling_ae_title="CT-ROOM-2") as peer:
        command = Command(field=CommandField.C_STORE_RQ, message_id=1, affected_sop_class_uid=image.SOPClassUID,
                          affected_sop_instance_uid=image.SOPInstanceUID, has_data_set=True, priority=0)  # fmt: skip
        peer.send(1, command, [phantom.data_set_bytes(image)])
        assert peer.response(1).command.status == 0
    wait_for(lambda: browser.get("/api/inspector").json()["recordings"][0]["standing"] != "busy")
    token = browser.get("/api/inspector").json()["recordings"][0]["token"]
    ladder = browser.get(f"/api/inspector/{token}").json()
    numbers = [rung["number"] for rung in ladder["rungs"] if rung["number"]]
    assert len(numbers) > 3
    messages = [f"/api/inspector/{token}/messages/{number}?names={wish}" for number in numbers for wish in ("true", "false")]
    capture = f"/api/inspector/export?token={token}"
    for path in ("/api/inspector", f"/api/inspector/{token}", *messages, capture, f"{capture}&names=false"):
        answer = browser.get(path)
        assert answer.status_code == 200, (path, answer.text)
        said = answer.content
        raw = bytes.fromhex(answer.json().get("raw", "")) if "/messages/" in path else b""
        for mark in (b"ZZMARKER", b"ZZ-4711", b"ZZACC", b"ZZFREE", b"ZZPRIVATE", BORN.encode()):
            assert mark not in said + raw, (path, mark)
    for wish in ("names=true", "names=1", "names=YES", "names=false&names=true"):
        assert browser.get(f"{capture}&{wish}").status_code == 403


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
