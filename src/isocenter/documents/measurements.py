"""What was measured on an image: the nouns that reports are written from and read into.

Points are pixels: column and row, from 0 with whole numbers at pixel centres. In a report they are counted from the top left corner
of the image (PS3.3 C.18.6.1), half a pixel further.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Kind = Literal["length", "angle", "cobb", "rectangle", "ellipse", "probe", "outline"]
"""The tools, and `outline` for what others drew that is none of them."""

Point = tuple[float, float]

POINTS_OF: Final[Mapping[str, int]] = MappingProxyType(
    {"length": 2, "angle": 3, "cobb": 4, "rectangle": 2, "ellipse": 4, "probe": 1}
)
"""Two ends; end, vertex, end; the ends of both lines; two opposite corners; the ends of one axis, then of the other."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number. `name` is length, angle, area, mean, standard_deviation, minimum, maximum, value, time, velocity, or
    as others call it.

    `unit` as it is shown: mm, mm², °, HU, px ... and empty where the number has none.
    """

    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measurement on one frame, counted from 1. `calibration` is the sentence that says where its millimetres come from."""

    uid: str
    kind: Kind
    sop_instance_uid: str
    frame: int
    points: tuple[Point, ...]
    quantities: tuple[Quantity, ...]
    calibration: str = ""
    label: str = ""
