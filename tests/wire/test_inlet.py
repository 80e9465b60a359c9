import struct

import pytest

from isocenter.base.errors import LocalError, PeerError
from isocenter.base.limits import FRAGMENTS_LENT_MAX, RECEIVE_ROOM_BYTES, RECEIVE_ROOM_BYTES_FIRST, RECEIVE_ROOM_BYTES_TINY
from isocenter.wire.inlet import Inlet


@pytest.fixture
def inlet():
    inlet = Inlet()
    inlet.flowing = True
    inlet.contexts = frozenset({1, 3})
    inlet.pdu_bytes_max = 16384
    return inlet


def put(inlet, raw):
    space = inlet.space()
    assert len(raw) <= len(space)
    space[: len(raw)] = raw
    inlet.received(len(raw))


def cut(inlet, raw, chunk):
    """Fragments of a whole stream as (context, is_command, is_last, bytes)."""
    heard = []
    while raw:
        size = min(chunk, len(inlet.space()))
        put(inlet, raw[:size])
        raw = raw[size:]
        heard += [(*fragment[:3], bytes(fragment.view)) for fragment in inlet.fragments()]
    return heard


def test_a_whole_value_is_one_fragment(raw, inlet):
    put(inlet, raw.pdu(4, raw.value(1, 3, b"command")) + raw.pdu(4, raw.value(3, 2, b"data")))
    assert [(*event[:3], bytes(event.view)) for event in inlet.fragments()] == [
        (1, True, True, b"command"),
        (3, False, True, b"data"),
    ]
    assert not inlet.is_mid_pdu


def test_a_fragment_leaves_before_its_pdu_is_complete(raw, inlet):
    stream = raw.pdu(4, raw.value(1, 2, b"0123456789"))
    put(inlet, stream[:15])
    assert [(event.is_last, bytes(event.view)) for event in inlet.fragments()] == [(False, b"012")]
    assert inlet.is_mid_pdu
    put(inlet, stream[15:])
    assert [(event.is_last, bytes(event.view)) for event in inlet.fragments()] == [(True, b"3456789")]


@pytest.mark.parametrize("chunk", [1, 2, 5, 6, 7, 11, 12, 13, 100])
def test_any_cut_gives_the_same_bytes(raw, inlet, chunk):
    values = [(1, 1, b"ab"), (1, 3, b""), (3, 0, b""), (3, 0, b"x" * 30), (3, 2, b"y")]
    stream = raw.pdu(4, b"".join(raw.value(*each) for each in values)) + raw.pdu(4, raw.value(1, 0, b"z" * 50))
    heard = cut(inlet, stream, chunk)
    assert b"".join(event[3] for event in heard if event[0] == 3) == b"x" * 30 + b"y"
    assert b"".join(event[3] for event in heard if event[:2] == (1, True)) == b"ab"
    assert [event[:2] for event in heard if event[2]] == [(1, True), (3, False)]


def test_empty_values_are_told_as_empty_fragments(raw, inlet):
    put(inlet, raw.pdu(4, raw.value(1, 0, b"")) * 3 + raw.pdu(4, raw.value(1, 2, b"")))
    assert [(len(event.view), event.is_last) for event in inlet.fragments()] == [(0, False)] * 3 + [(0, True)]


def test_lent_views_die_at_the_next_space(raw, inlet):
    put(inlet, raw.pdu(4, raw.value(1, 2, b"pixels")))
    (fragment,) = inlet.fragments()
    assert bytes(fragment.view) == b"pixels"
    own = inlet.space()
    with pytest.raises(ValueError, match="released"):
        bytes(fragment.view)
    inlet.space()
    with pytest.raises(ValueError, match="released"):
        own[0] = 1


