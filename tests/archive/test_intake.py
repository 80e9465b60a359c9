"""What becomes of an instance: stored, the same again, set aside, refused."""

from __future__ import annotations

import itertools
import json
import sqlite3
import threading
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.archive.looking import content_of

from isocenter.archive.archive import Archive
from isocenter.model.records import Conflict, Duplicate, Mismatch, Stored, Unreadable


def rows_of(archive, statement, *values):
    with closing(archive.index.connect_reader()) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(statement, values)]


def blobs_of(archive):
    return [key for key in archive.store.walk() if archive.store.exists(key) and _is_whole(archive, key)]


def _is_whole(archive, key):
    try:
        with archive.open(key):
            return True
    except FileNotFoundError:
        return False


def test_a_stored_instance_is_in_every_table_with_its_counters(archive, store):
    assert isinstance(store("1.2.3.1.1.1"), Stored)
    assert isinstance(store("1.2.3.1.1.2", InstanceNumber="8"), Stored)
    assert isinstance(store("1.2.3.1.2.1", Modality="SR", SOPClassUID="1.2.840.10008.5.1.4.1.1.2"), Stored)
    [patient] = rows_of(archive, "SELECT * FROM patient")
    assert (patient["patient_id"], patient["patient_name"], patient["patient_name_folded"]) == ("4711", "Doe^John", "doe^john")
    assert (patient["study_count"], patient["series_count"], patient["instance_count"]) == (1, 2, 3)
    [study] = rows_of(archive, "SELECT * FROM study")
    assert (study["study_instance_uid"], study["series_count"], study["instance_count"]) == ("1.2.3.1", 2, 3)
    assert (study["modalities_in_study"], study["sop_classes_in_study"]) == ("CT\\SR", "1.2.840.10008.5.1.4.1.1.2")
    assert [row["instance_count"] for row in rows_of(archive, "SELECT * FROM series ORDER BY id")] == [2, 1]
    first, second, _ = rows_of(archive, "SELECT * FROM instance ORDER BY id")
    assert (first["id"], second["id"], second["ordinal"]) == (1, 2, 8)
    [origin] = rows_of(archive, "SELECT * FROM origin")
    assert (origin["calling_ae_title"], origin["address"], origin["source"]) == ("CT-1", "10.0.0.7", "dimse")


def test_what_stored_tells_is_what_was_sent(store):
    result = store(PatientName="Äsop^Äse".encode(), SpecificCharacterSet="ISO_IR 192", StudyDescription="Thorax ")
    assert isinstance(result, Stored)
    told = result.instance
    assert told.attributes["PatientName"] == "Äsop^Äse"
    assert told.attributes["StudyDescription"] == "Thorax"
    assert told.attributes["AccessionNumber"] == ""
    assert "NumberOfStudyRelatedSeries" not in told.attributes
    assert (told.calling_ae_title, told.series_instance_uid, len(told.checksum)) == ("CT-1", "1.2.3.1.1", 32)


def test_text_is_kept_in_composed_form_whatever_form_it_came_in(archive, store):
    store(PatientName="Müller^U".encode(), SpecificCharacterSet="ISO_IR 192")
    store("1.2.3.2.1.1", PatientName="Müller^U".encode(), SpecificCharacterSet="ISO_IR 192")
    assert {row["patient_name"] for row in rows_of(archive, "SELECT patient_name FROM patient")} == {"Müller^U"}


def test_the_same_bytes_again_are_a_duplicate_and_stored_once(archive, store):
    store()
    assert store() == Duplicate("1.2.3.1.1.1")
    assert len(blobs_of(archive)) == 1
    assert rows_of(archive, "SELECT instance_count FROM patient") == [{"instance_count": 1}]


def test_other_bytes_under_the_same_uid_are_set_aside_with_what_differs(archive, store):
    kept = store()
    result = store(InstanceNumber="9", pixels=b"\1" * 64)
    assert isinstance(result, Conflict)
    assert ("InstanceNumber", "7", "9") in result.differences
    assert result.differences[-1][0] == "checksum"
    assert [row["instance_number"] for row in rows_of(archive, "SELECT * FROM instance")] == ["7"]
    [aside] = rows_of(archive, "SELECT * FROM set_aside")
    assert aside["kept_blob"] == kept.instance.blob
    assert json.loads(aside["differences"]) == [list(difference) for difference in result.differences]
    assert b"\1" * 64 in content_of(archive, aside["blob"])
    [change] = rows_of(archive, "SELECT * FROM change")
    assert (change["kind"], change["serial"], change["sop_instance_uid"]) == ("set aside", aside["id"], "1.2.3.1.1.1")


