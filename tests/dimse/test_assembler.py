"""From fragments to messages: legal orders give the message back, illegal ones an error with its abort reason."""

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.errors import PeerError
from isocenter.base.limits import COMMAND_SET_BYTES_MAX, FRAGMENTS_EMPTY_MAX
from isocenter.dimse.assembler import Assembler, DataPart, MessageBegun, MessageEnded
from isocenter.dimse.commands import Command, CommandField, encode
from isocenter.dimse.exchange import AgreedContext
from isocenter.wire.events import Fragment

CT = AgreedContext(1, "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1")
ECHO = AgreedContext(3, "1.2.840.10008.1.1", "1.2.840.10008.1.2")
AGREED = {1: CT, 3: ECHO}
STORE = Command(field=CommandField.C_STORE_RQ, message_id=7, has_data_set=True)
ECHOED = Command(field=CommandField.C_ECHO_RQ, message_id=8)


def command_fragment(command: Command, context_id: int = 1, last: bool = True) -> Fragment:
    return Fragment(context_id, True, last, memoryview(encode(command)))


def data_fragment(data: bytes = b"data", context_id: int = 1, last: bool = False) -> Fragment:
    return Fragment(context_id, False, last, memoryview(data))


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in itertools.pairwise(edges)] or [b""]


places = st.lists(st.integers(0, 1000), max_size=6)


@given(st.lists(st.tuples(st.sampled_from([1, 3]), st.none() | st.binary(max_size=300), places, places, st.booleans()), max_size=5))
def test_messages_cut_anywhere_come_back_in_order(messages):
    assembler = Assembler(AGREED)
    for number, (context_id, data, command_places, data_places, empty_end) in enumerate(messages):
        command = Command(field=CommandField.C_STORE_RQ, message_id=number, has_data_set=data is not None)
        fragments = [Fragment(context_id, True, False, memoryview(piece)) for piece in cut(encode(command), command_places)]
        fragments[-1] = fragments[-1]._replace(is_last=True)
        if data is not None:
            pieces = cut(data, data_places) + [b""] * empty_end
            fragments += [data_fragment(piece, context_id) for piece in pieces]
            fragments[-1] = fragments[-1]._replace(is_last=True)
        assert assembler.between_messages
        events = [event for fragment in fragments for event in assembler.received(fragment)]
        assert events[0] == MessageBegun(AGREED[context_id], command)
        assert events[-1] == MessageEnded()
        assert all(isinstance(event, DataPart) and event.view.nbytes for event in events[1:-1])
        assert b"".join(event.view for event in events[1:-1]) == (data or b"")
    assert assembler.between_messages


fragments = st.builds(
    Fragment,
    st.sampled_from([1, 3, 5, 0]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([b"", b"x", encode(STORE), encode(ECHOED)]).map(memoryview),
)


@given(st.lists(fragments, max_size=12))
def test_any_order_is_messages_or_a_peer_error(order):
    assembler = Assembler(AGREED)
    open_message = False
    with contextlib.suppress(PeerError):
        for fragment in order:
            for event in assembler.received(fragment):
                assert isinstance(event, MessageBegun) != open_message
                open_message = not isinstance(event, MessageEnded)


def test_data_is_passed_on_uncopied():
    room = bytearray(b"pixels")
    assembler = Assembler(AGREED)
    assembler.received(command_fragment(STORE))
    (part,) = assembler.received(Fragment(1, False, False, memoryview(room)))
    room[:] = b"PIXELS"
    assert bytes(part.view) == b"PIXELS"


def test_a_message_without_data_ends_with_its_command():
    assert Assembler(AGREED).received(command_fragment(ECHOED, 3)) == (MessageBegun(ECHO, ECHOED), MessageEnded())


@pytest.mark.parametrize(
    ("order", "words", "reason"),
    [
        ([data_fragment()], "without a command", 5),
        ([command_fragment(ECHOED), data_fragment()], "without a command", 5),
        ([command_fragment(STORE), data_fragment(last=True), data_fragment(last=True)], "without a command", 5),
        ([command_fragment(STORE), data_fragment(context_id=3)], "while the one on context 1", 5),
        ([command_fragment(STORE), command_fragment(STORE)], "before the data set on context 1 ended", 5),
        ([command_fragment(STORE, last=False), command_fragment(STORE, 3)], "before the one on context 1 ended", 5),
        ([command_fragment(STORE, last=False), data_fragment()], "before the command on context 1 ended", 5),
        ([command_fragment(STORE, 5)], "context 5, which was not accepted", 6),
        ([data_fragment(context_id=0)], "context 0, which was not accepted", 6),
        ([Fragment(1, True, False, memoryview(bytes(COMMAND_SET_BYTES_MAX))), command_fragment(STORE)], "more than", 6),
        ([Fragment(1, True, False, memoryview(b""))] * (FRAGMENTS_EMPTY_MAX + 1), "empty fragments", 6),
        ([command_fragment(STORE)] + [data_fragment(b"")] * (FRAGMENTS_EMPTY_MAX + 1), "empty fragments", 6),
        ([Fragment(1, True, True, memoryview(b""))], "Command Field", 6),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_an_illegal_order_names_itself_and_its_abort_reason(order, words, reason):
    assembler = Assembler(AGREED)
    for fragment in order[:-1]:
        assembler.received(fragment)
    with pytest.raises(PeerError, match=words) as raised:
        assembler.received(order[-1])
    assert (raised.value.abort_source, raised.value.abort_reason) == (2, reason)


def test_empty_fragments_are_counted_for_each_message_anew():
    assembler = Assembler(AGREED)
    for _ in range(3):
        assembler.received(command_fragment(STORE))
        for _ in range(FRAGMENTS_EMPTY_MAX):
            assert assembler.received(data_fragment(b"")) == ()
        assert assembler.received(data_fragment(b"", last=True)) == (MessageEnded(),)
