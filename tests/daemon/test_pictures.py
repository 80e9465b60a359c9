import json
from datetime import UTC, datetime

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file

from isocenter.archive.archive import Archive
from isocenter.base.config import Settings
from isocenter.base.errors import Exhausted, LocalError, UnreadableDataset
from isocenter.base.limits import MIB, WORKER_BATCH_BYTES, WORKER_INSTANCES_MAX
from isocenter.daemon import compose
from isocenter.daemon.instances import Place
from isocenter.daemon.pictures import HousePictures
from isocenter.imaging.render import render
from isocenter.imaging.transcode import transcode
from isocenter.jobs.pool import Pool
from isocenter.model.pictures import Rendering, Window
from isocenter.model.records import Arrival, Stored
from isocenter.standard import transfer_syntax as uids

EXPLICIT = uids.EXPLICIT_VR_LITTLE_ENDIAN
URI = "http://here/studies/{study}/series/{series}/instances/{instance}/bulkdata/{path}"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    with Archive(tmp_path_factory.mktemp("data") / "data") as opened:
        yield opened


@pytest.fixture(scope="module")
def pool():
    opened = Pool(2)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def pictures(archive, pool):
    return HousePictures(pool, archive)


@pytest.fixture(scope="module")
def keep(archive):
    """Stores a data set and gives the instance, with the bytes that were stored."""
    return lambda dataset, syntax=EXPLICIT: _kept(archive, dataset, syntax)


def _kept(archive, dataset, syntax):
    buffer = pydicom.filebase.DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    pydicom.filewriter.write_dataset(buffer, dataset)
    content = buffer.getvalue()
    uid = str(dataset.SOPInstanceUID)
    reception = archive.begin(Arrival(str(dataset.SOPClassUID), uid, syntax, datetime(2026, 1, 2, tzinfo=UTC)))
    reception.write(content)
    stored = reception.finish()
    assert isinstance(stored, Stored)
    return stored.instance, content


def sample(name, uid):
    dataset = pydicom.dcmread(get_testdata_file(name))
    dataset.SOPInstanceUID = uid
    return dataset


@pytest.fixture(scope="module")
def ct(keep):
    return keep(sample("CT_small.dcm", "1.2.3.1"))


@pytest.fixture(scope="module")
def moving(keep):
    """Forty frames of 256 KiB: more than two batches."""
    dataset = sample("CT_small.dcm", "1.2.3.2")
    frames = np.random.default_rng(1).integers(-1000, 1000, (40, 512, 256), np.int16)
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = frames.shape
    dataset.PixelData = frames.tobytes()
    return keep(dataset)[0], frames


def test_a_picture_is_the_one_that_the_renderer_makes(pictures, ct):
    wanted = Rendering("image/png", window=Window(40, 400))
    assert pictures.rendered(ct[0], 1, wanted) == render(ct[1], EXPLICIT, 1, wanted)


def test_frames_are_counted_where_there_are_any(pictures, ct, moving, keep):
    assert pictures.frame_count(ct[0]) == 1
    assert pictures.frame_count(moving[0]) == 40
    assert pictures.frame_count(keep(sample("reportsi.dcm", "1.2.3.3"))[0]) == 0


def test_frames_come_in_the_order_asked_through_as_many_batches_as_they_need(pictures, moving):
    instance, frames = moving
    assert frames[0].nbytes * len(frames) > 2 * WORKER_BATCH_BYTES
    asked = [40, *range(1, 41), 7, 7]
    found = list(pictures.frames(instance, asked, uids.IMPLICIT_VR_LITTLE_ENDIAN))
    assert found == [frames[number - 1].tobytes() for number in asked]
    assert list(pictures.frames(instance, [], EXPLICIT)) == []


def test_what_cannot_be_done_with_frames_is_known_before_the_first_is_read(pictures, ct):
    with pytest.raises(LocalError, match="no frame 2"):
        pictures.frames(ct[0], [1, 2], EXPLICIT)
    with pytest.raises(LocalError, match="cannot be changed"):
        pictures.frames(ct[0], [1], uids.MPEG2_MAIN_LEVEL)


