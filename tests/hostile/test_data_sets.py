"""Data sets that are none, or that lie about themselves: stored as they are, or refused with the reason; never half (PS3.5)."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress

import pytest
from tests.hostile.conftest import ECHO_SECONDS, wait_until
from tests.hostile.strangers import (
    ALL_SYNTAXES,
    BIG_ENDIAN_ID,
    DEFLATED_ID,
    IMPLICIT_STORE_ID,
    SEQUENCE_END,
    STORE_ID,
    UNDEFINED,
    Peer,
    data_set,
    deflated,
    echo_seconds,
    element,
    items,
    message,
    nested,
    store_command,
)

from isocenter.base.limits import ELEMENTS_MAX, INFLATE_BYTES_MAX, MIB, SEQUENCE_DEPTH_MAX
from isocenter.lab.phantom import ct_series

UID = "1.2.56.1.1"
STUDY = "1.2.56"


def instance(*more: bytes, uid: str = UID, pixels: bytes = b"") -> bytes:
    return data_set(uid, *more, study=STUDY, series=f"{STUDY}.1", pixels=pixels)


@pytest.fixture
def sender(archive):
    with Peer(archive.port) as peer:
        peer.associate(ALL_SYNTAXES)
        yield peer


def stored_files(archive) -> list[bytes]:
    """What the archive's files hold; the empty ones are those that are ready for what comes next."""
    found = []
    for path in (archive.data / "blobs").rglob("*.dcm"):
        with suppress(FileNotFoundError):
            found.append(path.read_bytes())
    return [content for content in found if content]


def kept(archive, raw: bytes) -> bool:
    """Whether these very bytes lie in the archive's files."""
    return any(content.endswith(raw) for content in stored_files(archive))


def test_group_56_a_data_set_cut_at_any_byte_is_refused_or_ends_where_an_element_ends(sender, archive):
    raw = instance(element(0x00081140, b"SQ", items(b"") + SEQUENCE_END, UNDEFINED), pixels=b"1234")
    ends, at = set(), 0
    while at < len(raw):
        vr, short = raw[at + 4 : at + 6], struct.unpack_from("<H", raw, at + 6)[0]
        if vr == b"SQ":
            at = raw.index(SEQUENCE_END, at) + 8
        else:
            at += 12 + struct.unpack_from("<I", raw, at + 8)[0] if vr == b"OW" else 8 + short
        ends.add(at)
    for cut in range(len(raw)):
        answer = sender.store(raw[:cut], UID)
        # Behind the pixels' header nothing is looked at any more: what comes there is the sender's affair, kept as it came.
        may_pass = cut in ends or cut >= len(raw) - 4 - 12 or answer.status in (0xC000, 0xC002)
        assert may_pass, f"cut at byte {cut}: {answer.status:04X} {answer.error_comment}"
        assert answer.status in (0, 0xC000, 0xC002, 0xA900)
        if answer.status == 0:
            assert kept(archive, raw[:cut])


