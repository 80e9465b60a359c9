from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isocenter.base.limits import RECORDED_DATA_BYTES, RECORDED_FOREIGN_BYTES, RECORDED_RUN_BYTES
from isocenter.model.recording import Ending, Endpoint, Recording
from isocenter.model.records import Spent
from isocenter.net.tap import Tap
from isocenter.wire import pdu_codec
from isocenter.wire.outlet import value_header
from isocenter.wire.pdu import Abort, ReleaseRequest

HEADER = 12


def tap(outgoing=False):
    ends = Endpoint("10.0.0.1", 5000), Endpoint("10.0.0.2", 104)
    recording = Recording("token", datetime(2026, 1, 1, tzinfo=UTC), *ends, outgoing=outgoing)
    return Tap(recording, 100.0)


def value(data, *, is_command=False, is_last=False, context=1):
    return value_header(context, is_command | is_last << 1, len(data)) + data


def message(command, data=b"", piece=1000):
    pieces = [data[start : start + piece] for start in range(0, len(data), piece)]
    values = [value(part, is_last=number == len(pieces) - 1) for number, part in enumerate(pieces)]
    return value(command, is_command=True, is_last=True) + b"".join(values)


def stream(segments, forth=True):
    """What was kept, with what was left out as a number in its place."""
    parts = []
    for segment in segments:
        if segment.forth != forth:
            continue
        start = 0
        for position, count in segment.gaps:
            parts += [segment.kept[start:position], count]
            start = position
        parts.append(segment.kept[start:])
    joined = []
    for part in parts:
        if joined and type(joined[-1]) is type(part):
            joined[-1] += part
        elif part:
            joined.append(part)
    return joined


def feed(into, data, cuts, *, forth=True, now=100.0):
    start = 0
    for cut in [*sorted(cuts), len(data)]:
        if cut > start:
            into.took(forth, data[start:cut], now, now)
            now += 0.001
            start = cut


def filled(parts):
    return b"".join(part if isinstance(part, bytes) else bytes(part) for part in parts)


LONG = bytes(range(256)) * 120
"""Longer than what is kept of a data set, with room for many PDUs behind that."""


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 66_000), max_size=12), st.integers(1, 20_000), st.binary(max_size=5))
def test_however_the_bytes_come_the_same_is_kept_and_each_stays_at_its_place(cuts, piece, tail):
    whole = pdu_codec.encode(ReleaseRequest()) + message(b"c" * 90, LONG, piece) + message(b"d" * 80, b"x" * 50) + tail
    once, often = tap(), tap()
    once.took(True, whole, 100.0, 100.0)
    feed(often, whole, [cut for cut in cuts if cut < len(whole)])
    assert stream(once.segments()) == stream(often.segments())
    assert len(filled(stream(often.segments()))) == len(whole)
    kept = stream(often.segments())
    position = 0
    for part in kept:
        if isinstance(part, bytes):
            assert whole[position : position + len(part)] == part
            position += len(part)
        else:
            position += part
    assert often.recording.bytes_forth == len(whole)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=20))
def test_bytes_of_a_stranger_never_raise_and_are_all_counted(chunks):
    writer = tap()
    for number, chunk in enumerate(chunks):
        writer.took(number % 3 > 0, chunk, 100.0 + number, 100.0 + number)
    told = sum(segment.byte_count for segment in writer.segments())
    assert told == sum(map(len, chunks)) == writer.recording.bytes_forth + writer.recording.bytes_back


