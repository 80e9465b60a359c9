"""What is set aside can be read with both values of every difference."""

from __future__ import annotations

import json

import pytest
from tests.archive.few_rows import FewRows

from isocenter.archive import set_aside as room
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.set_aside import IndexQuarantine
from isocenter.model.attributes import Level

DIFFERENCES = (("PatientName", "Doe^John", "Дуо^Джон"), ("StudyInstanceUID", "1.2", ""))


@pytest.fixture
def rows(tmp_path):
    made = FewRows(tmp_path)
    yield made
    made.close()


@pytest.fixture
def quarantine(rows):
    reader = IndexReader(rows.index)
    yield IndexQuarantine(reader)
    reader.close()


def put_aside(rows, number):
    image = rows.columns(Level.IMAGE, {"SOPInstanceUID": f"1.2.1.{number}", "SOPClassUID": "1.9", "InstanceNumber": "7"})
    above = {"patient_id": "4711", "patient_name": "Дуо^Джон", "study_instance_uid": "1.2", "series_instance_uid": "1.2.1"}
    kept = {"transfer_syntax": "1.2.840.10008.1.2.1", "blob": f"b{number}", "byte_count": 100, "checksum": b"\x01" * 16}
    came = {"ordinal": 7, "received": number, "origin_ref": 1, "kept_blob": "k", "differences": json.dumps(DIFFERENCES)}
    rows.insert("set_aside", {**image, **above, **kept, **came}, id=number)


def test_an_instance_set_aside_comes_with_its_differences_and_its_origin(rows, quarantine):
    assert list(quarantine.set_aside()) == []
    put_aside(rows, 3)
    (found,) = quarantine.set_aside()
    assert (found.id, found.differences) == (3, DIFFERENCES)
    instance = found.instance
    assert (instance.sop_instance_uid, instance.series_instance_uid, instance.study_instance_uid) == ("1.2.1.3", "1.2.1", "1.2")
    assert (instance.blob, instance.byte_count, instance.checksum, instance.sop_class_uid) == ("b3", 100, "01" * 16, "1.9")
    assert (instance.calling_ae_title, instance.address) == ("CT-1", "10.0.0.7")
    assert instance.attributes["PatientName"] == "Дуо^Джон"
    assert instance.attributes["InstanceNumber"] == "7"
    assert quarantine.one(3) == found
    assert quarantine.one(4) is None


def test_all_of_them_come_once_over_every_seam_of_pages(rows, quarantine, monkeypatch):
    for number in range(1, 12):
        put_aside(rows, number)
    monkeypatch.setattr(room, "QUERY_PAGE_ROWS", 3)
    assert [one.id for one in quarantine.set_aside()] == list(range(1, 12))
    reading = quarantine.set_aside()
    next(reading)
    reading.close()
    assert list(reading) == []
