"""A picture as a file of a media type that browsers show (PS3.18 8.7.4).

Comes in: an array of rows and columns, or rows, columns and three colours, in bytes. Goes out: the file. PNG, JPEG 2000 and, for
grey pictures, GIF lose nothing; `quality` is for JPEG and WebP. Nothing is scaled here.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from isocenter.base.errors import LocalError
from isocenter.imaging.decode import imagecodecs
from isocenter.imaging.stored_values import Array

_PNG_RUN_LENGTHS = 3
_PNG_UP_FILTER = 32
_WEBP_SIDE_PIXELS_MAX = 0x3FFF
_QUALITY_WITH_ALL_CHROMINANCE = 90
"""From here on coloured letters of one pixel's width stay sharp."""
_GIF_LEVELS = (6, 7, 6)


def check(media_type: str, quality: int) -> None:
    """Raises `LocalError` for a media type that is not written here, and for a quality beyond 1 to 100."""
    if media_type not in _ENCODERS:
        raise LocalError(f"pictures are not written as {media_type}, only as {', '.join(sorted(_ENCODERS))}")
    if not 1 <= quality <= 100:
        raise LocalError(f"a quality of {quality} is not between 1 and 100")


def encoded(picture: Array, media_type: str, quality: int) -> bytes:
    """The file. Raises as `check` does, and `LocalError` for a picture that the media type cannot hold."""
    check(media_type, quality)
    try:
        return _ENCODERS[media_type](np.ascontiguousarray(picture), quality)
    except (LocalError, MemoryError):
        raise
    except Exception as error:
        raise LocalError(f"the {media_type} encoder gave up: {str(error)[:200] or type(error).__name__}") from error


def _png(picture: Array, quality: int) -> bytes:
    return bytes(imagecodecs().png_encode(picture, level=1, strategy=_PNG_RUN_LENGTHS, filter=_PNG_UP_FILTER))


def _jpeg(picture: Array, quality: int) -> bytes:
    subsampling = "444" if quality >= _QUALITY_WITH_ALL_CHROMINANCE else "420"
    return bytes(imagecodecs().jpeg8_encode(picture, level=quality, subsampling=subsampling if picture.ndim == 3 else None))


def _jp2(picture: Array, quality: int) -> bytes:
    return bytes(imagecodecs().jpeg2k_encode(picture, level=0, codecformat="jp2", reversible=True, numthreads=1))


def _webp(picture: Array, quality: int) -> bytes:
    if max(picture.shape[:2]) > _WEBP_SIDE_PIXELS_MAX:
        raise LocalError(f"WebP has no room for {picture.shape[1]} x {picture.shape[0]} pixels")
    colour = picture if picture.ndim == 3 else np.repeat(picture[..., np.newaxis], 3, axis=2)
    return bytes(imagecodecs().webp_encode(colour, level=quality, lossless=False, method=0, numthreads=1))


def _gif(picture: Array, quality: int) -> bytes:
    """Grey as it is; colour in the nearest of 252 evenly spaced ones."""
    if picture.ndim == 2:
        greys = np.repeat(np.arange(256, dtype=np.uint8)[:, np.newaxis], 3, axis=1)
        return bytes(imagecodecs().gif_encode(picture, colormap=greys))
    indices = np.zeros(picture.shape[:2], np.uint8)
    for channel, levels in enumerate(_GIF_LEVELS):
        nearest = np.rint(np.arange(256) * ((levels - 1) / 255)).astype(np.uint8)
        indices = indices * np.uint8(levels) + nearest[picture[..., channel]]
    axes = [np.rint(np.arange(levels) * (255 / (levels - 1))).astype(np.uint8) for levels in _GIF_LEVELS]
    colours = np.zeros((256, 3), np.uint8)
    colours[: np.prod(_GIF_LEVELS)] = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return bytes(imagecodecs().gif_encode(indices, colormap=colours))


_ENCODERS: dict[str, Callable[[Array, int], bytes]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/jp2": _jp2,
    "image/webp": _webp,
}
MEDIA_TYPES = frozenset(_ENCODERS)
"""What `encoded` writes."""