def test_a_reader_that_stops_in_the_middle_of_the_frames_holds_no_process(pictures, pool, moving):
    readers = [pictures.frames(moving[0], range(1, 41), EXPLICIT) for _ in range(6)]
    assert [len(next(reader)) for reader in readers] == [256 * 1024] * 6
    assert pool.process_count() <= 2
    assert pictures.frame_count(moving[0]) == 40


def test_a_whole_instance_changes_its_transfer_syntax_from_its_file_and_from_memory(pictures, ct):
    expected = transcode(ct[1], EXPLICIT, uids.JPEG_LS_LOSSLESS)
    assert pictures.data_set(ct[0], uids.JPEG_LS_LOSSLESS) == expected
    assert pictures.transcode(memoryview(ct[1]), EXPLICIT, uids.JPEG_LS_LOSSLESS) == expected


def test_attributes_of_many_instances_come_in_their_order(pictures, ct, moving):
    instances = [ct[0], moving[0]] * WORKER_INSTANCES_MAX
    found = pictures.metadata(instances, URI)
    assert len(found) == len(instances)
    first, second = json.loads(found[-2]), json.loads(found[-1])
    place = f"studies/{ct[0].study_instance_uid}/series/{ct[0].series_instance_uid}/instances"
    assert first["7FE00010"]["BulkDataURI"] == f"http://here/{place}/1.2.3.1/bulkdata/7FE00010"
    assert second["00280008"]["Value"] == [40]
    assert pictures.metadata([], URI) == []


def test_bulk_data_is_the_bytes_of_the_element(pictures, moving):
    assert pictures.bulk_data(moving[0], "7FE00010") == moving[1].tobytes()


def test_an_instance_whose_file_is_gone_or_broken_is_told_apart(pictures, archive, keep):
    instance = keep(sample("CT_small.dcm", "1.2.3.4"))[0]
    with open(archive.path(instance.blob), "r+b") as file:
        file.truncate(file.seek(0, 2) - 1000)
    wanted = Rendering("image/png")
    for ask in (lambda: pictures.rendered(instance, 1, wanted), lambda: pictures.frames(instance, [1], EXPLICIT)):
        with pytest.raises(UnreadableDataset, match="claims 32768 bytes"):
            ask()
    archive.store.remove(instance.blob)
    with pytest.raises(FileNotFoundError):
        pictures.rendered(instance, 1, wanted)
    with pytest.raises(FileNotFoundError):
        pictures.data_set(instance, uids.IMPLICIT_VR_LITTLE_ENDIAN)


def test_a_call_may_have_its_limit_and_its_file_but_not_more_than_a_share_of_the_computer(pictures, monkeypatch):
    monkeypatch.setitem(pictures.__dict__, "_share_bytes", 100 * MIB)
    assert pictures._allowance(1000 * MIB, 50) == 100 * MIB + 50
    assert pictures._allowance(10 * MIB, 50) == 10 * MIB + 50


def test_the_house_opens_no_process_until_it_is_asked_and_closes_all(tmp_path, monkeypatch):
    monkeypatch.setenv("ISOCENTER_HOME", str(tmp_path / "home"))
    house = compose.build(Place("pictures", tmp_path / "data"), Settings(port=0, http=0, listen="127.0.0.1"))
    try:
        ways = (house.pictures, house.background_pictures)
        assert [way._pool.process_count() for way in ways] == [0, 0]
        instance, content = _kept(house.archive, sample("CT_small.dcm", "1.2.3.1"), EXPLICIT)
        wanted = Rendering("image/jpeg")
        assert [way.rendered(instance, 1, wanted) for way in ways] == [render(content, EXPLICIT, 1, wanted)] * 2
        assert [way._pool.process_count() for way in ways] == [1, 1]
    finally:
        house.closing.close()
    assert [way._pool.process_count() for way in ways] == [0, 0]
    with pytest.raises(Exhausted, match="closed"):
        house.pictures.frame_count(instance)
