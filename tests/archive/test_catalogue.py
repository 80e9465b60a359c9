"""What the archive answers: the right matches, in order, streamed, while others write."""

from __future__ import annotations

import io
import tracemalloc
import zlib
from itertools import pairwise

import pytest
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from tests.archive.few_rows import FewRows

from isocenter.archive import catalogue as room
from isocenter.archive.blobs import MemoryBlobs
from isocenter.archive.catalogue import IndexCatalogue
from isocenter.archive.index_file import IndexFile
from isocenter.archive.index_reader import IndexReader
from isocenter.base.errors import UsageError
from isocenter.lab.index_rows import fill
from isocenter.model.attributes import ATTRIBUTES, Level
from isocenter.model.query import AnyOf, Key, Query, Range, Single, Wildcard


@pytest.fixture
def rows(tmp_path):
    made = FewRows(tmp_path)
    yield made
    made.close()


@pytest.fixture
def catalogue(rows):
    reader = IndexReader(rows.index)
    yield IndexCatalogue(reader)
    reader.close()


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """The catalogue of an index with 3,000 studies and 24,000 instances."""
    index = IndexFile(tmp_path_factory.mktemp("many"))
    fill(index.path, studies=3000, instances=24_000, seed=7)
    reader = IndexReader(index)
    yield IndexCatalogue(reader)
    reader.close()


@pytest.fixture
def pages_of_seven(monkeypatch):
    """Pages so small, and so few matches gathered, that every seam is met."""
    monkeypatch.setattr(room, "QUERY_PAGE_ROWS", 7)
    monkeypatch.setattr(room, "QUERY_FIRST_PAGE_ROWS", 3)
    monkeypatch.setattr(room, "MATCHES_GATHERED_MAX", 20)


def query(level, returned=(), **keys):
    return Query(level, tuple(Key(keyword, match) for keyword, match in keys.items()), tuple(returned))


def uids(catalogue, asked):
    return [answer["StudyInstanceUID"] for answer in catalogue.find(asked)]


STUDY_UID = ("StudyInstanceUID",)


def test_every_keyword_that_was_asked_for_is_answered_and_counts_are_those_of_the_counters(rows, catalogue):
    for number in range(3):
        rows.add(SeriesNumber="2", InstanceNumber=str(number), SeriesDescription="Thorax")
    rows.add(SeriesInstanceUID="1.2.2", Modality="SR")
    rows.add(StudyInstanceUID="1.3", SeriesInstanceUID="1.3.1")
    asked = [attribute.keyword for attribute in ATTRIBUTES] + ["NotInTheIndex"]
    (answer,) = catalogue.find(query(Level.STUDY, asked, StudyInstanceUID=Single("1.2")))
    assert set(answer) == set(asked)
    assert all(type(text) is str for text in answer.values())
    assert answer["PatientName"] == "Doe^John"
    assert answer["NumberOfPatientRelatedStudies"] == "2"
    assert answer["NumberOfPatientRelatedSeries"] == "3"
    assert answer["NumberOfPatientRelatedInstances"] == "5"
    assert answer["NumberOfStudyRelatedSeries"] == "2"
    assert answer["NumberOfStudyRelatedInstances"] == "4"
    assert answer["ModalitiesInStudy"] == "CT\\SR"
    assert answer["SeriesDescription"] == answer["NotInTheIndex"] == ""
    (answer,) = catalogue.find(query(Level.SERIES, asked, SeriesInstanceUID=Single("1.2.1")))
    assert (answer["NumberOfSeriesRelatedInstances"], answer["SeriesDescription"], answer["StudyDate"]) == (
        "3",
        "Thorax",
        "20260102",
    )
    assert [one["InstanceNumber"] for one in catalogue.find(query(Level.IMAGE, asked, SeriesInstanceUID=Single("1.2.1")))] == [
        "0",
        "1",
        "2",
    ]


def test_keys_of_any_level_above_are_joined(rows, catalogue):
    rows.add()
    rows.add(
        PatientID="2",
        PatientName="Roe^Jane",
        StudyInstanceUID="1.3",
        SeriesInstanceUID="1.3.1",
        Modality="MR",
        StudyDate="20250101",
    )
    for level in (Level.STUDY, Level.SERIES, Level.IMAGE):
        assert uids(catalogue, query(level, STUDY_UID, PatientName=Wildcard("roe*"))) == ["1.3"]
        assert uids(catalogue, query(level, STUDY_UID, PatientName=Wildcard("*o*"), StudyDate=Range("20260101", ""))) == ["1.2"]
        assert uids(catalogue, query(level, STUDY_UID, ModalitiesInStudy=Single("MR"))) == ["1.3"]
    assert uids(catalogue, query(Level.IMAGE, STUDY_UID, Modality=Single("MR"), PatientID=Single("2"))) == ["1.3"]
    assert uids(catalogue, query(Level.IMAGE, STUDY_UID, Modality=Single("MR"), PatientID=Single("4711"))) == []


