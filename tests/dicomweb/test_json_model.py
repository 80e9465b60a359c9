"""The DICOM JSON Model: held to pydicom's on every file there is, to PS3.18 F by hand, and never led astray by bytes."""

import base64
import json
import random
import struct
import tracemalloc
import zlib
from io import BytesIO
from pathlib import Path

import data_store
import pydicom
import pydicom.data
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from tests.dicomweb.written_sets import (
    BIG,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    ITEM,
    JPEG,
    SEQUENCE_END,
    UNDEFINED,
    explicit,
    fragments,
    implicit,
    item,
    sequence,
)

from isocenter.base import limits
from isocenter.base.errors import LocalError, UnreadableDataset
from isocenter.dataset import deflated
from isocenter.dataset.part10 import read_header
from isocenter.dicomweb import json_model as room

URI = "http://here/dicom-web/studies/1/series/2/instances/3/bulkdata/{path}"
FOLDERS = (
    Path(pydicom.data.__file__).parent / "test_files",
    Path(pydicom.data.__file__).parent / "charset_files",
    Path(data_store.__file__).parent / "data",
)
WG_04 = Path(__file__).parents[3] / "shared" / "data" / "wg04"
PIXELS = ("7FE00008", "7FE00009", "7FE00010")
INLINE = limits.INLINE_BINARY_BYTES_MAX // 3 * 4 + 4
"""The same limit as pydicom counts it, in characters of Base64."""

CUT_OFF = {
    "DICOMDIR-nooffset": "an item says more bytes than there are; pydicom gives what is left without a word",
    "rtplan_truncated.dcm": "the file ends inside a sequence; pydicom leaves it out without a word",
}
FAULTS_OF_PYDICOM = {
    "badVR.dcm": "raises ValueError for an IS that is no number, where the text itself may stand",
    "emri_small_jpeg_2k_lossless_too_short.dcm": "gives an empty data set where only the pixels are cut off",
}
WORDS_NOT_SWAPPED = {"OBXXXX1A_expb.dcm", "OBXXXX1A_expb_2frame.dcm"}
"""pydicom leaves the words of OW in the order of the file, where JSON has none to tell it by: PS3.18 8.7.3.1 says little endian."""


