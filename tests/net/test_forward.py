from __future__ import annotations

import socket
import threading
import time
from itertools import chain, repeat
from pathlib import Path

import pytest

from isocenter.base.errors import LinkLost
from isocenter.base.ids import IMPLEMENTATION_CLASS_UID
from isocenter.dimse.exchange import Cancelled, Forward
from isocenter.model.records import Admitted, Node, TurnedAway
from isocenter.net import forward
from isocenter.net.forward import Forwarder
from isocenter.net.sockets import NobodyListens
from isocenter.standard.sop_class import CT_IMAGE, MR_IMAGE
from isocenter.standard.transfer_syntax import JPEG_2000_LOSSLESS, RLE_LOSSLESS


@pytest.fixture
def forwarder(blobs):
    return Forwarder(blobs, None, ae_title="ARCHIVE")


def never():
    return False


def moved(forwarder, instances, node, look=never):
    return list(forwarder.run(Forward(iter(instances), node, "MOVER", 5), None, look))


def test_everything_arrives_once_and_is_counted_once(start, forwarder, make_instance, data_of):
    station = start()
    instances = [make_instance(f"1.6.{number}", 2000) for number in range(200)]
    outcomes = moved(forwarder, instances, station.node())
    assert sorted(outcome.instance.sop_instance_uid for outcome in outcomes) == sorted(one.sop_instance_uid for one in instances)
    assert {outcome.status for outcome in outcomes} == {0}
    assert station.table.kept == {one.sop_instance_uid: data_of(one.sop_instance_uid, 2000) for one in instances}
    originators = {
        (one.command.move_originator_ae_title, one.command.move_originator_message_id) for one in station.table.kept_requests
    }
    assert originators == {("MOVER", 5)}
    station.wait_until(lambda: station.listener.associations == 0)
    assert {summary.calling_ae_title for summary in station.diary.ended} == {"ARCHIVE"}


def test_nothing_to_send_opens_nothing(forwarder):
    assert moved(forwarder, [], Node("n", "N", "127.0.0.1", 1)) == []


@pytest.mark.parametrize("most", [1, 2, 4])
def test_several_associations_share_the_work_as_many_as_the_node_takes(start, forwarder, make_instance, most):
    gate = threading.Event()
    station = start(store_gate=gate)
    instances = [make_instance(f"1.6.{number}") for number in range(40)]
    gate.set()
    node = station.node(associations_max=most)
    outcomes = moved(forwarder, instances, node)
    assert len(outcomes) == 40
    station.wait_until(lambda: station.listener.associations == 0)
    assert 1 <= len(station.diary.ended) <= most


def test_a_destination_that_takes_one_association_gets_all_on_it(start, forwarder, make_instance):
    station = start(listener_options={"associations_max": 1})
    instances = [make_instance(f"1.6.{number}") for number in range(60)]
    outcomes = moved(forwarder, instances, station.node())
    assert {outcome.status for outcome in outcomes} == {0}
    assert len(outcomes) == 60
    station.wait_until(lambda: station.listener.associations == 0)
    assert len(station.diary.ended) == 1


def test_a_destination_that_loses_what_comes_at_once_gets_all_on_one_association(start, forwarder, make_instance, monkeypatch):
    monkeypatch.setattr(forward, "ONE_AT_A_TIME", (IMPLEMENTATION_CLASS_UID[:-1],))
    station = start()
    instances = [make_instance(f"1.6.{number}", 20_000) for number in range(200)]
    assert {outcome.status for outcome in moved(forwarder, instances, station.node(associations_max=4))} == {0}
    station.wait_until(lambda: station.listener.associations == 0)
    assert len(station.diary.ended) == 1


