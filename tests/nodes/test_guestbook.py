from datetime import UTC, datetime

import pytest

from isocenter.base.errors import LocalError
from isocenter.base.limits import CALLER_WRITTEN_SECONDS, CALLERS_COUNTED_MAX, CALLERS_WRITTEN_A_SECOND_MAX
from isocenter.model.records import RejectedCaller
from isocenter.nodes.guestbook import Guestbook


def caller(title="NOBODY", address="10.0.0.9"):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return RejectedCaller(title, "ISOCENTER", address, "", "", (), "unknown", moment, moment)


@pytest.fixture
def noted(shelf, clock):
    kept = shelf()
    book = Guestbook(kept, clock)
    book.shelf = kept
    return book


def test_the_first_knock_is_written_at_once(noted):
    noted.remember(caller())
    assert [row.count for row in noted.shelf.rejected_callers()] == [1]


def test_knocks_within_a_second_are_counted_and_written_with_the_next_one(noted, clock):
    for _ in range(10):
        noted.remember(caller())
    assert [row.count for row in noted.shelf.rejected_callers()] == [1]
    clock.advance(CALLER_WRITTEN_SECONDS)
    noted.remember(caller())
    assert [row.count for row in noted.shelf.rejected_callers()] == [11]


def test_ever_new_titles_are_written_a_few_a_second(noted, clock):
    for number in range(100):
        noted.remember(caller(f"N{number}"))
    assert len(noted.shelf.rejected_callers()) == CALLERS_WRITTEN_A_SECOND_MAX
    clock.advance(1)
    noted.remember(caller("N99"))
    assert noted.shelf.callers["N99", "10.0.0.9"].count == 2


def test_what_is_counted_in_memory_is_bounded(noted):
    for number in range(3 * CALLERS_COUNTED_MAX):
        noted.remember(caller(f"N{number}"))
    assert len(noted._seen) <= CALLERS_COUNTED_MAX


def test_a_shelf_that_fails_is_borne(noted):
    def fail(_caller):
        raise LocalError("no space")

    noted.shelf.remember_caller = fail
    noted.remember(caller())
