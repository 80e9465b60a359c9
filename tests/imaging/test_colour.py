import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.pixels import convert_color_space

from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.imaging.colour import rgb
from isocenter.imaging.frames import PixelDescription


def described(array: np.ndarray, photometric: str, **other) -> PixelDescription:
    bits = array.dtype.itemsize * 8
    fields = {"bits_stored": bits, "high_bit": bits - 1, "pixel_representation": 0, "planar_configuration": 0} | other
    fields = {"bits_allocated": bits} | fields
    return PixelDescription(*array.shape[:2], 3, photometric_interpretation=photometric, number_of_frames=1, **fields)


@given(st.lists(st.tuples(*(st.integers(0, 255),) * 3), min_size=1, max_size=40))
def test_ybr_full_becomes_the_rgb_that_pydicom_computes(samples) -> None:
    array = np.array([samples], np.uint8)
    ours = rgb(array.tobytes(), described(array, "YBR_FULL"))
    theirs = convert_color_space(array, "YBR_FULL", "RGB")
    assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_all_colours_of_ybr_full_are_rounded_to_the_nearest() -> None:
    axis = np.arange(0, 256, 5, dtype=np.uint8)
    array = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(1, -1, 3)
    y, cb, cr = (array[..., channel].astype(float) for channel in range(3))
    exact = (y + 1.402 * (cr - 128), y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128), y + 1.772 * (cb - 128))
    ours = rgb(array.tobytes(), described(array, "YBR_FULL"))
    assert np.abs(ours - np.clip(np.stack(exact, axis=-1), 0, 255)).max() <= 0.501


def test_partial_range_goes_from_16_to_235() -> None:
    native = bytes((16, 235, 128, 128))
    assert rgb(native, described(np.zeros((1, 2, 3), "u1"), "YBR_PARTIAL_422"))[0].tolist() == [[0, 0, 0], [255, 255, 255]]


def test_two_pixels_share_their_chrominance() -> None:
    native = bytes((76, 150, 85, 255, 29, 29, 255, 107))
    shared = rgb(native, described(np.zeros((2, 2, 3), "u1"), "YBR_FULL_422"))
    alone = np.array([[[76, 85, 255], [150, 85, 255]], [[29, 255, 107], [29, 255, 107]]], np.uint8)
    assert np.array_equal(shared, rgb(alone.tobytes(), described(alone, "YBR_FULL")))


def test_an_odd_number_of_pixels_cannot_share() -> None:
    with pytest.raises(UnreadableDataset, match="3 x 1 is odd"):
        rgb(bytes(6), described(np.zeros((1, 3, 3), "u1"), "YBR_FULL_422"))


@pytest.mark.parametrize(
    ("kind", "stored", "value", "level"),
    [("u2", 16, 0x80FF, 0x80), ("u4", 32, 0xFE000000, 0xFE), ("u2", 10, 1023, 255), ("u1", 4, 15, 255), ("u1", 4, 5, 85)],
)
def test_other_depths_become_eight_bits(kind: str, stored: int, value: int, level: int) -> None:
    array = np.full((1, 1, 3), value, f"<{kind}")
    assert rgb(array.tobytes(), described(array, "RGB", bits_stored=stored, high_bit=stored - 1))[0, 0].tolist() == [level] * 3


def test_planes_are_put_together() -> None:
    array = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    planes = array.transpose(2, 0, 1).tobytes()
    assert np.array_equal(rgb(planes, described(array, "RGB", planar_configuration=1)), array)


@pytest.mark.parametrize(
    ("photometric", "other", "error"),
    [
        ("HSV", {}, LocalError),
        ("CMYK", {}, LocalError),
        ("", {}, LocalError),
        ("MONOCHROME2", {}, LocalError),
        ("RGB", {"pixel_representation": 1}, UnreadableDataset),
        ("RGB", {"bits_allocated": 64, "bits_stored": 64, "high_bit": 63}, LocalError),
    ],
)
def test_a_colour_space_that_nobody_knows_is_refused(photometric: str, other: dict, error: type) -> None:
    array = np.zeros((1, 1, 3), np.uint8)
    with pytest.raises(error):
        rgb(array.tobytes(), described(array, photometric, **other))
