import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.limits import PICTURE_SIDE_PIXELS_MAX
from isocenter.dicomweb.problems import Problem
from isocenter.model.pictures import Rendering, Viewport, VoiFunction, Window
from isocenter.web.rendering_parameters import number, rendering, side, thumbnail, unheeded

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)


@given(NUMBERS, NUMBERS, st.sampled_from(["linear", "linear-exact", "sigmoid", "LINEAR_EXACT", ""]))
def test_a_window_is_its_numbers_and_its_function(center, width, function):
    text = f"{center!r},{width!r}" + (f",{function}" if function else "")
    wanted = VoiFunction((function or "linear").upper().replace("-", "_"))
    assert rendering({"window": text}, "image/png").window == Window(center, width, wanted)


@given(st.integers(1, PICTURE_SIDE_PIXELS_MAX), st.integers(1, PICTURE_SIDE_PIXELS_MAX), NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_a_viewport_is_a_size_and_perhaps_a_region(width, height, x, y, w, h):
    assert rendering({"viewport": f"{width},{height}"}, "image/png").viewport == Viewport(width, height)
    text = f"{width},{height},{x!r},{y!r},{w!r},{h!r}"
    assert rendering({"viewport": text}, "image/png").viewport == Viewport(width, height, x, y, w, h)
    assert rendering({"viewport": f"{width},{height},,,{w!r},"}, "image/png").viewport == Viewport(width, height, 0, 0, w, None)


@given(st.dictionaries(st.sampled_from(["window", "viewport", "quality", "annotation", "iccprofile"]), st.text(max_size=40)))
def test_any_text_is_a_rendering_within_bounds_or_a_problem_with_its_name(query):
    for read in (rendering, thumbnail):
        told = None
        try:
            found = read(query, "image/png")
        except Problem as problem:
            told = problem
        if told is not None:
            assert told.status == 400
            assert any(name in told.detail for name in query)
            continue
        assert 1 <= found.quality <= 100
        if found.viewport:
            assert 1 <= found.viewport.width <= PICTURE_SIDE_PIXELS_MAX
            assert all(math.isfinite(value or 0) for value in (found.viewport.source_x, found.viewport.source_width))
    unheeded(query).encode("ascii")


def test_nothing_asked_for_is_the_default():
    assert rendering({}, "image/jpeg") == Rendering("image/jpeg")
    assert thumbnail({}, "image/jpeg").viewport == Viewport(128, 128)


def test_a_thumbnail_knows_no_region():
    assert thumbnail({"viewport": "10,20,1,1,5,5"}, "image/png").viewport == Viewport(10, 20)


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "16385", "9" * 100, "²", "x"])
def test_a_size_is_a_number_of_pixels_within_bounds(text):
    with pytest.raises(Problem, match="rows"):
        side("rows", text)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1_0", "", "x", "١", "1e999"])
def test_a_number_is_finite(text):
    with pytest.raises(Problem, match="region"):
        number("region", text)
