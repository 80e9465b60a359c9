import json
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset, dcmread
from pydicom.encaps import generate_frames
from tests.web.dicom_web import CT, EXPLICIT, JSON_PARTS, comments, multipart, reasons, serving

from isocenter.dicomweb.json_model import metadata
from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.responses import FailedItem
from isocenter.lab import phantom
from isocenter.web import json_instances, qido, stow
from isocenter.web.json_instances import JsonInstances

JSON_PART = "Content-Type: application/dicom+json"


@pytest.fixture
def service(tmp_path):
    with serving(tmp_path, lambda house: [*stow.routes(house), *qido.routes(house)]) as service:
        yield service


def element(vr: str, *values) -> dict:
    return {"vr": vr, "Value": list(values)}


def told(uid: str, **more) -> dict:
    """An instance in JSON; `more` by tag."""
    series, study = uid.rpartition(".")[0], uid.rpartition(".")[0].rpartition(".")[0]
    base = {"00080016": element("UI", CT), "00080018": element("UI", uid), "0020000D": element("UI", study)}
    return (
        base
        | {"0020000E": element("UI", series), "00080060": element("CS", "CT")}
        | {tag[1:]: value for tag, value in more.items()}
    )


def bulk(address: str, content: bytes, content_type: str = "application/octet-stream") -> tuple[str, bytes]:
    return f"Content-Type: {content_type}\nContent-Location: {address}", content


def store(service, metadata_part, *parts, path="/studies"):
    content = metadata_part if isinstance(metadata_part, bytes) else json.dumps(metadata_part).encode()
    return service.store((JSON_PART, content), *parts, path=path, content_type=JSON_PARTS)


def test_metadata_and_its_pixels_become_the_instance_that_they_were_told_of(service):
    whole = phantom.data_set_bytes(next(iter(phantom.ct_series(3, slices=1, side_pixels=32))))
    image = dcmread(BytesIO(whole), force=True)
    answer = store(service, b"[" + metadata(whole, EXPLICIT, "bulk/{path}") + b"]", bulk("bulk/7FE00010", image.PixelData))
    assert answer.status_code == 200, answer.text
    assert service.content(image.SOPInstanceUID) == whole


def test_an_instance_without_bulk_data_needs_no_other_part(service):
    assert store(service, [told("1.2.3.4"), told("1.2.3.5")]).status_code == 200
    assert service.stored_uids() == ["1.2.3.4", "1.2.3.5"]


def test_one_object_instead_of_an_array_is_taken(service):
    assert store(service, told("1.2.3.4")).status_code == 200


def test_bulk_data_may_come_in_any_order_and_with_more_than_is_needed(service):
    instances = [told(f"1.2.3.{number}", t7FE00010={"vr": "OW", "BulkDataURI": f"p{number}"}) for number in (1, 2, 3)]
    parts = [bulk("nobody", b"x"), *(bulk(f"p{number}", bytes([number]) * 8) for number in (3, 1, 2))]
    assert store(service, instances, *parts).status_code == 200
    assert all(service.content(f"1.2.3.{number}").endswith(bytes([number]) * 8) for number in (1, 2, 3))


def test_compressed_frames_come_one_by_one_and_name_their_transfer_syntax(service):
    instance = told("1.2.3.4", t00280008=element("IS", 2), t7FE00010={"vr": "OB", "BulkDataURI": "p"})
    syntax = "image/jp2; transfer-syntax=1.2.840.10008.1.2.4.90"
    answer = store(service, [instance], bulk("p", b"frame one", syntax), bulk("p", b"frame two!", syntax))
    assert answer.status_code == 200, answer.text
    kept = service.house.catalogue.instance("1.2.3.4")
    assert kept.transfer_syntax == "1.2.840.10008.1.2.4.90"
    content = service.content("1.2.3.4")
    start = content.index(b"\xe0\x7f\x10\x00") + 12
    assert list(generate_frames(content[start:], number_of_frames=2)) == [b"frame one\0", b"frame two!"]


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://169.254.169.254/latest/",
        "gopher://127.0.0.1/",
        "http://127.0.0.1:8114/dicom-web/x",
        "",
        "missing",
    ],
)
def test_an_address_that_no_part_has_fails_its_instance_and_is_never_followed(service, address):
    good, bad = told("1.2.3.4"), told("1.2.3.5", t00420011={"vr": "OB", "BulkDataURI": address})
    answer = store(service, [good, bad])
    assert answer.status_code == 202
    assert reasons(answer) == [("1.2.3.5", 0xC000)]
    assert "its bulk data did not come" in comments(answer)
    assert service.stored_uids() == ["1.2.3.4"]


def test_missing_frames_fail_the_instance(service):
    instance = told("1.2.3.4", t00280008=element("IS", 3), t7FE00010={"vr": "OB", "BulkDataURI": "p"})
    answer = store(service, [instance], bulk("p", b"one", "image/jp2"), bulk("p", b"two", "image/jp2"))
    assert answer.status_code == 409
    assert "parts for some of its frames are missing" in comments(answer)


