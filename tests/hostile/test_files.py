"""Files that mean harm, given to `isocenter import`: taken or left out with a sentence, never more than that (PS3.10 7)."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from urllib.parse import quote

import pytest
from tests.hostile.browsers import answered
from tests.hostile.strangers import CT_IMAGE, Peer, data_set, deflated, element, nested

from isocenter.dataset import part10
from isocenter.standard.transfer_syntax import EXPLICIT_VR_LITTLE_ENDIAN

PROGRAMS = {
    "MZ": b"MZ\x90\x00".ljust(128, b"\x90"),
    "ELF": b"\x7fELF\x02\x01\x01".ljust(128, b"\0"),
    "Mach-O": b"\xcf\xfa\xed\xfe".ljust(128, b"\0"),
    "script": b"#!/bin/sh\ntouch isocenter-was-here\nexit\n".ljust(128, b" "),
    "PDF": b"%PDF-1.7\n".ljust(128, b" "),
}


def meta(syntax: str = EXPLICIT_VR_LITTLE_ENDIAN, uid: str = "1.2.63.1.1") -> bytes:
    return part10.header(sop_class_uid=CT_IMAGE, sop_instance_uid=uid, transfer_syntax=syntax)


def file_of(uid: str, *more: bytes, syntax: str = EXPLICIT_VR_LITTLE_ENDIAN, study: str = "1.2.63") -> bytes:
    return meta(syntax, uid) + data_set(uid, *more, study=study, series=f"{study}.1")


def bomb() -> bytes:
    """A zip of some KB that unpacks to 300 MB."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made, made.open("bomb.dcm", "w") as entry:
        for _ in range(300):
            entry.write(bytes(1_000_000))
    return stream.getvalue()


def zipped(*names: str, raw: bytes = b"") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for number, name in enumerate(names):
            made.writestr(zipfile.ZipInfo(name), raw or file_of(f"1.2.63.1.{100 + number}"))
    return stream.getvalue()


GOOD = file_of("1.2.63.1.1")
LISTED = element(0x00041130, b"CS", "X") + element(0x00041220, b"SQ", b"\xfe\xff\x00\xe0\x20\0\0\0"
                 + element(0x00041500, b"CS", "..\\..\\ETC\\PASSWD").ljust(32))  # fmt: skip
TAKEN = {
    "good": GOOD,
    "63 no preamble": file_of("1.2.63.1.2")[128:],
    "63 no prefix": file_of("1.2.63.1.3").replace(b"DICM", b"", 1)[128:],
    "63 group length that lies": file_of("1.2.63.1.4").replace(GOOD[140:144], b"\xff\xff\xff\x7f", 1),
    "63 no meta header": data_set("1.2.63.1.5", study="1.2.63", series="1.2.63.1"),
    "63 a syntax that does not exist": file_of("1.2.63.1.6", syntax="1.2.3.4.5"),
    "70 with a zip behind it": file_of("1.2.63.1.8") + zipped("x"),
    **{f"70 a preamble of {name}": raw + file_of(f"1.2.63.1.{20 + at}")[128:] for at, (name, raw) in enumerate(PROGRAMS.items())},
    "74 the same again": GOOD,
    "zip with paths": zipped("../../isocenter-was-here.dcm", "/isocenter-was-here.dcm", "C:\\isocenter-was-here.dcm", "a\0b"),
}
LEFT_OUT = {
    "63 deflated that is not": file_of("1.2.63.1.7", syntax="1.2.840.10008.1.2.1.99"),
    "63 deflate bomb": meta("1.2.840.10008.1.2.1.99") + deflated(element(0x00080008, b"OB", b"", 0xFFFFFFF0) + bytes(50_000_000)),
    "60 100,000 sequences": file_of("1.2.63.1.9", nested(100_000)),
    "58 an element of 4 GiB": meta() + element(0x00080005, b"UT", b"x", 0xFFFFFFFE),
    "63 a meta element of 4 GiB": GOOD[:144] + struct.pack("<HH2sxxI", 2, 1, b"OB", 0xFFFFFFFE),
    "74 nothing": b"",
    "74 two bytes": b"\x08\x00",
    "74 text": b"Dear radiologist,\n" * 100,
    "71 a DICOMDIR that points outside": part10.header(
        sop_class_uid="1.2.840.10008.1.3.10", sop_instance_uid="1.2.71", transfer_syntax=EXPLICIT_VR_LITTLE_ENDIAN) + LISTED,
    "92 zip bomb": bomb(),
    "93 zip cut off": zipped("a", "b")[:-30],
    "46 a study called dot dot": file_of("1.2.63.1.10", study=".."),
    "44 an instance called like a path": file_of("../../isocenter-was-here"),
}  # fmt: skip


