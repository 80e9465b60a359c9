"""Reports are kept whole, found again, and a strange file in their folder costs nobody anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isocenter.base.errors import UsageError
from isocenter.daemon import kept_reports
from isocenter.daemon.kept_reports import KeptReports
from isocenter.model.checkup import Checkup, Layer, Outcome, Role, Sign, Step
from isocenter.model.report import Doubt, Report, Sample, Seen

BEGAN = datetime(2026, 11, 23, 14, 31, 40, tzinfo=UTC)


def report(node: str = "CT room 2", kept: datetime = BEGAN, **more) -> Report:
    step = Step(Layer.TCP, Outcome.PASSED, "port 104 is open", 0.6, facts={"port": 104}, sign=Sign("open", {"a": 1}))
    checkup = Checkup(
        "a1", node, "CT-ROOM-2", "10.0.0.21", 104, Role.MODALITY, "ISOCENTER", "10.0.0.5", 11112, BEGAN, steps=(step,)
    )
    return Report("", kept, checkup, **more)


def test_a_report_comes_back_as_it_was_kept(tmp_path):
    reports = KeptReports(tmp_path)
    sample = Sample(2, BEGAN, BEGAN, (Seen("Station Name", ("CT2",)),), (Doubt("warn", "Its clock is off."),), 3.5)
    kept = reports.keep(report(technician="Jörg Ø", work_order="4711", site="Süd", remark="山", sample=sample))
    assert kept.token.startswith("20261123-143140-")
    assert reports.report(kept.token) == kept
    assert reports.tokens() == [kept.token]


def test_a_list_has_what_it_shows_and_sees_what_another_process_does(tmp_path):
    reports, others = KeptReports(tmp_path), KeptReports(tmp_path)
    kept = reports.keep(report(technician="A. Technician"))
    (short,) = reports.listed()
    assert (short.token, short.technician, short.checkup.node) == (kept.token, "A. Technician", "CT room 2")
    assert [(step.layer, step.outcome, step.words) for step in short.checkup.steps] == [(Layer.TCP, Outcome.PASSED, "")]
    others.keep(replace(kept, technician="B. Technician"))
    assert [one.technician for one in reports.listed()] == ["B. Technician"]
    others.remove(kept.token)
    assert reports.listed() == []


def test_the_latest_comes_first_and_each_node_has_its_own(tmp_path):
    reports = KeptReports(tmp_path)
    old, new = reports.keep(report()), reports.keep(report(kept=BEGAN + timedelta(days=90)))
    other = reports.keep(report("MR", BEGAN + timedelta(days=1)))
    assert [one.token for one in reports.listed()] == [new.token, other.token, old.token]
    assert [one.token for one in reports.listed() if one.checkup.node == "CT room 2"] == [new.token, old.token]


def test_nothing_is_kept_yet(tmp_path):
    assert KeptReports(tmp_path / "none").listed() == []
    assert KeptReports(tmp_path / "none").tokens() == []
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("token", ["../../etc/passwd", "", "a/b", "..", "a" * 65, "no-such"])
def test_a_name_that_is_no_reports_is_refused(tmp_path, token):
    with pytest.raises(UsageError):
        KeptReports(tmp_path).report(token)
    with pytest.raises(UsageError):
        KeptReports(tmp_path).remove(token)


def test_a_report_can_be_forgotten(tmp_path):
    reports = KeptReports(tmp_path)
    kept = reports.keep(report())
    reports.remove(kept.token)
    assert reports.listed() == []


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_that_is_no_report_counts_as_none(tmp_path, content):
    reports = KeptReports(tmp_path)
    reports.folder.mkdir(exist_ok=True)
    (reports.folder / "strange.json").write_bytes(content)
    (reports.folder / "cut.part").write_bytes(content)
    assert reports.listed() == []


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b"{}", b'{"token": 5}', b'{"token":"a","kept":"x","checkup":{}}', b"null", b"[]"]
)
def test_hostile_json_is_no_report(tmp_path, content):
    reports = KeptReports(tmp_path)
    reports.folder.mkdir()
    (reports.folder / "strange.json").write_bytes(content)
    assert reports.listed() == []


def test_only_so_many_and_so_large_ones_are_kept(tmp_path, monkeypatch):
    reports = KeptReports(tmp_path)
    monkeypatch.setattr(kept_reports, "REPORTS_KEPT_MAX", 2)
    reports.keep(report())
    reports.keep(report())
    with pytest.raises(UsageError, match="2 reports are kept"):
        reports.keep(report())
    monkeypatch.setattr(kept_reports, "REPORT_BYTES_MAX", 100)
    with pytest.raises(UsageError, match="bytes"):
        reports.keep(report())
    assert reports.listed() == []