def test_what_was_set_aside_and_comes_again_is_not_set_aside_twice(archive, store):
    store()
    store(pixels=b"\1" * 64)
    assert store(pixels=b"\1" * 64) == Duplicate("1.2.3.1.1.1")
    assert len(rows_of(archive, "SELECT * FROM set_aside")) == 1
    assert len(blobs_of(archive)) == 2


@pytest.mark.parametrize(
    ("uid", "values", "expected"),
    [
        ("1.2.3.1.1.2", {"PatientID": "0815"}, ("PatientID", "4711", "0815")),
        ("1.2.3.1.9.2", {"PatientID": "0815"}, ("PatientID", "4711", "0815")),
        ("1.2.3.1.1.2", {"PatientID": ""}, ("PatientID", "4711", "")),
        ("1.2.3.1.1.2", {"StudyInstanceUID": "1.2.3.9"}, ("StudyInstanceUID", "1.2.3.1", "1.2.3.9")),
        ("1.2.3.1.1.1", {"SeriesInstanceUID": "1.2.3.1.9"}, ("SeriesInstanceUID", "1.2.3.1.1", "1.2.3.1.9")),
        ("1.2.3.1.1.2", {"IssuerOfPatientID": "OTHER"}, ("IssuerOfPatientID", "HERE", "OTHER")),
    ],
)
def test_what_contradicts_the_tree_is_set_aside_and_makes_no_rows(archive, store, uid, values, expected):
    store("1.2.3.1.1.1", IssuerOfPatientID="HERE")
    result = store(uid, **values)
    assert isinstance(result, Conflict)
    assert expected in result.differences
    for table, count in (("patient", 1), ("study", 1), ("series", 1), ("instance", 1), ("set_aside", 1)):
        assert len(rows_of(archive, f"SELECT * FROM {table}")) == count


def test_the_cached_and_the_loaded_parent_judge_alike(tmp_path, arrival, instance):
    for round_ in range(2):
        with Archive(tmp_path) as archive:
            uid = f"1.2.3.1.1.{round_ + 1}"
            reception = archive.begin(arrival(uid))
            reception.write(instance(uid))
            assert isinstance(reception.finish(), Stored)
            reception = archive.begin(arrival("1.2.3.1.1.9"))
            reception.write(instance("1.2.3.1.1.9", PatientID="0815", pixels=bytes([round_]) * 64))
            assert isinstance(reception.finish(), Conflict)
            assert rows_of(archive, "SELECT instance_count AS n FROM study") == [{"n": round_ + 1}]


def test_patients_without_an_id_are_told_apart_by_name_and_birth_date(archive, store):
    assert isinstance(store("1.2.3.1.1.1", PatientID="", PatientName="Doe^John"), Stored)
    assert isinstance(store("1.2.3.2.1.1", PatientID="", PatientName="DOE^JOHN"), Stored)
    assert isinstance(store("1.2.3.3.1.1", PatientID="", PatientName="Roe^Jane"), Stored)
    assert isinstance(store("1.2.3.4.1.1", PatientID="", PatientName="Doe^John", PatientBirthDate="19700101"), Stored)
    assert isinstance(store("1.2.3.1.1.2", PatientID="", PatientName="Roe^Jane"), Conflict)
    assert len(rows_of(archive, "SELECT * FROM patient")) == 3


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID"])
def test_a_missing_uid_is_named(archive, store, keyword):
    result = store(**{keyword: ""})
    assert isinstance(result, Unreadable)
    assert result.missing == (keyword,)
    assert blobs_of(archive) == []


@pytest.mark.parametrize("bad", ["..", "1.2\\1.3", "../../etc/passwd", "1.2.3.", "1" * 65, "1.2.x", "CON"])
def test_what_is_no_uid_is_refused_by_name(store, bad):
    result = store(StudyInstanceUID=bad)
    assert isinstance(result, Unreadable)
    assert "StudyInstanceUID" in result.reason


def test_a_command_that_says_another_class_or_instance_is_a_mismatch(archive, instance, arrival):
    for said in (arrival("1.2.3.1.1.1", sop_class_uid="1.2.840.10008.5.1.4.1.1.4"), arrival("1.2.3.1.1.7")):
        reception = archive.begin(said)
        reception.write(instance("1.2.3.1.1.1"))
        assert isinstance(reception.finish(), Mismatch)
    assert blobs_of(archive) == []


def test_an_empty_data_set_and_a_cut_one_are_unreadable(archive, instance, arrival):
    whole = instance()
    cut = whole[: whole.index(b"4711") + 1]
    for content in (b"", cut, b"\xff" * 200):
        reception = archive.begin(arrival())
        reception.write(content)
        assert isinstance(reception.finish(), Unreadable)
    assert blobs_of(archive) == []