@pytest.mark.parametrize("length", [0, 1, 5, 16385, 0x7FFFFFFF, 0xFFFFFFF0, 0xFFFFFFFF])
def test_a_pdu_of_an_impossible_length_is_refused_at_its_header(inlet, length):
    put(inlet, struct.pack(">BxI", 4, length))
    with pytest.raises(PeerError) as raised:
        list(inlet.fragments())
    assert raised.value.abort_reason == 6


def test_the_announced_maximum_is_the_last_that_passes(raw, inlet):
    assert sum(len(event[3]) for event in cut(inlet, raw.pdu(4, raw.value(1, 0, bytes(16378))), 4096)) == 16378
    put(inlet, raw.pdu(4, raw.value(1, 0, bytes(16379)))[:4000])
    with pytest.raises(PeerError, match="16385"):
        list(inlet.fragments())


def test_without_a_maximum_any_length_flows(inlet):
    inlet.pdu_bytes_max = 0
    put(inlet, struct.pack(">BxIIBB", 4, 0xFFFFFFFF, 0xFFFFFFFB, 1, 0) + b"abc")
    assert [bytes(event.view) for event in inlet.fragments()] == [b"abc"]
    assert inlet.room_bytes == RECEIVE_ROOM_BYTES_FIRST


@pytest.mark.parametrize("tail", [b"", b"\0" * 200])
@pytest.mark.parametrize("length", [0, 1, 99, 101, 0x7FFFFFFC, 0x7FFFFFFF, 0xFFFFFFFC, 0xFFFFFFFF])
def test_a_value_that_does_not_fill_its_pdu_is_refused(inlet, length, tail):
    put(inlet, struct.pack(">BxIIBB", 4, 104, length, 1, 0) + tail)
    with pytest.raises(PeerError) as raised:
        list(inlet.fragments())
    assert raised.value.abort_reason == 6


def test_a_second_value_beyond_the_pdu_is_refused(raw, inlet):
    put(inlet, raw.pdu(4, raw.value(1, 0, b"abc") + struct.pack(">IBB", 9, 1, 0) + b"only"))
    cutting = inlet.fragments()
    assert bytes(next(cutting).view) == b"abc"
    with pytest.raises(PeerError):
        next(cutting)


@pytest.mark.parametrize("context_id", [0, 2, 5, 255])
def test_data_for_a_context_that_is_not_accepted_is_refused(raw, inlet, context_id):
    put(inlet, raw.pdu(4, raw.value(context_id, 0, b"abc")))
    with pytest.raises(PeerError, match=str(context_id)):
        list(inlet.fragments())


def test_a_silent_room_is_small_and_a_busy_one_grows_to_its_limit(raw, inlet):
    assert inlet.room_bytes == RECEIVE_ROOM_BYTES_FIRST
    stream = raw.pdu(4, raw.value(1, 0, bytes(16378))) * 100
    cut(inlet, stream, len(stream))
    assert inlet.room_bytes == RECEIVE_ROOM_BYTES
    assert len(inlet.space()) == RECEIVE_ROOM_BYTES


def test_a_room_shrinks_with_what_waits_in_it_and_goes_on(raw, inlet):
    stream = raw.pdu(4, raw.value(1, 0, bytes(16378))) * 100
    cut(inlet, stream, len(stream))
    put(inlet, raw.pdu(4, raw.value(1, 0, b"first")) + raw.pdu(4, raw.value(3, 2, b"second"))[:-3])
    first = next(inlet.fragments())
    inlet.shrink()
    with pytest.raises(ValueError, match="released"):
        bytes(first.view)
    assert inlet.room_bytes == RECEIVE_ROOM_BYTES_FIRST
    put(inlet, b"ond")
    heard = [bytes(fragment.view) for fragment in inlet.fragments()]
    assert b"".join(heard) == b"second"
    cut(inlet, stream, len(stream))
    assert inlet.room_bytes == RECEIVE_ROOM_BYTES


