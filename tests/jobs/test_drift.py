"""Drift is told when it happens, stands in the story and on the lamp, and goes when somebody says that it is meant so."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from isocenter.base.clock import FixedClock
from isocenter.base.errors import LocalError
from isocenter.jobs.drift import DriftWatch
from isocenter.jobs.echoing import Echo, Echoed
from isocenter.jobs.standings import Standings
from isocenter.jobs.stories import Verdict
from isocenter.model.checkup import Checkup, ContextAnswer, Role
from isocenter.model.records import AssociationSummary, Node
from isocenter.nodes.book import NodeBook
from isocenter.standard.sop_class import CT_IMAGE, MR_IMAGE

CT = Node("CT room 2", "CT2", "10.0.0.7")
MR = Node("MR", "MR1", "10.0.0.8")
EXPLICIT, LOSSLESS = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.70"


class Shelf:
    def __init__(self, *nodes):
        self.all = nodes

    def nodes(self):
        return self.all

    def version(self):
        return 1


class Ward:
    def __init__(self):
        self.clock = FixedClock()
        self.standings = Standings(self.clock)
        self.watch = DriftWatch(self.standings, NodeBook(Shelf(CT, MR, Node("many", "X*", "10.0.0.0/8"))), self.clock)
        self.standings.follow(self.watch)
        self.told = []
        self.watch.keep_with(self.told.append)

    def echo(self, version, node=CT):
        self.standings.note(node, Echoed(Echo.ANSWERED, "", 4.0, "1.2.3", version, 16384))

    def call(self, version="CTSIM", called="ISOCENTER", contexts=(), instances=None, node=CT):
        self.standings.heard(
            AssociationSummary("1", node.ae_title, called, node.host, self.clock.now(), node=node.name, contexts=contexts,
                               implementation_class_uid="1.2", implementation_version_name=version, instances=instances or {})
        )  # fmt: skip

    def said(self, node=CT):
        return [event.words for event in self.standings.story(node).events]


@pytest.fixture
def ward():
    return Ward()


def test_another_software_is_flagged_at_once(ward):
    ward.echo("OFFIS_366")
    ward.echo("OFFIS_367")
    assert ward.standings.standing(CT).verdict is Verdict.CHANGED
    assert ward.standings.standing(CT).changed == "new version"
    assert ward.said() == ["is OFFIS_367 now, was OFFIS_366"]
    assert ward.told == [CT.name, CT.name]


def test_it_is_flagged_until_somebody_says_that_it_is_meant_so(ward):
    ward.echo("OFFIS_366")
    ward.echo("OFFIS_367")
    ward.clock.advance(30 * 24 * 3600)
    ward.echo("OFFIS_367")
    assert ward.standings.standing(CT).verdict is Verdict.CHANGED
    assert ward.watch.accept(CT)
    assert not ward.watch.accept(CT)
    assert ward.standings.standing(CT).verdict is Verdict.ANSWERS
    assert ward.said()[0] == "taken as usual: is OFFIS_367 now, was OFFIS_366"


def test_a_caller_that_asks_for_another_title_is_told(ward):
    ward.call(called="ISOCENTER")
    ward.call(called="ISOCENTRE")
    assert ward.said() == ["calls us ISOCENTRE now, was ISOCENTER"]


def test_a_second_device_with_the_same_title_is_told_in_the_story_of_the_first(ward):
    ward.watch.stranger("CT2", "10.0.0.99")
    assert ward.said() == ["its title called from 10.0.0.99; it is known at 10.0.0.7"]
    ward.watch.stranger("CT2", "10.0.0.99")
    assert len(ward.said()) == 1


def test_a_node_that_was_entered_by_a_name_is_known_at_where_it_called_from(ward):
    named = Node("US", "US1", "us.example")
    watch = DriftWatch(ward.standings, NodeBook(Shelf(named)), ward.clock)
    watch.stranger("US1", "10.0.0.99")
    watch.heard(AssociationSummary("1", "US1", "ISOCENTER", "10.0.0.44", ward.clock.now(), node="US"))
    assert ward.said(named) == []
    watch.stranger("US1", "10.0.0.99")
    assert ward.said(named) == ["its title called from 10.0.0.99; it is known at 10.0.0.44"]


def test_a_title_that_was_reset_is_told_in_the_story_of_its_address(ward):
    ward.watch.stranger("DEFAULT_AE", "10.0.0.8")
    assert ward.said(MR) == ["its address calls itself DEFAULT_AE now, was MR1"]


@pytest.mark.parametrize(("title", "address"), [("NOBODY", "10.0.0.1"), ("", "10.0.0.8"), ("CT2", "127.0.0.1"), ("X1", "10.9.9.9")])
def test_whoever_has_nothing_to_do_with_a_node_is_no_drift(ward, title, address):
    ward.watch.stranger(title, address)
    assert ward.said() == []
    assert ward.said(MR) == []


def test_what_it_sends_is_learned_and_then_watched(ward):
    ward.call(contexts=((1, CT_IMAGE, EXPLICIT),), instances={CT_IMAGE: 3})
    ward.clock.advance(48 * 3600)
    ward.call(contexts=((1, CT_IMAGE, LOSSLESS), (3, MR_IMAGE, EXPLICIT)), instances={CT_IMAGE: 3})
    first, second = sorted(ward.said())
    assert first == "asks for MR Image Storage now, which it never did"
    assert second.startswith("sends CT Image Storage as JPEG Lossless")
    assert {drift.aspect for drift in ward.watch.open(CT.name)} == {"class", "syntax"}
    assert ward.watch.accept(CT, f"class {MR_IMAGE}")
    assert [drift.aspect for drift in ward.watch.open(CT.name)] == ["syntax"]


def checkup(ward, version="OFFIS_366", accepted=True, port=104, uid="1.2.3"):
    return Checkup(
        "t", CT.name, CT.ae_title, CT.host, port, Role.ARCHIVE, "ISOCENTER", "10.0.0.1", 11112, ward.clock.now(),
        implementation_class_uid=uid, implementation_version_name=version,
        contexts=(ContextAnswer(CT_IMAGE, EXPLICIT, 0 if accepted else 4), ContextAnswer(MR_IMAGE, EXPLICIT, None)),
    )  # fmt: skip


def test_since_it_was_commissioned_counts_from_the_first_report(ward):
    ward.echo("OFFIS_365")
    ward.watch.reported(checkup(ward))
    ward.echo("OFFIS_366")
    assert ward.said() == []
    ward.clock.advance(24 * 3600)
    ward.watch.reported(checkup(ward, accepted=False))
    assert ward.said() == ["no longer takes CT Image Storage in Explicit VR Little Endian"]
    (drift,) = ward.watch.open(CT.name)
    assert drift.origin == "commissioned"


def test_an_entry_that_was_changed_since_commissioning_is_told(ward):
    ward.watch.reported(checkup(ward))
    ward.echo("OFFIS_366", Node(CT.name, CT.ae_title, "10.0.0.70"))
    assert [drift.words for drift in ward.watch.open(CT.name)] == [
        "its entry says CT2 at 10.0.0.70:104 now, was CT2 at 10.0.0.7:104"
    ]


def test_a_report_of_a_node_that_did_not_speak_says_nothing(ward):
    ward.watch.reported(checkup(ward, uid=""))
    ward.echo("OFFIS_999")
    assert ward.said() == []


def test_the_same_report_is_read_once(ward):
    first = checkup(ward)
    ward.watch.reported(first)
    ward.echo("OFFIS_367")
    ward.watch.accept(CT)
    ward.watch.reported(first)
    assert ward.watch.open(CT.name) == []


def test_what_is_usual_outlives_the_process(ward):
    ward.echo("OFFIS_366")
    ward.echo("OFFIS_367")
    memory = json.loads(json.dumps(ward.watch.memory(CT.name)))
    again = Ward()
    again.watch.restore({CT.name: memory, "MR": {"habits": {"usual": 5}}, "other": {}})
    again.echo("OFFIS_367")
    assert again.said() == []
    assert again.standings.standing(CT).changed == "new version"
    again.watch.rename(CT.name, "CT 2")
    assert [drift.aspect for drift in again.watch.open("CT 2")] == ["implementation"]
    again.watch.forget("CT 2")
    assert again.watch.open("CT 2") == []


def test_a_list_that_cannot_be_read_stops_no_association(ward):
    class Broken(Shelf):
        def version(self):
            raise LocalError("the disk is gone")

    watch = DriftWatch(ward.standings, NodeBook(Broken()), ward.clock)
    watch.stranger("CT2", "10.0.0.99")
    watch.heard(AssociationSummary("1", "CT2", "ISOCENTER", "10.0.0.7", ward.clock.now(), node=CT.name))
    assert ward.said() == []


def test_it_calms_down_by_itself(ward):
    ward.echo("OFFIS_366")
    ward.echo("OFFIS_367")
    ward.clock.advance(timedelta(hours=2).total_seconds())
    ward.echo("OFFIS_366")
    assert ward.standings.standing(CT).verdict is Verdict.ANSWERS