def test_a_modality_below_the_level_matches_whatever_has_such_a_series(rows, catalogue):
    rows.add()
    rows.add(SeriesInstanceUID="1.2.2", Modality="SR")
    rows.add(PatientID="2", StudyInstanceUID="1.3", SeriesInstanceUID="1.3.1", Modality="MR")
    assert uids(catalogue, query(Level.STUDY, STUDY_UID, Modality=Single("SR"))) == ["1.2"]
    assert uids(catalogue, query(Level.STUDY, STUDY_UID, ModalitiesInStudy=AnyOf(("SR", "MR")))) == ["1.3", "1.2"]
    assert [one["PatientID"] for one in catalogue.find(query(Level.PATIENT, ("PatientID",), Modality=Single("MR")))] == ["2"]
    assert [one["PatientID"] for one in catalogue.find(query(Level.PATIENT, ("PatientID",), ModalitiesInStudy=Single("SR")))] == [
        "4711"
    ]
    assert [one["Modality"] for one in catalogue.find(query(Level.SERIES, ("Modality",), Modality=Single("SR")))] == ["SR"]


def test_a_key_that_is_not_supported_narrows_nothing(rows, catalogue):
    rows.add()
    assert uids(catalogue, query(Level.STUDY, STUDY_UID, SeriesDescription=Single("nothing like it"))) == ["1.2"]


def test_studies_come_latest_first_and_series_and_instances_by_number(rows, catalogue):
    rows.add(StudyInstanceUID="1.4", SeriesInstanceUID="1.4.1", StudyDate="")
    for series, number in (("1.2.9", "10"), ("1.2.8", "9"), ("1.2.7", "")):
        for image in ("11", "2", ""):
            rows.add(SeriesInstanceUID=series, SeriesNumber=number, InstanceNumber=image)
    rows.add(StudyInstanceUID="1.3", SeriesInstanceUID="1.3.1", StudyDate="20260103")
    assert uids(catalogue, query(Level.STUDY, STUDY_UID)) == ["1.3", "1.2", "1.4"]
    assert uids(catalogue, query(Level.STUDY, STUDY_UID, PatientID=Single("4711"))) == ["1.3", "1.2", "1.4"]
    one_study = query(Level.STUDY, StudyInstanceUID=Single("1.2"))
    order = [(one.series_instance_uid, one.attributes["InstanceNumber"]) for one in catalogue.instances(one_study)]
    assert order == [(series, image) for series in ("1.2.7", "1.2.8", "1.2.9") for image in ("2", "11", "")]
    series = catalogue.find(query(Level.SERIES, ("SeriesNumber",), StudyInstanceUID=Single("1.2")))
    assert [one["SeriesNumber"] for one in series] == ["", "9", "10"]


def test_an_instance_comes_with_all_that_the_index_knows(rows, catalogue):
    rows.add(SOPInstanceUID="1.2.1.5", InstanceNumber="5", AccessionNumber="A7", blob="key")
    found = catalogue.instance("1.2.1.5 ")
    assert found is not None
    assert (found.blob, found.byte_count, found.checksum, found.received.microsecond) == ("key", 100, "0" * 31 + "1", 1)
    assert (found.calling_ae_title, found.called_ae_title, found.address) == ("CT-1", "ISOCENTER", "10.0.0.7")
    assert (found.study_instance_uid, found.series_instance_uid, found.sop_instance_uid) == ("1.2", "1.2.1", "1.2.1.5")
    assert found.attributes["AccessionNumber"] == "A7"
    assert set(found.attributes) == {attribute.keyword for attribute in ATTRIBUTES if not attribute.computed}
    for nothing in ("1.2.1.6", "", "1.2.1.*", "%"):
        assert catalogue.instance(nothing) is None


