import json
import os
import zipfile

import pytest

from isocenter.cli.exits import Exit


def test_files_folders_and_zips_arrive(archive, disc, tmp_path):
    with zipfile.ZipFile(tmp_path / "mr.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(disc / "mr1" / "1.dcm", "a/1.dcm")
        packed.write(disc / "mr1" / "2.dcm", "../../up.dcm")
    said = archive.call("send", archive.node, disc / "ct1", disc / "ct2" / "1.dcm", tmp_path / "mr.zip")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("ISOCENTER has 6 of 6 instances, ")
    assert len(archive.call("find", archive.node, "-l", "image", "--json").json) == 6
    assert not (tmp_path.parent / "up.dcm").exists()


def test_several_associations_carry_everything_once(archive, disc):
    assert archive.call("send", archive.node, disc, "--associations", 3).code == 0
    assert len(archive.call("find", archive.node, "-l", "image", "--json").json) == 7


def test_each_instance_is_told_as_json_and_kept_in_the_ledger(archive, disc, tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    *each, total = archive.call("send", archive.node, disc / "ct1", "--json", "--ledger", ledger).json
    assert [words["status"] for words in each] == ["0000"] * 3
    assert (total["kept"], total["failed"], total["left_out"], total["ledger"]) == (3, 0, 0, str(ledger))
    assert [json.loads(line) for line in ledger.read_text().splitlines()] == each


def test_what_the_ledger_has_is_not_sent_again(archive, disc):
    assert archive.call("send", archive.node, disc / "ct1").code == 0
    said = archive.call("send", archive.node, disc / "ct1", disc / "mr1", "--resume")
    assert "ISOCENTER has 2 of 2 instances" in said.out
    assert "3 instances had been sent before" in said.out
    again = archive.call("send", archive.node, disc / "ct1", "--resume")
    assert again.code == 0
    assert again.out.startswith("3 instances had been sent before")


def test_a_damaged_ledger_counts_for_what_it_still_says(archive, disc, tmp_path):
    ledger = tmp_path / "ledger.jsonl"
    archive.call("send", archive.node, disc / "ct1" / "1.dcm", "--ledger", ledger)
    ledger.write_bytes(b"\xff\x00{\n[]\n{}\n" + ledger.read_bytes() + b'{"kept": true, "sop_inst')
    said = archive.call("send", archive.node, disc / "ct1", "--ledger", ledger, "--resume")
    assert (said.code, "has 2 of 2" in said.out) == (0, True)


def test_a_ledger_that_cannot_be_written_is_said_before_anything_is_sent(archive, disc, tmp_path):
    (tmp_path / "file").write_text("")
    said = archive.call("send", archive.node, disc, "--ledger", tmp_path / "file" / "ledger")
    assert (said.code, "--ledger" in said.err) == (2, True)
    assert archive.call("find", archive.node, "--json").out == ""


def test_unreadable_files_do_not_end_the_batch(archive, disc, tmp_path):
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "a.dcm").write_bytes((disc / "ct1" / "1.dcm").read_bytes())
    (folder / "b.dcm").write_bytes(b"")
    (folder / "c").write_bytes((disc / "ct1" / "2.dcm").read_bytes()[:200])
    (folder / "d.dcm").symlink_to(folder / "nowhere")
    (folder / "e.dcm").write_bytes((disc / "ct1" / "3.dcm").read_bytes())
    (folder / "viewer.exe").write_bytes(b"MZ" + bytes(5000))
    os.mkfifo(folder / "f")
    said = archive.call("send", archive.node, folder)
    assert said.code == Exit.PARTLY
    assert "ISOCENTER has 2 of 2 instances" in said.out
    assert said.err.count("Left out: ") == 4
    assert "1 other file left out" in said.err


def test_a_disc_with_a_viewer_and_a_directory_is_sent_wholly(archive, disc, tmp_path):
    folder = tmp_path / "cd"
    folder.mkdir()
    (folder / "IM1").write_bytes((disc / "ct1" / "1.dcm").read_bytes())
    (folder / "autorun.inf").write_text("[autorun]\nopen=viewer.exe\n")
    said = archive.call("send", archive.node, folder)
    assert (said.code, said.err) == (0, "1 other file left out: no DICOM instances.\n")


@pytest.mark.parametrize("content", [b"", b"hello", bytes(1000)])
def test_a_file_that_was_named_must_be_one(archive, tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    said = archive.call("send", archive.node, tmp_path / "x")
    assert said.code == Exit.USAGE
    assert "There is no DICOM file to send." in said.err
    assert str(tmp_path / "x") in said.err


def test_a_path_that_does_not_exist_is_a_mistake_of_usage(archive, tmp_path):
    said = archive.call("send", archive.node, tmp_path / "nowhere")
    assert (said.code, "There is no file or folder" in said.err) == (2, True)


def test_a_zip_entry_that_proves_damaged_while_it_is_sent_fails_alone(archive, made, disc, tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.write(made(PixelData=bytes(100_000)), "bad.dcm")
        packed.write(disc / "ct1" / "1.dcm", "good.dcm")
    content = bytearray((tmp_path / "x.zip").read_bytes())
    content[50_000] ^= 0xFF
    (tmp_path / "x.zip").write_bytes(content)
    said = archive.call("send", archive.node, tmp_path / "x.zip", disc / "mr1")
    assert said.code == Exit.PARTLY
    assert "ISOCENTER has 3 of 4 instances" in said.out
    assert f"Failed: {tmp_path / 'x.zip'}!bad.dcm: " in said.err
    assert "damaged" in said.err


def test_an_instance_that_the_node_refuses_is_a_failure_with_its_reason(archive, disc, peer):
    refused = {}

    def store(event):
        uid = event.request.AffectedSOPInstanceUID
        refused.setdefault(uid, len(refused))
        return 0xA700 if refused[uid] == 1 else 0x0000

    node = peer(store=store)
    said = archive.call("send", node, disc / "ct1")
    assert said.code == Exit.PARTLY
    assert "PEER has 2 of 3 instances" in said.out
    assert "A700" in said.err
    all_refused = archive.call("send", peer(store=lambda _event: 0xC000), disc / "ct2")
    assert all_refused.code == Exit.FAILED


def test_what_a_warning_came_with_counts_as_sent(archive, disc, peer):
    said = archive.call("send", peer(store=lambda _event: 0xB007), disc / "ct1" / "1.dcm")
    assert said.code == 0
    assert "B007" in said.err


def test_a_class_that_the_node_does_not_take_fails_alone(archive, disc, peer):
    said = archive.call("send", peer(store=lambda _event: 0), disc / "mr1" / "1.dcm", disc / "ct1")
    assert said.code == Exit.PARTLY
    assert "PEER has 3 of 4 instances" in said.out
    assert "MR Image Storage" in said.err or "presentation context" in said.err


def test_an_association_that_breaks_is_made_anew_and_the_rest_arrives(archive, disc, peer):
    seen = []

    def store(event):
        seen.append(event.request.AffectedSOPInstanceUID)
        if len(seen) == 2:
            event.assoc.abort()
        return 0x0000

    said = archive.call("send", peer(store=store), disc / "ct1")
    assert said.code == 0
    assert "PEER has 3 of 3 instances" in said.out


def test_a_node_that_always_breaks_the_association_is_given_up(archive, disc, peer):
    said = archive.call("send", peer(store=lambda event: event.assoc.abort()), disc / "ct1" / "1.dcm")
    assert said.code == Exit.FAILED
    assert "PEER has 0 of 1 instance" in said.out


def test_a_caller_whom_the_archive_does_not_know_is_rejected(strict, disc):
    said = strict.call("send", strict.node, disc, "--aet", "STRANGER")
    assert said.code == Exit.REJECTED
    assert "alling AE title not recognized" in said.err
    [caller] = strict.call("node", "callers", "--json").json[0]
    assert (caller["calling_ae_title"], caller["address"]) == ("STRANGER", "127.0.0.1")


def test_names_from_files_and_zips_cannot_drive_the_terminal(archive, made, tmp_path):
    evil = tmp_path / "evil\x1b[2J.dcm"
    evil.write_bytes(b"DICM")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("a\x9b31m\u202e.dcm", b"DICM")
    said = archive.call("send", archive.node, made(), evil, tmp_path / "x.zip")
    assert said.code == Exit.PARTLY
    assert not {"\x1b", "\x9b", "\u202e"} & set(said.out + said.err)
    assert "evil\\x1b[2J.dcm" in said.err


def test_a_file_name_that_is_no_text_is_sent(archive, made, tools):
    path = os.fsencode(made()).replace(b"image", b"\xff\xfeimage")
    os.rename(made(), path)
    said = tools.start("send", archive.node, os.fsdecode(path), home=archive.home).end(0)
    assert (said.code, said.err) == (0, "")


def test_interrupting_ends_without_a_traceback(archive, disc, peer, tools):
    import threading

    waiting, go_on = threading.Event(), threading.Event()

    def store(_event):
        waiting.set()
        go_on.wait(tools.SECONDS)
        return 0

    child = tools.start("send", peer(store=store), disc, home=archive.home)
    assert waiting.wait(tools.SECONDS)
    child.process.send_signal(2)
    go_on.set()
    said = child.end(0)
    assert said.code == Exit.INTERRUPTED
    assert "Traceback" not in said.err