def test_of_a_data_set_only_the_beginning_is_kept_and_every_header():
    data = bytes(300_000)
    writer = tap()
    writer.took(True, message(b"c" * 90, data, 16_000), 100.0, 100.0)
    parts = stream(writer.segments())
    kept = sum(len(part) for part in parts if isinstance(part, bytes))
    pieces = -(-300_000 // 16_000)
    assert kept == HEADER + 90 + RECORDED_DATA_BYTES + pieces * HEADER
    assert sum(part for part in parts if isinstance(part, int)) == 300_000 - RECORDED_DATA_BYTES


def test_the_next_data_set_has_its_own_beginning():
    writer = tap()
    for _ in range(3):
        writer.took(True, message(b"c" * 10, bytes(40_000), 50_000), 100.0, 100.0)
    gaps = [part for part in stream(writer.segments()) if isinstance(part, int)]
    assert gaps == [40_000 - RECORDED_DATA_BYTES] * 3


def test_what_is_no_pdu_is_kept_for_a_moment_and_then_only_counted():
    writer = tap()
    writer.took(True, b"GET / HTTP/1.1\r\n" + b"h" * 5000, 100.0, 100.0)
    (kept, left_out) = stream(writer.segments())
    assert kept.startswith(b"GET / HTTP/1.1")
    assert len(kept) == 6 + RECORDED_FOREIGN_BYTES
    assert left_out == 5016 - len(kept)


def test_a_message_that_comes_later_is_a_segment_of_its_own():
    writer = tap()
    first, second = message(b"a" * 30), message(b"b" * 30)
    writer.took(True, first + second, 100.0, 100.0)
    writer.took(True, first, 100.5, 100.5)
    writer.took(True, second, 100.5005, 100.5005)
    segments = writer.segments()
    assert [round(segment.began, 6) for segment in segments] == [0.0, 0.5, 0.5005]
    assert all(segment.is_start for segment in segments)


def test_a_pause_within_a_message_begins_a_segment_that_is_no_start():
    writer = tap()
    whole = message(b"a" * 30, bytes(3000), 4000)
    writer.took(True, whole[:500], 100.0, 100.0)
    writer.took(True, whole[500:], 100.9, 100.9)
    assert [(round(segment.began, 6), segment.is_start) for segment in writer.segments()] == [(0.0, True), (0.9, False)]


def test_directions_are_told_from_the_side_that_called():
    for outgoing in (False, True):
        writer = tap(outgoing=outgoing)
        writer.received(memoryview(pdu_codec.encode(Abort())), 101.0)
        writer.sent([pdu_codec.encode(Abort())], 102.0, 102.5)
        assert [segment.forth for segment in writer.segments()] == [not outgoing, outgoing]


def test_where_the_time_of_an_answer_went_is_with_the_answer():
    writer = tap()
    writer.received(memoryview(message(b"q" * 40)), 101.0)
    writer.spend(Spent(0.2, 0.1))
    writer.sent([message(b"r" * 40)], 101.5, 101.5)
    writer.sent([message(b"s" * 40)], 101.6, 101.6)
    assert [segment.spent for segment in writer.segments()] == [None, Spent(0.2, 0.1), None]


def test_who_asks_gets_only_what_is_new():
    writer = tap()
    writer.received(memoryview(message(b"q" * 40)), 101.0)
    seen = writer.segments()
    assert len(seen) == 1
    assert writer.segments(seen[-1].serial) == []
    writer.received(memoryview(message(b"q" * 40)), 101.0)
    assert len(writer.segments(seen[-1].serial)) == 1


def test_what_is_forgotten_begins_after_the_head_and_is_counted_by_the_next_segment():
    writer = tap()
    for number in range(60):
        writer.took(True, message(b"q" * 40, bytes(16_000), 20_000), 101.0 + number, 101.0 + number)
        writer.took(False, message(b"a" * 40), 101.5 + number, 101.5 + number)
    before = writer.segments()
    freed = writer.drop_oldest(200_000)
    after = writer.segments()
    assert freed >= 200_000
    assert after[0] == before[0]
    assert sum(s.byte_count + s.lost for s in after) == sum(s.byte_count for s in before)
    assert writer.recording.lost_bytes == sum(s.lost for s in after)
    first_lost = next(segment for segment in after if segment.lost)
    assert first_lost.is_start


def test_the_first_to_close_stays_the_one_who_did():
    writer = tap()
    writer.ended(103.0, Ending.CALLER)
    writer.ended(104.0, Ending.CALLED)
    assert (writer.recording.ended, writer.recording.ending) == (3.0, Ending.CALLER)


def test_bytes_that_nobody_saw_are_left_out_within_a_value_and_lost_elsewhere():
    writer = tap()
    whole = message(b"c" * 30, bytes(3000), 4000)
    writer.took(True, whole[:500], 100.0, 100.0)
    assert writer.miss(True, 1000, 100.1)
    writer.took(True, whole[1500:], 100.2, 100.2)
    assert sum(segment.byte_count for segment in writer.segments()) == len(whole)
    assert not writer.miss(True, 70, 100.3)
    writer.took(True, message(b"d" * 30), 100.4, 100.4)
    last = writer.segments()[-1]
    assert (last.lost, last.is_start) == (70, True)
    assert writer.recording.lost_bytes == 1070
    assert writer.recording.bytes_forth == len(whole) + 70 + len(message(b"d" * 30))


def image(pixels, *, head=b"\xe0\x7f\x10\x00OW\0\0", icon=b""):
    return b"h" * 600 + icon + head + len(pixels).to_bytes(4, "little") + pixels


@pytest.mark.parametrize("head", [b"\xe0\x7f\x10\x00OW\0\0", b"\xe0\x7f\x10\x00OB\0\0", b"\xe0\x7f\x10\x00"])
@pytest.mark.parametrize("length", [5000, 200_000])
def test_of_an_image_its_header_is_kept_and_no_pixel(head, length):
    data = image(b"\xee" * length, head=head)
    writer = tap()
    writer.took(True, message(b"c" * 90, data, 60_000), 100.0, 100.0)
    kept = b"".join(part for part in stream(writer.segments()) if isinstance(part, bytes))
    assert data[: len(data) - length] in kept
    assert b"\xee" * 8 not in kept
    assert sum(segment.byte_count for segment in writer.segments()) == writer.recording.bytes_forth


def test_an_icon_does_not_end_a_header():
    data = image(b"\xee" * 9000, icon=image(b"i" * 16)[600:] + b"j" * 300)
    writer = tap()
    writer.took(True, message(b"c" * 90, data, 60_000), 100.0, 100.0)
    kept = b"".join(part for part in stream(writer.segments()) if isinstance(part, bytes))
    assert data[:-9000] in kept
    assert b"\xee" * 8 not in kept


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 300), st.integers(5, 5000), st.lists(st.integers(0, 3), max_size=30))
def test_pdus_that_begin_alike_are_charged_for_and_told_as_if_each_were_written(piece, read, pauses):
    start = value(b"c" * 90, is_command=True, is_last=True) + value(bytes(RECORDED_DATA_BYTES))
    whole = start + value(bytes(piece)) * 200 + value(b"z" * piece, context=3) * 2 + value(b"y", is_last=True)
    writer, now = tap(), 100.0
    for number, at in enumerate(range(0, len(whole), read)):
        # Some come after a pause, some after somebody looked.
        now += 0.1 if number < len(pauses) and pauses[number] == 1 else 0.001
        if number < len(pauses) and pauses[number] == 2:
            writer.segments()
        writer.took(True, memoryview(whole)[at : at + read], now, now)
    segments = writer.segments()
    parts = stream(segments)
    headers = [part for part in parts if isinstance(part, bytes)]
    assert sum(map(len, headers)) == len(start) + 203 * HEADER
    assert len(filled(parts)) == len(whole)
    assert writer.byte_count >= sum(len(segment.kept) + 16 * len(segment.gaps) for segment in segments)
    assert all(len(segment.kept) < RECORDED_RUN_BYTES + read + RECORDED_DATA_BYTES for segment in segments)
    writer.drop_oldest(writer.byte_count)
    kept = writer.segments()
    assert writer.recording.lost_bytes == len(whole) - sum(segment.byte_count for segment in kept)
