import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base.errors import LocalError, PeerError
from isocenter.wire.item_bytes import (
    counted,
    item,
    items,
    read_counted,
    shown,
    title_bytes,
    title_text,
    uid_bytes,
    uid_text,
    unshown,
)


@given(st.binary(max_size=40))
def test_shown_bytes_are_printable_and_can_be_turned_back(raw):
    assert shown(raw).isascii()
    assert shown(raw).isprintable()
    assert unshown(shown(raw)) == raw


@given(st.binary(min_size=16, max_size=16))
def test_any_title_is_read_and_can_be_sent_again(field):
    title = title_text(field)
    assert title_text(title_bytes(title)) == title


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=30)), max_size=6))
def test_items_come_back_in_order(pairs):
    assert list(items(b"".join(item(kind, body) for kind, body in pairs), "a test")) == pairs


@pytest.mark.parametrize(
    ("field", "title"),
    [
        (b"STORE_SCP       ", "STORE_SCP"),
        (b"   MIDDLE TITLE ", "MIDDLE TITLE"),
        (b" " * 16, ""),
        (b"\0" * 16, ""),
        (b"NULS\0\0\0\0\0\0\0\0\0\0\0\0", "NULS"),
        (b"../../x         ", "../../x"),
        (b"..\\..           ", "..\\x5c.."),
        (b"A\nB\x1b[2J\0C       ", "A\\x0aB\\x1b[2J\\x00C"),
        ("ÄÖ".encode().ljust(16), "\\xc3\\x84\\xc3\\x96"),
    ],
)
def test_a_title_is_shown_without_padding_and_without_control_characters(field, title):
    assert title_text(field) == title


@pytest.mark.parametrize("title", ["SEVENTEEN_LETTERS", "Ä", "\\x0aĀ"])
def test_a_title_that_does_not_fit_is_our_own_mistake(title):
    with pytest.raises(LocalError):
        title_bytes(title)


@pytest.mark.parametrize(
    ("body", "uid"),
    [(b"1.2.840\0", "1.2.840"), (b"1.2 ", "1.2"), (b"", ""), (b"1" * 64, "1" * 64), (b"../../etc", "../../etc")],
)
def test_a_uid_is_read_without_padding(body, uid):
    assert uid_text(body, "a test") == uid


@pytest.mark.parametrize("body", [b"1" * 65, b"1.\xe9", b"1.\n2", b"1\0.2"])
def test_a_uid_too_long_or_outside_iso_646_is_an_invalid_value(body):
    with pytest.raises(PeerError) as raised:
        uid_text(body, "the test item")
    assert raised.value.abort_reason == 6
    assert "the test item" in str(raised.value)


@pytest.mark.parametrize("uid", ["1" * 65, "é", "1\n", " 1"])
def test_a_uid_that_nobody_could_read_is_not_sent(uid):
    with pytest.raises(LocalError):
        uid_bytes(uid)


@pytest.mark.parametrize("body", [b"\x10", b"\x10\0\0", b"\x10\0\0\x05abcd", b"\x10\0\xff\xff", b"\x10\0\0\0\x20"])
def test_an_item_beyond_its_enclosure_is_an_invalid_value(body):
    with pytest.raises(PeerError) as raised:
        list(items(body, "the test PDU"))
    assert raised.value.abort_reason == 6
    assert "the test PDU" in str(raised.value)


def test_a_counted_value_is_read_within_its_body():
    assert read_counted(counted(b"abc") + b"rest", 0, "a test") == (b"abc", 5)
    for broken in (b"", b"\0", b"\0\x04abc"):
        with pytest.raises(PeerError):
            read_counted(broken, 0, "a test")


def test_bodies_over_65535_bytes_cannot_be_sent():
    assert len(item(0x50, bytes(65535))) == 65539
    with pytest.raises(LocalError):
        item(0x50, bytes(65536))
    with pytest.raises(LocalError):
        counted(bytes(65536))
