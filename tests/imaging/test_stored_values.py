import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.errors import UnreadableDataset
from isocenter.imaging.frames import PixelDescription
from isocenter.imaging.stored_values import (
    Cell,
    cell_of,
    cell_of_lossy,
    counted,
    for_words,
    looked_up,
    padded,
    values_of_patterns,
    values_of_words,
)


@st.composite
def cells(draw, *allocated: int) -> Cell:
    bits = draw(st.sampled_from(allocated))
    stored = draw(st.integers(1, bits))
    return Cell(bits, stored, draw(st.integers(stored - 1, bits - 1)), draw(st.booleans()))


def by_hand(word: int, cell: Cell) -> int:
    value = word >> cell.high_bit + 1 - cell.bits_stored & (1 << cell.bits_stored) - 1
    return value - (1 << cell.bits_stored) if cell.signed and value >> cell.bits_stored - 1 else value


@given(cells(8, 16), st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=30))
def test_a_table_says_of_each_word_what_its_bits_mean(cell: Cell, numbers: list[int]) -> None:
    words = np.array([number % (1 << cell.bits_allocated) for number in numbers], f"<u{cell.bits_allocated // 8}")
    table = for_words(values_of_patterns(cell), cell)
    expected = [by_hand(int(word), cell) for word in words]
    assert looked_up(words, table).tolist() == expected
    assert values_of_words(words, cell).tolist() == expected


@given(cells(32, 64), st.lists(st.integers(0, (1 << 64) - 1), min_size=1, max_size=20))
def test_wide_words_are_read_alike(cell: Cell, numbers: list[int]) -> None:
    if cell.bits_stored == 64 and not cell.signed:
        numbers = [number >> 1 for number in numbers]  # an int64 has no room for more
    words = np.array([number % (1 << cell.bits_allocated) for number in numbers], f"<u{cell.bits_allocated // 8}")
    assert values_of_words(words, cell).tolist() == [by_hand(int(word), cell) for word in words]


def test_stored_bits_that_do_not_fit_below_the_high_bit_are_refused() -> None:
    description = PixelDescription(1, 1, 1, 16, 12, 10, 0, 0, "MONOCHROME2", 1)
    with pytest.raises(UnreadableDataset, match="12 bits stored below high bit 10"):
        cell_of(description)


def test_what_a_lossy_codec_gave_counts_with_all_its_bits() -> None:
    description = PixelDescription(1, 1, 1, 16, 10, 9, 0, 0, "MONOCHROME2", 1)
    assert cell_of(description) == Cell(16, 10, 9, False)
    assert cell_of_lossy(description) == Cell(16, 16, 15, False)


def test_colours_and_large_pictures_are_looked_up_in_strips() -> None:
    words = np.arange(600_000, dtype=np.uint32).astype(np.uint16).reshape(600, 1000)
    table = np.stack([np.arange(65536) >> 8, np.arange(65536) & 255, np.full(65536, 7)], axis=1).astype(np.uint8)
    assert np.array_equal(looked_up(words, table), table[words])
    assert np.array_equal(counted(words, 65536), np.bincount(words.reshape(-1), minlength=65536))


def test_both_ends_of_a_padding_range_belong_to_it_in_either_order() -> None:
    values = np.array([-3, -2, -1, 0])
    assert padded(values, (-1, -2)).tolist() == [False, True, True, False]
    assert not padded(values, None).any()
