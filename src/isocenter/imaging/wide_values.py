"""Grey levels of values that are too many for a table: integers of more than 16 bits, and floats (PS3.3 C.7.6.24, C.7.6.25).

Comes in: a function that gives some rows of a frame as numbers, and which of them count for nothing. Goes out: the P-values. The
same formulas as in `luts`, strip by strip, so that a large frame never stands in memory as floats. Where the values decide the
window their extremes are exact; what lies between is counted in 65536 steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from isocenter.base.limits import PIXELS_AT_ONCE
from isocenter.imaging import default_window, luts
from isocenter.imaging.functional_groups import FrameAttributes
from isocenter.imaging.stored_values import Array
from isocenter.model.pictures import Window

Rows = Callable[[int, int], tuple[Array, Array]]
"""Rows from `start` to `stop`: stored values as 64-bit floats, and the mask of those that are padding or no number."""
_STEPS = 0x10000


def grey(rows: Rows, shape: tuple[int, int], modality: luts.Modality, voi: Window | luts.Lut, *, inverted: bool) -> Array:
    """P-values of a frame of `shape` rows and columns; what counts for nothing is black, inverted or not."""
    out = np.empty(shape, np.uint8)
    for start, stop in _strips(shape):
        values, empty = rows(start, stop)
        levels = luts.grey(values, modality, voi)
        if inverted:
            levels = luts.WHITE - levels
        levels[empty] = 0
        out[start:stop] = levels
    return out


def default(rows: Rows, shape: tuple[int, int], modality: luts.Modality, frame: FrameAttributes) -> Window:
    """The window that the values decide."""
    lowest, highest = np.inf, -np.inf
    for counted in _counted(rows, shape, modality):
        lowest, highest = min(lowest, float(counted.min())), max(highest, float(counted.max()))
    half = highest / 2 - lowest / 2  # the whole may be too large for a float
    if not half > 0:
        return default_window.by_values(frame, np.array([lowest, highest]), np.ones(2, np.int64))
    counts = np.zeros(_STEPS, np.int64)
    for counted in _counted(rows, shape, modality):
        place = (counted / 2 - lowest / 2) / half
        counts += np.bincount((place * (_STEPS - 1) + 0.5).astype(np.int64), minlength=_STEPS)
    present = np.flatnonzero(counts)
    parts = present / (_STEPS - 1)
    return default_window.by_values(frame, lowest * (1 - parts) + highest * parts, counts[present])


def _counted(rows: Rows, shape: tuple[int, int], modality: luts.Modality) -> Iterator[Array]:
    for start, stop in _strips(shape):
        values, empty = rows(start, stop)
        in_unit = modality.of(values[~empty])
        finite = in_unit[np.isfinite(in_unit)]
        if finite.size:
            yield finite


def _strips(shape: tuple[int, int]) -> Iterator[tuple[int, int]]:
    step = max(1, PIXELS_AT_ONCE // shape[1])
    for start in range(0, shape[0], step):
        yield start, min(start + step, shape[0])
