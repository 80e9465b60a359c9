"""The list of studies: searched as one types, sorted by any column, counted, and true of what came last."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from tests.archive.conftest import make_arrival, make_instance, store_in

from isocenter.archive import migrations
from isocenter.archive.archive import Archive
from isocenter.archive.index_file import connect
from isocenter.archive.index_reader import IndexReader
from isocenter.archive.study_list import IndexStudies
from isocenter.base.errors import UsageError
from isocenter.base.limits import QUERY_VALUE_CHARACTERS_MAX, SEARCH_WORDS_MAX
from isocenter.lab.index_rows import fill
from isocenter.model.attributes import Level
from isocenter.model.query import AnyOf, Key, Query, Range
from isocenter.model.study_list import StudyQuestion, StudySort

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def keep(archive, uid, seconds=0, sender="CT-1", source="dimse", **values):
    """One instance that came so many seconds after the start."""
    reception = archive.begin(
        make_arrival(uid, received=START + timedelta(seconds=seconds), calling_ae_title=sender, source=source)
    )
    reception.write(memoryview(make_instance(uid, **values)))
    return reception.finish()


@pytest.fixture
def studies(archive):
    keep(archive, "1.2.1.1.1", 10, PatientName="Doe^John", PatientID="A-1", AccessionNumber="A26-1", StudyDescription="CT CHEST",
         StudyDate="20260103", StudyTime="1100")  # fmt: skip
    keep(archive, "1.2.2.1.1", 20, "MR-1", PatientName="Ørsted^Jane", PatientID="B-2", AccessionNumber="A26-2",
         StudyDescription="MR BRAIN", Modality="MR", StudyDate="20260103", StudyTime="0900")  # fmt: skip
    keep(archive, "1.2.3.1.1", 30, "", "import", PatientName="Müller^Zoë", PatientID="C-3", StudyDescription="Schädel nativ",
         StudyDate="20260101")  # fmt: skip
    keep(archive, "1.2.3.1.2", 40, "", "import", PatientName="Müller^Zoë", PatientID="C-3", StudyDescription="Schädel nativ",
         StudyDate="20260101")  # fmt: skip
    with closing(IndexReader(archive.index)) as reader:
        yield IndexStudies(reader)


def uids(page):
    return [study.study_instance_uid for study in page.studies]


def asked(studies, **question):
    return uids(studies.page(StudyQuestion(**question)))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["1.2.1", "1.2.2", "1.2.3"]),
        ("doe", ["1.2.1"]),
        ("DOE john", ["1.2.1"]),
        ("doe^j", ["1.2.1"]),
        ("chest doe", ["1.2.1"]),
        ("ørsted", ["1.2.2"]),
        ("ØRSTED", ["1.2.2"]),
        ("SCHÄDEL", ["1.2.3"]),
        ("a26", ["1.2.1", "1.2.2"]),
        ("c-3", ["1.2.3"]),
        ("doe jane", []),
        ("%", []),
        ("*", []),
        ("a-1a26", []),
    ],
)
def test_every_word_that_is_typed_is_a_part_of_name_id_accession_or_description(studies, typed, found):
    page = studies.page(StudyQuestion(search=typed))
    assert uids(page) == found
    assert (page.matching, page.total) == (len(found), 3)


@pytest.mark.parametrize(
    ("sort", "rising"),
    [
        (StudySort.PATIENT, "132"),
        (StudySort.ID, "123"),
        (StudySort.DATE, "321"),
        (StudySort.MODALITY, "132"),
        (StudySort.DESCRIPTION, "123"),
        (StudySort.ACCESSION, "312"),
        (StudySort.SERIES, "123"),
        (StudySort.IMAGES, "123"),
        (StudySort.FROM, "123"),
        (StudySort.RECEIVED, "123"),
    ],
)
def test_the_list_is_sorted_by_any_column_both_ways(studies, sort, rising):
    up = asked(studies, sort=sort, descending=False)
    assert up == [f"1.2.{number}" for number in rising]
    assert asked(studies, sort=sort, descending=True) == up[::-1]
    assert [asked(studies, sort=sort, descending=False, limit=1, offset=number) for number in range(4)] == [
        *([one] for one in up),
        [],
    ]


def test_a_line_says_who_sent_the_latest_instance_and_when(studies, archive):
    [line] = studies.page(StudyQuestion(search="doe")).studies
    assert (line.calling_ae_title, line.source, line.received) == ("CT-1", "dimse", START + timedelta(seconds=10))
    keep(archive, "1.2.1.2.1", 99, "CT-2", PatientID="A-1", SeriesInstanceUID="1.2.1.2", Modality="SR")
    keep(archive, "1.2.1.1.2", 50, "CT-3", PatientID="A-1")
    line = studies.study("1.2.1")
    assert (line.calling_ae_title, line.received) == ("CT-2", START + timedelta(seconds=99))
    assert (line.modalities, line.series_count, line.instance_count) == (("CT", "SR"), 2, 3)
    archive.remove(Level.SERIES, "1.2.1.2")
    line = studies.study("1.2.1")
    assert (line.calling_ae_title, line.received, line.instance_count) == ("CT-3", START + timedelta(seconds=50), 2)


def test_studies_are_filtered_by_patient_accession_description_sender_modality_and_date(studies):
    assert asked(studies, patient="müll") == ["1.2.3"]
    assert asked(studies, patient="b-2") == ["1.2.2"]
    assert asked(studies, patient="chest") == asked(studies, patient="a26") == asked(studies, patient="*") == []
    assert asked(studies, accession="a26-2") == asked(studies, accession="6-2 a26") == ["1.2.2"]
    assert asked(studies, accession="doe") == asked(studies, accession="chest") == asked(studies, accession="a-1") == []
    assert asked(studies, description="CHEST ct") == ["1.2.1"]
    assert asked(studies, description="schädel") == ["1.2.3"]
    assert asked(studies, description="doe") == asked(studies, description="a26") == asked(studies, description="[a-z]") == []
    assert asked(studies, senders=("CT-1",)) == ["1.2.1"]
    assert asked(studies, senders=("import", "MR-1")) == ["1.2.2", "1.2.3"]
    assert asked(studies, senders=("stow",)) == []
    keys = (Key("ModalitiesInStudy", AnyOf(("MR", "US"))),)
    assert asked(studies, query=Query(Level.STUDY, keys)) == ["1.2.2"]
    keys = (Key("StudyDate", Range("20260102", "20260131")),)
    assert asked(studies, query=Query(Level.STUDY, keys), search="a26-1") == ["1.2.1"]


def test_separators_in_the_value_of_a_stranger_neither_lead_a_filter_astray_nor_make_it_slow(studies, archive):
    keep(archive, "1.2.9.1.1", PatientName="A" + "\x1f" * 2000, PatientID="Z", StudyDescription="odd\x1fchest\x1f")
    assert asked(studies, description="odd chest") == ["1.2.9"]
    assert asked(studies, accession="chest") == asked(studies, patient="chest") == []
    with closing(archive.index.connect_reader()) as connection:
        assert {text.count("\x1f") for (text,) in connection.execute("SELECT search_text FROM study")} == {3}


def test_what_is_set_aside_is_counted_for_its_study(studies, archive):
    keep(archive, "1.2.2.1.1", PatientName="Ørsted^Jane", PatientID="B-2", InstanceNumber="8")
    keep(archive, "1.2.2.1.1", PatientName="Ørsted^Jane", PatientID="B-2", InstanceNumber="9")
    assert [study.set_aside for study in studies.page(StudyQuestion()).studies] == [0, 2, 0]


def test_the_series_of_a_study_come_by_number_each_with_the_instance_in_its_middle(studies, archive):
    for number in (3, 1, 2):
        keep(archive, f"1.2.1.9.{number}", PatientID="A-1", SeriesInstanceUID="1.2.1.9", SeriesNumber="10",
             SeriesDescription="THIN", InstanceNumber=str(number))  # fmt: skip
    keep(archive, "1.2.1.8.1", PatientID="A-1", SeriesInstanceUID="1.2.1.8", SeriesNumber="9", InstanceNumber="")
    found = studies.series("1.2.1")
    assert [(one.series_number, one.instance_count, one.frame_count) for one in found] == [("", 1, 1), ("9", 1, 1), ("10", 3, 3)]
    assert (found[2].sop_instance_uid, found[2].series_description) == ("1.2.1.9.2", "THIN")
    assert found[2].byte_count == 3 * len(make_instance("1.2.1.9.1", PatientID="A-1", SeriesInstanceUID="1.2.1.9",
                                          SeriesNumber="10", SeriesDescription="THIN", InstanceNumber="1"))  # fmt: skip
    assert studies.series("9.9") == []


def test_what_there_is_to_choose_from_is_what_there_is(studies):
    choices = studies.choices()
    assert choices.modalities == ("CT", "MR")
    assert choices.senders == ("CT-1", "MR-1", "import")


@pytest.mark.parametrize(
    "question",
    [
        StudyQuestion(search="x" * (QUERY_VALUE_CHARACTERS_MAX + 1)),
        StudyQuestion(search="x " * (SEARCH_WORDS_MAX + 1)),
        StudyQuestion(patient="x " * (SEARCH_WORDS_MAX + 1)),
    ],
)
def test_a_search_is_bounded(studies, question):
    with pytest.raises(UsageError, match="more than"):
        studies.page(question)


def test_half_of_a_surrogate_pair_is_searched_for_and_not_found(studies):
    assert asked(studies, search="\ud800") == []


def test_a_rebuilt_index_has_the_same_list(archive, studies):
    keep(archive, "1.2.1.2.1", 99, "CT-2", PatientID="A-1", SeriesInstanceUID="1.2.1.2")
    keep(archive, "1.2.1.1.2", 50, "CT-3", PatientID="A-1")
    before = studies.page(StudyQuestion())
    *_, rebuilt = archive.reindex()
    assert rebuilt.differing == []
    assert studies.page(StudyQuestion()) == before


def test_an_index_of_the_schema_before_gets_the_list_from_its_rows(tmp_path, monkeypatch):
    with Archive(tmp_path / "data") as archive:
        store_in(archive, "1.2.1.1.1", PatientName="Ørsted^Jane", StudyDescription="CHEST")
        path = archive.index.path
        with closing(IndexReader(archive.index)) as reader:
            before = IndexStudies(reader).page(StudyQuestion(search="ørsted chest"))
    with closing(connect(path)) as connection:
        for name in ("study_by_listing", "set_aside_by_study"):
            connection.execute(f"DROP INDEX {name}")
        for name in ("received", "origin_ref", "search_text"):
            connection.execute(f"ALTER TABLE study DROP COLUMN {name}")
        # What later schemas brought, so that they come to it again.
        for name in ("node_echo", "node_hour", "node_event", "node_memory", "maintenance"):
            connection.execute(f"DROP TABLE {name}")
        connection.execute("UPDATE alembic_version SET version_num = '0003'")
    with monkeypatch.context() as to_this:
        to_this.setattr(migrations, "REVISION", "0004")
        assert migrations.bring_up_to_date(path)
    with Archive(tmp_path / "data") as archive, closing(IndexReader(archive.index)) as reader:
        assert IndexStudies(reader).page(StudyQuestion(search="ørsted chest")) == before
        assert before.matching == 1


def test_no_page_of_a_list_reads_more_than_the_study_table(tmp_path):
    """The time of a page is bounded by its plan, which says the same on every machine."""
    path = tmp_path / "index-0001.sqlite"
    fill(path, studies=200, instances=400)
    with closing(sqlite3.connect(path)) as connection:
        for sql in (
            "SELECT count(*) FROM study WHERE instr(study.search_text, ?) > 0",
            "SELECT study.id FROM study WHERE instr(study.search_text, ?) > 0 "
            "ORDER BY study.study_date DESC, study.study_time DESC, study.id DESC LIMIT 100",
        ):
            plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", ("x",)))
            assert "COVERING INDEX study_by_listing" in plan
