"""The clear part of a TLS handshake, read from its bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.doctor.tls_records import Heard, read

SERVER_HELLO, CERTIFICATE, REQUEST, DONE = 2, 11, 13, 14


def record(kind, body):
    return bytes((kind, 3, 3)) + len(body).to_bytes(2, "big") + body


def message(kind, body=b"\0\0"):
    return bytes((kind,)) + len(body).to_bytes(3, "big") + body


GREETING = record(22, message(SERVER_HELLO, bytes(70)) + message(CERTIFICATE, bytes(900)))
ASKING = record(22, message(REQUEST) + message(DONE, b""))
ALERT = record(21, b"\x02\x28")


@given(st.binary(max_size=300))
def test_no_bytes_raise(raw):
    assert isinstance(read(raw), Heard)


@given(st.integers(min_value=0, max_value=len(GREETING + ASKING + ALERT)))
def test_what_is_cut_tells_no_more_than_the_whole(count):
    part, whole = read((GREETING + ASKING + ALERT)[:count]), read(GREETING + ASKING + ALERT)
    assert part.has_greeted <= whole.has_greeted
    assert part.alert in (0, whole.alert)


@pytest.mark.parametrize(
    ("raw", "heard"),
    [
        (b"", Heard()),
        (b"HTTP/1.1 400", Heard()),
        (ALERT, Heard(True, False, 40)),
        (GREETING + ALERT, Heard(True, True, 40)),
        (GREETING + ASKING + ALERT, Heard(True, True, 40)),
        (GREETING + ASKING, Heard(True, True, 0)),
        (record(22, message(SERVER_HELLO)[:3]) + record(22, message(SERVER_HELLO)[3:]), Heard(True, True, 0)),
        (GREETING + record(23, bytes(40)) + ALERT, Heard(True, True, 0)),
    ],
)
def test_greeting_question_and_alert_are_found_in_clear_only(raw, heard):
    assert read(raw) == heard
