"""The image classes of the test object: the modules that each IOD requires beside patient, study and series (PS3.3 A.2 to A.33).

Comes in: a data set with its common modules, and the lines to burn in. Goes out: the same with its picture: a ramp of grey, a wedge
of steps, and the lines. Values are plausible, geometry is true: a viewer shows it, a validator passes it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from pydicom import Dataset
from pydicom.sequence import Sequence

from isocenter.base.ids import new_uid
from isocenter.doctor.lettering import lines

Pixels = np.ndarray[Any, np.dtype[Any]]

SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"
SIDE_PIXELS: Final = 512
_MARGIN_PIXELS, _SCALE, _STEPS = 24, 3, 16
_WHITE = 255


@dataclass(frozen=True, slots=True)
class Burned:
    """What is drawn into the pixels."""

    lines: tuple[str, ...]

    def picture(self, side_pixels: int = SIDE_PIXELS) -> Pixels:
        """A square of 8 bits: a ramp from the left, a wedge of sixteen steps below, the lines in white."""
        ramp = np.linspace(16, 96, side_pixels, dtype=np.float32)
        found: Pixels = np.repeat(ramp[None, :], side_pixels, 0).astype(np.uint8)
        wedge = np.repeat(np.arange(_STEPS, dtype=np.uint8) * (_WHITE // (_STEPS - 1)), side_pixels // _STEPS)
        found[-side_pixels // 8 :, : wedge.size] = wedge
        widest = max((len(line) for line in self.lines), default=1) * 6
        marks = lines(self.lines, max(1, min(_SCALE, (side_pixels - 2 * _MARGIN_PIXELS) // widest)))
        rows, columns = min(marks.shape[0], side_pixels - _MARGIN_PIXELS), min(marks.shape[1], side_pixels - _MARGIN_PIXELS)
        area = found[_MARGIN_PIXELS : _MARGIN_PIXELS + rows, _MARGIN_PIXELS : _MARGIN_PIXELS + columns]
        area[marks[: area.shape[0], : area.shape[1]] == 1] = _WHITE
        return found


def in_order(data_set: Dataset, *, little_endian: bool) -> Dataset:
    """The same with its 16-bit samples in that byte order; made little endian, they are turned where it is asked for."""
    if little_endian:
        return data_set
    found = copy.deepcopy(data_set)
    for group in found.get("WaveformSequence") or ():
        group["WaveformData"].value = np.frombuffer(group.WaveformData, "<u2").astype(">u2").tobytes()
    if data_set.get("BitsAllocated") != 16:
        return found
    found["PixelData"].value = np.frombuffer(data_set.PixelData, "<u2").astype(">u2").tobytes()
    return found


def grey(found: Dataset, pixels: Pixels, bits_stored: int, photometric: str = "MONOCHROME2") -> None:
    """The image pixel module of one frame, or of several along the first axis (PS3.3 C.7.6.3)."""
    found.SamplesPerPixel, found.PhotometricInterpretation = 1, photometric
    found.Rows, found.Columns = pixels.shape[-2:]
    found.BitsAllocated, found.BitsStored, found.HighBit = pixels.dtype.itemsize * 8, bits_stored, bits_stored - 1
    found.PixelRepresentation = int(pixels.dtype.kind == "i")
    found.add_new(0x7FE00010, "OW" if pixels.dtype.itemsize == 2 else "OB", pixels.tobytes())


def colour(found: Dataset, pixels: Pixels) -> None:
    """The same in colour: a blue cast, so that a viewer that takes it for grey is seen to."""
    found.SamplesPerPixel, found.PhotometricInterpretation, found.PlanarConfiguration = 3, "RGB", 0
    found.Rows, found.Columns = pixels.shape[-2:]
    found.BitsAllocated, found.BitsStored, found.HighBit, found.PixelRepresentation = 8, 8, 7, 0
    cast = np.stack([pixels // 2, pixels // 4 * 3, pixels], axis=-1).astype(np.uint8)
    found.add_new(0x7FE00010, "OB", cast.tobytes())


def _deep(burned: Burned, bits: int) -> Pixels:
    """The picture in more than 8 bits."""
    return (burned.picture().astype(np.uint16) << (bits - 8)).astype("<u2")


def _general(found: Dataset, *image_type: str) -> None:
    """General image module (PS3.3 C.7.6.1)."""
    found.ImageType = list(image_type or ("ORIGINAL", "PRIMARY"))
    found.AcquisitionDate, found.AcquisitionTime = found.ContentDate, found.ContentTime
    found.AcquisitionNumber, found.PatientOrientation, found.Laterality = "1", "", ""
    found.BurnedInAnnotation, found.LossyImageCompression = "YES", "00"


def _plane(found: Dataset) -> None:
    """Frame of reference and image plane (PS3.3 C.7.4.1, C.7.6.2): one axial slice, head first, on the back."""
    found.FrameOfReferenceUID, found.PositionReferenceIndicator = new_uid(), ""
    found.PatientPosition, found.PatientOrientation = "HFS", ["L", "P"]
    found.PixelSpacing, found.SliceThickness = ["0.5", "0.5"], "5"
    found.ImagePositionPatient, found.ImageOrientationPatient = ["-128", "-128", "0"], ["1", "0", "0", "0", "1", "0"]
    found.SliceLocation = "0"


def _ct(found: Dataset, burned: Burned) -> None:
    _general(found, "ORIGINAL", "PRIMARY", "AXIAL")
    _plane(found)
    found.RescaleIntercept, found.RescaleSlope, found.RescaleType = "-1024", "1", "HU"
    found.WindowCenter, found.WindowWidth, found.KVP = "1016", "4080", "120"
    grey(found, _deep(burned, 12), 12)


def _mr(found: Dataset, burned: Burned) -> None:
    _general(found, "ORIGINAL", "PRIMARY", "M", "SE")
    _plane(found)
    found.ScanningSequence, found.SequenceVariant, found.ScanOptions, found.MRAcquisitionType = "SE", "NONE", "", "2D"
    found.RepetitionTime, found.EchoTime, found.EchoTrainLength, found.MagneticFieldStrength = "500", "15", "1", "1.5"
    found.WindowCenter, found.WindowWidth = "2040", "4080"
    grey(found, _deep(burned, 12), 12)


def _pt(found: Dataset, burned: Burned) -> None:
    _general(found, "ORIGINAL", "PRIMARY")
    _plane(found)
    found.Units, found.CountsSource, found.SeriesType = "BQML", "EMISSION", ["STATIC", "IMAGE"]
    found.NumberOfSlices, found.ImageIndex, found.CorrectedImage, found.DecayCorrection = 1, 1, ["DECY"], "START"
    found.CollimatorType, found.FrameReferenceTime, found.ActualFrameDuration = "NONE", "0", "1000"
    found.RescaleIntercept, found.RescaleSlope, found.DecayFactor = "0", "1", "1"
    found.WindowCenter, found.WindowWidth = "16320", "32640"
    found.RadiopharmaceuticalInformationSequence = Sequence()
    found.PatientGantryRelationshipCodeSequence = Sequence()
    found.PatientOrientationCodeSequence = Sequence()
    del found.PatientPosition
    grey(found, _deep(burned, 15).astype("<i2"), 16)


def _cr(found: Dataset, burned: Burned) -> None:
    _general(found)
    found.BodyPartExamined, found.ViewPosition = "", ""
    found.WindowCenter, found.WindowWidth = "2040", "4080"
    grey(found, _deep(burned, 12), 12)


def _projection(found: Dataset, burned: Burned, intent: str) -> None:
    """Digital X-ray, mammography and intra-oral images (PS3.3 A.26, A.27, A.28, C.8.11)."""
    _general(found, "ORIGINAL", "PRIMARY", "")
    found.PatientOrientation = ["L", "F"]
    found.PresentationIntentType, found.ImageLaterality = intent, "U"
    found.PixelIntensityRelationship, found.PixelIntensityRelationshipSign = "LOG", -1
    found.RescaleIntercept, found.RescaleSlope, found.RescaleType = "0", "1", "US"
    found.DetectorType, found.ImagerPixelSpacing = "", ["0.2", "0.2"]
    found.DetectorID, found.FieldOfViewOrigin, found.FieldOfViewRotation, found.FieldOfViewHorizontalFlip = (
        "",
        ["0", "0"],
        "0",
        "NO",
    )
    found.DerivationDescription = ""
    found.PositionerType, found.PresentationLUTShape = "NONE", "IDENTITY"
    found.AnatomicRegionSequence = Sequence([coded("T-D1000", "SRT", "Trunk")] if found.Modality == "DX" else [])
    if intent == _SHOWN:
        found.WindowCenter, found.WindowWidth = "2040", "4080"
    found.AcquisitionContextSequence = Sequence()
    del found.Laterality
    grey(found, _deep(burned, 12), 12)


def _dx(found: Dataset, burned: Burned, intent: str) -> None:
    _projection(found, burned, intent)


def _mg(found: Dataset, burned: Burned, intent: str) -> None:
    _projection(found, burned, intent)
    found.PositionerType, found.ImageLaterality, found.BodyPartExamined = "NONE", "R", "BREAST"
    found.OrganExposed, found.PatientSex = "BREAST", "O"
    found.AnatomicRegionSequence = Sequence([coded("T-04000", "SRT", "Breast")])
    view = coded("R-10242", "SRT", "cranio-caudal")
    view.ViewModifierCodeSequence = Sequence()
    found.ViewCodeSequence, found.BreastImplantPresent, found.PartialView = Sequence([view]), "NO", "NO"


def _io(found: Dataset, burned: Burned, intent: str) -> None:
    _projection(found, burned, intent)
    found.AnatomicRegionSequence = Sequence([coded("T-D1217", "SRT", "Maxilla and mandible")])
    found.PrimaryAnatomicStructureSequence = Sequence([coded("T-54210", "SRT", "Permanent upper right central incisor tooth")])
    found.PositionerType, found.ImageLaterality = "NONE", "R"


def _us(found: Dataset, burned: Burned) -> None:
    _general(found, "ORIGINAL", "PRIMARY", "", "0001")
    colour(found, burned.picture())


def _us_multi_frame(found: Dataset, burned: Burned) -> None:
    _general(found, "ORIGINAL", "PRIMARY", "", "0001")
    colour(found, burned.picture())
    _frames(found, 2)


def _frames(found: Dataset, count: int) -> None:
    """Cine and multi-frame modules (PS3.3 C.7.6.5, C.7.6.6): the same picture again."""
    found.NumberOfFrames, found.FrameTime, found.FrameIncrementPointer = str(count), "100", 0x00181063
    found["PixelData"].value = found.PixelData * count


def _sc(found: Dataset, burned: Burned) -> None:
    _general(found, "DERIVED", "SECONDARY")
    found.ConversionType = "SYN"
    grey(found, burned.picture(), 8)


def _sc_frames(found: Dataset, burned: Burned, bits: int) -> None:
    """The multi-frame secondary captures (PS3.3 A.8.2 to A.8.5)."""
    _general(found, "DERIVED", "SECONDARY")
    found.ConversionType = "SYN"
    if bits == 24:
        colour(found, burned.picture())
    elif bits == 1:
        bit = np.packbits(burned.picture() > 200, bitorder="little")
        found.SamplesPerPixel, found.PhotometricInterpretation, found.Rows, found.Columns = (
            1,
            "MONOCHROME2",
            SIDE_PIXELS,
            SIDE_PIXELS,
        )
        found.BitsAllocated, found.BitsStored, found.HighBit, found.PixelRepresentation = 1, 1, 0, 0
        found.add_new(0x7FE00010, "OB", bit.tobytes())
    else:
        grey(found, burned.picture() if bits == 8 else _deep(burned, 12), min(bits, 12))
        found.RescaleIntercept, found.RescaleSlope, found.RescaleType, found.PresentationLUTShape = "0", "1", "US", "IDENTITY"
    _frames(found, 2)


def _xa(found: Dataset, burned: Burned) -> None:
    _general(found, "ORIGINAL", "PRIMARY", "SINGLE PLANE")
    found.PixelIntensityRelationship, found.RadiationSetting, found.KVP, found.XRayTubeCurrent = "LIN", "SC", "80", "10"
    found.Exposure, found.PositionerMotion, found.TableMotion = "1", "STATIC", "STATIC"
    found.PositionerPrimaryAngle, found.PositionerSecondaryAngle = "0", "0"
    found.DistanceSourceToDetector, found.DistanceSourceToPatient, found.ExposureTime = "1000", "600", "10"
    found.WindowCenter, found.WindowWidth = "128", "256"
    grey(found, burned.picture(), 8)


def _nm(found: Dataset, burned: Burned) -> None:
    _general(found, "ORIGINAL", "PRIMARY", "STATIC", "EMISSION")
    found.PatientOrientationCodeSequence = Sequence()
    found.PatientGantryRelationshipCodeSequence = Sequence()
    found.EnergyWindowInformationSequence = Sequence([Dataset()])
    found.RadiopharmaceuticalInformationSequence = Sequence([Dataset()])
    found.RadiopharmaceuticalInformationSequence[0].Radiopharmaceutical = ""
    found.RadiopharmaceuticalInformationSequence[0].RadionuclideCodeSequence = Sequence()
    found.EnergyWindowInformationSequence[0].EnergyWindowName = "TEST"
    detector = Dataset()
    detector.CollimatorType, detector.ImagePositionPatient, detector.ImageOrientationPatient = "PARA", "", ""
    detector.FocalDistance = "0"
    found.DetectorInformationSequence = Sequence([detector])
    found.NumberOfEnergyWindows, found.NumberOfDetectors, found.CountsAccumulated = 1, 1, "1000"
    found.EnergyWindowVector, found.DetectorVector, found.ActualFrameDuration = [1], [1], "1000"
    found.NumberOfFrames, found.FrameIncrementPointer, found.PixelSpacing = "1", [0x00540010, 0x00540020], ["1", "1"]
    grey(found, _deep(burned, 12), 16)


def _rt_image(found: Dataset, burned: Burned) -> None:
    _general(found, "ORIGINAL", "PRIMARY", "PORTAL")
    found.RTImageLabel, found.RTImagePlane, found.RTImageDescription = "TEST", "NORMAL", ""
    found.ConversionType, found.ReportedValuesOrigin, found.XRayImageReceptorAngle = "SYN", "", ""
    found.ImagePlanePixelSpacing, found.RTImagePosition = ["0.5", "0.5"], ["-128", "128"]
    found.RadiationMachineName, found.PrimaryDosimeterUnit, found.RadiationMachineSAD, found.RTImageSID = "", "", "", ""
    found.OperatorsName, found.GantryAngle, found.BeamLimitingDeviceAngle, found.PatientSupportAngle = "", "", "", ""
    found.PixelIntensityRelationship, found.PixelIntensityRelationshipSign = "LIN", 1
    found.RescaleIntercept, found.RescaleSlope, found.RescaleType = "0", "1", "US"
    grey(found, burned.picture(), 8)


def _visible_light(found: Dataset, burned: Burned) -> None:
    _general(found, "ORIGINAL", "PRIMARY")
    found.AcquisitionContextSequence = Sequence()
    found.ImageLaterality = "U"
    del found.Laterality
    colour(found, burned.picture())


def coded(value: str, scheme: str, meaning: str) -> Dataset:
    """One coded concept (PS3.3 8.8)."""
    found = Dataset()
    found.CodeValue, found.CodingSchemeDesignator, found.CodeMeaning = value, scheme, meaning
    return found


def _with(fill: Callable[..., None], *more: Any) -> Callable[[Dataset, Burned], None]:
    return lambda found, burned: fill(found, burned, *more)


_ROOT = "1.2.840.10008.5.1.4.1.1"
_SHOWN, _RAW = "FOR PRESENTATION", "FOR PROCESSING"
KINDS: Final[dict[str, tuple[str, Callable[[Dataset, Burned], None]]]] = {
    f"{_ROOT}.1": ("CR", _cr),
    f"{_ROOT}.1.1": ("DX", _with(_dx, _SHOWN)),
    f"{_ROOT}.1.1.1": ("DX", _with(_dx, _RAW)),
    f"{_ROOT}.1.2": ("MG", _with(_mg, _SHOWN)),
    f"{_ROOT}.1.2.1": ("MG", _with(_mg, _RAW)),
    f"{_ROOT}.1.3": ("IO", _with(_io, _SHOWN)),
    f"{_ROOT}.1.3.1": ("IO", _with(_io, _RAW)),
    f"{_ROOT}.2": ("CT", _ct),
    f"{_ROOT}.4": ("MR", _mr),
    f"{_ROOT}.6.1": ("US", _us),
    f"{_ROOT}.3.1": ("US", _us_multi_frame),
    SECONDARY_CAPTURE: ("OT", _sc),
    f"{_ROOT}.7.1": ("OT", _with(_sc_frames, 1)),
    f"{_ROOT}.7.2": ("OT", _with(_sc_frames, 8)),
    f"{_ROOT}.7.3": ("OT", _with(_sc_frames, 16)),
    f"{_ROOT}.7.4": ("OT", _with(_sc_frames, 24)),
    f"{_ROOT}.12.1": ("XA", _xa),
    f"{_ROOT}.12.2": ("RF", _xa),
    f"{_ROOT}.20": ("NM", _nm),
    f"{_ROOT}.128": ("PT", _pt),
    f"{_ROOT}.481.1": ("RTIMAGE", _rt_image),
    f"{_ROOT}.77.1.1": ("ES", _visible_light),
    f"{_ROOT}.77.1.2": ("GM", _visible_light),
    f"{_ROOT}.77.1.4": ("XC", _visible_light),
}
"""By SOP class: the modality, and what adds the modules of its IOD."""
