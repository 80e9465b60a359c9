"""A region of a picture at another size (PS3.18 8.3.5.1.3).

Come in: a picture in bytes, a viewport, the shape of a pixel. Goes out: the region, unstretched, as large as the viewport lets it.
Smaller is the mean over the area that each new pixel covers, so that nothing thin disappears; larger is linear between pixel
centres. Work is done in strips: never a float for every pixel of a large picture at once.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from isocenter.base.errors import LocalError
from isocenter.base.limits import PICTURE_PIXELS_MAX, PICTURE_SIDE_PIXELS_MAX, PIXELS_AT_ONCE
from isocenter.imaging.stored_values import Array
from isocenter.model.pictures import Viewport


def shown(picture: Array, viewport: Viewport, pixel_height_by_width: float = 1.0) -> Array:
    """The region of `picture` that the viewport asks for, filling it as far as its shape lets it.

    A region that reaches over the edge is cut there. Raises `LocalError` for one that is empty, lies outside, or is no number, and
    for a viewport of no size, or of more than `PICTURE_SIDE_PIXELS_MAX` a side or `PICTURE_PIXELS_MAX` in all.
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
    if out_columns * out_rows > PICTURE_PIXELS_MAX:
        raise LocalError(f"a picture of {out_columns} x {out_rows} is more than {PICTURE_PIXELS_MAX} pixels")
    if (viewport.source_height or 1) < 0:
        top, bottom = bottom, top
    if (viewport.source_width or 1) < 0:
        left, right = right, left
    whole = (left, right, top, bottom) == (0, columns, 0, rows)
    if whole and (out_columns, out_rows) == (columns, rows):
        return picture
    if abs(bottom - top) > out_rows:
        return _across(_down(picture, top, bottom, out_rows), left, right, out_columns)
    return _down(_across(picture, left, right, out_columns), top, bottom, out_rows)


def _span(start: float, length: float | None, size: int, name: str) -> tuple[float, float]:
    if length is None:
        length = size - start
    if not (math.isfinite(start) and math.isfinite(length)):
        raise LocalError(f"the {name} of the region is not a number")
    first, last = max(0.0, start), min(float(size), start + abs(length))
    if last - first <= 0:
        raise LocalError(f"the {name} of the region, from {start:g} to {start + abs(length):g}, is not within 0 to {size}")
    return first, last


def _across(picture: Array, start: float, stop: float, count: int) -> Array:
    """Each row from `start` to `stop` (edges, backwards to mirror) as `count` pixels."""
    first, last = min(start, stop), max(start, stop)
    if (first, last, count) == (0, picture.shape[1], picture.shape[1]):
        return picture if start < stop else picture[:, ::-1]
    out = np.empty((picture.shape[0], count, *picture.shape[2:]), np.uint8)
    at_once = max(1, PIXELS_AT_ONCE // max(count, picture.shape[1]))
    for begin in range(0, picture.shape[0], at_once):
        part = picture[begin : begin + at_once]
        values = _means(part, first, last, count) if last - first > count else _between(part, first, last, count)
        values += 0.5  # the cast below cuts
        out[begin : begin + at_once] = values
    return out if start < stop else out[:, ::-1]


def _down(picture: Array, start: float, stop: float, count: int) -> Array:
    """Each column from `start` to `stop` as `count` pixels: the same, but whole rows are added up at once."""
    first, last = min(start, stop), max(start, stop)
    if (first, last, count) == (0, picture.shape[0], picture.shape[0]):
        return picture if start < stop else picture[::-1]
    out = np.empty((count, *picture.shape[1:]), np.uint8)
    if last - first > count:
        edges = np.linspace(first, last, count + 1).tolist()
        for row, (top, bottom) in enumerate(pairwise(edges)):
            values = _mean_row(picture, top, bottom)
            values += 0.5
            out[row] = values
    else:
        left, right, parts = _neighbours(first, last, count, picture.shape[0])
        for row in range(count):
            above = picture[left[row]].astype(np.float32)
            above += (picture[right[row]] - above) * parts[row] + np.float32(0.5)
            out[row] = above
    return out if start < stop else out[::-1]


def _mean_row(picture: Array, top: float, bottom: float) -> Array:
    """The mean of the rows between two edges, which may lie within a row."""
    first, last = int(top), min(int(bottom), picture.shape[0] - 1)
    total: Array = np.add.reduce(picture[first:last], axis=0, dtype=np.uint32).astype(np.float64)
    total += picture[last] * (bottom - last)
    total -= picture[first] * (top - first)
    total /= bottom - top
    return total


def _means(lines: Array, first: float, last: float, count: int) -> Array:
    """The mean over each new pixel's area, from the sums of everything left of its edges."""
    size = lines.shape[1]
    sums = np.zeros((lines.shape[0], size + 1, *lines.shape[2:]), np.uint32)
    np.cumsum(lines, axis=1, dtype=np.uint32, out=sums[:, 1:])
    edges = np.linspace(first, last, count + 1)
    whole = np.minimum(edges.astype(np.int64), size - 1)
    part = _along(edges - whole, lines.ndim)
    at_edges = sums.take(whole, axis=1) + lines.take(whole, axis=1) * part
    means: Array = np.diff(at_edges, axis=1) * (count / (last - first))
    return means


def _between(lines: Array, first: float, last: float, count: int) -> Array:
    """Linear between the centres of the pixels; beyond the outermost centres their value holds."""
    left, right, parts = _neighbours(first, last, count, lines.shape[1])
    values: Array = lines.take(left, axis=1).astype(np.float32)
    values += (lines.take(right, axis=1) - values) * _along(parts, lines.ndim)
    return values


def _neighbours(first: float, last: float, count: int, size: int) -> tuple[Array, Array, Array]:
    """For each new pixel the two old ones whose centres it lies between, and how far from the first."""
    centres = np.clip(first + (np.arange(count) + 0.5) * ((last - first) / count) - 0.5, 0, size - 1)
    left = np.minimum(centres.astype(np.int64), max(size - 2, 0))
    return left, np.minimum(left + 1, size - 1), (centres - left).astype(np.float32)


def _along(factors: Array, dimensions: int) -> Array:
    return factors.reshape(1, -1, *(1,) * (dimensions - 2))
