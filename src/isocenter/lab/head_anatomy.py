"""A head, made of tissues in space: what the CT and the MR of the sample studies look at.

A plane along the axes comes in, as the coordinates of its columns, rows and the third axis in mm; a value for each of its points
goes out, whichever table of values by tissue was given. x runs to the patient's left, y to the back, z to the head; the middle of
the brain is 0. It is nobody's head: outlines are ellipsoids, and the folds of the cortex a random field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import numpy as np

from isocenter.lab.noise import Clouds, Field

Triple = tuple[float, float, float]


class Tissue(Enum):
    """What a point can be."""

    AIR = auto()
    SKIN = auto()
    FAT = auto()
    MUSCLE = auto()
    BONE = auto()
    MARROW = auto()
    CSF = auto()
    GREY = auto()
    WHITE = auto()
    DURA = auto()
    CALCIUM = auto()
    BLOOD = auto()
    OEDEMA = auto()
    VITREOUS = auto()
    LENS = auto()
    SUPPORT = auto()


@dataclass(frozen=True, slots=True)
class Blob:
    """An ellipsoid of one tissue; `both` puts its mirror image on the other side, `turn_degrees` turns it about z, mirrored too."""

    tissue: Tissue
    centre: Triple
    half_axes: Triple
    both: bool = False
    turn_degrees: float = 0.0


_T = Tissue
_DEEP = (
    Blob(_T.GREY, (14, -17, 13), (5.5, 15, 9), both=True, turn_degrees=14),  # caudate nuclei
    Blob(_T.GREY, (26, -4, 2), (7, 17, 10), both=True, turn_degrees=-12),  # lentiform nuclei
    Blob(_T.GREY, (10.5, 11, 5), (8.5, 13, 10), both=True, turn_degrees=20),  # thalami
    Blob(_T.CSF, (9.5, -27, 11), (4.2, 14, 8), both=True, turn_degrees=22),  # frontal horns
    Blob(_T.CSF, (10, -2, 20), (4.5, 26, 5.5), both=True, turn_degrees=-6),  # bodies of the lateral ventricles
    Blob(_T.CSF, (20, 32, 10), (6, 15, 11), both=True, turn_degrees=-24),  # atria
    Blob(_T.CSF, (24, 50, 3), (3, 10, 4), both=True, turn_degrees=-4),  # occipital horns
    Blob(_T.CSF, (31, 4, -15), (2.6, 17, 3), both=True, turn_degrees=-12),  # temporal horns
    Blob(_T.WHITE, (0, -4, 13), (1.1, 24, 12)),  # septum
    Blob(_T.CSF, (0, -1, -3), (2.4, 15, 11)),  # third ventricle
    Blob(_T.CALCIUM, (20, 36, 9), (2.6, 4, 3), both=True),  # plexus
    Blob(_T.CALCIUM, (0, 24, 3), (2, 2.6, 2.4)),  # pineal gland
)
_HIND = (
    Blob(_T.CSF, (0, 12, -40), (20, 19, 28)),  # cisterns about the stem
    Blob(_T.CSF, (0, -10, -22), (13, 10, 6)),
    Blob(_T.WHITE, (0, 13, -46), (14, 12.5, 44)),  # stem
    Blob(_T.WHITE, (0, 1, -36), (16, 12, 11)),  # pons
)
_FOURTH_VENTRICLE = Blob(_T.CSF, (0, 28, -40), (8, 5.5, 9))
_BLEED = (
    Blob(_T.OEDEMA, (-33, 20, 15), (15, 18, 12)),
    Blob(_T.BLOOD, (-33, 18, 15), (8.5, 10.5, 7.5)),
    Blob(_T.BLOOD, (-37, 25, 17), (5, 6, 5)),
)
_FACE = (
    Blob(_T.BONE, (32, -58, -48), (20, 29, 19), both=True, turn_degrees=14),  # walls of the orbits
    Blob(_T.FAT, (32, -62, -48), (17, 28, 16.5), both=True, turn_degrees=14),
    Blob(_T.MUSCLE, (29, -52, -48), (2.4, 22, 2.4), both=True, turn_degrees=22),  # optic nerves
    Blob(_T.MUSCLE, (43, -58, -48), (1.8, 15, 5), both=True, turn_degrees=22),
    Blob(_T.MUSCLE, (22, -58, -48), (1.8, 15, 5), both=True, turn_degrees=8),
    Blob(_T.DURA, (33, -73, -48), (13, 13, 13), both=True),  # globes
    Blob(_T.VITREOUS, (33, -73, -48), (12, 12, 12), both=True),
    Blob(_T.LENS, (33, -82, -48), (4.6, 2.2, 4.6), both=True),
    Blob(_T.BONE, (0, -48, -50), (17, 40, 17)),  # ethmoid and sphenoid
    Blob(_T.AIR, (6.5, -62, -51), (5, 17, 13), both=True),
    Blob(_T.AIR, (8, -30, -52), (7, 10, 9), both=True),
    Blob(_T.BONE, (0, -84, -30), (21, 8, 17)),
    Blob(_T.AIR, (9, -84, -30), (8.5, 4.5, 11), both=True, turn_degrees=-12),  # frontal sinuses
)
_PETROUS = Blob(_T.BONE, (44, 24, -46), (30, 9, 11), both=True, turn_degrees=32)
_MASTOID = Blob(_T.BONE, (62, 32, -52), (9, 15, 20), both=True)
_CANAL = Blob(_T.AIR, (62, 14, -50), (17, 3.4, 3.4), both=True)


class Head:
    """One head; `bleeds` says whether there is a fresh haemorrhage on its right."""

    def __init__(self, seed: int, *, bleeds: bool = False) -> None:
        self._bleeds = bleeds
        self._folds = Clouds(seed, 8.5)
        self._ripples = Clouds(seed + 1, 5.0)
        self._mottle = Clouds(seed + 2, 2.6)

    def plane(self, x: Field, y: Field, z: Field, values: Mapping[Tissue, float]) -> Field:
        """The values of a plane, rows first; of the three vectors in mm one has length 1."""
        canvas = _Canvas(x, y, z, values)
        mottle = canvas.arranged(self._mottle)
        self._skull(canvas, mottle)
        self._below(canvas, mottle)
        inside = (canvas.depth > _BRAIN_MM) & (canvas.z > canvas.floor)
        self._cerebrum(canvas, inside)
        self._hindbrain(canvas, inside)
        for blob in (*_DEEP, *(_BLEED if self._bleeds else ())):
            canvas.paint(blob, inside)
        self._base(canvas, mottle)
        return canvas.image

    def _skull(self, canvas: _Canvas, mottle: Field) -> None:
        """Scalp, tables and marrow, and the fluid under them, by the depth under the skin."""
        depth = canvas.depth + 0.35 * mottle
        temple = (np.abs(canvas.x) > 48) & (canvas.y > -58) & (canvas.y < 22) & (canvas.z < 22) & (canvas.z > -75)
        for mm, tissue in (
            (0, _T.SKIN), (1.8, _T.FAT), (_SKULL_MM, _T.BONE), (_SKULL_MM + 1.7, _T.MARROW),
            (_SKULL_MM + 4.4, _T.BONE), (_BRAIN_MM - 1.6, _T.CSF),
        ):  # fmt: skip
            canvas.fill(depth > mm, tissue)
        canvas.fill(temple & (canvas.depth > 2.5) & (canvas.depth < _SKULL_MM), _T.MUSCLE)

    def _below(self, canvas: _Canvas, mottle: Field) -> None:
        """Muscles with fat between them under the base of the skull."""
        below = (canvas.z < canvas.floor) & (canvas.depth > _SKULL_MM)
        canvas.fill(below, _T.FAT)
        canvas.fill(below & (np.abs(canvas.arranged(self._folds) + 0.12 * mottle) > 0.07), _T.MUSCLE)
        canvas.fill(below & (canvas.z > canvas.floor - 4), _T.BONE)

    def _cerebrum(self, canvas: _Canvas, inside: Any) -> None:
        """White matter, a grey ribbon along the surface and its folds, and fluid in the folds and between the halves."""
        warped = canvas.arranged(self._folds) + 0.45 * canvas.arranged(self._ripples)
        fold = np.abs(warped)
        # Between the halves there is a surface too, except where the corpus callosum joins them.
        joined = (canvas.y / 44) ** 2 + ((canvas.z - 2) / 26) ** 2 < 1
        apart = np.abs(canvas.x + 0.3 * warped) - 0.4
        under = np.minimum(np.minimum(canvas.depth - _BRAIN_MM, canvas.z - canvas.floor), np.where(joined, np.float32(99), apart))
        opened = np.clip(1 - under / 27, 0, 1)
        canvas.fill(inside, _T.WHITE)
        canvas.fill(inside & ((fold < 0.72 * np.sqrt(opened)) | (under < 3.2)), _T.GREY)
        canvas.fill(inside & (((fold < 0.17 * opened) & (under < 22)) | (under < 0.6)), _T.CSF)
        # Sylvian fissures, with the insula beneath
        cleft = np.abs(canvas.z - 3 - 0.5 * canvas.y + 2.2 * warped)
        side = ((np.abs(canvas.x) - 62) / 27) ** 2 + (canvas.y / 30) ** 2 < 1
        canvas.fill(inside & side & (cleft < 4.6), _T.GREY)
        canvas.fill(inside & side & (cleft < 1.7), _T.CSF)
        canvas.fill(inside & ~joined & (np.abs(canvas.x) < 0.7) & (canvas.z > 8), _T.DURA)

    def _hindbrain(self, canvas: _Canvas, inside: Any) -> None:
        """Cerebellum with its leaves under the tent, stem and cisterns."""
        for blob in _HIND:
            canvas.paint(blob, inside)
        reach = np.sqrt((canvas.x / 50) ** 2 + ((canvas.y - 45) / 30) ** 2 + ((canvas.z + 47) / 27) ** 2)
        canvas.fill(inside & (reach < 1.035), _T.CSF)
        tent = inside & (reach < 1.065) & (reach > 1.035) & (canvas.z > -44)
        canvas.fill(tent, _T.DURA)
        leaves = np.sin((canvas.z + 47 + 0.18 * np.abs(canvas.x) + 0.16 * (canvas.y - 45)) * 1.75)
        canvas.fill(inside & (reach < 1.0), _T.GREY)
        canvas.fill(inside & (reach < 0.86) & (leaves > 0.1), _T.WHITE)
        canvas.fill(inside & (reach < 0.42), _T.WHITE)
        canvas.paint(_FOURTH_VENTRICLE, inside)

    def _base(self, canvas: _Canvas, mottle: Field) -> None:
        """The base of the skull and what the face has of air and fat."""
        under_skin = canvas.depth > 2.2
        for blob in (_PETROUS, _MASTOID):
            canvas.paint(blob, under_skin)
            canvas.paint(
                Blob(_T.AIR, blob.centre, _shrunk(blob.half_axes), blob.both, blob.turn_degrees), under_skin & (mottle > 0.7)
            )
        canvas.paint(_CANAL, under_skin | (canvas.depth > 0))
        for blob in _FACE:
            canvas.paint(blob, under_skin)
        walls = (np.abs(canvas.x) < 13) & (np.abs(np.sin(canvas.y * 0.42)) < 0.16)
        canvas.paint(Blob(_T.BONE, (0, -62, -51), (12, 16, 12)), under_skin & walls)


_FLOOR_MM = ((-95, -42, -32, -4, 6, 62, 95), (-27, -30, -46, -50, -73, -74, -58))
"""How low the brain reaches, by y: the front, the middle and the hind part of the base."""
_SKULL_MM = 5.2
_BRAIN_MM = 12.6
_RADIUS_MM = 86.0


def _shrunk(half_axes: Triple) -> Triple:
    a, b, c = half_axes
    return (a - 2.5, b - 2.5, c - 2.5)


class _Canvas:
    """A plane while it is painted. `x`, `y`, `z` are broadcast against its rows and columns; `depth` is mm under the skin."""

    def __init__(self, x: Field, y: Field, z: Field, values: Mapping[Tissue, float]) -> None:
        self._axes = (x, y, z)
        self._values = values
        self.x, self.y, self.z = _broadcast(x, y, z)
        shape = np.broadcast_shapes(self.x.shape, self.y.shape, self.z.shape)
        self.image: Field = np.full(shape, values[_T.AIR], np.float32)
        self.depth = np.asarray(self._depth(), np.float32)
        self.floor = (np.interp(self.y, *_FLOOR_MM) + 16 * (self.x / 66) ** 4).astype(np.float32)

    def _depth(self) -> Any:
        """About the distance to the skin: the brow is narrower than the back of the head, and below the brain it is a neck."""
        half_x = 75.0 * (1 + 0.085 * np.tanh(self.y / 60))
        down = np.where(self.z > 0, self.z / 91.0, self.z / 150.0) ** 2
        wide, long = (self.x / half_x) ** 2, (self.y / 95.0) ** 2
        return (1 - np.sqrt(wide + long - 0.22 * wide * long + down)) * _RADIUS_MM

    def arranged(self, clouds: Clouds) -> Field:
        """A field at the points of the plane."""
        return clouds.at(*self._axes)

    def fill(self, where: Any, tissue: Tissue) -> None:
        np.copyto(self.image, np.float32(self._values[tissue]), where=np.broadcast_to(where, self.image.shape))

    def paint(self, blob: Blob, within: Any) -> None:
        """One ellipsoid where `within` allows, looked at only where it can be."""
        value = np.float32(self._values[blob.tissue])
        for side in (1, -1) if blob.both else (1,):
            cx, cy, cz = blob.centre[0] * side, blob.centre[1], blob.centre[2]
            ax, ay, az = blob.half_axes
            reach = max(ax, ay) if blob.turn_degrees else 0.0
            window = _window((self.x, cx, max(ax, reach)), (self.y, cy, max(ay, reach)), (self.z, cz, az))
            if window is None:
                continue
            x, y, z = _cut(self.x, window) - cx, _cut(self.y, window) - cy, _cut(self.z, window) - cz
            turn = np.radians(blob.turn_degrees * side)
            along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
            inside = (along / ax) ** 2 + (across / ay) ** 2 + (z / az) ** 2 < 1
            np.copyto(self.image[window], value, where=inside & within[window])


def _broadcast(x: Field, y: Field, z: Field) -> tuple[Field, Field, Field]:
    """Columns run along x, or along y in a sagittal plane; rows along y, or along z."""
    if len(z) == 1:
        return x[None, :], y[:, None], z[:, None]
    if len(y) == 1:
        return x[None, :], y[:, None], z[:, None]
    return x[:, None], y[None, :], z[:, None]


def _window(*axes: tuple[Field, float, float]) -> tuple[slice, slice] | None:
    """The rows and columns in which all three coordinates are within reach of a centre; None where there are none."""
    window = [slice(None), slice(None)]
    for values, centre, reach in axes:
        near = np.flatnonzero(np.abs(values.ravel() - centre) <= reach)
        if not near.size:
            return None
        for axis in (0, 1):
            if values.shape[axis] > 1:
                window[axis] = slice(int(near[0]), int(near[-1]) + 1)
    return window[0], window[1]


def _cut(values: Field, window: tuple[slice, slice]) -> Field:
    """A vector of the plane, cut to the window along the axis that it runs on."""
    rows, columns = (window[axis] if values.shape[axis] > 1 else slice(None) for axis in (0, 1))
    return values[rows, columns]
