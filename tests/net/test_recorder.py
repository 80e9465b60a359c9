from __future__ import annotations

import socket

from isocenter.base.clock import FixedClock
from isocenter.base.limits import MIB, RECORDED_SHARE, RECORDED_STRANGERS_MAX
from isocenter.model.recording import Ending, Endpoint, Origin, Recording
from isocenter.net.recorder import Recorder
from isocenter.wire.outlet import value_header

HERE, THERE = Endpoint("10.0.0.1", 5000), Endpoint("10.0.0.2", 104)


def message(byte_count):
    return value_header(1, 3, 10) + bytes(10) + value_header(1, 2, byte_count) + bytes(byte_count)


def fill(tap, messages, start=1000.0):
    for number in range(messages):
        tap.took(True, message(10_000), start + number, start + number)
        tap.took(False, message(10), start + number + 0.5, start + number + 0.5)


def test_the_oldest_that_is_over_goes_first_and_never_more_is_held_than_allowed():
    recorder = Recorder(FixedClock(), MIB)
    tokens = []
    for _ in range(40):
        tap = recorder.begin(HERE, THERE, outgoing=True)
        fill(tap, 10)
        tap.ended(1100.0, Ending.CALLER)
        tokens.append(tap.recording.token)
    assert recorder.byte_count <= MIB
    kept = [tap.recording.token for tap in recorder.all()]
    assert kept == tokens[-len(kept) :]
    assert 3 < len(kept) < 40
    assert recorder.one(tokens[0]) is None
    assert recorder.one(kept[0]) is not None


def test_one_long_connection_forgets_its_own_middle_and_pushes_nobody_out():
    recorder = Recorder(FixedClock(), 4 * MIB)
    first = recorder.begin(HERE, THERE, outgoing=True)
    fill(first, 5)
    first.ended(1100.0, Ending.CALLER)
    long = recorder.begin(HERE, THERE, outgoing=True)
    fill(long, 400)
    assert long.byte_count <= 4 * MIB // RECORDED_SHARE + 100_000
    assert recorder.one(first.recording.token) is first
    assert long.recording.lost_bytes > 2_000_000
    assert long.segments()[0].serial == 1


def test_what_is_counted_is_given_back_to_the_last_byte():
    recorder = Recorder(FixedClock(), MIB)
    for _ in range(30):
        tap = recorder.begin(HERE, THERE, outgoing=True)
        fill(tap, 12)
        tap.ended(1100.0, Ending.CALLER)
    recorder.forget()
    assert recorder.all() == []
    assert recorder.byte_count == 0


def test_those_that_made_no_association_push_out_only_each_other():
    recorder = Recorder(FixedClock(), MIB)
    ours = recorder.begin(HERE, THERE, outgoing=True)
    ours.ended(1001.0, Ending.CALLER)
    for _ in range(RECORDED_STRANGERS_MAX * 3):
        recorder.begin(HERE, THERE).ended(1001.0, Ending.CALLER)
    assert recorder.one(ours.recording.token) is ours
    assert len(recorder.all()) == RECORDED_STRANGERS_MAX + 1


def test_a_socket_tells_both_ends_and_how_far_away_the_other_is():
    recorder = Recorder(FixedClock(), MIB)
    with socket.create_server(("127.0.0.1", 0)) as door, socket.create_connection(door.getsockname()) as near:
        far, _ = door.accept()
        with far:
            called = recorder.of_socket(far, outgoing=False).recording
            calling = recorder.of_socket(near, outgoing=True, origin=Origin.PROXY).recording
    assert called.caller == calling.caller == Endpoint("127.0.0.1", near_port(calling))
    assert calling.called.port == called.called.port
    assert calling.round_trip_seconds is None or 0 < calling.round_trip_seconds < 1


def near_port(recording):
    return recording.caller.port


def test_each_change_is_seen_by_the_version():
    recorder = Recorder(FixedClock(), MIB)
    seen = [recorder.version]
    tap = recorder.begin(HERE, THERE)
    seen.append(recorder.version)
    fill(tap, 2)
    seen.append(recorder.version)
    tap.ended(1001.0, Ending.CALLED)
    seen.append(recorder.version)
    assert seen == sorted(set(seen))


def test_thousands_that_stand_open_and_say_nothing_take_no_more_than_their_room():
    recorder = Recorder(FixedClock(), MIB // 4)
    taps = [recorder.begin(HERE, THERE) for _ in range(1000)]
    assert recorder.byte_count <= MIB // 4
    assert len(recorder.all()) < 200
    fill(taps[-1], 3)
    for tap in taps:
        tap.ended(1001.0, Ending.CALLER)
    later = recorder.begin(HERE, THERE, outgoing=True)
    assert recorder.one(later.recording.token) is later


def test_long_connections_that_go_on_make_room_for_a_new_one():
    recorder = Recorder(FixedClock(), MIB)
    for _ in range(6):
        fill(recorder.begin(HERE, THERE), 60)
    later = recorder.begin(HERE, THERE)
    assert recorder.one(later.recording.token) is later
    assert recorder.byte_count <= MIB


def test_what_the_recorder_let_go_holds_no_more_than_its_beginning_however_long_it_goes_on():
    recorder = Recorder(FixedClock(), MIB // 4)
    taps = [recorder.begin(HERE, THERE) for _ in range(1000)]
    gone = next(tap for tap in taps if recorder.one(tap.recording.token) is None)
    fill(gone, 300)
    assert gone.byte_count < MIB // 4
    assert recorder.byte_count <= MIB // 4


def test_a_file_is_charged_for_while_it_is_read_and_what_never_ends_in_it_can_be_forgotten():
    recorder = Recorder(FixedClock(), MIB)
    moment = FixedClock().now()
    for number in range(40):
        tap = recorder.read(Recording(str(number), moment, HERE, THERE, Origin.FILE), 1000.0)
        fill(tap, 20)
        assert recorder.byte_count <= MIB
    assert recorder.one("39") is tap
    assert recorder.one("0") is None
    recorder.forget()
    assert recorder.all() == []
    assert recorder.byte_count == 0
