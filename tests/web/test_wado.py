"""Instances over HTTP as DICOM files: bit for bit as stored, or in a syntax that was accepted."""

import io

import numpy as np
import pydicom
import pytest
from tests.web.conftest import keep, one_of_its_own, parts

from isocenter.dataset import part10
from isocenter.model.attributes import Level
from isocenter.standard import transfer_syntax as uids
from isocenter.web import sending

FILES = 'multipart/related; type="application/dicom"'
AS_STORED = f"{FILES}; transfer-syntax=*"


def data_set(content: bytes) -> bytes:
    return content[part10.read_header(content).dataset_offset :]


@pytest.mark.parametrize("name", ["ct", "jpeg 2000", "frames of rle", "report", "bits", "deflated"])
def test_an_instance_comes_bit_for_bit_as_it_is_stored(images, name):
    kept = images.kept[name]
    ((headers, body),) = parts(images.get(kept.path, AS_STORED))
    assert headers["content-type"] == f"application/dicom; transfer-syntax={kept.transfer_syntax}"
    assert headers["content-location"].endswith(kept.path)
    assert data_set(body) == kept.data_set
    assert pydicom.dcmread(io.BytesIO(body)).file_meta.TransferSyntaxUID == kept.transfer_syntax


def test_a_file_of_its_own_has_no_boundaries_and_says_its_length(images):
    kept = images.kept["ct"]
    answer = images.get(kept.path, "application/dicom; transfer-syntax=*")
    assert answer.headers["content-type"] == f"application/dicom; transfer-syntax={kept.transfer_syntax}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{kept.uid}.dcm"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert data_set(answer.content) == kept.data_set


def test_a_range_of_a_file_is_those_bytes(images):
    path = images.kept["ct"].path
    whole = images.get(path, "application/dicom")
    size = len(whole.content)
    for asked, right in (("0-131", whole.content[:132]), ("-10", whole.content[-10:]), (f"300-{size}", whole.content[300:])):
        part = images.get(path, "application/dicom", range=f"bytes={asked}", **{"if-range": whole.headers["etag"]})
        assert (part.status_code, part.content) == (206, right)
    other = images.get(path, f"application/dicom; transfer-syntax={uids.RLE_LOSSLESS}")
    assert other.headers["etag"] != whole.headers["etag"]


def test_a_file_says_nothing_of_where_it_came_from(images):
    body = images.get(images.kept["ct"].path, "application/dicom").content
    assert body[:128] == bytes(128)
    assert not {0x00020016, 0x00020017, 0x00020018, 0x00020026, 0x00020102} & part10.read_header(body).meta.keys()


@pytest.mark.parametrize("name", ["jpeg 2000", "frames of rle", "big endian", "deflated", "implicit"])
def test_whoever_names_no_syntax_gets_one_that_everybody_reads(images, name):
    kept = images.kept[name]
    ((headers, body),) = parts(images.get(kept.path, FILES))
    assert headers["content-type"].endswith(uids.EXPLICIT_VR_LITTLE_ENDIAN)
    read = pydicom.dcmread(io.BytesIO(body))
    assert np.array_equal(read.pixel_array, kept.read.pixel_array)
    assert read.get("PixelSpacing") == kept.read.get("PixelSpacing")
    assert read.get("ImageOrientationPatient") == kept.read.get("ImageOrientationPatient")


def test_the_pixels_of_another_syntax_are_the_same(images):
    kept = images.kept["ct"]
    answer = images.get(kept.path, f"application/dicom; transfer-syntax={uids.RLE_LOSSLESS}")
    read = pydicom.dcmread(io.BytesIO(answer.content))
    assert read.file_meta.TransferSyntaxUID == uids.RLE_LOSSLESS
    assert np.array_equal(read.pixel_array, kept.read.pixel_array)


def test_a_study_and_a_series_come_whole(images):
    kept = images.kept["frames"]
    series = kept.path.rpartition("/instances/")[0]
    for path in (series, series.rpartition("/series/")[0]):
        found = [pydicom.dcmread(io.BytesIO(body)).SOPInstanceUID for _, body in parts(images.get(path, AS_STORED))]
        assert sorted(found) == sorted([kept.uid, images.kept["frames of rle"].uid])


