"""From a sign to a verdict: the tables of signs are whole, and a stranger's words are never templates."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.doctor.doors import visit_at

import isocenter.doctor
from isocenter.doctor import diagnosis
from isocenter.doctor.diagnosis import SignRow, signs, verdict
from isocenter.model.checkup import Layer, Outcome, Side, Sign, Step

ROOMS = sorted(Path(isocenter.doctor.__file__).parent.glob("*.py"))
PLACE = re.compile(r"\{(\w+)\}")
KNOWN = {"our_title", "our_address", "our_port", "their_title", "host", "port", "node", "address", "product", "words"}


def judged(code, *, product="", doubts=(), **facts):
    visit = visit_at(4242)
    visit.product = product
    visit.doubts.extend(doubts)
    return verdict(visit, Step(Layer.TITLES, Outcome.FAILED, "it did this", sign=Sign(code, facts)))


def places_of(row: SignRow) -> set[str]:
    """What the sentences of a row leave open."""
    texts = [row.headline, row.explanation, row.undecided, *row.here, *row.there]
    for own in (row.by_product or {}).values():
        texts += [value for value in own.values() if isinstance(value, str)]
        texts += [one for value in own.values() if isinstance(value, list) for one in value]
    return {place for text in texts for place in PLACE.findall(text)}


def codes_of(room: Path):
    """Every code that a room gives to `Sign`, or to what makes a failed step of it, and the facts beside it."""
    for node in ast.walk(ast.parse(room.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "")
            at = {"Sign": 0, "_failed": 1, "Trouble": 1}.get(name)
            if at is not None and len(node.args) > at and isinstance(node.args[at], ast.Constant):
                yield node.args[at].value


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.stem)
def test_every_sign_that_a_step_can_give_has_a_row(room):
    for code in codes_of(room):
        if isinstance(code, str) and "-" in code and re.fullmatch(r"[a-z0-9A-Z-]+", code):
            assert code in signs(), f"{room.stem} gives {code}"


@pytest.mark.parametrize("code", list(signs()))
def test_a_row_makes_a_verdict_of_whole_sentences_that_somebody_can_follow(code):
    row = signs()[code]
    found = judged(code, **dict.fromkeys(places_of(row) - KNOWN, "THIS"))
    sentences = [found.headline, found.explanation, found.undecided, *found.here, *found.there]
    assert not any("{" in sentence for sentence in sentences)
    assert not found.headline.endswith(".")
    assert all(sentence.endswith((".", "?", "!")) for sentence in sentences[1:] if sentence)
    if found.side is Side.OURS and found.causes:
        assert found.here
    if found.side in (Side.THEIRS, Side.BETWEEN):
        assert found.there


def test_a_sign_that_no_table_has_is_said_in_the_words_of_its_step():
    found = judged("never-heard-of")
    assert found.side is Side.UNDECIDED
    assert "it did this" in found.explanation


@given(st.text(max_size=40))
def test_what_a_stranger_sent_is_never_read_as_a_template(banner):
    found = judged("speaks-first", protocol="SSH", banner="{our_title}" + banner)
    assert "{our_title}" in found.explanation


def test_the_product_that_answers_may_mean_something_else():
    assert judged("reject-called", result=1, source=1, reason=7).side is Side.OURS
    found = judged("reject-called", product="DCMTK dcmqrscp", result=1, source=1, reason=7)
    assert found.side is Side.UNDECIDED
    assert [cause.fault for cause in found.causes[:3]] == ["A1", "A2", "A3"]
    assert judged("reject-called", product="DCMTK 3.6.7", result=1, source=1, reason=7).side is Side.OURS


@pytest.mark.parametrize(
    ("product", "word"),
    [
        ("Conquest 1.5.0", "dgatesop.lst"),
        ("Orthanc", "orthanc.json"),
        ("DCMTK storescp, storescu, movescu", "-pm"),
        ("dcm4che 5.35", "transfer capability"),
        ("DCMTK 3.6.7", "Conquest"),
    ],
)
def test_a_class_is_enabled_in_the_words_of_the_product_that_answers(product, word):
    found = judged("class-refused", product=product, class_name="CT", sop_class_uid="1.2", result=3)
    assert word in " ".join(found.there)


def test_both_titles_are_at_hand_to_be_compared_letter_by_letter():
    found = judged("titles-calling-known", known_as="ISOCENTRE", called="ISOCENTER", checks="it compares both titles")
    assert (found.known_as, found.called) == ("ISOCENTRE", "ISOCENTER")
    assert "ISOCENTRE" in " ".join(found.here)


def test_the_lines_to_type_begin_with_the_product_that_answers_and_name_us():
    found = judged("reject-calling", product="Orthanc", result=1, source=1, reason=3)
    assert found.lines[0].product == "Orthanc"
    assert '"ISOCENTER"' in found.lines[0].text
    assert "127.0.0.1" in found.lines[0].text
    assert not judged("reject-congestion", result=2, source=3, reason=1).lines


def test_where_nobody_told_its_name_the_usual_port_chooses_the_first_line():
    assert judged("reject-calling", result=1, source=1, reason=3).lines[0].product == "Orthanc"


def test_a_line_shows_how_it_stands_there_now_where_that_is_known():
    found = judged("titles-calling-known", product="Orthanc", known_as="ISOCENTRE", called="ISOCENTER", checks="")
    assert "ISOCENTRE" in found.lines[0].before
    assert "ISOCENTER" in found.lines[0].text


def test_what_looked_odd_on_the_way_is_among_the_causes():
    found = judged("closed-after-request", doubts=[Sign("name-asked", {"addresses": "10.0.0.9"})], how="closed")
    assert "N3" in [cause.fault for cause in found.causes]


@pytest.mark.parametrize(
    "words",
    [
        {"headline": "x", "explanation": "y"},
        {"headline": "x", "explanation": "y", "causes": ["Z9"]},
        {"headline": "x", "explanation": "y", "side": "nobody"},
        {"headline": "x", "explanation": "y", "causes": ["A1"], "colour": "red"},
        {"headline": "x", "explanation": "y", "causes": ["A1"], "by_product": {"orthanc": {"colour": "red"}}},
        {"explanation": "y", "causes": ["A1"]},
    ],
)
def test_a_row_that_breaks_the_rules_is_refused(words):
    with pytest.raises((ValueError, KeyError, TypeError)):
        diagnosis._checked(words)
