"""What was deflated comes back bit for bit; what is cut, foreign or without end is refused within its bound."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.errors import UnreadableDataset
from isocenter.dataset.deflated import deflated, inflated


@given(st.binary(max_size=2000))
def test_what_was_deflated_comes_back_and_its_length_is_even(content):
    packed = deflated(content)
    assert len(packed) % 2 == 0
    assert inflated(packed) == content
    assert inflated(packed + b"\0trailing") == content


@given(st.binary(min_size=1, max_size=200), st.data())
def test_a_stream_that_ends_anywhere_is_refused(content, data):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    with pytest.raises(UnreadableDataset, match="ends before its stream"):
        inflated(packed[: data.draw(st.integers(0, len(packed) - 1))])


def test_a_bound_is_kept_to_the_byte_and_named():
    packed = deflated(bytes(1000))
    assert inflated(packed, 1000) == bytes(1000)
    with pytest.raises(UnreadableDataset, match="the identifier inflates to more than 999 bytes"):
        inflated(packed, 999, "identifier")


def test_what_is_no_such_stream_is_refused():
    with pytest.raises(UnreadableDataset, match="not deflated as its transfer syntax says"):
        inflated(b"\xff" * 20)
