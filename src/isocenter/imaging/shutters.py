"""Display shutters: what of a frame is to be hidden (PS3.3 C.7.6.11, C.7.6.16.2 for one frame).

Come in: the attributes of a frame and its size. Goes out: a mask of the hidden pixels, and the grey that they get. Where several
shapes are given only what each of them shows is seen. A shutter that would hide everything is a mistake, and hides nothing.
"""

from __future__ import annotations

import math

import numpy as np

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import ATTRIBUTE_NUMBERS_MAX
from isocenter.imaging.attributes import Attributes
from isocenter.imaging.functional_groups import FrameAttributes
from isocenter.imaging.stored_values import Array

FRAME_DISPLAY_SHUTTER = 0x00189472
_SHAPE = 0x00181600
_EDGES = (0x00181602, 0x00181604, 0x00181606, 0x00181608)
"""Left, right, upper, lower."""
_CENTER, _RADIUS = 0x00181610, 0x00181612
_VERTICES = 0x00181620
_PRESENTATION_VALUE = 0x00181622


def hidden(frame: FrameAttributes, rows: int, columns: int) -> tuple[Array, int] | None:
    """The hidden pixels and their grey level from 0 to 255; None where nothing is hidden.

    Raises `UnreadableDataset` for a shape whose numbers are missing.
    """
    source = frame.of_macro(FRAME_DISPLAY_SHUTTER)
    shapes = set(source.texts(_SHAPE))
    if not shapes & {"RECTANGULAR", "CIRCULAR", "POLYGONAL"}:
        return None
    seen = np.ones((rows, columns), np.bool_)
    if "RECTANGULAR" in shapes:
        left, right, upper, lower = (_numbers(source, tag, 1)[0] for tag in _EDGES)
        row, column = np.ogrid[1 : rows + 1, 1 : columns + 1]
        seen &= (row >= upper) & (row <= lower) & (column >= left) & (column <= right)
    if "CIRCULAR" in shapes:
        center, radius = _numbers(source, _CENTER, 2), _numbers(source, _RADIUS, 1)[0]
        row, column = np.ogrid[1 : rows + 1, 1 : columns + 1]
        seen &= np.hypot(row - center[0], column - center[1]) <= radius
    if "POLYGONAL" in shapes:
        seen &= _inside(_numbers(source, _VERTICES, 6), rows, columns)
    if seen.all() or not seen.any():
        return None
    return ~seen, (source.short(_PRESENTATION_VALUE) or 0) >> 8


def _numbers(source: Attributes, tag: int, at_least: int) -> list[float]:
    found = source.decimals(tag)
    if not at_least <= len(found) < ATTRIBUTE_NUMBERS_MAX:
        raise UnreadableDataset(f"a display shutter has {len(found)} numbers in ({tag >> 16:04X},{tag & 0xFFFF:04X})")
    return found


def _inside(vertices: list[float], rows: int, columns: int) -> Array:
    """The pixels within a polygon of row, column pairs that closes itself: a line crosses its border an odd number of times."""
    points = list(zip(vertices[0::2], vertices[1::2], strict=False))
    turns = np.zeros((rows, columns + 1), np.bool_)
    for (row, column), (to_row, to_column) in zip(points, [*points[1:], points[0]], strict=True):
        if row == to_row:
            continue
        (top, left), (bottom, right) = sorted(((row, column), (to_row, to_column)))
        lines = np.arange(max(1, math.ceil(top)), min(rows, math.ceil(bottom) - 1) + 1)
        crossed = left + (lines - top) * ((right - left) / (bottom - top))
        turns[lines - 1, np.clip(np.ceil(crossed) - 1, 0, columns).astype(np.int64)] ^= True
    inside: Array = np.logical_xor.accumulate(turns, axis=1)[:, :columns]
    return inside
