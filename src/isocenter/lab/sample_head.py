"""The CT and the MR of the sample studies: the same kind of head in Hounsfield units and in three planes of signal.

A number of a slice comes in, its data set goes out (PS3.3 A.3, A.4). The CT shows brain, ventricles, a small bleed, bone and air
where a window says that they are; the MR is weighted by T1, with 12 bits and a receiver that hears better what is near.
"""

from __future__ import annotations

import numpy as np
from pydicom.dataset import Dataset

from isocenter.lab.head_anatomy import Head, Tissue
from isocenter.lab.noise import Field
from isocenter.lab.sample_header import (
    AXIAL,
    CORONAL,
    SAGITTAL,
    Orientation,
    Pixels,
    SampleSeries,
    SampleStudy,
    grey,
    image,
    place,
    softened,
)
from isocenter.standard.sop_class import CT_IMAGE, MR_IMAGE

CT_STUDY = SampleStudy(
    "ct", "SAMPLE^CT HEAD", "SAMPLE-1", "19610412", "F", "20260112", "081500", "CT HEAD WITHOUT CONTRAST", "SAMPLE-CT", "HEAD"
)
MR_STUDY = SampleStudy("mr", "SAMPLE^MR BRAIN", "SAMPLE-2", "19840923", "M", "20260113", "093000", "MR BRAIN", "SAMPLE-MR", "BRAIN")
CT_SERIES = SampleSeries(CT_STUDY, 1, "CT", CT_IMAGE, "Head 2.5 mm", "Phantom CT")
CT_SLICES = 60
MR_SERIES = {
    SampleSeries(MR_STUDY, 1, "MR", MR_IMAGE, "T1 axial", "Phantom MR"): (AXIAL, 50),
    SampleSeries(MR_STUDY, 2, "MR", MR_IMAGE, "T1 coronal", "Phantom MR"): (CORONAL, 54),
    SampleSeries(MR_STUDY, 3, "MR", MR_IMAGE, "T1 sagittal", "Phantom MR"): (SAGITTAL, 48),
}
"""Each with how it lies and how many slices it has."""

_T = Tissue
_HOUNSFIELD = {
    _T.AIR: -1000, _T.SKIN: 55, _T.FAT: -85, _T.MUSCLE: 58, _T.BONE: 1350, _T.MARROW: 480, _T.CSF: 6, _T.GREY: 39, _T.WHITE: 28,
    _T.DURA: 58, _T.CALCIUM: 240, _T.BLOOD: 70, _T.OEDEMA: 17, _T.VITREOUS: 9, _T.LENS: 72, _T.SUPPORT: -240,
}  # fmt: skip
_SIGNAL = {
    _T.AIR: 8, _T.SKIN: 950, _T.FAT: 1750, _T.MUSCLE: 640, _T.BONE: 60, _T.MARROW: 800, _T.CSF: 190, _T.GREY: 720, _T.WHITE: 1060,
    _T.DURA: 420, _T.CALCIUM: 330, _T.BLOOD: 900, _T.OEDEMA: 560, _T.VITREOUS: 180, _T.LENS: 520, _T.SUPPORT: 8,
}  # fmt: skip
_CT_PIXEL_MM, _CT_SIDE, _CT_APART_MM, _CT_LOWEST_MM = 0.45, 512, 2.5, -62.5
_MR_PIXEL_MM, _MR_SIDE, _MR_APART_MM = 0.96, 256, 3.0
_MIDDLES_MM = {AXIAL: 8.0, CORONAL: 2.0, SAGITTAL: 0.0}


