"""Answers to a search, whatever bytes they are."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.doctor.scripted import Peer, raw_peer, reply, visit_to

from isocenter.base.errors import UnreadableDataset
from isocenter.dataset import identifier
from isocenter.dimse.commands import Command, CommandField
from isocenter.dimse.exchange import Reply
from isocenter.doctor.find_again_step import find_again
from isocenter.doctor.find_step import find
from isocenter.doctor.questions import Search, value_of
from isocenter.doctor.store_step import store
from isocenter.model.checkup import Outcome
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN

ELEMENT = st.tuples(
    st.sampled_from(
        [b"\x08\x00\x20\x00DA", b"\x10\x00\x10\x00PN", b"\x10\x00\x20\x00IS", b"\x20\x00\x0d\x00FD", b"\x20\x00\x0d\x00UI"]
    ),
    st.binary(max_size=12),
)


@given(st.lists(ELEMENT, max_size=6), st.sampled_from([EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN]))
def test_a_value_is_text_whatever_was_written(elements, syntax):
    data = b"".join(head + len(value).to_bytes(2, "little") + value for head, value in elements)
    with contextlib.suppress(UnreadableDataset):
        answer = identifier.decode(data, syntax)
        for tag in (0x00080020, 0x00100010, 0x00100020, 0x0020000D):
            assert isinstance(value_of(answer, tag), str)


@settings(max_examples=15, deadline=None)
@given(st.binary(max_size=64))
def test_whatever_an_archive_answers_no_step_stumbles(answered):
    def serve(request):
        if request.command.field == CommandField.C_FIND_RQ:
            more = reply(request, 0xFF00)
            yield Reply(more.command.__class__(**{**_fields(more.command), "has_data_set": True}), answered)
        yield reply(request, 0)

    with contextlib.closing(Peer(serve)) as peer, pytest.MonkeyPatch.context() as patched:
        patched.setattr("isocenter.doctor.find_again_step.CHECKUP_STORED_SECONDS", 0.0)
        visit = visit_to(peer.node)
        steps = [find(visit), store(visit), find_again(visit)]
    assert all(step.outcome is not Outcome.UNTRIED for step in steps)


def _fields(command: Command) -> dict[str, object]:
    return {name: getattr(command, name) for name in command.__slots__}


def test_an_answer_that_cannot_be_read_is_counted():
    def serve(request):
        if request.command.field == CommandField.C_FIND_RQ:
            more = reply(request, 0xFF00, {})
            yield Reply(more.command, b"\x08\x00\x20\x00DA\xff\xff")
        yield reply(request, 0)

    with contextlib.closing(Peer(serve)) as peer:
        step = find(visit_to(peer.node))
    assert step.facts["roots"]["study"]["study"]["answers"] == 1


def test_a_search_says_its_status_and_the_comment_of_the_other_side():
    assert Search(status=0xA900, comment="no level").words.endswith("It says: no level")
    assert Search().words == "it was cancelled here"
    assert [Search(status=one).is_failure for one in (0, 0xA900, 0xFE00, None)] == [False, True, True, False]


def test_half_an_answer_ends_in_a_sign():
    with raw_peer(lambda sock, _: sock.sendall(b"\x04\0\0\0\0\x14\0\0\0\x10\x01\x03" + bytes(8))) as node:
        assert find(visit_to(node)).sign.code.startswith("find-")
