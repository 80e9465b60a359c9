"""The watch reads each kept report once, however often somebody asks, and holds no more of it than it needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.doctor.reports import BEGAN, fine, report

from isocenter.daemon import kept_reports, vigil
from isocenter.daemon.kept_reports import KeptReports
from isocenter.model.checkup import Exchange


class Drift:
    """Whoever compares them."""

    def __init__(self):
        self.told = []

    def reported(self, checkup):
        self.told.append(checkup)


@pytest.fixture
def read(monkeypatch):
    """The names of the files that were read."""
    found, real = [], kept_reports._read
    monkeypatch.setattr(kept_reports, "_read", lambda path: found.append(path.stem) or real(path))
    return found


def kept(reports: KeptReports, name: str, months: int, node: str = "Teaching archive") -> str:
    step = replace(fine().steps[0], exchanges=(Exchange(BEGAN, "sent", "a PDU", b"x", 1),))
    checkup = fine(node=node, began=BEGAN + timedelta(days=30 * months), steps=(step, *fine().steps[1:]))
    return reports.keep(replace(report(checkup, months), token=name)).token


def test_each_report_is_read_once_and_the_old_ones_before_the_new(tmp_path, read):
    reports, drift = KeptReports(tmp_path), Drift()
    kept(reports, "b", 2)
    kept(reports, "a", 5)
    watch = vigil._Reports(reports, drift)
    watch.look()
    watch.look()
    assert sorted(read) == ["a", "b"]
    kept(reports, "c", 7)
    (tmp_path / "reports" / "note.txt").write_text("x")
    assert [one.began for one in watch.by_node()["Teaching archive"]] == [BEGAN + timedelta(days=days) for days in (210, 150, 60)]
    assert sorted(read) == ["a", "b", "c"]
    assert [one.began for one in drift.told] == [BEGAN + timedelta(days=days) for days in (60, 150, 210)]


def test_what_crossed_the_wire_is_compared_and_not_held(tmp_path):
    reports, drift = KeptReports(tmp_path), Drift()
    kept(reports, "a", 0)
    watch = vigil._Reports(reports, drift)
    [held] = watch.by_node()["Teaching archive"]
    assert drift.told[0].steps[0].exchanges
    assert drift.told[0].contexts
    assert not any(step.exchanges for step in held.steps)
    assert [(step.layer, step.outcome, step.words) for step in held.steps] == [
        (step.layer, step.outcome, step.words) for step in fine().steps
    ]


def test_one_that_is_removed_or_no_report_is_none(tmp_path):
    reports = KeptReports(tmp_path)
    kept(reports, "a", 0)
    kept(reports, "b", 1, "CT")
    (tmp_path / "reports" / "strange.json").write_text("{}")
    watch = vigil._Reports(reports, Drift())
    assert set(watch.by_node()) == {"Teaching archive", "CT"}
    reports.remove("a")
    assert set(watch.by_node()) == {"CT"}


def test_of_very_many_the_latest_are_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(vigil, "CHECKUPS_COMPARED_MAX", 2)
    reports, drift = KeptReports(tmp_path), Drift()
    for months, name in enumerate("abc"):
        kept(reports, name, months)
    assert len(vigil._Reports(reports, drift).by_node()["Teaching archive"]) == 2
    assert [one.began for one in drift.told] == [BEGAN + timedelta(days=30), BEGAN + timedelta(days=60)]