def test_group_57_any_bit_of_a_header_may_flip(sender, archive):
    """Whatever it becomes: refused, or kept bit for bit; the association goes on."""
    raw = instance(element(0x00081140, b"SQ", items(b"") + SEQUENCE_END, UNDEFINED))
    outcomes: dict[int, int] = {}
    for bit in range(len(raw) * 8):
        spoiled = bytearray(raw)
        spoiled[bit // 8] ^= 1 << bit % 8
        answer = sender.store(bytes(spoiled), UID)
        outcomes[answer.status] = outcomes.get(answer.status, 0) + 1
    assert outcomes.keys() <= {0, 0xC000, 0xC002, 0xA900}
    assert min(outcomes[0], outcomes[0xC000], outcomes[0xC002], outcomes[0xA900]) > 10, outcomes


def implicit(raw: bytes) -> bytes:
    """The same in Implicit VR; short elements only."""
    out, at = b"", 0
    while at < len(raw):
        size = struct.unpack_from("<H", raw, at + 6)[0]
        out += raw[at : at + 4] + struct.pack("<I", size) + raw[at + 8 : at + 8 + size]
        at += 8 + size
    return out


def swapped(raw: bytes) -> bytes:
    """The same in Big Endian; short texts only."""
    out, at = b"", 0
    while at < len(raw):
        group, number, vr, size = struct.unpack_from("<HH2sH", raw, at)
        out += struct.pack(">HH2sH", group, number, vr, size) + raw[at + 8 : at + 8 + size]
        at += 8 + size
    return out


STORED, UNREADABLE, INCOMPLETE = 0, 0xC000, 0xC002
CASES = {
    "58 an element longer than what is left": (STORE_ID, instance(element(0x00104000, b"LT", b"x", 60_000)), UNREADABLE),
    "58 an element of 4 GiB": (STORE_ID, instance(element(0x00104000, b"UT", b"x", 0xFFFFFFFE)), UNREADABLE),
    "58 an open length outside of a sequence": (STORE_ID, instance(element(0x00104000, b"UT", b"x", UNDEFINED)), UNREADABLE),
    "58 an odd length": (STORE_ID, instance(element(0x00104000, b"LT", b"xyz", 3)), STORED),
    "59 a VR that does not exist": (STORE_ID, instance(element(0x00104000, b"QQ", b"x ")), STORED),
    "59 a VR of question marks": (STORE_ID, instance(element(0x00104000, b"??", b"x ")), UNREADABLE),
    "59 Rows as UL": (STORE_ID, instance(element(0x00280010, b"UL", b"\xff\xff\xff\x7f"), element(0x00280011, b"UL", b"\xff" * 4),
                                         pixels=b"12"), STORED),
    "60 sequences up to the bound": (STORE_ID, instance(nested(SEQUENCE_DEPTH_MAX)), STORED),
    "60 sequences beyond it by one": (STORE_ID, instance(nested(SEQUENCE_DEPTH_MAX + 1)), UNREADABLE),
    "60 100,000 sequences": (STORE_ID, instance(nested(100_000)), UNREADABLE),
    "60 100,000 sequences that are never closed": (STORE_ID, instance(nested(100_000)[: 20 * 100_000]), UNREADABLE),
    "60 a sequence without its end": (STORE_ID, instance(element(0x00081140, b"SQ", items(b""), UNDEFINED)), UNREADABLE),
    "61 as many empty items as elements are allowed": (STORE_ID, instance(element(
        0x00081140, b"SQ", items(*[b""] * (ELEMENTS_MAX + 1), undefined=False) + SEQUENCE_END, UNDEFINED)), UNREADABLE),
    "61 tags twice and backwards": (STORE_ID, element(0x00200013, b"IS", "9") + instance()
                                    + element(0x00080016, b"UI", "1"), 0xA900),
    "62 groups 0000 and 0002 inside": (STORE_ID, element(0x00000000, b"UL", b"\xff" * 4) + element(0x00020010, b"UI", "1.2")
                                       + instance(), STORED),
    "62 a group length that lies": (STORE_ID, element(0x00080000, b"UL", b"\xff" * 4) + instance(), STORED),
    "62 loose items": (STORE_ID, instance() + b"\xfe\xff\x00\xe0\0\0\0\0" * 10, UNREADABLE),
    "63 not deflated": (DEFLATED_ID, instance(), UNREADABLE),
    "63 a deflated stream that ends early": (DEFLATED_ID, deflated(instance(element(0x00091010, b"OB", bytes(90_000))))[:60],
                                             UNREADABLE),
    "63 implicit where explicit was agreed": (STORE_ID, implicit(instance()), STORED),
    "63 explicit where implicit was agreed": (IMPLICIT_STORE_ID, instance(), STORED),
    "63 little where big endian was agreed": (BIG_ENDIAN_ID, instance(), STORED),
    "63 big endian": (BIG_ENDIAN_ID, swapped(instance()), STORED),
    "64 a character set that does not exist": (STORE_ID, instance(element(0x00080005, b"CS", "KLINGON"),
                                                                  element(0x00100010, b"PN", b"\xff\xfe^\x80")), STORED),
    "64 an escape that is never ended": (STORE_ID, instance(element(0x00080005, b"CS", "\\ISO 2022 IR 87"),
                                                            element(0x00100010, b"PN", b"Yamada^\x1b$B")), STORED),
    "64 a name of 60 KB": (STORE_ID, instance(element(0x00100010, b"PN", "Aé^" * 15_000)), STORED),
    "64 a name with ten components and markup": (STORE_ID, instance(element(
        0x00100010, b"PN", "=cmd|'/c calc'!A1^<script>^{{7*7}}^\u202egnp^\0^a^b^c^d^e==x=y")), STORED),
    "64 a lone surrogate": (STORE_ID, instance(element(0x00080005, b"CS", "ISO_IR 192"),
                                               element(0x00100010, b"PN", b"a\xed\xa0\x80b")), STORED),
    "65 numbers that are none": (STORE_ID, instance(element(0x00200013, b"IS", "1e99999"), element(0x00200011, b"IS", "9" * 5000),
                                                    element(0x00180050, b"DS", "NaN"),
                                                    element(0x00181151, b"DS", "1" * 40)), STORED),
    "65 a number of 10 MB": (STORE_ID, instance(element(0x00091010, b"UT", "9" * 10_000_000)), STORED),
    "72 a private sequence as UN of open length": (STORE_ID, instance(element(
        0x00091010, b"UN", items(struct.pack("<HHI", 9, 0x1011, UNDEFINED) + items(b"") + SEQUENCE_END) + SEQUENCE_END, UNDEFINED,
    )), STORED),
    "73 dates that are none": (STORE_ID, instance(element(0x00080020, b"DA", "00000000"), element(0x00080030, b"TM", "999999.9"),
                                                  element(0x00100030, b"DA", "99999999"), element(0x00101010, b"AS", "-01Y"),
                                                  element(0x00080201, b"SH", "+9999")), STORED),
    "74 nothing": (STORE_ID, b"", INCOMPLETE),
    "74 two bytes": (STORE_ID, b"\x08\x00", UNREADABLE),
    "75 a PDF that opens itself": (STORE_ID, instance(element(0x00420011, b"OB", b"%PDF-1.7 /OpenAction /JavaScript (alert(1))"),
                                                      element(0x00420012, b"LO", "application/pdf")), STORED),
    "75 a report that refers to itself": (STORE_ID, instance(element(0x0040A730, b"SQ", items(
        element(0x0040DB73, b"UL", struct.pack("<III", 1, 1, 1)), undefined=False))), STORED),
}  # fmt: skip


@pytest.mark.parametrize(("number", "raw", "status"), CASES.values(), ids=CASES)
def test_a_data_set_that_lies_is_refused_with_the_reason_or_kept_bit_for_bit(sender, archive, number, raw, status):
    before = len(stored_files(archive))
    answer = sender.store(raw, UID, number)
    assert f"{answer.status:04X}" == f"{status:04X}", answer.error_comment
    if status:
        assert answer.error_comment
        assert len(stored_files(archive)) == before
    else:
        assert kept(archive, raw)


def test_group_63_a_deflate_bomb_is_stopped_and_an_echo_does_not_wait_for_it(sender, archive):
    """A megabyte that inflates to a gigabyte."""
    pressing = zlib.compressobj(9, wbits=-15)
    head = pressing.compress(element(0x00080008, b"OB", b"", 0xFFFFFFF0)) + pressing.flush(zlib.Z_FULL_FLUSH)
    zeros = pressing.compress(bytes(16 * MIB)) + pressing.flush(zlib.Z_FULL_FLUSH)
    raw = head + zeros * (INFLATE_BYTES_MAX // (16 * MIB) + 1) + pressing.flush()
    assert len(raw) < 2 * MIB
    sender.send(message(DEFLATED_ID, store_command(UID), raw))
    taken = sorted(echo_seconds(archive.port) for _ in range(20))
    answer = sender.final()
    assert answer.status == UNREADABLE
    assert "inflates to more than" in answer.error_comment
    assert taken[-4] < ECHO_SECONDS, f"{[round(one * 1000) for one in taken]} ms"


def test_group_74_one_uid_for_many_contents_keeps_every_content_once(sender, archive):
    patients = [element(0x00100020, b"LO", f"P{number}") for number in range(30)]
    contents = [data_set("1.2.74.1.1", one, study=f"1.2.74.{at % 3}", series="1.2.74.9") for at, one in enumerate(patients)]
    for raw in contents * 2:
        assert sender.store(raw, "1.2.74.1.1").status == 0
    files = stored_files(archive)
    assert all(sum(file.endswith(raw) for file in files) == 1 for raw in contents)


def test_group_74_an_instance_larger_than_the_disk_is_meant_to_hold_is_left_without_a_trace(sender, archive):
    """The sender promises 4 GiB and leaves after some megabytes."""
    raw = instance() + element(0x7FE00010, b"OW", b"", 0xFFFFFFFE) + bytes(8 * MIB)
    before = sum(map(len, stored_files(archive)))
    with Peer(archive.port) as peer:
        peer.associate()
        peer.send(message(STORE_ID, store_command("1.2.74.2"), raw)[:-1000])
        peer.reset()
    wait_until(lambda: sum(map(len, stored_files(archive))) == before, "something of it is left")


def test_a_good_study_survives_all_of_it(sender, archive):
    """Among all that was thrown at this archive, images are kept and come back bit for bit."""
    for dataset in ct_series(1, slices=3, side_pixels=64):
        pixels = dataset.PixelData
        uid = dataset.SOPInstanceUID
        raw = data_set(uid, study="1.2.99", series="1.2.99.1", pixels=pixels)
        assert sender.store(raw, uid).status == 0
        assert kept(archive, raw)
    assert len(archive.instances("1.2.99")) == 3
