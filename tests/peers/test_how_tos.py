"""What the how-tos for DICOMweb tell a person to type, typed: every fenced line, against an archive in a process of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pydicom import dcmread
from tests.hostile.browsers import answered
from tests.hostile.conftest import Archived

from isocenter.dataset.part10 import read_header
from isocenter.dicomweb.resources import ROUTES
from isocenter.imaging.transcode import transcode
from isocenter.lab.phantom import ct_series, file_bytes
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, JPEG_LS_LOSSLESS

pytestmark = pytest.mark.peers
HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
PORT = "127.0.0.1:8114"


def typed(page: str, language: str, archive: Archived) -> str:
    """All blocks of a page in that language, one after the other, with the port of this archive."""
    text = (HOW_TO / page).read_text(encoding="utf-8")
    blocks = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert PORT in text
    return "\n".join(blocks).replace(PORT, f"127.0.0.1:{archive.http}")


@pytest.fixture
def archive(tmp_path):
    if sys.platform != "linux":
        pytest.skip("the process is watched as on Linux")
    opened = Archived(tmp_path / "around", has_page=True)
    yield opened
    opened.stop()


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder with an image in it."""
    image = next(ct_series(1, slices=1, side_pixels=64))
    image.PatientName, image.PatientID = "Doe^John", "4711"
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "image.dcm").write_bytes(file_bytes(image))
    return folder


def test_the_page_on_curl_can_be_typed_as_it_is(archive, folder):
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("curl and bash are not on this computer")
    lines = typed("dicomweb-with-curl.md", "sh", archive)
    assert lines.count("curl") > 15
    done = subprocess.run(["bash", "-eu", "-c", lines], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr + done.stdout[-1000:]
    image = dcmread(folder / "image.dcm")
    for name in ("stored.dcm", "old.dcm"):
        assert dcmread(folder / name) == image
    lossless = (folder / "jpeg-ls.dcm").read_bytes()
    begin = read_header(lossless)
    assert begin.transfer_syntax == JPEG_LS_LOSSLESS
    native = transcode(lossless[begin.dataset_offset :], JPEG_LS_LOSSLESS, EXPLICIT_VR_LITTLE_ENDIAN)
    assert native.endswith(image.PixelData)
    assert (folder / "frame.raw").read_bytes() == image.PixelData
    assert (folder / "first-kilobyte.raw").read_bytes() == image.PixelData[:1024]
    for name in ("picture.jpg", "thumbnail.jpg", "old.jpg"):
        assert (folder / name).read_bytes().startswith(b"\xff\xd8\xff"), name
    assert (folder / "picture.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "study.json").read_bytes().startswith(b"[{")


def test_the_page_on_python_can_be_typed_as_it_is(archive, folder, monkeypatch, capsys):
    pytest.importorskip("dicomweb_client")
    monkeypatch.chdir(folder)
    lines = typed("dicomweb-with-python.md", "python", archive)
    exec(compile(lines, "dicomweb-with-python.md", "exec"), {})
    image = dcmread("image.dcm")
    assert dcmread(f"{image.SOPInstanceUID}.dcm") == image
    assert capsys.readouterr().out.split() == [image.StudyInstanceUID, "Doe^John"]


def test_every_resource_that_the_conformance_statement_lists_is_served(archive, folder):
    image = dcmread(folder / "image.dcm")
    body = (folder / "image.dcm").read_bytes()
    assert answered(archive.http, "/dicom-web/studies", "POST", body=body, Content_Type="application/dicom").status == 200
    named = {
        "study": image.StudyInstanceUID, "series": image.SeriesInstanceUID, "instance": image.SOPInstanceUID,
        "frames": "1", "path": "7FE00010",
    }  # fmt: skip
    for route in ROUTES:
        path = "/dicom-web" + route.template.format(**named)
        if "GET" in route.methods:
            assert answered(archive.http, path, Accept="*/*").status == 200, path
        if "OPTIONS" in route.methods:
            assert answered(archive.http, path, "OPTIONS").status == 200, path
        if "DELETE" in route.methods:
            assert answered(archive.http, path, "DELETE").status == 405, "without the setting nothing is deleted"
