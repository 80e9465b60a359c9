"""Reports on the command line: kept from a checkup's JSON, listed, printed, compared."""

from __future__ import annotations

import json

import pytest
from tests.doctor.reports import fine, refused

from isocenter.cli.exits import Exit
from isocenter.model.checkup import as_json


@pytest.fixture
def call(home, tools):
    return lambda *arguments: tools.call("report", *arguments, home=home)


@pytest.fixture
def keep(call, tmp_path):
    def keep(checkup, *more):
        file = tmp_path / "checkup.json"
        file.write_text(json.dumps(as_json(checkup)), encoding="utf-8")
        [kept] = call("keep", str(file), "--json", *more).json
        return kept["token"]

    return keep


def test_a_checkup_is_kept_listed_shown_and_removed(call, keep):
    token = keep(fine(), "--technician", "A. Technician", "--work-order", "4711")
    assert "works" in call("list").out
    [[short]] = call("list", "Teaching archive", "--json").json
    assert (short["report"], short["outcome"], short["technician"]) == (token, "works", "A. Technician")
    assert call("list", "other", "--json").json == [[]]
    assert "4711" in call("show", token).out
    assert call("show", token[:20], "--json").json[0]["checkup"]["node"] == "Teaching archive"
    assert "is removed" in call("remove", token).out
    assert "No report yet" in call("list").out


def test_what_changed_is_told_and_getting_worse_is_an_exit_code(call, keep):
    first = keep(fine())
    second = keep(refused())
    said = call("compare", "Teaching archive")
    assert said.code == Exit.FAILED
    assert "x The AE title was reset to its default: it is ORTHANC again, and TEACHING is refused." in said.out
    assert call("compare", second, first, "--json").json[0][0]["what"] == "title"
    assert "reset to its default" in call("show", second, "--since", "-").out


def test_a_report_is_written_as_files(call, keep, tmp_path):
    first, second = keep(fine()), keep(refused())
    pdf, html = tmp_path / "r.pdf", tmp_path / "r.html"
    assert call("show", second, "--pdf", str(pdf), "--html", str(html)).code == 0
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert "TEACHING" in html.read_text(encoding="utf-8")
    assert call("compare", second, first, "--html", str(html)).code == Exit.FAILED
    assert "what changed" in html.read_text(encoding="utf-8")


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", '{"token": 1}', "[" * 9000])
def test_what_is_no_checkup_is_told(call, tmp_path, content):
    file = tmp_path / "x.json"
    file.write_text(content, encoding="utf-8")
    said = call("keep", str(file))
    assert (said.code, "is no checkup" in said.err) == (Exit.USAGE, True), said.err


def test_what_is_not_there_is_told(call, keep):
    assert "There is no report 'x'" in call("show", "x").err
    keep(fine())
    assert "is the first report of Teaching archive" in call("compare", "Teaching archive").err
    assert "cannot be read" in call("keep", "no-such-file.json").err


def test_a_checkup_that_was_stopped_is_not_said_to_work(call, keep):
    keep(fine(is_stopped=True))
    [[short]] = call("list", "--json").json
    assert short["outcome"] == "ended early"
