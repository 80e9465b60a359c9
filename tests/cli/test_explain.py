"""Explaining a log on the terminal: the first of each fault with its meaning, and what all of them say together."""

from __future__ import annotations

import json

import pytest

from isocenter.cli.exits import Exit

REFUSED = (
    "W1123 08:14:0{n}.112233 main.cpp:443] DICOM authorization rejected for AET CT1 on IP 10.0.0.7: This AET is not listed in "
    'configuration option "DicomModalities"'
)
LOG = "\n".join(
    [
        "I1123 08:14:00.112233 HttpServer.cpp:10] GET /system",
        *(REFUSED.format(n=n) for n in range(3)),
        "[SRV1] ***Host 'VIEWER1' did not accept the connection",
        "I: Requesting Association",
        "",
    ]
)


@pytest.fixture
def explained(tools, tmp_path):
    return lambda *arguments: tools.call("explain", *arguments, home=tmp_path)


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "server.log"
    path.write_text(LOG, encoding="utf-8")
    return path


def test_each_fault_is_shown_once_and_counted(explained, log):
    said = explained(log)
    assert said.code == Exit.DONE
    assert said.out.count("This AET is not listed") == 1
    assert "Orthanc, titles  [A16]: Orthanc accepted the association of CT1 from 10.0.0.7" in said.out
    assert "> Add CT1 to DicomModalities" in said.out
    assert "4 faults in 6 lines of Orthanc and Conquest." in said.out
    assert "It began in line 2 at 11-23 08:14:00" in said.out
    assert "2–4" in said.out
    assert "GET /system" not in said.out


def test_every_line_is_shown_when_asked_for(explained, log):
    said = explained(log, "--all")
    assert said.out.count("This AET is not listed") == 3
    assert "GET /system" in said.out
    assert "A step of an association: Requesting Association." in said.out


def test_programs_get_one_document_a_fault_and_a_summary(explained, log):
    *lines, last = [json.loads(line) for line in explained(log, "--json").out.splitlines()]
    assert [line["line"] for line in lines] == [2, 3, 4, 5]
    assert lines[0]["faults"] == ["A16"]
    summary = last["summary"]
    assert (summary["lines"], summary["faults"], summary["first_fault"]["line"]) == (6, 4, 2)
    assert summary["groups"][0]["callers"] == [{"title": "CT1", "address": "10.0.0.7", "count": 3}]


def test_a_product_that_is_named_is_asked_alone(explained, log):
    said = explained(log, "--product", "conquest")
    assert "1 fault in 6 lines of Conquest." in said.out


def test_a_log_without_faults_says_so(explained, tmp_path):
    quiet = tmp_path / "quiet.log"
    quiet.write_text("I: Requesting Association\nhello\n", encoding="utf-8")
    assert "2 lines: 1 line known, none of them a fault." in explained(quiet).out
    quiet.write_text("hello\n", encoding="utf-8")
    assert "1 line: not one of a known kind." in explained(quiet).out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(("{log}", "--product", "sectra"), "No log of sectra can be explained"), (("{folder}",), "is a folder; say which file of it")],
)
def test_what_cannot_be_explained_is_said_before_anything_is_read(explained, log, arguments, sentence):
    told = [argument.format(log=log, folder=log.parent) for argument in arguments]
    said = explained(*told)
    assert (said.code, sentence in said.err) == (Exit.USAGE, True)


def test_a_file_that_is_not_there_is_an_error_and_no_traceback(explained, tmp_path):
    said = explained(tmp_path / "nothing.log")
    assert (said.code, "nothing.log" in said.err, "Traceback" in said.err) == (Exit.FAILED, True, False)
