"""What the tests of measuring look at: CT_small of pydicom as it is and as other images, with a mask, contours and papers."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import numpy as np
import pydicom
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

CT, DETECTOR, UNSIZED, PAPERS = "MEASURE^CT", "MEASURE^DETECTOR", "MEASURE^UNSIZED", "MEASURE^PAPERS"
SIDE = 128
DIGITAL_XRAY = "1.2.840.10008.5.1.4.1.1.1.1"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"
MASK = np.zeros((SIDE, SIDE), np.uint8)
MASK[20:40, 30:77] = 1
CONTOUR = [(10, 10), (50, 10), (50, 60), (10, 60)]
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F<</Type/Font"
    b"/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
    b"4 0 obj<</Length 41>>stream\nBT /F 24 Tf 40 100 Td (Dear colleague) Tj ET\nendstream endobj\n"
    b"trailer<</Root 1 0 R/Size 5>>\n%%EOF\n"
)


def write(folder: Path) -> None:
    """All of them as files of a folder."""
    ct = _like(CT, {})
    lower = _like(CT, {"SOPInstanceUID": generate_uid(), "InstanceNumber": 2})
    lower.ImagePositionPatient = [*ct.ImagePositionPatient[:2], ct.ImagePositionPatient[2] - 5]
    for key in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        setattr(lower, key, getattr(ct, key))
    _save(folder, ct, lower, _mask(ct), _contours(ct))
    plain = {"Modality": "DX", "SOPClassUID": DIGITAL_XRAY}
    detector = _like(DETECTOR, plain)
    del detector.PixelSpacing, detector.DistanceSourceToDetector, detector.DistanceSourceToPatient
    detector.ImagerPixelSpacing = [0.15, 0.15]
    unsized = _like(UNSIZED, {"Modality": "OT", "SOPClassUID": SECONDARY_CAPTURE})
    del unsized.PixelSpacing
    for image in (detector, unsized):
        del image.ImagePositionPatient, image.ImageOrientationPatient
    _save(folder, detector, unsized, *_papers())


def _save(folder: Path, *images: Dataset) -> None:
    for image in images:
        image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID
        image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
        image.save_as(folder / f"{image.SOPInstanceUID}.dcm", enforce_file_format=True)


def _like(name: str, attributes: dict[str, object]) -> Dataset:
    image = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
    image.PatientName, image.PatientID = name, name[-8:]
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"):
        setattr(image, keyword, generate_uid())
    for keyword, value in attributes.items():
        setattr(image, keyword, value)
    return image


def _beside(image: Dataset, sop_class: str, modality: str, **attributes: object) -> Dataset:
    """A document of the same study."""
    made = Dataset()
    made.file_meta = deepcopy(image.file_meta)
    for keyword in ("PatientName", "PatientID", "StudyInstanceUID", "StudyDate", "StudyTime", "FrameOfReferenceUID"):
        setattr(made, keyword, getattr(image, keyword))
    made.SOPClassUID, made.Modality = sop_class, modality
    made.SOPInstanceUID, made.SeriesInstanceUID = generate_uid(), generate_uid()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def _items(*each: dict[str, object]) -> Sequence:
    made = []
    for attributes in each:
        item = Dataset()
        for keyword, value in attributes.items():
            setattr(item, keyword, value)
        made.append(item)
    return Sequence(made)


def _reference(image: Dataset) -> Sequence:
    return _items({"ReferencedSOPClassUID": image.SOPClassUID, "ReferencedSOPInstanceUID": image.SOPInstanceUID})


def _mask(image: Dataset) -> Dataset:
    """One segment on one image, its bits packed."""
    frame = {
        "SegmentIdentificationSequence": _items({"ReferencedSegmentNumber": 1}),
        "PlanePositionSequence": _items({"ImagePositionPatient": list(image.ImagePositionPatient)}),
        "DerivationImageSequence": _items({"SourceImageSequence": _reference(image)}),
    }
    shared = {
        "PlaneOrientationSequence": _items({"ImageOrientationPatient": list(image.ImageOrientationPatient)}),
        "PixelMeasuresSequence": _items({"PixelSpacing": list(image.PixelSpacing)}),
    }
    return _beside(
        image, SEGMENTATION, "SEG", ContentLabel="LESION", SegmentationType="BINARY", Rows=SIDE, Columns=SIDE, NumberOfFrames=1,
        BitsAllocated=1, BitsStored=1, HighBit=0, PixelRepresentation=0, SamplesPerPixel=1, PhotometricInterpretation="MONOCHROME2",
        PixelData=np.packbits(MASK.ravel(), bitorder="little").tobytes(),
        SegmentSequence=_items({"SegmentNumber": 1, "SegmentLabel": "Lesion one", "SegmentAlgorithmType": "MANUAL"}),
        SharedFunctionalGroupsSequence=_items(shared), PerFrameFunctionalGroupsSequence=_items(frame),
    )  # fmt: skip


def _contours(image: Dataset) -> Dataset:
    """One closed contour on the same image."""
    row, column = (float(one) for one in image.PixelSpacing)
    across, down = np.array(image.ImageOrientationPatient[:3], float), np.array(image.ImageOrientationPatient[3:], float)
    corner = np.array(image.ImagePositionPatient, float)
    points = [corner + across * x * column + down * y * row for x, y in CONTOUR]
    drawn = {
        "ContourGeometricType": "CLOSED_PLANAR", "NumberOfContourPoints": len(points), "ContourImageSequence": _reference(image),
        "ContourData": [f"{value:.4f}" for point in points for value in point],
    }  # fmt: skip
    return _beside(
        image, STRUCTURE_SET, "RTSTRUCT", StructureSetLabel="PLAN",
        StructureSetROISequence=_items(
            {"ROINumber": 1, "ROIName": "Heart", "ReferencedFrameOfReferenceUID": image.FrameOfReferenceUID}
        ),
        ROIContourSequence=_items(
            {"ReferencedROINumber": 1, "ROIDisplayColor": [255, 128, 0], "ContourSequence": _items(drawn)}
        ),
    )  # fmt: skip


def _papers() -> list[Dataset]:
    """A report of another maker and a PDF, in one study."""
    report = pydicom.dcmread(get_testdata_file("reportsi.dcm"))
    report.PatientName, report.PatientID = PAPERS, PAPERS[-8:]
    report.SeriesDescription = "The report"
    if "FrameOfReferenceUID" not in report:
        report.FrameOfReferenceUID = generate_uid()
    pdf = _beside(
        report, ENCAPSULATED_PDF, "DOC", SeriesDescription="The letter", MIMETypeOfEncapsulatedDocument="application/pdf",
        EncapsulatedDocument=PDF + b" " * (len(PDF) % 2), EncapsulatedDocumentLength=len(PDF),
    )  # fmt: skip
    return [report, pdf]