@pytest.mark.parametrize("level", list(Level))
def test_pages_have_no_seams(many, level, pages_of_seven):
    """Every match once and in order, whether walked or gathered, and cut anywhere as a whole reading would be."""
    keyword = {
        Level.PATIENT: "PatientID",
        Level.STUDY: "StudyInstanceUID",
        Level.SERIES: "SeriesInstanceUID",
        Level.IMAGE: "SOPInstanceUID",
    }[level]
    date = {} if level is Level.PATIENT else {"StudyDate": Range("20200101", "20200301")}
    asked = query(level, (keyword, "StudyDate"), **date)
    whole = [answer[keyword] for answer in many.find(asked)]
    assert len(whole) == len(set(whole)) > 20
    for offset, limit in ((0, 5), (4, 9), (len(whole) - 3, 10), (len(whole), 1), (0, 0)):
        cut = Query(level, asked.keys, asked.returned, limit=limit, offset=offset)
        assert [answer[keyword] for answer in many.find(cut)] == whole[offset : offset + limit]


def test_walking_and_gathering_find_the_same(many, monkeypatch):
    for asked in (
        query(Level.STUDY, STUDY_UID, PatientName=Wildcard("*e*")),
        query(Level.STUDY, STUDY_UID, PatientName=Wildcard("*e*"), Modality=Single("CT"), StudyDate=Range("", "20201231")),
        query(Level.PATIENT, ("PatientID",), PatientName=Wildcard("*e*")),
    ):
        found = [tuple(answer.values()) for answer in many.find(asked)]
        monkeypatch.setattr(room, "MATCHES_GATHERED_MAX", 3)
        assert [tuple(answer.values()) for answer in many.find(asked)] == found
        assert len(found) > 100
        monkeypatch.undo()


@pytest.mark.parametrize("level", list(Level))
def test_as_many_instances_come_as_were_counted(many, level, pages_of_seven):
    asked = query(level, PatientName=Wildcard("*^ana*"), **({} if level is Level.PATIENT else {"StudyDate": Range("20180101", "")}))
    found = list(many.instances(asked))
    assert len(found) == many.count_instances(asked) > 20
    assert len({one.sop_instance_uid for one in found}) == len(found)
    series = [one.series_instance_uid for one in found]
    assert len(set(series)) == 1 + sum(one != other for one, other in pairwise(series))
    cut = Query(level, asked.keys, limit=5, offset=3)
    assert [one.sop_instance_uid for one in many.instances(cut)] == [one.sop_instance_uid for one in found[3:8]]
    assert many.count_instances(cut) == 5


def test_a_list_of_many_uids_is_found_whole(many):
    listed = tuple(f"2.25.1000.{study}.1.1" for study in range(1, 15_000))
    asked = query(Level.IMAGE, SOPInstanceUID=AnyOf(listed))
    assert many.count_instances(asked) == sum(1 for _ in many.instances(asked)) == 3000


def test_what_arrives_after_the_start_is_not_seen_and_what_is_removed_is_left_out(rows, catalogue, pages_of_seven):
    for number in range(40):
        rows.add(StudyInstanceUID=f"1.2.{number}", SeriesInstanceUID=f"1.2.{number}.1", StudyDate="20260101")
    answers = catalogue.find(query(Level.STUDY, STUDY_UID))
    seen = [next(answers)["StudyInstanceUID"]]
    rows.add(StudyInstanceUID="1.9", SeriesInstanceUID="1.9.1", StudyDate="20250101")
    rows.connection.execute("DELETE FROM study WHERE study_instance_uid = '1.2.0'")
    seen += [answer["StudyInstanceUID"] for answer in answers]
    assert seen == [f"1.2.{number}" for number in range(39, 0, -1)]


def test_an_instance_that_arrives_while_its_study_is_sent_is_not_sent_with_it(rows, catalogue):
    rows.add(InstanceNumber="1")
    rows.add(SeriesInstanceUID="1.2.2", SeriesNumber="2")
    sending = catalogue.instances(query(Level.STUDY, StudyInstanceUID=Single("1.2")))
    sent = [next(sending).series_instance_uid]
    rows.add(SeriesInstanceUID="1.2.2", SeriesNumber="2")
    rows.add(SeriesInstanceUID="1.2.3", SeriesNumber="3")
    assert sent + [one.series_instance_uid for one in sending] == ["1.2.1", "1.2.2"]


def test_a_slow_reader_keeps_neither_the_writer_nor_the_log_waiting(rows, catalogue, pages_of_seven):
    for number in range(40):
        rows.add(StudyInstanceUID=f"1.2.{number}", SeriesInstanceUID=f"1.2.{number}.1")
    answers = catalogue.find(query(Level.STUDY, STUDY_UID))
    next(answers)
    rows.add(StudyInstanceUID="1.9", SeriesInstanceUID="1.9.1")
    busy, _, _ = rows.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy == 0
    assert sum(1 for _ in answers) == 39


