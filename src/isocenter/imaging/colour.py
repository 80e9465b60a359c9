"""Colour samples to red, green and blue, a byte each (PS3.3 C.7.6.3.1.2).

Come in: the native samples of a frame and what they are. Goes out: an array of rows, columns and three bytes. The transforms of
YBR_FULL and YBR_PARTIAL are those of the standard, rounded to the nearest; chrominance that two pixels share is given to both.
ICC profiles are not applied.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.base.limits import PIXELS_AT_ONCE
from isocenter.imaging.frames import PixelDescription
from isocenter.imaging.stored_values import Array, cell_of, looked_up

RENDERED = frozenset({"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_RCT", "YBR_ICT"})
"""What three samples of a pixel may be; RCT and ICT are undone by their codec and are RGB then."""


def rgb(native: bytes, description: PixelDescription) -> Array:
    """The frame in colour. `LocalError` for a colour space that nothing here knows, `UnreadableDataset` for impossible samples."""
    photometric = description.photometric_interpretation
    if photometric not in RENDERED or description.samples_per_pixel != 3:
        text = f"{description.samples_per_pixel} samples per pixel of Photometric Interpretation {photometric or '(none)'}"
        raise LocalError(f"nothing here renders {text}")
    samples = _in_bytes(native, description)
    rows, columns = description.rows, description.columns
    if description.subsampled:
        if rows * columns % 2:
            raise UnreadableDataset(f"{photometric} shares chrominance between two pixels, but {columns} x {rows} is odd")
        pairs = samples.reshape(-1, 4)
        array = np.empty((rows * columns // 2, 2, 3), np.uint8)
        array[:, 0, 0], array[:, 1, 0] = pairs[:, 0], pairs[:, 1]
        array[:, :, 1], array[:, :, 2] = pairs[:, 2:3], pairs[:, 3:4]
        array = array.reshape(rows, columns, 3)
    elif description.planar_configuration:
        array = np.ascontiguousarray(samples.reshape(3, rows, columns).transpose(1, 2, 0))
    else:
        array = samples.reshape(rows, columns, 3)
    if photometric.startswith("YBR_FULL"):
        return _converted(array, partial=False)
    return _converted(array, partial=True) if photometric.startswith("YBR_PARTIAL") else array


def _in_bytes(native: bytes, description: PixelDescription) -> Array:
    """The samples cut, or stretched, to eight bits."""
    cell = cell_of(description)
    if description.pixel_representation:
        raise UnreadableDataset("colour samples cannot be signed")
    if cell.bits_allocated not in (8, 16, 32):
        raise LocalError(f"nothing here renders colour of {cell.bits_allocated} bits allocated")
    words = np.frombuffer(native, f"<u{cell.bits_allocated // 8}")
    if cell.bits_stored == cell.bits_allocated == 8:
        return words
    mask = np.array((1 << cell.bits_stored) - 1, words.dtype)
    values: Array = (words >> np.array(cell.shift, words.dtype)) & mask
    if cell.bits_stored >= 8:
        highest: Array = values >> np.array(cell.bits_stored - 8, words.dtype)
        return highest.astype(np.uint8)
    stretched = (np.arange(1 << cell.bits_stored) * 255 / ((1 << cell.bits_stored) - 1)).round().astype(np.uint8)
    return looked_up(values, stretched)


@cache
def _tables(partial: bool) -> tuple[Array, Array, Array, Array, Array]:
    """What each value of Y, Cr for red, Cb and Cr for green, and Cb for blue adds, in 65536ths; a half is added once."""
    levels = np.arange(256, dtype=np.float64)
    luminance = (levels - 16) * 1.1644 if partial else levels
    chrominance = levels - 128
    factors = (1.5960, -0.3917, -0.8130, 2.0173) if partial else (1.402, -0.344136, -0.714136, 1.772)
    scaled = [luminance + 0.5, *(chrominance * factor for factor in factors)]
    first, *others = (np.rint(table * 0x10000).astype(np.int32) for table in scaled)
    return first, others[0], others[1], others[2], others[3]


def _converted(array: Array, *, partial: bool) -> Array:
    luminance, red, green_by_blue, green_by_red, blue = _tables(partial)
    out = np.empty(array.shape, np.uint8)
    step = max(1, PIXELS_AT_ONCE // array.shape[1])
    for start in range(0, array.shape[0], step):
        rows = slice(start, start + step)
        y = luminance.take(array[rows, :, 0])
        cb, cr = array[rows, :, 1], array[rows, :, 2]
        for channel, sum_ in enumerate((y + red.take(cr), y + green_by_blue.take(cb) + green_by_red.take(cr), y + blue.take(cb))):
            sum_ >>= 16
            np.clip(sum_, 0, 255, out=sum_)
            out[rows, :, channel] = sum_
    return out
