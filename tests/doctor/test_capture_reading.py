from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.doctor.talks import Talk

from isocenter.base.clock import FixedClock
from isocenter.base.errors import UsageError
from isocenter.doctor.capture_packets import CapturePackets
from isocenter.doctor.capture_reading import CaptureReading
from isocenter.doctor.digest import digest
from isocenter.doctor.ladder import ladder
from isocenter.doctor.message_details import details
from isocenter.doctor.pcapng import export
from isocenter.model.ladder import RungKind
from isocenter.model.recording import Ending, Origin
from isocenter.net.recorder import Recorder


def talk(stores=3):
    made = Talk().open()
    for number in range(1, stores + 1):
        made.store(number)
    return made.close()


def captured(taps):
    return b"".join(export(taps, "Isocenter", names=True))


def read(data, piece=10_000):
    reading = CaptureReading("a.pcap")
    found = [tap for start in range(0, len(data), piece) for tap in reading.feed(data[start : start + piece])]
    return [*found, *reading.end()], reading


def blocks(data):
    """Where the packets of an export of ours begin."""
    found, position = [], 0
    while position < len(data):
        kind, length = struct.unpack_from("<II", data, position)
        if kind == 6:
            found.append(position)
        position += length
    return found


def frames(data):
    """The Ethernet frames of an export of ours, in order."""
    kept = [(at, struct.unpack_from("<I", data, at + 20)[0]) for at in blocks(data)]
    return [data[at + 28 : at + 28 + count] for at, count in kept]


def pcap(listed, *, order="<", link=1, cut=None):
    head = struct.pack(f"{order}IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link)
    parts = [head]
    for number, frame in enumerate(listed):
        kept = frame[:cut]
        parts += [struct.pack(f"{order}IIII", 1_700_000_000, number, len(kept), len(frame)), kept]
    return b"".join(parts)


def titles(tap):
    return [rung.title for rung in ladder(tap).rungs if rung.title]


@pytest.mark.parametrize("piece", [1, 7, 100, 1_000_000])
def test_what_was_exported_is_read_again_the_same(piece):
    first = talk()
    (tap,), reading = read(captured([first]), piece)
    before, after = ladder(first), ladder(tap)
    assert [(rung.title, rung.words, rung.byte_count) for rung in after.rungs[1:-1]] == [
        (rung.title, rung.words.replace(", on disk and findable", ""), rung.byte_count) for rung in before.rungs[1:-1]
    ]
    assert (after.origin, tap.recording.ending, reading.others) == (Origin.FILE, Ending.CALLER, 0)
    assert digest(tap).title == "CT-ROOM-2 to ISOCENTER"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("link", "change"),
    [
        (1, lambda frame: frame),
        (1, lambda frame: frame[:12] + b"\x81\0\0\x05" + frame[12:]),
        (101, lambda frame: frame[14:]),
        (0, lambda frame: b"\x02\0\0\0" + frame[14:]),
        (108, lambda frame: b"\0\0\0\x02" + frame[14:]),
        (113, lambda frame: bytes(14) + frame[12:]),
        (276, lambda frame: frame[12:14] + bytes(18) + frame[14:]),
    ],
)
def test_every_kind_of_interface_is_read_in_both_byte_orders(order, link, change):
    (tap,), _ = read(pcap([change(frame) for frame in frames(captured([talk()]))], order=order, link=link))
    assert titles(tap)[0] == "A-ASSOCIATE-RQ"
    assert titles(tap)[-1] == "A-RELEASE-RP"


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_segments_out_of_order_repeated_or_both_make_the_same_stream(seed):
    chance = random.Random(seed)
    listed = frames(captured([talk(6)]))
    opening, middle, ending = listed[:3], listed[3:-4], listed[-4:]
    order = sorted(range(len(middle)), key=lambda number: number + chance.uniform(0, 4))
    mixed = [middle[number] for number in order for _ in range(1 + (chance.random() < 0.3))]
    (tap,), _ = read(pcap([*opening, *mixed, *ending]))
    assert tap.recording.lost_bytes == 0
    (whole,), _ = read(pcap(listed))
    assert (tap.recording.bytes_forth, tap.recording.bytes_back) == (whole.recording.bytes_forth, whole.recording.bytes_back)
    assert digest(tap).words.startswith("C-STORE, 6 CT images")


def test_a_segment_that_never_comes_is_told_and_reading_goes_on():
    listed = frames(captured([talk(6)]))
    requests = [number for number, frame in enumerate(listed) if len(frame) > 2000]
    del listed[requests[2]]
    (tap,), _ = read(pcap(listed))
    told = ladder(tap)
    assert [rung for rung in told.rungs if rung.kind is RungKind.LOST]
    assert titles(tap).count("C-STORE-RQ") == 5 or any(rung.kind is RungKind.RUN for rung in told.rungs)
    assert not [rung for rung in told.rungs if rung.kind is RungKind.FOREIGN]
    assert titles(tap)[-1] == "A-RELEASE-RP"


def test_a_capture_that_cut_its_packets_still_counts_all_bytes():
    (tap,), _ = read(pcap(frames(captured([talk()])), cut=600))
    assert titles(tap)[-1] == "A-RELEASE-RP"
    (whole,), _ = read(pcap(frames(captured([talk()]))))
    assert tap.recording.bytes_forth == whole.recording.bytes_forth


