"""Synthetic studies with true geometry and true values: what a test or a lesson sends where real images must not go.

A seed and a modality come in, `pydicom.Dataset`s with all attributes that their IODs require go out (PS3.3 A.3, A.4, A.6, A.2).
The same seed gives the same study, UIDs included. The head is an arrangement of ellipsoids in Hounsfield units: a window on brain,
bone or air shows what it should. Nobody is meant by any name here; burned-in text there is none.
"""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID

from isocenter.base.errors import UsageError
from isocenter.base.ids import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from isocenter.dataset.part10 import read_header
from isocenter.standard.sop_class import COMPUTED_RADIOGRAPHY_IMAGE, CT_IMAGE, MR_IMAGE
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN

Pixels = np.ndarray[Any, np.dtype[Any]]

ULTRASOUND_MULTI_FRAME_IMAGE = "1.2.840.10008.5.1.4.1.1.3.1"
_AIR = -1000
_Triple = tuple[float, float, float]
_ELLIPSOIDS: tuple[tuple[float, float, _Triple, _Triple], ...] = (
    (60, _AIR, (0, 0, 0), (78, 98, 98)),  # scalp
    (900, 60, (0, 0, 0), (73, 93, 93)),  # skull
    (35, 900, (0, 0, 0), (67, 87, 87)),  # brain
    (5, 35, (-14, -8, 5), (7, 26, 18)),  # lateral ventricles
    (5, 35, (14, -8, 5), (7, 26, 18)),
    (65, 35, (34, 22, 12), (9, 12, 9)),  # a bleeding
    (_AIR, 35, (0, -72, -20), (12, 8, 14)),  # a sinus
)
"""Hounsfield units inside and around, centre and half axes in mm: x to the patient's left, y to the back, z to the head."""

_FAMILIES = ("Phantom", "Ellipse", "Voxel", "Nyquist", "Larmor", "Radon", "Gantry", "Collimator")
_GIVEN = ("Ada", "Bo", "Chris", "Dana", "Eli", "Fran", "Gil", "Hao")


@dataclass(frozen=True, slots=True)
class Study:
    """Who and what all images of one study have in common."""

    patient_name: str
    patient_id: str
    birth_date: str
    sex: str
    study_instance_uid: str
    study_date: str
    study_time: str
    accession_number: str
    seed: int


def study(seed: int) -> Study:
    """A made-up patient and a study; the same for the same seed."""
    random = Random(seed)
    return Study(
        patient_name=f"{random.choice(_FAMILIES)}^{random.choice(_GIVEN)}",
        patient_id=f"PHANTOM-{seed:06d}",
        birth_date=f"{random.randint(1930, 2015):04d}{random.randint(1, 12):02d}{random.randint(1, 28):02d}",
        sex=random.choice("FMO"),
        study_instance_uid=_uid(seed, "study"),
        study_date=f"2026{random.randint(1, 10):02d}{random.randint(1, 28):02d}",
        study_time=f"{random.randint(7, 19):02d}{random.randint(0, 59):02d}00",
        accession_number=f"A{seed:08d}",
        seed=seed,
    )


def ct_series(seed: int, *, slices: int = 20, side_pixels: int = 512, spacing_mm: float = 5.0) -> Iterator[Dataset]:
    """Axial CT slices of a head, from the neck up; 512 x 512 of 16 signed bits are 525 KB. Values less 0 are air and fat."""
    of = study(seed)
    random = np.random.default_rng(seed)
    pixel_mm = 250.0 / side_pixels
    for index in range(slices):
        z = (index - (slices - 1) / 2) * spacing_mm
        values = head(side_pixels, pixel_mm, z) + random.normal(0, 6, (side_pixels, side_pixels))
        image = _image(of, CT_IMAGE, "CT", index + 1, "Head 5 mm")
        _placed(image, of, side_pixels, pixel_mm, z, spacing_mm)
        _grey(image, np.clip(np.rint(values), -1024, 3071).astype("<i2"), bits_stored=16)
        image.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        image.RescaleIntercept, image.RescaleSlope, image.RescaleType = "0", "1", "HU"
        image.WindowCenter, image.WindowWidth = ["40", "500"], ["80", "2000"]
        image.WindowCenterWidthExplanation = ["BRAIN", "BONE"]
        image.KVP, image.XRayTubeCurrent, image.ExposureTime = "120", "200", "1000"
        image.ConvolutionKernel, image.GantryDetectorTilt, image.AcquisitionNumber = "H31", "0", "1"
        yield image


