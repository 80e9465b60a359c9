"""Somebody is told when a node changes: once, not for one lost echo, not during maintenance, and never at the cost of an echo."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from tests.jobs.pasts import Past

from isocenter.base.clock import FixedClock
from isocenter.base.errors import LinkLost
from isocenter.base.limits import ALERT_TRIES, ALERTS_WAITING_MAX
from isocenter.jobs.alarm import Alarm, Alert, sentences, subject
from isocenter.jobs.echoing import Echo, Echoed
from isocenter.jobs.stories import Event
from isocenter.jobs.windows import Windows
from isocenter.model.history import Window
from isocenter.model.records import Node

CT = Node("CT room 2", "CT2", "10.0.0.7")
ANSWERED = Echoed(Echo.ANSWERED, "it is there", 4.0)
LOST = Echoed(Echo.LOST, "timed out", 5000.0)
REFUSED = Echoed(Echo.REJECTED, "calling title", 5.0)
FAILED = Echoed(Echo.FAILED, "no context", 5.0)


class Ward:
    """An alarm with one way, whose thread is not started: what waits is seen."""

    def __init__(self, after=2, is_set=True):
        self.clock = FixedClock()
        self.told, self.error, self.went = [], None, threading.Event()
        self.windows = Windows(Past(), UTC)
        self.alarm = Alarm({"webhook": lambda: self.tell if is_set else None}, self.windows, self.clock, lambda: after,
                           gather_seconds=0.0, pause_seconds=0.0)  # fmt: skip

    def tell(self, alerts):
        self.told.append(alerts)
        self.went.set()
        if self.error:
            raise self.error

    def echo(self, *outcomes, node=CT):
        for outcome in outcomes:
            self.clock.advance(60)
            self.alarm.echoed(node, self.clock.now(), outcome)

    @property
    def waiting(self):
        return [(alert.kind, alert.words) for alert in self.alarm._tellers["webhook"]._alerts]


def test_one_lost_echo_alarms_nobody_two_do_and_once():
    ward = Ward()
    ward.echo(ANSWERED, LOST, ANSWERED, LOST)
    assert ward.waiting == []
    ward.echo(REFUSED, LOST, LOST)
    assert ward.waiting == [("silent", "refuses: calling title")]
    ward.echo(ANSWERED, ANSWERED)
    assert ward.waiting[1:] == [("back", "answers again")]


def test_one_that_never_answered_did_not_change():
    ward = Ward()
    ward.echo(LOST, LOST, LOST, ANSWERED)
    assert ward.waiting == []


def test_an_association_without_an_echo_is_neither_there_nor_away():
    ward = Ward(after=1)
    ward.echo(ANSWERED, FAILED, FAILED)
    assert ward.waiting == []


def test_maintenance_alarms_nobody_and_what_is_still_away_after_it_does():
    ward = Ward(after=1)
    ward.echo(ANSWERED)
    ward.windows.put(Window(ward.clock.now(), 5, CT.name))
    ward.echo(LOST, LOST)
    ward.alarm.turned(CT.name, "drift", Event(ward.clock.now(), "is another one", None))
    assert ward.waiting == []
    ward.clock.advance(300)
    ward.echo(LOST)
    assert ward.waiting == [("silent", "does not answer: timed out")]


def test_drift_is_told_and_other_turns_are_not():
    ward = Ward()
    ward.alarm.turned(CT.name, "drift", Event(ward.clock.now(), "is another one", None))
    ward.alarm.turned(CT.name, "echo", Event(ward.clock.now(), "came back", True))
    assert ward.waiting == [("changed", "is another one")]


def test_where_nobody_is_to_be_told_nothing_waits():
    ward = Ward(after=1, is_set=False)
    ward.echo(ANSWERED, LOST)
    assert ward.waiting == []
    assert ward.alarm.try_out("webhook").error.startswith("nobody is told")


def test_what_waits_is_bounded():
    ward = Ward()
    for number in range(ALERTS_WAITING_MAX + 5):
        ward.alarm.turned(str(number), "drift", Event(ward.clock.now(), "x", None))
    assert ward.alarm.waiting("webhook") == ALERTS_WAITING_MAX


def test_what_happens_together_is_told_together_and_kept():
    ward = Ward(after=1)
    for number in range(3):
        ward.echo(ANSWERED, LOST, node=Node(f"n{number}", "A", "10.0.0.1"))
    ward.alarm.start()
    assert ward.went.wait(10)
    ward.alarm.close()
    ward.alarm._tellers["webhook"]._thread.join(10)
    assert [len(batch) for batch in ward.told] == [3]
    (told,) = ward.alarm.latest()
    assert (told.way, told.error, told.tries) == ("webhook", "", 1)
    assert ward.alarm.waiting("webhook") == 0


def test_one_who_does_not_take_it_is_tried_again_so_often():
    ward = Ward(after=1)
    ward.error = LinkLost("mail:25: nobody")
    ward.echo(ANSWERED, LOST)
    done = threading.Event()
    note = ward.alarm._tellers["webhook"]._note
    ward.alarm._tellers["webhook"]._note = lambda told: (note(told), done.set())
    ward.alarm.start()
    assert done.wait(10)
    ward.alarm.close()
    assert len(ward.told) == ALERT_TRIES
    assert (ward.alarm.latest()[0].error, ward.alarm.latest()[0].tries) == ("mail:25: nobody", ALERT_TRIES)


def test_one_odd_failure_costs_one_batch_and_no_more(caplog):
    ward = Ward(after=1)
    ward.error = ValueError("odd")
    ward.echo(ANSWERED, LOST)
    ward.alarm.start()
    assert ward.went.wait(10)
    ward.error = None
    ward.went.clear()
    ward.echo(ANSWERED)
    assert ward.went.wait(10)
    ward.alarm.close()
    ward.alarm._tellers["webhook"]._thread.join(10)
    assert [[alert.kind for alert in batch] for batch in ward.told] == [["silent"], ["back"]]
    assert "1 alerts could not be told by webhook" in caplog.text


def test_what_comes_while_many_are_told_is_told_after_them():
    gate, reached, told = threading.Event(), threading.Event(), []

    def tell(alerts):
        told.append(alerts)
        reached.set()
        gate.wait(20)

    alarm = Alarm({"webhook": lambda: tell}, Windows(Past(), UTC), FixedClock(), lambda: 1, gather_seconds=0.0)
    teller = alarm._tellers["webhook"]
    for number in range(ALERTS_WAITING_MAX):
        teller.put(Alert(NOW, str(number), "changed", "x"))
    alarm.start()
    assert reached.wait(10)
    reached.clear()
    late = [Alert(NOW, f"late {number}", "changed", "x") for number in range(3)]
    for alert in late:
        teller.put(alert)
    gate.set()
    assert reached.wait(10)
    alarm.close()
    teller._thread.join(10)
    assert len(told[0]) == ALERTS_WAITING_MAX
    assert list(told[1]) == late


def test_a_way_that_hangs_holds_up_no_echo():
    gate, reached = threading.Event(), threading.Event()

    def hang(_alerts):
        reached.set()
        gate.wait(20)

    alarm = Alarm({"e-mail": lambda: hang}, Windows(Past(), UTC), FixedClock(), lambda: 1, gather_seconds=0.0)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    alarm.start()
    alarm.echoed(CT, now, ANSWERED)
    alarm.echoed(CT, now, LOST)
    assert reached.wait(10)
    for _ in range(1000):
        alarm.echoed(CT, now, ANSWERED)
        alarm.echoed(CT, now, LOST)
    alarm.close()
    gate.set()
    alarm._tellers["e-mail"]._thread.join(10)
    assert not alarm._tellers["e-mail"]._thread.is_alive()


def test_what_was_told_is_not_told_again_by_the_next_process():
    ward = Ward(after=1)
    ward.echo(ANSWERED, LOST)
    again = Ward(after=1)
    again.alarm.restore({CT.name: ward.alarm.memory(CT.name), "spoilt": {"alarm": "?"}})
    again.echo(LOST)
    assert again.waiting == []
    again.echo(ANSWERED)
    assert again.waiting == [("back", "answers again")]
    again.alarm.rename(CT.name, "CT 2")
    assert again.alarm.memory("CT 2")
    again.alarm.forget("CT 2")
    assert again.alarm.memory("CT 2") == {}


NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (["CT"], "CT does not answer"),
        ([""], "A test of Isocenter"),
        (["CT", "MR", "CT"], "2 nodes changed: CT, MR"),
        (["a", "b", "c", "d", "e"], "5 nodes changed: a, b, c and 2 more"),
    ],
)
def test_the_subject_is_one_line_for_all(names, line):
    alerts = [Alert(NOW + timedelta(seconds=n), name, "silent" if name else "test", "x") for n, name in enumerate(names)]
    assert subject(alerts) == line
    assert len(sentences(alerts)) == len(names)
