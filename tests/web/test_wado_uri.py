"""The older service: the same instances, the same pictures."""

import imagecodecs
import numpy as np
import pytest

from isocenter.dataset import part10
from isocenter.standard import transfer_syntax as uids


def ask(images, name="ct", accept="*/*", **query):
    read = images.kept[name].read
    known = {
        "requestType": "WADO", "studyUID": read.StudyInstanceUID, "seriesUID": read.SeriesInstanceUID,
        "objectUID": images.kept[name].uid,
    }  # fmt: skip
    return images.browser.get("/dicom-web/wado", params=known | query, headers={"accept": accept})


def test_without_a_type_it_is_a_jpeg_picture(images):
    answer = ask(images)
    assert answer.headers["content-type"] == "image/jpeg"
    assert imagecodecs.jpeg_decode(answer.content).shape == (128, 128)


def test_a_file_is_what_wado_rs_gives(images):
    kept = images.kept["ct"]
    answer = ask(images, contentType="application/dicom")
    assert answer.content == images.get(kept.path, "application/dicom").content
    rle = ask(images, contentType="application/dicom", transferSyntax=uids.RLE_LOSSLESS)
    assert part10.read_header(rle.content).transfer_syntax == uids.RLE_LOSSLESS


def test_what_is_no_image_comes_as_a_file(images):
    kept = images.kept["report"]
    answer = ask(images, "report")
    assert answer.headers["content-type"].startswith("application/dicom")
    assert answer.content.endswith(kept.data_set)
    assert ask(images, "report", contentType="image/png").status_code == 406


def test_window_frame_size_and_region_are_those_of_rendered(images):
    kept = images.kept["frames"]
    right = images.get(f"{kept.path}/frames/3/rendered?window=300,600", "image/png")
    assert (
        ask(images, "frames", contentType="image/png", frameNumber="3", windowCenter="300", windowWidth="600").content
        == right.content
    )
    whole = imagecodecs.png_decode(ask(images, contentType="image/png").content)
    quarter = imagecodecs.png_decode(ask(images, contentType="image/png", region="0.5,0,1,0.5").content)
    assert np.array_equal(quarter, whole[:64, 64:])
    assert imagecodecs.png_decode(ask(images, contentType="image/png", rows="32").content).shape == (32, 32)
    assert imagecodecs.png_decode(ask(images, contentType="image/png", columns="16", rows="99").content).shape == (16, 16)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"requestType": "OTHER"}, 400), ({"studyUID": ""}, 400), ({"objectUID": "../x"}, 400), ({"objectUID": "1.2.3"}, 404),
        ({"seriesUID": "1.2"}, 404), ({"windowCenter": "1"}, 400), ({"windowCenter": "x", "windowWidth": "1"}, 400),
        ({"rows": "0"}, 400), ({"region": "0,0,2,1"}, 400), ({"region": "1"}, 400), ({"frameNumber": "0"}, 400),
        ({"frameNumber": "1,2"}, 400), ({"imageQuality": "0"}, 400), ({"contentType": "text/html"}, 406),
        ({"anonymize": "yes"}, 501), ({"presentationUID": "1.2"}, 501),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_refused(images, query, status):
    answer = ask(images, **query)
    assert answer.status_code == status
    assert answer.json()["detail"]
