"""Frames over HTTP: the stored bytes as they are, in another syntax bit for bit, and nothing for what is not there."""

import imagecodecs
import numpy as np
import pydicom
import pytest
from tests.web.conftest import keep, parts

from isocenter.dataset import part10
from isocenter.model.attributes import Level
from isocenter.standard import transfer_syntax as uids
from isocenter.web import frames as room
from isocenter.web import sending, stored

OCTETS = 'multipart/related; type="application/octet-stream"'
AS_STORED = f"{OCTETS}; transfer-syntax=*"
NATIVE = uids.EXPLICIT_VR_LITTLE_ENDIAN


def native(read: pydicom.Dataset, frame: int) -> bytes:
    array = read.pixel_array
    count = int(read.get("NumberOfFrames", 1) or 1)
    one = array[frame - 1] if count > 1 else array
    return np.ascontiguousarray(one.astype(one.dtype.newbyteorder("<"))).tobytes()


@pytest.mark.parametrize("name", ["ct", "jpeg 2000", "frames", "frames of rle", "big endian", "implicit", "deflated", "colour"])
def test_a_frame_is_the_pixels_that_pydicom_reads(images, name):
    kept = images.kept[name]
    answer = images.get(f"{kept.path}/frames/1", OCTETS)
    assert answer.status_code == 200
    ((headers, body),) = parts(answer)
    assert headers["content-type"] == f"application/octet-stream; transfer-syntax={NATIVE}"
    assert body == native(kept.read, 1)


@pytest.mark.parametrize(("name", "kind"), [("jpeg 2000", "image/jp2"), ("frames of rle", "image/dicom-rle")])
def test_a_codestream_goes_out_as_it_is_stored_where_any_syntax_will_do(images, name, kind):
    kept = images.kept[name]
    count = int(kept.read.get("NumberOfFrames", 1))
    stored = list(pydicom.encaps.generate_frames(kept.read.PixelData, number_of_frames=count))
    for number in (1, count):
        ((headers, body),) = parts(images.get(f"{kept.path}/frames/{number}", AS_STORED))
        assert headers["content-type"] == f"application/octet-stream; transfer-syntax={kept.transfer_syntax}"
        assert body == stored[number - 1]
        ((headers, body),) = parts(images.get(f"{kept.path}/frames/{number}", f'multipart/related; type="{kind}"'))
        assert headers["content-type"].startswith(kind)
        assert body == stored[number - 1]


def test_many_frames_come_as_parts_in_the_order_asked_for_repetitions_and_all(images):
    for name in ("frames", "frames of rle"):
        kept = images.kept[name]
        answer = images.get(f"{kept.path}/frames/3,1,3", OCTETS)
        assert [body for _, body in parts(answer)] == [native(kept.read, number) for number in (3, 1, 3)]
    assert int(images.get(f"{images.kept['frames'].path}/frames/3,1", OCTETS).headers["content-length"]) > 0


def test_a_single_part_is_the_frame_and_nothing_else(images):
    kept = images.kept["ct"]
    for accept in ("application/octet-stream", "application/octet-stream; transfer-syntax=*"):
        answer = images.get(f"{kept.path}/frames/1", accept)
        assert answer.headers["content-type"] == f"application/octet-stream; transfer-syntax={NATIVE}"
        assert answer.content == kept.read.PixelData


def test_a_range_of_a_single_part_is_those_bytes_of_the_same_frame(images):
    path, pixels = f"{images.kept['ct'].path}/frames/1", images.kept["ct"].read.PixelData
    tags = set()
    for _ in range(2):
        answer = images.get(path, "application/octet-stream")
        assert answer.headers["accept-ranges"] == "bytes"
        tags.add(answer.headers["etag"])
        part = images.get(path, "application/octet-stream", range="bytes=100-199", **{"if-range": answer.headers["etag"]})
        assert (part.status_code, part.content) == (206, pixels[100:200])
        assert part.headers["content-range"] == f"bytes 100-199/{len(pixels)}"
    assert len(tags) == 1
    assert images.get(path, "application/octet-stream", range="bytes=99999999-").status_code == 416


def test_the_query_names_what_is_accepted_and_wins(images):
    kept = images.kept["ct"]
    answer = images.get(f"{kept.path}/frames/1?accept=application/octet-stream", "text/html")
    assert answer.content == kept.read.PixelData


def test_a_frame_asked_for_again_is_answered_at_once_and_the_same(images):
    kept = images.kept["ct"]
    first = images.get(f"{kept.path}/frames/1", OCTETS)
    scope = {
        "path": f"/dicom-web{kept.path}/frames/1",
        "method": "GET",
        "query_string": b"",
        "headers": [(b"accept", OCTETS.encode())],
    }
    assert images.retrieval.frames.at_once(scope) is not None
    assert parts(images.get(f"{kept.path}/frames/1", OCTETS)) == parts(first)
    assert images.get(f"{kept.path}/frames/1", OCTETS).headers["content-type"] != first.headers["content-type"], "a fresh boundary"


@pytest.mark.parametrize(
    "path", ["/frames/0", "/frames/-1", "/frames/x", "/frames/", "/frames/1,,2", "/frames/9223372036854775808"]
)
def test_a_frame_list_without_sense_is_refused(images, path):
    answer = images.get(images.kept["ct"].path + path)
    assert answer.status_code in (400, 404)
    assert answer.json()["status"] == answer.status_code


