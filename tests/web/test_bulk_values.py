"""Bulk data over HTTP: the stored value, in parts where they are asked for, never more than there is."""

import json

import pytest
from tests.web.conftest import parts

ONE = "application/octet-stream"
MANY = 'multipart/related; type="application/octet-stream"'


def pixels(images, name="ct"):
    return f"{images.kept[name].path}/bulkdata/7FE00010"


def test_the_pixels_of_a_native_image_are_its_value(images):
    for name in ("ct", "frames"):
        answer = images.get(pixels(images, name), ONE)
        assert answer.headers["content-type"] == ONE
        assert answer.content == images.kept[name].read.PixelData
    assert images.get(pixels(images)).content == images.kept["ct"].read.PixelData


def test_a_value_may_come_as_one_part(images):
    ((headers, body),) = parts(images.get(pixels(images), MANY))
    assert headers["content-type"] == ONE
    assert body == images.kept["ct"].read.PixelData


def test_the_value_of_any_element_can_be_had(images):
    kept = images.kept["ct"]
    assert images.get(f"{kept.path}/bulkdata/00100010", ONE).content.decode().strip() == str(kept.read.PatientName)


@pytest.mark.parametrize("asked", ["0-0", "0-99", "100-", "-5", "32760-99999"])
def test_a_range_is_exactly_those_bytes(images, asked):
    value = images.kept["ct"].read.PixelData
    first, _, last = asked.partition("-")
    right = value[-int(last) :] if not first else value[int(first) : int(last) + 1 if last else None]
    answer = images.get(pixels(images), ONE, range=f"bytes={asked}")
    assert answer.status_code == 206
    assert answer.content == right
    start = len(value) - len(right) if not first else int(first)
    assert answer.headers["content-range"] == f"bytes {start}-{start + len(right) - 1}/{len(value)}"


def test_ranges_of_a_value_that_is_cut_out_by_a_worker(images):
    whole = images.get(f"{images.kept['ct'].path}/bulkdata/00080018", ONE).content
    assert images.get(f"{images.kept['ct'].path}/bulkdata/00080018", ONE, range="bytes=2-5").content == whole[2:6]


def test_several_ranges_are_parts_that_say_which(images):
    value = images.kept["ct"].read.PixelData
    answer = images.get(pixels(images), ONE, range="bytes=0-1,10-12")
    assert answer.status_code == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges")
    (one, first), (two, second) = parts(answer)
    assert (first, second) == (value[:2], value[10:13])
    assert (one["content-range"], two["content-range"]) == (f"bytes 0-1/{len(value)}", f"bytes 10-12/{len(value)}")


def test_a_thousand_ranges_are_not_worth_more_than_the_value(images):
    value = images.kept["ct"].read.PixelData
    answer = images.get(pixels(images), ONE, range="bytes=" + ",".join(["0-"] * 1000))
    assert answer.status_code == 200
    assert answer.content == value
    overlapping = images.get(pixels(images), ONE, range="bytes=0-,0-,5-,-1")
    assert len(overlapping.content) <= len(value) + 1000


def test_a_range_behind_the_end_cannot_be_satisfied(images):
    answer = images.get(pixels(images), ONE, range="bytes=99999999-")
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(images.kept['ct'].read.PixelData)}"


def test_a_range_of_something_that_has_changed_is_all_of_it(images):
    tag = images.get(pixels(images), ONE).headers["etag"]
    for condition, status in ((tag, 206), ('"another"', 200)):
        assert images.get(pixels(images), ONE, range="bytes=0-1", **{"if-range": condition}).status_code == status


def test_an_element_that_is_not_there_is_not_found(images):
    for path in ("00990099", "00081140/1/00080018", "7FE00010/1/00080018"):
        assert images.get(f"{images.kept['ct'].path}/bulkdata/{path}", ONE).status_code == 404
    assert images.get("/studies/1.2/series/3/instances/4/bulkdata/7FE00010", ONE).status_code == 404


@pytest.mark.parametrize("path", ["7FE0001", "zzzzzzzz", "00081140/0/00080018", "00081140/1", "../../etc/passwd"])
def test_a_path_without_sense_is_refused(images, path):
    assert images.get(f"{images.kept['ct'].path}/bulkdata/{path}", ONE).status_code in (400, 404)


def test_no_type_but_octets(images):
    assert images.get(pixels(images), "image/jpeg").status_code == 406
    assert images.get(f"{images.kept['ct'].path}/pixeldata", ONE).status_code == 406


def test_all_bulk_data_of_an_instance_are_those_that_metadata_leave_out(images):
    kept = images.kept["ct"]
    instance = images.house.catalogue.instance(kept.uid)
    (described,) = images.house.pictures.metadata([instance], "{path}")
    left_out = [element["BulkDataURI"] for element in json.loads(described).values() if "BulkDataURI" in element]
    found = parts(images.get(f"{kept.path}/bulkdata", MANY))
    assert [headers["content-location"].rpartition("/bulkdata/")[2] for headers, _ in found] == left_out
    assert all(body == images.get(headers["content-location"].partition("/dicom-web")[2], ONE).content for headers, body in found)


def test_pixel_data_of_a_series_are_those_of_each_instance(images):
    first, second = images.kept["frames"], images.kept["frames of rle"]
    series = first.path.rpartition("/instances/")[0]
    found = parts(images.get(f"{series}/pixeldata", MANY))
    assert sorted(headers["content-location"].partition("/dicom-web")[2] for headers, _ in found) == sorted(
        f"{one.path}/bulkdata/7FE00010" for one in (first, second)
    )
    assert images.get(f"{images.kept['report'].path}/pixeldata", MANY).status_code == 404