def _is_dicom(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


def files(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file() and _is_dicom(path))


def model(data: bytes, syntax: str = EXPLICIT) -> dict:
    return json.loads(room.metadata(data, syntax, URI))


def alike(attributes: dict) -> dict:
    """Both models with what PS3.18 leaves open or pydicom gets wrong in general made the same.

    pydicom keeps padding inside texts and group lengths, and writes empty values and name groups as empty texts instead of null and
    nothing (F.2.5, F.2.2).
    """
    found = {}
    for tag, attribute in attributes.items():
        if tag.endswith("0000"):
            continue
        make = alike if attribute["vr"] == "SQ" else _plain
        values = [make(one) for one in attribute.get("Value", [])]
        rest = {name: value for name, value in attribute.items() if name != "Value"}
        found[tag] = rest | ({"Value": values} if values not in ([], [None]) else {})
    return found


def _plain(value):
    if isinstance(value, str):
        return value.strip(" \0") or None
    if isinstance(value, dict):
        return {group: part.rstrip(" ") for group, part in value.items() if part.strip(" ")} or None
    return "NaN" if value != value else value


def without_pixels(attributes: dict) -> dict:
    """Ours stand elsewhere always, pydicom's only above the limit: that they are there, and as what, is compared all the same."""
    found = {}
    for tag, attribute in attributes.items():
        attribute = dict(attribute)
        if attribute["vr"] == "SQ":
            attribute["Value"] = [without_pixels(one) for one in attribute.get("Value", [])]
        elif tag in PIXELS or "BulkDataURI" in attribute:
            attribute = {"vr": attribute["vr"], "elsewhere": True}
        found[tag] = attribute
    return found


def held_to_pydicom(path: Path) -> None:
    raw = path.read_bytes()
    head = read_header(raw)
    data = raw[head.dataset_offset :]
    if path.name in CUT_OFF:
        with pytest.raises(UnreadableDataset, match=r"\d+ bytes"):
            room.metadata(data, head.transfer_syntax, URI)
        return
    ours = model(data, head.transfer_syntax)
    assert list(ours) == sorted(ours)
    if path.name in FAULTS_OF_PYDICOM:
        assert "00080018" in ours or "00100010" in ours
        return
    theirs = pydicom.dcmread(path).to_json_dict(bulk_data_threshold=INLINE, bulk_data_element_handler=lambda _element: "elsewhere")
    theirs = json.loads(json.dumps(theirs))
    if path.name in WORDS_NOT_SWAPPED:
        for tag in ("00281201", "00281202", "00281203"):
            words = base64.b64decode(theirs[tag]["InlineBinary"])
            theirs[tag]["InlineBinary"] = base64.b64encode(bytes(words[i ^ 1] for i in range(len(words)))).decode()
    assert without_pixels(alike(ours)) == without_pixels(alike(theirs))


@pytest.mark.parametrize("path", files(*FOLDERS), ids=lambda path: path.name)
def test_every_file_of_pydicom_is_told_as_pydicom_tells_it(path):
    held_to_pydicom(path)


@pytest.mark.skipif(not WG_04.is_dir(), reason="the images of WG-04 are not here")
def test_every_encoding_of_wg_04_is_told_as_pydicom_tells_it():
    for path in files(WG_04):
        held_to_pydicom(path)


def every_bulk_value(attributes: dict):
    for attribute in attributes.values():
        if "BulkDataURI" in attribute:
            yield attribute["vr"], attribute["BulkDataURI"].removeprefix(URI.removesuffix("{path}"))
        for inner in attribute.get("Value", []) if attribute["vr"] == "SQ" else []:
            yield from every_bulk_value(inner)


@pytest.mark.parametrize("path", [one for one in files(*FOLDERS) if one.name not in CUT_OFF], ids=lambda path: path.name)
def test_every_value_that_stands_elsewhere_is_there(path):
    raw = path.read_bytes()
    head = read_header(raw)
    data = raw[head.dataset_offset :]
    dataset = pydicom.dcmread(path)
    for vr, way in every_bulk_value(model(data, head.transfer_syntax)):
        found = room.element(data, head.transfer_syntax, way)
        *above, last = way.split("/")
        place = dataset
        for tag, number in zip(above[::2], above[1::2], strict=True):
            place = place[int(tag, 16)].value[int(number) - 1]
        if path.name in FAULTS_OF_PYDICOM or int(last, 16) not in place:
            continue
        expected = place[int(last, 16)].value
        if not isinstance(expected, bytes) or vr == "UN":
            continue
        if place[int(last, 16)].is_undefined_length:
            continue  # test_transcode and test_frames know fragments better
        if head.transfer_syntax == BIG and vr == "OW":
            expected = bytes(expected[i ^ 1] for i in range(len(expected)))
        assert found == expected


def test_what_the_standard_prints_is_what_comes_out():
    data = (
        explicit(0x00080000, "UL", struct.pack("<I", 90))
        + explicit(0x00080005, "CS", b"ISO_IR 100")
        + explicit(0x00080008, "CS", b"ORIGINAL\\\\AXIAL ")
        + explicit(0x00080050, "SH", b"")
        + explicit(0x00100010, "PN", b"Buc^J\xe9r\xf4me")
        + explicit(0x00181114, "DS", b"0.010\\+5\\.5\\1.\\007\\ \\abc\\1e999\\-0 ")
        + explicit(0x00200013, "IS", b" 7\\+3\\1.5\\x ")
        + explicit(0x00280009, "AT", struct.pack("<HHHH", 0x18, 0x1063, 0x5200, 0x9230))
        + explicit(0x00280010, "US", struct.pack("<H", 512))
        + explicit(0x00720074, "FD", struct.pack("<4d", 0.1, float("nan"), float("inf"), -float("inf")))
        + explicit(0x00720076, "FL", struct.pack("<f", 0.5))
        + explicit(0x00720082, "SV", struct.pack("<q", -(2**63)))
        + explicit(0x7FE00010, "OW", b"\1\2")
    )
    assert room.metadata(data, EXPLICIT, URI).decode() == (
        '{"00080005":{"vr":"CS","Value":["ISO_IR 100"]},'
        '"00080008":{"vr":"CS","Value":["ORIGINAL",null,"AXIAL"]},'
        '"00080050":{"vr":"SH"},'
        '"00100010":{"vr":"PN","Value":[{"Alphabetic":"Buc^Jérôme"}]},'
        '"00181114":{"vr":"DS","Value":[0.010,5,0.5,1.0,7,null,"abc","1e999",-0]},'
        '"00200013":{"vr":"IS","Value":[7,3,1.5,"x"]},'
        '"00280009":{"vr":"AT","Value":["00181063","52009230"]},'
        '"00280010":{"vr":"US","Value":[512]},'
        '"00720074":{"vr":"FD","Value":[0.1,"NaN","Infinity","-Infinity"]},'
        '"00720076":{"vr":"FL","Value":[0.5]},'
        '"00720082":{"vr":"SV","Value":["-9223372036854775808"]},'
        '"7FE00010":{"vr":"OW","BulkDataURI":"http://here/dicom-web/studies/1/series/2/instances/3/bulkdata/7FE00010"}}'
    )


def test_names_have_only_the_groups_that_they_have():
    names = "Wang^XiaoDong=王^小東\\=王^小東=ワン\\=\\Yamada^Tarou==やまだ".encode()
    found = model(explicit(0x00080005, "CS", b"ISO_IR 192") + explicit(0x00100010, "PN", names))["00100010"]["Value"]
    assert found == [
        {"Alphabetic": "Wang^XiaoDong", "Ideographic": "王^小東"},
        {"Ideographic": "王^小東", "Phonetic": "ワン"},
        None,
        {"Alphabetic": "Yamada^Tarou", "Phonetic": "やまだ"},
    ]


texts = st.text(st.characters(codec="utf-8", exclude_characters="\\\x1b"), max_size=20)


@given(st.lists(texts, max_size=4), st.sampled_from(["LO", "SH", "UC"]))
def test_whatever_text_is_stored_is_valid_json_and_the_same_text(values, vr):
    value = "\\".join(values).encode()
    value += b" " * (len(value) % 2)
    found = model(explicit(0x00080005, "CS", b"ISO_IR 192") + explicit(0x00091001, vr, value)).get("00091001")
    wanted = [text.strip(" \0") or None for text in values]
    assert found.get("Value", []) == ([] if wanted in ([], [None]) else wanted)


@given(st.binary(max_size=60), st.sampled_from(["AE", "CS", "DS", "FD", "IS", "LT", "OB", "OF", "PN", "SV", "UN", "UR", "US"]))
def test_whatever_bytes_are_stored_are_valid_json_of_that_vr(value, vr):
    attribute = model(explicit(0x00091001, vr, value))["00091001"]
    assert attribute["vr"] == vr
    assert attribute.keys() <= {"vr", "Value", "InlineBinary"}
    if vr in ("OB", "OF", "UN"):
        assert base64.b64decode(attribute.get("InlineBinary", "")) == value


leaves = st.sampled_from(
    [
        explicit(0x00080060, "CS", b"CT"),
        explicit(0x00091002, "UN", b"x" * 7),
        explicit(0x00091010, "OB", bytes(2000)),
    ]
)
nested = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda parts, defined: sequence(0x00081140, *(item(b"".join(one), defined=flag) for one, flag in parts), defined=defined),
        st.lists(st.tuples(st.lists(inner, max_size=3), st.booleans()), max_size=3),
        st.booleans(),
    ),
    max_leaves=12,
)