@pytest.mark.parametrize("is_running", [True, False], ids=["through the running archive", "into the folder itself"])
def test_groups_63_70_71_74_hostile_files_are_taken_or_left_out_and_nothing_runs_or_escapes(archive, tmp_path, is_running):
    folder = tmp_path / "files"
    for place, files in (("taken", TAKEN), ("left", LEFT_OUT)):
        (folder / place).mkdir(parents=True)
        for number, raw in enumerate(files.values()):
            (folder / place / f"{number:02d}.dcm").write_bytes(raw)
    (folder / "taken" / "directory.dcm").mkdir()
    os.mkfifo(folder / "left" / "fifo.dcm")
    (folder / "left" / "link.dcm").symlink_to("/etc/passwd")
    (folder / "left" / "endless.dcm").symlink_to("/dev/zero")
    with (folder / "left" / "sparse.dcm").open("wb") as sparse:
        sparse.truncate(20 * 1024**3)
    data = archive.data if is_running else tmp_path / "data"
    command = [sys.executable, "-m", "isocenter", "import", str(folder), "--data", str(data), "--json"]
    cwd = archive.around / "cwd"
    done = subprocess.run(command, cwd=cwd, env=archive.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 5, done.stderr
    assert "Traceback" not in done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    outcomes = {one["file"]: one["outcome"] for one in told if "file" in one and "outcome" in one}
    kept = {path for path, outcome in outcomes.items() if outcome != "refused"}
    for number, name in enumerate(TAKEN):
        path = str(folder / "taken" / f"{number:02d}.dcm")
        # On an association only known syntaxes are agreed on; a file on this computer is kept in any.
        expected = not (is_running and name == "63 a syntax that does not exist")
        assert any(found.startswith(path) for found in kept) == expected, name
    for number, name in enumerate(LEFT_OUT):
        path = str(folder / "left" / f"{number:02d}.dcm")
        assert not any(found.startswith(path) for found in kept), name
    assert not [path for path in kept if "/left/" in path]
    for path in (data / "blobs").rglob("*.dcm"):
        head = path.read_bytes()[:132]
        assert not head or head == bytes(128) + b"DICM", "no preamble of a stranger is kept"
        assert path.stat().st_mode & 0o111 == 0
    assert not list(tmp_path.rglob("*was-here*"))
    if is_running:
        with Peer(archive.port):
            assert len(archive.instances("1.2.63")) >= 10


def test_groups_63_70_71_74_hostile_files_brought_through_the_page_are_stored_or_told_one_by_one(page, tmp_path):
    for files, words in ((TAKEN, {"stored", "there already"}), (LEFT_OUT, {"refused", "left out"})):
        for name, raw in files.items():
            place = f"/api/import?name={quote(f'../../{name}.dcm')}"
            answer = answered(page.http, place, "POST", body=raw, X_Isocenter="1", Content_Type="application/octet-stream")
            assert answer.status == 200, name
            told = [line for line in map(json.loads, answer.body.splitlines()) if "outcome" in line]
            assert told, name
            assert {line["outcome"] for line in told} <= words, (name, told)
            assert all(line["why"] for line in told if line["outcome"] in {"refused", "left out"}), name
            assert str(page.data).encode() not in answer.body, name
    assert not list(page.data.parent.rglob("*was-here*"))
