"""The measurements of a structured report, of ours and of others: read by codes and by what is drawn, never by who wrote it.

A content tree comes in, measurements go out, with a count of the groups that hold a number but nothing drawn on an image of two
dimensions. Groups of TID 1501 and of TID 1410 are read alike (PS3.16).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from isocenter.documents import codes
from isocenter.documents.content import ContentItem
from isocenter.documents.measurement_report import TRACKING
from isocenter.documents.measurements import Kind, Measurement, Point, Quantity

_NAMES: Final = {
    codes.LENGTH.key: "length", codes.ANGLE.key: "angle", codes.COBB_ANGLE.key: "angle", codes.AREA.key: "area",
    codes.TIME.key: "time", codes.VELOCITY.key: "velocity",
} | {code.key: name for name, code in codes.DERIVATIONS.items()}  # fmt: skip
_VALUES: Final = frozenset(
    one.key for one in (codes.ATTENUATION_COEFFICIENT, codes.MR_SIGNAL_INTENSITY, codes.SUV_BODY_WEIGHT, codes.PIXEL_VALUE)
)
_HALF_PIXEL: Final = 0.5
_SAME: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Read:
    """The measurements of one report; `unplaced` groups have numbers that lie on no image, such as those of a volume."""

    measurements: tuple[Measurement, ...]
    unplaced: int


def measurements(root: ContentItem) -> Read:
    """All measurement groups of the tree."""
    found: list[Measurement] = []
    unplaced = 0
    for group in root.below():
        if group.value_type != "CONTAINER" or not group.concept.means(codes.MEASUREMENT_GROUP):
            continue
        one = _measurement(group)
        if one is not None:
            found.append(one)
        elif any(child.value_type == "NUM" for child in group.children):
            unplaced += 1
    return Read(tuple(found), unplaced)


def _measurement(group: ContentItem) -> Measurement | None:
    drawn = next(_drawings(group), None)
    if drawn is None:
        return None
    place = next((one for child in drawn.children for one in child.references), None)
    points = _points(drawn.coordinates)
    if place is None or not points:
        return None
    numbers = [child for child in group.children if child.value_type == "NUM" and child.number is not None]
    kind, points = _shape(drawn.graphic, points, numbers)
    identifier = _text_of(group, codes.TRACKING_IDENTIFIER)
    finding = group.first(codes.FINDING)
    label = finding.code.meaning or finding.text if finding is not None else ""
    return Measurement(
        uid=_text_of(group, codes.TRACKING_UNIQUE_IDENTIFIER),
        kind=kind,
        sop_instance_uid=place.sop_instance_uid,
        frame=place.frames[0] if place.frames else 1,
        points=tuple(points),
        quantities=tuple(quantity for number in numbers for quantity in _quantity(number)),
        calibration=_text_of(group, codes.COMMENT),
        label=label or ("" if identifier.startswith(TRACKING) else identifier),
    )


def _text_of(group: ContentItem, concept: codes.Code) -> str:
    item = group.first(concept)
    return item.text if item is not None else ""


def _drawings(group: ContentItem) -> Iterator[ContentItem]:
    """The coordinates below a group, of its numbers or its own, that are on an image."""
    return (item for child in group.children for item in child.below() if item.value_type == "SCOORD" and item.coordinates)


def _points(flat: Sequence[float]) -> list[Point]:
    return [(column - _HALF_PIXEL, row - _HALF_PIXEL) for column, row in zip(flat[::2], flat[1::2], strict=False)]


def _shape(graphic: str, points: list[Point], numbers: Sequence[ContentItem]) -> tuple[Kind, list[Point]]:
    """Which tool draws it, and with which points; an outline where none does."""
    measured = {_NAMES.get(number.concept.key, "") for number in numbers}
    is_cobb = any(number.concept.means(codes.COBB_ANGLE) for number in numbers)
    distinct = [points[0], *(after for before, after in pairwise(points) if not _near(before, after))]
    if graphic in {"POINT", "MULTIPOINT"}:
        return "probe", points[:1]
    if graphic == "ELLIPSE" and len(points) == 4:
        return "ellipse", points
    if graphic == "CIRCLE" and len(points) == 2:
        return "ellipse", _circle(*points)
    if "angle" in measured and len(distinct) == 3:
        return "angle", distinct
    if is_cobb and len(points) == 4:
        return "cobb", points
    if len(points) == 2:
        return "length", points
    if _is_upright_rectangle(points):
        return "rectangle", [points[0], points[2]]
    return "outline", points


def _circle(centre: Point, edge: Point) -> list[Point]:
    x, y = centre
    radius = ((edge[0] - x) ** 2 + (edge[1] - y) ** 2) ** 0.5
    return [(x - radius, y), (x + radius, y), (x, y - radius), (x, y + radius)]


def _is_upright_rectangle(points: Sequence[Point]) -> bool:
    """Whether a closed line of five points, or an open one of four, has its sides along columns and rows."""
    if len(points) == 4:
        points = [*points, points[0]]
    if len(points) != 5 or not _near(points[0], points[4]):
        return False
    return all((abs(a[0] - b[0]) < _SAME) != (abs(a[1] - b[1]) < _SAME) for a, b in pairwise(points))


def _near(one: Point, other: Point) -> bool:
    return abs(one[0] - other[0]) < _SAME and abs(one[1] - other[1]) < _SAME


def _quantity(number: ContentItem) -> Iterator[Quantity]:
    """A number by our name: how it was derived from pixels, else what it is of, else as its maker called it."""
    if number.number is None:
        return
    derivation = number.first(codes.DERIVATION)
    name = _NAMES.get(derivation.code.key, derivation.code.meaning) if derivation is not None else ""
    if not name:
        name = "value" if number.concept.key in _VALUES else _NAMES.get(number.concept.key, number.concept.meaning)
    yield Quantity(name, number.number, codes.unit_name(number.unit))
