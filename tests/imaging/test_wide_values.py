import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.imaging import wide_values
from isocenter.imaging.attributes import Attributes
from isocenter.imaging.default_window import full_range
from isocenter.imaging.elements import Reader
from isocenter.imaging.functional_groups import FrameAttributes
from isocenter.imaging.luts import Modality, grey
from isocenter.model.pictures import Window


@pytest.fixture(scope="session")
def frame(make_item, in_bytes):
    def made(kind: str) -> FrameAttributes:
        content = in_bytes(make_item(Modality=kind))
        reader = Reader(memoryview(content), explicit=True, little=True)
        return FrameAttributes(Attributes(reader, reader.elements(0, len(content))), 0)

    return made


def of(array: np.ndarray, empty: float | None = None) -> wide_values.Rows:
    def rows(start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
        values = array[start:stop].astype(np.float64)
        return values, ~np.isfinite(values) | (values == empty)

    return rows


NUMBERS = st.lists(st.lists(st.integers(-(2**31), 2**32 - 1), min_size=3, max_size=3), min_size=1, max_size=8)


@given(NUMBERS, st.booleans())
def test_strips_have_the_grey_levels_of_the_formula(numbers, inverted: bool) -> None:
    array = np.array(numbers)
    modality, window = Modality(0.5, -3), Window(1e6, 2e9)
    found = wide_values.grey(of(array), array.shape, modality, window, inverted=inverted)
    levels = grey(array.astype(float), modality, window)
    assert np.array_equal(found, 255 - levels if inverted else levels)


@given(NUMBERS)
def test_the_full_range_is_exact(frame, numbers) -> None:
    array = np.array(numbers)
    found = wide_values.default(of(array), array.shape, Modality(2.0, 1), frame("RTDOSE"))
    expected = full_range(float(array.min()) * 2 + 1, float(array.max()) * 2 + 1)
    assert (found.center, found.width) == pytest.approx((expected.center, expected.width), abs=1e-6, rel=1e-12)


def test_percentiles_are_as_fine_as_65536_steps(frame) -> None:
    array = np.random.default_rng(2).permutation(600_000).reshape(600, 1000) * 1000.0
    found = wide_values.default(of(array), array.shape, Modality(), frame("MR"))
    low, high = found.center - found.width / 2, found.center + found.width / 2
    assert (low, high) == pytest.approx((0.01 * 6e8, 0.995 * 6e8), abs=2 * 6e8 / 65536)


def test_what_counts_for_nothing_is_black_and_decides_nothing(frame) -> None:
    array = np.array([[-1e30, 5.0, np.nan, 9.0, np.inf]])
    rows = of(array, empty=-1e30)
    window = wide_values.default(rows, array.shape, Modality(), frame(""))
    assert window == full_range(5, 9)
    for inverted, levels in ((False, [0, 0, 0, 255, 0]), (True, [0, 255, 0, 0, 0])):
        assert wide_values.grey(rows, array.shape, Modality(), window, inverted=inverted)[0].tolist() == levels


def test_one_value_or_none_or_the_largest_floats_still_give_a_window(frame) -> None:
    for numbers in ([7.0, 7.0], [np.nan, np.nan], [-1.7e308, 1.7e308], [0.0, 5e-324]):
        array = np.array([numbers])
        window = wide_values.default(of(array), array.shape, Modality(), frame("MR"))
        assert np.isfinite(window.width)
        assert wide_values.grey(of(array), array.shape, Modality(), window, inverted=False).shape == (1, 2)
