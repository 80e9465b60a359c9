"""Pictures over HTTP: the grey levels of the standard's arithmetic, and refusals that say what was wrong."""

import imagecodecs
import numpy as np
import pytest
from tests.web.conftest import keep, parts

from isocenter.dataset import part10
from isocenter.model.attributes import Level
from isocenter.web.rendered import MEDIA_TYPES

MANY = 'multipart/related; type="image/png"'


def rendered(images, name, **query):
    words = "&".join(f"{key}={value}" for key, value in query.items())
    return f"{images.kept[name].path}/rendered" + (f"?{words}" if words else "")


@pytest.mark.parametrize("kind", MEDIA_TYPES)
def test_a_picture_is_of_the_type_that_is_accepted(images, kind):
    answer = images.get(rendered(images, "ct"), kind)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == kind
    assert np.asarray(imagecodecs.imread(answer.content)).shape[:2] == (128, 128)


def test_the_grey_levels_are_those_of_the_linear_window(images):
    read = images.kept["ct"].read
    picture = imagecodecs.png_decode(images.get(rendered(images, "ct", window="40,400,linear"), "image/png").content)
    values = read.pixel_array.astype(float) * float(read.RescaleSlope) + float(read.RescaleIntercept)
    right = np.clip(((values - 39.5) / 399 + 0.5) * 255, 0, 255)
    assert np.abs(picture.astype(float) - right).max() <= 1


def test_a_browser_gets_a_picture_and_jpeg_is_the_default(images):
    browser = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
    assert images.get(rendered(images, "ct"), browser).headers["content-type"] == "image/webp"
    assert images.get(rendered(images, "ct")).headers["content-type"] == "image/jpeg"
    assert images.get(rendered(images, "ct"), "image/jpeg;q=0, image/*").headers["content-type"] == "image/png"
    assert images.get(rendered(images, "ct", accept="image/gif"), "text/html").headers["content-type"] == "image/gif"


def test_a_viewport_bounds_the_size_and_keeps_the_shape(images):
    answer = images.get(rendered(images, "ct", viewport="64,32"), "image/png")
    assert imagecodecs.png_decode(answer.content).shape == (32, 32)
    whole = imagecodecs.png_decode(images.get(rendered(images, "ct"), "image/png").content)
    part = imagecodecs.png_decode(images.get(rendered(images, "ct", viewport="20,10,5,7,20,10"), "image/png").content)
    assert np.array_equal(part, whole[7:17, 5:25])


def test_frames_have_pictures_of_their_own(images):
    kept = images.kept["frames"]
    one = images.get(f"{kept.path}/frames/2/rendered", "image/png")
    several = parts(images.get(f"{kept.path}/frames/2,1/rendered", MANY))
    assert [headers["content-location"].rpartition("/instances/")[2] for headers, _ in several] == [
        f"{kept.uid}/frames/{number}/rendered" for number in (2, 1)
    ]
    assert several[0][1] == one.content != several[1][1]


def test_an_instance_of_many_frames_can_be_had_in_parts(images):
    kept = images.kept["frames"]
    assert len(parts(images.get(f"{kept.path}/rendered", MANY))) == int(kept.read.NumberOfFrames)
    series = kept.path.rpartition("/instances/")[0]
    assert len(parts(images.get(f"{series}/rendered", MANY))) == 2 * int(kept.read.NumberOfFrames)


