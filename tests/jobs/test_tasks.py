import gzip
import json
import os

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import WORKER_BATCH_BYTES
from isocenter.dataset.part10 import header
from isocenter.imaging.decode import native_frame
from isocenter.imaging.frames import joined, locate
from isocenter.imaging.transcode import deflated, transcode
from isocenter.jobs.rendering_words import words
from isocenter.jobs.tasks import TASKS, data_set_of
from isocenter.model.pictures import Rendering, Viewport, Window
from isocenter.standard import transfer_syntax as uids

EXPLICIT, IMPLICIT, BIG = uids.EXPLICIT_VR_LITTLE_ENDIAN, uids.IMPLICIT_VR_LITTLE_ENDIAN, uids.EXPLICIT_VR_BIG_ENDIAN


@pytest.fixture
def stored(tmp_path):
    """Puts a data set into a file as the archive does, and says what a task is told of it."""

    def put(data_set, syntax=EXPLICIT):
        path = tmp_path / f"{len(os.listdir(tmp_path)):09d}.dcm"
        path.write_bytes(header(sop_class_uid="1.2", sop_instance_uid="1.2.3", transfer_syntax=syntax) + data_set)
        return {"path": str(path), "transfer_syntax": syntax}

    return put


def sample(name):
    """A data set of pydicom's, and its transfer syntax."""
    path = get_testdata_file(name)
    with open(path, "rb") as file:
        meta = pydicom.filereader.read_file_meta_info(path)
        file.seek(132)
        pydicom.filereader._read_file_meta_info(file)
        return file.read(), str(meta.TransferSyntaxUID)


def multi_frame(pixels):
    """An image of these frames of 16 bits, Explicit VR Little Endian."""
    image = pydicom.Dataset()
    image.NumberOfFrames, image.Rows, image.Columns = pixels.shape
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation, image.SamplesPerPixel = 16, 16, 15, 0, 1
    image.PhotometricInterpretation = "MONOCHROME2"
    image.PixelData = pixels.tobytes()
    image["PixelData"].VR = "OW"
    stream = DicomBytesIO()
    stream.is_little_endian, stream.is_implicit_VR = True, False
    write_dataset(stream, image)
    return stream.getvalue()


def run(task, **arguments):
    return [bytes(piece) for piece in TASKS[task](**json.loads(json.dumps(arguments)))]


def test_a_data_set_is_found_behind_its_header_and_the_file_is_let_go(stored):
    place = stored(b"\x08\0\x05\0CS\0\0")
    with data_set_of(place["path"]) as view:
        assert bytes(view) == b"\x08\0\x05\0CS\0\0"
    with pytest.raises(ValueError, match="released"):
        view.tobytes()


def test_a_view_that_is_still_held_keeps_the_file_and_spoils_nothing(stored):
    with data_set_of(stored(bytes(1000))["path"]) as view:
        array = np.frombuffer(view, np.uint8)
    assert not array.any()


@pytest.mark.parametrize("content", [b"", b"\0" * 143, b"\0" * 400, b"\0" * 128 + b"DICM" + b"\0" * 300])
def test_a_file_that_is_not_complete_is_no_instance(tmp_path, content):
    path = tmp_path / "000000001.dcm"
    path.write_bytes(content)
    with pytest.raises(FileNotFoundError):
        run("frame_count", path=str(path), transfer_syntax=EXPLICIT)
    with pytest.raises(FileNotFoundError):
        run("frame_count", path=str(path) + ".gone", transfer_syntax=EXPLICIT)


@pytest.mark.parametrize(
    ("name", "count"), [("CT_small.dcm", 1), ("rtdose.dcm", 15), ("color3d_jpeg_baseline.dcm", 120), ("reportsi.dcm", 0)]
)
def test_frames_are_counted(stored, name, count):
    assert run("frame_count", **stored(*sample(name))) == [b"%d" % count]


@pytest.mark.parametrize(
    "syntax", [EXPLICIT, IMPLICIT, BIG, uids.JPEG_LS_LOSSLESS, uids.RLE_LOSSLESS, uids.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN]
)
def test_frames_are_the_same_pixels_however_the_instance_is_stored(stored, syntax):
    pixels = np.random.default_rng(1).integers(0, 4096, (5, 30, 20), np.uint16)
    original = multi_frame(pixels)
    place = stored(transcode(original, EXPLICIT, syntax), syntax)
    expected = [pixels[index].tobytes() for index in (4, 0, 0)]
    assert run("frames", **place, numbers=[5, 1, 1], wanted_syntax=EXPLICIT) == expected
    assert run("frames", **place, numbers=[5, 1, 1], wanted_syntax=BIG) == [
        pixels[index].byteswap().tobytes() for index in (4, 0, 0)
    ]
    for wanted in (uids.JPEG_LS_LOSSLESS, uids.JPEG_2000_LOSSLESS, uids.RLE_LOSSLESS):
        found = run("frames", **place, numbers=[5, 1, 1], wanted_syntax=wanted)
        coded = transcode(original, EXPLICIT, wanted)
        content = locate(coded, wanted)
        for index, frame in zip((4, 0, 0), found, strict=True):
            assert joined(memoryview(coded), content.frames[index]) == frame + b"\0" * (len(frame) % 2)
        assert run("frames", **stored(coded, wanted), numbers=[2], wanted_syntax=EXPLICIT) == [pixels[1].tobytes()]