def mr_series(seed: int, *, slices: int = 20, side_pixels: int = 256, spacing_mm: float = 5.0) -> Iterator[Dataset]:
    """Axial MR slices of the same head: 12 bits stored in 16, fat bright, bone and air dark."""
    of = study(seed)
    random = np.random.default_rng(seed)
    pixel_mm = 240.0 / side_pixels
    for index in range(slices):
        z = (index - (slices - 1) / 2) * spacing_mm
        hounsfield = head(side_pixels, pixel_mm, z)
        signal = np.select([hounsfield < -200, hounsfield > 300, hounsfield < 20, hounsfield < 50], [20, 60, 300, 900], 1400)
        noisy = np.hypot(signal + random.normal(0, 15, signal.shape), random.normal(0, 15, signal.shape))
        image = _image(of, MR_IMAGE, "MR", index + 1, "T1 axial")
        _placed(image, of, side_pixels, pixel_mm, z, spacing_mm)
        _grey(image, np.clip(np.rint(noisy), 0, 4095).astype("<u2"), bits_stored=12)
        image.ImageType = ["ORIGINAL", "PRIMARY", "M", "SE"]
        image.ScanningSequence, image.SequenceVariant, image.ScanOptions, image.MRAcquisitionType = "SE", "NONE", "", "2D"
        image.RepetitionTime, image.EchoTime, image.EchoTrainLength, image.FlipAngle = "500", "15", "1", "90"
        image.MagneticFieldStrength, image.WindowCenter, image.WindowWidth = "1.5", "700", "1600"
        yield image


def ultrasound(seed: int, *, frames: int = 30, rows: int = 480, columns: int = 640) -> Dataset:
    """A colour cine loop in one multi-frame instance: a beating circle under a moving Doppler patch, RGB."""
    of = study(seed)
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    distance = np.hypot(x - columns / 2, (y - rows / 2) * 1.2) / min(rows, columns)
    speckle = random.gamma(2.0, 20.0, (rows, columns)).astype(np.float32)
    sector = (np.abs(x - columns / 2) < (y + 40) * 0.8) & (y > 4)
    loop = np.empty((frames, rows, columns, 3), np.uint8)
    for index in range(frames):
        phase = 2 * np.pi * index / frames
        wall = np.exp(-(((distance - 0.22 - 0.05 * np.sin(phase)) / 0.02) ** 2)) * 160
        grey = np.where(sector, np.clip(np.roll(speckle, index, 0) * 0.6 + wall, 0, 255), 0).astype(np.uint8)
        loop[index] = grey[..., None]
        patch = distance < 0.12
        loop[index, patch, 0 if np.sin(phase) > 0 else 2] = int(120 + 100 * abs(np.sin(phase)))
    image = _image(of, ULTRASOUND_MULTI_FRAME_IMAGE, "US", 1, "Four chamber view")
    image.ImageType = ["ORIGINAL", "PRIMARY", "", "0001"]
    image.NumberOfFrames, image.FrameTime, image.FrameIncrementPointer = str(frames), "33.3", 0x00181063
    image.SamplesPerPixel, image.PhotometricInterpretation, image.PlanarConfiguration = 3, "RGB", 0
    image.LossyImageCompression = "00"
    _pixel_module(image, rows, columns, bits_allocated=8, bits_stored=8, signed=False)
    image.add_new(0x7FE00010, "OB", loop.tobytes() + b"\0" * (loop.size % 2))
    return image


def radiograph(seed: int, *, rows: int = 2048, columns: int = 1792) -> Dataset:
    """A computed radiograph of the head from the side: the path through the ellipsoids, 12 bits, bone white (MONOCHROME2)."""
    of = study(seed)
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    across, along = (x - columns / 2) * 0.125, (rows / 2 - y) * 0.125
    path: Pixels = np.zeros((rows, columns), np.float32)
    for hounsfield, around, (_, cy, cz), (ax, ay, az) in _ELLIPSOIDS:
        depth = 2 * ax * np.sqrt(np.clip(1 - ((across - cy) / ay) ** 2 - ((along - cz) / az) ** 2, 0, None))
        path += depth * (hounsfield - around) / 1000.0
    signal = 300 + 10.0 * (path - path.min()) + random.normal(0, 8, path.shape)
    image = _image(of, COMPUTED_RADIOGRAPHY_IMAGE, "CR", 1, "Skull lateral")
    _grey(image, np.clip(np.rint(signal), 0, 4095).astype("<u2"), bits_stored=12)
    image.ImageType = ["ORIGINAL", "PRIMARY"]
    image.BodyPartExamined, image.ViewPosition, image.PlateType = "SKULL", "LL", "STORAGE"
    image.ImagerPixelSpacing, image.PatientOrientation = ["0.125", "0.125"], ["P", "F"]
    image.WindowCenter, image.WindowWidth = "1200", "2400"
    return image


MODALITIES: dict[str, Callable[[int], Iterator[Dataset]]] = {
    "CT": ct_series,
    "MR": mr_series,
    "US": lambda seed: iter((ultrasound(seed),)),
    "CR": lambda seed: iter((radiograph(seed),)),
}
"""What can be made, by modality: from a seed to the images of one series."""


def series(modality: str, seed: int) -> Iterator[Dataset]:
    """One series of that modality. `UsageError` for one that cannot be made."""
    maker = MODALITIES.get(modality.upper())
    if maker is None:
        raise UsageError(f"no phantom of modality {modality!r}; there are {', '.join(MODALITIES)}")
    return maker(seed)


