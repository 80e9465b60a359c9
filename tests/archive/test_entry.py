from datetime import UTC, datetime

import pytest

from isocenter.archive.entry import Entry
from isocenter.model.attributes import BY_KEYWORD
from isocenter.model.records import Arrival, Mismatch, Unreadable

SAID = {
    "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2",
    "SOPInstanceUID": "1.2.3",
    "SeriesInstanceUID": "1.2",
    "StudyInstanceUID": "1.1",
}


class Spoken:
    def __init__(self, values):
        self._values = {BY_KEYWORD[keyword].tag: text for keyword, text in values.items()}

    def text(self, tag):
        return self._values.get(tag, "")


def entry(**values):
    arrival = Arrival(SAID["SOPClassUID"], SAID["SOPInstanceUID"], "1.2.840.10008.1.2.1", datetime(2026, 1, 1, tzinfo=UTC))
    return Entry(arrival, Spoken(SAID | values), blob="", byte_count=0, checksum=b"\0" * 16)


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        ("2026.01.02", "20260102"),
        ("20260102", "20260102"),
        ("2026.1.2", "2026.1.2"),
        ("", ""),
        ("2026.01.02 and more", "2026.01.02 and more"),
    ],
)
def test_a_date_of_acr_nema_is_filed_as_today_s(came, kept):
    assert entry(StudyDate=came).value("StudyDate") == kept


def test_only_dates_lose_their_dots():
    assert entry(StudyID="2026.01.02").value("StudyID") == "2026.01.02"


def test_text_is_composed_and_without_padding():
    assert entry(PatientName="Mu\u0308ller^Ann \0").value("PatientName") == "M\u00fcller^Ann"


@pytest.mark.parametrize(
    ("number", "ordinal"), [("7", 7), ("-3", -3), ("+4", 4), ("", None), ("1.5", None), ("9" * 13, None), ("x", None)]
)
def test_the_ordinal_is_the_instance_number_where_that_is_a_sane_number(number, ordinal):
    assert entry(InstanceNumber=number).ordinal == ordinal


def test_what_is_missing_is_named():
    fault = entry(StudyInstanceUID="", SeriesInstanceUID="").fault()
    assert isinstance(fault, Unreadable)
    assert fault.missing == ("StudyInstanceUID", "SeriesInstanceUID")


@pytest.mark.parametrize("uid", ["..", "1.2.x", "../1", "1..2", "1" * 65])
def test_what_is_no_uid_is_refused(uid):
    assert isinstance(entry(StudyInstanceUID=uid).fault(), Unreadable)


def test_a_data_set_of_another_instance_is_a_mismatch():
    assert isinstance(entry(SOPInstanceUID="1.2.4").fault(), Mismatch)
    assert entry().fault() is None


def test_without_an_id_name_and_birth_date_tell_patients_apart():
    one, same, other = (
        entry(PatientName="DOE^JOHN", PatientBirthDate="19700101"),
        entry(PatientName="Doe^John", PatientBirthDate="19700101"),
        entry(PatientName="DOE^JOHN", PatientBirthDate="19800101"),
    )
    assert one.patient_identity() == same.patient_identity() != other.patient_identity()
    assert entry(PatientID="1", PatientName="A").patient_identity() == entry(PatientID="1", PatientName="B").patient_identity()
    assert entry(PatientID="1", IssuerOfPatientID="X").patient_identity() != entry(PatientID="1").patient_identity()
