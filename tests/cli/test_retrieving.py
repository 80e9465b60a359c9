import pydicom
import pytest

from isocenter.cli.exits import Exit


def series_of(folder):
    return sorted(str(pydicom.dcmread(path, stop_before_pixels=True).SeriesInstanceUID) for path in folder.glob("*.dcm"))


def test_a_study_comes_by_its_uid_bit_for_bit(stocked, patients, disc, tmp_path):
    study = patients["ct2"].StudyInstanceUID
    said = stocked.call("get", stocked.node, "-k", f"StudyInstanceUID={study}", "--out", tmp_path / "out")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("2 instances came.\n2 files, ")
    came = {pydicom.dcmread(path).SOPInstanceUID: pydicom.dcmread(path) for path in (tmp_path / "out").iterdir()}
    for path in (disc / "ct2").iterdir():
        sent = pydicom.dcmread(path)
        assert came[sent.SOPInstanceUID] == sent


@pytest.mark.parametrize(
    ("key", "level", "count"),
    [
        ("PatientID={ct1.PatientID}", "study", 5),
        ("PatientID={ct1.PatientID}", "patient", 5),
        ("PatientID=*", "patient", 7),
        ("PatientName={ct2.PatientName}", "study", 2),
        ("Modality=CT", "series", 5),
        ("SeriesInstanceUID={mr1.SeriesInstanceUID}", "series", 2),
        ("SOPInstanceUID={mr1.SOPInstanceUID}", "image", 1),
        ("StudyDate=19000101-", "study", 7),
    ],
)
def test_any_key_will_do_since_the_node_is_searched_first(stocked, patients, tmp_path, key, level, count):
    said = stocked.call("get", stocked.node, "-l", level, "-k", key.format(**patients), "--out", tmp_path / "out")
    assert said.code == 0, said.err
    assert len(list((tmp_path / "out").iterdir())) == count


def test_what_matches_nothing_is_no_failure(stocked, tmp_path):
    said = stocked.call("get", stocked.node, "-k", "PatientID=NOBODY", "--out", tmp_path / "out")
    assert (said.code, said.out) == (0, "Nothing matches.\n")
    [words] = stocked.call("move", stocked.node, "--to", "ANY", "-k", "PatientID=NOBODY", "--json").json
    assert (words["completed"], words["status"]) == (0, "0000")


@pytest.mark.parametrize("verb", [("get", "--out", "x"), ("move", "--to", "X")])
def test_without_a_key_nothing_is_asked(stocked, verb):
    said = stocked.call(verb[0], stocked.node, *verb[1:])
    assert (said.code, "Say what to" in said.err) == (Exit.USAGE, True)


def test_a_folder_that_cannot_be_made_is_said_first(stocked, tmp_path):
    (tmp_path / "file").write_text("")
    said = stocked.call("get", stocked.node, "-k", "PatientID=*", "--out", tmp_path / "file" / "x")
    assert (said.code, "cannot be made" in said.err) == (Exit.USAGE, True)


def test_a_move_reaches_another_archive(archive, stocked, patients):
    where = ("--aet", archive.aet, "--host", "127.0.0.1", "--port", archive.port)
    assert stocked.call("node", "add", "other", *where).code == 0
    try:
        said = stocked.call("move", stocked.node, "--to", archive.aet, "-k", f"PatientID={patients['ct1'].PatientID}")
    finally:
        stocked.call("node", "remove", "other")
    assert said.code == 0, said.err
    assert said.out == f"5 instances moved to {archive.aet}.\n"
    assert len(archive.call("find", archive.node, "-l", "image", "--json").json) == 5
    stocked.child.wait_for("asked to move and had 5 objects sent")


def test_an_unknown_destination_is_told(stocked, patients):
    said = stocked.call("move", stocked.node, "--to", "NOBODY", "-k", f"PatientID={patients['ct1'].PatientID}")
    assert said.code == Exit.FAILED
    assert said.err.startswith("0 moved to NOBODY, 0 failed: A801")


def test_a_destination_that_cannot_be_reached_fails_every_instance(stocked, patients, tools):
    [port] = tools.free_ports(1)
    assert stocked.call("node", "add", "dead", "--aet", "DEAD", "--host", "127.0.0.1", "--port", port).code == 0
    key = f"PatientID={patients['ct2'].PatientID}"
    try:
        said = stocked.call("move", stocked.node, "--to", "DEAD", "-k", key)
        [words] = stocked.call("move", stocked.node, "--to", "DEAD", "-k", key, "--json").json
    finally:
        stocked.call("node", "remove", "dead")
    assert said.code == Exit.FAILED
    assert said.err.startswith("0 moved to DEAD, 2 failed: ")
    assert (words["failed"], len(words["failed_sop_instance_uids"])) == (2, 2)


def test_a_destination_that_takes_only_some_is_partly_done(stocked, patients, peer):
    node = peer(store=lambda _event: 0x0000)
    port = node.rpartition(":")[2]
    assert stocked.call("node", "add", "ct-only", "--aet", "PEER", "--host", "127.0.0.1", "--port", port).code == 0
    try:
        said = stocked.call("move", stocked.node, "--to", "PEER", "-k", f"PatientID={patients['ct1'].PatientID}")
    finally:
        stocked.call("node", "remove", "ct-only")
    assert said.code == Exit.PARTLY
    assert said.err.startswith("3 moved to PEER, 2 failed: ")


def test_a_title_that_cannot_be_one_is_no_destination(stocked):
    assert stocked.call("move", stocked.node, "--to", "x" * 17, "-k", "PatientID=1").code == Exit.USAGE