def test_a_room_does_not_shrink_below_what_waits_in_it(raw, inlet):
    inlet.flowing = False
    cut(inlet, raw.pdu(1, bytes(60_000)), 1000)
    size = inlet.room_bytes
    inlet.shrink()
    assert inlet.room_bytes == size
    assert inlet.body(60_000) == bytes(60_000)


def test_a_flood_of_tiny_values_is_read_in_small_pieces(raw, inlet):
    stream = raw.pdu(4, raw.value(1, 0, bytes(16378))) * 100
    cut(inlet, stream, len(stream))
    tiny = raw.pdu(4, raw.value(1, 0, b"x") * 2340) * 30
    assert len(cut(inlet, tiny, len(tiny))) == 2340 * 30
    assert len(inlet.space()) <= RECEIVE_ROOM_BYTES_TINY + RECEIVE_ROOM_BYTES_FIRST
    assert FRAGMENTS_LENT_MAX < RECEIVE_ROOM_BYTES_TINY / 6


def test_an_incomplete_control_pdu_grows_the_room_as_it_comes_and_not_before(raw, inlet):
    inlet.flowing = False
    stream = raw.pdu(1, bytes(200_000))
    put(inlet, stream[:100])
    assert inlet.header() == (1, 200_000)
    assert inlet.body(200_000) is None
    assert inlet.room_bytes == RECEIVE_ROOM_BYTES_FIRST
    stream = stream[100:]
    while stream:
        size = min(1000, len(inlet.space()))
        put(inlet, stream[:size])
        stream = stream[size:]
    assert inlet.body(200_000) == bytes(200_000)
    assert not inlet.is_mid_pdu


def test_what_nobody_wants_any_more_is_dropped_up_to_the_next_pdu(raw, inlet):
    stream = raw.pdu(4, raw.value(1, 0, bytes(1000))) + raw.pdu(7, bytes(4))
    put(inlet, stream[:500])
    assert len(list(inlet.fragments())) == 1
    inlet.flowing = False
    assert inlet.header() is None
    put(inlet, stream[500:])
    assert inlet.header() == (7, 4)


def test_a_skipped_pdu_is_dropped_as_it_comes(raw, inlet):
    inlet.flowing = False
    stream = raw.pdu(1, bytes(3000)) + raw.pdu(7, bytes(4))
    put(inlet, stream[:1000])
    inlet.skip(inlet.header()[1])
    assert inlet.header() is None
    put(inlet, stream[1000:])
    assert inlet.header() == (7, 4)


def test_a_lost_stream_is_dropped_for_good(raw, inlet):
    inlet.is_lost = True
    inlet.flowing = False
    for _ in range(1000):
        put(inlet, raw.pdu(7, bytes(4)) * 100)
        assert inlet.header() is None
    assert inlet.room_bytes == RECEIVE_ROOM_BYTES_FIRST


def test_cutting_stops_where_the_user_stops_listening(raw, inlet):
    put(inlet, raw.pdu(4, raw.value(1, 0, b"abc")) * 5)
    cutting = inlet.fragments()
    next(cutting)
    inlet.flowing = False
    assert list(cutting) == []
    inlet.flowing = True
    assert len(list(inlet.fragments())) == 4


def test_more_than_was_lent_cannot_be_received(inlet):
    with pytest.raises(LocalError):
        inlet.received(1)
    size = len(inlet.space())
    for count in (0, -1, size + 1):
        inlet.space()
        with pytest.raises(LocalError):
            inlet.received(count)
    inlet.space()
    inlet.received(1)
    with pytest.raises(LocalError):
        inlet.received(1)


def test_a_full_room_that_nobody_reads_is_our_own_mistake(inlet):
    received = 0
    while received < RECEIVE_ROOM_BYTES:
        size = len(inlet.space())
        inlet.received(size)
        received += size
    with pytest.raises(LocalError, match=r"read events\(\)"):
        inlet.space()
    assert inlet.room_bytes == RECEIVE_ROOM_BYTES
