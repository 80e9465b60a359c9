import csv
import io
import threading

import pytest
from pydicom import Dataset

from isocenter.cli.exits import Exit

SHOWN = {"patient": 2, "study": 2, "series": 3, "image": 7}


@pytest.mark.parametrize("level", SHOWN)
def test_every_level_is_listed(stocked, level):
    said = stocked.call("find", stocked.node, "--level", level)
    assert said.code == 0
    assert len(said.out.splitlines()) == SHOWN[level] + 1
    assert said.err.startswith(f"{SHOWN[level]} ")


def test_a_table_is_for_reading(stocked, patients):
    heading, row = stocked.call("find", stocked.node, "-k", f"PatientID={patients['ct2'].PatientID}").out.splitlines()
    date = patients["ct2"].StudyDate
    assert heading.split()[:3] == ["Patient", "Patient", "ID"], "what was typed does not move the columns"
    assert str(patients["ct2"].PatientName) in row
    assert f"{date[:4]}-{date[4:6]}-{date[6:]}" in row
    assert row.endswith(patients["ct2"].StudyInstanceUID)


def test_keys_go_by_keyword_or_tag_with_wildcards_ranges_and_lists(stocked, patients):
    ct1, ct2 = patients["ct1"], patients["ct2"]
    days = "-".join(sorted([ct1.StudyDate, ct2.StudyDate]))

    def found(*keys):
        asked = [part for key in keys for part in ("-k", key)]
        return {answer["0020000D"]["Value"][0] for answer in stocked.call("find", stocked.node, "--json", *asked).json}

    assert found("PatientID=*") == {ct1.StudyInstanceUID, ct2.StudyInstanceUID}
    assert found(f"0010,0020={ct1.PatientID}") == {ct1.StudyInstanceUID}
    assert found(f"(0010,0020)={ct1.PatientID}") == {ct1.StudyInstanceUID}
    assert found(f"PatientName={str(ct1.PatientName)[:3]}*") == {ct1.StudyInstanceUID}
    assert found(f"StudyDate={days}") == {ct1.StudyInstanceUID, ct2.StudyInstanceUID}
    assert found(f"StudyInstanceUID={ct1.StudyInstanceUID}\\{ct2.StudyInstanceUID}") == {
        ct1.StudyInstanceUID,
        ct2.StudyInstanceUID,
    }
    assert found("ModalitiesInStudy=MR") == {ct1.StudyInstanceUID}
    assert found("PatientID=NOBODY") == set()


def test_a_key_without_a_value_is_a_column(stocked):
    said = stocked.call("find", stocked.node, "-k", "ReferringPhysicianName")
    assert said.out.splitlines()[0].endswith("ReferringPhysicianName")


def test_the_key_that_keeps_the_rest_out_is_named_with_its_cure(stocked, patients):
    name = str(patients["ct1"].PatientName)[:3]
    said = stocked.call("find", stocked.node, "--why", "-k", f"PatientName={name}", "-k", "PatientID=*")
    assert said.code == 0
    assert f"{name}*" in said.out
    assert "PatientName keeps the others out. Put a * behind the name" in said.err
    [words] = stocked.call("find", stocked.node, "--why", "--json", "-k", f"PatientName={name}").json
    assert (words["guilty"], words["cures"][0]["fault"], words["cures"][0]["found"]["count"]) == (["PatientName"], "Q5", 1)


def test_a_limit_cancels_the_rest_in_good_order(stocked):
    said = stocked.call("find", stocked.node, "-l", "image", "--limit", 2, "--json", "--aet", "TWO_ONLY")
    assert (said.code, len(said.json)) == (0, 2)
    line = stocked.child.wait_for("TWO_ONLY (127.0.0.1)")
    assert "searched" in line
    assert "abort" not in line


def test_csv_has_keywords_above_and_a_row_an_answer(stocked):
    rows = list(csv.reader(io.StringIO(stocked.call("find", stocked.node, "--csv").out)))
    assert rows[0][0] == "PatientName"
    assert len(rows) == 3
    assert all(len(row) == len(rows[0]) for row in rows)


def test_csv_and_json_at_once_is_a_mistake_of_usage(stocked):
    assert stocked.call("find", stocked.node, "--csv", "--json").code == Exit.USAGE


