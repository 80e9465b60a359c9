"""The test object's classes of several planes: enhanced CT and MR, breast tomosynthesis, RT dose (PS3.3 A.18, A.36, A.38).

Comes in: a data set with its common modules, and the lines to burn in. Goes out: two frames of the same picture, each with its
place. They are derived, as everything that a computer makes is, which leaves out what only a scan could say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from pydicom import Dataset
from pydicom.sequence import Sequence

from isocenter.base.ids import new_uid
from isocenter.doctor.test_images import Burned, grey

Fill = Callable[[Dataset, Burned], None]

_FRAMES = 2
_APART_MM = 5


def _item(**values: object) -> Sequence:
    found = Dataset()
    for keyword, value in values.items():
        setattr(found, keyword, value)
    return Sequence([found])


def _code(value: str, meaning: str, scheme: str = "SCT") -> Sequence:
    return _item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def _pixels(found: Dataset, burned: Burned) -> None:
    picture = burned.picture().astype("<u2") << 4
    grey(found, np.stack([picture] * _FRAMES).astype("<u2"), 12)
    found.NumberOfFrames = str(_FRAMES)


def _general(found: Dataset, *image_type: str) -> None:
    found.ImageType = list(image_type)
    found.AcquisitionContextSequence, found.PresentationLUTShape = Sequence(), "IDENTITY"
    found.PixelPresentation, found.VolumetricProperties, found.VolumeBasedCalculationTechnique = "MONOCHROME", "VOLUME", "NONE"
    # The lines name devices; they do not identify a patient, which is what this asks (PS3.3 C.7.6.1).
    found.BurnedInAnnotation, found.LossyImageCompression = "NO", "00"
    found.ContentQualification, found.FrameOfReferenceUID, found.PositionReferenceIndicator = "RESEARCH", new_uid(), ""
    found.PatientPosition = "HFS"
    found.AcquisitionDateTime, found.InstanceNumber = found.ContentDate + found.ContentTime, "1"


def _groups(found: Dataset, frame_type: str, **shared: Sequence) -> None:
    """Shared and per-frame functional groups, and the dimension that orders the frames (PS3.3 C.7.6.16, C.7.6.17)."""
    common = Dataset()
    common.PixelMeasuresSequence = _item(PixelSpacing=["0.5", "0.5"], SliceThickness="5")
    common.PlaneOrientationSequence = _item(ImageOrientationPatient=["1", "0", "0", "0", "1", "0"])
    common.FrameAnatomySequence = _item(FrameLaterality="U", AnatomicRegionSequence=_code("22943007", "Trunk"))
    kind = _item(
        FrameType=list(found.ImageType),
        PixelPresentation=found.PixelPresentation,
        VolumetricProperties=found.VolumetricProperties,
        VolumeBasedCalculationTechnique=found.VolumeBasedCalculationTechnique,
    )
    for keyword in ("ComplexImageComponent", "AcquisitionContrast"):
        if keyword in found:
            setattr(kind[0], keyword, found[keyword].value)
    setattr(common, frame_type, kind)
    for keyword, value in shared.items():
        setattr(common, keyword, value)
    organisation = new_uid()
    found.DimensionOrganizationSequence = _item(DimensionOrganizationUID=organisation)
    found.DimensionIndexSequence = _item(
        DimensionOrganizationUID=organisation, DimensionIndexPointer=0x00209057, FunctionalGroupPointer=0x00209111
    )
    found.SharedFunctionalGroupsSequence = Sequence([common])
    found.PerFrameFunctionalGroupsSequence = Sequence([_frame(number) for number in range(1, _FRAMES + 1)])


def _frame(number: int) -> Dataset:
    found = Dataset()
    found.FrameContentSequence = _item(StackID="1", InStackPositionNumber=number, DimensionIndexValues=[number])
    found.PlanePositionSequence = _item(ImagePositionPatient=["-128", "-128", str((number - 1) * _APART_MM)])
    return found


def _shown(intercept: str, kind: str) -> dict[str, Sequence]:
    return {
        "PixelValueTransformationSequence": _item(RescaleIntercept=intercept, RescaleSlope="1", RescaleType=kind),
        "FrameVOILUTSequence": _item(WindowCenter="2040", WindowWidth="4080"),
    }


def _ct(found: Dataset, burned: Burned) -> None:
    _general(found, "DERIVED", "PRIMARY", "VOLUME", "NONE")
    event = _item(IrradiationEventUID=new_uid())
    _groups(found, "CTImageFrameTypeSequence", IrradiationEventIdentificationSequence=event, **_shown("-1024", "HU"))
    _pixels(found, burned)


def _mr(found: Dataset, burned: Burned) -> None:
    _general(found, "DERIVED", "PRIMARY", "VOLUME", "NONE")
    found.ComplexImageComponent, found.AcquisitionContrast = "MAGNITUDE", "UNKNOWN"
    found.ApplicableSafetyStandardAgency = "IEC"
    _groups(found, "MRImageFrameTypeSequence", **_shown("0", "US"))
    _pixels(found, burned)


def _tomosynthesis(found: Dataset, burned: Burned) -> None:
    _general(found, "DERIVED", "PRIMARY", "TOMOSYNTHESIS", "NONE")
    found.BreastImplantPresent, found.OrganExposed, found.PatientSex = "NO", "BREAST", "O"
    found.ViewCodeSequence = _code("R-10242", "cranio-caudal", "SRT")
    found.ViewCodeSequence[0].ViewModifierCodeSequence = Sequence()
    _groups(found, "XRay3DFrameTypeSequence", **_shown("0", "US"))
    common = found.SharedFunctionalGroupsSequence[0]
    common.FrameAnatomySequence = _item(FrameLaterality="R", AnatomicRegionSequence=_code("T-04000", "Breast", "SRT"))
    kind = common.XRay3DFrameTypeSequence
    del common.XRay3DFrameTypeSequence
    for frame in found.PerFrameFunctionalGroupsSequence:
        frame.XRay3DFrameTypeSequence = kind
    _pixels(found, burned)


def _dose(found: Dataset, burned: Burned) -> None:
    """Two planes of a dose that nobody gets (PS3.3 A.18)."""
    found.ImageType, found.FrameOfReferenceUID, found.PositionReferenceIndicator = ["DERIVED", "PRIMARY"], new_uid(), ""
    found.OperatorsName, found.PatientOrientation = "", ""
    found.ImagePositionPatient, found.ImageOrientationPatient = ["-128", "-128", "0"], ["1", "0", "0", "0", "1", "0"]
    found.PixelSpacing, found.SliceThickness = ["0.5", "0.5"], ""
    found.DoseUnits, found.DoseType, found.DoseSummationType, found.DoseGridScaling = "GY", "PHYSICAL", "PLAN", "0.001"
    found.ReferencedRTPlanSequence = _item(
        ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.481.5", ReferencedSOPInstanceUID=new_uid()
    )
    found.FrameIncrementPointer, found.GridFrameOffsetVector = 0x3004000C, ["0", str(_APART_MM)]
    picture = burned.picture().astype("<u2")
    grey(found, np.stack([picture] * _FRAMES).astype("<u2"), 16)
    found.NumberOfFrames = str(_FRAMES)


_ROOT = "1.2.840.10008.5.1.4.1.1"
KINDS: Final[dict[str, tuple[str, Fill]]] = {
    f"{_ROOT}.2.1": ("CT", _ct),
    f"{_ROOT}.4.1": ("MR", _mr),
    f"{_ROOT}.13.1.3": ("MG", _tomosynthesis),
    f"{_ROOT}.481.2": ("RTDOSE", _dose),
}
"""By SOP class: the modality, and what adds the modules of its IOD."""
