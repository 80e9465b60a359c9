"""Laws of the upper layer: any cut of a stream gives the same events, any PDU survives its bytes, any bytes parse or abort."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from isocenter.base.errors import PeerError
from isocenter.wire.association import Association
from isocenter.wire.events import Aborted, Closed, Fragment, Requested
from isocenter.wire.pdu import (
    Abort,
    AnsweredContext,
    AssociateAccept,
    AssociateReject,
    AssociateRequest,
    CommonExtendedNegotiation,
    ExtendedNegotiation,
    ProposedContext,
    ReleaseReply,
    ReleaseRequest,
    RoleSelection,
    UserIdentity,
    UserInformation,
)
from isocenter.wire.pdu_codec import NAMES, P_DATA_TF, decode, encode
from isocenter.wire.states import State

# Titles as they are shown: printable ISO 646 without the backslash, and without the padding that is trimmed.
TITLE_LETTERS = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "\\")
titles = st.text(TITLE_LETTERS, max_size=16).map(lambda text: text.strip(" "))
uids = st.from_regex(r"[0-9]{1,5}(\.[0-9]{1,8}){0,6}", fullmatch=True)
bytes_ = st.binary(max_size=40)
u8 = st.integers(0, 0xFF)
u16 = st.integers(0, 0xFFFF)
ids = st.lists(st.integers(0, 127).map(lambda half: 2 * half + 1), unique=True, max_size=8)

users = st.builds(
    UserInformation,
    pdu_bytes_max=st.none() | st.integers(0, 0xFFFFFFFF),
    implementation_class_uid=st.just("") | uids,
    implementation_version_name=titles,
    asynchronous_window=st.none() | st.tuples(u16, u16),
    roles=st.lists(st.builds(RoleSelection, uids, st.booleans(), st.booleans()), max_size=3).map(tuple),
    extended=st.lists(st.builds(ExtendedNegotiation, uids, bytes_), max_size=3).map(tuple),
    common_extended=st.lists(
        st.builds(CommonExtendedNegotiation, uids, uids, st.lists(uids, max_size=3).map(tuple)), max_size=2
    ).map(tuple),
    identity=st.none() | st.builds(UserIdentity, u8, bytes_, bytes_, st.booleans()),
    identity_response=st.none() | bytes_,
)


def contexts(build):
    return ids.flatmap(lambda numbers: st.tuples(*[build(number) for number in numbers]))


proposed = contexts(lambda number: st.builds(ProposedContext, st.just(number), uids, st.lists(uids, max_size=4).map(tuple)))
answered = contexts(lambda number: st.builds(AnsweredContext, st.just(number), st.integers(0, 4), uids))
requests = st.builds(AssociateRequest, titles, titles, proposed, users, st.just("") | uids, u16)
accepts = st.builds(AssociateAccept, titles, titles, answered, users, uids, u16)
control_pdus = st.one_of(
    requests,
    accepts,
    st.builds(AssociateReject, u8, u8, u8),
    st.builds(ReleaseRequest),
    st.builds(ReleaseReply),
    st.builds(Abort, u8, u8),
)

USER = UserInformation(4096, "1.2.3")
REQUEST = AssociateRequest("CALLED", "CALLING", tuple(ProposedContext(number, "1.2", ("1.3",)) for number in (1, 3, 5)), USER)
ACCEPT = AssociateAccept("CALLED", "CALLING", tuple(AnsweredContext(number, 0, "1.3") for number in (1, 3, 5)), USER)


def read(association, stream, chunks):
    """All that is told of a stream that arrives in chunks of these sizes, over and over; runs of one value joined."""
    told = []
    turn = 0
    while stream:
        space = association.space()
        size = min(chunks[turn % len(chunks)], len(space), len(stream))
        turn += 1
        space[:size] = stream[:size]
        stream = stream[size:]
        association.received(size, 0.0)
        for event in association.events():
            if isinstance(event, Requested):
                association.accept(ACCEPT, 0.0)
            if isinstance(event, Fragment):
                told.append([*event[:3], bytes(event.view)])
            else:
                told.append(event)
    return joined(told)


def joined(told):
    """Neighbouring runs of one context and kind made one, for where they are cut is the network's affair."""
    out = []
    for event in told:
        last = out[-1] if out else None
        if isinstance(event, list) and isinstance(last, list) and last[:2] == event[:2] and not last[2]:
            last[2], last[3] = event[2], last[3] + event[3]
        else:
            out.append(event)
    return out


def stream_of(messages):
    """The bytes of a requestor that sends these messages and then releases, from A-ASSOCIATE-RQ on."""
    requestor = Association.requestor(0.0)
    requestor.request(REQUEST, 0.0)
    stream = b"".join(requestor.outgoing())
    read(requestor, encode(ACCEPT), [10_000])
    for context_id, command, data in messages:
        requestor.send_message(context_id, command, data)
    requestor.release(0.0)
    while buffers := requestor.outgoing():
        stream += b"".join(buffers)
    return stream


