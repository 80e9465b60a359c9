"""JSON without patients: what is hidden, what stays, and that nothing hidden is left in another shape."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.dicomweb.masking import Mask
from isocenter.standard.patient import BEYOND, says_who

MASK = Mask(7)
NAME = "ZZMARKER^SECRET"


def hidden(words: Any) -> Any:
    return MASK.masked(words)


def test_a_name_becomes_a_token_and_the_same_name_the_same():
    first = hidden({"00100010": {"vr": "PN", "Value": [{"Alphabetic": NAME}]}})
    again = hidden([{"00100010": {"vr": "PN", "Value": [{"Alphabetic": NAME}]}}])[0]
    other = hidden({"00100010": {"vr": "PN", "Value": [{"Alphabetic": "OTHER"}]}})
    assert first == again != other
    assert first["00100010"]["Value"][0]["Alphabetic"].startswith("HIDDEN-")


def test_another_process_has_other_tokens():
    assert Mask(1).token(NAME) != Mask(2).token(NAME)


def test_a_birth_date_has_no_token_and_sex_and_age_stay():
    words = {
        "00100030": {"vr": "DA", "Value": ["19010203"]},
        "00100040": {"vr": "CS", "Value": ["F"]},
        "00101010": {"vr": "AS", "Value": ["061Y"]},
    }
    assert hidden(words) == words | {"00100030": {"vr": "DA"}}


def test_it_is_found_in_every_depth_of_sequences():
    words: Any = {"00100020": {"vr": "LO", "Value": [NAME]}}
    for _ in range(40):
        words = {"04000561": {"vr": "SQ", "Value": [words]}}
    assert NAME not in json.dumps(hidden(words))


@pytest.mark.parametrize(
    "words",
    [
        {"patient_name": NAME, "patient_id": [NAME]},
        {"studies": [{"accession_number": NAME}]},
        {"PatientName": NAME, "OtherPatientIDs": {"a": NAME}},
        {"keyword": "PatientID", "kept": NAME, "arriving": NAME},
        {"tag": "00100010", "path": "00100010", "vr": "PN", "keyword": "PatientName", "name": "Patient's Name", "value": NAME},
        {"00091001": {"vr": "LO", "Value": [NAME]}},
        {"00101002": {"vr": "SQ", "Value": [{"00080100": {"vr": "SH", "Value": [NAME]}}]}},
        {"00104000": {"vr": "LT", "BulkDataURI": NAME}},
        {"00100020": {"vr": "LO", "InlineBinary": NAME}},
        {"0040A160": {"vr": "UT", "Value": [f"The patient {NAME} was seen"]}},
    ],
)
def test_a_patient_is_hidden_in_whatever_shape_it_is_told(words):
    assert NAME not in json.dumps(hidden(words))


def test_what_names_nobody_is_left_as_it_is():
    words = {
        "00080060": {"vr": "CS", "Value": ["CT"]},
        "00081090": {"vr": "LO", "Value": ["HiSpeed"]},
        "nodes": [{"name": "ct-2", "aet": "CT_2", "port": 104, "enabled": True, "ratio": 1.5, "note": None}],
        "keyword": "SliceThickness",
        "value": "4.0",
    }
    assert hidden(words) == words


def test_an_empty_value_stays_empty():
    assert hidden({"patient_id": "", "00100020": {"vr": "LO"}}) == {"patient_id": "", "00100020": {"vr": "LO"}}


TAGS = st.integers(0, 0xFFFFFFFF) | st.sampled_from(sorted(BEYOND)) | st.integers(0x00100000, 0x0010FFFF)
ELEMENT = st.builds(
    lambda vr, shape: {"vr": vr} | shape,
    st.sampled_from(["PN", "LO", "DA", "SQ", "UN", "LT", "OB", "IS"]),
    st.sampled_from(
        [{"Value": [NAME]}, {"Value": [{"Alphabetic": NAME}]}, {"InlineBinary": NAME}, {"BulkDataURI": NAME}, {"Value": [[NAME]]}]
    ),
)


@given(st.dictionaries(TAGS, ELEMENT, max_size=6))
def test_no_attribute_that_may_say_who_lets_its_value_out(found):
    out = hidden({f"{tag:08X}": element for tag, element in found.items()})
    for name, element in out.items():
        assert not says_who(int(name, 16)) or NAME not in json.dumps(element)
        assert says_who(int(name, 16)) or element == found[int(name, 16)]