def test_what_is_accepted_of_a_study_comes_and_its_status_says_that_it_is_not_all(images):
    kept = images.kept["frames"]
    study = kept.path.partition("/series/")[0]
    exact = f"{FILES}; transfer-syntax={uids.JPEG_BASELINE}"
    assert images.get(study, exact).status_code == 406
    rle = images.get(study, f"{FILES}; transfer-syntax={uids.RLE_LOSSLESS}")
    assert rle.status_code == 200
    assert len(parts(rle)) == 2


def test_what_is_not_there_is_not_found(images):
    for path in ("/studies/1.2.3", "/studies/1.2.3/series/4", "/studies/1.2.3/series/4/instances/5"):
        answer = images.get(path, AS_STORED)
        assert (answer.status_code, answer.json()["status"]) == (404, 404)


@pytest.mark.parametrize("accept", ["text/html", "image/jpeg", "application/dicom+json"])
def test_what_cannot_be_given_is_refused(images, accept):
    assert images.get(images.kept["ct"].path, accept).status_code == 406


def test_many_instances_do_not_go_into_one_part(images):
    assert images.get(images.kept["frames"].path.partition("/series/")[0], "application/dicom").status_code == 406


@pytest.mark.parametrize("path", ["/studies/..%2f..%2fetc", "/studies/1.2.3%00", "/studies/1.2/series/a", "/studies/" + "1" * 65])
def test_a_path_without_uids_is_refused(images, path):
    answer = images.get(path, AS_STORED)
    assert answer.status_code in (400, 404)
    assert "detail" in answer.json()


def test_what_is_removed_while_a_study_is_sent_is_left_out(images, monkeypatch):
    first, second = images.kept["frames"], images.kept["frames of rle"]
    study = first.path.partition("/series/")[0]
    order = [pydicom.dcmread(io.BytesIO(body)).SOPInstanceUID for _, body in parts(images.get(study, AS_STORED))]
    gone = first if order[1] == first.uid else second
    path_of = type(images.house.blobs).path

    def removing(archive, blob):
        monkeypatch.undo()
        archive.remove(Level.IMAGE, gone.uid)
        return path_of(archive, blob)

    monkeypatch.setattr(type(images.house.blobs), "path", removing)
    try:
        left = [pydicom.dcmread(io.BytesIO(body)).SOPInstanceUID for _, body in parts(images.get(study, AS_STORED))]
    finally:
        head = part10.header(sop_class_uid=gone.read.SOPClassUID, sop_instance_uid=gone.uid, transfer_syntax=gone.transfer_syntax)
        keep(images.house.blobs, head + gone.data_set)
    assert left == [order[0]]


def test_a_large_file_is_sent_in_chunks(images, monkeypatch):
    monkeypatch.setattr(sending, "SEND_BYTES", 1000)
    monkeypatch.setattr(sending, "SEND_BYTES_LEAST", 1000)
    kept = images.kept["ct"]
    assert data_set(images.get(kept.path, "application/dicom").content) == kept.data_set


def test_an_image_with_broken_pixels_does_not_keep_its_study_back(images):
    content = bytearray(one_of_its_own("JPEG2000.dcm"))
    uid = images.kept["jpeg 2000"].uid.encode()
    content = content.replace(uid, uid[:-3] + b"999")
    size = content.index(b"\xff\x4f\xff\x51") + 8
    content[size : size + 8] = bytes(8)
    broken = keep(images.house.blobs, bytes(content))
    answer = images.get(broken.path.partition("/series/")[0])
    assert answer.status_code == 200
    syntaxes = {file_head["content-location"].rpartition("/")[2]: file_head["content-type"] for file_head, _ in parts(answer)}
    assert syntaxes[broken.uid].endswith(broken.transfer_syntax)
    assert syntaxes[images.kept["jpeg 2000"].uid].endswith(uids.EXPLICIT_VR_LITTLE_ENDIAN)
    images.house.remove(Level.IMAGE, broken.uid)