@given(st.lists(nested, min_size=1, max_size=3))
def test_sequences_of_any_shape_are_told_as_pydicom_tells_them(parts):
    # The first element shows how a data set is written, and a set may hold a tag only once.
    data = explicit(0x00080005, "CS", b"ISO_IR 192") + parts[0]
    ours = model(data)
    theirs = pydicom.dcmread(BytesIO(data), force=True).to_json_dict(INLINE, lambda _element: "elsewhere")
    assert without_pixels(alike(ours)) == without_pixels(alike(json.loads(json.dumps(theirs))))
    for _, way in every_bulk_value(ours):
        assert room.element(data, EXPLICIT, way) == bytes(2000)


def test_every_syntax_tells_the_same():
    dataset = pydicom.dcmread(FOLDERS[0] / "CT_small.dcm")
    told = None
    for syntax in (EXPLICIT, IMPLICIT, DEFLATED, BIG):
        out = BytesIO()
        dataset.save_as(out, implicit_vr=syntax == IMPLICIT, little_endian=syntax != BIG, force_encoding=True, overwrite=True)
        body = out.getvalue()[read_header(out.getvalue()).dataset_offset :]
        if syntax == DEFLATED:
            packer = zlib.compressobj(wbits=-15)
            body = packer.compress(body) + packer.flush()
        found = model(body, syntax)
        told = told or found
        # Private elements of creators that nobody knows have no VR in implicit VR.
        assert {tag: one for tag, one in found.items() if int(tag[3], 16) % 2 == 0} == {
            tag: one for tag, one in told.items() if int(tag[3], 16) % 2 == 0
        }


