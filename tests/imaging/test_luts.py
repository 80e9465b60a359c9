import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.pixels import apply_windowing
from tests.imaging.reading import attributes

from isocenter.base.errors import UnreadableDataset
from isocenter.imaging.luts import Lut, Modality, grey, grey_table, is_computable, read_lut, windowed
from isocenter.imaging.stored_values import Cell, values_of_patterns
from isocenter.model.pictures import VoiFunction, Window

VALUES = [-200.0, -160.0, -159.0, 0.0, 40.0, 239.0, 240.0]
NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)
WINDOWS = st.builds(Window, NUMBERS, st.floats(1, 1e6), st.sampled_from(VoiFunction))


@pytest.mark.parametrize(
    ("function", "levels"),
    [
        (VoiFunction.LINEAR, [0, 0, 0.6391, 102.2556, 127.8195, 255, 255]),
        (VoiFunction.LINEAR_EXACT, [0, 0, 0.6375, 102.0, 127.5, 254.3625, 255]),
        (VoiFunction.SIGMOID, [21.209, 30.397, 30.666, 102.335, 127.5, 224.335, 224.603]),
    ],
)
def test_the_formulas_are_those_of_the_standard(function: VoiFunction, levels: list[float]) -> None:
    assert windowed(np.array(VALUES), Window(40, 400, function)) == pytest.approx(levels, abs=6e-4)


def test_a_linear_window_of_width_1_is_a_threshold_half_below_its_centre() -> None:
    assert windowed(np.array([99.0, 99.5, 99.6, 100.0]), Window(100, 1)).tolist() == [0, 0, 255, 255]


@given(WINDOWS, st.lists(NUMBERS, min_size=2, max_size=20))
def test_brighter_never_means_darker_and_nothing_leaves_the_range(window: Window, numbers: list[float]) -> None:
    levels = windowed(np.sort(np.array(numbers)), window)
    assert (np.diff(levels) >= -1e-9).all()
    assert levels.min() >= 0
    assert levels.max() <= 255


@given(st.integers(-2000, 2000), st.integers(2, 4096), st.sampled_from(VoiFunction))
def test_windows_agree_with_pydicoms(center: int, width: int, function: VoiFunction) -> None:
    data_set = Dataset()
    data_set.PhotometricInterpretation, data_set.BitsStored, data_set.PixelRepresentation = "MONOCHROME2", 16, 0
    data_set.WindowCenter, data_set.WindowWidth, data_set.VOILUTFunction = center, width, function.value
    values = np.arange(0, 4096, 7, dtype=np.uint16)
    with np.errstate(over="ignore"):
        # far from a narrow window their exponential is infinite, which is 0 as it should be
        theirs = apply_windowing(values, data_set) / 65535 * 255
    assert windowed(values.astype(float), Window(center, width, function)) == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize(
    ("window", "computable"),
    [
        (Window(0, 1), True),
        (Window(0, 0.5), False),
        (Window(0, 0.5, VoiFunction.LINEAR_EXACT), True),
        (Window(0, 0, VoiFunction.SIGMOID), False),
        (Window(float("nan"), 10), False),
        (Window(0, float("inf")), False),
    ],
)
def test_a_window_that_has_no_formula_is_told_apart(window: Window, computable: bool) -> None:
    assert is_computable(window) is computable


def test_an_index_outside_of_a_table_takes_its_first_or_last_entry() -> None:
    lut = Lut(-2, 16, np.array([5, 6, 7], "<u2").tobytes())
    assert lut.of(np.array([-1e300, -3, -2, -1, 0, 1, 1e300])).tolist() == [5, 5, 5, 6, 7, 7, 7]


def test_a_lut_of_no_stated_length_has_65536_entries_and_8_bit_entries_may_share_words(make_item, in_bytes) -> None:
    whole = make_item()
    whole.add_new("LUTDescriptor", "US", [0, 0, 16])
    whole.add_new("LUTData", "OW", np.arange(65536, dtype="<u2").tobytes())
    assert len(read_lut(attributes(in_bytes(whole)), signed=False).entries) == 131072
    packed = make_item()
    packed.add_new("LUTDescriptor", "US", [4, 65535, 8])
    packed.add_new("LUTData", "OW", bytes((1, 2, 3, 4)))
    lut = read_lut(attributes(in_bytes(packed)), signed=True)
    assert (lut.first, np.frombuffer(lut.entries, "<u2").tolist()) == (-1, [1, 2, 3, 4])


@pytest.mark.parametrize(
    ("descriptor", "words"),
    [
        ([4, 0], "2 values, not 3"),
        ([4, 0, 0], "0 bits an entry"),
        ([4, 0, 17], "17 bits"),
        ([5, 0, 16], "8 bytes, 5 entries"),
        ([0, 0, 16], "8 bytes, 65536 entries"),
        (None, "0 values"),
    ],
)
def test_a_lut_that_promises_what_is_not_there_is_refused(make_item, in_bytes, descriptor, words: str) -> None:
    lut = make_item()
    if descriptor:
        lut.add_new("LUTDescriptor", "US", descriptor)
    lut.add_new("LUTData", "OW", bytes(8))
    with pytest.raises(UnreadableDataset, match=words):
        read_lut(attributes(in_bytes(lut)), signed=False)


@given(st.integers(1, 16), st.booleans(), st.floats(-10, 10), st.floats(-5000, 5000), WINDOWS, st.booleans())
def test_the_table_says_of_every_word_what_the_formula_says_of_its_value(
    stored: int, signed: bool, slope: float, intercept: float, window: Window, inverted: bool
) -> None:
    cell = Cell(16, stored, stored - 1, signed and stored > 1)
    modality = Modality(slope, intercept)
    table = grey_table(cell, modality, window, inverted, None)
    levels = grey(values_of_patterns(cell).astype(float), modality, window)
    assert table.size == 65536
    assert np.array_equal(table[: levels.size], 255 - levels if inverted else levels)
    assert np.array_equal(table[-levels.size :], table[: levels.size])