def head(side_pixels: int, pixel_mm: float, z_mm: float) -> Pixels:
    """One axial slice in Hounsfield units, as floating point; the patient lies on the back and is seen from the feet."""
    axis = (np.arange(side_pixels, dtype=np.float32) - (side_pixels - 1) / 2) * pixel_mm
    x, y = axis[None, :], axis[:, None]
    values: Pixels = np.full((side_pixels, side_pixels), _AIR, np.float32)
    for hounsfield, _, (cx, cy, cz), (ax, ay, az) in _ELLIPSOIDS:
        inside = ((x - cx) / ax) ** 2 + ((y - cy) / ay) ** 2 + ((z_mm - cz) / az) ** 2 <= 1
        values[inside] = hounsfield
    return values


def file_bytes(image: Dataset) -> bytes:
    """The image as a Part 10 file in Explicit VR Little Endian (PS3.10 7.1)."""
    stream = io.BytesIO()
    image.save_as(stream, implicit_vr=False, little_endian=True, enforce_file_format=True)
    return stream.getvalue()


def data_set_bytes(image: Dataset) -> bytes:
    """The data set alone, in Explicit VR Little Endian: what a C-STORE carries."""
    content = file_bytes(image)
    return content[read_header(content).dataset_offset :]


def _uid(seed: int, *words: object) -> str:
    """A UID that is the same for the same seed and words (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, repr((IMPLEMENTATION_CLASS_UID, seed, words))).int}"


def _image(of: Study, sop_class: str, modality: str, number: int, description: str) -> Dataset:
    """Patient, study, series, equipment and SOP common modules (PS3.3 C.7.1 to C.7.5, C.12.1)."""
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = UID(EXPLICIT_VR_LITTLE_ENDIAN)
    image.file_meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    image.file_meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    image.SpecificCharacterSet = "ISO_IR 192"
    image.SOPClassUID, image.SOPInstanceUID = sop_class, _uid(of.seed, modality, number)
    image.StudyDate = image.SeriesDate = image.AcquisitionDate = image.ContentDate = of.study_date
    image.StudyTime = image.SeriesTime = image.AcquisitionTime = image.ContentTime = of.study_time
    image.AccessionNumber, image.Modality, image.Manufacturer = of.accession_number, modality, "Isocenter"
    image.InstitutionName, image.StationName, image.ManufacturerModelName = "Phantom Laboratory", f"{modality}-1", "Phantom"
    image.ReferringPhysicianName, image.StudyDescription = "Referrer^Rae", "Head phantom"
    image.SeriesDescription, image.BodyPartExamined = description, "HEAD"
    image.PatientName, image.PatientID = of.patient_name, of.patient_id
    image.PatientBirthDate, image.PatientSex = of.birth_date, of.sex
    image.StudyInstanceUID, image.SeriesInstanceUID = of.study_instance_uid, _uid(of.seed, modality, "series")
    image.StudyID, image.SeriesNumber, image.InstanceNumber = str(of.seed % 10_000), "1", str(number)
    image.PatientOrientation, image.SoftwareVersions = "", "1"
    image.BurnedInAnnotation = "NO"
    return image


def _placed(image: Dataset, of: Study, side_pixels: int, pixel_mm: float, z_mm: float, thickness_mm: float) -> None:
    """Frame of reference and image plane (PS3.3 C.7.4.1, C.7.6.2): an axial slice of a patient on the back, head first."""
    corner = -(side_pixels - 1) / 2 * pixel_mm
    image.FrameOfReferenceUID, image.PositionReferenceIndicator = _uid(of.seed, "frame of reference"), ""
    image.PatientPosition, image.PatientOrientation = "HFS", ["L", "P"]
    image.ImagePositionPatient = [f"{corner:.6g}", f"{corner:.6g}", f"{z_mm:.6g}"]
    image.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    image.PixelSpacing, image.SliceThickness = [f"{pixel_mm:.6g}"] * 2, f"{thickness_mm:.6g}"
    image.SpacingBetweenSlices, image.SliceLocation = f"{thickness_mm:.6g}", f"{z_mm:.6g}"
    image.Laterality = ""


def _grey(image: Dataset, pixels: Pixels, *, bits_stored: int) -> None:
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    rows, columns = pixels.shape
    _pixel_module(image, rows, columns, bits_allocated=16, bits_stored=bits_stored, signed=pixels.dtype.kind == "i")
    image.add_new(0x7FE00010, "OW", pixels.tobytes())


def _pixel_module(image: Dataset, rows: int, columns: int, *, bits_allocated: int, bits_stored: int, signed: bool) -> None:
    image.Rows, image.Columns = rows, columns
    image.BitsAllocated, image.BitsStored, image.HighBit = bits_allocated, bits_stored, bits_stored - 1
    image.PixelRepresentation = int(signed)
