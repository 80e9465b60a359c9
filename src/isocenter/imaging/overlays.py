"""Overlay planes: the graphics of groups 6000 to 601E (PS3.3 C.9.2), and old ones in spare bits of Pixel Data.

Come in: the attributes of an image, the frame's index, and its words. Goes out: a mask of the pixels that are lit. A plane may lie
anywhere, also partly or wholly outside of the image; what it claims is compared with the bytes that are there. Of a region of
interest only the outline is drawn, so that it hides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import FRAME_PIXELS_MAX
from isocenter.imaging.attributes import Attributes
from isocenter.imaging.stored_values import Array

_GROUPS = tuple(range(0x6000, 0x6020, 2))
_ROWS, _COLUMNS, _TYPE, _FRAMES, _ORIGIN, _FRAME_ORIGIN = 0x0010, 0x0011, 0x0040, 0x0015, 0x0050, 0x0051
_BITS_ALLOCATED, _BIT_POSITION, _DATA = 0x0100, 0x0102, 0x3000


@dataclass(frozen=True, slots=True)
class _Plane:
    rows: int
    columns: int
    top: int
    left: int
    bits: Array
    """One byte a pixel, 0 or 1, in rows."""


def lit(image: Attributes, index: int, rows: int, columns: int, words: Array | None) -> Array | None:
    """The pixels of frame `index` that overlays light up; None where there is no overlay for it.

    `words` are the frame's own, for overlays in their spare bits. Raises `UnreadableDataset` for a plane that contradicts itself.
    """
    mask: Array | None = None
    present = {tag >> 16 for tag in image.tags() if tag & 0xFFFF in (_ROWS, _DATA)}
    for group in _GROUPS:
        plane = _plane(image, group << 16, index, words) if group in present else None
        if plane is not None:
            mask = np.zeros((rows, columns), np.bool_) if mask is None else mask
            _place(mask, plane)
    return mask


def _plane(image: Attributes, group: int, index: int, words: Array | None) -> _Plane | None:
    rows, columns = image.short(group | _ROWS), image.short(group | _COLUMNS)
    name = f"overlay {group >> 16:04X}"
    if not rows or not columns:
        raise UnreadableDataset(f"{name} does not say how large it is")
    if rows * columns > FRAME_PIXELS_MAX:
        raise UnreadableDataset(f"{name} of {columns} x {rows} pixels is more than {FRAME_PIXELS_MAX}")
    origin = image.shorts(group | _ORIGIN, signed=True) or [1, 1]
    if len(origin) < 2:
        raise UnreadableDataset(f"{name} has an origin of one number")
    frames, first = _frames(image, group)
    if not first <= index < first + frames:
        return None
    if image.element(group | _DATA) is not None:
        bits = _plane_of_its_own(image, group, rows * columns, 0 if frames == 1 else index - first, name)
    elif words is not None and words.shape == (rows, columns):
        position = image.short(group | _BIT_POSITION) or 0
        if position >= words.dtype.itemsize * 8:
            raise UnreadableDataset(f"{name} lies in bit {position} of {words.dtype.itemsize * 8}")
        bits = ((words >> np.array(position, words.dtype)) & np.array(1, words.dtype)).astype(np.uint8)
    else:
        return None
    grid = bits.reshape(rows, columns)
    return _Plane(rows, columns, origin[0] - 1, origin[1] - 1, _outline(grid) if image.text(group | _TYPE) == "R" else grid)


def _frames(image: Attributes, group: int) -> tuple[int, int]:
    """How many frames of the image it is for, and the first (from 0). Without Number of Frames it is for all (C.9.2.1.5)."""
    counts = image.decimals(group | _FRAMES)
    if not counts:
        return 1 << 32, 0
    first = image.short(group | _FRAME_ORIGIN) or 1
    return max(1, int(counts[0])), first - 1


def _plane_of_its_own(image: Attributes, group: int, pixels: int, index: int, name: str) -> Array:
    content = image.words(group | _DATA)
    planes_from_here = 0 if not image.decimals(group | _FRAMES) else index
    first = planes_from_here * pixels
    last = first + pixels
    if len(content) * 8 < last:
        raise UnreadableDataset(f"{name} has {len(content)} bytes, {(last + 7) // 8} were promised")
    unpacked = np.unpackbits(np.frombuffer(content, np.uint8)[first // 8 : (last + 7) // 8], bitorder="little")
    return unpacked[first % 8 : first % 8 + pixels]


def _outline(grid: Array) -> Array:
    """The lit pixels that have a dark one beside, above or below them, or the border."""
    ringed = np.pad(grid, 1)
    inner = ringed[:-2, 1:-1] & ringed[2:, 1:-1] & ringed[1:-1, :-2] & ringed[1:-1, 2:]
    outline: Array = grid & (1 - inner)
    return outline


def _place(mask: Array, plane: _Plane) -> None:
    top, left = max(plane.top, 0), max(plane.left, 0)
    bottom, right = min(plane.top + plane.rows, mask.shape[0]), min(plane.left + plane.columns, mask.shape[1])
    if top < bottom and left < right:
        part = plane.bits[top - plane.top : bottom - plane.top, left - plane.left : right - plane.left]
        mask[top:bottom, left:right] |= part.astype(np.bool_)