def test_a_capture_that_began_too_late_is_read_from_the_next_pdu_on():
    listed = frames(captured([talk(4)]))
    (tap,), _ = read(pcap(listed[6:]))
    assert "C-STORE-RQ" in titles(tap)
    assert titles(tap)[-1] == "A-RELEASE-RP"
    assert tap.recording.caller.port == 49822


def test_what_speaks_something_else_is_counted_and_left_unless_it_knocked_at_a_port_of_dicom():
    web = Talk().say(True, b"GET / HTTP/1.1\r\n\r\n")
    web.tap.ended(web.at, Ending.CALLED)
    found, reading = read(captured([web.tap, talk()]))
    assert len(found) == 2
    elsewhere = Talk().say(True, b"GET / HTTP/1.1\r\n\r\n")
    elsewhere.tap.recording.called = type(web.tap.recording.called)("10.0.0.5", 80)
    elsewhere.tap.ended(elsewhere.at, Ending.CALLED)
    found, reading = read(captured([elsewhere.tap, talk()]))
    assert (len(found), reading.others) == (1, 1)


def test_a_reset_is_a_reset():
    broken = Talk().open()
    broken.tap.ended(broken.at, Ending.RESET, "the connection was reset")
    (tap,), _ = read(captured([broken.tap]))
    assert tap.recording.ending is Ending.RESET


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04" + bytes(40), b"\xa1\xb2"])
def test_what_is_no_capture_is_refused_with_a_sentence(data):
    with pytest.raises(UsageError, match="no capture file"):
        read(data)


def test_a_file_that_ends_early_is_read_as_far_as_it_goes():
    data = captured([talk()])
    (tap,), reading = read(data[: len(data) // 2])
    assert titles(tap)[0] == "A-ASSOCIATE-RQ"
    assert reading.remark == "The file ends in the middle of a packet."


def test_lengths_that_cannot_be_are_not_believed():
    packets = CapturePackets()
    list(packets.feed(pcap([]) + struct.pack("<IIII", 0, 0, 0xFFFFFFFF, 0xFFFFFFFF) + bytes(100)))
    assert "claims 4294967295 bytes" in packets.remark
    packets = CapturePackets()
    list(packets.feed(captured([])[: 28 + 12] + struct.pack("<II", 6, 0xFFFFFFF0) + bytes(100)))
    packets.end()
    assert packets.remark


@settings(max_examples=150)
@given(st.data())
def test_a_file_of_a_stranger_never_raises_anything_but_its_sentence(data):
    whole = bytearray(captured([talk(2)]))
    moments = [at + byte for at in blocks(whole) for byte in range(12, 20)]
    for _ in range(data.draw(st.integers(1, 12))):
        # Moments stand at the same place of each block: they are drawn as often as all else.
        at = data.draw(st.one_of(st.integers(0, len(whole) - 1), st.sampled_from(moments)))
        whole[at] = data.draw(st.integers(0, 255))
    try:
        found, _ = read(bytes(whole[: data.draw(st.integers(0, len(whole)))]), 4096)
    except UsageError:
        return
    for tap in found:
        told = ladder(tap)
        digest(tap)
        for rung in told.rungs:
            if rung.number:
                details(tap, rung.number)
        captured([tap])


def test_a_flood_of_segments_that_wait_is_bounded(monkeypatch):
    from isocenter.doctor import capture_reading

    monkeypatch.setattr(capture_reading, "PCAP_WAITING_BYTES_MAX", 20_000)
    listed = frames(captured([talk(30)]))
    requests = [number for number, frame in enumerate(listed) if len(frame) > 2000]
    del listed[requests[0]]
    reading = CaptureReading("a")
    most = 0
    for frame in [pcap([])] + [pcap([frame])[24:] for frame in listed]:
        list(reading.feed(frame))
        most = max(most, reading._waiting_bytes)
    assert most < 30_000


def test_a_moment_that_no_clock_has_is_brought_back_and_the_connection_exported_again():
    listed = frames(captured([talk()]))
    parts = [captured([])]
    for number, frame in enumerate(listed):
        high, low = (0, number * 1000) if number < 4 else (0xFFFFFFFF, 0xFFFFFFFF)
        body = struct.pack("<IIIII", 0, high, low, len(frame), len(frame)) + frame + bytes(-len(frame) % 4)
        parts.append(struct.pack("<II", 6, 12 + len(body)) + body + struct.pack("<I", 12 + len(body)))
    (tap,), _ = read(b"".join(parts))
    told = ladder(tap)
    assert told.rungs[-2].title == "A-RELEASE-RP"
    assert details(tap, told.rungs[-2].number) is not None
    (again,), _ = read(captured([tap]))
    assert titles(again) == titles(tap)


def test_a_capture_is_held_within_the_room_of_its_recorder_while_it_is_read():
    data = captured([talk(60)])
    recorder = Recorder(FixedClock(), 200_000)
    reading = CaptureReading("a.pcap", recorder.read)
    most = 0
    for start in range(0, len(data), 10_000):
        assert list(reading.feed(data[start : start + 10_000])) == [] or start > len(data) - 20_000
        most = max(most, sum(tap.byte_count for tap in recorder.all()))
    assert 0 < most <= 300_000
    assert len(recorder.all()) == 1
