"""A data set is read as its first element is written, and as announced where that says nothing."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.dataset.written import as_written

VALUE = b"ISO_IR 100"
IMPLICIT = struct.pack("<HHI", 8, 5, len(VALUE)) + VALUE
LITTLE = struct.pack("<HH2sH", 8, 5, b"CS", len(VALUE)) + VALUE
BIG = struct.pack(">HH2sH", 8, 5, b"CS", len(VALUE)) + VALUE


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize("little", [True, False])
def test_what_stands_there_counts_whatever_was_announced(explicit, little):
    def written(content):
        return as_written(memoryview(content), explicit=explicit, little=little)

    assert written(IMPLICIT) == (False, True)
    assert written(LITTLE) == (True, True)
    assert written(BIG) == (True, False)


@given(st.binary(max_size=5), st.booleans(), st.booleans())
def test_less_than_a_header_says_nothing(content, explicit, little):
    assert as_written(memoryview(content), explicit=explicit, little=little) == (explicit, little)


def test_a_group_that_reads_both_ways_keeps_the_announced_order():
    content = struct.pack("<HH2sH", 0x0808, 5, b"CS", 2) + b"AB"
    assert as_written(memoryview(content), explicit=False, little=False) == (True, False)
    assert as_written(memoryview(content), explicit=False, little=True) == (True, True)
