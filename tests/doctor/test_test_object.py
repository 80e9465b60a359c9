"""The synthetic object: valid for its class, written in each syntax, marked as nobody, with its words in its pixels."""

from __future__ import annotations

import shutil
import subprocess
import zlib

import numpy as np
import pydicom
import pytest
from tests.doctor.scripted import visit_to

from isocenter.dataset.part10 import header
from isocenter.doctor.identity import PATIENT_ID
from isocenter.doctor.lettering import lines
from isocenter.doctor.test_documents import pdf_of
from isocenter.doctor.test_object import KINDS, SYNTAXES, made, written
from isocenter.model.records import Node
from isocenter.standard.sop_class import STORAGE

NODE = Node("pacs", "PACS_1", "10.0.0.5", 104)


def part10(uid: str, syntax: str, path):
    made_of, data_set = made(visit_to(NODE, storage_class_uid=uid))
    content = header(sop_class_uid=uid, sop_instance_uid=made_of.sop_instance_uid, transfer_syntax=syntax) + written(
        data_set, syntax
    )
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("uid", KINDS)
def test_each_class_passes_a_validator(uid, tmp_path):
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy is not installed (Debian: apt-get install dicom3tools)")
    path = part10(uid, SYNTAXES[0], tmp_path / "object.dcm")
    ended = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, timeout=60, check=False)
    errors = [line for line in (ended.stdout + ended.stderr).splitlines() if line.startswith("Error")]
    assert not errors


@pytest.mark.parametrize("uid", KINDS)
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_each_class_is_the_same_in_each_syntax(uid, syntax, tmp_path):
    read = pydicom.dcmread(part10(uid, syntax, tmp_path / "object.dcm"))
    assert (read.SOPClassUID, read.PatientID) == (uid, PATIENT_ID)
    if "PixelData" in read and read.BitsAllocated > 1:
        assert read.pixel_array.max() > read.pixel_array.min()


@pytest.mark.parametrize("uid", [*STORAGE, "1.3.6.1.4.1.99999.1"])
def test_any_class_at_all_can_be_made(uid):
    made_of, data_set = made(visit_to(NODE, storage_class_uid=uid))
    assert made_of.sop_class_uid == data_set.SOPClassUID == uid
    assert written(data_set, SYNTAXES[1])


def test_who_sent_it_when_and_to_whom_is_in_the_pixels():
    _, data_set = made(visit_to(NODE))
    pixels = np.frombuffer(data_set.PixelData, "<u2").reshape(512, 512) >> 4
    words = lines(["      10.0.0.5:104"], 2)
    ink = words[:, np.flatnonzero(words.any(axis=0))[0] :]
    found = [
        row
        for row in range(512 - ink.shape[0])
        if np.all(pixels[row : row + ink.shape[0], 24 + words.shape[1] - ink.shape[1] : 24 + words.shape[1]][ink == 1] == 255)
    ]
    assert found


def test_writing_it_in_one_syntax_does_not_change_it_in_another():
    _, data_set = made(visit_to(NODE))
    before = written(data_set, SYNTAXES[0])
    for syntax in SYNTAXES:
        written(data_set, syntax)
    assert written(data_set, SYNTAXES[0]) == before


def test_a_document_has_its_words_where_its_own_list_says():
    page = pdf_of(("ISOCENTER TEST OBJECT", "(in brackets) \\ and Ä"))
    start = int(page.rsplit(b"startxref", 1)[1].split()[0])
    places = [int(line[:10]) for line in page[start:].split(b"\n")[3:8]]
    assert [page[at:].split(b" ")[0] for at in places] == [b"1", b"2", b"3", b"4", b"5"]
    drawn = zlib.decompress(page.split(b"stream\n", 1)[1].split(b"\nendstream")[0])
    assert b"(ISOCENTER TEST OBJECT) Tj" in drawn
    assert b"(\\(in brackets\\) \\\\ and \xc4) Tj" in drawn


def test_who_sent_a_report_is_its_text():
    _, data_set = made(visit_to(NODE, storage_class_uid="1.2.840.10008.5.1.4.1.1.88.11"))
    assert "10.0.0.5:104" in data_set.ContentSequence[0].TextValue


def test_a_character_that_is_no_ascii_is_a_question_mark():
    assert np.array_equal(lines(["ä"]), lines(["?"]))
    assert lines([]).size == 0
