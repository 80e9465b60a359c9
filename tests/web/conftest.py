"""One archive of real images in many encodings, with worker processes and all, for the tests of retrieval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pydicom
import pytest
from pydicom.data import get_testdata_file
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from tests.web.houses import Lived, lived

from isocenter.archive.archive import Archive
from isocenter.archive.catalogue import IndexCatalogue
from isocenter.archive.index_reader import IndexReader
from isocenter.base.clock import SystemClock
from isocenter.daemon.pictures import HousePictures
from isocenter.dataset import part10
from isocenter.dicomweb.resources import path_of
from isocenter.jobs.pool import Pool
from isocenter.model.records import Arrival, Stored
from isocenter.web.app import EXPLAINED
from isocenter.web.gate import DICOM_WEB, Gate
from isocenter.web.house import WebHouse
from isocenter.web.retrieval import Retrieval

NAMES = {
    "ct": "CT_small.dcm",
    "jpeg 2000": "JPEG2000.dcm",
    "frames": "emri_small.dcm",
    "frames of rle": "emri_small_RLE.dcm",
    "big endian": "MR_small_bigendian.dcm",
    "implicit": "rtdose.dcm",
    "deflated": "image_dfl.dcm",
    "report": "test-SR.dcm",
    "bits": "liver.dcm",
    "colour": "examples_rgb_color.dcm",
}


@dataclass(frozen=True)
class Kept:
    """One stored instance: where it is, what pydicom reads of it, its data set as it was stored."""

    path: str
    uid: str
    read: pydicom.Dataset
    data_set: bytes
    transfer_syntax: str


@dataclass
class Images:
    """The archive, a browser before its DICOMweb, and what it holds by name."""

    house: WebHouse
    retrieval: Retrieval
    browser: TestClient
    kept: dict[str, Kept]

    def get(self, path: str, accept: str = "*/*", **headers: str):
        return self.browser.get(DICOM_WEB + path, headers={"accept": accept, **headers})


def one_of_its_own(name: str) -> bytes:
    """A file of pydicom's; one of two that share a SOP Instance UID gets another."""
    content = Path(str(get_testdata_file(name))).read_bytes()
    return content.replace(b"669640998622", b"669640998621") if "_RLE" in name else content


def keep(archive: Archive, content: bytes) -> Kept:
    head = part10.read_header(content)
    data_set = content[head.dataset_offset :]
    read = pydicom.dcmread(pydicom.filebase.DicomBytesIO(content), force=True)
    reception = archive.begin(Arrival(read.SOPClassUID, read.SOPInstanceUID, head.transfer_syntax, SystemClock().now()))
    reception.write(data_set)
    assert isinstance(reception.finish(), Stored)
    path = path_of(read.StudyInstanceUID, read.SeriesInstanceUID, read.SOPInstanceUID)
    return Kept(path, str(read.SOPInstanceUID), read, data_set, head.transfer_syntax)


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Images]:
    with Archive(tmp_path_factory.mktemp("images")) as archive:
        reader, pool = IndexReader(archive.index), Pool(1)
        kept = {name: keep(archive, one_of_its_own(file)) for name, file in NAMES.items()}
        house = WebHouse(
            catalogue=IndexCatalogue(reader, archive),
            blobs=archive,
            intake=archive,
            pictures=HousePictures(pool, archive),
            metadata=None,
            clock=SystemClock(),
            remove=archive.remove,
        )
        retrieval = Retrieval(house)
        inside = Starlette(routes=[Mount(DICOM_WEB, routes=retrieval.routes())], exception_handlers=EXPLAINED)

        async def answered(scope, receive, send):
            await ((retrieval.frames.at_once(scope) if scope["type"] == "http" else None) or inside)(scope, receive, send)

        with TestClient(Gate(answered), base_url="http://127.0.0.1:8114", raise_server_exceptions=False) as browser:
            yield Images(house, retrieval, browser, kept)
        pool.close()
        reader.close()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """A house for all tests of a room; where each needs its own, its room says so."""
    with lived(tmp_path_factory.mktemp("houses") / "here") as house:
        yield house


def parts(answer) -> list[tuple[dict[str, str], bytes]]:
    """The parts of a multipart answer, taken apart by the rules alone."""
    kind = answer.headers["content-type"]
    boundary = kind.partition("boundary=")[2].encode()
    pieces = answer.content.split(b"--" + boundary)
    assert pieces[0] == b""
    assert pieces[-1] == b"--\r\n"
    found = []
    for piece in pieces[1:-1]:
        head, blank, body = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        assert blank
        assert body.endswith(b"\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        found.append(({name.lower(): value for name, value in headers.items()}, body[:-2]))
    return found