def test_elements_out_of_order_come_in_order_and_of_two_the_last_counts():
    data = explicit(0x00100020, "LO", b"1 ") + explicit(0x00080060, "CS", b"CT") + explicit(0x00100020, "LO", b"2 ")
    found = model(data)
    assert list(found) == ["00080060", "00100020"]
    assert found["00100020"]["Value"] == ["2"]
    long = explicit(0x00091001, "OB", b"a" * 2000) + explicit(0x00080060, "CS", b"CT") + explicit(0x00091001, "OB", b"b" * 2000)
    assert room.element(long, EXPLICIT, "00091001") == b"b" * 2000


def test_items_inherit_the_character_set_and_the_sign():
    inner = explicit(0x00080104, "LO", b"\xe4 ")
    own = explicit(0x00080005, "CS", b"ISO_IR 192") + explicit(0x00080104, "LO", "ä".encode())
    data = explicit(0x00080005, "CS", b"ISO_IR 100") + sequence(0x00081140, item(inner), item(own))
    assert [one["00080104"]["Value"] for one in model(data)["00081140"]["Value"]] == [["ä"], ["ä"]]
    smallest = implicit(0x00280106, b"\xff\xff")
    signed = implicit(0x00280103, b"\1\0") + implicit(0x00289110, implicit(0xFFFEE000, smallest))
    attribute = model(signed, IMPLICIT)["00289110"]["Value"][0]["00280106"]
    assert attribute == {"vr": "SS", "Value": [-1]}


def test_single_elements_and_items_in_implicit_vr_are_read():
    data = explicit(0x00080060, "CS", b"CT") + implicit(0x00100020, b"ID") + sequence(0x00401001, item(implicit(0x00080060, b"MR")))
    found = model(data)
    assert found["00100020"] == {"vr": "LO", "Value": ["ID"]}
    assert found["00401001"]["Value"] == [{"00080060": {"vr": "CS", "Value": ["MR"]}}]
    assert model(data, IMPLICIT) == model(data, BIG) == found


def test_private_elements_are_known_by_their_creator():
    data = implicit(0x00190010, b"SIEMENS MR HEADER ") + implicit(0x0019100C, b"1000") + implicit(0x0019200C, b"1000")
    found = model(data, IMPLICIT)
    assert found["0019100C"] == {"vr": "IS", "Value": [1000]}
    assert found["0019200C"]["vr"] == "UN"


def test_pixels_stand_elsewhere_at_every_level_and_in_every_form():
    icon = explicit(0x7FE00010, "OB", b"ab")
    data = sequence(0x00880200, item(icon)) + fragments(0x7FE00010, b"first ", b"second")
    found = model(data, JPEG)
    assert found["7FE00010"]["BulkDataURI"].endswith("/bulkdata/7FE00010")
    assert found["00880200"]["Value"][0]["7FE00010"]["BulkDataURI"].endswith("/bulkdata/00880200/1/7FE00010")
    assert room.element(data, JPEG, "00880200/1/7FE00010") == b"ab"
    assert room.element(data, JPEG, "7FE00010") == b"first second"
    assert model(explicit(0x7FE00010, "OW", b""))["7FE00010"] == {"vr": "OW"}