def test_one_that_cannot_go_says_why_and_the_rest_goes_on(start, forwarder, make_instance):
    station = start()
    good = [make_instance(f"1.6.{number}") for number in range(5)]
    unknown = make_instance("1.6.90", sop_class="1.2.840.10008.5.1.4.1.1.77.1.4")
    strange = make_instance("1.6.91", syntax=RLE_LOSSLESS)
    gone = make_instance("1.6.92")
    Path(gone.blob).unlink()
    outcomes = {one.instance.sop_instance_uid: one for one in moved(forwarder, [unknown, *good, strange, gone], station.node())}
    assert len(outcomes) == 8
    assert "does not take" in outcomes["1.6.90"].reason
    assert "nothing here can transcode" in outcomes["1.6.91"].reason
    assert "cannot be opened" in outcomes["1.6.92"].reason
    assert all(outcomes[one.sop_instance_uid].status == 0 for one in good)


def test_what_the_destination_says_is_passed_on(start, forwarder, make_instance):
    station = start(store_statuses=repeat(0xA700))
    (outcome,) = moved(forwarder, [make_instance("1.6.1")], station.node())
    assert outcome.status == 0xA700
    assert "out of resources" in outcome.reason
    assert "as told" in outcome.reason


def test_classes_that_show_up_late_are_negotiated_then(start, forwarder, make_instance, monkeypatch):
    monkeypatch.setattr(forward, "RETRIEVE_AHEAD_INSTANCES", 2)
    station = start()
    early = [make_instance(f"1.6.{number}") for number in range(10)]
    late = [
        make_instance("1.6.50", sop_class=MR_IMAGE),
        make_instance("1.6.51", syntax=JPEG_2000_LOSSLESS),
        make_instance("1.6.52", sop_class=MR_IMAGE),
    ]
    outcomes = moved(forwarder, early + late, station.node(associations_max=1))
    assert [outcome.status for outcome in outcomes] == [0] * 13


def test_a_destination_that_is_not_there_fails_all_soon_with_the_cause(forwarder, make_instance):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    began = time.monotonic()
    outcomes = moved(forwarder, [make_instance(f"1.6.{number}") for number in range(50)], Node("n", "GONE", "127.0.0.1", port))
    assert len(outcomes) == 50
    assert all(outcome.status is None and "connection refused" in outcome.reason for outcome in outcomes)
    assert time.monotonic() - began < 5


def test_a_destination_that_begins_to_listen_only_after_asking_gets_it_all(start, forwarder, make_instance, monkeypatch):
    station = start()
    refused = chain([True, True], repeat(False))

    def open_late(node, proposal):
        if next(refused):
            raise NobodyListens("connection refused")
        return forward.open_association(node, proposal, calling_ae_title="ARCHIVE")

    monkeypatch.setattr(forwarder, "_open", open_late)
    outcomes = moved(forwarder, [make_instance(f"1.6.{number}") for number in range(3)], station.node())
    assert [outcome.status for outcome in outcomes] == [0, 0, 0]


def test_a_destination_that_turns_us_away_is_asked_once(start, forwarder, make_instance):
    station = start()
    station.doorman.admission = TurnedAway(1, 1, 3, "unknown")
    outcomes = moved(forwarder, [make_instance(f"1.6.{number}") for number in range(20)], station.node())
    assert all("calling AE title not recognized" in outcome.reason for outcome in outcomes)
    assert len(station.diary.rejected) == 1


class Falling:
    """A destination that lets the connection fall at chosen images."""

    def __init__(self, station, falls):
        self.station, self.falls, self.seen = station, falls, []
        self._receive = station.table.receive
        station.table.receive = self.receive

    def receive(self, request):
        uid = request.command.affected_sop_instance_uid
        self.seen.append(uid)
        if self.falls(uid, self.seen.count(uid)):
            for conversation in list(self.station.listener._conversations):
                conversation.link.sever()
        return self._receive(request)


def test_a_connection_that_falls_is_opened_once_more_for_the_image(start, forwarder, make_instance):
    station = start()
    falling = Falling(station, lambda uid, times: uid == "1.6.3" and times == 1)
    outcomes = moved(forwarder, [make_instance(f"1.6.{number}") for number in range(8)], station.node(associations_max=1))
    assert [outcome.status for outcome in outcomes] == [0] * 8
    assert falling.seen.count("1.6.3") == 2
    assert len(station.table.kept) == 8


