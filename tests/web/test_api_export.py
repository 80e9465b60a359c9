"""`/api/archive.zip`: what is downloaded is an archive that others read, a medium with its directory, and the bytes as received."""

from __future__ import annotations

import contextlib
import io
import itertools
import zipfile
from datetime import UTC, datetime

import pydicom
import pytest
from pydicom.fileset import FileSet
from tests.web.houses import lived

from isocenter.lab import phantom
from isocenter.web import api_export, sending, zip_file
from isocenter.web.zip_file import Member, ZipWriter, length_of

NOON = datetime(2026, 1, 2, 12, 0, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def images():
    found = [*phantom.ct_series(1, slices=3, side_pixels=16), *phantom.mr_series(1, slices=2, side_pixels=16)]
    found += phantom.ct_series(2, slices=1, side_pixels=1000)
    found[0].PatientName = found[3].PatientName = "Grün^Jörg"
    return found


@pytest.fixture(scope="module")
def here(tmp_path_factory, images):
    with lived(tmp_path_factory.mktemp("houses") / "here") as house:
        house.keep(images)
        yield house


@pytest.fixture
def fetched(here):
    def fetch(**asked):
        answer = here.browser.get("/api/archive.zip", params=asked)
        assert answer.status_code == 200, answer.text
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert answer.headers["content-type"] == "application/zip"
        return zipfile.ZipFile(io.BytesIO(answer.content)), answer.headers["content-disposition"]

    return fetch


def test_every_file_is_what_was_received(fetched, images):
    packed, name = fetched(study=images[0].StudyInstanceUID)
    assert packed.testzip() is None
    assert name == f'attachment; filename="study-{images[0].StudyDate}.zip"'
    assert packed.namelist()[0] == "DICOMDIR"
    found = {pydicom.dcmread(io.BytesIO(packed.read(entry))).SOPInstanceUID: packed.read(entry) for entry in packed.namelist()[1:]}
    assert set(found) == {image.SOPInstanceUID for image in images[:5]}
    for image in images[:5]:
        assert found[image.SOPInstanceUID].endswith(phantom.data_set_bytes(image))


def test_while_others_download_files_are_read_in_smaller_pieces_and_are_the_same(fetched, images, monkeypatch):
    asked, read = [], sending.read
    monkeypatch.setattr(sending, "read", lambda blob, offset, length: asked.append(length) or read(blob, offset, length))
    with contextlib.ExitStack() as others:
        for _ in range(127):
            others.enter_context(sending.window.taken())
        packed, _ = fetched(study=images[5].StudyInstanceUID)
    assert packed.testzip() is None
    assert packed.read(packed.namelist()[1]).endswith(phantom.data_set_bytes(images[5]))
    assert (max(asked), sum(asked)) == (128 * 1024, len(phantom.data_set_bytes(images[5])))


def test_series_and_studies_can_be_mixed_and_nothing_comes_twice(fetched, images):
    packed, name = fetched(study=[images[0].StudyInstanceUID, images[5].StudyInstanceUID], series=images[0].SeriesInstanceUID)
    assert len(packed.namelist()) == 1 + 6
    assert 'filename="2-studies.zip"' in name
    packed, _ = fetched(series=images[3].SeriesInstanceUID)
    assert packed.namelist() == ["DICOMDIR", "DICOM/ST000001/SE000001/IM000001", "DICOM/ST000001/SE000001/IM000002"]


def test_it_is_a_medium_with_a_directory(fetched, images, tmp_path, request):
    packed, _ = fetched(study=[images[0].StudyInstanceUID, images[5].StudyInstanceUID])
    packed.extractall(tmp_path)
    medium = FileSet(tmp_path / "DICOMDIR")
    request.addfinalizer(medium._stage["t"].cleanup)
    assert {one.SOPInstanceUID for one in medium} == {image.SOPInstanceUID for image in images}
    assert {str(name) for name in medium.find_values("PatientName")} >= {"Grün^Jörg"}
    [found] = medium.find(SOPInstanceUID=images[4].SOPInstanceUID)
    assert found.load().Modality == "MR"
    directory = pydicom.dcmread(tmp_path / "DICOMDIR")
    kinds = [record.DirectoryRecordType for record in directory.DirectoryRecordSequence]
    assert kinds.count("IMAGE") == 6
    assert [kind for kind, _ in itertools.groupby(kinds)][:4] == ["PATIENT", "STUDY", "SERIES", "IMAGE"]


@pytest.mark.parametrize("query", ["", "study=", "study=1.2.3", "series=x*"])
def test_nothing_makes_no_archive(here, query):
    assert here.browser.get(f"/api/archive.zip?{query}").status_code in {400, 404}


def test_more_than_the_limit_is_refused_before_anything_is_sent(here, images, monkeypatch):
    monkeypatch.setattr(api_export, "EXPORT_INSTANCES_MAX", 4)
    refused = here.browser.get("/api/archive.zip", params={"study": images[0].StudyInstanceUID})
    assert (refused.status_code, "4 instances" in refused.json()["detail"]) == (400, True)


def test_what_is_removed_meanwhile_leaves_an_archive_that_nobody_takes_for_whole(here, images, monkeypatch):
    monkeypatch.setattr(api_export, "_read", lambda *_: (_ for _ in ()).throw(FileNotFoundError("gone")))
    answer = here.browser.get("/api/archive.zip", params={"study": images[5].StudyInstanceUID})
    assert len(answer.content) < int(answer.headers["content-length"])


def test_long_archives_are_written_as_zip64(monkeypatch):
    members = [Member(f"F{number}", 400, NOON) for number in range(5)]
    monkeypatch.setattr(zip_file, "_FULL_32", 1000)
    monkeypatch.setattr(zip_file, "_FULL_16", 4)
    writer, content = ZipWriter(), bytes(400)
    whole = b"".join(writer.before(member, zip_file_crc(content)) + content for member in members) + writer.end()
    assert len(whole) == length_of(members)
    assert whole.count(b"PK\x06\x06") == 1


def zip_file_crc(content: bytes) -> int:
    return zipfile.crc32(content)


def test_a_file_of_more_than_4_gib_says_so_where_readers_look():
    member = Member("BIG", 5 * 1024**3, NOON)
    writer = ZipWriter()
    header = writer.before(member, 0)
    assert header[-16:] == (5 * 1024**3).to_bytes(8, "little") * 2
    after = writer.before(Member("NEXT", 10, NOON), 0)
    assert b"PK\x06\x07" in writer.end()
    assert length_of([member, Member("NEXT", 10, NOON)]) == len(header) + member.length + len(after) + 10 + len(writer.end())