def test_a_client_that_has_the_picture_is_told_so(images):
    path = rendered(images, "ct")
    tag = images.get(path, "image/png").headers["etag"]
    again = images.get(path, "image/png", **{"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert images.get(path, "image/jpeg", **{"if-none-match": tag}).status_code == 200
    assert images.get(rendered(images, "ct", window="1,2"), "image/png", **{"if-none-match": tag}).status_code == 200
    assert images.get(path, "image/png").headers["cache-control"] == "private, no-cache"


def test_a_thumbnail_is_small_and_there_is_one_at_every_level(images):
    kept = images.kept["frames"]
    series = kept.path.rpartition("/instances/")[0]
    for path in (kept.path, series, series.rpartition("/series/")[0], f"{kept.path}/frames/3"):
        answer = images.get(f"{path}/thumbnail")
        assert answer.headers["content-type"] == "image/jpeg"
        assert max(imagecodecs.jpeg_decode(answer.content).shape[:2]) <= 128
    answer = images.get(f"{kept.path}/thumbnail?viewport=16,16", "image/png")
    assert imagecodecs.png_decode(answer.content).shape[:2] == (16, 16)


@pytest.mark.parametrize(
    "query",
    [
        "window=nan,1", "window=1", "window=1,2,cubic", "window=1,2,linear,4", "window=1e999,1", "viewport=0,0", "viewport=1",
        "viewport=99999,99999", "viewport=10,10,x", "viewport=10,10,1,1,inf,5", "quality=0", "quality=101", "quality=1e9",
        "quality=-1", "quality=%C2%B2",
    ],
)  # fmt: skip
def test_a_parameter_without_sense_is_refused_by_name(images, query):
    answer = images.get(f"{images.kept['ct'].path}/rendered?{query}", "image/png")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json()["detail"]


@pytest.mark.parametrize("query", ["window=40,0", "viewport=10,10,500,500,5,5", "viewport=10,10,0,0,0,0"])
def test_what_cannot_be_computed_is_refused_with_its_reason(images, query):
    answer = images.get(f"{images.kept['ct'].path}/rendered?{query}", "image/png")
    assert answer.status_code in (400, 406)
    assert answer.json()["detail"]


def test_a_parameter_that_is_not_followed_is_told(images):
    answer = images.get(rendered(images, "ct", annotation="patient"), "image/png")
    assert answer.status_code == 200
    assert "annotation" in answer.headers["warning"]
    assert "warning" not in images.get(rendered(images, "ct", iccprofile="no"), "image/png").headers


def test_what_has_no_pixels_has_no_picture(images):
    path = images.kept["report"].path
    assert images.get(f"{path}/rendered", "image/png").status_code == 406
    assert "no pixels" in images.get(f"{path}/rendered", "image/png").json()["detail"]
    assert images.get(f"{path}/thumbnail").status_code == 404
    assert images.get(f"{path.partition('/series/')[0]}/rendered", MANY).status_code == 404


def test_what_is_not_there_has_no_picture(images):
    assert images.get(f"{images.kept['ct'].path}/frames/2/rendered", "image/png").status_code == 404
    assert images.get("/studies/1.2/series/3/instances/4/rendered", "image/png").status_code == 404
    assert images.get("/studies/1.2/thumbnail").status_code == 404


@pytest.mark.parametrize("accept", ["text/html", "application/dicom", "video/mp4", 'multipart/related; type="text/plain"'])
def test_a_type_that_is_no_picture_is_refused(images, accept):
    answer = images.get(rendered(images, "ct"), accept)
    assert answer.status_code == 406
    assert "image/png" in answer.json()["detail"]


def test_pictures_of_a_series_at_hand_are_the_same_and_end_with_their_instance(images, monkeypatch):
    one, other = images.kept["frames"], images.kept["frames of rle"]
    asked = []
    begun = images.house.pictures.begun
    monkeypatch.setattr(images.house.pictures, "begun", lambda *wanted: asked.append(1) or begun(*wanted), raising=False)
    first = [images.get(f"{kept.path}/frames/2/rendered", "image/png") for kept in (one, other)]
    again = [images.get(f"{kept.path}/frames/2/rendered", "image/png") for kept in (one, other) * 2]
    assert asked, "nothing was at hand"
    assert [answer.content for answer in again] == [answer.content for answer in first] * 2
    assert [answer.headers["etag"] for answer in again] == [answer.headers["etag"] for answer in first] * 2
    tag = first[0].headers["etag"]
    assert images.get(f"{one.path}/frames/2/rendered", "image/png", **{"if-none-match": tag}).status_code == 304
    assert images.get(f"{one.path}/frames/99/rendered", "image/png").status_code == 404
    images.house.remove(Level.IMAGE, other.uid)
    try:
        assert images.get(f"{other.path}/frames/2/rendered", "image/png").status_code == 404
    finally:
        head = part10.header(
            sop_class_uid=other.read.SOPClassUID, sop_instance_uid=other.uid, transfer_syntax=other.transfer_syntax
        )
        keep(images.house.blobs, head + other.data_set)
    assert images.get(f"{other.path}/frames/2/rendered", "image/png").content == first[1].content


def test_what_cannot_be_rendered_says_so_at_hand_too(images):
    kept = images.kept["frames"]
    for number in (1, 2):
        images.get(f"{kept.path}/frames/{number}/rendered", "image/png")
    other = images.kept["frames of rle"]
    images.get(f"{other.path}/frames/1/rendered", "image/png")
    words = [images.get(f"{kept.path}/frames/1/rendered?window=1,-5,linear", "image/png").status_code for _ in range(2)]
    assert words == [406, 406]
