"""A region of a picture at another size (PS3.18 8.3.5.1.3).

Come in: a picture in bytes, a viewport, the shape of a pixel. Goes out: the region, unstretched, as large as the viewport lets it.
Smaller is the mean over the area that each new pixel covers, so that nothing thin disappears; larger is linear between pixel
centres. Work is done in strips: never a float for every pixel of a large picture at once.
"""

from __future__ import annotations

import math

import numpy as np

from isocenter.base.errors import LocalError
from isocenter.base.limits import PICTURE_SIDE_PIXELS_MAX, PIXELS_AT_ONCE
from isocenter.imaging.stored_values import Array
from isocenter.model.pictures import Viewport


def shown(picture: Array, viewport: Viewport, pixel_height_by_width: float = 1.0) -> Array:
    """The region of `picture` that the viewport asks for, filling it as far as its shape lets it.

    A region that reaches over the edge is cut there. Raises `LocalError` for one that is empty, lies outside, or is no number, and
    for a viewport of no size or of more than `PICTURE_SIDE_PIXELS_MAX`.
    """
    for name, side in (("width", viewport.width), ("height", viewport.height)):
        if not 1 <= side <= PICTURE_SIDE_PIXELS_MAX:
            raise LocalError(f"a viewport {name} of {side} is not between 1 and {PICTURE_SIDE_PIXELS_MAX} pixels")
    rows, columns = picture.shape[:2]
    left, right = _span(viewport.source_x, viewport.source_width, columns, "width")
    top, bottom = _span(viewport.source_y, viewport.source_height, rows, "height")
    width, height = right - left, (bottom - top) * pixel_height_by_width
    scale = min(viewport.width / width, viewport.height / height)
    out_columns = min(viewport.width, max(1, round(width * scale)))
    out_rows = min(viewport.height, max(1, round(height * scale)))
    if (viewport.source_height or 1) < 0:
        top, bottom = bottom, top
    if (viewport.source_width or 1) < 0:
        left, right = right, left
    whole = (left, right, top, bottom) == (0, columns, 0, rows)
    if whole and (out_columns, out_rows) == (columns, rows):
        return picture
    narrow = _resampled(picture, left, right, out_columns)
    turned = np.ascontiguousarray(narrow.swapaxes(0, 1))
    return np.ascontiguousarray(_resampled(turned, top, bottom, out_rows).swapaxes(0, 1))


def _span(start: float, length: float | None, size: int, name: str) -> tuple[float, float]:
    if length is None:
        length = size - start
    if not (math.isfinite(start) and math.isfinite(length)):
        raise LocalError(f"the {name} of the region is not a number")
    first, last = max(0.0, start), min(float(size), start + abs(length))
    if last - first <= 0:
        raise LocalError(f"the {name} of the region, from {start:g} to {start + abs(length):g}, is not within 0 to {size}")
    return first, last


def _resampled(lines: Array, start: float, stop: float, count: int) -> Array:
    """Each line from `start` to `stop` (edges, backwards to mirror) as `count` pixels."""
    first, last = min(start, stop), max(start, stop)
    out = np.empty((lines.shape[0], count, *lines.shape[2:]), np.uint8)
    at_once = max(1, PIXELS_AT_ONCE // max(1, lines.shape[1]))
    shrinks = last - first > count
    for begin in range(0, lines.shape[0], at_once):
        part = lines[begin : begin + at_once]
        values = _means(part, first, last, count) if shrinks else _between(part, first, last, count)
        values += 0.5  # the cast below cuts
        out[begin : begin + at_once] = values
    return out[:, ::-1] if start > stop else out


def _means(lines: Array, first: float, last: float, count: int) -> Array:
    """The mean over each new pixel's area, from the sums of everything left of its edges."""
    size = lines.shape[1]
    sums = np.zeros((lines.shape[0], size + 1, *lines.shape[2:]), np.uint32)
    np.cumsum(lines, axis=1, dtype=np.uint32, out=sums[:, 1:])
    edges = np.linspace(first, last, count + 1)
    whole = np.minimum(edges.astype(np.int64), size - 1)
    part = _along(edges - whole, lines.ndim)
    at_edges = sums[:, whole] + lines[:, whole] * part
    means: Array = np.diff(at_edges, axis=1) * (count / (last - first))
    return means


def _between(lines: Array, first: float, last: float, count: int) -> Array:
    """Linear between the centres of the pixels; beyond the outermost centres their value holds."""
    size = lines.shape[1]
    centres = np.clip(first + (np.arange(count) + 0.5) * ((last - first) / count) - 0.5, 0, size - 1)
    left = np.minimum(centres.astype(np.int64), max(size - 2, 0))
    right = np.minimum(left + 1, size - 1)
    part = _along(centres - left, lines.ndim).astype(np.float32)
    from_left: Array = lines[:, left].astype(np.float32)
    from_left += (lines[:, right] - from_left) * part
    return from_left


def _along(factors: Array, dimensions: int) -> Array:
    return factors.reshape(1, -1, *(1,) * (dimensions - 2))
