import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isocenter.base.errors import UnreadableDataset
from isocenter.imaging.attributes import Attributes
from isocenter.imaging.elements import Reader
from isocenter.imaging.functional_groups import FrameAttributes
from isocenter.imaging.shutters import hidden

RECTANGLE = {
    "ShutterShape": "RECTANGULAR",
    "ShutterLeftVerticalEdge": 2,
    "ShutterRightVerticalEdge": 4,
    "ShutterUpperHorizontalEdge": 3,
    "ShutterLowerHorizontalEdge": 3,
}


@pytest.fixture(scope="session")
def frame(make_item, in_bytes):
    def made(index: int = 0, **attributes) -> FrameAttributes:
        content = in_bytes(make_item(**attributes))
        reader = Reader(memoryview(content), explicit=True, little=True)
        return FrameAttributes(Attributes(reader, reader.elements(0, len(content))), index)

    return made


def seen(frame: FrameAttributes, rows: int = 5, columns: int = 6) -> set[tuple[int, int]]:
    """The (row, column) pairs from 1 that are not hidden."""
    found = hidden(frame, rows, columns)
    assert found is not None
    return {(row + 1, column + 1) for row, column in np.argwhere(~found[0]).tolist()}


def test_edges_are_rows_and_columns_counted_from_1_and_seen(frame) -> None:
    assert seen(frame(**RECTANGLE)) == {(3, 2), (3, 3), (3, 4)}


def test_a_circle_shows_what_is_no_farther_than_its_radius(frame) -> None:
    found = seen(frame(ShutterShape="CIRCULAR", CenterOfCircularShutter=[3, 3], RadiusOfCircularShutter=1))
    assert found == {(2, 3), (3, 2), (3, 3), (3, 4), (4, 3)}


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 31), st.integers(0, 41)), min_size=3, max_size=3))
def test_a_triangle_shows_what_lies_on_one_side_of_all_its_edges(frame, corners) -> None:
    numbers = [number for corner in corners for number in corner]
    found = hidden(frame(ShutterShape="POLYGONAL", VerticesOfThePolygonalShutter=numbers), 30, 40)
    row, column = np.mgrid[1:31, 1:41]
    edges = zip(corners, [*corners[1:], corners[0]], strict=True)
    sides = np.stack([(to[1] - at[1]) * (row - at[0]) - (to[0] - at[0]) * (column - at[1]) for at, to in edges])
    within = (sides > 0).all(axis=0) | (sides < 0).all(axis=0)
    without = ~((sides >= 0).all(axis=0) | (sides <= 0).all(axis=0))
    if found is None:
        assert not within.any() or not without.any()
    else:
        assert not found[0][within].any()
        assert found[0][without].all()


def test_a_polygon_may_turn_inwards(frame) -> None:
    corners = [1, 1, 1, 6, 5, 6, 2, 3, 5, 1]
    found = seen(frame(ShutterShape="POLYGONAL", VerticesOfThePolygonalShutter=corners))
    assert (4, 5) in found
    assert (4, 3) not in found
    assert (1, 3) in found


def test_only_what_every_shape_shows_is_seen(frame) -> None:
    both = RECTANGLE | {
        "ShutterShape": ["RECTANGULAR", "CIRCULAR"],
        "CenterOfCircularShutter": [3, 5],
        "RadiusOfCircularShutter": 2,
    }
    assert seen(frame(**both)) == {(3, 3), (3, 4)}


def test_a_frames_own_shutter_comes_before_the_images(frame, make_item) -> None:
    own = make_item(FrameDisplayShutterSequence=[make_item(**RECTANGLE | {"ShutterRightVerticalEdge": 2})])
    assert seen(frame(PerFrameFunctionalGroupsSequence=[own], **RECTANGLE)) == {(3, 2)}
    assert len(seen(frame(1, PerFrameFunctionalGroupsSequence=[own], **RECTANGLE))) == 3


def test_the_hidden_have_the_shutters_grey_or_are_black(frame) -> None:
    assert hidden(frame(**RECTANGLE), 5, 6)[1] == 0
    assert hidden(frame(**RECTANGLE, ShutterPresentationValue=0x8000), 5, 6)[1] == 128


def test_nothing_is_hidden_without_a_shutter_or_by_one_that_hides_all_or_nothing(frame) -> None:
    for attributes in (
        {"PatientID": "1"},
        {"ShutterShape": "BITMAP"},
        RECTANGLE | {"ShutterLeftVerticalEdge": 5},
        RECTANGLE | {"ShutterLeftVerticalEdge": 100, "ShutterRightVerticalEdge": 200},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [3, 3], "RadiusOfCircularShutter": 2**31 - 1},
    ):
        assert hidden(frame(**attributes), 5, 6) is None


@pytest.mark.parametrize(
    "attributes",
    [
        {"ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": 2},
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": 3, "RadiusOfCircularShutter": 3},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 1, 2, 2]},
        {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1] * 3000},
    ],
)
def test_a_shutter_without_its_numbers_is_refused(frame, attributes: dict) -> None:
    with pytest.raises(UnreadableDataset, match="display shutter has"):
        hidden(frame(**attributes), 5, 6)
