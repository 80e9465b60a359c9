"""Stored values: what the bits of a pixel cell mean (PS3.5 8.1.1, 8.1.2; PS3.3 C.7.6.3).

Come in: native words and their description. Go out: numbers. Bits outside of the stored ones (old overlays) never count, signed
values carry their sign on from the highest stored bit. Up to 16 bits a table over every possible word says all there is to say, so
no arithmetic is done pixel by pixel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from isocenter.base.errors import UnreadableDataset
from isocenter.base.limits import PIXELS_AT_ONCE
from isocenter.imaging.frames import PixelDescription

Array = np.ndarray[Any, np.dtype[Any]]
TABLE_BITS_MAX = 16


@dataclass(frozen=True, slots=True)
class Cell:
    """How one value lies in its word."""

    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool

    @property
    def shift(self) -> int:
        """How many bits lie below the stored ones."""
        return self.high_bit + 1 - self.bits_stored


def cell_of(description: PixelDescription) -> Cell:
    """The cell that an image's attributes describe; `UnreadableDataset` where the stored bits do not fit below the high bit."""
    if description.bits_allocated == 1:
        return Cell(1, 1, 0, False)
    cell = Cell(description.bits_allocated, description.bits_stored, description.high_bit, bool(description.pixel_representation))
    if cell.shift < 0:
        raise UnreadableDataset(
            f"the image attributes make no sense: {cell.bits_stored} bits stored below high bit {cell.high_bit}"
        )
    return cell


def cell_of_lossy(description: PixelDescription) -> Cell:
    """The same for what a lossy codec gave: the whole word from its lowest bit up, since a value may overshoot the bits stored."""
    cell = cell_of(description)
    return replace(cell, bits_stored=cell.bits_allocated - cell.shift, high_bit=cell.bits_allocated - 1)


def values_of_patterns(cell: Cell) -> Array:
    """The value of each of the `2 ** bits_stored` patterns, in the order of the patterns, as int32. Up to 16 bits."""
    patterns = np.arange(1 << cell.bits_stored, dtype=np.int32)
    if cell.signed:
        patterns[1 << cell.bits_stored - 1 :] -= 1 << cell.bits_stored
    return patterns


def for_words(of_patterns: Array, cell: Cell) -> Array:
    """A table over the stored patterns, spread over every word: whatever lies outside of the stored bits makes no difference."""
    table = np.repeat(of_patterns, 1 << cell.shift, axis=0) if cell.shift else of_patterns
    above = cell.bits_allocated - cell.high_bit - 1
    return np.tile(table, (1 << above, *(1,) * (table.ndim - 1))) if above else table


def values_of_words(words: Array, cell: Cell) -> Array:
    """The values of unsigned words of any width, as int64."""
    values = (words.astype(np.uint64) >> np.uint64(cell.shift)).astype(np.int64)
    spare = 64 - cell.bits_stored
    if spare == 0:
        return values
    values = values << spare
    return values >> spare if cell.signed else (values.view(np.uint64) >> np.uint64(spare)).view(np.int64)


def looked_up(words: Array, table: Array) -> Array:
    """`table[words]`, in strips: an index takes eight bytes while it is used, and a strip stays in the cache."""
    if table.shape == (256,) and table.dtype == np.uint8 and words.dtype.itemsize == 1:
        translated = np.ascontiguousarray(words).tobytes().translate(table.tobytes())
        return np.frombuffer(translated, np.uint8).reshape(words.shape)
    flat = words.reshape(-1)
    out = np.empty((flat.size, *table.shape[1:]), table.dtype)
    for start in range(0, flat.size, PIXELS_AT_ONCE):
        stop = start + PIXELS_AT_ONCE
        table.take(flat[start:stop], axis=0, out=out[start:stop], mode="clip")
    return out.reshape(*words.shape, *table.shape[1:])


def counted(words: Array, kinds: int) -> Array:
    """How often each of `kinds` words occurs, in strips for the same reason."""
    flat = words.reshape(-1)
    counts = np.zeros(kinds, np.int64)
    for start in range(0, flat.size, PIXELS_AT_ONCE):
        counts += np.bincount(flat[start : start + PIXELS_AT_ONCE], minlength=kinds)
    return counts


def padded(values: Array, padding: tuple[int, int] | None) -> Array:
    """Where Pixel Padding Value, or its range, stands: both ends belong to it (PS3.3 C.7.5.1.1.2)."""
    if padding is None:
        return np.zeros(values.shape, np.bool_)
    low, high = min(padding), max(padding)
    return (values >= low) & (values <= high)
