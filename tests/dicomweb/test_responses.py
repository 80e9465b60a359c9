"""Answers in the DICOM JSON Model: held to pydicom's reading of them."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.config import IGNORE, settings

from isocenter.dataset.value_text import vr_of
from isocenter.dicomweb.responses import REASONS, FailedItem, ResultWriter, StoredItem, failed, store_response, store_status
from isocenter.model.attributes import ATTRIBUTES, BY_KEYWORD, Level
from isocenter.model.records import Conflict, Duplicate, Full, Instance, Mismatch, Stored, Unreadable
from isocenter.standard import status

URL = "http://127.0.0.1:8114/dicom-web"
UIDS = {"StudyInstanceUID": "1.2", "SeriesInstanceUID": "3.4", "SOPInstanceUID": "5.6"}


def returned(*keywords: str) -> list[tuple[int, str]]:
    return [(BY_KEYWORD[keyword].tag, keyword) for keyword in keywords]


def result(level: Level = Level.STUDY, **values: str) -> dict:
    writer = ResultWriter(returned(*values, *UIDS), level, URL)
    return json.loads(writer.write(values | UIDS))


@pytest.mark.parametrize(
    ("keyword", "text", "expected"),
    [
        ("PatientID", "", {"vr": "LO"}),
        ("PatientID", "12345", {"vr": "LO", "Value": ["12345"]}),
        ("PatientID", '"\\', {"vr": "LO", "Value": ['"', None]}),
        ("ModalitiesInStudy", "CT\\MR", {"vr": "CS", "Value": ["CT", "MR"]}),
        ("ImageType", "ORIGINAL\\\\AXIAL", {"vr": "CS", "Value": ["ORIGINAL", None, "AXIAL"]}),
        ("PatientComments", "a\\b\r\nc", {"vr": "LT", "Value": ["a\\b\r\nc"]}),
        ("PatientName", "DOE^JOHN", {"vr": "PN", "Value": [{"Alphabetic": "DOE^JOHN"}]}),
        ("PatientName", "Yamada^Tarou=\u5c71\u7530^\u592a\u90ce=\u3084\u307e\u3060^\u305f\u308d\u3046",
         {"vr": "PN", "Value": [{"Alphabetic": "Yamada^Tarou", "Ideographic": "\u5c71\u7530^\u592a\u90ce",
                                 "Phonetic": "\u3084\u307e\u3060^\u305f\u308d\u3046"}]}),
        ("PatientName", "=\u5c71\u7530", {"vr": "PN", "Value": [{"Ideographic": "\u5c71\u7530"}]}),
        ("OperatorsName", "A\\B", {"vr": "PN", "Value": [{"Alphabetic": "A"}, {"Alphabetic": "B"}]}),
        ("SeriesNumber", "7", {"vr": "IS", "Value": [7]}),
        ("SeriesNumber", "-007", {"vr": "IS", "Value": [-7]}),
        ("SeriesNumber", "7a", {"vr": "IS", "Value": ["7a"]}),
        ("Rows", "512", {"vr": "US", "Value": [512]}),
        ("PatientWeight", "70.50", {"vr": "DS", "Value": [70.5]}),
        ("PatientWeight", "70", {"vr": "DS", "Value": [70]}),
        ("PatientWeight", ".5", {"vr": "DS", "Value": [0.5]}),
        ("PatientWeight", "1e2", {"vr": "DS", "Value": [100.0]}),
        ("PatientWeight", "1e999", {"vr": "DS", "Value": ["1e999"]}),
        ("PatientWeight", "NaN", {"vr": "DS", "Value": ["NaN"]}),
        ("PatientWeight", "9" * 100_000, {"vr": "DS", "Value": ["9" * 100_000]}),
        ("NumberOfStudyRelatedInstances", "12", {"vr": "IS", "Value": [12]}),
        ("StudyDescription", "</script>\x00\u2028", {"vr": "LO", "Value": ["</script>\x00\u2028"]}),
        ("StudyDescription", "\ud800x", {"vr": "LO", "Value": ["?x"]}),
    ],
)  # fmt: skip
def test_a_value_is_written_as_its_representation_is(keyword, text, expected):
    assert result(Level.IMAGE, **{keyword: text})[f"{BY_KEYWORD[keyword].tag:08X}"] == expected


@pytest.mark.parametrize(
    ("level", "path"),
    [
        (Level.STUDY, "/studies/1.2"),
        (Level.SERIES, "/studies/1.2/series/3.4"),
        (Level.IMAGE, "/studies/1.2/series/3.4/instances/5.6"),
    ],
)
def test_every_result_says_where_it_can_be_had(level, path):
    found = result(level, PatientID="1", StudyID="2")
    assert found["00081190"] == {"vr": "UR", "Value": [URL + path]}
    assert found["00080056"] == {"vr": "CS", "Value": ["ONLINE"]}
    assert list(found) == sorted(found)


def test_what_the_index_does_not_know_is_left_out():
    writer = ResultWriter([(0x00100020, "PatientID"), (0x00091001, ""), *returned(*UIDS)], Level.STUDY, URL)
    assert "00091001" not in json.loads(writer.write({"PatientID": "1"} | UIDS))


def test_attributes_read_from_the_instance_stand_under_their_tag():
    writer = ResultWriter([(0x00180050, "00180050"), (0x00080056, "00080056"), *returned(*UIDS)], Level.IMAGE, URL)
    found = json.loads(writer.write({"00180050": "2.5\\3", "00080056": "OFFLINE"} | UIDS))
    assert found["00180050"] == {"vr": "DS", "Value": [2.5, 3]}
    assert found["00080056"]["Value"] == ["ONLINE"]


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\\"), min_size=1, max_size=16).map(str.strip)
numbers = st.integers(-(2**31), 2**31 - 1).map(str)
decimals = st.floats(-1e10, 1e10, allow_nan=False).map(lambda number: f"{number:.6g}")
BY_VR = {"IS": numbers, "DS": decimals, "US": st.integers(0, 65535).map(str), "UI": st.just("1.2.3"), "DA": st.just("20200229")}
BY_VR |= {"TM": st.just("235959.5"), "AS": st.just("030Y"), "CS": st.just("ABC_1")}


@given(st.data())
def test_what_is_written_is_what_pydicom_reads(data):
    values = {
        attribute.keyword: data.draw(BY_VR.get(attribute.vr, texts.map(lambda text: text.replace("=", "").strip("^ ") or "X")))
        for attribute in data.draw(st.lists(st.sampled_from(ATTRIBUTES), unique_by=lambda attribute: attribute.keyword, max_size=8))
        if attribute.keyword not in UIDS
    }
    writer = ResultWriter(returned(*values, *UIDS), Level.IMAGE, URL)
    mode, settings.reading_validation_mode = settings.reading_validation_mode, IGNORE
    try:
        read = Dataset.from_json(writer.write(values | UIDS).decode())
    finally:
        settings.reading_validation_mode = mode
    for keyword, text in values.items():
        element = read[keyword]
        assert vr_of(element.tag) == element.VR
        if element.VR in ("IS", "US", "DS"):
            assert float(element.value) == float(text)
        else:
            assert str(element.value) == text


INSTANCE = Instance(
    "1.2.840.10008.5.1.4.1.1.2", "5.6", "3.4", "1.2", "1.2.840.10008.1.2.1", "b", 1, "c", datetime(2026, 1, 1, tzinfo=UTC)
)
CT = INSTANCE.sop_class_uid
STORED = StoredItem(CT, "5.6", "/studies/1.2/series/3.4/instances/5.6")
REFUSED = FailedItem(status.DATA_SET_MISMATCH, "it belongs to study 1.9", CT, "5.7")
NAMELESS = FailedItem(status.CANNOT_UNDERSTAND, "it is no DICOM \u2013 at byte 0")
FULL = FailedItem(status.OUT_OF_RESOURCES, "the disk is full", CT, "5.8")


@pytest.mark.parametrize(
    ("stored", "refused", "code"),
    [
        ([STORED], [], 200),
        ([STORED], [REFUSED], 202),
        ([StoredItem(CT, "5.6", "/x", 0xB000)], [], 202),
        ([], [REFUSED], 409),
        ([], [REFUSED, FULL], 409),
        ([], [FULL, FULL], 507),
        ([STORED], [FULL], 202),
        ([], [], 409),
    ],
)
def test_the_status_says_whether_all_some_or_none_were_stored(stored, refused, code):
    assert store_status(stored, refused) == code


def test_the_answer_names_every_instance_and_why_it_was_refused():
    module = Dataset.from_json(
        store_response(URL, "1.2", [STORED, StoredItem(CT, "5.9", "/y", 0xB007, "odd")], [REFUSED, NAMELESS]).decode()
    )
    assert module.RetrieveURL == f"{URL}/studies/1.2"
    first, second = module.ReferencedSOPSequence
    assert (first.ReferencedSOPClassUID, first.ReferencedSOPInstanceUID) == (CT, "5.6")
    assert first.RetrieveURL == f"{URL}/studies/1.2/series/3.4/instances/5.6"
    assert "WarningReason" not in first
    assert second.WarningReason == 0xB007
    (refused,) = module.FailedSOPSequence
    assert (refused.ReferencedSOPInstanceUID, refused.FailureReason) == ("5.7", 0xA900)
    assert refused["ErrorComment"].value == "it belongs to study 1.9"
    (other,) = module.OtherFailuresSequence
    assert other.FailureReason == 0xC000
    assert other["ErrorComment"].value.endswith("at byte 0")
    assert "ReferencedSOPInstanceUID" not in other


def test_sequences_without_an_item_are_absent():
    module = json.loads(store_response(URL, "", [STORED], []))
    assert set(module) == {"00081190", "00081199"}
    assert module["00081190"] == {"vr": "UR"}
    assert set(json.loads(store_response(URL, "1.2", [], [REFUSED]))) == {"00081190", "00081198"}


def test_a_reason_is_told_whole_up_to_a_bound():
    (item,) = json.loads(store_response(URL, "", [], [FailedItem(1, "why " * 50)]))["0008119A"]["Value"]
    assert item["00000902"]["Value"] == ["why " * 50]
    assert len(store_response(URL, "", [], [FailedItem(1, "x" * 1_000_000)])) < 2_000


def test_a_text_that_no_utf_8_can_hold_does_not_end_the_answer():
    assert "?" in json.loads(store_response(URL, "", [], [FailedItem(1, "\udcff")]))["0008119A"]["Value"][0]["00000902"]["Value"][0]


def test_what_is_kept_beside_the_archive_says_why_and_cannot_be_retrieved():
    aside = StoredItem(CT, "5.6", "", warning=0xB000, text="it contradicts what is there")
    (item,) = json.loads(store_response(URL, "", [aside], []))["00081199"]["Value"]
    assert item["00081190"] == {"vr": "UR"}
    assert item["00081196"]["Value"] == [0xB000]
    assert item["00000902"]["Value"] == ["it contradicts what is there"]


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Stored(INSTANCE), None),
        (Duplicate("5.6"), None),
        (Conflict("5.6", 1, ()), None),
        (Full("no space"), 0xA700),
        (Mismatch("another instance"), 0xA900),
        (Unreadable("no data set"), 0xC000),
        (Unreadable("no UID", ("SOPInstanceUID",)), 0xC002),
    ],
)
def test_the_words_of_the_archive_have_their_reason(outcome, reason):
    told = failed(outcome, CT, "5.6")
    if reason is None:
        assert told is None
    else:
        assert told is not None
        assert (told.reason, told.sop_class_uid, told.sop_instance_uid) == (reason, CT, "5.6")
        assert told.text == outcome.reason
        assert reason in {code for _, code in REASONS}
