"""Nodes are asked when their time has come, a few at once, and never one twice at once."""

from __future__ import annotations

import threading

import pytest

from isocenter.base.clock import FixedClock
from isocenter.base.limits import ECHO_NODES_MAX
from isocenter.jobs.echoing import Echo, Echoed
from isocenter.jobs.heartbeat import Heartbeat
from isocenter.jobs.standings import Standings
from isocenter.jobs.stories import Verdict
from isocenter.model.records import Node

ANSWERED = Echoed(Echo.ANSWERED, "it is there", 4.0)


def interval(node: Node) -> float:
    return 300.0 if node.echo_minutes is None else node.echo_minutes * 60.0


class Ward:
    """A list of nodes, who was asked, and a heartbeat that is driven by hand."""

    def __init__(self, *nodes: Node) -> None:
        self.nodes, self.asked, self.clock = list(nodes), [], FixedClock()
        self.standings = Standings(self.clock)
        self.heartbeat = Heartbeat(lambda: self.nodes, self.ask, self.standings, self.clock, interval)

    def ask(self, node: Node) -> Echoed:
        self.asked.append(node.name)
        return ANSWERED

    def beat(self) -> list[str]:
        """One look, and everybody asked who waits then."""
        self.asked.clear()
        self.heartbeat.look()
        while not self.heartbeat._waiting.empty():
            self.heartbeat.work()
        return list(self.asked)


@pytest.fixture
def ward():
    return Ward(Node("a", "A", "10.0.0.1"), Node("many", "M*", "10.0.0.0/8"), Node("b", "B", "10.0.0.2"))


def test_each_is_asked_once_in_its_time(ward):
    assert ward.beat() == ["a", "b"]
    assert ward.beat() == []
    ward.clock.advance(299)
    assert ward.beat() == []
    ward.clock.advance(1)
    assert ward.beat() == ["a", "b"]
    assert ward.standings.standing(ward.nodes[0]).verdict is Verdict.ANSWERS


def test_a_new_one_and_one_that_moved_are_asked_at_the_next_look(ward):
    ward.beat()
    ward.nodes = [Node("a", "A", "10.0.0.9"), *ward.nodes[1:], Node("c", "C", "10.0.0.3")]
    assert ward.beat() == ["a", "c"]


def test_a_node_may_have_an_interval_of_its_own_or_never_be_asked():
    ward = Ward(Node("a", "A", "10.0.0.1", echo_minutes=1), Node("b", "B", "10.0.0.2"), Node("c", "C", "10.0.0.3", echo_minutes=0))
    assert ward.beat() == ["a", "b"]
    ward.clock.advance(60)
    assert ward.beat() == ["a"]


def test_one_that_waits_is_not_asked_for_twice(ward):
    ward.heartbeat.look()
    ward.heartbeat.look()
    assert ward.heartbeat._waiting.qsize() == 2


def test_a_list_of_thousands_is_not_called_through():
    ward = Ward(*(Node(str(number), "A", f"10.0.{number // 250}.{number % 250}") for number in range(ECHO_NODES_MAX + 5)))
    assert len(ward.beat()) == ECHO_NODES_MAX


def test_it_ends_without_waiting_for_whoever_does_not_answer(ward):
    gate, reached = threading.Event(), threading.Event()

    def ask(_node: Node) -> Echoed:
        reached.set()
        gate.wait(20)
        return ANSWERED

    heartbeat = Heartbeat(lambda: ward.nodes, ask, ward.standings, ward.clock, interval)
    heartbeat.start()
    heartbeat.look()
    assert reached.wait(10)
    heartbeat.close()
    gate.set()
    for thread in heartbeat._threads:
        thread.join(10)
        assert not thread.is_alive()


def test_one_echo_that_fails_oddly_does_not_stop_the_others(ward, caplog):
    done = threading.Event()

    def ask(node: Node) -> Echoed:
        if node.name == "a":
            raise OverflowError("date value out of range")
        done.set()
        return ANSWERED

    heartbeat = Heartbeat(lambda: ward.nodes, ask, ward.standings, ward.clock, interval)
    heartbeat._threads = [thread for thread in heartbeat._threads if thread.name == "heartbeat 1"]
    heartbeat.start()
    heartbeat.look()
    assert done.wait(10)
    heartbeat.close()
    heartbeat._threads[0].join(10)
    assert not heartbeat._threads[0].is_alive()
    assert "nobody expected" in caplog.text


def test_a_look_that_fails_oddly_is_said_once_and_the_next_ones_are_taken_all_the_same(ward, caplog, monkeypatch):
    monkeypatch.setattr("isocenter.jobs.heartbeat.ECHO_LOOK_SECONDS", 0.001)
    looks, done = [], threading.Event()

    def nodes() -> list[Node]:
        looks.append("look")
        if len(looks) < 4:
            raise OverflowError("date value out of range")
        done.set()
        return ward.nodes

    heartbeat = Heartbeat(nodes, ward.ask, ward.standings, ward.clock, interval)
    heartbeat.start()
    assert done.wait(10)
    heartbeat.close()
    for thread in heartbeat._threads:
        thread.join(10)
        assert not thread.is_alive()
    assert caplog.text.count("cannot be asked by themselves now") == 1
