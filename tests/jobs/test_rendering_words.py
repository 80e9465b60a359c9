import json

from hypothesis import given
from hypothesis import strategies as st

from isocenter.jobs.rendering_words import rendering, words
from isocenter.model.pictures import Rendering, Viewport, VoiFunction, Window

numbers = st.floats(allow_nan=False)
windows = st.builds(Window, numbers, numbers, st.sampled_from(VoiFunction))
viewports = st.builds(Viewport, st.integers(), st.integers(), numbers, numbers, st.none() | numbers, st.none() | numbers)


@given(st.builds(Rendering, st.text(), st.integers(), st.none() | windows, st.none() | viewports, st.booleans()))
def test_a_rendering_survives_the_way_through_json(wanted):
    assert rendering(json.loads(json.dumps(words(wanted)))) == wanted
