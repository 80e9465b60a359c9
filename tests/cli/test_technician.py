"""Technician mode on the terminal."""

from __future__ import annotations

import json

import pytest

from isocenter.cli.exits import Exit

NAME = "ZZMARKER^SECRET"


@pytest.fixture
def technician(home, tools, monkeypatch):
    monkeypatch.setenv("ISOCENTER_TECHNICIAN", "1")
    return lambda *arguments: tools.call(*arguments, home=home)


def test_a_dump_names_nobody_in_either_form(technician, made):
    path = made(PatientName=NAME, PatientID="ZZ4711", PatientBirthDate="19010203", Modality="CT")
    for said in (technician("dump", path).out, technician("dump", path, "--json").out, technician("dump", path, "--whole").out):
        assert "CT" in said
        assert not any(mark in said for mark in (NAME, "ZZ4711", "19010203"))
    assert "HIDDEN-" in json.dumps(technician("dump", path, "--json", "-t", "PatientName").json)


def test_answers_of_other_nodes_name_nobody(stocked, patients, monkeypatch):
    monkeypatch.setenv("ISOCENTER_TECHNICIAN", "1")
    name = str(patients["ct1"].PatientName)
    for form in ((), ("--csv",), ("--json",)):
        said = stocked.call("find", stocked.node, *form)
        assert (said.code, name in said.out, "HIDDEN-" in said.out) == (0, False, True)


def test_an_export_is_refused_with_its_reason(technician, tmp_path):
    said = technician("export", "--all", "--out", tmp_path)
    assert (said.code, "technician mode" in said.err) == (Exit.USAGE, True)


def test_the_lines_of_a_log_are_left_out_and_what_they_mean_is_not(technician, tmp_path):
    log = tmp_path / "server.log"
    log.write_text(f"{NAME} 4711\n[SRV1] ***Host 'VIEWER1' did not accept the connection\n[SRV1] of ZZ4711\n", encoding="utf-8")
    for said in (technician("explain", log, "--all"), technician("explain", log, "--json", "--all")):
        assert said.code == Exit.DONE
        assert not any(mark in said.out for mark in (NAME, "4711", "did not accept the connection"))
        assert "VIEWER1" in said.out