def test_long_numbers_and_texts_stand_elsewhere_and_come_back_in_utf_8_and_little_endian():
    size = limits.INLINE_VALUE_BYTES_MAX
    long = explicit(0x00080005, "CS", b"ISO_IR 100") + explicit(0x0040A160, "UT", b"\xe4" * (size + 2))
    assert model(long)["0040A160"].keys() == {"vr", "BulkDataURI"}
    assert room.element(long, EXPLICIT, "0040A160") == "ä".encode() * (size + 2)
    words = struct.pack(">HH2sHI", 0x9, 0x1001, b"OL", 0, 2000) + struct.pack(">500I", *range(500))
    assert room.element(words, BIG, "00091001") == struct.pack("<500I", *range(500))
    assert model(explicit(0x0040A160, "UT", b"x" * size))["0040A160"]["Value"] == ["x" * size]


def test_the_address_of_what_stands_elsewhere_is_filled_in():
    template = room.bulk_data_uri("/dicom-web/studies/{study}/series/{series}/instances/{instance}/bulkdata/{path}", "1", "2", "3")
    assert template == "/dicom-web/studies/1/series/2/instances/3/bulkdata/{path}"
    data = explicit(0x00091001, "OB", bytes(3000))
    assert b'"BulkDataURI":"a%22b/00091001?x=1"' in room.metadata(data, EXPLICIT, 'a"b/{path}?x=1')


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("00091001", "no .0009,1001."),
        ("00081140/3/00080060", "has no item 3"),
        ("00080060/1/00080060", "is no sequence"),
        ("00081140", "is a sequence"),
        ("00081140/0/00080060", "is no path"),
        ("00081140/1", "is no path"),
        ("../../etc/passwd", "is no path"),
        ("0008006", "is no path"),
        ("00080060\n", "is no path"),
        ("00081140/1/" * 65 + "00080060", "is no path"),
        ("", "is no path"),
    ],
)
def test_a_value_that_is_not_there_is_refused_in_words(path, words):
    data = explicit(0x00080060, "CS", b"CT") + sequence(0x00081140, item(b""), item(b"", defined=False), defined=False)
    with pytest.raises(LocalError, match=words):
        room.element(data, EXPLICIT, path)


def test_a_data_set_cut_anywhere_is_told_or_refused_with_its_place():
    raw = (FOLDERS[0] / "CT_small.dcm").read_bytes()
    data = raw[read_header(raw).dataset_offset :]
    whole = model(data)
    length_of_header = data.index(b"\xe0\x7f\x10\x00OW")
    told, places = 0, set()
    for length in range(length_of_header):
        try:
            found = model(data[:length])
        except UnreadableDataset as error:
            places.add(0 <= error.offset <= length)
        else:
            told += 1
            assert found.items() <= whole.items()
    assert places == {True}
    assert 100 < told < length_of_header // 4
    assert model(data[: length_of_header + 500])["7FE00010"] == whole["7FE00010"]
    assert model(data + bytes(7)) == whole
    with pytest.raises(UnreadableDataset, match="ends inside a tag"):
        model(data + b"\1")


def test_bytes_turned_at_random_never_do_more_than_be_refused():
    raw = (FOLDERS[0] / "nested_priv_SQ.dcm").read_bytes() + (FOLDERS[0] / "CT_small.dcm").read_bytes()[:4000]
    chance = random.Random(3)
    refused = 0
    for syntax in (EXPLICIT, IMPLICIT, BIG, DEFLATED):
        for _ in range(400):
            data = bytearray(raw[chance.randint(0, 4000) : chance.randint(0, len(raw))])
            for _ in range(3):
                if data:
                    data[chance.randrange(len(data))] = chance.randrange(256)
            try:
                json.loads(room.metadata(bytes(data), syntax, URI))
            except UnreadableDataset:
                refused += 1
    assert refused > 100


