"""The attributes that all sample studies have in common, and where a slice lies.

Who and what a study is comes in, data sets with patient, study, series, equipment and SOP common modules go out (PS3.3 C.7.1 to
C.7.5, C.12.1). The same words give the same UIDs, so that samples that are made again are there already.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID

from isocenter.base.ids import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN

Pixels = np.ndarray[Any, np.dtype[Any]]
Triple = tuple[float, float, float]
Orientation = tuple[Triple, Triple]

AXIAL: Orientation = ((1, 0, 0), (0, 1, 0))
CORONAL: Orientation = ((1, 0, 0), (0, 0, -1))
SAGITTAL: Orientation = ((0, 1, 0), (0, 0, -1))


@dataclass(frozen=True, slots=True)
class SampleStudy:
    """One made-up study. `word` is the part of its UIDs that tells it from the others."""

    word: str
    patient_name: str
    patient_id: str
    birth_date: str
    sex: str
    study_date: str
    study_time: str
    description: str
    accession_number: str
    body_part: str


@dataclass(frozen=True, slots=True)
class SampleSeries:
    """One series of it."""

    study: SampleStudy
    number: int
    modality: str
    sop_class: str
    description: str
    model: str


def uid(*words: object) -> str:
    """A UID that is the same for the same words (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, repr((IMPLEMENTATION_CLASS_UID, 'sample', words))).int}"


def instance_uid(of: SampleSeries, number: int) -> str:
    """The SOP Instance UID of one image of a series."""
    return uid(of.study.word, of.number, number)


def image(of: SampleSeries, number: int) -> Dataset:
    """One image without its pixels."""
    study, found = of.study, Dataset()
    found.file_meta = FileMetaDataset()
    found.file_meta.TransferSyntaxUID = UID(EXPLICIT_VR_LITTLE_ENDIAN)
    found.file_meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    found.file_meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    found.SpecificCharacterSet = "ISO_IR 192"
    found.SOPClassUID, found.SOPInstanceUID = of.sop_class, instance_uid(of, number)
    found.StudyDate = found.SeriesDate = found.AcquisitionDate = found.ContentDate = study.study_date
    found.StudyTime = found.SeriesTime = found.AcquisitionTime = found.ContentTime = study.study_time
    found.AccessionNumber, found.Modality, found.Manufacturer = study.accession_number, of.modality, "Isocenter"
    found.InstitutionName, found.StationName, found.ManufacturerModelName = "Isocenter samples", f"{of.modality}-SAMPLE", of.model
    found.ReferringPhysicianName, found.StudyDescription = "", study.description
    found.SeriesDescription, found.BodyPartExamined = of.description, study.body_part
    found.PatientName, found.PatientID = study.patient_name, study.patient_id
    found.PatientBirthDate, found.PatientSex = study.birth_date, study.sex
    found.PatientComments = "Synthetic: made by a computer, of nobody."
    found.StudyInstanceUID, found.SeriesInstanceUID = uid(study.word), uid(study.word, of.number)
    found.StudyID, found.SeriesNumber, found.InstanceNumber = "1", str(of.number), str(number)
    found.PatientOrientation, found.SoftwareVersions, found.DeviceSerialNumber = "", "1", "1"
    found.BurnedInAnnotation = "NO"
    return found


def place(found: Dataset, of: SampleSeries, lies: Orientation, first_pixel: Triple, pixel_mm: float, apart_mm: float) -> None:
    """Frame of reference and image plane (PS3.3 C.7.4.1, C.7.6.2): the patient lies on the back, head first."""
    found.FrameOfReferenceUID, found.PositionReferenceIndicator = uid(of.study.word, "frame of reference"), ""
    found.PatientPosition = "HFS"
    letters: dict[Triple, str] = {(1, 0, 0): "L", (0, 1, 0): "P", (0, 0, -1): "F"}
    found.PatientOrientation = [letters[lies[0]], letters[lies[1]]]
    found.ImagePositionPatient = [f"{value:.6g}" for value in first_pixel]
    found.ImageOrientationPatient = [str(value) for axis in lies for value in axis]
    found.PixelSpacing, found.SliceThickness = [f"{pixel_mm:.6g}"] * 2, f"{apart_mm:.6g}"
    found.SpacingBetweenSlices = f"{apart_mm:.6g}"


def grey(found: Dataset, pixels: Pixels, *, bits_stored: int) -> None:
    """Image pixel module of one frame, or of several along the first axis (PS3.3 C.7.6.3)."""
    found.SamplesPerPixel, found.PhotometricInterpretation = 1, "MONOCHROME2"
    found.Rows, found.Columns = pixels.shape[-2:]
    found.BitsAllocated, found.BitsStored, found.HighBit = pixels.dtype.itemsize * 8, bits_stored, bits_stored - 1
    found.PixelRepresentation = int(pixels.dtype.kind == "i")
    found.add_new(0x7FE00010, "OW" if pixels.dtype.itemsize == 2 else "OB", pixels.tobytes())


def softened(plane: Pixels) -> Pixels:
    """A plane as a device sees it: each point with a little of its neighbours, 1 2 1 both ways."""
    padded = np.pad(plane, 1, mode="edge")
    rows = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    found: Pixels = (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / np.float32(16)
    return found