messages = st.lists(
    st.tuples(
        st.sampled_from([1, 3, 5]), st.binary(min_size=1, max_size=300), st.none() | st.lists(st.binary(max_size=9000), max_size=4)
    ),
    max_size=4,
)


@given(control_pdus)
def test_any_control_pdu_survives_its_bytes(pdu):
    raw = encode(pdu)
    assert decode(raw[0], raw[6:]) == pdu


@given(messages, st.lists(st.integers(1, 6000), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_any_cut_of_a_stream_gives_the_same_events(sent, chunks):
    stream = stream_of(sent)
    acceptor = Association.acceptor(0.0)
    told = read(acceptor, stream, chunks)
    assert told == read(Association.acceptor(0.0), stream, [len(stream)])
    expected = [run for message in sent for run in expected_runs(*message)]
    assert [event for event in told if isinstance(event, list)] == expected
    assert acceptor.state is State.AWAITING_LOCAL_RELEASE_REPLY


def expected_runs(context_id, command, data):
    runs = [[context_id, True, True, command]]
    if data is not None:
        runs.append([context_id, False, True, b"".join(data)])
    return runs


def test_byte_by_byte_is_like_all_at_once():
    stream = stream_of([(1, b"command", [b"data" * 500]), (3, b"c", None), (5, b"c", [b""])])
    assert read(Association.acceptor(0.0), stream, [1]) == read(Association.acceptor(0.0), stream, [len(stream)])


def over(association, stream, chunks):
    """Read, end, and let all timers run out; what a driver would do."""
    told = read(association, stream, chunks)  # an A-ABORT closes before the peer does
    association.received_eof(0.0)
    told += association.events()
    while association.outgoing():
        pass
    assert association.state is State.IDLE
    assert isinstance(told[-1], Closed)


@given(st.binary(max_size=400), st.lists(st.integers(1, 100), min_size=1, max_size=4))
@example(b"\x07\0\0\0\0\0", [1])
@settings(max_examples=200)
def test_any_garbage_parses_or_aborts_and_nothing_else_is_raised(garbage, chunks):
    over(Association.acceptor(0.0), garbage, chunks)
    over(Association.acceptor(0.0), encode(REQUEST) + garbage, chunks)
    requestor = Association.requestor(0.0)
    requestor.request(REQUEST, 0.0)
    over(requestor, encode(ACCEPT) + garbage, chunks)


@given(st.sampled_from(sorted(set(NAMES) - {P_DATA_TF})), st.binary(max_size=60), st.binary(max_size=200))
@settings(max_examples=200)
def test_any_body_of_a_control_pdu_decodes_or_is_the_peers_error(kind, fixed, items):
    body = fixed.ljust(68, b"\0") + items if kind in (1, 2) else fixed
    try:
        pdu = decode(kind, body)
    except PeerError as error:
        assert str(error)  # noqa: PT017
    else:
        assert decode(kind, encode(pdu)[6:]) == pdu


@given(requests, st.integers(0, 2000), st.integers(0, 255))
@settings(max_examples=60)
def test_one_changed_byte_is_read_or_aborted_and_told_in_words(request, position, byte):
    raw = bytearray(encode(request))
    raw[position % len(raw)] = byte
    acceptor = Association.acceptor(0.0)
    space = acceptor.space()
    for piece in (raw[at : at + len(space)] for at in range(0, len(raw), len(space))):
        space = acceptor.space()[: len(piece)]
        space[:] = piece
        acceptor.received(len(piece), 0.0)
        for event in acceptor.events():
            assert isinstance(event, Requested | Aborted | Closed)
            assert isinstance(event, Requested) or event.why


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=5))
@settings(max_examples=30)
def test_no_view_outlives_the_next_space(sizes):
    stream = stream_of([(1, b"c", [bytes(size)]) for size in sizes])
    acceptor = Association.acceptor(0.0)
    fragments = 0
    while stream:
        space = acceptor.space()
        size = min(len(space), len(stream), 700)
        space[:size] = stream[:size]
        stream = stream[size:]
        acceptor.received(size, 0.0)
        lent = [space]
        for event in acceptor.events():
            if isinstance(event, Requested):
                acceptor.accept(ACCEPT, 0.0)
            elif isinstance(event, Fragment):
                lent.append(event.view)
        assert all(len(view) >= 0 for view in lent)
        fragments += len(lent) - 1
        acceptor.space()
        for view in lent:
            with pytest.raises(ValueError, match="released"):
                view[:1]
    assert fragments >= 2 * len(sizes)
