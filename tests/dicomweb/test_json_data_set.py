import json
import math
import struct
import warnings
from base64 import b64encode
from io import BytesIO

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.data import get_testdata_files
from pydicom.filewriter import dcmwrite

from isocenter.base.errors import UnreadableDataset
from isocenter.dicomweb.json_data_set import Hole, addresses, element_header, encoded, instances, text
from isocenter.dicomweb.json_model import element, metadata
from isocenter.dicomweb.problems import Problem
from isocenter.lab import phantom
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN as EXPLICIT


def no_bulk(address):
    raise AssertionError(f"{address} was asked for")


def written(instance, bulk=no_bulk) -> bytes:
    """An instance without holes, encoded, through JSON text as it travels."""
    (read,) = instances(json.dumps([instance]).encode())
    pieces = encoded(read, bulk)
    assert all(isinstance(piece, bytes) for piece in pieces)
    return b"".join(pieces)


def read(content: bytes) -> pydicom.Dataset:
    return pydicom.dcmread(BytesIO(content), force=True, defer_size=None)


def of_pydicom(data_set: pydicom.Dataset) -> bytes:
    stream = BytesIO()
    dcmwrite(stream, data_set, implicit_vr=False, little_endian=True, enforce_file_format=False)
    return stream.getvalue()


@pytest.mark.parametrize("modality", ["CT", "MR", "US"])
def test_a_data_set_that_we_told_in_json_comes_back_bit_for_bit(modality):
    whole = phantom.data_set_bytes(next(iter(phantom.series(modality, 1))))
    (told,) = instances(metadata(whole, EXPLICIT, "{path}"))
    content = b""
    for piece in encoded(told, no_bulk):
        if isinstance(piece, Hole):
            value = element(whole, EXPLICIT, piece.uri)
            piece = element_header(piece.tag, piece.vr, len(value)) + value
        content += piece
    assert content == whole


def readable_examples():
    names = (
        "CT_small.dcm",
        "MR_small.dcm",
        "rtplan.dcm",
        "rtdose.dcm",
        "reportsi.dcm",
        "liver_1frame.dcm",
        "waveform_ecg.dcm",
    )
    return [path for name in names for path in get_testdata_files(name)[:1]]


@pytest.mark.parametrize("path", readable_examples(), ids=lambda path: path.rpartition("/")[2])
def test_what_pydicom_writes_as_json_is_the_data_set_that_pydicom_reads_from_it(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = pydicom.dcmread(path)
        told = image.to_json_dict(bulk_data_threshold=1 << 30)
        theirs = pydicom.Dataset.from_json(json.dumps(told))
        ours = read(written(told))
        for element in list(theirs):
            if element.tag.element == 0 or element.tag == 0x00080005:
                del theirs[element.tag]
        if "SpecificCharacterSet" in ours:
            del ours.SpecificCharacterSet
        assert of_pydicom(ours) == of_pydicom(theirs)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\\\0", exclude_categories=["Cc"]), max_size=20).map(str.strip)


@given(st.lists(texts, min_size=1, max_size=4))
def test_any_text_is_kept_in_utf_8(values):
    content = written({"00081030": {"vr": "LO", "Value": values}})
    found = read(content)
    joined = "\\".join(values)
    assert found["StudyDescription"].value == (values[0] if len(values) == 1 else values) or not joined.strip("\\ ")
    assert ("SpecificCharacterSet" in found) is not joined.isascii()


@given(st.floats(-1e300, 1e300))
def test_a_decimal_string_fits_and_is_as_near_as_it_can_be(number):
    value = read(written({"00281053": {"vr": "DS", "Value": [number]}}))["RescaleSlope"].value
    assert math.isclose(float(value), number, rel_tol=1e-8, abs_tol=1e-300)


@given(st.sampled_from(["US", "SS", "UL", "SL", "UV", "SV"]), st.integers(-(2**70), 2**70))
def test_a_whole_number_is_kept_or_refused_never_cut(vr, number):
    low, high = {"US": (0, 2**16), "SS": (-(2**15), 2**15), "UL": (0, 2**32), "SL": (-(2**31), 2**31), "UV": (0, 2**64),
                 "SV": (-(2**63), 2**63)}[vr]  # fmt: skip
    if low <= number < high:
        assert read(written({"00091001": {"vr": vr, "Value": [number]}}))[0x00091001].value == number
    else:
        with pytest.raises(UnreadableDataset, match=r"\(0009,1001\)"):
            written({"00091001": {"vr": vr, "Value": [number]}})


@given(st.binary(max_size=50))
def test_inline_binary_is_padded_to_an_even_length(value):
    content = written({"00091001": {"vr": "OB", "InlineBinary": b64encode(value).decode()}})
    assert content == struct.pack("<HH2sHI", 0x0009, 0x1001, b"OB", 0, len(value) + len(value) % 2) + value + b"\0" * (
        len(value) % 2
    )


names = st.sampled_from(["vr", "Value", "InlineBinary", "BulkDataURI", "00080005", "Alphabetic", "x"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["SQ", "PN", "DS", "US", "OB", "AT", "e", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["00080005", "00100010", "7FE00010", "zzzz", "FFFEE000"]), json_values, max_size=3))
def test_any_json_becomes_bytes_or_an_error_of_the_house(instance):
    try:
        (told,) = instances(json.dumps(instance).encode())
        addresses(told)
        pieces = encoded(told, lambda _: b"")
    except (Problem, UnreadableDataset):
        return
    assert all(isinstance(piece, bytes | Hole) for piece in pieces)


@given(st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_metadata_or_a_problem(content):
    try:
        found = instances(content)
    except Problem:
        return
    assert all(isinstance(one, dict) for one in found)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"[NaN]", "NaN is no JSON"),
        (b'[{"00280010":{"vr":"US","Value":[Infinity]}}]', "Infinity is no JSON"),
        (b"[1]", "no array of JSON objects"),
        (b'"text"', "no array of JSON objects"),
        (b"[]", "no instance"),
        (b"\xef\xbb\xbf[", "not JSON"),
        (b'[{"00080018":{"vr":"UI","Value":["1.2"]}}', "not JSON"),
    ],
)
def test_metadata_that_is_none_is_refused_whole(content, complaint):
    with pytest.raises(Problem, match=complaint):
        instances(content)


