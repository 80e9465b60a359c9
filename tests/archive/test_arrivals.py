"""The latest images come first, each with who sent it, and only those that a page has not seen."""

from __future__ import annotations

import pytest
from tests.archive.few_rows import FewRows

from isocenter.archive import arrivals as room
from isocenter.archive.arrivals import IndexArrivals
from isocenter.archive.index_reader import IndexReader


@pytest.fixture
def rows(tmp_path):
    made = FewRows(tmp_path)
    yield made
    made.close()


@pytest.fixture
def arrivals(rows):
    reader = IndexReader(rows.index)
    yield IndexArrivals(reader)
    reader.close()


def test_an_arrival_says_who_sent_what_of_whom(rows, arrivals):
    assert arrivals.latest(5) == []
    rows.add(SOPInstanceUID="1.2.1.7", InstanceNumber="7", SeriesDescription="AXIAL 5 MM")
    (image,) = arrivals.latest(5)
    assert (image.calling_ae_title, image.source, image.modality) == ("CT-1", "dimse", "CT")
    assert (image.patient_name, image.patient_id, image.series_description) == ("Doe^John", "4711", "AXIAL 5 MM")
    assert (image.study_instance_uid, image.series_instance_uid, image.sop_instance_uid) == ("1.2", "1.2.1", "1.2.1.7")
    assert image.instance_number == "7"


def test_the_latest_come_first_and_no_more_than_asked_for(rows, arrivals, monkeypatch):
    serials = [rows.add() for _ in range(6)]
    assert [image.serial for image in arrivals.latest(4)] == serials[:-5:-1]
    assert [image.serial for image in arrivals.latest(10, after=serials[3])] == [serials[5], serials[4]]
    monkeypatch.setattr(room, "ARRIVALS_SHOWN_MAX", 2)
    assert len(arrivals.latest(10)) == 2
    assert arrivals.latest(-1) == []
