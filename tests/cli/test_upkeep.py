"""`check` and `reindex`, of an archive that runs and of one that does not."""

import pytest

from isocenter.cli.exits import Exit


def blobs(home):
    return sorted((home / "main" / "blobs").rglob("*.dcm"))


def test_a_sound_archive_is_said_to_be_sound(closed, tools):
    said = tools.call("check", home=closed)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("7 images read, ")
    assert said.out.endswith("All agree.\n")


def test_a_running_archive_is_checked_and_rebuilt_while_it_serves(archive, disc):
    archive.call("send", archive.node, disc)
    assert archive.call("check").out.endswith("All agree.\n")
    assert archive.call("reindex").out == "The new index holds 7 images and 0 set aside: the same as the old one.\n"
    assert len(archive.call("find", archive.node, "-l", "image", "--json").json) == 7
    summary = archive.call("check", "--json").json[-1]
    assert (summary["summary"], summary["blobs"], summary["findings"]) == ("check", 7, 0)


def test_a_flipped_bit_and_a_missing_file_are_found_with_their_instances(closed, tools):
    flipped, missing = blobs(closed)[:2]
    content = bytearray(flipped.read_bytes())
    content[-1] ^= 1
    flipped.write_bytes(content)
    missing.unlink()
    said = tools.call("check", home=closed)
    assert said.code == Exit.FAILED
    assert "2 findings." in said.out
    assert "isocenter reindex" in said.out
    findings = [step for step in tools.call("check", "--json", home=closed).json if "finding" in step]
    assert all(finding["sop_instance_uid"] for finding in findings)


def test_a_lost_index_is_built_anew_from_the_images(closed, tools):
    for path in (closed / "main" / "index").iterdir():
        path.unlink()
    said = tools.call("reindex", home=closed)
    assert said.code == 0
    assert "The new index holds 7 images" in said.out
    assert "7 were found" in said.out
    assert said.out.count("found: ") == 7
    assert tools.call("check", home=closed).out.endswith("All agree.\n")


def test_of_many_differences_only_some_are_shown(closed, tools, monkeypatch):
    monkeypatch.setattr("isocenter.cli.reindex.DIFFERENCES_SHOWN_MAX", 2)
    for path in (closed / "main" / "index").iterdir():
        path.unlink()
    said = tools.call("reindex", home=closed)
    assert said.out.count("found: ") == 2
    assert "the first 2 are shown" in said.out


def test_a_damaged_index_names_the_cure_and_is_cured_by_it(closed, tools, disc):
    [index] = (closed / "main" / "index").glob("*.sqlite")
    index.write_bytes(b"not a database" * 1000)
    for verb in (("import", disc), ("node", "list"), ("export", "--all", "--out", closed / "out"), ("up",)):
        said = tools.call(*verb, home=closed)
        assert said.code in (Exit.USAGE, Exit.FAILED)
        assert "reindex" in said.err, verb
        assert "Traceback" not in said.err
    assert tools.call("reindex", home=closed).code == 0
    assert tools.call("check", home=closed).code == 0


@pytest.mark.parametrize("verb", ["check", "reindex"])
def test_where_there_is_no_archive_none_is_made(home, tools, verb):
    said = tools.call(verb, home=home)
    assert (said.code, "There is no archive in" in said.err) == (Exit.USAGE, True)
    assert not (home / "main").exists()


def test_without_the_page_a_running_archive_says_what_is_needed(tools, home):
    [port] = tools.free_ports(1)
    child = tools.start("up", "--port", port, "--http", 0, home=home)
    child.wait_for("The log:")
    try:
        for verb in (("check",), ("reindex",), ("log", "--debug")):
            said = tools.call(*verb, home=home)
            assert said.code == Exit.USAGE
            assert "--http" in said.err
    finally:
        assert child.end().code == 0