@pytest.mark.parametrize(
    ("instance", "complaint"),
    [
        ({"zzzz": {"vr": "LO"}}, '"zzzz" is not a tag'),
        ({"0010001": {"vr": "LO"}}, '"0010001" is not a tag'),
        ({"__proto__": {"vr": "LO"}}, "is not a tag"),
        ({"0010abcd": {"vr": "LO"}, "0010ABCD": {"vr": "LO"}}, r"\(0010,ABCD\) is there twice"),
        ({"FFFEE00D": {"vr": "UL"}}, "is no element"),
        ({"00100010": []}, r"\(0010,0010\) has no VR"),
        ({"00100010": {"Value": ["x"]}}, "has no VR"),
        ({"00100010": {"vr": "pn"}}, "has no VR"),
        ({"00100010": {"vr": "PN", "Value": {}}}, "a Value that is no array"),
        ({"00100010": {"vr": "PN", "Value": [{"Alphabetic": 1}]}}, "groups are no texts"),
        ({"00100010": {"vr": ["PN"], "Value": []}}, "has no VR"),
        ({"00100010": {"vr": "PN", "Value": [{"Alphabetic": []}]}}, "groups are no texts"),
        ({"00100010": {"vr": "PN", "Value": [["x"]]}}, "neither text nor a number"),
        ({"00100010": {"vr": "PN", "Value": ["x"], "InlineBinary": ""}}, "Value and InlineBinary"),
        ({"00281053": {"vr": "DS", "Value": [True]}}, "neither text nor a number"),
        ({"00280010": {"vr": "US", "Value": ["12a"]}}, "no whole number"),
        ({"00280010": {"vr": "US", "Value": [1.5]}}, "no whole number"),
        ({"00280010": {"vr": "US", "Value": [{}]}}, "no number"),
        ({"00280010": {"vr": "US", "Value": [65536]}}, "VR US cannot hold"),
        ({"00200013": {"vr": "IS", "Value": [1.5]}}, "no whole number"),
        ({"00200013": {"vr": "IS", "Value": [1e30]}}, "no whole number"),
        ({"00280010": {"vr": "FD", "Value": ["one"]}}, "no number"),
        ({"00280009": {"vr": "AT", "Value": ["0018106"]}}, "no tag of eight"),
        ({"00080018": {"vr": "UI", "Value": ["1.2.\u00e9"]}}, "a character that the VR UI cannot hold"),
        ({"00081030": {"vr": "LO", "Value": ["\ud800"]}}, "a character that the VR LO cannot hold"),
        ({"00081030": {"vr": "LO", "Value": ["x" * 65535]}}, "more than the VR LO allows"),
        ({"0008103E": {"vr": "LT", "Value": ["x", "y"]}}, "2 values"),
        ({"7FE00010": {"vr": "OW", "Value": [1, 2]}}, "InlineBinary or BulkDataURI"),
        ({"7FE00010": {"vr": "OW", "InlineBinary": "no base 64!"}}, "no Base64"),
        ({"7FE00010": {"vr": "OW", "InlineBinary": {}}}, "InlineBinary that is no text"),
        ({"7FE00010": {"vr": "OW", "BulkDataURI": 7}}, "BulkDataURI that is no text"),
        ({"00081140": {"vr": "SQ", "Value": ["x"]}}, "an item that is no object"),
        ({"00081140": {"vr": "SQ", "Value": [{"00081150": {"vr": "XX"}}]}}, r"\(0008,1150\) has no VR"),
    ],
)
def test_what_cannot_be_written_is_told_with_its_tag(instance, complaint):
    with pytest.raises(UnreadableDataset, match=complaint):
        encoded(instances(json.dumps(instance).encode())[0], no_bulk)