@pytest.mark.parametrize("defined", [True, False])
def test_deep_nesting_is_bounded_and_costs_no_more_than_its_bytes(defined):
    content = explicit(0x00080060, "CS", b"CT")
    for _ in range(limits.SEQUENCE_DEPTH_MAX):
        content = sequence(0x00081140, item(content, defined=defined), defined=False)
    assert room.metadata(content, EXPLICIT, URI).count(b'"CT"') == 1
    assert room.element(content, EXPLICIT, "00081140/1/" * limits.SEQUENCE_DEPTH_MAX + "00080060") == b"CT"
    with pytest.raises(UnreadableDataset, match="nested deeper than 64"):
        model(sequence(0x00081140, item(content, defined=defined), defined=False))


def test_a_flood_of_elements_or_items_ends(monkeypatch):
    monkeypatch.setattr("isocenter.dicomweb.elements.ELEMENTS_MAX", 50)
    with pytest.raises(UnreadableDataset, match="more than 50 elements"):
        model(explicit(0x00080060, "CS", b"") * 60)
    with pytest.raises(UnreadableDataset, match="more than 50 elements"):
        model(sequence(0x00081140, *[item(b"")] * 60))


def test_more_than_a_header_of_values_is_refused(monkeypatch):
    monkeypatch.setattr(room, "HEADER_BYTES_MAX", 5000)
    with pytest.raises(UnreadableDataset, match="more than 5000 bytes of attributes"):
        model(explicit(0x0040A160, "UT", bytes(900)) * 6)


def test_what_inflates_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(deflated, "INFLATE_BYTES_MAX", 10_000)
    packer = zlib.compressobj(wbits=-15)
    bomb = packer.compress(bytes(10_000_000)) + packer.flush()
    with pytest.raises(UnreadableDataset, match="inflates to more than 10000"):
        room.metadata(bomb, DEFLATED, URI)
    with pytest.raises(UnreadableDataset, match="not deflated"):
        room.element(b"\xff" * 20, DEFLATED, "7FE00010")


def test_a_large_instance_costs_no_memory():
    data = memoryview(explicit(0x00091001, "OB", bytes(8_000_000)) + explicit(0x7FE00010, "OW", bytes(8_000_000)))
    tracemalloc.start()
    try:
        room.metadata(data, EXPLICIT, URI)
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


def test_a_sequence_in_a_value_of_unknown_vr_is_read_and_stays_a_value_where_it_is_none():
    inner = implicit(0x00080100, b"T1")
    good = explicit(0x00081140, "UN", ITEM + struct.pack("<I", len(inner)) + inner)
    assert model(good)["00081140"]["Value"] == [{"00080100": {"vr": "SH", "Value": ["T1"]}}]
    endless = explicit(0x00081140, "UN", ITEM + struct.pack("<I", len(inner)) + inner + SEQUENCE_END, UNDEFINED)
    assert model(endless)["00081140"]["Value"] == [{"00080100": {"vr": "SH", "Value": ["T1"]}}]
    assert model(explicit(0x00081140, "UN", b"no item"))["00081140"]["vr"] == "UN"
    assert "BulkDataURI" in model(explicit(0x00081140, "UN", b"no item" * 400))["00081140"]


def test_what_it_tells_can_be_read_back_by_pydicom():
    dataset = pydicom.dcmread(FOLDERS[0] / "CT_small.dcm")
    raw = (FOLDERS[0] / "CT_small.dcm").read_bytes()
    head = read_header(raw)
    data = raw[head.dataset_offset :]
    told = room.metadata(data, head.transfer_syntax, URI).decode()

    def fetched(uri: str) -> bytes:
        return room.element(data, head.transfer_syntax, uri.removeprefix(URI.removesuffix("{path}")))

    again = Dataset.from_json(told, fetched)
    for element in dataset:
        if element.tag.element:
            assert again[element.tag].value == element.value or str(again[element.tag].value) == str(element.value)
