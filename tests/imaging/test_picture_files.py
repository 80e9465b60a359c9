import io

import numpy as np
import pytest
from PIL import Image

from isocenter.base.errors import LocalError
from isocenter.imaging.picture_files import MEDIA_TYPES, encoded

RNG = np.random.default_rng(5)
SMOOTH = (np.add.outer(np.arange(40), np.arange(60)) * 2.5).astype(np.uint8)
COLOUR = np.stack([SMOOTH, SMOOTH[::-1], np.full_like(SMOOTH, 90)], axis=-1)
FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/jp2": "JPEG2000", "image/webp": "WEBP"}


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("media_type", sorted(MEDIA_TYPES))
@pytest.mark.parametrize("picture", [SMOOTH, COLOUR], ids=["grey", "colour"])
def test_each_media_type_is_what_it_says_and_looks_like_the_picture(media_type: str, picture: np.ndarray) -> None:
    image = opened(encoded(picture, media_type, 95))
    assert image.format == FORMATS[media_type]
    found = np.asarray(image.convert("RGB")).astype(int)
    wanted = picture if picture.ndim == 3 else np.repeat(picture[..., np.newaxis], 3, axis=2)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).mean() < (15 if media_type == "image/gif" else 3)


@pytest.mark.parametrize("media_type", ["image/png", "image/jp2", "image/gif"])
def test_grey_loses_nothing_where_it_need_not(media_type: str) -> None:
    noise = RNG.integers(0, 256, (33, 47), np.uint8)
    assert np.array_equal(np.asarray(opened(encoded(noise, media_type, 1)).convert("L")), noise)


@pytest.mark.parametrize("media_type", ["image/png", "image/jp2"])
def test_colour_loses_nothing_where_it_need_not(media_type: str) -> None:
    noise = RNG.integers(0, 256, (33, 47, 3), np.uint8)
    assert np.array_equal(np.asarray(opened(encoded(noise, media_type, 1))), noise)


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/webp"])
def test_a_better_quality_takes_more_bytes(media_type: str) -> None:
    noise = RNG.integers(0, 256, (64, 64), np.uint8)
    sizes = [len(encoded(noise, media_type, quality)) for quality in (5, 50, 95)]
    assert sizes == sorted(sizes)
    assert sizes[2] > 2 * sizes[0]


@pytest.mark.parametrize("media_type", sorted(MEDIA_TYPES))
def test_one_pixel_is_a_picture(media_type: str) -> None:
    for pixel in (np.array([[200]], np.uint8), np.array([[[200, 10, 10]]], np.uint8)):
        assert opened(encoded(pixel, media_type, 90)).size == (1, 1)


@pytest.mark.parametrize(
    ("media_type", "quality", "words"),
    [("image/tiff", 90, "not written as image/tiff, only as image/gif"), ("image/png", 0, "of 0"), ("image/png", 101, "of 101")],
)
def test_what_is_not_written_is_refused(media_type: str, quality: int, words: str) -> None:
    with pytest.raises(LocalError, match=words):
        encoded(SMOOTH, media_type, quality)


def test_a_picture_that_webp_cannot_hold_is_refused() -> None:
    with pytest.raises(LocalError, match="no room for 16384 x 1"):
        encoded(np.zeros((1, 16384), np.uint8), "image/webp", 90)
