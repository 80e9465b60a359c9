import struct

import pytest

from isocenter.base.limits import BYTES_JOINED_MAX, OUTGOING_BUFFERS_MAX, OUTGOING_BYTES_MAX
from isocenter.wire.outlet import Outlet


@pytest.fixture
def outlet():
    outlet = Outlet()
    outlet.limit(16384)
    return outlet


def drain(outlet):
    out = b""
    while buffers := outlet.outgoing():
        out += b"".join(buffers)
    return out


def values(stream):
    """(context, flags, payload) of each P-DATA-TF, each of which must hold one value."""
    found = []
    while stream:
        kind, length, value_length, context_id, flags = struct.unpack(">BxIIBB", stream[:12])
        assert (kind, length) == (4, value_length + 4)
        found.append((context_id, flags, stream[12 : 6 + length]))
        stream = stream[6 + length :]
    return found


def test_a_small_message_is_one_list(outlet):
    outlet.add_message(1, b"command", [b"data" * 1000])
    buffers = outlet.outgoing()
    assert values(b"".join(buffers)) == [(1, 3, b"command"), (1, 2, b"data" * 1000)]
    assert outlet.outgoing() == []


def test_a_message_without_data_is_its_command_alone(outlet):
    outlet.add_message(3, b"command", None)
    assert values(drain(outlet)) == [(3, 3, b"command")]


def test_payload_is_passed_on_uncopied(outlet):
    payload = bytearray(40000)
    outlet.add_message(1, b"command", [payload])
    views = [buffer for buffer in outlet.outgoing() if isinstance(buffer, memoryview)]
    assert [len(view) for view in views] == [16378, 16378, 7244]
    assert all(view.obj is payload for view in views)


@pytest.mark.parametrize("size", [0, 1, 16377, 16378, 16379, 32755, 32756, 32757, 100_000])
def test_only_the_last_value_is_marked_as_last_and_none_is_too_long(outlet, size):
    data = bytes(range(256)) * 400
    outlet.add_message(1, b"c", [data[:size]])
    found = values(drain(outlet))[1:]
    assert b"".join(payload for _, _, payload in found) == data[:size]
    assert [flags for _, flags, _ in found] == [0] * (len(found) - 1) + [2]
    assert all(len(payload) == 16378 for _, _, payload in found[:-1])
    assert len(found) == max(1, -(-size // 16378))


@pytest.mark.parametrize("size", [1, 100, BYTES_JOINED_MAX, 5000, 16378, 50_000])
def test_the_pieces_of_a_source_do_not_show(outlet, size):
    data = bytes(range(256)) * 400
    outlet.add_message(1, b"c", (data[at : at + size] for at in range(0, len(data), size)))
    found = values(drain(outlet))[1:]
    assert b"".join(payload for _, _, payload in found) == data
    assert all(len(payload) == 16378 for _, _, payload in found[:-1])


def test_empty_pieces_are_no_fragments(outlet):
    outlet.add_message(1, b"c", [b"", b"abc", b"", b"def", b""])
    assert values(drain(outlet)) == [(1, 3, b"c"), (1, 2, b"abcdef")]
    outlet.add_message(1, b"c", [])
    assert values(drain(outlet)) == [(1, 3, b"c"), (1, 2, b"")]


def test_a_long_command_is_cut_too(outlet):
    outlet.limit(128)
    outlet.add_message(1, b"c" * 300, None)
    assert [(flags, len(payload)) for _, flags, payload in values(drain(outlet))] == [(1, 122), (1, 122), (3, 56)]


def test_an_odd_maximum_still_gives_even_fragments(outlet):
    outlet.limit(131)
    outlet.add_message(1, b"c", [bytes(300)])
    assert [len(payload) for _, _, payload in values(drain(outlet))] == [1, 124, 124, 52]


def test_a_large_lazy_source_is_asked_piece_by_piece(outlet):
    asked = 0

    def source():
        nonlocal asked
        for _ in range(64):
            asked += 1
            yield bytes(1024 * 1024)

    outlet.add_message(1, b"c", source())
    assert asked == 0
    total = 0
    while buffers := outlet.outgoing():
        total += sum(map(len, buffers))
        assert sum(map(len, buffers)) <= OUTGOING_BYTES_MAX + 16390
        assert len(buffers) <= OUTGOING_BUFFERS_MAX + 2
        assert asked <= total / 1024 / 1024 + 2
    assert total > 64 * 1024 * 1024


def test_many_small_pieces_and_pdus_stay_within_one_sendmsg(outlet):
    outlet.limit(128)
    outlet.add_message(1, b"c", [bytes(100_000)])
    while buffers := outlet.outgoing():
        assert len(buffers) <= OUTGOING_BUFFERS_MAX + 2


def test_a_list_ends_where_a_pdu_ends(outlet):
    outlet.add_message(1, b"c", [bytes(5 * 1024 * 1024)])
    lists = 0
    while buffers := outlet.outgoing():
        values(b"".join(buffers))
        lists += 1
    assert lists >= 5


def test_what_is_queued_comes_out_in_its_order(outlet):
    outlet.add(b"\x02first")
    outlet.add_message(1, b"c", iter([b"data"]))
    outlet.add(b"\x05last")
    stream = drain(outlet)
    assert stream.startswith(b"\x02first\x04")
    assert stream.endswith(b"data\x05last")


def test_what_a_source_raises_comes_out_and_nothing_after_it(outlet):
    def source():
        yield bytes(3_000_000)
        raise OSError("the blob is gone")

    outlet.add_message(1, b"c", source())
    outlet.add(b"\x05release")
    with pytest.raises(OSError, match="gone"):
        drain(outlet)
    assert outlet.outgoing() == []
    outlet.add(b"\x07abort")
    assert drain(outlet) == b"\x07abort"


def test_forgetting_lets_the_source_close(outlet):
    closed = []

    def source():
        try:
            while True:
                yield bytes(1_000_000)
        finally:
            closed.append(True)

    outlet.add_message(1, b"c", source())
    outlet.outgoing()
    outlet.clear()
    assert closed == [True]
    assert outlet.outgoing() == []


def test_views_of_other_items_are_sent_as_bytes(outlet):
    numbers = memoryview(bytes(range(200)) * 20).cast("I")
    outlet.add_message(1, b"c", [numbers])
    assert values(drain(outlet))[1][2] == numbers.tobytes()
