"""What a segmentation says beside its pixels (PS3.3 A.51, C.8.20): its segments, and where each frame lies.

An object of the DICOM JSON Model comes in, segments and frames go out. The masks themselves are its pixel data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from isocenter.base.limits import SEGMENTATION_FRAMES_MAX
from isocenter.documents.codes import code_of
from isocenter.documents.content import Referenced, referenced
from isocenter.documents.elements import DataSet, items, number, numbers, text, whole_numbers


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment. `colour` is red, green, blue as recommended, or empty."""

    number: int
    label: str
    category: str
    property_type: str
    algorithm: str
    colour: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MaskFrame:
    """One frame, counted from 1: its segment, its place in the patient (mm, LPS; empty where unsaid), the images it was drawn on.

    In a label map `segment` is 0: each pixel names its own.
    """

    frame: int
    segment: int
    position: tuple[float, ...]
    orientation: tuple[float, ...]
    spacing: tuple[float, ...]
    images: tuple[Referenced, ...]


@dataclass(frozen=True, slots=True)
class Segmentation:
    """`kind` is BINARY, FRACTIONAL or LABELMAP; `maximum` is the value that means all, in a fractional one.

    `is_whole` is False where it has more frames than are read.
    """

    label: str
    kind: str
    maximum: int
    rows: int
    columns: int
    bits_allocated: int
    frame_count: int
    frame_of_reference_uid: str
    segments: tuple[Segment, ...]
    frames: tuple[MaskFrame, ...]
    is_whole: bool


def read(source: DataSet) -> Segmentation:
    """The segments and frames of a segmentation."""
    shared = next(iter(items(source, "SharedFunctionalGroupsSequence")), {})
    each = items(source, "PerFrameFunctionalGroupsSequence")
    frames = [_frame(position, groups, shared) for position, groups in enumerate(each[:SEGMENTATION_FRAMES_MAX], 1)]
    return Segmentation(
        label=text(source, "ContentLabel") or text(source, "SeriesDescription"),
        kind=text(source, "SegmentationType"),
        maximum=_whole(source, "MaximumFractionalValue") or 1,
        rows=_whole(source, "Rows"),
        columns=_whole(source, "Columns"),
        bits_allocated=_whole(source, "BitsAllocated"),
        frame_count=_whole(source, "NumberOfFrames") or len(each),
        frame_of_reference_uid=text(source, "FrameOfReferenceUID"),
        segments=tuple(_segment(item) for item in items(source, "SegmentSequence")),
        frames=tuple(frames),
        is_whole=len(each) <= SEGMENTATION_FRAMES_MAX,
    )


def _whole(source: DataSet, keyword: str) -> int:
    found = number(source, keyword)
    return int(found) if found is not None else 0


def _segment(item: DataSet) -> Segment:
    return Segment(
        number=_whole(item, "SegmentNumber"),
        label=text(item, "SegmentLabel"),
        category=code_of(item, "SegmentedPropertyCategoryCodeSequence").meaning,
        property_type=code_of(item, "SegmentedPropertyTypeCodeSequence").meaning,
        algorithm=text(item, "SegmentAlgorithmName") or text(item, "SegmentAlgorithmType").lower(),
        colour=_colour(whole_numbers(item, "RecommendedDisplayCIELabValue")),
    )


def _frame(frame: int, groups: DataSet, shared: DataSet) -> MaskFrame:
    def one(keyword: str) -> DataSet:
        return next(iter(items(groups, keyword) or items(shared, keyword)), {})

    return MaskFrame(
        frame=frame,
        segment=_whole(one("SegmentIdentificationSequence"), "ReferencedSegmentNumber"),
        position=_of_length(3, numbers(one("PlanePositionSequence"), "ImagePositionPatient")),
        orientation=_of_length(6, numbers(one("PlaneOrientationSequence"), "ImageOrientationPatient")),
        spacing=_of_length(2, numbers(one("PixelMeasuresSequence"), "PixelSpacing")),
        images=tuple(_sources(groups)),
    )


def _of_length(count: int, found: Sequence[float]) -> tuple[float, ...]:
    return tuple(found) if len(found) == count else ()


def _sources(groups: Mapping[str, object]) -> Iterator[Referenced]:
    """The images that a frame was derived from (PS3.3 C.7.6.16.2.6)."""
    for derivation in items(groups, "DerivationImageSequence"):
        for item in items(derivation, "SourceImageSequence"):
            yield referenced(item)


_LAB_WORD = 0xFFFF
_WHITE = (0.95047, 1.0, 1.08883)
"""The white point D65, which sRGB has; the PCS of ICC has D50, which the eye cannot tell in a colour of a list."""


def _colour(words: Sequence[int]) -> tuple[int, ...]:
    """CIELab as PS3.3 C.10.7.1.1 scales it, as sRGB."""
    if len(words) != 3 or not all(0 <= one <= _LAB_WORD for one in words):
        return ()
    lightness = words[0] * 100 / _LAB_WORD
    a, b = (one * 255 / _LAB_WORD - 128 for one in words[1:])
    y = (lightness + 16) / 116
    x, z = y + a / 500, y - b / 200
    linear = [
        white * (one**3 if one > 6 / 29 else 3 * (6 / 29) ** 2 * (one - 4 / 29))
        for white, one in zip(_WHITE, (x, y, z), strict=True)
    ]
    mixed = (
        3.2406 * linear[0] - 1.5372 * linear[1] - 0.4986 * linear[2],
        -0.9689 * linear[0] + 1.8758 * linear[1] + 0.0415 * linear[2],
        0.0557 * linear[0] - 0.2040 * linear[1] + 1.0570 * linear[2],
    )
    return tuple(round(255 * _gamma(min(1.0, max(0.0, one)))) for one in mixed)


def _gamma(one: float) -> float:
    return 12.92 * one if one <= 0.0031308 else 1.055 * one ** (1 / 2.4) - 0.055
