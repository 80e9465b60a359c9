"""Rendered grey levels and colours beside those of DCMTK, which was written by others from the same standard."""

import io
import shutil
import subprocess

import numpy as np
import pydicom
import pytest
from PIL import Image

from isocenter.base.errors import UnreadableDataset
from isocenter.imaging.render import frame_count, render
from isocenter.model.pictures import Rendering, Window
from isocenter.standard import transfer_syntax as uids

WINDOW = Window(40, 400)
PROGRAMS = {uids.JPEG_LS_LOSSLESS: "dcml2pnm", uids.JPEG_LS_NEAR_LOSSLESS: "dcml2pnm"}
DCMTK_DIFFERS = {
    "MR3": "it draws pixel padding as if it were tissue",
    "eCT_Supplemental.dcm": "it leaves the supplemental palette out",
    "RG3_JPLY": "it cuts what a lossy codec made larger than the bits stored",
}
ROUNDED_BEFORE_THE_WINDOW = {"MR2", "MR4", "SC_ybr_full_uncompressed.dcm"}
"""A slope of 3.77 or 9.57, or YBR: DCMTK rounds in between, and is off by one more."""

pytestmark = [
    pytest.mark.peers,
    pytest.mark.skipif(shutil.which("dcmj2pnm") is None or shutil.which("dcml2pnm") is None, reason="DCMTK is not installed"),
]


@pytest.mark.parametrize(
    ("name", "compared_min"), [("pydicom", 65), ("pydicom-data", 40), ("wg04/RLE", 12), ("wg04/JPLL", 8), ("wg04/JPLY", 7)]
)
def test_pictures_are_those_of_dcmtk(name: str, compared_min: int, files_in, tmp_path) -> None:
    compared = 0
    for file in files_in(name):
        try:
            frames = frame_count(file.data_set, file.syntax)
            is_grey = frames and pydicom.dcmread(file.path, stop_before_pixels=True).PhotometricInterpretation.startswith("MONO")
        except UnreadableDataset:
            continue
        theirs = by_dcmtk(file, frames, is_grey, tmp_path / "picture.pnm") if frames else None
        if theirs is None or {file.name, file.name.split("_")[0]} & DCMTK_DIFFERS.keys():
            continue
        wanted = Rendering("image/png", window=WINDOW if is_grey else None, overlays=False)
        ours = np.asarray(Image.open(io.BytesIO(render(file.data_set, file.syntax, frames, wanted))))
        off = 2 if {file.name, file.name.split("_")[0]} & ROUNDED_BEFORE_THE_WINDOW else 1
        assert ours.shape == theirs.shape, file.name
        assert np.abs(ours.astype(int) - theirs).max() <= off, file.name
        compared += 1
    assert compared >= compared_min


def by_dcmtk(file, frame: int, is_grey: bool, target) -> np.ndarray | None:
    """The frame as DCMTK draws it, without overlays; None where it cannot: JPEG 2000, 32 bits of colour, segmented palettes."""
    window = ["+Ww", f"{WINDOW.center:g}", f"{WINDOW.width:g}"] if is_grey else []
    program = PROGRAMS.get(file.syntax, "dcmj2pnm")
    done = subprocess.run(
        [program, "-O", "+F", str(frame), *window, file.path, target], capture_output=True, timeout=60, check=False
    )
    return None if done.returncode else np.asarray(Image.open(target))
