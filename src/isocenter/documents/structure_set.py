"""The contours of an RT Structure Set (PS3.3 A.19, C.8.8.5, C.8.8.6): names, colours, and points in the patient.

An object of the DICOM JSON Model comes in, with a way to values that stand elsewhere; structures go out, in the order of the set.
No more points are read than the limit says, and it is told where that was too few.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from isocenter.base.limits import CONTOUR_POINTS_MAX
from isocenter.documents.content import Referenced, referenced
from isocenter.documents.elements import DataSet, elsewhere, items, number, numbers, text, whole_numbers

Bulk = Callable[[str], bytes]
"""The value that stands elsewhere, by its BulkDataURI."""


@dataclass(frozen=True, slots=True)
class Contour:
    """One contour: its geometric type, points as x, y, z in turn (mm, LPS), and the image that it was drawn on, if it says so."""

    geometric_type: str
    points: tuple[float, ...]
    image: Referenced | None


@dataclass(frozen=True, slots=True)
class Structure:
    """One region of interest. `colour` is red, green, blue, or empty."""

    number: int
    name: str
    interpreted_type: str
    frame_of_reference_uid: str
    colour: tuple[int, ...]
    contours: tuple[Contour, ...]


@dataclass(frozen=True, slots=True)
class StructureSet:
    """All of them; `is_whole` is False where there are more points than are read."""

    label: str
    structures: tuple[Structure, ...]
    is_whole: bool


def read(source: DataSet, bulk: Bulk) -> StructureSet:
    """The structures that a structure set names, with their contours."""
    reader = _Reader(bulk)
    drawn = {_whole(item, "ReferencedROINumber"): item for item in items(source, "ROIContourSequence")}
    observed = {_whole(item, "ReferencedROINumber"): item for item in items(source, "RTROIObservationsSequence")}
    structures = []
    for item in items(source, "StructureSetROISequence"):
        roi_number = _whole(item, "ROINumber")
        contours = drawn.get(roi_number, {})
        structures.append(
            Structure(
                number=roi_number,
                name=text(item, "ROIName"),
                interpreted_type=text(observed.get(roi_number, {}), "RTROIInterpretedType"),
                frame_of_reference_uid=text(item, "ReferencedFrameOfReferenceUID"),
                colour=_colour(contours),
                contours=tuple(reader.contours(contours)),
            )
        )
    label = text(source, "StructureSetLabel") or text(source, "StructureSetName")
    return StructureSet(label, tuple(structures), reader.left > 0)


def _whole(item: DataSet, keyword: str) -> int:
    found = number(item, keyword)
    return int(found) if found is not None else 0


def _colour(item: DataSet) -> tuple[int, ...]:
    said = whole_numbers(item, "ROIDisplayColor")
    return tuple(said) if len(said) == 3 and all(0 <= one <= 255 for one in said) else ()


class _Reader:
    """Counts the points that are still read."""

    def __init__(self, bulk: Bulk) -> None:
        self.left = CONTOUR_POINTS_MAX
        self._bulk = bulk

    def contours(self, item: DataSet) -> Iterator[Contour]:
        for one in items(item, "ContourSequence"):
            if self.left <= 0:
                return
            points = self._points(one)
            self.left -= len(points) // 3
            if points and self.left > 0:
                place = next(iter(items(one, "ContourImageSequence")), None)
                yield Contour(text(one, "ContourGeometricType"), tuple(points), None if place is None else referenced(place))

    def _points(self, item: DataSet) -> list[float]:
        found = numbers(item, "ContourData")
        if not found and (uri := elsewhere(item, "ContourData")):
            found = _decimals(self._bulk(uri))
        return found if len(found) % 3 == 0 else []


def _decimals(value: bytes) -> list[float]:
    """A DS as it stands in the data set: numbers in text with backslashes between; nothing at all where one is none."""
    try:
        found = [float(one) for one in value.decode("ascii").strip(" \0").split("\\")]
    except ValueError:
        return []
    return found if all(map(math.isfinite, found)) else []
