import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from isocenter.base.errors import LocalError
from isocenter.imaging.viewport import shown
from isocenter.model.pictures import Viewport

RAMP = np.arange(0, 240, 10, dtype=np.uint8).reshape(4, 6)


def test_the_whole_at_its_own_size_is_left_alone() -> None:
    assert shown(RAMP, Viewport(6, 4)) is RAMP


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_a_picture_fits_its_viewport_and_keeps_its_shape(data) -> None:
    rows, columns = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 40))
    width, height = data.draw(st.integers(1, 90)), data.draw(st.integers(1, 90))
    colour = data.draw(st.booleans())
    picture = np.full((rows, columns, 3) if colour else (rows, columns), 77, np.uint8)
    found = shown(picture, Viewport(width, height))
    assert found.shape[2:] == picture.shape[2:]
    assert 1 <= found.shape[0] <= height
    assert 1 <= found.shape[1] <= width
    assert found.shape[0] == height or found.shape[1] == width
    scale = min(width / columns, height / rows)
    assert abs(found.shape[0] - rows * scale) <= 1
    assert abs(found.shape[1] - columns * scale) <= 1
    assert (found == 77).all()


@pytest.mark.parametrize(
    ("viewport", "expected"),
    [
        (Viewport(2, 2, 1, 1, 2, 2), RAMP[1:3, 1:3]),
        (Viewport(6, 4, source_width=-6), RAMP[:, ::-1]),
        (Viewport(6, 4, source_height=-4), RAMP[::-1]),
        (Viewport(2, 4, 4), RAMP[:, 4:]),
        (Viewport(2, 2, 4, 2, 100, 100), RAMP[2:, 4:]),
        (Viewport(2, 1, -1, -1, 3, 2), RAMP[:1, :2]),
    ],
)
def test_a_region_is_cut_out_mirrored_and_ends_at_the_edge(viewport: Viewport, expected: np.ndarray) -> None:
    assert np.array_equal(shown(RAMP, viewport), expected)


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32))
def test_smaller_by_whole_numbers_is_the_mean_of_each_block(down: int, factor: int, seed: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (down * factor, 5 * factor), np.uint8)
    across = np.floor(picture.reshape(down * factor, 5, factor).mean(axis=2) + 0.5 + 1e-9)
    expected = np.floor(across.reshape(down, factor, 5).mean(axis=1) + 0.5 + 1e-9)
    assert np.abs(shown(picture, Viewport(5, down)).astype(int) - expected).max() <= (factor > 1)


def test_smaller_and_larger_look_like_those_of_an_independent_library() -> None:
    rng = np.random.default_rng(3)
    smooth = np.clip(np.cumsum(np.cumsum(rng.normal(0, 1, (60, 80)), 0), 1) * 3 + 128, 0, 255).astype(np.uint8)
    for size, filter_ in (((20, 15), Image.Resampling.BOX), ((160, 120), Image.Resampling.BILINEAR)):
        theirs = np.asarray(Image.fromarray(smooth).resize((size[0], round(size[0] * 60 / 80)), filter_))
        ours = shown(smooth, Viewport(size[0], 1000))
        assert ours.shape == theirs.shape
        assert np.abs(ours.astype(int) - theirs).max() <= 2


def test_nothing_thin_disappears_when_it_gets_smaller() -> None:
    line = np.zeros((100, 100), np.uint8)
    line[:, 37] = 255
    assert int(shown(line, Viewport(10, 10))[:, 3].min()) == 26


def test_pixels_that_are_higher_than_wide_are_drawn_so() -> None:
    assert shown(RAMP, Viewport(100, 100), 3.0).shape == (100, 50)
    assert shown(RAMP, Viewport(12, 100), 1.5).shape == (12, 12)


@pytest.mark.parametrize(
    "viewport",
    [
        Viewport(0, 5),
        Viewport(5, -1),
        Viewport(16_385, 5),
        Viewport(5, 5, 6, 0),
        Viewport(5, 5, 0, 0, 0, 1),
        Viewport(5, 5, 0, 0, math.inf, 1),
        Viewport(5, 5, math.nan, 0),
        Viewport(5, 5, -3, 0, 2, 1),
        Viewport(5, 5, 1e308, 0, 1e308, 1),
    ],
)
def test_a_viewport_or_region_of_nothing_is_refused(viewport: Viewport) -> None:
    with pytest.raises(LocalError, match=r"not between|not within|not a number"):
        shown(RAMP, viewport)