@pytest.mark.parametrize("key", ["Nonsense=1", "0010,002G=1", "=x", ""])
def test_a_key_that_is_none_is_a_mistake_of_usage(stocked, key):
    said = stocked.call("find", stocked.node, "-k", key)
    assert said.code == Exit.USAGE
    assert "neither a keyword" in said.err


@pytest.mark.parametrize("key", ["Rows=x", "PixelData=1"])
def test_a_value_that_its_attribute_cannot_have_is_a_mistake_of_usage(stocked, key):
    assert stocked.call("find", stocked.node, "-k", key).code == Exit.USAGE


def test_the_patient_level_has_a_model_of_its_own(stocked):
    assert stocked.call("find", stocked.node, "-l", "patient", "--root", "study").code == Exit.USAGE
    assert stocked.call("find", stocked.node, "-l", "patient", "--root", "patient-study-only").code == 0


def test_a_node_that_answers_failure_is_told_in_its_words(stocked):
    said = stocked.call("find", stocked.node, "-l", "image", "--root", "patient-study-only", "--aet", "TOO_DEEP")
    assert said.code == Exit.FAILED
    assert "A900" in said.err
    assert "is no level of" in said.err
    assert "abort" not in stocked.child.wait_for("TOO_DEEP (127.0.0.1)")


def test_a_class_that_the_node_does_not_take_is_a_failure(stocked, peer):
    said = stocked.call("find", peer(), "-l", "patient")
    assert said.code == Exit.FAILED
    assert "none of what was proposed" in said.err


def answers(*datasets):
    def find(_event):
        for dataset in datasets:
            yield 0xFF00, dataset
        yield 0x0000, None

    return find


@pytest.fixture
def hostile():
    answer = Dataset()
    answer.SpecificCharacterSet = "ISO_IR 192"
    answer.PatientName = "EVIL\x1b[31m^\u202eNAME\x9b"
    answer.PatientID = "=cmd|' /C calc'!A0"
    answer.StudyDescription = "two\r\nlines"
    answer.AccessionNumber = "-12"
    answer.StudyInstanceUID = "1.2.3"
    return answer


@pytest.mark.parametrize("form", [(), ("--csv",), ("--json",)])
def test_what_a_node_answers_cannot_drive_the_terminal(stocked, peer, hostile, form):
    said = stocked.call("find", peer(find=answers(hostile)), *form)
    assert said.code == 0
    assert not {"\x1b", "\x9b", "\u202e", "\r"} & set(said.out + said.err)
    assert len(said.out.splitlines()) == (1 if form == ("--json",) else 2)


def test_a_formula_in_csv_stays_text_and_a_number_a_number(stocked, peer, hostile):
    rows = list(csv.DictReader(io.StringIO(stocked.call("find", peer(find=answers(hostile)), "--csv").out)))
    assert rows[0]["PatientID"] == "'=cmd|' /C calc'!A0"
    assert rows[0]["AccessionNumber"] == "-12"


def test_names_in_other_alphabets_come_out_as_they_are(stocked, peer):
    answer = Dataset()
    answer.SpecificCharacterSet = "ISO_IR 192"
    answer.PatientName = "Yamada^Tarou=山田^太郎"
    answer.StudyInstanceUID = "1.2.3"
    assert "Yamada^Tarou=山田^太郎" in stocked.call("find", peer(find=answers(answer))).out


def test_answers_that_came_before_a_failure_are_shown(stocked, peer):
    def find(_event):
        answer = Dataset()
        answer.PatientID = "FIRST"
        yield 0xFF00, answer
        yield 0xA700, None

    said = stocked.call("find", peer(find=find))
    assert said.code == Exit.FAILED
    assert "FIRST" in said.out
    assert "A700" in said.err


def test_a_search_that_is_left_is_cancelled(stocked, peer):
    cancelled, pace = threading.Event(), threading.Event()

    def find(event):
        for number in range(1000):
            if event.is_cancelled:
                cancelled.set()
                yield 0xFE00, None
                return
            answer = Dataset()
            answer.PatientID = str(number)
            yield 0xFF00, answer
            pace.wait(0.01)  # pynetdicom reads nothing while it has something to send

    assert len(stocked.call("find", peer(find=find), "--limit", 3, "--json").json) == 3
    assert cancelled.wait(10)
