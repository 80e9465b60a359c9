"""Small studies for the viewer's tests: a CT of a ball, an MR of it in three planes, an ultrasound clip, a name that means harm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

CT, MR, CLIP = "PHANTOM^CT", "PHANTOM^MR", "PHANTOM^CLIP"
HOSTILE = "<script>alert(1)</script>^\u202ereversed"
CT_IMAGE, MR_IMAGE, US_CLIP = (f"1.2.840.10008.5.1.4.1.1.{tail}" for tail in ("2", "4", "3.1"))
SLICES, SIDE = 24, 96
PLANES = {
    "axial": ([1, 0, 0, 0, 1, 0], [0, 0, 1]),
    "coronal": ([1, 0, 0, 0, 0, -1], [0, 1, 0]),
    "sagittal": ([0, 1, 0, 0, 0, -1], [-1, 0, 0]),
}


def write(folder: Path) -> None:
    """All of them as files of a folder."""
    _study(folder, CT, "CT", CT_IMAGE, {"axial": "Head"}, rescale=-1024)
    _study(folder, MR, "MR", MR_IMAGE, {name: f"T1 {name}" for name in PLANES})
    _study(folder, HOSTILE, "CT", CT_IMAGE, {"axial": "Head"}, rescale=-1024, slices=1)
    _clip(folder)


def _blank(name: str, modality: str, sop_class: str, study: str, series: str) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName, dataset.PatientID = name, f"PH-{study[-6:]}"
    dataset.PatientAge, dataset.PatientSex = "061Y", "O"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, series
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
    dataset.Modality, dataset.StudyDescription, dataset.StudyDate, dataset.StudyTime = modality, "PHANTOM", "20261122", "1305"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows = dataset.Columns = SIDE
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    return dataset


def _study(
    folder: Path, name: str, modality: str, sop_class: str, series: dict[str, str], *, rescale: int = 0, slices: int = SLICES
) -> None:
    study, frame_of_reference = generate_uid(), generate_uid()
    for number, (plane, description) in enumerate(series.items(), 1):
        series_uid = generate_uid()
        directions, normal = (np.array(values, float) for values in PLANES[plane])
        for index in range(slices):
            dataset = _blank(name, modality, sop_class, study, series_uid)
            corner = normal * (index - (slices - 1) / 2) * 2 - (directions[:3] + directions[3:]) * (SIDE - 1) / 2
            dataset.SeriesNumber, dataset.SeriesDescription, dataset.InstanceNumber = number, description, index + 1
            dataset.FrameOfReferenceUID = frame_of_reference
            dataset.ImagePositionPatient = [float(value) for value in corner]
            dataset.ImageOrientationPatient = [float(value) for value in directions]
            dataset.PixelSpacing, dataset.SliceThickness = [1, 1], 2
            dataset.RescaleSlope, dataset.RescaleIntercept = 1, rescale
            dataset.WindowCenter, dataset.WindowWidth = (40, 400) if modality == "CT" else (700, 1400)
            dataset.PixelData = _ball(corner, directions, 1064 if modality == "CT" else 800).tobytes()
            dataset.save_as(folder / f"{dataset.SOPInstanceUID}.dcm", enforce_file_format=True)


def _ball(corner: np.ndarray, directions: np.ndarray, level: int) -> np.ndarray:
    """A ball of 20 mm in noise that is the same each time, as seen in one plane."""
    columns, rows = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    place = corner + columns[..., None] * directions[:3] + rows[..., None] * directions[3:]
    noise = (columns * 7 + rows * 13) % 60
    return np.where(np.linalg.norm(place, axis=-1) < 20, level + 100, level - 200).astype(np.uint16) + noise.astype(np.uint16)


def _clip(folder: Path) -> None:
    dataset = _blank(CLIP, "US", US_CLIP, generate_uid(), generate_uid())
    dataset.SeriesNumber, dataset.SeriesDescription, dataset.InstanceNumber = 1, "Clip", 1
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.NumberOfFrames, dataset.FrameTime = 10, 50
    dataset.FrameIncrementPointer = 0x00181063
    frames = np.zeros((10, SIDE, SIDE), np.uint8)
    for number in range(10):
        frames[number, :, number * 9 : number * 9 + 9] = 200
    dataset.PixelData = frames.tobytes()
    dataset.save_as(folder / "clip.dcm", enforce_file_format=True)


def stored_values(dataset: Dataset) -> np.ndarray:
    """Pixels in the modality's unit."""
    return dataset.pixel_array * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
