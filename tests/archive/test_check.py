"""Every kind of rot is found and named, nothing is changed, and nothing is found where all is well."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest
from tests.archive.conftest import store_in
from tests.archive.looking import findings_of

from isocenter.archive.archive import Archive
from isocenter.archive.check import Finding, Problem, Progress
from isocenter.model.attributes import Level


def kinds_of(archive, **how):
    return sorted(finding.problem.name for finding in findings_of(archive, **how))


def path_of(archive, uid):
    with closing(archive.index.connect_reader()) as connection:
        (blob,) = connection.execute("SELECT blob FROM instance WHERE sop_instance_uid = ?", (uid,)).fetchone()
    return archive.folder / "blobs" / f"{blob}.dcm"


@pytest.fixture
def filled(archive):
    for number in range(1, 5):
        store_in(archive, f"1.2.3.1.1.{number}")
    store_in(archive, "1.2.3.1.1.4", pixels=b"\1" * 64)
    return archive


def test_a_sound_archive_has_no_findings_and_the_progress_ends_at_its_total(filled):
    told = list(filled.check())
    assert [item for item in told if isinstance(item, Finding)] == []
    last = told[-1]
    assert isinstance(last, Progress)
    assert (last.blobs, last.rows, last.total) == (5, 5, 10)
    assert last.byte_count > 5 * 64


def test_a_missing_blob_is_found(filled):
    path_of(filled, "1.2.3.1.1.2").unlink()
    [finding] = findings_of(filled)
    assert (finding.problem, finding.sop_instance_uid) == (Problem.MISSING, "1.2.3.1.1.2")


def test_a_flipped_bit_is_found_at_every_place_of_a_blob(filled):
    path = path_of(filled, "1.2.3.1.1.2")
    whole = path.read_bytes()
    for place in [*range(0, len(whole), 5), len(whole) - 1]:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        assert findings_of(filled), f"a flipped bit in byte {place} went unseen"
    path.write_bytes(whole)
    assert findings_of(filled) == []


def test_without_content_only_headers_and_lengths_are_compared(filled):
    path = path_of(filled, "1.2.3.1.1.2")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"\7")
    assert kinds_of(filled, content=False) == []
    assert kinds_of(filled) == ["DAMAGED"]
    path.write_bytes(whole[:-1])
    assert kinds_of(filled, content=False) == ["DAMAGED", "DAMAGED"]


def test_a_partial_blob_and_an_orphan_are_told_apart(filled, tmp_path):
    source = path_of(filled, "1.2.3.1.1.2")
    filled.perform(lambda cursor: cursor.execute("DELETE FROM instance WHERE sop_instance_uid = '1.2.3.1.1.2'"))
    assert kinds_of(filled) == ["ORPHAN"]
    source.write_bytes(bytes(1000))
    assert kinds_of(filled) == ["PARTIAL"]


def test_two_blobs_swapped_are_found(filled):
    one, other = path_of(filled, "1.2.3.1.1.1"), path_of(filled, "1.2.3.1.1.2")
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    assert kinds_of(filled) == ["DIFFERS", "DIFFERS", "ORPHAN", "ORPHAN"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE instance SET instance_number = '99' WHERE id = 2",
        "UPDATE instance SET checksum = x'00112233445566778899aabbccddeeff' WHERE id = 2",
        "UPDATE instance SET byte_count = 1 WHERE id = 2",
        "UPDATE set_aside SET study_instance_uid = '1.9'",
    ],
)
def test_a_row_that_says_otherwise_than_its_blob_is_found(filled, change):
    filled.perform(lambda cursor: cursor.execute(change))
    assert "DIFFERS" in kinds_of(filled)


def test_a_wrong_patient_is_found_in_every_instance_of_it(filled):
    filled.perform(lambda cursor: cursor.execute("UPDATE patient SET patient_id = '0815'"))
    findings = findings_of(filled)
    assert len(findings) == 4
    assert all("PatientID" in finding.detail for finding in findings)


def test_nothing_is_changed(filled):
    path_of(filled, "1.2.3.1.1.2").unlink()
    before = {path: path.read_bytes() for path in filled.folder.rglob("*.dcm")}
    with closing(filled.index.connect_reader()) as connection:
        rows = list(connection.iterdump())
        findings_of(filled)
        assert list(connection.iterdump()) == rows
    assert {path: path.read_bytes() for path in filled.folder.rglob("*.dcm")} == before


def test_stores_and_removals_meanwhile_are_no_findings(tmp_path):
    with Archive(tmp_path) as archive:
        for number in range(1, 40):
            store_in(archive, f"1.2.3.1.{number}.1")
        going = threading.Event()

        def work():
            number = 40
            while not going.is_set():
                store_in(archive, f"1.2.3.1.{number}.1")
                archive.remove(Level.SERIES, f"1.2.3.1.{number - 39}")
                number += 1

        worker = threading.Thread(target=work)
        worker.start()
        for _ in range(8):
            assert findings_of(archive) == []
        going.set()
        worker.join()
        assert findings_of(archive) == []
