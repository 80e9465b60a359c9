import json
from pathlib import Path

import pydicom.data
import pytest

from isocenter.cli.exits import Exit


@pytest.fixture
def dump(home, tools):
    return lambda *arguments: tools.call("dump", *arguments, home=home)


def test_a_file_is_shown_with_tags_names_and_values(dump, made):
    lines = dump(made(PatientName="DOE^JOHN")).out.splitlines()
    assert lines[0].startswith("(0002,0000) UL File Meta Information Group Length")
    assert "(0010,0010) PN Patient's Name                       DOE^JOHN" in lines
    assert [line[:11] for line in lines] == sorted(line[:11] for line in lines)


def test_a_stored_instance_is_shown_by_its_uid(stocked, patients):
    uid = patients["mr1"].SOPInstanceUID
    assert f"(0008,0018) UI SOP Instance UID                     {uid}" in stocked.call("dump", uid).out
    said = stocked.call("dump", "1.2.3.4")
    assert (said.code, "no instance of that UID" in said.err) == (Exit.USAGE, True)


def test_only_what_is_asked_for_is_shown(dump, made):
    path = made(PatientName="DOE^JOHN", PatientID="4711")
    assert dump(path, "-t", "PatientID").out == "(0010,0020) LO Patient ID                           4711\n"
    assert dump(path, "-t", "PatientID", "-t", "0010,0010").out.count("\n") == 2
    assert dump(path, "-s", "doe").out.count("\n") == 1
    assert dump(path, "-s", "patient id").out.count("\n") == 1
    assert dump(path, "-t", "Nonsense").code == Exit.USAGE


def test_items_of_sequences_are_indented(dump, made):
    inner = pydicom.Dataset()
    inner.CodeValue = "T-A0100"
    lines = dump(made(AnatomicRegionSequence=[inner, inner])).out.splitlines()
    assert any("SQ Anatomic Region Sequence" in line and line.endswith("2 items") for line in lines)
    assert sum(line.startswith("  (0008,0100) SH") for line in lines) == 2


def test_long_values_stay_in_the_file_unless_asked_for(dump, made):
    path = made(PixelData=bytes(range(256)) * 64)
    assert dump(path, "-t", "PixelData").out.rstrip().endswith("16384 bytes, shown with --whole")
    assert dump(path, "-t", "PixelData", "--whole").out.rstrip().endswith("fe ff")
    assert (
        dump(made("long.dcm", ImageComments="x" * 5000), "-t", "ImageComments", "--json").json[0]["00204000"]["BulkDataURI"] == ""
    )
    [whole] = dump(path, "--json", "--whole").json
    assert len(whole["7FE00010"]["InlineBinary"]) > 16384


def test_json_is_the_model_of_the_standard(dump, made):
    [words] = dump(made(PatientName="DOE^JOHN"), "--json", "-t", "PatientName").json
    assert words == {"00100010": {"vr": "PN", "Value": [{"Alphabetic": "DOE^JOHN"}]}}


def test_a_file_that_ends_too_early_is_shown_as_far_as_it_goes(dump, made, tmp_path):
    (tmp_path / "cut.dcm").write_bytes(made(PixelData=bytes(16384)).read_bytes()[:-9000])
    said = dump(tmp_path / "cut.dcm")
    assert said.code == 0
    assert "16384 bytes stated, but the file ends after 7384 of them" in said.out


@pytest.mark.parametrize(
    "content", [b"", b"root:x:0:0:root\n" * 100, bytes(5000), bytes(128) + b"DICM" + b"\x02\x00\x10\x00UI\xff\xff"]
)
def test_what_is_no_dicom_file_is_said_to_be_none(dump, tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    said = dump(tmp_path / "x")
    assert said.code == Exit.FAILED
    assert "is not a DICOM file" in said.err
    assert said.out == ""


def test_what_is_neither_a_file_nor_a_uid_is_a_mistake_of_usage(dump, tmp_path):
    assert dump(tmp_path).code == Exit.USAGE
    assert "it is not a UID" in dump("nowhere.dcm").err
    assert dump("1.2.3").code == Exit.USAGE


def test_values_cannot_drive_the_terminal(dump, made):
    path = made(PatientName="A\x1b[2J\u202eB", StudyDescription="two\r\nlines", SpecificCharacterSet="ISO_IR 192")
    for form in ((), ("--json",), ("--whole",)):
        said = dump(path, *form)
        assert said.code == 0
        assert not {"\x1b", "\r", "\u202e"} & set(said.out + said.err)
    json.loads(dump(path, "--json").out)


def test_every_file_of_pydicom_is_shown_or_said_to_be_none(dump):
    paths = sorted((Path(pydicom.data.__file__).parent / "test_files").rglob("*.dcm"))
    assert len(paths) > 50
    for path in paths:
        for form in ((), ("--json",)):
            said = dump(path, *form)
            assert said.code == 0 or "is not a DICOM file" in said.err, (path, said.err)
            assert bool(said.out) is (said.code == 0)