def ct_image(head: Head, number: int) -> Dataset:
    """Slice `number` of 1 to `CT_SLICES`, from the base up: 512 x 512 of signed Hounsfield units."""
    z = _CT_LOWEST_MM + (number - 1) * _CT_APART_MM
    x = _axis(_CT_SIDE, _CT_PIXEL_MM)
    y = _axis(_CT_SIDE, _CT_PIXEL_MM) + np.float32(2)
    plane = head.plane(x, y, np.array([z], np.float32), _HOUNSFIELD)
    _headrest(plane, x[None, :], y[:, None])
    random = np.random.default_rng((7, number))
    noise = softened(random.standard_normal((_CT_SIDE, _CT_SIDE), dtype=np.float32)) * 11
    values = softened(plane) + noise
    found = image(CT_SERIES, number)
    place(found, CT_SERIES, AXIAL, (float(x[0]), float(y[0]), z), _CT_PIXEL_MM, _CT_APART_MM)
    grey(found, np.clip(np.rint(values), -1024, 3071).astype("<i2"), bits_stored=16)
    found.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    found.SliceLocation = f"{z:.6g}"
    found.RescaleIntercept, found.RescaleSlope, found.RescaleType = "0", "1", "HU"
    found.WindowCenter, found.WindowWidth = ["40", "500"], ["80", "2500"]
    found.WindowCenterWidthExplanation = ["BRAIN", "BONE"]
    found.KVP, found.XRayTubeCurrent, found.ExposureTime, found.Exposure = "120", "220", "1000", "220"
    found.ConvolutionKernel, found.GantryDetectorTilt, found.AcquisitionNumber = "H31", "0", "1"
    return found


def mr_image(head: Head, of: SampleSeries, number: int) -> Dataset:
    """Slice `number` of one of `MR_SERIES`, counted from 1: 256 x 256 of 12 bits."""
    lies, slices = MR_SERIES[of]
    at = _MIDDLES_MM[lies] + (number - (slices + 1) / 2) * _MR_APART_MM
    across = _axis(_MR_SIDE, _MR_PIXEL_MM)
    x, y, z = _axes(lies, across, at)
    plane = softened(head.plane(x, y, z, _SIGNAL))
    near = 1.16 - 0.3 * np.clip(1 - np.hypot(across[:, None], across[None, :]) / 130, 0, 1)
    random = np.random.default_rng((8, of.number, number))
    real, imaginary = random.standard_normal((2, *plane.shape), dtype=np.float32) * 17
    found = image(of, number)
    place(found, of, lies, (float(x[0]), float(y[0]), float(z[0])), _MR_PIXEL_MM, _MR_APART_MM)
    signal = np.hypot(plane * near + real, imaginary)
    grey(found, np.clip(np.rint(signal), 0, 4095).astype("<u2"), bits_stored=12)
    found.ImageType = ["ORIGINAL", "PRIMARY", "M", "SE"]
    found.ScanningSequence, found.SequenceVariant, found.ScanOptions, found.MRAcquisitionType = "SE", "SK", "", "2D"
    found.RepetitionTime, found.EchoTime, found.EchoTrainLength, found.FlipAngle = "550", "12", "1", "90"
    found.MagneticFieldStrength, found.ImagedNucleus, found.PixelBandwidth = "1.5", "1H", "150"
    found.WindowCenter, found.WindowWidth = "700", "1400"
    return found


def _axes(lies: Orientation, across: Field, at: float) -> tuple[Field, Field, Field]:
    """The coordinates of a plane: its columns run to the left or the back, its rows to the back or the feet."""
    single = np.array([at], np.float32)
    if lies == AXIAL:
        return across, across + np.float32(2), single
    down = -across + np.float32(_MIDDLES_MM[AXIAL] - 12)
    return (across, single, down) if lies == CORONAL else (single, across, down)


def _axis(count: int, pixel_mm: float) -> Field:
    return ((np.arange(count, dtype=np.float32) - (count - 1) / 2) * pixel_mm).astype(np.float32)


def _headrest(plane: Pixels, x: Field, y: Field) -> None:
    """The shell under the head, as every CT of one has it."""
    from_middle = np.hypot(x, y - 2)
    below = (y > 30) & (plane < -900)
    np.copyto(plane, np.float32(_HOUNSFIELD[_T.SUPPORT]), where=below & (np.abs(from_middle - 108) < 1.4))
    np.copyto(plane, np.float32(-930), where=below & (np.abs(from_middle - 104) < 2.6))
