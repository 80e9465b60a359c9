"""The sum of several retrievals, and what is offered to receive."""

from __future__ import annotations

import pytest

from isocenter.base.limits import PRESENTATION_CONTEXTS_MAX
from isocenter.dataset.identifier import encode
from isocenter.dimse.commands import Command, CommandField
from isocenter.jobs.questions import At, question
from isocenter.jobs.retrieving import Tally, get_proposal, narrowed
from isocenter.jobs.searching import Call
from isocenter.model.records import Node
from isocenter.net.client import Response
from isocenter.standard import status
from isocenter.standard.transfer_syntax import IMPLICIT_VR_LITTLE_ENDIAN

NOBODY = Call(Node("x", "X", "127.0.0.1", 9), "HERE")


def final(code: int | None, identifier: bytes = b"", **counts: int) -> Response:
    return Response(Command(field=CommandField.C_MOVE_RSP, status=code, **counts), identifier, IMPLICIT_VR_LITTLE_ENDIAN)


def test_counts_add_up_and_the_first_that_did_not_succeed_is_told():
    tally = Tally()
    tally.add(final(status.SUCCESS, completed=3, warning=1), "move")
    assert (tally.kept, tally.failed, tally.is_success, tally.words) == (4, 0, True, "")
    failed = encode({0x00080058: "1.2\\1.3"}, IMPLICIT_VR_LITTLE_ENDIAN)
    tally.add(final(0xB000, failed, completed=1, failed=2, error_comment="no room"), "move")
    tally.add(final(0xA801), "move")
    assert (tally.kept, tally.failed, tally.failed_uids) == (5, 2, ["1.2", "1.3"])
    assert tally.words.endswith("It says: no room")
    assert not tally.is_success


@pytest.mark.parametrize("code", [0xA801, 0xC000, None])
def test_a_failure_without_counts_is_no_success(code):
    tally = Tally()
    tally.add(final(code), "move")
    assert not tally.is_success


def test_unique_keys_alone_need_no_search():
    asked = question(At.SERIES, None, ["StudyInstanceUID=1.2", "SeriesInstanceUID=1.3"], returned=False)
    assert narrowed(NOBODY, asked) == [asked]


def test_where_its_classes_cannot_be_asked_for_the_usual_ones_are_offered():
    doubts = []
    proposal = get_proposal(NOBODY, [question(At.STUDY, None, ["StudyInstanceUID=1.2"], returned=False)], doubts.append)
    assert len(proposal.contexts) <= PRESENTATION_CONTEXTS_MAX
    assert "1.2.840.10008.5.1.4.1.1.2" in proposal.as_scp_of
    assert "could not be asked for" in doubts[0]
