"""The conformance statement is what the tables say."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools import generate_conformance

from isocenter.services.roster import OFFERS, STORAGE_SYNTAXES


@pytest.fixture(scope="module")
def page() -> str:
    return generate_conformance.page()


def test_writing_the_statement_again_changes_nothing(page):
    kept = Path(generate_conformance.PAGE).read_text(encoding="utf-8")
    assert kept == page, "docs/conformance.md is written from the tables: run `python tools/generate_conformance.py`"


def test_every_class_and_syntax_that_is_offered_is_in_the_statement(page):
    for offer in OFFERS:
        for uid in offer.sop_classes:
            assert f"| `{uid}` |" in page
    for uid in STORAGE_SYNTAXES:
        assert f"| `{uid}` |" in page


def test_no_place_of_the_template_is_left_open(page):
    assert "{" not in page
    assert "unknown SOP class" not in page


def test_the_check_says_whether_the_page_is_current(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(generate_conformance, "PAGE", tmp_path / "conformance.md")
    assert generate_conformance.run(["--check"]) == 1
    assert generate_conformance.run([]) == 0
    assert generate_conformance.run(["--check"]) == 0
    assert "as it would be written" in capsys.readouterr().out
