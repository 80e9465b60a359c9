"""Images as few devices write them and the standard allows them: every width of value, floats, bits, planes, tables, shutters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from pydicom import Dataset, Sequence
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, ParametricMapStorage, SecondaryCaptureImageStorage, generate_uid

ROWS, COLUMNS = 31, 45


def image(name: str, sop_class: str = SecondaryCaptureImageStorage, **attributes: object) -> Dataset:
    """One without pixels."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = sop_class
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(), generate_uid()
    dataset.PatientName, dataset.PatientID, dataset.Modality, dataset.SeriesDescription = "PHANTOM^ODD", "PH", "OT", name
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.InstanceNumber = 1, "MONOCHROME2", 1
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def filled(dataset: Dataset, pixels: np.ndarray, stored: int = 0) -> Dataset:
    """The image with these pixels: of frames, rows, columns and samples as far as there are several."""
    bits = pixels.dtype.itemsize * 8
    in_planes = getattr(dataset, "PlanarConfiguration", 0) == 1
    dataset.Rows, dataset.Columns = pixels.shape[-2:] if in_planes or dataset.SamplesPerPixel == 1 else pixels.shape[-3:-1]
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, stored or bits, (stored or bits) - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    dataset["PixelData"].VR = "OB" if bits == 8 else "OW"
    return dataset


def of_floats(dataset: Dataset, keyword: str, values: np.ndarray) -> Dataset:
    dataset.Rows, dataset.Columns = values.shape[-2:]
    dataset.BitsAllocated = values.dtype.itemsize * 8
    setattr(dataset, keyword, values.tobytes())
    return dataset


def with_table(dataset: Dataset, keyword: str, first: int, entries: np.ndarray, bits: int) -> Dataset:
    """With an item of Modality LUT Sequence or VOI LUT Sequence."""
    item = Dataset()
    item.add_new(0x00283002, "SS" if first < 0 else "US", [len(entries), first, bits])
    item.add_new(0x00283006, "US", [int(entry) for entry in entries])
    setattr(dataset, keyword, Sequence([item]))
    return dataset


def images() -> Iterator[Dataset]:
    """All of them."""
    random = np.random.default_rng(1)
    shape = (ROWS, COLUMNS)
    twelve = random.integers(0, 4096, shape).astype("<u2")
    yield of_floats(image("float", ParametricMapStorage), "FloatPixelData", random.normal(size=shape).astype("<f4"))
    doubles = random.normal(size=(2, *shape)).astype("<f8") * 1e9
    doubles[:, 3, 3] = np.nan
    yield of_floats(image("double", ParametricMapStorage, NumberOfFrames=2), "DoubleFloatPixelData", doubles)
    yield filled(image("unsigned 32"), random.integers(0, 2**32, shape).astype("<u4"))
    yield filled(image("signed 20 of 32"), random.integers(-(2**19), 2**19, shape).astype("<i4"), 20)
    yield filled(image("signed 8"), random.integers(-128, 128, shape).astype("i1"))
    yield filled(image("unsigned 6 of 8"), random.integers(0, 256, shape).astype("u1"), 6)
    yield filled(image("odd frames", NumberOfFrames=7), random.integers(0, 256, (7, *shape)).astype("u1"))
    planes = random.integers(0, 256, (3, 3, *shape)).astype("u1")
    yield filled(
        image("planes", SamplesPerPixel=3, PlanarConfiguration=1, PhotometricInterpretation="YBR_FULL", NumberOfFrames=3), planes
    )
    shutter = {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [15, 20], "RadiusOfCircularShutter": 9}
    yield filled(image("shutter", ShutterPresentationValue=0x4000, **shutter), twelve, 12)
    yield filled(image("padding", PhotometricInterpretation="MONOCHROME1", PixelPaddingValue=7), twelve % 40, 12)
    yield filled(image("percentiles", Modality="CR"), (random.normal(size=shape) * 300 + 2000).astype("<u2"), 12)
    curve = np.arange(4096) ** 2 // 4095
    yield with_table(filled(image("VOI LUT"), twelve, 12), "VOILUTSequence", 0, curve, 12)
    signed = random.integers(-2048, 2048, shape).astype("<i2")
    yield with_table(filled(image("Modality LUT"), signed, 12), "ModalityLUTSequence", -2048, np.arange(4096) * 16, 16)
    bits = image("bits", NumberOfFrames=5)
    bits.Rows, bits.Columns, bits.BitsAllocated, bits.BitsStored, bits.HighBit, bits.PixelRepresentation = 13, 11, 1, 1, 0, 0
    packed = np.packbits(random.integers(0, 2, 5 * 13 * 11).astype("u1"), bitorder="little").tobytes()
    bits.PixelData = packed + b"\0" * (len(packed) % 2)
    yield bits