def test_a_frame_that_is_not_there_is_named(images):
    answer = images.get(f"{images.kept['frames'].path}/frames/1,11", OCTETS)
    assert answer.status_code == 404
    assert "no frame 11" in answer.json()["detail"]
    for _ in range(2):
        assert images.get(f"{images.kept['ct'].path}/frames/2", OCTETS).status_code == 404


def test_an_instance_without_pixels_has_no_frames(images):
    answer = images.get(f"{images.kept['report'].path}/frames/1", OCTETS)
    assert answer.status_code == 404
    assert "no Pixel Data" in answer.json()["detail"]


def test_an_instance_is_found_below_its_own_study_and_series_only(images):
    kept, other = images.kept["ct"], images.kept["frames"]
    images.get(f"{kept.path}/frames/1", OCTETS)
    for path in (kept.path.replace(kept.read.StudyInstanceUID, "1.2.3"), other.path.replace(other.uid, kept.uid)):
        assert images.get(f"{path}/frames/1", OCTETS).status_code == 404


@pytest.mark.parametrize("accept", ["text/html", "image/jls; transfer-syntax=1.2.3", 'multipart/related; type="video/mp4"'])
def test_what_cannot_be_given_is_refused_with_what_can(images, accept):
    answer = images.get(f"{images.kept['ct'].path}/frames/1", accept)
    assert answer.status_code == 406
    assert "application/octet-stream" in answer.json()["detail"]


def test_native_pixels_can_be_had_in_a_lossless_coding(images):
    kept = images.kept["ct"]
    answer = images.get(f"{kept.path}/frames/1", f'multipart/related; type="image/jls"; transfer-syntax={uids.JPEG_LS_LOSSLESS}')
    ((headers, body),) = parts(answer)
    assert headers["content-type"] == f"image/jls; transfer-syntax={uids.JPEG_LS_LOSSLESS}"
    assert imagecodecs.jpegls_decode(body).tobytes() == kept.read.PixelData


def test_frames_of_one_bit_begin_at_a_byte_of_their_own(images):
    kept = images.kept["bits"]
    read, size = kept.read, kept.read.Rows * kept.read.Columns
    answer = images.get(f"{kept.path}/frames/2", OCTETS)
    ((_, body),) = parts(answer)
    assert np.array_equal(np.unpackbits(np.frombuffer(body, np.uint8), bitorder="little")[:size], read.pixel_array[1].ravel())


def test_a_head_request_says_how_long_the_answer_would_be(images):
    kept = images.kept["ct"]
    answer = images.browser.head(f"/dicom-web{kept.path}/frames/1", headers={"accept": OCTETS})
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) > len(kept.read.PixelData)
    assert answer.content == b""


def test_a_frame_larger_than_a_chunk_comes_in_chunks(images, monkeypatch):
    monkeypatch.setattr(room, "SEND_BYTES", 1000)
    monkeypatch.setattr("isocenter.web.sending.SEND_BYTES", 1000)
    monkeypatch.setattr("isocenter.web.sending.SEND_BYTES_LEAST", 1000)
    kept, asked = images.kept["ct"], []
    read = sending.read
    monkeypatch.setattr(sending, "read", lambda blob, offset, length: asked.append(length) or read(blob, offset, length))
    ((_, body),) = parts(images.get(f"{kept.path}/frames/1", OCTETS))
    assert body == kept.read.PixelData
    assert max(asked) == 1000
    assert sum(asked) == len(body)


def test_frames_are_not_looked_for_again_in_a_file_that_is_known(images, monkeypatch):
    kept, looked = images.kept["frames of rle"], []
    index = stored.index_frames
    monkeypatch.setattr(stored, "index_frames", lambda *asked: looked.append(1) or index(*asked))
    images.retrieval.frames._stored.forget(kept.uid)
    for number in (1, 2, 3):
        assert images.get(f"{kept.path}/frames/{number}", OCTETS).status_code == 200
    assert len(looked) == 1


def test_an_instance_that_is_removed_is_gone_at_once(images):
    kept = images.kept["implicit"]
    assert images.get(f"{kept.path}/frames/1", OCTETS).status_code == 200
    images.house.remove(Level.IMAGE, kept.uid)
    try:
        assert images.get(f"{kept.path}/frames/1", OCTETS).status_code == 404
    finally:
        head = part10.header(sop_class_uid=kept.read.SOPClassUID, sop_instance_uid=kept.uid, transfer_syntax=kept.transfer_syntax)
        keep(images.house.blobs, head + kept.data_set)
    assert images.get(f"{kept.path}/frames/1", OCTETS).status_code == 200


def test_what_is_remembered_is_bounded(images, monkeypatch):
    monkeypatch.setattr("isocenter.web.stored.FRAME_INDEX_PIECES_MAX", 30)
    for name in ("ct", "frames", "frames of rle", "big endian", "colour", "jpeg 2000"):
        images.get(f"{images.kept[name].path}/frames/1", AS_STORED)
    stored = images.retrieval.frames._stored
    assert 1 <= len(stored._kept) <= 3