def test_an_image_that_always_breaks_the_connection_fails_alone(start, forwarder, make_instance):
    station = start()
    falling = Falling(station, lambda uid, times: uid == "1.6.3")
    outcomes = moved(forwarder, [make_instance(f"1.6.{number}") for number in range(8)], station.node(associations_max=1))
    assert [outcome.status for outcome in outcomes] == [0, 0, 0, None, 0, 0, 0, 0]
    assert "ISOCENTER (127.0.0.1" in outcomes[3].reason
    assert falling.seen.count("1.6.3") == 2


def test_a_cancel_is_heeded_while_the_destination_hangs(start, forwarder, make_instance):
    gate = threading.Event()
    station = start(store_gate=gate)
    instances = iter([make_instance(f"1.6.{number}") for number in range(50)])
    asked_at = time.monotonic()
    outcomes = forwarder.run(Forward(instances, station.node()), None, lambda: time.monotonic() - asked_at > 0.2)
    with pytest.raises(Cancelled):
        list(outcomes)
    assert time.monotonic() - asked_at < 1.2
    gate.set()
    station.wait_until(lambda: station.listener.associations == 0)
    assert len(station.table.kept) <= 1


def test_what_ends_soon_after_a_cancel_still_counts(start, forwarder, make_instance):
    station = start()
    instances = iter([make_instance(f"1.6.{number}") for number in range(500)])
    seen = []

    outcomes = forwarder.run(Forward(instances, station.node()), None, lambda: len(seen) >= 5)

    def note_all():
        for outcome in outcomes:
            assert outcome.status == 0
            seen.append(outcome.instance.sop_instance_uid)

    with pytest.raises(Cancelled):
        note_all()
    station.wait_until(lambda: station.listener.associations == 0)
    assert 5 <= len(seen) < 500
    assert set(seen) == set(station.table.kept)


def test_a_requestor_that_is_gone_stops_the_sending(start, forwarder, make_instance):
    station = start()
    calls = []

    def look():
        calls.append(1)
        if len(calls) > 3:
            raise LinkLost("gone")
        return False

    with pytest.raises(LinkLost):
        moved(forwarder, [make_instance(f"1.6.{number}") for number in range(200)], station.node(), look)
    station.wait_until(lambda: station.listener.associations == 0)
    assert len(station.table.kept) < 200


def test_the_instances_are_read_as_they_are_needed(start, forwarder, make_instance, monkeypatch):
    monkeypatch.setattr(forward, "RETRIEVE_AHEAD_INSTANCES", 4)
    station = start()
    one = make_instance("1.6.1")
    taken = []

    def instances():
        for number in range(100):
            taken.append(number)
            yield one

    outcomes = forwarder.run(Forward(instances(), station.node()), None, never)
    next(outcomes)
    assert len(taken) <= 4 + 2 * 4 + 1
    outcomes.close()
    station.wait_until(lambda: station.listener.associations == 0)


def test_the_node_says_what_it_may_be_sent(start, blobs, make_instance):
    station = start()
    station.doorman.admission = Admitted(frozenset({"store"}))
    forwarder = Forwarder(blobs, lambda data, stored, wanted: b"T" + data[:3], ae_title="ARCHIVE")
    node = station.node(transfer_syntaxes=(JPEG_2000_LOSSLESS,))
    (outcome,) = forwarder.run(Forward(iter([make_instance("1.6.1")]), node), None, never)
    assert outcome.status == 0
    assert station.table.kept["1.6.1"] == b"T1.6"
    assert station.table.kept_requests[0].context.transfer_syntax == JPEG_2000_LOSSLESS
    assert station.table.kept_requests[0].context.abstract_syntax == CT_IMAGE
