"""A witness that remembers tells the other one everything, too."""

from __future__ import annotations

import pytest

from isocenter.base.clock import FixedClock
from isocenter.daemon.acquainted import Acquainted
from isocenter.jobs.standings import Standings
from isocenter.jobs.strangers import Strangers
from isocenter.model.records import AssociationSummary, Node
from isocenter.wire.pdu import AssociateRequest, UserInformation

CT = Node("CT", "CT", "10.0.0.7")


class Diary:
    def __init__(self) -> None:
        self.told: list[str] = []

    def __getattr__(self, name: str):
        return lambda *_: self.told.append(name)


@pytest.fixture
def parts():
    clock = FixedClock()
    diary, standings, strangers = Diary(), Standings(clock), Strangers(clock)
    return clock, diary, standings, strangers, Acquainted(diary, standings, strangers)


def test_everything_is_passed_on_and_counts_as_news(parts):
    clock, diary, standings, _, witness = parts
    summary = AssociationSummary("1", "CT", "US", "10.0.0.7", clock.now(), node="CT")
    witness.association_opened(summary)
    witness.request_served(summary, "echo", 0, 0.1)
    before = standings.version
    witness.association_ended(summary)
    witness.caller_rejected(AssociateRequest("US", "X", (), UserInformation(16384, "1.2")), "10.0.0.9", "unknown")
    witness.stranger_left("10.0.0.77", "it spoke HTTP")
    assert diary.told == ["association_opened", "request_served", "association_ended", "caller_rejected", "stranger_left"]
    assert standings.version == before + 3


def test_a_call_is_in_the_nodes_story_and_proves_that_we_are_reached(parts):
    clock, _, standings, strangers, witness = parts
    summary = AssociationSummary("1", "CT", "US", "10.0.0.7", clock.now(), node="CT")
    witness.association_opened(summary)
    assert strangers.latest_call is summary
    witness.association_ended(summary)
    assert standings.story(CT).calls.count == 1


def test_what_came_to_nothing_is_at_the_door(parts):
    *_, strangers, witness = parts
    witness.stranger_left("10.0.0.77", "it spoke HTTP")
    assert [(one.address, one.why) for one in strangers.all()] == [("10.0.0.77", "it spoke HTTP")]
