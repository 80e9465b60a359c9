"""The figures of the status page are those of the tables."""

from __future__ import annotations

import pytest
from tests.archive.few_rows import FewRows

from isocenter.archive import statistics as room
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.schema import from_microseconds
from isocenter.archive.statistics import Counts, IndexStatistics


@pytest.fixture
def rows(tmp_path):
    made = FewRows(tmp_path)
    yield made
    made.close()


@pytest.fixture
def statistics(rows):
    reader = IndexReader(rows.index)
    yield IndexStatistics(reader)
    reader.close()


def test_counts_are_of_every_level_and_of_what_stands_beside(rows, statistics):
    assert statistics.counts() == Counts(0, 0, 0, 0, 0, 0)
    rows.add()
    rows.add()
    rows.add(SeriesInstanceUID="1.2.2")
    rows.add(StudyInstanceUID="1.3", SeriesInstanceUID="1.3.1")
    rows.add(PatientID="2", StudyInstanceUID="1.4", SeriesInstanceUID="1.4.1")
    rows.insert("rejected_caller", {}, calling_ae_title="X", called_ae_title="Y", address="Z", first=1, last=1, count=1)
    assert statistics.counts() == Counts(patients=2, studies=3, series=4, instances=5, set_aside=0, rejected_callers=1)


def test_the_latest_studies_come_first_with_their_patient_and_counts(rows, statistics):
    assert statistics.latest_studies(5) == []
    rows.add(StudyDescription="Thorax", AccessionNumber="A1", StudyTime="0815")
    rows.add(PatientID="2", PatientName="Roe^Jane", StudyInstanceUID="1.3", SeriesInstanceUID="1.3.1", StudyDate="20200101")
    rows.add(SeriesInstanceUID="1.2.2", Modality="SR")
    later, earlier = statistics.latest_studies(5)
    assert (later.patient_name, later.patient_id, later.study_instance_uid, later.study_date) == (
        "Roe^Jane",
        "2",
        "1.3",
        "20200101",
    )
    assert (earlier.study_description, earlier.accession_number, earlier.study_time) == ("Thorax", "A1", "0815")
    assert (earlier.modalities, earlier.series_count, earlier.instance_count) == (("CT", "SR"), 2, 2)
    assert earlier.received == from_microseconds(3)
    assert statistics.latest_studies(1) == [later]
    assert statistics.latest_studies(-1) == []


def test_a_page_cannot_ask_for_everything(rows, statistics, monkeypatch):
    monkeypatch.setattr(room, "LATEST_STUDIES_MAX", 2)
    for number in range(4):
        rows.add(StudyInstanceUID=f"1.{number}", SeriesInstanceUID=f"1.{number}.1")
    assert len(statistics.latest_studies(1000)) == 2
