"""What we know of the nodes: how they stand, since when, and what changed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.clock import FixedClock
from isocenter.base.limits import CALLED_TITLES_MAX, ECHO_ANSWERS_MAX, NODE_EVENTS_MAX
from isocenter.jobs.echoing import Echo, Echoed
from isocenter.jobs.standings import Standings
from isocenter.jobs.stories import Event, Verdict, median, place_of
from isocenter.model.history import PastEcho, PastEvent
from isocenter.model.records import AssociationSummary, Node

CT = Node("CT room 2", "CT2", "10.0.0.7")
ANSWERED = Echoed(Echo.ANSWERED, "it is there", 4.0, "1.2.3", "OFFIS_366", 16384)
SILENT = Echoed(Echo.LOST, "CT2: no connection to 10.0.0.7:104: timed out", 5000.0)
CLOSED = Echoed(Echo.LOST, "CT2: no connection to 10.0.0.7:104: connection refused", 1.0, nobody_listens=True)


def refused(source: int, reason: int) -> Echoed:
    return Echoed(Echo.REJECTED, "CT2 (10.0.0.7:104): rejected", 2.0, refusal=(1, source, reason))


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def known(clock):
    return Standings(clock)


def call(node: str, clock, **more) -> AssociationSummary:
    return AssociationSummary("1", "CT2", "ISOCENTER", "10.0.0.7", clock.now(), node=node, ended=clock.now(), **more)


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (ANSWERED, Verdict.ANSWERS),
        (SILENT, Verdict.SILENT),
        (CLOSED, Verdict.PORT_CLOSED),
        (refused(1, 3), Verdict.REFUSES_OURS),
        (refused(1, 7), Verdict.REFUSES_ITS_OWN),
        (refused(3, 2), Verdict.REFUSES),
        (Echoed(Echo.FAILED, "no context", 2.0), Verdict.NO_ECHO),
    ],
)
def test_the_last_echo_says_how_a_node_stands(known, outcome, verdict):
    assert known.standing(CT).verdict is Verdict.UNASKED
    known.note(CT, outcome)
    assert known.standing(CT).verdict is verdict


def test_one_that_only_calls_and_never_listened_is_not_called_silent(known, clock):
    known.note(CT, CLOSED)
    known.heard(call(CT.name, clock, instances={"1.2": 3}))
    assert known.standing(CT).verdict is Verdict.NOT_LISTENING
    known.note(CT, ANSWERED)
    known.note(CT, CLOSED)
    assert known.standing(CT).verdict is Verdict.PORT_CLOSED


def test_an_entry_for_many_devices_cannot_be_asked(known):
    assert known.standing(Node("all", "CT*", "10.0.0.0/8")).verdict is Verdict.ONLY_CALLS


def test_since_when_it_stands_so_is_the_first_of_the_same_answers(known, clock):
    known.note(CT, ANSWERED)
    clock.advance(300)
    went = clock.now()
    known.note(CT, SILENT)
    clock.advance(161)
    known.note(CT, SILENT)
    assert known.standing(CT).since == went
    assert known.standing(CT).asked == went + timedelta(seconds=161)
    known.note(CT, ANSWERED)
    back, away = known.story(CT).events
    assert (back.words, back.is_good) == ("came back after 2 min 41 s", True)
    assert (away.words, away.is_good) == ("does not answer: no connection to 10.0.0.7:104: timed out", False)


def test_a_refusal_is_told_with_its_numbers(known):
    known.note(CT, refused(1, 3))
    assert known.story(CT).events[0].words == "refuses: calling AE title not recognized (result 1, source 1, reason 3)"


def test_a_flag_is_shown_while_the_node_answers_and_until_it_is_taken_back(known):
    known.note(CT, ANSWERED)
    known.flag(CT.name, "new version")
    assert known.standing(CT).verdict is Verdict.CHANGED
    assert known.standing(CT).changed == "new version"
    known.note(CT, SILENT)
    assert known.standing(CT).verdict is Verdict.SILENT
    known.note(CT, ANSWERED)
    known.flag(CT.name, "")
    assert known.standing(CT).verdict is Verdict.ANSWERS


class Follower:
    """Notes what it is told."""

    def __init__(self):
        self.said = []

    def echoed(self, node, moment, echoed):
        self.said.append(("echoed", node.name, echoed.echo))

    def heard(self, summary):
        self.said.append(("heard", summary.node))

    def turned(self, name, kind, event):
        self.said.append(("turned", name, kind, event.words))


def test_whoever_follows_is_told_of_echoes_calls_and_turns(known, clock):
    follower = Follower()
    known.follow(follower)
    known.note(CT, ANSWERED)
    known.note(CT, CLOSED)
    known.heard(call("", clock))
    known.heard(call(CT.name, clock))
    known.tell(CT, "drift", Event(clock.now(), "is another one", None))
    assert follower.said == [
        ("echoed", CT.name, Echo.ANSWERED),
        ("echoed", CT.name, Echo.LOST),
        ("turned", CT.name, "echo", "does not answer: no connection to 10.0.0.7:104: connection refused"),
        ("heard", CT.name),
        ("turned", CT.name, "drift", "is another one"),
    ]
    assert known.story(CT).events[0].words == "is another one"


def test_what_is_remembered_stands_again_in_the_next_process(known, clock):
    known.note(CT, ANSWERED)
    clock.advance(60)
    went = clock.now()
    known.note(CT, refused(1, 3))
    known.heard(call(CT.name, clock, instances={"1.2": 3}, fetched=2))
    memory = json.loads(json.dumps(known.memory(CT.name)))
    past = [PastEcho(CT.name, place_of(CT), went, 2.0, "rejected"), PastEcho(CT.name, "elsewhere", went, 2.0, "answered")]
    clock.advance(600)
    again = Standings(clock)
    again.restore({CT.name: memory}, past, [PastEvent(CT.name, went, "echo", "refuses", False)])
    standing = again.standing(CT)
    assert (standing.verdict, standing.since, standing.asked) == (Verdict.REFUSES_OURS, went, went)
    assert standing.answered == went - timedelta(seconds=60)
    assert again.asked(CT) is None
    assert [event.words for event in again.story(CT).events] == ["refuses"]
    assert len(again.story(CT).answers) == 1
    assert again.story(CT).calls == known.story(CT).calls
    again.note(CT, refused(1, 3))
    assert again.standing(CT).since == went
    again.note(CT, ANSWERED)
    assert again.story(CT).events[0].words == "came back after 10 min 0 s"


def test_what_an_older_version_did_not_count_is_none(known, clock):
    known.heard(call(CT.name, clock, instances={"1.2": 3}, fetched=2))
    memory = known.memory(CT.name)
    del memory["calls"]["fetched"]
    again = Standings(clock)
    again.restore({CT.name: memory}, [], [])
    calls = again.story(CT).calls
    assert (calls.count, calls.received, calls.fetched) == (1, 3, 0)


def test_what_was_learned_before_the_memory_came_is_not_undone(known, clock):
    known.note(CT, ANSWERED)
    memory = known.memory(CT.name)
    again = Standings(clock)
    again.note(CT, CLOSED)
    again.heard(call(CT.name, clock))
    again.restore({CT.name: memory}, [PastEcho(CT.name, place_of(CT), clock.now() - timedelta(hours=1), 4.0, "answered")], [])
    assert again.standing(CT).verdict is Verdict.PORT_CLOSED
    assert [answer.echo for answer in again.story(CT).answers] == [Echo.ANSWERED, Echo.LOST]
    assert again.story(CT).calls.count == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=8,
)
NAMES = st.sampled_from(["latest", "calls", "place", "pdu_bytes_max", "since", "asked", "implementation_class_uid"])


@given(st.dictionaries(NAMES, JSON, max_size=7))
def test_a_memory_that_another_version_wrote_stops_nothing(memory):
    known = Standings(FixedClock())
    past = PastEcho(CT.name, place_of(CT), FixedClock().now(), 4.0, "of another version")
    known.restore({CT.name: memory}, [past], [])
    known.note(CT, ANSWERED)
    assert known.standing(CT).verdict is Verdict.ANSWERS


def test_a_renamed_node_keeps_its_record(known):
    known.note(CT, ANSWERED)
    known.rename(CT.name, "CT 2")
    assert known.standing(Node("CT 2", CT.ae_title, CT.host)).verdict is Verdict.ANSWERS
    assert known.standing(CT).verdict is Verdict.UNASKED


def test_the_titles_that_a_node_called_us_by_are_counted_and_bounded(known, clock):
    for number in range(CALLED_TITLES_MAX + 3):
        known.heard(replace(call(CT.name, clock), called_ae_title=f"T{number}"))
    known.heard(replace(call(CT.name, clock), called_ae_title="T4"))
    titles = known.story(CT).calls.titles
    assert len(titles) == CALLED_TITLES_MAX
    assert titles["T4"].count == 2


def test_a_day_is_shown_in_equal_parts_with_the_median_of_each(known, clock):
    known.note(CT, ANSWERED)
    clock.advance(12 * 3600)
    for milliseconds in (9.0, 1.0, 5.0):
        known.note(CT, Echoed(Echo.ANSWERED, "", milliseconds))
    known.note(CT, SILENT)
    first, second = known.bars(CT, 2)
    assert (first.asked, first.failed, first.milliseconds) == (1, 0, 4.0)
    assert (second.asked, second.failed, second.milliseconds) == (4, 1, 5.0)
    clock.advance(13 * 3600)
    assert [bar.asked for bar in known.bars(CT, 2)] == [4, 0]


def test_a_node_that_moved_begins_anew(known):
    known.note(CT, SILENT)
    moved = Node(CT.name, CT.ae_title, "10.0.0.8")
    assert known.standing(moved).verdict is Verdict.UNASKED
    assert known.story(moved).answers == ()


def test_what_a_node_did_when_it_called_is_summed(known, clock):
    for _ in range(2):
        known.heard(call(CT.name, clock, instances={"1.2": 3, "1.3": 1}, fetched=3, sent=2, implementation_version_name="CTSIM"))
    calls = known.story(CT).calls
    assert (calls.count, calls.received, calls.fetched, calls.sent, calls.implementation_version_name) == (2, 8, 6, 4, "CTSIM")
    assert known.standing(CT).last_call == clock.now()


def test_whoever_is_no_node_leaves_no_record(known, clock):
    before = known.version
    known.heard(call("", clock))
    assert known.called({""}) == {}
    assert known.version > before


def test_nothing_grows_without_end(known):
    for number in range(ECHO_ANSWERS_MAX + 10):
        known.note(CT, ANSWERED if number % 2 else SILENT)
    story = known.story(CT)
    assert len(story.answers) == ECHO_ANSWERS_MAX
    assert len(story.events) == NODE_EVENTS_MAX
    known.keep_only(set())
    assert known.story(CT).answers == ()


def test_whoever_is_being_asked_is_busy_until_the_answer(known):
    with known.asking(CT):
        assert known.standing(CT).is_busy
    assert not known.standing(CT).is_busy


@pytest.mark.parametrize(("values", "middle"), [([], None), ([3.0], 3.0), ([9.0, 1.0, 2.0], 2.0)])
def test_the_median_is_the_middle_one(values, middle):
    assert median(values) == middle
