"""When an arriving instance contradicts what is kept, and when it only says more or less."""

from __future__ import annotations

import pytest
from tests.archive.conftest import EXPLICIT, make_arrival, make_instance

from isocenter.archive.contradictions import (
    KeptInstance,
    KeptPatient,
    instance_differences,
    patient_differences,
    series_differences,
)
from isocenter.archive.entry import IMAGE_TAGS, Entry
from isocenter.dataset.skim import Skim
from isocenter.model.attributes import RECEIVED_TAGS


def entry(**values):
    skim = Skim(EXPLICIT, RECEIVED_TAGS)
    skim.feed(make_instance(**values))
    return Entry(make_arrival(), skim, blob="", byte_count=1, checksum=bytes(16))


@pytest.mark.parametrize(
    ("kept", "arriving", "expected"),
    [
        (("1", "", "A"), {"PatientID": "1", "PatientName": "A"}, ()),
        (("1", "", "A"), {"PatientID": "1", "PatientName": "B"}, ()),
        (("1", "", "A"), {"PatientID": " 1 ", "PatientName": "A"}, ()),
        (("1", "", "A"), {"PatientID": "2", "PatientName": "A"}, (("PatientID", "1", "2"),)),
        (("1", "", "A"), {"PatientID": "2", "PatientName": "B"}, (("PatientID", "1", "2"), ("PatientName", "A", "B"))),
        (("a", "", "A"), {"PatientID": "A", "PatientName": "A"}, (("PatientID", "a", "A"),)),
        (("1", "X", "A"), {"PatientID": "1", "PatientName": "A"}, ()),
        (("1", "", "A"), {"PatientID": "1", "PatientName": "A", "IssuerOfPatientID": "Y"}, ()),
        (("1", "X", "A"), {"PatientID": "1", "PatientName": "A", "IssuerOfPatientID": "Y"}, (("IssuerOfPatientID", "X", "Y"),)),
        (("1", "", "A"), {"PatientID": "", "PatientName": "A"}, (("PatientID", "1", ""),)),
        (("", "", "A"), {"PatientID": "1", "PatientName": "A"}, (("PatientID", "", "1"),)),
        (("", "", "A"), {"PatientID": "", "PatientName": "a "}, ()),
        (("", "", "A"), {"PatientID": "", "PatientName": "B"}, (("PatientName", "A", "B"),)),
        (("", "", "A"), {"PatientID": "", "PatientName": ""}, ()),
    ],
)
def test_a_patient_is_who_has_that_id(kept, arriving, expected):
    assert patient_differences(KeptPatient(1, *kept), entry(**arriving)) == expected


def test_a_series_below_another_study_is_a_contradiction():
    patient = KeptPatient(1, "4711", "", "Doe^John")
    assert series_differences("1.2.3.1", patient, entry()) == ()
    assert series_differences("1.9", patient, entry()) == (("StudyInstanceUID", "1.9", "1.2.3.1"),)


def test_the_same_instance_with_other_bytes_always_differs_in_something():
    arriving = entry()
    values = [arriving.text(tag) for tag in IMAGE_TAGS]
    patient = KeptPatient(1, "4711", "", "Doe^John")
    kept = KeptInstance("1.2.3.1", "1.2.3.1.1", patient, b"\1" * 16, values)
    assert instance_differences(kept, arriving) == (("checksum", "01" * 16, "00" * 16),)
    other = KeptInstance("1.2.3.1", "1.2.3.1.8", patient, b"\1" * 16, ["" if value == "7" else value for value in values])
    assert instance_differences(other, arriving)[:-1] == (
        ("SeriesInstanceUID", "1.2.3.1.8", "1.2.3.1.1"),
        ("InstanceNumber", "", "7"),
    )
