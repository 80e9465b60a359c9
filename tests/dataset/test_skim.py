"""Skim: reads what pydicom reads, however the bytes are cut; names what is wrong and where; is never made to keep or to recurse."""

import random
import struct
import zlib
from io import BytesIO

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataelem import RawDataElement
from pydicom.multival import MultiValue
from tests.dicomweb.written_sets import (
    BIG,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    ITEM,
    ITEM_END,
    SEQUENCE_END,
    UNDEFINED,
    explicit,
    implicit,
    item,
)

from isocenter.base import limits
from isocenter.base.errors import UnreadableDataset
from isocenter.dataset import skim as room
from isocenter.dataset.part10 import read_header
from isocenter.dataset.skim import Skim
from isocenter.model.attributes import RECEIVED_TAGS

STUDY_UID, SERIES_UID, PATIENT_ID, ROWS = 0x0020000D, 0x0020000E, 0x00100020, 0x00280010


def skimmed(data: bytes, syntax: str = EXPLICIT, wanted=RECEIVED_TAGS, steps: list[int] | None = None) -> Skim:
    skim = Skim(syntax, wanted)
    position = 0
    for step in [*(steps or []), len(data)]:
        room_lent = bytearray(data[position : position + step])
        view = memoryview(room_lent)
        done = skim.feed(view)
        view.release()
        room_lent[:] = b"\xee" * len(room_lent)
        position += step
        if done:
            break
    skim.finish()
    return skim


def raw_values(dataset: pydicom.Dataset) -> dict[int, bytes]:
    found = {tag: dataset.get_item(tag, keep_deferred=True) for tag in RECEIVED_TAGS if tag in dataset}
    raw = {tag: element.value or b"" for tag, element in found.items() if isinstance(element, RawDataElement)}
    # The character set alone is converted while pydicom reads; these characters are ASCII, so it is easily put back.
    assert found.keys() - raw.keys() <= {0x00080005}
    if 0x00080005 in found and 0x00080005 not in raw:
        terms = found[0x00080005].value
        text = ("\\".join(terms) if isinstance(terms, MultiValue) else terms or "").encode("ascii")
        raw[0x00080005] = text + b" " * (len(text) & 1)
    return raw