def test_frames_in_the_stored_coding_are_not_coded_again(stored):
    content, syntax = sample("JPEG2000.dcm")
    (found,) = run("frames", **stored(content, syntax), numbers=[1], wanted_syntax=syntax)
    assert found == joined(memoryview(content), locate(content, syntax).frames[0])


def test_a_batch_ends_with_the_frame_that_fills_it(stored):
    rows = 1024
    original = multi_frame(np.zeros((5, rows, rows), np.uint16))
    found = run("frames", **stored(original), numbers=[1, 2, 3, 4, 5], wanted_syntax=EXPLICIT)
    assert len(found) == -(-WORKER_BATCH_BYTES // (2 * rows * rows)) < 5


@pytest.mark.parametrize("number", [0, -1, 2, 2**63])
def test_a_frame_that_is_not_there_is_named(stored, number):
    with pytest.raises(LocalError, match=f"no frame {number}"):
        run("frames", **stored(*sample("CT_small.dcm")), numbers=[number], wanted_syntax=EXPLICIT)


def test_a_picture_is_what_was_asked_for(stored):
    wanted = Rendering("image/png", window=Window(0, 500), viewport=Viewport(64, 64))
    (picture,) = run("rendered", **stored(*sample("CT_small.dcm")), frame=1, wanted=words(wanted))
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20], "big") == 64


def test_a_whole_data_set_changes_its_transfer_syntax(stored):
    original = sample("CT_small.dcm")
    expected = transcode(*original, uids.JPEG_LS_LOSSLESS)
    assert run("data_set", **stored(*original), wanted_syntax=uids.JPEG_LS_LOSSLESS) == [expected]
    assert [bytes(piece) for piece in TASKS["transcoded"](original[1], uids.JPEG_LS_LOSSLESS, payload=original[0])] == [expected]


def test_a_broken_data_set_is_told_from_what_cannot_be_done(stored):
    content, syntax = sample("CT_small.dcm")
    with pytest.raises(UnreadableDataset, match="not changed into"):
        run("data_set", **stored(content[:-100], syntax), wanted_syntax=IMPLICIT)
    with pytest.raises(LocalError, match="cannot be changed"):
        run("data_set", **stored(content, syntax), wanted_syntax="1.2.840.10008.1.2.4.100")


def test_too_little_memory_is_told_as_that(stored, monkeypatch):
    def starved(*_):
        raise LocalError("too large for this computer's memory") from MemoryError()

    monkeypatch.setattr("isocenter.imaging.transcode.transcode", starved)
    with pytest.raises(MemoryError):
        run("data_set", **stored(*sample("CT_small.dcm")), wanted_syntax=IMPLICIT)


def test_attributes_come_as_json_with_their_bulk_data_elsewhere(stored):
    instances = [
        {**stored(*sample(name)), "study": "1", "series": "2", "instance": str(number)}
        for number, name in enumerate(("CT_small.dcm", "MR_small.dcm"))
    ]
    uri = "http://here/studies/{study}/series/{series}/instances/{instance}/bulkdata/{path}"
    found = [json.loads(piece) for piece in run("metadata", instances=instances, bulk_data_uri=uri)]
    assert [one["00080060"]["Value"] for one in found] == [["CT"], ["MR"]]
    assert found[1]["7FE00010"]["BulkDataURI"] == "http://here/studies/1/series/2/instances/1/bulkdata/7FE00010"


def test_bulk_data_is_the_value_of_one_element(stored):
    original = sample("CT_small.dcm")
    assert run("bulk_data", **stored(*original), element="7FE00010") == [
        native_frame(memoryview(original[0]), locate(*original), 0)
    ]
    with pytest.raises(LocalError):
        run("bulk_data", **stored(*original), element="00190010/1/00190010")


def test_a_deflated_data_set_is_read_as_any_other(stored):
    content = deflated(sample("CT_small.dcm")[0])
    place = stored(content, uids.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN)
    assert run("frame_count", **place) == [b"1"]
    assert len(run("frames", **place, numbers=[1], wanted_syntax=EXPLICIT)[0]) == 128 * 128 * 2
    with pytest.raises(UnreadableDataset):
        run("frames", **stored(gzip.compress(b"x"), place["transfer_syntax"]), numbers=[1], wanted_syntax=EXPLICIT)
