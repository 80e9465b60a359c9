"""What becomes of the nodes is written down many lines at once, waits while the disk refuses, and is there at the next start."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from tests.jobs.pasts import Past

from isocenter.base.clock import FixedClock
from isocenter.base.limits import HISTORY_PRUNED_SECONDS, HISTORY_WAITING_MAX
from isocenter.jobs.chronicle import Chronicle
from isocenter.jobs.echoing import Echo, Echoed
from isocenter.jobs.standings import Standings
from isocenter.jobs.stories import Verdict
from isocenter.jobs.windows import Windows
from isocenter.model.history import Window
from isocenter.model.records import AssociationSummary, Node

CT = Node("CT room 2", "CT2", "10.0.0.7")
ANSWERED = Echoed(Echo.ANSWERED, "it is there", 4.0, "1.2.3", "OFFIS_366", 16384)
LOST = Echoed(Echo.LOST, "CT2: no connection", 5000.0)


class Ward:
    """A house's standings, their chronicle and the shelf."""

    def __init__(self, past=None, clock=None):
        self.past = past or Past()
        self.clock = clock or FixedClock()
        self.standings = Standings(self.clock)
        self.windows = Windows(self.past, UTC)
        self.chronicle = Chronicle(self.past, self.standings, self.windows, self.clock, lambda: 30, lambda name: {"more": name})
        self.standings.follow(self.chronicle)


@pytest.fixture
def ward():
    return Ward()


def test_nothing_is_written_until_it_is_time_and_then_all_in_one_go(ward):
    ward.standings.note(CT, ANSWERED)
    ward.clock.advance(60)
    ward.standings.note(CT, LOST)
    assert ward.past.batches == []
    ward.chronicle.flush()
    (batch,) = ward.past.batches
    assert [echo.outcome for echo in batch.echoes] == ["answered", "lost"]
    assert [event.words for event in batch.events] == ["does not answer: no connection"]
    assert batch.memories[CT.name]["more"] == CT.name
    ward.chronicle.flush()
    assert len(ward.past.batches) == 1


def test_the_next_process_takes_it_up(ward):
    ward.standings.note(CT, ANSWERED)
    ward.clock.advance(60)
    ward.standings.note(CT, LOST)
    ward.standings.heard(AssociationSummary("1", "CT2", "ISOCENTER", "10.0.0.7", ward.clock.now(), node=CT.name))
    ward.chronicle.close()
    ward.clock.advance(30)
    again = Ward(ward.past, ward.clock)
    memories = again.chronicle.take_up()
    assert memories[CT.name]["more"] == CT.name
    assert again.standings.standing(CT).verdict is Verdict.SILENT
    assert again.standings.story(CT).calls.count == 1
    assert len(again.standings.story(CT).answers) == 2
    again.standings.note(CT, LOST)
    assert again.standings.standing(CT).since == ward.clock.now() - timedelta(seconds=30)


def test_what_the_disk_refuses_waits_and_is_bounded(ward):
    ward.past.is_broken = True
    for _ in range(HISTORY_WAITING_MAX + 3):
        ward.clock.advance(1)
        ward.standings.note(CT, ANSWERED)
    ward.chronicle.flush()
    ward.past.is_broken = False
    ward.chronicle.flush()
    (batch,) = ward.past.batches
    assert len(batch.echoes) == HISTORY_WAITING_MAX
    assert batch.echoes[-1].moment == ward.clock.now()
    assert CT.name in batch.memories


def test_only_what_is_left_unanswered_during_maintenance_is_excused(ward):
    ward.windows.put(Window(ward.clock.now(), 10, CT.name))
    ward.standings.note(CT, LOST)
    ward.clock.advance(1)
    ward.standings.note(CT, ANSWERED)
    ward.clock.advance(600)
    ward.standings.note(CT, LOST)
    ward.chronicle.flush()
    assert [echo.excused for echo in ward.past.batches[0].echoes] == [True, False, False]


def test_a_new_name_and_the_end_of_a_node_are_written_at_once(ward):
    ward.standings.note(CT, ANSWERED)
    ward.standings.rename(CT.name, "CT 2")
    ward.chronicle.renamed(CT.name, "CT 2")
    assert ward.past.batches[-1].renamed == ((CT.name, "CT 2"),)
    assert list(ward.past.batches[-1].memories) == ["CT 2"]
    assert [echo.node for echo in ward.past.batches[-1].echoes] == ["CT 2"]
    ward.standings.note(replace(CT, name="CT 2"), LOST)
    ward.chronicle.forgotten("CT 2")
    assert ward.past.batches[-1].forgotten == ("CT 2",)
    assert ward.past.batches[-1].echoes == ()
    assert ward.past.batches[-1].memories == {}


def test_old_lines_are_removed_now_and_then(ward):
    ward.chronicle.prune()
    ward.chronicle.prune()
    assert ward.past.pruned == [(ward.clock.now() - timedelta(days=1), ward.clock.now() - timedelta(days=30))]
    ward.clock.advance(HISTORY_PRUNED_SECONDS)
    ward.chronicle.prune()
    assert len(ward.past.pruned) == 2