def test_a_stream_that_is_closed_has_no_more_answers(many):
    answers = many.find(query(Level.STUDY, STUDY_UID))
    next(answers)
    answers.close()
    answers.close()
    assert list(answers) == []


def test_memory_stays_flat_however_many_answers_are_streamed(many):
    asked = query(Level.IMAGE, ("SOPInstanceUID", "PatientName", "InstanceNumber"))
    answers = many.find(asked)
    for _ in range(1000):
        next(answers)
    tracemalloc.start()
    try:
        count = sum(1 for _ in answers)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 23_000
    assert peak < 2_000_000


def test_keys_that_cannot_be_matched_are_refused_before_anything_is_read(catalogue):
    for ask in (catalogue.find, catalogue.instances, catalogue.count_instances):
        with pytest.raises(UsageError, match="StudyDate"):
            ask(query(Level.STUDY, StudyDate=Single("tomorrow")))
        with pytest.raises(UsageError, match="negative"):
            ask(Query(Level.STUDY, offset=-1))


# Attributes that only the blob knows


def blob_of(store, syntax, **keywords):
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPInstanceUID = "1.2.3.9"
    for keyword, value in keywords.items():
        setattr(dataset, keyword, value)
    dataset.PixelData = b"\0" * 64
    dataset["PixelData"].VR = "OW"
    content = io.BytesIO()
    implicit = syntax == ImplicitVRLittleEndian
    file = FileDataset(None, dataset, is_implicit_VR=implicit, is_little_endian=True)
    file.file_meta = Dataset()
    file.file_meta.TransferSyntaxUID = syntax
    if syntax == DeflatedExplicitVRLittleEndian:
        plain = io.BytesIO()
        FileDataset(None, dataset).save_as(plain, implicit_vr=False, little_endian=True)
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        content.write(packer.compress(plain.getvalue()) + packer.flush())
    else:
        FileDataset(None, dataset).save_as(content, implicit_vr=implicit, little_endian=True)
    draft = store.draft(16)
    draft.write(content.getvalue())
    key = draft.seal(b"\0" * 16)
    draft.sync()
    return key


EXTRA = (0x00181151, 0x00180050, 0x00081140, 0x00104000, 0x00080090, 0x7FE00010, 0x00099999)


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_attributes_outside_the_index_are_read_from_the_blob(rows, syntax):
    blobs = MemoryBlobs()
    key = blob_of(
        blobs, syntax, XRayTubeCurrent="120", SliceThickness="1.250", ImageComments="Größe", ReferringPhysicianName="山田^太郎"
    )
    rows.add(blob=key, transfer_syntax=syntax, InstanceNumber="1")
    rows.add(blob="gone", transfer_syntax=syntax, InstanceNumber="2")
    reader = IndexReader(rows.index)
    tags = (*EXTRA, 0x00204000)
    asked = Query(Level.IMAGE, returned=("InstanceNumber",), extra_tags=tags)
    gone, found = IndexCatalogue(reader, blobs).find(asked)
    assert set(found) == set(gone) == {"InstanceNumber", *(f"{tag:08X}" for tag in tags)}
    assert (found["00181151"], found["00180050"], found["00204000"], found["00080090"]) == ("120", "1.250", "Größe", "山田^太郎")
    assert all(found[f"{tag:08X}"] == "" for tag in (0x00081140, 0x7FE00010, 0x00099999))
    assert gone["InstanceNumber"] == "2"
    assert set(gone.values()) == {"2", ""}
    reader.close()


def test_a_blob_that_is_no_data_set_answers_with_nothing(rows):
    blobs = MemoryBlobs()
    for content in (b"", b"\x08", b"\x08\x00\x05\x00CS\xff\xff", b"\x0a\x00\x10\x00SQ\0\0\xff\xff\xff\xff" * 2000, b"\xff" * 5000):
        draft = blobs.draft(4)
        draft.write(content)
        for syntax in (ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, "1.2.3"):
            rows.add(blob=f"{len(blobs.kept):09d}", transfer_syntax=syntax)
        draft.seal(b"\0" * 4)
    reader = IndexReader(rows.index)
    answers = list(IndexCatalogue(reader, blobs).find(Query(Level.IMAGE, extra_tags=(0x00181151,))))
    assert answers == [{"00181151": ""}] * 20
    reader.close()