def test_two_instances_cannot_share_bulk_data(service):
    shared = {"vr": "OW", "BulkDataURI": "p"}
    answer = store(service, [told("1.2.3.4", t7FE00010=shared), told("1.2.3.5", t7FE00010=shared)], bulk("p", b"1234"))
    assert answer.status_code == 202
    assert reasons(answer) == [("1.2.3.5", 0xC000)]


@pytest.mark.parametrize(
    ("instance", "complaint"),
    [
        (told("1.2.3.4", t00280010=element("US", "x")), "(0028,0010) has the value"),
        (told("1.2.3.4", t00080018=element("UI")), "names no SOP class and instance"),
        (told("1.2.3.4", t00080018=element("UI", "../../x")), "SOPInstanceUID is not a UID"),
        (told("1.2.3.4", t00080018=element("UI", "1" * 100_000)), "more than the VR UI allows"),
        (told("1.2.3.4", t00080018=element("UI", "1" * 60_000)), "file meta information of"),
        (told("1.2.3.4", t0020000D=element("UI", "..")), "StudyInstanceUID is not a UID"),
        ({}, "names no SOP class and instance"),
    ],
)
def test_an_instance_that_cannot_be_written_fails_alone(service, instance, complaint):
    answer = store(service, [told("1.2.3.9"), instance])
    assert answer.status_code == 202
    assert complaint in comments(answer)
    assert service.stored_uids() == ["1.2.3.9"]


def test_the_study_of_the_path_holds_here_too(service):
    answer = store(service, [told("1.2.3.4"), told("1.9.3.4")], path="/studies/1.2")
    assert answer.status_code == 202
    assert reasons(answer) == [("1.9.3.4", 0xA900)]


@pytest.mark.parametrize(
    ("part", "status", "complaint"),
    [
        ((JSON_PART, b"[{]"), 400, "not JSON"),
        ((JSON_PART, b"[" * 50_000), 400, "nested too deeply"),
        (("Content-Type: text/plain", b"[]"), 400, "not application/dicom+json"),
    ],
)
def test_a_first_part_that_is_no_metadata_ends_the_request(service, part, status, complaint):
    answer = service.store(part, content_type=JSON_PARTS)
    assert (answer.status_code, complaint in answer.json()["detail"]) == (status, True)


def test_metadata_has_its_limit(service, monkeypatch):
    monkeypatch.setattr(json_instances, "STOW_METADATA_BYTES_MAX", 1000)
    assert store(service, [told("1.2.3.4", t00081030=element("LO", "x" * 1000))]).status_code == 413


def test_bulk_data_that_waits_has_its_limit_and_what_is_complete_stays(service, monkeypatch):
    monkeypatch.setattr(json_instances, "STOW_BULK_PARTS_MAX", 2)
    never = {f"t0042001{number}": {"vr": "OB", "BulkDataURI": f"x{number}"} for number in range(5)}
    answer = store(service, [told("1.2.3.4"), told("1.2.3.5", **never)], *(bulk(f"x{number}", b"1") for number in range(4)))
    assert answer.status_code == 202
    assert "more than 2 parts of bulk data" in comments(answer)
    assert service.stored_uids() == ["1.2.3.4"]


def test_bulk_data_inside_a_sequence_is_filled_in(service):
    item = {"54001010": {"vr": "OW", "BulkDataURI": "wave"}}
    assert store(service, [told("1.2.3.4", t54000100=element("SQ", item))], bulk("wave", b"\1\2\3\4")).status_code == 200
    assert b"\1\2\3\4" in service.content("1.2.3.4")


@given(st.binary(max_size=300))
def test_metadata_of_any_bytes_is_refused(content):
    delivery = JsonInstances(b"b", lambda: pytest.fail("there is no instance in this"))
    errands = []
    try:
        errands += delivery.feed(multipart((JSON_PART, content)))
    except Problem as problem:
        assert problem.status in (400, 413)  # noqa: PT017 - or every instance of it is refused
    delivery.abandon()
    assert all(isinstance(errand(), FailedItem) for errand in errands)


def test_a_body_that_stops_leaves_nothing_behind(service):
    instance = told("1.2.3.4", t7FE00010={"vr": "OW", "BulkDataURI": "p"})
    whole = multipart((JSON_PART, json.dumps([instance]).encode()), bulk("p", b"x" * 300_000))
    answer = service.client.post("/dicom-web/studies", content=whole[:-200_000], headers={"Content-Type": JSON_PARTS})
    assert answer.status_code == 400
    assert service.stored_uids() == []


def test_names_with_accents_are_found_again(service):
    assert store(service, [told("1.2.3.4", t00100010=element("PN", {"Alphabetic": "Müller^Jörg"}))]).status_code == 200
    found = service.client.get("/dicom-web/studies", params={"PatientName": "müller*"}).json()
    assert Dataset.from_json(found[0]).PatientName == "Müller^Jörg"
