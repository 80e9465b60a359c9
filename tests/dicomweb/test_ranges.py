"""Range headers: what RFC 9110 14 says, and no answer is ever longer than the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.limits import RANGES_MAX
from isocenter.dicomweb.problems import Problem
from isocenter.dicomweb.ranges import ByteRange, ranges, unchanged


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", ((0, 1),)),
        ("bytes=0-", ((0, 100),)),
        ("bytes=99-", ((99, 1),)),
        ("bytes=10-19", ((10, 10),)),
        ("bytes=10-9999", ((10, 90),)),
        ("bytes=10-9223372036854775807", ((10, 90),)),
        ("bytes=-1", ((99, 1),)),
        ("bytes=-1000", ((0, 100),)),
        ("BYTES = 1-2", ((1, 2),)),
        ("bytes=0-0, 50-59 ,-1", ((0, 1), (50, 10), (99, 1))),
        ("bytes=50-59,0-0", ((50, 10), (0, 1))),
        ("bytes=0-9,5-14,10-", ((0, 100),)),
        ("bytes=0-9,10-19", ((0, 20),)),
        ("bytes=10-19,0-9", ((0, 20),)),
        ("bytes=10-19,30-39,0-9", ((0, 20), (30, 10))),
        ("bytes=,0-0,,5-5,", ((0, 1), (5, 1))),
        ("bytes=0-0,0-0,0-0", ((0, 1),)),
        ("bytes=0-9,20-29,5-24", ((0, 30),)),
        ("bytes=5-5,200-300", ((5, 1),)),
        ("bytes=-0,7-7", ((7, 1),)),
    ],
)
def test_a_range_is_read(header, expected):
    assert ranges(header, 100) == tuple(ByteRange(*part) for part in expected)


@pytest.mark.parametrize(
    "header",
    [None, "", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=9-1", "bytes=1-2-3", "bytes=1", "items=0-1", "bytes=0x1-2",
     "bytes= ,", "bytes=+1-2", "bytes=1.5-2", "bytes=0-0,x", "bytes=" + "9" * 20 + "-", "bytes=\u0661-", "0-1", "bytes:0-1"],
)  # fmt: skip
def test_a_header_that_cannot_be_read_asks_for_all(header):
    assert ranges(header, 100) == ()


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=9000000000000000000-", "bytes=500-,600-"])
def test_ranges_behind_the_end_are_refused_with_the_length(header):
    with pytest.raises(Problem) as caught:
        ranges(header, 100)
    assert caught.value.status == 416
    assert ("Content-Range", "bytes */100") in caught.value.headers


def test_nothing_can_be_had_of_nothing():
    for header in ("bytes=0-", "bytes=-1", "bytes=0-0"):
        with pytest.raises(Problem):
            ranges(header, 0)


def test_many_ranges_ask_for_all():
    assert len(ranges("bytes=" + ",".join(f"{place * 4}-{place * 4}" for place in range(RANGES_MAX)), 10_000)) == RANGES_MAX
    assert ranges("bytes=" + ",".join(f"{place * 4}-{place * 4}" for place in range(RANGES_MAX + 1)), 10_000) == ()
    assert ranges("bytes=" + ",".join(["0-"] * 1000), 10_000) == ()


spans = st.tuples(st.integers(0, 130), st.integers(0, 130)).map(lambda pair: f"{min(pair)}-{max(pair)}")
starts = st.integers(0, 130).map(lambda start: f"{start}-")
ends = st.integers(0, 130).map(lambda length: f"-{length}")


@given(st.lists(spans | starts | ends, min_size=1, max_size=RANGES_MAX))
def test_exactly_the_bytes_that_were_asked_for_are_given_once(specifiers):
    whole = bytes(range(100))
    asked: set[int] = set()
    for specifier in specifiers:
        first, _, last = specifier.partition("-")
        asked |= (
            set(whole[int(first) : int(last) + 1 if last else None]) if first else set(whole[-int(last) :] if int(last) else b"")
        )
    try:
        parts = ranges("bytes=" + ",".join(specifiers), len(whole))
    except Problem:
        assert not asked
        return
    given_ = [byte for part in parts for byte in whole[part.offset : part.offset + part.length]]
    assert sorted(given_) == sorted(asked)
    assert all(part.length > 0 for part in parts)


@given(st.text(max_size=60))
def test_any_header_is_read_or_refused(header):
    try:
        parts = ranges(header, 10)
    except Problem as problem:
        assert problem.status == 416  # noqa: PT017
        return
    assert sum(part.length for part in parts) <= 10


def test_a_part_says_where_it_stands():
    assert ByteRange(10, 5).content_range(100) == "bytes 10-14/100"


@pytest.mark.parametrize(
    ("if_range", "expected"),
    [(None, True), ("", True), ('"abc"', True), (' "abc" ', True), ('"abd"', False), ('W/"abc"', False),
     ("Sun, 06 Nov 1994 08:49:37 GMT", False)],
)  # fmt: skip
def test_a_range_of_something_else_is_not_given(if_range, expected):
    assert unchanged(if_range, '"abc"') is expected


def test_a_weak_tag_is_never_enough():
    assert not unchanged('W/"abc"', 'W/"abc"')
