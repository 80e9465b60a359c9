import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from tests.imaging.reading import attributes

from isocenter.base.errors import UnreadableDataset
from isocenter.imaging.overlays import Spare, lit
from isocenter.imaging.stored_values import Cell


def overlay(bits: np.ndarray, group: int = 0x6000, **other: object) -> Dataset:
    """A data set with one overlay; `bits` are rows and columns, or planes of them."""
    found: dict[str, object] = {
        "rows": bits.shape[-2],
        "columns": bits.shape[-1],
        "kind": "G",
        "origin": [1, 1],
        "allocated": 1,
        "position": 0,
        "data": np.packbits(bits.reshape(-1), bitorder="little").tobytes(),
    } | other
    made = Dataset()
    numbers = {"rows": 0x10, "columns": 0x11, "kind": 0x40, "origin": 0x50, "allocated": 0x100, "position": 0x102, "data": 0x3000}
    numbers |= {"frames": 0x15, "first_frame": 0x51}
    vrs = {"kind": "CS", "origin": "SS", "data": "OW", "frames": "LO"}
    for name, value in found.items():
        if value is not None:
            value = value + b"\0" * (len(value) % 2) if name == "data" else value
            made.add_new(group << 16 | numbers[name], vrs.get(name, "US"), value)
    return made


CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(-12, 12), st.integers(-12, 12), st.integers(0, 2**32))
def test_a_plane_lies_where_its_origin_says_even_outside(in_bytes, rows, columns, top, left, seed) -> None:
    bits = np.random.default_rng(seed).integers(0, 2, (rows, columns), np.uint8)
    found = lit(attributes(in_bytes(overlay(bits, origin=[top, left]))), 0, 7, 8, None)
    expected = {
        (row + top - 1, column + left - 1)
        for row, column in np.argwhere(bits).tolist()
        if 0 <= row + top - 1 < 7 and 0 <= column + left - 1 < 8
    }
    assert {tuple(place) for place in np.argwhere(found).tolist()} == expected


def test_without_overlays_there_is_nothing_to_draw(in_bytes) -> None:
    empty = Dataset()
    empty.PatientID = "1"
    assert lit(attributes(in_bytes(empty)), 0, 3, 3, None) is None


def test_several_groups_are_drawn_together(in_bytes) -> None:
    both = overlay(CROSS)
    both.update(overlay(1 - CROSS, group=0x601E))
    found = lit(attributes(in_bytes(both)), 0, 3, 3, None)
    assert found is not None
    assert found.all()


def test_planes_of_several_frames_belong_to_their_frames(in_bytes) -> None:
    planes = np.stack([CROSS, 1 - CROSS])
    content = attributes(in_bytes(overlay(planes, frames="2", first_frame=2)))
    assert lit(content, 0, 3, 3, None) is None
    assert np.array_equal(lit(content, 1, 3, 3, None), CROSS.astype(bool))
    assert np.array_equal(lit(content, 2, 3, 3, None), ~CROSS.astype(bool))
    assert lit(content, 3, 3, 3, None) is None
    for frame in (0, 5):
        assert np.array_equal(lit(attributes(in_bytes(overlay(CROSS))), frame, 3, 3, None), CROSS.astype(bool))


def test_only_the_outline_of_a_region_is_drawn(in_bytes) -> None:
    found = lit(attributes(in_bytes(overlay(np.ones((4, 5), np.uint8), kind="R"))), 0, 4, 5, None)
    assert found is not None
    assert found.astype(int).tolist() == [[1, 1, 1, 1, 1], [1, 0, 0, 0, 1], [1, 0, 0, 0, 1], [1, 1, 1, 1, 1]]


def test_an_old_overlay_lies_in_a_bit_that_the_pixels_leave_free(in_bytes) -> None:
    words = (CROSS.astype(np.uint16) << 13) | 0x0FFF
    content = attributes(in_bytes(overlay(CROSS, data=None, allocated=16, position=13)))
    spare = Spare(words, Cell(16, 12, 11, False))
    assert np.array_equal(lit(content, 0, 3, 3, spare), CROSS.astype(bool))
    assert lit(content, 0, 3, 3, None) is None  # a codec kept no spare bits


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"rows": None}, "does not say how large"),
        ({"rows": 0}, "does not say how large"),
        ({"rows": 65535, "columns": 65535}, "is more than"),
        ({"rows": 60000}, "4 bytes|2 bytes"),
        ({"origin": [1]}, "one number"),
        ({"frames": "3", "first_frame": 1, "data": b"\0\0"}, "promised"),
        ({"frames": "x"}, "not a number"),
        ({"data": None, "allocated": 16, "position": 3}, "bit 3, which the pixels do not leave free"),
        ({"data": None, "allocated": 16, "position": 16}, "bit 16"),
        ({"data": None, "allocated": 16, "rows": 4, "position": 13}, "3 x 4, the image is not"),
    ],
)
def test_an_overlay_that_contradicts_itself_is_refused(in_bytes, other: dict, words: str) -> None:
    spare = Spare(np.zeros((3, 3), np.uint16), Cell(16, 12, 11, False))
    with pytest.raises(UnreadableDataset, match=words):
        lit(attributes(in_bytes(overlay(CROSS, **other))), 2 if "frames" in other else 0, 3, 3, spare)
