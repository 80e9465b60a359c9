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
from isocenter.imaging.stored_values import Array, Cell

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


@dataclass(frozen=True, slots=True)
class Spare:
    """The words of a frame that kept their unused bits, and which bits are used."""

    words: Array
    cell: Cell


def lit(image: Attributes, index: int, rows: int, columns: int, spare: Spare | None) -> Array | None:
    """The pixels of frame `index` that overlays light up; None where there is no overlay for it.

    `spare` is for overlays in the unused bits of the frame itself. Raises `UnreadableDataset` for a plane that contradicts itself.
    """
    mask: Array | None = None
    present = {tag >> 16 for tag in image.tags() if tag & 0xFFFF in (_ROWS, _DATA)}
    for group in _GROUPS:
        plane = _plane(image, group << 16, index, spare) if group in present else None
        if plane is not None:
            mask = np.zeros((rows, columns), np.bool_) if mask is None else mask
            _place(mask, plane)
    return mask


def _plane(image: Attributes, group: int, index: int, spare: Spare | None) -> _Plane | None:
    in_pixels = image.element(group | _DATA) is None
    if in_pixels and (spare is None or (image.short(group | _BITS_ALLOCATED) or 1) == 1):
        return None
    rows, columns = image.short(group | _ROWS), image.short(group | _COLUMNS)
    name = f"overlay {group >> 16:04X}"
    if not rows or not columns:
        raise UnreadableDataset(f"{name} does not say how large it is")
    if rows * columns > FRAME_PIXELS_MAX:
        raise UnreadableDataset(f"{name} of {columns} x {rows} pixels is more than {FRAME_PIXELS_MAX}")
    origin = image.shorts(group | _ORIGIN, signed=True) or [1, 1]
    if len(origin) < 2:
        raise UnreadableDataset(f"{name} has an origin of one number")
    plane = _plane_of_frame(image, group, index)
    if plane is None:
        return None
    if in_pixels and spare is not None:
        grid = _in_spare_bits(spare, (rows, columns), image.short(group | _BIT_POSITION) or 0, name)
    else:
        grid = _plane_of_its_own(image, group, rows * columns, plane, name).reshape(rows, columns)
    return _Plane(rows, columns, origin[0] - 1, origin[1] - 1, _outline(grid) if image.text(group | _TYPE) == "R" else grid)


def _in_spare_bits(spare: Spare, shape: tuple[int, int], position: int, name: str) -> Array:
    words, cell = spare.words, spare.cell
    if words.shape != shape:
        raise UnreadableDataset(f"{name} in the pixels' bits is {shape[1]} x {shape[0]}, the image is not")
    if position >= cell.bits_allocated or cell.shift <= position <= cell.high_bit:
        raise UnreadableDataset(f"{name} lies in bit {position}, which the pixels do not leave free")
    bits: Array = (words >> np.array(position, words.dtype)) & np.array(1, words.dtype)
    return bits.astype(np.uint8)


def _plane_of_frame(image: Attributes, group: int, index: int) -> int | None:
    """Which of the overlay's planes is for frame `index`: one without a number is for all of them."""
    counts = image.decimals(group | _FRAMES)
    if not counts:
        return 0
    plane = index - (image.short(group | _FRAME_ORIGIN) or 1) + 1
    return plane if 0 <= plane < max(1, counts[0]) else None


def _plane_of_its_own(image: Attributes, group: int, pixels: int, plane: int, name: str) -> Array:
    content = image.words(group | _DATA)
    first = plane * pixels
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