def test_sequences_nested_too_deeply_are_refused():
    instance: dict = {}
    for _ in range(100):
        instance = {"00081140": {"vr": "SQ", "Value": [instance]}}
    with pytest.raises(UnreadableDataset, match="nested deeper than 64 levels"):
        written(instance)


def test_command_elements_file_meta_information_and_group_lengths_are_left_out():
    groups = {"00000002": "UI", "00020010": "UI", "00080000": "UL", "00280000": "UL"}
    assert written({tag: {"vr": vr, "Value": ["1" if vr == "UI" else 1]} for tag, vr in groups.items()}) == b""


def test_elements_leave_in_the_order_of_their_tags():
    found = read(written({"00200013": {"vr": "IS", "Value": [3]}, "00080060": {"vr": "CS", "Value": ["CT"]}}))
    assert [element.keyword for element in found] == ["Modality", "InstanceNumber"]


def test_a_declared_character_set_becomes_that_of_json():
    instance = {
        "00080005": {"vr": "CS", "Value": ["ISO_IR 100"]},
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Müller^Jörg"}]},
    }
    found = read(written(instance))
    assert found.SpecificCharacterSet == "ISO_IR 192"
    assert found.PatientName == "Müller^Jörg"


def test_a_name_keeps_its_groups():
    value = {"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}
    assert read(written({"00100010": {"vr": "PN", "Value": [value]}})).PatientName == "Yamada^Tarou=山田^太郎=やまだ^たろう"
    assert read(written({"00100010": {"vr": "PN", "Value": [{"Phonetic": "x"}]}})).PatientName == "==x"


def test_what_javascript_and_others_write_is_understood():
    found = read(written({"00200013": {"vr": "IS", "Value": [3.0, None]}, "00201041": {"vr": "DS", "Value": ["-7.50", 1]}}))
    assert found["InstanceNumber"].value == [3, ""]
    assert [str(value) for value in found["SliceLocation"].value] == ["-7.50", "1"]
    name = read(written({"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Doe", "Ideographic": None}]}})).PatientName
    assert name == "Doe"


def test_an_item_with_accents_declares_its_character_set_where_nothing_around_it_does():
    inside = {"0008103E": {"vr": "LO", "Value": ["Schädel"]}}
    found = read(written({"00081140": {"vr": "SQ", "Value": [inside, None]}, "00100020": {"vr": "LO", "Value": ["7"]}}))
    assert "SpecificCharacterSet" not in found
    assert found.ReferencedImageSequence[0].SeriesDescription == "Schädel"
    assert len(found.ReferencedImageSequence[1]) == 0


def test_bulk_data_of_the_top_level_is_a_hole_and_inside_a_sequence_it_is_asked_for():
    instance = {
        "00080018": {"vr": "UI", "Value": ["1.2"]},
        "00420011": {"vr": "OB", "BulkDataURI": "pdf"},
        "54000100": {"vr": "SQ", "Value": [{"54001010": {"vr": "OW", "BulkDataURI": ["wave"]}}]},
    }
    assert sorted(addresses(instance)) == ["pdf", "wave"]
    pieces = encoded(instance, {"wave": b"\1\2\3"}.__getitem__)
    assert pieces[1] == Hole(0x00420011, "OB", "pdf")
    assert isinstance(pieces[2], bytes)
    assert pieces[2].endswith(b"\1\2\3\0")


def test_the_first_value_of_an_element_is_told_as_text():
    (instance,) = instances(
        b'{"00280008":{"vr":"IS","Value":[ 12 ]},"00080018":{"vr":"UI","Value":["1.2 "]},"00080016":{"vr":"UI"}}'
    )
    assert text(instance, 0x00280008) == "12"
    assert text(instance, 0x00080018) == "1.2"
    assert text(instance, 0x00080016) == text(instance, 0x00100010) == ""
    assert text({"00080018": {"vr": "UI", "Value": {}}}, 0x00080018) == ""


@pytest.mark.parametrize(("vr", "length"), [("CS", 0xFFFF), ("OB", 0x100000000)])
def test_a_length_that_a_vr_cannot_say_is_refused(vr, length):
    with pytest.raises(UnreadableDataset, match="more than"):
        element_header(0x00091001, vr, length)
