"""The library that scripts and viewers use, as it comes, against an archive in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pydicom
import pytest
import requests
from dicomweb_client.api import DICOMwebClient
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.uid import ExplicitVRLittleEndian
from requests import HTTPError

from isocenter.lab import phantom
from isocenter.net import ports

FILES = (
    "CT_small.dcm",
    "MR_small.dcm",
    "JPEG2000.dcm",
    "examples_rgb_color.dcm",
    "emri_small.dcm",
    "rtplan.dcm",
    "waveform_ecg.dcm",
)


VIEWER = "http://viewer.example:3000"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    around = tmp_path_factory.mktemp("up")
    port = ports.next_free(23_000, "127.0.0.1")
    http = ports.next_free(port + 1, "127.0.0.1")
    environment = {**os.environ, "ISOCENTER_HOME": str(around / "instances")}
    options = ["--port", str(port), "--http", str(http), "--listen", "127.0.0.1", "--data", str(around / "data"), "--web-delete"]
    options += ["--web-origins", VIEWER]
    with (around / "out").open("wb") as out:
        child = subprocess.Popen([sys.executable, "-m", "isocenter", "up", *options], env=environment, stdout=out, stderr=out)
    address = f"http://127.0.0.1:{http}/dicom-web"
    try:
        for _ in range(600):
            assert child.poll() is None, (around / "out").read_text()
            try:
                with urllib.request.urlopen(f"{address}/studies") as answer:
                    assert answer.status == 204
                break
            except OSError:
                threading.Event().wait(0.05)
        yield address
    finally:
        child.terminate()
        child.wait(15)


@pytest.fixture(scope="module")
def images() -> dict[str, pydicom.Dataset]:
    return {name: pydicom.dcmread(str(get_testdata_file(name))) for name in FILES}


@pytest.fixture(scope="module")
def client(url, images) -> DICOMwebClient:
    """A client before an archive into which it has stored all the images."""
    client = DICOMwebClient(url)
    told = client.store_instances(list(images.values()))
    assert len(told.ReferencedSOPSequence) == len(images)
    assert "FailedSOPSequence" not in told
    return client


def whose(image: pydicom.Dataset) -> tuple[str, str, str]:
    return image.StudyInstanceUID, image.SeriesInstanceUID, image.SOPInstanceUID


def test_what_was_stored_is_found_at_every_level(client, images):
    ct = images["CT_small.dcm"]
    (study,) = client.search_for_studies(search_filters={"PatientID": ct.PatientID})
    assert study["0020000D"]["Value"] == [ct.StudyInstanceUID]
    assert pydicom.Dataset.from_json(study).PatientName == ct.PatientName
    (series,) = client.search_for_series(study_instance_uid=ct.StudyInstanceUID)
    assert series["00080060"]["Value"] == ["CT"]
    (instance,) = client.search_for_instances(*whose(ct)[:2], search_filters={"SOPInstanceUID": ct.SOPInstanceUID})
    assert (instance["00280010"]["Value"], instance["00280011"]["Value"]) == ([128], [128])
    assert client.search_for_studies(search_filters={"PatientID": "nobody"}) == []


def test_pages_that_the_client_asks_for_one_by_one_are_the_whole(client, images):
    assert len(client.search_for_instances(limit=2, get_remaining=True)) == len(images)
    assert len(client.search_for_studies(limit=1)) == 1


@pytest.mark.parametrize("name", FILES)
def test_an_instance_comes_back_with_the_same_pixels_and_attributes(client, images, name):
    image = images[name]
    uids = whose(image)
    back = client.retrieve_instance(*uids, media_types=(("application/dicom", "*"),))
    # Implicit VR is not for the web (PS3.18 8.7.3).
    stored = image.file_meta.TransferSyntaxUID
    assert back.file_meta.TransferSyntaxUID == (ExplicitVRLittleEndian if stored.is_implicit_VR else stored)
    assert back == image
    metadata = client.retrieve_instance_metadata(*uids)
    assert metadata["00080018"]["Value"] == [image.SOPInstanceUID]
    assert len(client.retrieve_series_metadata(*uids[:2])) == len(client.retrieve_series(*uids[:2]))


def test_frames_come_back_bit_for_bit(client, images):
    image = images["emri_small.dcm"]
    frames = client.retrieve_instance_frames(*whose(image), frame_numbers=[1, 5, 10], media_types=("application/octet-stream",))
    pixels = image.pixel_array
    assert [np.frombuffer(frame, "<u2").reshape(64, 64).tolist() for frame in frames] == [
        pixels[place].tolist() for place in (0, 4, 9)
    ]


def test_compressed_frames_come_as_stored_and_decoded(client, images):
    image = images["JPEG2000.dcm"]
    (stored,) = client.retrieve_instance_frames(*whose(image), frame_numbers=[1], media_types=(("image/jp2", "*"),))
    assert stored.startswith(b"\xff\x4f\xff\x51")
    (decoded,) = client.retrieve_instance_frames(*whose(image), frame_numbers=[1], media_types=("application/octet-stream",))
    assert len(decoded) == image.Rows * image.Columns * image.BitsAllocated // 8


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg"])
def test_a_rendered_picture_has_the_size_of_the_image(client, images, media_type):
    image = images["CT_small.dcm"]
    picture = Image.open(BytesIO(client.retrieve_instance_rendered(*whose(image), media_types=(media_type,))))
    assert picture.size == (128, 128)
    assert picture.getextrema() != ((0, 0),)
    frame = client.retrieve_instance_frames_rendered(*whose(images["emri_small.dcm"]), frame_numbers=[3], media_types=(media_type,))
    assert Image.open(BytesIO(frame)).size == (64, 64)


def test_bulk_data_is_where_metadata_says(client, images):
    image = images["CT_small.dcm"]
    metadata = client.retrieve_instance_metadata(*whose(image))
    (pixels,) = client.retrieve_bulkdata(metadata["7FE00010"]["BulkDataURI"], media_types=("application/octet-stream",))
    assert pixels == image.PixelData


def test_what_is_larger_than_a_chunk_is_sent_in_chunks(url):
    client = DICOMwebClient(url, chunk_size=64 * 1024)
    series = list(phantom.ct_series(11, slices=3, side_pixels=256))
    told = client.store_instances(series, study_instance_uid=series[0].StudyInstanceUID)
    assert len(told.ReferencedSOPSequence) == 3
    back = list(client.iter_series(series[0].StudyInstanceUID, series[0].SeriesInstanceUID))
    assert sorted(one.SOPInstanceUID for one in back) == sorted(one.SOPInstanceUID for one in series)
    assert {one.SOPInstanceUID: one.PixelData for one in back} == {one.SOPInstanceUID: one.PixelData for one in series}


def test_a_study_is_only_stored_under_its_own_path(url):
    image = next(iter(phantom.ct_series(12, slices=1, side_pixels=16)))
    client = DICOMwebClient(url)
    with pytest.raises(HTTPError, match="409"):
        client.store_instances([image], study_instance_uid="1.2.3")
    assert client.search_for_instances(search_filters={"SOPInstanceUID": image.SOPInstanceUID}) == []


def test_what_the_client_deletes_is_gone_and_nothing_else(url):
    client = DICOMwebClient(url)
    ct, mr = list(phantom.ct_series(13, slices=2, side_pixels=16)), list(phantom.mr_series(13, slices=1, side_pixels=16))
    client.store_instances([*ct, *mr])
    study = ct[0].StudyInstanceUID
    client.delete_instance(*whose(ct[0]))
    assert len(client.search_for_instances(study_instance_uid=study)) == 2
    client.delete_series(*whose(ct[0])[:2])
    assert [one["00080060"]["Value"] for one in client.search_for_series(study_instance_uid=study)] == [["MR"]]
    client.delete_study(study)
    assert client.search_for_studies(search_filters={"StudyInstanceUID": study}) == []
    with pytest.raises(HTTPError, match="404"):
        client.retrieve_study(study)


def test_reports_doses_and_packed_images_are_stored_and_found(url):
    names = ("rtdose.dcm", "test-SR.dcm", "MR_small_RLE.dcm", "image_dfl.dcm")
    images = [pydicom.dcmread(str(get_testdata_file(name))) for name in names]
    client = DICOMwebClient(url)
    told = client.store_instances(images)
    assert [item.ErrorComment for item in told.get("FailedSOPSequence", [])] == []
    for image in images:
        assert len(client.search_for_instances(search_filters={"SOPInstanceUID": image.SOPInstanceUID})) == 1


def test_a_viewer_whose_site_the_setting_names_may_ask_from_a_browser(url):
    allowed = "access-control-allow-origin"
    assert requests.get(f"{url}/studies?limit=1", headers={"Origin": VIEWER}, timeout=10).headers[allowed] == VIEWER
    assert allowed not in requests.get(f"{url}/studies?limit=1", headers={"Origin": "http://elsewhere.example"}, timeout=10).headers
    assert requests.delete(f"{url}/studies/1.2.3", headers={"Origin": "http://elsewhere.example"}, timeout=10).status_code == 403
