"""`/api/import`: what becomes of files that are brought through the page, one by one and in zip archives."""

from __future__ import annotations

import io
import json
import os
import zipfile

import pytest
from tests.web.houses import OURS, lived

from isocenter.lab import phantom
from isocenter.model.records import Full
from isocenter.web import api_imports


def images(seed: int, count: int = 2, **changes):
    for image in phantom.ct_series(seed, slices=count, side_pixels=16):
        for keyword, value in changes.items():
            setattr(image, keyword, value)
        yield image


def zipped(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return stream.getvalue()


@pytest.fixture
def here(tmp_path):
    with lived(tmp_path / "here") as house:
        yield house


@pytest.fixture
def brought(here):
    """Brings one file; its lines, and the sum."""

    def bring(content, name: str = "x.dcm"):
        answer = here.browser.post("/api/import", params={"name": name}, content=content, headers=OURS)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/x-ndjson"
        *lines, summary = [json.loads(line) for line in answer.text.splitlines()]
        expected = [line["expected"] for line in lines if "expected" in line]
        lines = [line for line in lines if "path" in line]
        assert (expected or [1])[-1] == len(lines)
        assert summary.pop("summary") == "import"
        return lines, summary

    return bring


def test_an_image_is_stored_and_the_study_is_named(here, brought):
    [image] = images(1, 1)
    [line], summary = brought(phantom.file_bytes(image), "folder/IM0001")
    assert line == {"path": "folder/IM0001", "outcome": "stored", "why": "", "sop_instance_uid": image.SOPInstanceUID}
    assert (summary["stored"], summary["studies"]) == (1, [image.StudyInstanceUID])
    kept = here.house.catalogue.instance(image.SOPInstanceUID)
    with here.house.archive.open(kept.blob) as blob:
        assert blob.read(blob.dataset_offset, blob.byte_count) == phantom.data_set_bytes(image)


def test_the_same_again_is_there_already_and_another_of_the_same_uid_is_set_aside_with_both_values(here, brought):
    [image] = images(1, 1)
    brought(phantom.file_bytes(image))
    assert brought(phantom.file_bytes(image))[1]["there_already"] == 1
    [other] = images(1, 1, PatientID="OTHER")
    [line], summary = brought(phantom.file_bytes(other))
    assert (line["outcome"], summary["set_aside"]) == ("set aside", 1)
    assert "PatientID is 'PHANTOM-000001' in the archive and 'OTHER' here" in line["why"]


def test_a_zip_of_zips_is_taken_apart_and_what_is_none_is_told_with_its_reason(brought):
    first, second, third = (phantom.file_bytes(image) for image in images(1, 3))
    disc = zipped({"DICOM/1": first, "DICOM/2": second, "viewer.exe": b"MZ" + bytes(300), "README.TXT": b"hello"})
    lines, summary = brought(zipped({"disc.zip": disc, "3.dcm": third, "broken.dcm": b"no image"}), "all.zip")
    assert {key: summary[key] for key in ("stored", "refused", "left_out")} == {"stored": 3, "refused": 1, "left_out": 2}
    told = {line["path"]: line for line in lines}
    assert told["all.zip!disc.zip!DICOM/1"]["outcome"] == "stored"
    assert told["all.zip!disc.zip!README.TXT"]["outcome"] == "left out"
    assert told["all.zip!broken.dcm"]["outcome"] == "refused"
    assert "not a DICOM file" in told["all.zip!broken.dcm"]["why"]


def test_a_broken_zip_is_one_sentence(brought):
    whole = zipped({str(number): phantom.file_bytes(image) for number, image in enumerate(images(1))})
    [line], summary = brought(whole[:-20], "x.zip")
    assert "damaged zip archive" in line["why"]
    assert (summary["stored"], summary["refused"]) == (0, 1)


def test_a_file_that_names_no_study_is_refused_with_what_it_lacks(brought):
    [line], _ = brought(phantom.file_bytes(next(images(1, 1, StudyInstanceUID=""))))
    assert (line["outcome"], "StudyInstanceUID" in line["why"]) == ("refused", True)


def test_nothing_at_all_is_refused_too(brought):
    [line], _ = brought(b"", "x")
    assert line["outcome"] == "refused"


@pytest.mark.parametrize("side", [16, 1700])
def test_long_files_wait_beside_the_blobs_and_leave_nothing_there(here, brought, side):
    image = next(phantom.ct_series(4, slices=1, side_pixels=side))
    before = sorted(os.listdir(here.house.place.folder))
    assert brought(phantom.file_bytes(image))[1]["stored"] == 1
    packed = zipped({"a": phantom.file_bytes(next(phantom.ct_series(5, slices=1, side_pixels=side)))})
    assert brought(packed + b"", "x.zip")[1]["stored"] == 1
    assert sorted(os.listdir(here.house.place.folder)) == before


def test_a_large_file_that_is_none_is_not_kept_until_its_end(here):
    parcel = here.api.imports.open("viewer.exe")
    for _ in range(80):
        parcel.write(b"MZ" + bytes(100_000))
    assert parcel._file.closed
    [outcome] = parcel.outcomes()
    assert (outcome.word, "not a DICOM file" in outcome.why) == ("refused", True)


def test_a_disk_that_is_full_is_told_for_each_file(here, brought, monkeypatch):
    monkeypatch.setattr(here.house.archive.store.volume, "_low", "3 MiB free")
    monkeypatch.setattr(here.house.archive.store.volume, "_look", lambda: None)
    [line], summary = brought(phantom.file_bytes(next(images(1))))
    assert (line["outcome"], line["why"], summary["refused"]) == ("refused", "3 MiB free", 1)


def test_a_reception_that_fails_in_a_zip_costs_only_itself(here, brought, monkeypatch):
    contents = {str(number): phantom.file_bytes(image) for number, image in enumerate(images(1, 9))}
    real, count = here.house.archive.begin, iter(range(100))

    class Failing:
        def write(self, view): ...
        def abandon(self): ...
        def finish(self):
            return Full("no room for this one")

    monkeypatch.setattr(type(here.house.archive), "begin", lambda _, arrival: Failing() if next(count) == 4 else real(arrival))
    lines, summary = brought(zipped(contents), "x.zip")
    assert (summary["stored"], summary["refused"], len(lines)) == (8, 1, 9)


def test_a_file_over_the_limit_is_refused_before_and_while_it_comes(here, monkeypatch):
    monkeypatch.setattr(api_imports, "IMPORT_FILE_BYTES_MAX", 1000)
    said = here.browser.post("/api/import", content=bytes(1001), headers=OURS)
    assert (said.status_code, "1000 bytes" in said.json()["detail"]) == (413, True)
    in_pieces = here.browser.post("/api/import", content=iter([bytes(600), bytes(600)]), headers=OURS)
    assert in_pieces.status_code == 413


def test_a_foreign_page_cannot_bring_anything(here):
    assert here.browser.post("/api/import", content=b"").status_code == 403


def test_names_are_only_told(here, brought):
    name = "../../\u202eetc/<script>alert(1)</script>\x00"
    [line], _ = brought(b"x", name)
    assert line["path"] == name
    assert here.browser.post("/api/import", params={"name": "x" * 5000}, content=b"", headers=OURS).status_code == 400