def test_an_abandoned_reception_leaves_no_trace_and_may_be_abandoned_twice(archive, instance, arrival):
    for size in (10, 500_000):
        reception = archive.begin(arrival())
        reception.write(instance(pixels=b"\0" * size))
        reception.abandon()
        reception.abandon()
    assert blobs_of(archive) == []
    assert archive.store.unsettled_after() == archive.store.last_key()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 400_000), max_size=8))
def test_any_chunking_gives_the_same_blob(archive, instance, arrival, cuts):
    content = instance(pixels=bytes(range(256)) * 1400)
    reception = archive.begin(arrival())
    bounds = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    for begin, end in itertools.pairwise(bounds):
        reception.write(memoryview(content)[begin:end])
    assert isinstance(reception.finish(), Stored | Duplicate)
    [row] = rows_of(archive, "SELECT blob FROM instance")
    assert content_of(archive, row["blob"]) == content


@pytest.mark.parametrize("same_bytes", [True, False])
def test_the_same_uid_on_two_associations_at_the_same_moment(archive, instance, arrival, same_bytes):
    for round_ in range(15):
        uid = f"1.2.3.1.1.{round_ + 1}"
        results = []
        gate = threading.Barrier(4)

        def send(worker, uid=uid, results=results, gate=gate):
            reception = archive.begin(arrival(uid))
            reception.write(instance(uid, pixels=b"\0" * 64 if same_bytes else bytes([worker]) * 64))
            gate.wait()
            results.append(reception.finish())

        workers = [threading.Thread(target=send, args=(worker,)) for worker in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        kinds = sorted(type(result).__name__ for result in results)
        assert kinds == (["Duplicate"] * 3 + ["Stored"] if same_bytes else ["Conflict"] * 3 + ["Stored"])


def test_a_duplicate_mends_a_kept_blob_that_has_been_damaged_or_is_gone(archive, store):
    for damage in (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\xff"), lambda path: path.unlink()):
        first = store()
        [row] = rows_of(archive, "SELECT blob FROM instance")
        path = archive.folder / "blobs" / f"{row['blob']}.dcm"
        whole = path.read_bytes()
        damage(path)
        assert isinstance(store(), Stored), first
        [row] = rows_of(archive, "SELECT blob FROM instance")
        assert (archive.folder / "blobs" / f"{row['blob']}.dcm").read_bytes() == whole


def test_equal_checksums_of_other_bytes_are_both_kept(archive, store, monkeypatch):
    store()
    place_of = archive.writer.filing.file

    def file_with_a_forged_checksum(entry):
        [kept] = rows_of(archive, "SELECT checksum, byte_count FROM instance")
        if not entry.collides:
            entry.checksum = kept["checksum"]
        return place_of(entry)

    monkeypatch.setattr(archive.writer.filing, "file", file_with_a_forged_checksum)
    monkeypatch.setattr(
        "isocenter.archive.intake.checksum_of", lambda blob: rows_of(archive, "SELECT checksum FROM instance")[0]["checksum"]
    )
    result = store(pixels=b"\1" * 64)
    assert isinstance(result, Conflict)
    assert len(blobs_of(archive)) == 2


def test_one_bad_row_of_a_batch_does_not_take_the_others_with_it(archive, instance, arrival, monkeypatch):
    filing = archive.writer.filing
    place_of = filing.file

    def stumble(entry):
        if entry.value("InstanceNumber") == "13":
            raise sqlite3.IntegrityError("a row that cannot be")
        return place_of(entry)

    monkeypatch.setattr(filing, "file", stumble)
    results = {}

    def send(number):
        uid = f"1.2.3.1.1.{number}"
        reception = archive.begin(arrival(uid))
        reception.write(instance(uid, InstanceNumber=str(number)))
        results[number] = type(reception.finish()).__name__

    held = threading.Event()
    holder = threading.Thread(target=archive.perform, args=(lambda _cursor: held.wait(),))
    holder.start()
    workers = [threading.Thread(target=send, args=(number,)) for number in range(10, 16)]
    for worker in workers:
        worker.start()
    held.set()
    for worker in (*workers, holder):
        worker.join()
    assert results == {number: "Full" if number == 13 else "Stored" for number in range(10, 16)}
    assert rows_of(archive, "SELECT instance_count AS n FROM study") == [{"n": 5}]


def test_what_perform_raises_is_raised_and_rolls_back(archive):
    def work(cursor):
        cursor.execute("INSERT INTO setting VALUES ('a', '1')")
        raise KeyError("no")

    with pytest.raises(KeyError):
        archive.perform(work)
    assert rows_of(archive, "SELECT * FROM setting WHERE name = 'a'") == []
    assert archive.perform(lambda cursor: cursor.execute("SELECT 42").fetchone()[0]) == 42
