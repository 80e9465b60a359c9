"""What checkups have shown about retrieving and titles, and nothing that they have not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from isocenter.jobs.findings import Found, latest, titles_checked
from isocenter.model.checkup import Attempt, Checkup, Layer, Outcome, Role, Step

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def checkup(move: Outcome, get: Outcome, *attempts: Attempt) -> Checkup:
    return Checkup("t", "CT", "CT1", "10.0.0.21", 104, Role.ARCHIVE, "ISOCENTER", "", 11112, NOON, NOON,
                   steps=(Step(Layer.MOVE, move), Step(Layer.GET, get)), attempts=attempts)  # fmt: skip


def attempt(calling: str, called: str, is_accepted: bool) -> Attempt:
    return Attempt(calling, called, "", is_accepted)


def test_the_latest_that_tried_counts_for_each_way():
    found = latest([checkup(Outcome.UNTRIED, Outcome.PASSED), checkup(Outcome.FAILED, Outcome.FAILED)])
    assert found == Found("C-GET works, C-MOVE fails")
    assert latest([checkup(Outcome.SKIPPED, Outcome.UNTRIED)]) == Found()
    assert latest([]) == Found()


@pytest.mark.parametrize(
    ("attempts", "words"),
    [
        ([attempt("A", "X", True), attempt("B", "X", False)], "checks the calling title"),
        ([attempt("A", "X", True), attempt("A", "Y", False)], "checks the called title"),
        ([attempt("A", "X", True), attempt("A", "Y", False), attempt("B", "X", False)], "checks both titles"),
        ([attempt("A", "X", True), attempt("B", "Y", True)], "checks no title"),
        ([attempt("A", "X", True), attempt("B", "Y", False)], ""),
        ([attempt("A", "X", False), attempt("B", "X", False)], ""),
        ([], ""),
    ],
)
def test_a_title_is_checked_where_it_alone_made_the_difference(attempts, words):
    assert titles_checked(attempts) == words
