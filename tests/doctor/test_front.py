"""What is shown of bytes that came: never a byte of a data set, whatever comes and however it is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.doctor.front import Front
from isocenter.wire import pdu_codec
from isocenter.wire.pdu import ReleaseReply

COMMAND, DATA = 1, 0


def item(control: int, value: bytes) -> bytes:
    return (len(value) + 2).to_bytes(4, "big") + bytes((1, control)) + value


def data_pdu(*items: bytes) -> bytes:
    body = b"".join(items)
    return b"\4\0" + len(body).to_bytes(4, "big") + body


def shown(*pieces: bytes, bytes_max: int = 1024) -> bytes:
    front = Front(bytes_max)
    for piece in pieces:
        front.took(memoryview(piece))
    return front.cut()


def one_by_one(raw: bytes) -> bytes:
    return shown(*(raw[at : at + 1] for at in range(len(raw))))


RELEASE = pdu_codec.encode(ReleaseReply())
SECRET = item(DATA, b"SECRET^SAMUEL")


@pytest.mark.parametrize("split", [shown, one_by_one])
@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (RELEASE, RELEASE),
        (data_pdu(item(COMMAND, b"command")), data_pdu(item(COMMAND, b"command"))),
        (data_pdu(item(COMMAND, b"command"), SECRET), data_pdu(item(COMMAND, b"command"), SECRET)[:-13]),
        (data_pdu(item(COMMAND, b"one")) + data_pdu(SECRET) + RELEASE, data_pdu(item(COMMAND, b"one")) + data_pdu(SECRET)[:12]),
        (data_pdu(SECRET, item(COMMAND, b"behind")), data_pdu(SECRET, item(COMMAND, b"behind"))[:12]),
        (data_pdu() + RELEASE, data_pdu() + RELEASE),
        (b"HTTP/1.1 200 OK\r\n\r\nSAMUEL", b"HTTP/1.1 200 OK\r"),
    ],
    ids=["control", "command", "data behind its command", "data in its own PDU", "data first", "empty", "no DICOM"],
)
def test_only_what_stands_before_the_first_data_set_is_shown(split, raw, kept):
    assert split(raw) == kept


def test_the_next_thing_is_shown_from_its_own_first_byte_and_never_from_the_middle_of_a_pdu():
    front = Front(1024)
    whole = data_pdu(item(COMMAND, b"one"), SECRET)
    front.took(memoryview(whole[:-4]))
    assert front.cut() == whole[:-13]
    front.took(memoryview(whole[-4:] + RELEASE))
    assert front.cut() == b""
    front.took(memoryview(RELEASE))
    assert front.cut() == RELEASE


def test_it_is_bounded():
    assert shown(data_pdu(item(COMMAND, bytes(5000))), bytes_max=100) == data_pdu(item(COMMAND, bytes(5000)))[:100]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60)), max_size=8), st.integers(1, 40))
def test_no_byte_of_a_data_set_is_shown_however_it_is_cut(parts, size):
    raw = b"".join(data_pdu(item(COMMAND if command else DATA, (b"c" if command else b"S") * count)) for command, count in parts)
    front, kept = Front(1 << 20), b""
    for at in range(0, len(raw), size):
        front.took(memoryview(raw[at : at + size]))
        kept += front.cut() if at % 3 == 0 else b""
    assert b"S" not in kept + front.cut()


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_whatever_comes_is_taken(pieces):
    assert len(shown(*pieces)) <= sum(map(len, pieces))


def test_lengths_that_are_not_true_end_what_is_shown():
    assert shown(b"\4\0\0\0\0\x0a" + b"\0\0\0\1\1\1" + b"SAMUEL") == b"\4\0\0\0\0\x0a\0\0\0\1\1\1"
    assert shown(b"\4\0\0\0\0\x0a" + b"\0\0\xff\0\1\1" + b"SAMUEL") == b"\4\0\0\0\0\x0a\0\0\xff\0\1\1"