def test_every_file_is_read_as_pydicom_reads_it_however_it_is_cut(dicom_file):
    raw = dicom_file.read_bytes()
    head = read_header(raw)
    data = raw[head.dataset_offset :]
    try:
        theirs = raw_values(pydicom.dcmread(dicom_file, stop_before_pixels=True))
    except Exception as error:  # pydicom's own refusals are of every kind
        pytest.skip(f"pydicom cannot read it: {error}")
    assert skimmed(data, head.transfer_syntax).values == theirs
    chance = random.Random(dicom_file.name)
    for longest in (20, 3000):
        steps = [chance.randint(0, longest) for _ in range(20_000 // longest + 100)]
        assert skimmed(data, head.transfer_syntax, steps=steps).values == theirs
    if len(data) < 20_000:
        assert skimmed(data, head.transfer_syntax, steps=[1] * len(data)).values == theirs


def test_a_file_of_every_syntax_reads_the_same(ct_small):
    dataset = pydicom.dcmread(BytesIO(ct_small))
    texts = None
    for syntax in (IMPLICIT, EXPLICIT, DEFLATED, BIG):
        out = BytesIO()
        dataset.save_as(out, implicit_vr=syntax == IMPLICIT, little_endian=syntax != BIG, force_encoding=True, overwrite=True)
        body = out.getvalue()[read_header(out.getvalue()).dataset_offset :]
        if syntax == DEFLATED:
            packer = zlib.compressobj(wbits=-15)
            body = packer.compress(body) + packer.flush()
        skim = skimmed(body, syntax, steps=[100] * 20)
        found = {tag: skim.text(tag) for tag in RECEIVED_TAGS}
        assert skim.mismatch == ""
        assert found[ROWS] == "128"
        assert texts in (None, found)
        texts = found


UIDS = explicit(STUDY_UID, "UI", b"1.2\0") + explicit(SERIES_UID, "UI", b"1.3\0")
NESTED = explicit(0x00081140, "SQ", b"", UNDEFINED) + ITEM + struct.pack("<I", UNDEFINED)
leaves = st.sampled_from(
    [
        explicit(STUDY_UID, "UI", b"9.9\0"),
        explicit(0x00091001, "OB", bytes(30)),
        explicit(0x00091002, "UN", b"x" * 7),
        explicit(0x00080060, "CS", b""),
    ]
)


def as_sequence(items: list[tuple[list[bytes], bool]], defined: bool, vr: str = "SQ") -> bytes:
    content = b"".join(item(b"".join(parts), defined=item_defined) for parts, item_defined in items)
    if defined:
        return explicit(0x00081140, "SQ", content)
    return explicit(0x00081140, vr, content + SEQUENCE_END, UNDEFINED)


sequences = st.recursive(
    leaves,
    lambda inner: st.builds(
        as_sequence, st.lists(st.tuples(st.lists(inner, max_size=3), st.booleans()), max_size=3), st.booleans()
    ),
    max_leaves=15,
)


@given(st.lists(sequences, max_size=3), st.lists(st.integers(0, 40), max_size=20))
def test_nothing_in_sequences_is_taken_for_the_top_level(parts, steps):
    skim = skimmed(b"".join(parts).replace(b"9.9\0", b"8.8\0") + UIDS, steps=steps)
    assert (skim.text(STUDY_UID), skim.text(SERIES_UID)) == ("1.2", "1.3")


def test_it_stops_at_the_first_element_after_the_last_wanted():
    skim = Skim(EXPLICIT, {PATIENT_ID})
    assert skim.feed(explicit(PATIENT_ID, "LO", b"ID") + explicit(0x00101000, "LO", b"", 0xFFFF))
    assert skim.feed(b"anything at all")
    skim.finish()
    assert skim.text(PATIENT_ID) == "ID"


def test_elements_out_of_order_are_found_up_to_the_pixels():
    skim = Skim(EXPLICIT, RECEIVED_TAGS)
    assert not skim.feed(explicit(PATIENT_ID, "LO", b"ID") + explicit(0x00080060, "CS", b"CT"))
    assert not skim.feed(explicit(0x00420010, "ST", b"beyond") + UIDS)
    assert skim.feed(explicit(0x7FE00010, "OW", b"", UNDEFINED))
    assert (skim.text(0x00080060), skim.text(STUDY_UID)) == ("CT", "1.2")


def test_of_an_element_that_comes_twice_the_last_counts():
    data = explicit(PATIENT_ID, "LO", b"1 ") + explicit(PATIENT_ID, "LO", b"2 ")
    assert skimmed(data).text(PATIENT_ID) == "2"


def test_encapsulated_values_before_the_pixels_are_walked():
    fragments = explicit(0x00091010, "OB", ITEM + struct.pack("<I", 4) + b"data" + SEQUENCE_END, UNDEFINED)
    assert skimmed(fragments + UIDS).text(STUDY_UID) == "1.2"


def test_unknown_values_of_undefined_length_are_implicit_inside():
    content = implicit(STUDY_UID, b"9.9\0") + implicit(0x00091140, ITEM + struct.pack("<I", 0), UNDEFINED) + SEQUENCE_END
    data = explicit(0x00091010, "UN", item(content, defined=False) + SEQUENCE_END, UNDEFINED) + UIDS
    assert skimmed(data).text(STUDY_UID) == "1.2"
    assert skimmed(data, steps=[1] * len(data)).text(STUDY_UID) == "1.2"


def test_unknown_values_in_big_endian_are_little_endian_inside():
    content = item(implicit(STUDY_UID, b"9.9\0"), defined=False) + SEQUENCE_END
    data = b"\0\x09\x10\x10UN\0\0\xff\xff\xff\xff" + content + b"\0\x20\0\x0dUI\0\x041.2\0"
    assert skimmed(data, BIG).text(STUDY_UID) == "1.2"


def test_single_elements_in_implicit_vr_are_read():
    assert skimmed(explicit(0x00080060, "CS", b"CT") + implicit(PATIENT_ID, b"ID") + UIDS).text(PATIENT_ID) == "ID"


@pytest.mark.parametrize(
    ("declared", "data", "words"),
    [
        (IMPLICIT, explicit(PATIENT_ID, "LO", b"ID"), "written in Explicit VR Little"),
        (EXPLICIT, implicit(PATIENT_ID, b"ID"), "written in Implicit VR Little"),
        (EXPLICIT, b"\0\x10\0\x20LO\0\2ID", "written in Explicit VR Big"),
        (BIG, explicit(PATIENT_ID, "LO", b"ID"), "written in Explicit VR Little"),
    ],
)
def test_a_data_set_in_another_syntax_than_declared_is_read_and_told(declared, data, words):
    skim = skimmed(data, declared)
    assert skim.text(PATIENT_ID) == "ID"
    assert words in skim.mismatch


def test_a_long_value_is_cut_and_the_rest_stepped_over():
    skim = skimmed(explicit(PATIENT_ID, "UT", b"x" * 100_000) + UIDS, steps=[7, 9000])
    assert skim.values[PATIENT_ID] == b"x" * limits.INDEXED_VALUE_BYTES_MAX
    assert skim.text(STUDY_UID) == "1.2"


def test_long_private_values_are_never_held():
    skim = Skim(EXPLICIT, RECEIVED_TAGS)
    skim.feed(explicit(0x00091010, "OB", b"", 0x7FFFFFF0))
    for _ in range(50):
        skim.feed(bytes(100_000))
        assert len(skim._pending) == 0
    with pytest.raises(UnreadableDataset, match=r"inside \(0009,1010\), 2142483632 bytes short"):
        skim.finish()


def test_a_data_set_cut_anywhere_is_unreadable_with_its_offset_or_complete(ct_small):
    data = ct_small[read_header(ct_small).dataset_offset :]
    whole = skimmed(data)
    edges = set()
    for length in range(len(data) - 32_768):
        skim = Skim(EXPLICIT, RECEIVED_TAGS)
        skim.feed(data[:length])
        try:
            skim.finish()
        except UnreadableDataset as error:
            assert error.offset == length  # noqa: PT017 - most lengths raise
            continue
        assert skim.values.items() <= whole.values.items()
        edges.add(length)
    assert 0 in edges
    assert len(edges) > 100


def test_padding_of_zeros_at_the_end_is_tolerated():
    assert skimmed(UIDS + bytes(6)).text(SERIES_UID) == "1.3"


def deep(levels: int) -> bytes:
    return NESTED * levels + (ITEM_END + SEQUENCE_END) * levels + UIDS


def test_sequences_nest_up_to_the_bound_and_no_deeper():
    assert skimmed(deep(limits.SEQUENCE_DEPTH_MAX)).text(STUDY_UID) == "1.2"
    for levels in (limits.SEQUENCE_DEPTH_MAX + 1, 100_000):
        with pytest.raises(UnreadableDataset, match="nested deeper") as raised:
            skimmed(deep(levels))
        assert raised.value.offset == limits.SEQUENCE_DEPTH_MAX * len(NESTED)


@pytest.mark.parametrize(
    ("data", "words", "offset"),
    [
        (NESTED, "without its delimiter", 20),
        (NESTED + ITEM_END, "without its delimiter", 28),
        (NESTED + SEQUENCE_END, r"\(FFFE,E0DD\) at byte 20 is no item", 20),
        (explicit(0x00081140, "SQ", UIDS, UNDEFINED), r"\(0020,000D\) at byte 12 is no item or delimiter.* in \(0008,1140\)", 12),
        (UIDS + ITEM + bytes(4), r"\(FFFE,E000\) at byte 24 is outside of any sequence", 24),
        (UIDS + b"\x10\0", "inside a tag", 26),
        (explicit(PATIENT_ID, "LO", b"ID", 40), r"inside the element at byte 0", 10),
        (b"\1", "inside a tag", 1),
    ],
)
def test_what_is_wrong_is_named_with_its_place(data, words, offset):
    with pytest.raises(UnreadableDataset, match=words) as raised:
        skimmed(data)
    assert raised.value.offset == offset


def test_stray_delimiters_are_stepped_over():
    assert skimmed(explicit(0x00080060, "CS", b"CT") + SEQUENCE_END + ITEM_END + UIDS).text(STUDY_UID) == "1.2"


def test_what_is_not_deflated_is_named():
    with pytest.raises(UnreadableDataset, match="not deflated"):
        skimmed(b"\xff" * 100, DEFLATED)
    packed = zlib.compress(explicit(0x00091010, "OB", bytes(200)), wbits=-15)
    with pytest.raises(UnreadableDataset, match="before its stream does"):
        skimmed(packed[:-3], DEFLATED)


def test_a_deflate_bomb_is_stopped_at_its_bound(monkeypatch):
    monkeypatch.setattr(room, "INFLATE_BYTES_MAX", 1_000_000)
    packed = zlib.compress(explicit(0x00091010, "OB", b"", 0xFFFFFFF0) + bytes(20_000_000), wbits=-15)
    with pytest.raises(UnreadableDataset, match="inflates to more than 1000000"):
        skimmed(packed, DEFLATED)


def test_too_many_elements_are_refused(monkeypatch):
    monkeypatch.setattr(room, "ELEMENTS_MAX", 1000)
    for data in (explicit(0x00080060, "CS", b"") * 3000, explicit(0x00081140, "SQ", item(b"") * 3000, UNDEFINED)):
        with pytest.raises(UnreadableDataset, match="more than 1000 elements"):
            skimmed(data)


def test_it_gives_up_on_a_header_without_end(monkeypatch):
    monkeypatch.setattr(room, "HEADER_BYTES_MAX", 100_000)
    skim = Skim(EXPLICIT, RECEIVED_TAGS)
    assert skim.feed(explicit(0x00080060, "CS", b"CT") * 20_000)


@given(st.binary(max_size=300), st.sampled_from([IMPLICIT, EXPLICIT, BIG, DEFLATED]), st.lists(st.integers(0, 20), max_size=20))
def test_any_bytes_are_values_or_unreadable_and_cutting_changes_nothing(garbage, syntax, steps):
    outcomes = []
    for cuts in ([], steps):
        try:
            outcomes.append(skimmed(UIDS[:12] + garbage if syntax == EXPLICIT else garbage, syntax, steps=cuts).values)
        except UnreadableDataset as error:
            outcomes.append((str(error), error.offset))
    assert outcomes[0] == outcomes[1]


def test_texts_are_decoded_by_the_character_set_and_numbers_written_out():
    data = (
        explicit(0x00080005, "CS", b"ISO_IR 100") + explicit(0x00080008, "CS", b"ORIGINAL \\PRIMARY ")
        + explicit(0x00100010, "PN", b"M\xfcller ") + explicit(ROWS, "US", b"\0\2")
    )  # fmt: skip
    skim = skimmed(data)
    assert skim.text(0x00100010) == "Müller"
    assert skim.text(0x00080008) == "ORIGINAL\\PRIMARY"
    assert skim.text(ROWS) == "512"
    assert skim.text(STUDY_UID) == ""
