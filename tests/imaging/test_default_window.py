import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.imaging.attributes import Attributes
from isocenter.imaging.default_window import BODY, HEAD, by_values, fixed, full_range
from isocenter.imaging.elements import Reader
from isocenter.imaging.functional_groups import FrameAttributes
from isocenter.imaging.luts import Modality, windowed
from isocenter.imaging.stored_values import Cell

CELL = Cell(16, 12, 11, False)
HOUNSFIELD = {"Modality": "CT", "RescaleSlope": "1", "RescaleIntercept": "-1024"}


@pytest.fixture
def frame(make_item, in_bytes):
    def made(**attributes) -> FrameAttributes:
        content = in_bytes(make_item(**attributes))
        reader = Reader(memoryview(content), explicit=True, little=True)
        return FrameAttributes(Attributes(reader, reader.elements(0, len(content))), 0)

    return made


@pytest.mark.parametrize(
    ("attributes", "window"),
    [
        (HOUNSFIELD, BODY),
        (HOUNSFIELD | {"RescaleType": "HU"}, BODY),
        (HOUNSFIELD | {"BodyPartExamined": "HEAD"}, HEAD),
        (HOUNSFIELD | {"SeriesDescription": "brain 5 mm"}, HEAD),
        (HOUNSFIELD | {"RescaleType": "US"}, None),
        (HOUNSFIELD | {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, None),
        (HOUNSFIELD | {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, None),
        ({"Modality": "CT"}, None),
        ({"Modality": "MR", "RescaleSlope": "1", "RescaleIntercept": "0"}, None),
    ],
)
def test_only_ct_in_hounsfield_units_has_a_fixed_window(frame, attributes: dict, window) -> None:
    assert fixed(frame(**attributes), Modality(1, -1024), CELL) == window


@pytest.mark.parametrize(
    ("kind", "cell", "modality", "levels"),
    [
        ("US", Cell(8, 8, 7, False), Modality(), 255),
        ("OT", Cell(8, 7, 6, False), Modality(), 127),
        ("SEG", Cell(1, 1, 0, False), Modality(), 1),
        ("XA", Cell(8, 8, 7, False), Modality(), None),
        ("US", Cell(8, 8, 7, True), Modality(), None),
        ("US", Cell(8, 8, 7, False), Modality(2.0), None),
        ("US", CELL, Modality(), None),
    ],
)
def test_eight_bits_that_are_meant_for_the_eye_stay_as_they_are(frame, kind, cell, modality, levels) -> None:
    assert fixed(frame(Modality=kind), modality, cell) == (None if levels is None else full_range(0, levels))


@pytest.mark.parametrize(
    ("kind", "range_"),
    [("MR", (10, 995)), ("DX", (10, 990)), ("PT", (1, 995)), ("NM", (0, 1000)), ("XA", (1, 1000)), ("", (1, 1000))],
)
def test_each_kind_leaves_out_what_its_readers_do_not_look_at(frame, kind: str, range_) -> None:
    values = np.arange(1000, 0, -1, dtype=float)
    assert by_values(frame(Modality=kind), values, np.ones(1000, int)) == full_range(*range_)


def test_how_often_a_value_occurs_counts(frame) -> None:
    assert by_values(frame(Modality="MR"), np.array([5.0, 0.0, 900.0]), np.array([1000, 3, 3])) == full_range(0, 900)
    assert by_values(frame(Modality="MR"), np.array([0.0, 5.0, 6.0, 900.0]), np.array([3, 500, 500, 1])) == full_range(5, 6)


@given(st.floats(-1e9, 1e9), st.just(0.0) | st.floats(1e-2, 1e9))
def test_a_full_range_goes_from_black_to_white(low: float, width: float) -> None:
    levels = windowed(np.array([low, low + width]), full_range(low, low + width))
    assert levels == pytest.approx([0, 255 if width else 0], abs=0.01)


def test_nothing_and_what_is_no_number_still_give_a_window(frame) -> None:
    nothing = np.array([])
    assert by_values(frame(Modality="XA"), nothing, nothing.astype(int)).width > 0
    assert by_values(frame(Modality="XA"), np.array([np.inf, 3.0, 5.0]), np.array([1, 1, 1])) == full_range(3, 5)
    assert np.isfinite(full_range(-1.7e308, 1.7e308).width)
