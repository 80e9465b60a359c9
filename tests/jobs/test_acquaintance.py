"""Who knows whom: only what was seen is claimed, the latest counts, and pairs that work one way only are marked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from isocenter.jobs.acquaintance import US, Here, Knowing, Seen, facts
from isocenter.jobs.other_lists import Listed, OtherList
from isocenter.jobs.stories import CalledAs, Calls, Standing, Verdict
from isocenter.model.checkup import Checkup, Layer, Outcome, Role, Side, Step
from isocenter.model.checkup import Verdict as Finding
from isocenter.model.records import Node, RejectedCaller

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
HERE = Here("ISOCENTER", 11112, frozenset({"10.0.0.5"}))
CT = Node("CT", "CT1", "10.0.0.21", 104)
PACS = Node("PACS", "ORTHANC", "10.0.0.12", 4242)


def standing(verdict=Verdict.ANSWERS) -> Standing:
    return Standing(verdict, "", 4.0, NOON, NOON, False, None, NOON if verdict is Verdict.ANSWERS else None)


def calls(title="ISOCENTER", last=NOON, **titles) -> Calls:
    named = titles or {title: last}
    return Calls(1, NOON, last, "10.0.0.21", title, titles={name: CalledAs(1, moment) for name, moment in named.items()})


def seen(node=CT, verdict=Verdict.ANSWERS, called=None, **more) -> Seen:
    return Seen(node, standing(verdict), called or Calls(), **more)


def knock(calling="CT1", called="ISOCENTER", address="10.0.0.99", last=NOON) -> RejectedCaller:
    return RejectedCaller(calling, called, address, "", "", (), "", last, last)


def report(outcome, moment=NOON, headline="") -> Checkup:
    verdict = Finding(Layer.MOVE, Side.THEIRS, headline, "") if headline else None
    return Checkup("t", "CT", "CT1", "10.0.0.21", 104, Role.ARCHIVE, "ISOCENTER", "", 11112, moment, moment,
                   steps=(Step(Layer.MOVE, outcome, "it said A801"),), verdict=verdict)  # fmt: skip


def listed(*entries) -> OtherList:
    return OtherList(NOON, "ORTHANC", 4242, entries)


def between(found, of, to):
    return next((fact for fact in found if (fact.of, fact.to) == (of, to)), None)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_standing_says_what_we_know_of_reaching_it(verdict):
    fact = between(facts(HERE, [seen(verdict=verdict)]), US, "CT")
    works = {Verdict.ANSWERS, Verdict.CHANGED, Verdict.NO_ECHO}
    idle = {Verdict.UNASKED, Verdict.ONLY_CALLS, Verdict.NOT_LISTENING}
    assert fact.knowing is (Knowing.WORKS if verdict in works else Knowing.SET if verdict in idle else Knowing.FAILS)


def test_of_one_that_never_called_nothing_is_claimed():
    assert between(facts(HERE, [seen()]), "CT", US) is None


def test_one_that_calls_us_by_our_title_knows_us():
    fact = between(facts(HERE, [seen(called=calls())]), "CT", US)
    assert (fact.knowing, fact.tested, fact.success, fact.is_one_sided) == (Knowing.WORKS, NOON, NOON, False)


def test_one_that_calls_another_title_is_one_sided_and_its_last_success_is_kept():
    found = facts(HERE, [seen(called=calls("ISOCENTRE", NOON + HOUR, ISOCENTER=NOON, ISOCENTRE=NOON + HOUR))])
    fact = between(found, "CT", US)
    assert (fact.knowing, fact.success) == (Knowing.WRONG, NOON)
    assert fact.words == "calls us ISOCENTRE, and we are ISOCENTER"
    assert fact.is_one_sided
    assert between(found, US, "CT").is_one_sided


def test_our_own_title_for_a_node_is_right_too():
    node = Node("CT", "CT1", "10.0.0.21", local_ae_title="ISOCENTRE")
    assert between(facts(HERE, [seen(node, called=calls("ISOCENTRE"))]), "CT", US).knowing is Knowing.WORKS


@pytest.mark.parametrize(
    ("caller", "words"),
    [
        (knock(), "called from 10.0.0.99, and its entry says 10.0.0.21"),
        (knock(called="PACS"), "called PACS, and we are ISOCENTER"),
        (knock(calling="CT_1", address="10.0.0.21"), "calls itself CT_1, and its entry says CT1"),
    ],
)
def test_whoever_was_turned_away_is_wrong_in_words(caller, words):
    fact = between(facts(HERE, [seen(door=[caller])]), "CT", US)
    assert (fact.knowing, fact.words, fact.source) == (Knowing.WRONG, words, "door")


def test_the_latest_of_calls_door_and_reports_counts():
    found = facts(HERE, [seen(called=calls(last=NOON + HOUR), door=[knock()], reports=[report(Outcome.FAILED)])])
    assert between(found, "CT", US).source == "call"
    found = facts(HERE, [seen(called=calls(), door=[knock(last=NOON + HOUR)])])
    assert (between(found, "CT", US).source, between(found, "CT", US).success) == ("door", NOON)


def test_a_report_tells_whether_the_way_back_works():
    fact = between(facts(HERE, [seen(reports=[report(Outcome.PASSED)])]), "CT", US)
    assert (fact.knowing, fact.words) == (Knowing.WORKS, "sent back to us by C-MOVE")
    fact = between(facts(HERE, [seen(reports=[report(Outcome.FAILED, headline="It does not know ISOCENTER")])]), "CT", US)
    assert fact.words == "could not send back to us: It does not know ISOCENTER"
    assert between(facts(HERE, [seen(reports=[report(Outcome.SKIPPED), report(Outcome.UNTRIED)])]), "CT", US) is None


@pytest.mark.parametrize(
    ("entry", "knowing"),
    [
        (Listed("iso", "ISOCENTER", "10.0.0.5", 11112), Knowing.SET),
        (Listed("iso", "ISOCENTER", "pacs.example", 11112), Knowing.SET),
        (Listed("iso", "ISOCENTER", "10.0.0.6", 11112), Knowing.WRONG),
        (Listed("iso", "ISOCENTER", "10.0.0.5", 104), Knowing.WRONG),
        (Listed("iso", "ISOCENTRE", "10.0.0.5", 11112), Knowing.WRONG),
        (Listed("iso", "ISOCENTRE", "10.0.0.9", 11112), Knowing.NOT),
        (Listed("iso", "ISOCENTER", "10.0.0.6", 104, True, NOON.isoformat()), Knowing.WORKS),
        (Listed("iso", "ISOCENTER", "10.0.0.5", 11112, False, NOON.isoformat()), Knowing.FAILS),
    ],
)
def test_another_archives_list_says_how_it_has_us(entry, knowing):
    fact = between(facts(HERE, [seen(PACS, other_list=listed(entry))]), "PACS", US)
    assert (fact.knowing, fact.source) == (knowing, "list")
    assert fact.is_one_sided is (knowing in {Knowing.WRONG, Knowing.NOT, Knowing.FAILS})


@pytest.mark.parametrize(
    ("entry", "knowing"),
    [
        (Listed("ct", "CT1", "10.0.0.21", 104), Knowing.SET),
        (Listed("ct", "CT1", "ct.example", 104), Knowing.SET),
        (Listed("ct", "CT1", "10.0.0.22", 104), Knowing.WRONG),
        (Listed("ct", "CT1", "10.0.0.21", 105, False, NOON.isoformat()), Knowing.FAILS),
        (Listed("ct", "CT1", "10.0.0.21", 104, True, NOON.isoformat()), Knowing.WORKS),
        (Listed("ct", "CT2", "10.0.0.21", 104), Knowing.WRONG),
        (Listed("ct", "CT2", "10.0.0.22", 104), Knowing.NOT),
    ],
)
def test_and_what_it_knows_of_the_others(entry, knowing):
    found = facts(HERE, [seen(CT), seen(PACS, other_list=listed(entry))])
    assert between(found, "PACS", "CT").knowing is knowing
    assert between(found, "CT", "PACS") is None
