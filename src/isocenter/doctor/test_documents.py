"""The test object's classes without pixels: documents, key objects, waveforms, radiotherapy (PS3.3 A.19 to A.45).

Comes in: a data set with its common modules, and the lines that say who sent it. Goes out: the same as a valid object of its class,
the lines readable in it where the class has text.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from math import pi, sin
from typing import Any, Final

from pydicom import Dataset
from pydicom.sequence import Sequence

from isocenter.base.ids import new_uid
from isocenter.doctor.test_images import Burned, coded

Fill = Callable[[Dataset, Burned], None]

_SAMPLES, _LEADS = 500, ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")


def _text(burned: Burned) -> str:
    return "\n".join(burned.lines)


def _synchronised(found: Dataset) -> None:
    found.AcquisitionDateTime = found.ContentDate + found.ContentTime


def _report(found: Dataset, burned: Burned) -> None:
    """A structured report of one line of text (PS3.3 A.35, C.17)."""
    found.SeriesInstanceUID = new_uid()
    found.ReferencedPerformedProcedureStepSequence = Sequence()
    found.CompletionFlag, found.VerificationFlag = "COMPLETE", "UNVERIFIED"
    found.PerformedProcedureCodeSequence = Sequence()
    found.ValueType, found.ContinuityOfContent = "CONTAINER", "SEPARATE"
    found.ConceptNameCodeSequence = Sequence([coded("18748-4", "LN", "Diagnostic imaging report")])
    line = Dataset()
    line.RelationshipType, line.ValueType = "CONTAINS", "TEXT"
    line.ConceptNameCodeSequence = Sequence([coded("121071", "DCM", "Finding")])
    line.TextValue = _text(burned)
    found.ContentSequence = Sequence([line])


def _key_objects(found: Dataset, burned: Burned) -> None:
    """A key object selection that points at an object that was never sent (PS3.3 A.35.4, C.17.6)."""
    found.ReferencedPerformedProcedureStepSequence = Sequence()
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", new_uid()
    evidence, series = Dataset(), Dataset()
    series.SeriesInstanceUID, series.ReferencedSOPSequence = new_uid(), Sequence([reference])
    evidence.StudyInstanceUID, evidence.ReferencedSeriesSequence = found.StudyInstanceUID, Sequence([series])
    found.CurrentRequestedProcedureEvidenceSequence = Sequence([evidence])
    found.ValueType, found.ContinuityOfContent = "CONTAINER", "SEPARATE"
    found.ConceptNameCodeSequence = Sequence([coded("113000", "DCM", "Of Interest")])
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "2010"
    found.ContentTemplateSequence = Sequence([template])
    words, image = Dataset(), Dataset()
    words.RelationshipType, words.ValueType, words.TextValue = "CONTAINS", "TEXT", _text(burned)
    words.ConceptNameCodeSequence = Sequence([coded("113012", "DCM", "Key Object Description")])
    image.RelationshipType, image.ValueType, image.ReferencedSOPSequence = "CONTAINS", "IMAGE", Sequence([reference])
    found.ContentSequence = Sequence([words, image])


def _encapsulated(found: Dataset, content: bytes, media_type: str) -> None:
    """Encapsulated document module (PS3.3 C.24.2)."""
    found.ConversionType, found.BurnedInAnnotation, found.DocumentTitle = "SYN", "YES", "Connection test"
    found.ConceptNameCodeSequence, found.MIMETypeOfEncapsulatedDocument = Sequence(), media_type
    _synchronised(found)
    found.EncapsulatedDocumentLength = len(content)
    found.add_new(0x00420011, "OB", content + b"\0" * (len(content) % 2))


def _pdf(found: Dataset, burned: Burned) -> None:
    _encapsulated(found, pdf_of(burned.lines), "application/pdf")


def pdf_of(texts: tuple[str, ...]) -> bytes:
    """A page of text as the smallest PDF that every reader opens (ISO 32000-1 7.5)."""

    def escaped(text: str) -> str:
        return "".join(f"\\{one}" if one in "\\()" else one for one in text.encode("latin-1", "replace").decode("latin-1"))

    drawn = " ".join(f"({escaped(text)}) Tj T*" for text in texts)
    stream = zlib.compress(f"BT /F1 14 Tf 18 TL 72 720 Td {drawn} ET".encode("latin-1"))
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Courier/Encoding/WinAnsiEncoding>>",
    ]
    content, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(bodies, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    content += b"".join(b"%010d 00000 n \n" % one for one in places)
    content += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start)
    return bytes(content)


def _presentation_state(found: Dataset, burned: Burned) -> None:
    """A softcopy presentation state with the lines as a text annotation (PS3.3 A.33)."""
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", new_uid()
    series = Dataset()
    series.SeriesInstanceUID, series.ReferencedImageSequence = new_uid(), Sequence([reference])
    found.ReferencedSeriesSequence = Sequence([series])
    found.PresentationCreationDate, found.PresentationCreationTime = found.ContentDate, found.ContentTime
    found.ContentLabel, found.ContentDescription, found.ContentCreatorName = "TEST", "Connection test", ""
    area = Dataset()
    area.DisplayedAreaTopLeftHandCorner, area.DisplayedAreaBottomRightHandCorner = [1, 1], [512, 512]
    area.PresentationSizeMode, area.PresentationPixelAspectRatio = "SCALE TO FIT", ["1", "1"]
    found.DisplayedAreaSelectionSequence = Sequence([area])
    text, annotation, layer = Dataset(), Dataset(), Dataset()
    text.UnformattedTextValue, text.BoundingBoxAnnotationUnits = _text(burned), "PIXEL"
    text.BoundingBoxTopLeftHandCorner, text.BoundingBoxBottomRightHandCorner = [10, 10], [500, 200]
    text.BoundingBoxTextHorizontalJustification = "LEFT"
    annotation.GraphicLayer, annotation.TextObjectSequence = "TEST", Sequence([text])
    layer.GraphicLayer, layer.GraphicLayerOrder = "TEST", 1
    found.GraphicAnnotationSequence, found.GraphicLayerSequence = Sequence([annotation]), Sequence([layer])
    found.PresentationLUTShape, found.Laterality = "IDENTITY", ""


def _electrocardiogram(found: Dataset, burned: Burned) -> None:
    """One second of twelve leads (PS3.3 A.34.3, C.10.9)."""
    _synchronised(found)
    found.AcquisitionContextSequence = Sequence()
    group = Dataset()
    group.MultiplexGroupLabel, group.WaveformOriginality = "RHYTHM", "ORIGINAL"
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = len(_LEADS), _SAMPLES
    group.SamplingFrequency = str(_SAMPLES)
    group.ChannelDefinitionSequence = Sequence([_lead(number, name) for number, name in enumerate(_LEADS)])
    group.WaveformBitsAllocated, group.WaveformSampleInterpretation = 16, "SS"
    values = [round(1000 * sin(2 * pi * 5 * sample / _SAMPLES)) for sample in range(_SAMPLES) for _ in _LEADS]
    group.add_new(0x54001010, "OW", struct.pack(f"<{len(values)}h", *values))
    found.WaveformSequence = Sequence([group])
    note = Dataset()
    note.UnformattedTextValue, note.AnnotationGroupNumber = _text(burned), 0
    note.ReferencedWaveformChannels = [1, 0]
    found.WaveformAnnotationSequence = Sequence([note])


def _lead(number: int, name: str) -> Dataset:
    found = Dataset()
    source = coded(f"5.6.3-9-{number + 1}", "SCPECG", f"Lead {name}")
    source.CodingSchemeVersion = "1.3"
    found.ChannelSourceSequence = Sequence([source])
    found.ChannelSensitivity, found.ChannelSensitivityCorrectionFactor, found.ChannelBaseline = "1", "1", "0"
    found.ChannelSensitivityUnitsSequence = Sequence([coded("uV", "UCUM", "microvolt")])
    found.ChannelSampleSkew, found.WaveformBitsStored = "0", 16
    return found


def _raw(found: Dataset, burned: Burned) -> None:
    """Raw data, opaque to everybody but its maker (PS3.3 A.37)."""
    found.Laterality = ""
    found.AcquisitionContextSequence = Sequence()
    found.CreatorVersionUID = new_uid()


def _structures(found: Dataset, burned: Burned) -> None:
    """A structure set of one square (PS3.3 A.19)."""
    found.OperatorsName, found.PositionReferenceIndicator, found.FrameOfReferenceUID = "", "", new_uid()
    found.StructureSetLabel, found.StructureSetDescription = "TEST", _text(burned)
    found.StructureSetDate, found.StructureSetTime = found.ContentDate, found.ContentTime
    area, outline, contour, observed = Dataset(), Dataset(), Dataset(), Dataset()
    area.ROINumber, area.ROIName, area.ROIGenerationAlgorithm = 1, "TEST", "AUTOMATIC"
    area.ReferencedFrameOfReferenceUID = found.FrameOfReferenceUID
    contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", 4
    contour.ContourData = ["0", "0", "0", "50", "0", "0", "50", "50", "0", "0", "50", "0"]
    outline.ReferencedROINumber, outline.ContourSequence = 1, Sequence([contour])
    observed.ObservationNumber, observed.ReferencedROINumber, observed.RTROIInterpretedType, observed.ROIInterpreter = 1, 1, "", ""
    found.StructureSetROISequence, found.ROIContourSequence = Sequence([area]), Sequence([outline])
    found.RTROIObservationsSequence = Sequence([observed])


def _plan(found: Dataset, burned: Burned) -> None:
    """A plan that irradiates nobody (PS3.3 A.20)."""
    found.OperatorsName = ""
    found.RTPlanLabel, found.RTPlanDate, found.RTPlanTime = "TEST", found.ContentDate, found.ContentTime
    found.RTPlanGeometry, found.RTPlanDescription = "TREATMENT_DEVICE", _text(burned)
    found.ApprovalStatus = "REJECTED"
    found.ReviewDate, found.ReviewTime, found.ReviewerName = found.ContentDate, found.ContentTime, "ISOCENTER^TEST"


def _with(modality: str, fill: Fill) -> tuple[str, Fill]:
    def made(found: Dataset, burned: Burned) -> None:
        found.Modality = modality
        fill(found, burned)

    return modality, made


_ROOT = "1.2.840.10008.5.1.4.1.1"
KINDS: Final[dict[str, tuple[str, Callable[[Dataset, Any], None]]]] = {
    f"{_ROOT}.88.11": _with("SR", _report),
    f"{_ROOT}.88.22": _with("SR", _report),
    f"{_ROOT}.88.33": _with("SR", _report),
    f"{_ROOT}.88.34": _with("SR", _report),
    f"{_ROOT}.88.67": _with("SR", _report),
    f"{_ROOT}.88.59": _with("KO", _key_objects),
    f"{_ROOT}.104.1": _with("DOC", _pdf),
    f"{_ROOT}.11.1": _with("PR", _presentation_state),
    f"{_ROOT}.9.1.1": _with("ECG", _electrocardiogram),
    f"{_ROOT}.9.1.2": _with("ECG", _electrocardiogram),
    f"{_ROOT}.66": _with("OT", _raw),
    f"{_ROOT}.481.3": _with("RTSTRUCT", _structures),
    f"{_ROOT}.481.5": _with("RTPLAN", _plan),
}
"""By SOP class: the modality, and what adds the modules of its IOD."""
