"""A report claims what the checkup saw, and nothing else."""

from __future__ import annotations

import copy
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doctor.reports import fine, refused, report, sample

from isocenter.doctor import paper_html, paper_pdf, paper_text
from isocenter.doctor.difference import difference
from isocenter.doctor.report import LAYERS, comparison, outcome, paper
from isocenter.model.checkup import Layer, Outcome, as_json, of_json
from isocenter.model.report import Report


def words(kept, **more) -> str:
    return paper_text.text(paper(kept, **more))


def test_every_layer_has_a_name_on_paper():
    assert set(LAYERS) == set(Layer)


def test_a_report_says_who_when_where_and_what_answered():
    said = words(report(remark="Cable replaced."))
    parts = (
        "Teaching archive", "TEACHING", "10.0.0.12:4242", "OFFIS_DCMTK_366", "16,384 bytes", "ISOCENTER", "A. Technician", "4711",
        "Radiology", "2026-05-04 09:30:00 UTC, 3.2 s", "Cable replaced.", "Everything that was tried works",
    )  # fmt: skip
    for part in parts:
        assert part in said, part


def test_every_test_stands_in_it_with_its_outcome_words_and_time():
    said = words(report())
    for step in fine().steps:
        assert LAYERS[step.layer] in said
        assert step.words in said
    assert "1.5 ms" in said


def test_the_matrix_says_what_was_accepted_and_what_was_not():
    contexts = (*fine().contexts[:-1], replace(fine().contexts[-1], result=4))
    said = words(report(fine(contexts=contexts)))
    assert re.search("CT Image +✓ +✓ +✗ s", said)
    assert "! ?" in words(report(fine(contexts=(replace(contexts[0], result=None),))))


def test_a_failure_says_what_has_to_change_on_which_side():
    said = words(report(refused()))
    assert "✗ It refuses the title that it is called by" in said
    assert "The other side has to change something." in said
    assert "Give it its title back." in said
    assert "It was renamed. (A1)" in said
    assert '"DicomAet" : "TEACHING"' in said
    assert "✗ refused" in said


@pytest.mark.parametrize(
    ("checkup", "title"),
    [
        (fine(), "Everything that was tried works"),
        (fine(remarks=("A slow echo.",)), "It works, and there is something to mind"),
        (fine(ended=None), "The checkup was ended early"),
        (fine(is_stopped=True), "The checkup was ended early"),
        (fine(steps=(*fine().steps[:-1], replace(fine().steps[-1], outcome=Outcome.UNTRIED))), "The checkup was ended early"),
        (
            fine(steps=(*fine().steps[:-1], replace(fine().steps[-1], outcome=Outcome.WARNED))),
            "It works, and there is something to mind",
        ),
        (refused(), "It refuses the title that it is called by"),
    ],
)
def test_the_first_line_never_says_more_than_what_was_seen(checkup, title):
    assert outcome(checkup).title == title


def test_what_is_to_mind_is_said_at_once():
    warned = fine(steps=(*fine().steps[:-1], replace(fine().steps[-1], outcome=Outcome.WARNED, words="it is slow")))
    assert outcome(warned).text == "C-FIND: it is slow."
    assert outcome(fine(remarks=("A slow echo.",))).text == "A slow echo."
    assert outcome(fine()).text == "8 layers were climbed, and none failed."


def test_what_it_sent_stands_in_the_report():
    said = words(report(sample=sample()))
    assert "the latest 3 instances" in said
    assert "CT2" in said
    assert "✓ Its clock is right." in said


def test_a_report_is_set_in_every_form():
    kept = report(refused(), sample=sample())
    assert paper_pdf.pdf(paper(kept)).startswith(b"%PDF-")
    assert "Teaching archive" in paper_html.html(paper(kept))


def test_the_difference_stands_in_the_later_report():
    found = difference(report(), report(refused(), 6))
    assert "The AE title was reset to its default" in words(found.after, changes=found)
    assert "what changed" in paper_text.text(comparison(found))


def leaves(value, path=()):
    """The paths of everything in a JSON document."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from leaves(one, (*path, key))


KEPT = as_json(report(refused(), sample=sample()))
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)), lambda inner: st.lists(inner, max_size=2)
)


@given(st.sampled_from([path for path in leaves(KEPT) if path]), ANYTHING)
def test_a_report_that_somebody_edited_is_none_or_can_be_printed(path, value):
    document = copy.deepcopy(KEPT)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    try:
        kept = of_json(Report, document)
    except ValueError:
        return
    assert words(kept)
    assert difference(report(), kept)


@pytest.mark.parametrize(
    ("checkup", "word"),
    [
        (fine(), "commissioned"),
        (fine(is_stopped=True), "examined"),
        (fine(ended=None), "examined"),
        (fine(steps=(*fine().steps[:-1], replace(fine().steps[-1], outcome=Outcome.UNTRIED))), "examined"),
        (refused(), "examined"),
    ],
)
def test_only_what_was_climbed_to_its_end_and_works_is_commissioned(checkup, word):
    assert paper(report(checkup)).title == f"{checkup.node}: connection {word}"
