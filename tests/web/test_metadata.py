"""Metadata over HTTP: a real archive, real processes, plain and packed the same, and no answer that lacks an instance."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator

import pydicom
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from tests.web.houses import Lived, lived

from isocenter.base.clock import SystemClock
from isocenter.base.errors import Exhausted
from isocenter.lab import phantom
from isocenter.model.attributes import Level
from isocenter.web import metadata as room
from isocenter.web.app import EXPLAINED, dicom_web
from isocenter.web.gate import DICOM_WEB
from isocenter.web.house import WebHouse
from isocenter.web.retrieval import Retrieval

HOST = "http://127.0.0.1:8114"
"""What the test client says that it asks."""


class Asked:
    """A house with two series of one study, and a client before it."""

    def __init__(self, it: Lived) -> None:
        self.it = it
        house = it.house
        self.web = WebHouse(
            catalogue=house.catalogue,
            blobs=house.archive,
            intake=house.archive,
            pictures=house.pictures,
            metadata=house.metadata,
            clock=SystemClock(),
        )
        self.client = TestClient(
            Starlette(routes=[Mount(DICOM_WEB, routes=room.routes(self.web))], exception_handlers=EXPLAINED),
            base_url=HOST,
            raise_server_exceptions=False,
        )
        self.data_sets = [*phantom.ct_series(7, slices=4, side_pixels=32), *phantom.mr_series(7, slices=3, side_pixels=32)]
        it.keep(self.data_sets)
        self.study = str(self.data_sets[0].StudyInstanceUID)
        self.series = str(self.data_sets[0].SeriesInstanceUID)
        self.instance = str(self.data_sets[0].SOPInstanceUID)
        self.path = f"{DICOM_WEB}/studies/{self.study}"

    def get(self, path: str = "", **headers: str):
        return self.client.get(f"{self.path}{path}/metadata", headers=headers)


@pytest.fixture(scope="module")
def asked(tmp_path_factory) -> Iterator[Asked]:
    with lived(tmp_path_factory.mktemp("house")) as it:
        yield Asked(it)


def expected(data_set: pydicom.Dataset) -> dict:
    told = json.loads(json.dumps(data_set.to_json_dict()))
    return {tag: attribute for tag, attribute in told.items() if tag != "7FE00010"}


def compared(told: list[dict], data_sets: list[pydicom.Dataset]) -> None:
    by_uid = {one["00080018"]["Value"][0]: one for one in told}
    assert len(told) == len(by_uid) == len(data_sets)
    for data_set in data_sets:
        one = dict(by_uid[data_set.SOPInstanceUID])
        link = one.pop("7FE00010")["BulkDataURI"]
        place = f"studies/{data_set.StudyInstanceUID}/series/{data_set.SeriesInstanceUID}/instances/{data_set.SOPInstanceUID}"
        assert link == f"{HOST}{DICOM_WEB}/{place}/bulkdata/7FE00010"
        theirs = expected(data_set)
        assert one.keys() == theirs.keys()
        for tag, attribute in one.items():
            ours, wanted = attribute.get("Value", []), theirs[tag].get("Value", [])
            assert attribute["vr"] == theirs[tag]["vr"]
            assert [value for value in ours if value] == [value for value in wanted if value]


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_every_level_tells_every_instance(asked, encoding):
    headers = {"accept-encoding": encoding}
    compared(asked.get(**headers).json(), asked.data_sets)
    compared(asked.get(f"/series/{asked.series}", **headers).json(), asked.data_sets[:4])
    compared(asked.get(f"/series/{asked.series}/instances/{asked.instance}", **headers).json(), asked.data_sets[:1])


def test_packed_is_plain_packed(asked):
    for path in ("", f"/series/{asked.series}", f"/series/{asked.series}/instances/{asked.instance}"):
        plain = asked.get(path, **{"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        with asked.client.stream("GET", f"{asked.path}{path}/metadata", headers={"accept-encoding": "gzip"}) as packed:
            raw = b"".join(packed.iter_raw())
        assert packed.headers["content-encoding"] == "gzip"
        reader = zlib.decompressobj(wbits=31)
        assert reader.decompress(raw) == plain.content
        assert reader.eof
        assert reader.unused_data == b""
        assert gzip.decompress(raw) == plain.content
        assert packed.headers["vary"] == "Accept, Accept-Encoding"


def test_a_series_has_its_length_and_a_tag_that_saves_sending_it_again(asked):
    for encoding in ("identity", "gzip"):
        headers = {"accept-encoding": encoding}
        first = asked.get(f"/series/{asked.series}", **headers)
        assert int(first.headers["content-length"]) > 0
        again = asked.get(f"/series/{asked.series}", **headers, **{"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = asked.get(f"/series/{asked.series}", **headers, **{"if-none-match": '"another"'})
        assert other.status_code == 200


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("application/dicom+json", "application/dicom+json"),
        ("application/json", "application/json"),
        ("*/*", "application/dicom+json"),
        ("text/html, application/json;q=0.5", "application/json"),
    ],
)
def test_the_media_type_is_what_is_accepted(asked, accept, answered):
    assert asked.get(f"/series/{asked.series}", accept=accept).headers["content-type"] == answered


@pytest.mark.parametrize("accept", ["application/dicom+xml", 'multipart/related; type="application/dicom+xml"', "image/png"])
def test_whoever_takes_no_json_gets_none(asked, accept):
    answer = asked.get(f"/series/{asked.series}", accept=accept)
    assert answer.status_code == 406
    assert "application/dicom+json" in answer.json()["detail"]


def test_what_is_not_there_is_not_found(asked):
    paths = ("/series/1.2.3", f"/series/1.2.3/instances/{asked.instance}", f"/series/{asked.series}/instances/1.2.3")
    for path in paths:
        answer = asked.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["status"] == 404
    assert asked.client.get(f"{DICOM_WEB}/studies/1.2.3/metadata").status_code == 404
    assert asked.client.get(f"{DICOM_WEB}/studies/1.2.x/metadata").status_code == 400
    assert asked.client.get(f"{DICOM_WEB}/studies/1.2.3/series/{asked.series}/metadata").status_code == 404


def test_head_tells_without_sending(asked):
    for path in ("", f"/series/{asked.series}", f"/series/{asked.series}/instances/{asked.instance}"):
        answer = asked.client.head(f"{asked.path}{path}/metadata")
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-type"] == "application/dicom+json"


def test_a_worker_that_took_too_long_is_told_before_the_first_byte(asked):
    class Slow:
        def series(self, *_asked, **_how):
            raise Exhausted("took more than 30 seconds")

    web = WebHouse(asked.web.catalogue, asked.web.blobs, asked.web.intake, asked.web.pictures, Slow(), asked.web.clock)
    routes = [Mount(DICOM_WEB, routes=room.routes(web))]
    with TestClient(Starlette(routes=routes, exception_handlers=EXPLAINED), base_url=HOST) as client:
        answer = client.get(f"{asked.path}/metadata")
    assert answer.status_code == 503
    assert "30 seconds" in answer.json()["detail"]


def test_what_is_removed_is_gone_from_its_study(tmp_path):
    with lived(tmp_path) as it:
        asked = Asked(it)
        assert len(asked.get().json()) == 7
        it.house.archive.remove(Level.IMAGE, asked.instance)
        assert len(asked.get().json()) == 6
        it.house.archive.remove(Level.SERIES, asked.series)
        assert len(asked.get().json()) == 3
        it.house.archive.remove(Level.STUDY, asked.study)
        assert asked.get().status_code == 404


def test_every_link_leads_to_the_value(asked):
    routes = [Mount(DICOM_WEB, routes=[*Retrieval(asked.web).routes(), *dicom_web(asked.web)])]
    with TestClient(Starlette(routes=routes, exception_handlers=EXPLAINED), base_url=HOST) as client:
        for one in client.get(f"{asked.path}/metadata").json():
            data_set = pydicom.Dataset.from_json(
                one, lambda uri: client.get(uri, headers={"accept": "application/octet-stream"}).content
            )
            original = next(image for image in asked.data_sets if image.SOPInstanceUID == data_set.SOPInstanceUID)
            assert data_set.PixelData == original.PixelData


def test_pydicom_reads_it_back(asked):
    for one in asked.get(f"/series/{asked.series}").json():
        data_set = pydicom.Dataset.from_json(one, lambda uri: uri.encode())
        original = next(image for image in asked.data_sets if image.SOPInstanceUID == data_set.SOPInstanceUID)
        assert data_set.PatientName == original.PatientName
        assert data_set.ImagePositionPatient == original.ImagePositionPatient
        assert data_set.PixelSpacing == original.PixelSpacing
