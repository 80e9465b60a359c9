"""The imaging floor in Chromium: what is on the canvas is what pydicom's arrays and the server's pictures say, to the grey level.

The floor is bundled alone and runs in an empty page of a real archive; no page of the workstation takes part.
"""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from data_store import DataStore
from playwright.sync_api import Page, Route
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from tests.browser import odd_images
from tests.browser.conftest import ROOT, launched
from tests.peers.processes import House, is_listening, wait_for

ENTRY = ROOT / "tests" / "browser" / "imaging_entry.ts"
BUNDLE = """
import { build } from "vite";
await build({
  configFile: false, publicDir: false, base: "./", root: process.argv[1], logLevel: "error", worker: { format: "es" },
  build: { outDir: process.argv[3], emptyOutDir: true, assetsInlineLimit: 0, target: "es2022", minify: false,
           lib: { entry: process.argv[2], formats: ["es"], fileName: () => "imaging.js" } },
});
"""
PYDICOM = Path(pydicom.__file__).parent / "data" / "test_files"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory) -> Path:
    """The imaging floor as one script, and its worker."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    folder = tmp_path_factory.mktemp("imaging")
    web = ROOT / "web"
    command = ["node", "--input-type=module", "-e", BUNDLE, str(web), str(ENTRY), str(folder)]
    subprocess.run(command, cwd=web, check=True, timeout=120)
    return folder


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Iterator[House]:
    house = House.start(tmp_path_factory.mktemp("house"))
    wait_for("the page", lambda: is_listening(house.http))
    yield house
    house.server.end()


Ask = Callable[..., Any]


def opened(page: Page, archive: House, bundle: Path) -> Ask:
    """An empty page of the archive with the floor in it; `ask("pictures", study)` calls one of its functions."""
    base = f"http://127.0.0.1:{archive.http}/under-test"

    def answer(route: Route) -> None:
        name = route.request.url.removeprefix(f"{base}/")
        if name == "page.html":
            route.fulfill(body="<!doctype html><title>imaging</title>", content_type="text/html")
        else:
            route.fulfill(path=bundle / name, content_type="text/javascript")

    page.route(f"{base}/**", answer)
    page.goto(f"{base}/page.html")
    page.evaluate("import('/under-test/imaging.js')")

    def ask(name: str, *arguments: Any) -> Any:
        return page.evaluate("([name, given]) => globalThis.imaging[name](...given)", [name, list(arguments)])

    return ask


@pytest.fixture(scope="module")
def ask(archive, bundle, chromium) -> Iterator[Ask]:
    page = chromium.new_page()
    yield opened(page, archive, bundle)
    page.close()


@pytest.fixture
def ask_without_webgl(archive, bundle, playwright) -> Iterator[Ask]:
    with launched(playwright, "--disable-3d-apis") as browser:
        yield opened(browser.new_page(), archive, bundle)


def path_of(name: str) -> Path:
    """Where a file of pydicom or of pydicom-data is."""
    return PYDICOM / name if (PYDICOM / name).exists() else Path(DataStore().data_path) / name


def imported(archive: House, folder: Path, *names: str) -> list[pydicom.Dataset]:
    """Copies of test files of pydicom, each under UIDs of its own, as several of them share theirs; now in the archive."""
    datasets = []
    for name in names:
        dataset = pydicom.dcmread(path_of(name))
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
            setattr(dataset, keyword, generate_uid())
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.save_as(folder / name)
        datasets.append(dataset)
    archive.cli("import", *(str(folder / name) for name in names), codes=(0, 1))
    return datasets


def levels(values: np.ndarray, center: float, width: float, function: str = "LINEAR") -> np.ndarray:
    """The formulas of PS3.3 C.11.2.1, from 0 to 255, halves rounded up."""
    if function == "SIGMOID":
        level = 255 / (1 + np.exp(-4 * (values - center) / width))
    else:
        center, width = (center - 0.5, width - 1) if function == "LINEAR" else (center, width)
        level = np.where(values <= center - width / 2, 0.0, 255.0)
        inside = (values > center - width / 2) & (values <= center + width / 2)
        level[inside] = ((values[inside] - center) / width + 0.5) * 255
    return np.floor(np.clip(level, 0, 255) + 0.5).astype(int)


def shown(picture: dict[str, Any]) -> np.ndarray:
    """What the canvas showed: rows, columns, and three samples where it was colour."""
    shape = (picture["rows"], picture["columns"], *((3,) if picture["samples"] == 3 else ()))
    return np.frombuffer(base64.b64decode(picture["bytes"]), np.uint8).reshape(shape).astype(int)


GREY = {
    "CT_small.dcm": [(40, 400, "LINEAR"), (40, 80, "LINEAR"), (-600, 1500, "LINEAR"), (480, 2500, "LINEAR"), (40, 1, "LINEAR")],
    "MR_small.dcm": [(600, 1600, "LINEAR"), (600, 1600, "LINEAR_EXACT"), (600, 1600, "SIGMOID")],
    "MR_small_bigendian.dcm": [(600, 1600, "LINEAR")],
    "MR_small_RLE.dcm": [(600, 1600, "LINEAR")],
    "MR_small_jpeg_ls_lossless.dcm": [(600, 1600, "LINEAR")],
    "MR_small_jp2klossless.dcm": [(600, 1600, "LINEAR")],
}


@pytest.mark.parametrize("name", GREY)
def test_a_canvas_shows_the_grey_levels_of_pydicoms_array(archive, ask, tmp_path, name):
    (dataset,) = imported(archive, tmp_path, name)
    plain = pydicom.dcmread(PYDICOM / ("MR_small.dcm" if name.startswith("MR") else name))  # the same pixels, not coded
    values = plain.pixel_array * float(dataset.get("RescaleSlope", 1)) + float(dataset.get("RescaleIntercept", 0))
    for center, width, function in GREY[name]:
        voi = {"center": center, "width": width, "function": function}
        (picture,) = ask("pictures", dataset.StudyInstanceUID, dataset.SeriesInstanceUID, voi)
        worst = np.abs(shown(picture) - levels(values, center, width, function)).max()
        assert worst <= 1, f"{name} under {voi}: {worst} levels apart"


def test_inverting_twice_is_not_inverting(archive, ask, tmp_path):
    (dataset,) = imported(archive, tmp_path, "CT_small.dcm")
    plain, inverted = (
        shown(ask("pictures", dataset.StudyInstanceUID, dataset.SeriesInstanceUID, None, wish)[0]) for wish in (False, True)
    )
    assert (plain + inverted == 255).all()


SEVERAL = (
    "693_J2KI.dcm", "J2K_pixelrep_mismatch.dcm", "JPEG-lossy.dcm", "JPEGLSNearLossless_16.dcm", "JPGExtended.dcm",
    "SC_jpeg_no_color_transform.dcm", "SC_rgb_dcmtk_+eb+cy+s2.dcm", "SC_rgb_gdcm_KY.dcm", "SC_rgb_jpeg_app14_dcmd.dcm",
    "SC_rgb_jpeg_dcmtk.dcm", "SC_rgb_rle_16bit.dcm", "SC_rgb_small_odd.dcm", "SC_ybr_full_422_uncompressed.dcm",
    "examples_jpeg2k.dcm", "examples_palette.dcm", "examples_rgb_color.dcm", "examples_ybr_color.dcm", "liver_1frame.dcm",
    "rtdose.dcm", "image_dfl.dcm", "mlut_18.dcm", "vlut_04.dcm", "eCT_Supplemental.dcm", "gdcm-US-ALOKA-16.dcm",
    "OBXXXX1A.dcm", "emri_small.dcm", "SC_rgb_16bit.dcm", "SC_rgb_dcmtk_ebcynp_dcmd.dcm",
)  # fmt: skip


NUMBERS = {
    "RG3_UNCR.dcm": ((None, None), 188, 177.5),
    "RG1_UNCR.dcm": ((None, None), 226, 192.17),
    "MR_small.dcm": ((32, 32), 61, 113.06),
    "color-px.dcm": ((None, None), [184, 16, 16], None),
    "color-pl.dcm": ((None, None), [184, 16, 16], None),
    "SC_rgb.dcm": ((None, None), [128, 128, 255], None),
    "SC_ybr_full_422_uncompressed.dcm": ((None, None), [125, 130, 255], None),
    "SC_rgb_jpeg_app14_dcmd.dcm": ((None, None), [244, 244, 246], None),
    "SC_jpeg_no_color_transform.dcm": ((None, None), [244, 244, 244], None),
}
"""Where (the middle unless said), what is seen there, and the mean of all levels."""


def test_pictures_have_the_numbers_that_were_measured_once(archive, ask, tmp_path):
    for name, dataset in zip(NUMBERS, imported(archive, tmp_path, *NUMBERS), strict=True):
        (row, column), expected, mean = NUMBERS[name]
        picture = shown(ask("pictures", dataset.StudyInstanceUID, dataset.SeriesInstanceUID)[0])
        seen = picture[picture.shape[0] // 2 if row is None else row, picture.shape[1] // 2 if column is None else column]
        assert np.abs(seen - np.array(expected)).max() <= 2, f"{name}: {seen}"
        assert mean is None or picture.mean() == pytest.approx(mean, abs=0.1), name


def test_without_webgl_the_picture_is_the_same(archive, ask, ask_without_webgl, tmp_path):
    for dataset in imported(archive, tmp_path, "CT_small.dcm", "examples_palette.dcm"):
        one, other = (
            shown(each("pictures", dataset.StudyInstanceUID, dataset.SeriesInstanceUID)[0]) for each in (ask, ask_without_webgl)
        )
        assert (one == other).all()


def test_every_picture_is_the_one_that_the_server_renders(archive, ask, tmp_path):
    """Colour, palettes, lossy codecs, one-bit pixels, odd sizes: two programs, one picture."""
    found = []
    for dataset in imported(archive, tmp_path, *SEVERAL):
        found += ask("differences", dataset.StudyInstanceUID, dataset.SeriesInstanceUID)
    wrong = [each for each in found if each["server"] != 200 or each["fault"] or each["wrong"]]
    assert wrong == [], "\n".join(map(json.dumps, wrong))
    assert len(found) == len(SEVERAL)


def test_every_width_of_value_is_shown_as_the_server_renders_it(archive, ask, tmp_path):
    made = list(odd_images.images())
    for dataset in made:
        dataset.save_as(tmp_path / f"{dataset.SOPInstanceUID}.dcm", enforce_file_format=True)
    archive.cli("import", str(tmp_path))
    found = [each for dataset in made for each in ask("differences", dataset.StudyInstanceUID, dataset.SeriesInstanceUID)]
    wrong = [each for each in found if each["server"] != 200 or each["fault"] or each["wrong"]]
    assert wrong == [], "\n".join(map(json.dumps, wrong))
    assert len(found) == len(made)


def field(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """A value that grows evenly along all three axes of the patient, so that every cut can be computed."""
    return 1000 + 2 * x + 3 * y + 5 * z


def volume(folder: Path, slices: int, side: int, *, tilt_degrees: float = 0.0) -> pydicom.Dataset:
    """A CT of `slices` x `side` x `side` voxels of 2 x 1 x 1 mm that shows `field`; the last of its data sets."""
    folder.mkdir()
    uids = {name: generate_uid() for name in ("study", "series", "frame of reference")}
    tilt = np.radians(tilt_degrees)
    across, down = np.array([1.0, 0, 0]), np.array([0, np.cos(tilt), -np.sin(tilt)])
    rows, columns = np.mgrid[:side, :side]
    for number in range(slices):
        corner = np.array([-side / 2, -side / 2, 2.0 * number])
        places = corner[:, None, None] + across[:, None, None] * columns + down[:, None, None] * rows
        dataset = pydicom.Dataset()
        dataset.file_meta = pydicom.dataset.FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = uids["study"], uids["series"]
        dataset.FrameOfReferenceUID = uids["frame of reference"]
        dataset.PatientName, dataset.PatientID, dataset.Modality, dataset.InstanceNumber = "PHANTOM^FIELD", "PH", "CT", number + 1
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        dataset.ImagePositionPatient = [round(float(value), 6) for value in corner]
        dataset.ImageOrientationPatient = [round(float(value), 9) for value in (*across, *down)]
        dataset.PixelSpacing, dataset.SliceThickness = [1, 1], 2
        dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, -1000, "HU"
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
        dataset.Rows = dataset.Columns = side
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
        dataset.PixelData = np.rint(field(*places)).astype("<i2").tobytes()
        dataset.save_as(folder / f"{number:04}.dcm", enforce_file_format=True)
    return dataset


@pytest.mark.parametrize("tilt_degrees", [0.0, 18.5])
def test_a_cut_has_the_value_of_its_place_in_the_patient(archive, ask, tmp_path, tilt_degrees):
    dataset = volume(tmp_path / "slices", 40, 64, tilt_degrees=tilt_degrees)
    archive.cli("import", str(tmp_path / "slices"))
    for point in ([0.0, 0.0, 30.0], [-10.3, 7.7, 41.2], [12.6, -9.4, 35.9]):
        expected = field(*map(np.array, point)) - 1000
        values = ask("cuts", dataset.StudyInstanceUID, dataset.SeriesInstanceUID, point)
        assert values == pytest.approx([float(expected)] * 3, abs=1.5), f"at {point}"


def test_frames_of_a_series_come_and_are_cut_in_the_time_of_a_blink(archive, ask, tmp_path):
    dataset = volume(tmp_path / "slices", 64, 256)
    archive.cli("import", str(tmp_path / "slices"))
    speeds = ask("speeds", dataset.StudyInstanceUID, dataset.SeriesInstanceUID)
    assert speeds["allMilliseconds"] < 10_000, speeds  # a hundred times what it takes: a fault, not a busy computer
    assert speeds["cutMilliseconds"] < 500, speeds
    assert speeds["drawMilliseconds"] < 200, speeds
