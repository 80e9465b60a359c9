import pytest

from isocenter.cli.exits import Exit


def test_files_go_into_an_archive_that_does_not_run(home, tools, disc):
    said = tools.call("import", disc, home=home)
    assert (said.code, said.out, said.err) == (0, "7 stored.\n", "")
    again = tools.call("import", disc / "ct1", home=home)
    assert (again.code, again.out) == (0, "3 there already.\n")


def test_files_go_into_an_archive_that_runs(archive, disc):
    said = archive.call("import", disc)
    assert (said.code, said.out) == (0, "7 taken.\n")
    assert len(archive.call("find", archive.node, "-l", "image", "--json").json) == 7


def test_an_archive_that_serves_known_nodes_only_says_what_to_do(strict, disc):
    said = strict.call("import", disc)
    assert said.code == Exit.USAGE
    assert "isocenter node add import --aet ISOCENTER --host 127.0.0.1" in said.err


def test_another_image_of_the_same_uid_is_set_aside_and_both_patients_are_named(home, tools, made):
    assert tools.call("import", made(), home=home).code == 0
    said = tools.call("import", made(PatientID="SOMEBODY\x1bELSE"), home=home)
    assert said.code == 0
    assert said.out == "1 set aside.\n"
    assert "PatientID" in said.err
    assert "\x1b" not in said.err
    assert tools.call("import", made(PatientID="SOMEBODY\x1bELSE"), "--json", home=home).json[0]["outcome"] == "there already"


def test_what_cannot_be_filed_is_refused_and_the_rest_goes_in(home, tools, made, disc):
    said = tools.call("import", made(StudyInstanceUID=""), disc / "ct1", home=home)
    assert said.code == Exit.PARTLY
    assert "3 stored" in said.out
    assert "1 refused" in said.out
    assert "StudyInstanceUID" in said.err
    assert tools.call("import", made(StudyInstanceUID=""), home=home).code == Exit.FAILED


def test_nothing_to_import_is_a_mistake_of_usage(home, tools, tmp_path):
    (tmp_path / "x").write_text("hello")
    assert tools.call("import", tmp_path / "x", home=home).code == Exit.USAGE
    assert tools.call("import", tmp_path / "nowhere", home=home).code == Exit.USAGE


def test_everything_comes_out_as_it_went_in(closed, tools, disc, tmp_path):
    import pydicom

    said = tools.call("export", "--all", "--out", tmp_path / "out", home=closed)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("7 files, ")
    out = {pydicom.dcmread(path).SOPInstanceUID: pydicom.dcmread(path) for path in (tmp_path / "out").rglob("*.dcm")}
    assert len(out) == 7
    for path in disc.rglob("*.dcm"):
        image = pydicom.dcmread(path)
        assert out[image.SOPInstanceUID] == image
    assert len({path.parent for path in (tmp_path / "out").rglob("*.dcm")}) == 3


def test_what_lies_there_is_never_overwritten(closed, tools, tmp_path):
    for count in (7, 14):
        tools.call("export", "--all", "--out", tmp_path / "out", home=closed)
        assert len(list((tmp_path / "out").rglob("*.dcm"))) == count


@pytest.mark.parametrize(
    ("key", "count"),
    [
        ("PatientID={ct2.PatientID}", 2),
        ("Modality=MR", 2),
        ("StudyDate=19000101-", 7),
        ("StudyInstanceUID={ct1.StudyInstanceUID}\\{ct2.StudyInstanceUID}", 7),
        ("PatientName={ct1.PatientName}", 5),
        ("SOPInstanceUID={mr1.SOPInstanceUID}", 1),
    ],
)
def test_keys_choose_what_comes_out(closed, tools, patients, tmp_path, key, count):
    [*each, total] = tools.call("export", "-k", key.format(**patients), "--out", tmp_path / "o", "--json", home=closed).json
    assert (len(each), total["written"], total["failed"]) == (count, count, 0)


@pytest.mark.parametrize("key", ["PixelData=1", "PatientID", "PatientID=", "Nonsense=1", "StudyDate=yesterday"])
def test_a_key_that_cannot_choose_is_a_mistake_of_usage(closed, tools, tmp_path, key):
    assert tools.call("export", "-k", key, "--out", tmp_path / "o", home=closed).code == Exit.USAGE
    assert not (tmp_path / "o").exists()


def test_an_export_of_nothing_from_nowhere_or_to_nowhere_is_a_mistake_of_usage(closed, tools, tmp_path):
    (tmp_path / "file").write_text("")
    for arguments in (
        ("--out", tmp_path / "o"),
        ("-k", "PatientID=NOBODY", "--out", tmp_path / "o"),
        ("--all", "--out", tmp_path / "file" / "o"),
    ):
        assert tools.call("export", *arguments, home=closed).code == Exit.USAGE
    assert tools.call("export", "--all", "--out", tmp_path / "o", home=tmp_path / "nowhere").code == Exit.USAGE


def test_a_missing_blob_fails_alone(closed, tools, tmp_path):
    next((closed / "main" / "blobs").rglob("*.dcm")).unlink()
    said = tools.call("export", "--all", "--out", tmp_path / "o", home=closed)
    assert said.code == Exit.PARTLY
    assert said.out.startswith("6 files, ")
    assert "1 failed." in said.out
    assert len(list((tmp_path / "o").rglob("*"))) == 6 + 5


def test_the_sample_studies_are_four(archive):
    said = archive.call("import", "--samples")
    assert (said.code, said.out) == (0, "214 taken.\n")
    found = archive.call("find", archive.node, "-k", "PatientName=SAMPLE^*", "--json").json
    names = {row["00100010"]["Value"][0]["Alphabetic"] for row in found}
    assert names == {"SAMPLE^CT HEAD", "SAMPLE^MR BRAIN", "SAMPLE^US CLIP", "SAMPLE^CHEST"}


def test_without_anything_to_import_it_says_what_there_is(home, tools):
    said = tools.call("import", home=home)
    assert (said.code, "--samples" in said.err) == (Exit.USAGE, True)
