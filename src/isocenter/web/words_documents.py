"""The words of `/api` about documents: measurements and key images in and out, reports to read, contours and segments.

Nouns of `documents` go in, models go out, and the other way round. Nothing here decides anything.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from isocenter.base.ids import new_uid
from isocenter.base.limits import (
    API_ROWS_MAX,
    DESCRIPTION_CHARACTERS_MAX,
    IMAGE_ORDINATE_MAX,
    KEY_IMAGES_MAX,
    MEASUREMENT_QUANTITIES_MAX,
    MEASUREMENTS_MAX,
    UID_BYTES_MAX,
)
from isocenter.documents.codes import KEY_OBJECT_TITLES
from isocenter.documents.content import Referenced
from isocenter.documents.measurements import POINTS_OF, Kind, Measurement, Quantity
from isocenter.documents.readable import Line
from isocenter.documents.segmentation import MaskFrame, Segment, Segmentation
from isocenter.documents.structure_set import Contour, Structure, StructureSet
from isocenter.web.api_words import Words

Uid = Annotated[str, Field(max_length=UID_BYTES_MAX, pattern=r"^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))*$", examples=["1.2.3"])]
_Ordinate = Annotated[float, Field(ge=-IMAGE_ORDINATE_MAX, le=IMAGE_ORDINATE_MAX, allow_inf_nan=False)]
_Number = Annotated[float, Field(allow_inf_nan=False)]
_Frame = Annotated[int, Field(ge=1, le=0x7FFFFFFF)]
_Line = r"^[^\x00-\x1f\x7f\\]*$"
"""One line of text without control characters or backslashes, which separate values in DICOM (PS3.5 6.2)."""


class QuantityWords(Words):
    """One number of a measurement. `unit` as it is shown: mm, mm², °, HU, px; empty for none."""

    name: str = Field(max_length=64, description="length, angle, area, mean, standard_deviation, minimum, maximum, value ...")
    value: _Number
    unit: str = Field(default="", max_length=64, pattern=_Line)


class MeasurementDrawn(Words):
    """A measurement as it was drawn. Points are (column, row) from 0, whole numbers at pixel centres."""

    uid: Uid = Field(default_factory=new_uid, description="Stays the same when it is saved again.")
    kind: Literal["length", "angle", "cobb", "rectangle", "ellipse", "probe"]
    sop_instance_uid: Uid
    frame: _Frame = 1
    points: list[tuple[_Ordinate, _Ordinate]] = Field(
        min_length=1,
        max_length=4,
        description="Two ends; end, vertex, end; ends of both lines; opposite corners; ends of both axes; one place.",
    )
    quantities: list[QuantityWords] = Field(min_length=1, max_length=MEASUREMENT_QUANTITIES_MAX)
    calibration: str = Field(default="", max_length=400, pattern=_Line, description="Where its millimetres come from.")
    label: str = Field(default="", max_length=64, pattern=_Line)

    @model_validator(mode="after")
    def _has_its_points(self) -> MeasurementDrawn:
        if len(self.points) != POINTS_OF[self.kind]:
            raise ValueError(f"{self.kind} has {POINTS_OF[self.kind]} points, not {len(self.points)}")
        return self

    def noun(self) -> Measurement:
        """The measurement that it means."""
        quantities = tuple(Quantity(one.name, one.value, one.unit) for one in self.quantities)
        return Measurement(
            self.uid, self.kind, self.sop_instance_uid, self.frame, tuple(self.points), quantities, self.calibration, self.label
        )


class MeasurementsIn(Words):
    """Measurements on the images of one study, to be kept as one report; `replaces` are earlier reports that it stands for."""

    measurements: list[MeasurementDrawn] = Field(min_length=1, max_length=MEASUREMENTS_MAX)
    observer: str = Field(default="", max_length=64, pattern=r"^[^\x00-\x1f\x7f\\=]*$", description="Who measured: a person name.")
    replaces: list[Uid] = Field(default=[], max_length=API_ROWS_MAX)


class KeyImageIn(Words):
    """An image that was chosen; no frames are all of them."""

    sop_instance_uid: Uid
    frames: list[_Frame] = Field(default=[], max_length=API_ROWS_MAX)


class KeyImagesIn(Words):
    """Images of one study, chosen for a reason."""

    images: list[KeyImageIn] = Field(min_length=1, max_length=KEY_IMAGES_MAX)
    title: Literal[tuple(KEY_OBJECT_TITLES)] = Field(  # type: ignore[valid-type]
        default="113000", description="Why: a code of PS3.16 CID 7010, such as 113000 Of Interest."
    )
    description: str = Field(default="", max_length=DESCRIPTION_CHARACTERS_MAX, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")
    observer: str = Field(default="", max_length=64, pattern=r"^[^\x00-\x1f\x7f\\=]*$")


class DocumentKept(Words):
    """Where the document is now."""

    sop_instance_uid: str
    series_instance_uid: str
    study_instance_uid: str


class ReferenceWords(Words):
    """An instance that is referred to; no frames are all of them."""

    sop_instance_uid: str
    sop_class_uid: str
    frames: list[int]

    @classmethod
    def of(cls, one: Referenced) -> ReferenceWords:
        return cls(sop_instance_uid=one.sop_instance_uid, sop_class_uid=one.sop_class_uid, frames=list(one.frames))


class MeasurementRead(Words):
    """A measurement of a report. An outline is what no tool of ours draws."""

    uid: str
    kind: Kind
    sop_instance_uid: str
    frame: int
    points: list[tuple[float, float]]
    quantities: list[QuantityRead]
    calibration: str
    label: str

    @classmethod
    def of(cls, one: Measurement) -> MeasurementRead:
        quantities = [QuantityRead(name=each.name, value=each.value, unit=each.unit) for each in one.quantities]
        return cls(uid=one.uid, kind=one.kind, sop_instance_uid=one.sop_instance_uid, frame=one.frame, points=list(one.points),
                   quantities=quantities, calibration=one.calibration, label=one.label)  # fmt: skip


class QuantityRead(Words):
    """One number, as its maker named it."""

    name: str
    value: float
    unit: str


class AuthoredWords(Words):
    """A document and who made it when; `own` ones were made by this program."""

    sop_instance_uid: str
    series_instance_uid: str
    title: str
    content_date: str
    content_time: str
    manufacturer: str
    observer: str
    own: bool


class ReportWords(AuthoredWords):
    """A report with measurements; `unplaced` of its groups have numbers that lie on no image, such as those of a volume."""

    measurements: list[MeasurementRead]
    unplaced: int
    verified: bool


class SelectionWords(AuthoredWords):
    """Images that were chosen, and why; a title such as 113001 rejects them."""

    code: str
    description: str
    images: list[ReferenceWords]


class OverlayWords(Words):
    """A segmentation or a structure set of the study."""

    sop_instance_uid: str
    series_instance_uid: str
    kind: Literal["segmentation", "structure set"]
    label: str


class UnreadWords(Words):
    """A document that could not be read, and why."""

    sop_instance_uid: str
    why: str


class Annotations(Words):
    """What is said about the images of a study. Reports and selections that a later one stands for are left out.

    `more` says that the study has more documents than are read.
    """

    reports: list[ReportWords]
    selections: list[SelectionWords]
    overlays: list[OverlayWords]
    unread: list[UnreadWords]
    more: bool


class DocumentLineWords(Words):
    """One line of a report: what it is of, its value in words, its unit, and the lines under it."""

    kind: str
    name: str
    value: str
    unit: str
    relationship: str
    images: list[ReferenceWords]
    lines: list[DocumentLineWords]

    @classmethod
    def of(cls, one: Line) -> DocumentLineWords:
        return cls(kind=one.kind, name=one.name, value=one.value, unit=one.unit, relationship=one.relationship,
                   images=[ReferenceWords.of(each) for each in one.images], lines=[cls.of(each) for each in one.lines])  # fmt: skip


class DocumentWords(Words):
    """A structured report to read. `more` says that it has more items than are told."""

    sop_instance_uid: str
    title: str
    patient_name: str
    patient_id: str
    content_date: str
    content_time: str
    manufacturer: str
    institution: str
    completion: str
    verification: str
    verifying_observers: list[str]
    lines: list[DocumentLineWords]
    more: bool


class ContourWords(Words):
    """Points as x, y, z in turn (mm, LPS); the image that it was drawn on, where it says so."""

    geometric_type: str
    points: list[float]
    image: ReferenceWords | None

    @classmethod
    def of(cls, one: Contour) -> ContourWords:
        image = None if one.image is None else ReferenceWords.of(one.image)
        return cls(geometric_type=one.geometric_type, points=list(one.points), image=image)


class StructureWords(Words):
    """A region of interest; `colour` is red, green, blue, or empty."""

    number: int
    name: str
    interpreted_type: str
    frame_of_reference_uid: str
    colour: list[int]
    contours: list[ContourWords]

    @classmethod
    def of(cls, one: Structure) -> StructureWords:
        return cls(number=one.number, name=one.name, interpreted_type=one.interpreted_type,
                   frame_of_reference_uid=one.frame_of_reference_uid, colour=list(one.colour),
                   contours=[ContourWords.of(each) for each in one.contours])  # fmt: skip


class StructureSetWords(Words):
    """The contours of a structure set; `more` says that it has more points than are told."""

    label: str
    structures: list[StructureWords]
    more: bool

    @classmethod
    def of(cls, one: StructureSet) -> StructureSetWords:
        structures = [StructureWords.of(each) for each in one.structures]
        return cls(label=one.label, structures=structures, more=not one.is_whole)


class SegmentWords(Words):
    """A segment; `colour` is red, green, blue as its maker recommends, or empty."""

    number: int
    label: str
    category: str
    property_type: str
    algorithm: str
    colour: list[int]

    @classmethod
    def of(cls, one: Segment) -> SegmentWords:
        return cls(number=one.number, label=one.label, category=one.category, property_type=one.property_type,
                   algorithm=one.algorithm, colour=list(one.colour))  # fmt: skip


class MaskFrameWords(Words):
    """A frame of the pixel data: its segment (0 in a label map), its place in the patient, and the images it was drawn on."""

    frame: int
    segment: int
    position: list[float]
    orientation: list[float]
    spacing: list[float]
    images: list[ReferenceWords]

    @classmethod
    def of(cls, one: MaskFrame) -> MaskFrameWords:
        return cls(frame=one.frame, segment=one.segment, position=list(one.position), orientation=list(one.orientation),
                   spacing=list(one.spacing), images=[ReferenceWords.of(each) for each in one.images])  # fmt: skip


class SegmentationWords(Words):
    """What a segmentation says beside its pixels, which stand at `pixels`; there one bit a pixel where `bits_allocated` is 1."""

    label: str
    kind: str
    maximum: int
    rows: int
    columns: int
    bits_allocated: int
    frame_count: int
    frame_of_reference_uid: str
    segments: list[SegmentWords]
    frames: list[MaskFrameWords]
    pixels: str
    more: bool

    @classmethod
    def of(cls, one: Segmentation, pixels: str) -> SegmentationWords:
        return cls(label=one.label, kind=one.kind, maximum=one.maximum, rows=one.rows, columns=one.columns,
                   bits_allocated=one.bits_allocated, frame_count=one.frame_count,
                   frame_of_reference_uid=one.frame_of_reference_uid, segments=[SegmentWords.of(each) for each in one.segments],
                   frames=[MaskFrameWords.of(each) for each in one.frames], pixels=pixels, more=not one.is_whole)  # fmt: skip
