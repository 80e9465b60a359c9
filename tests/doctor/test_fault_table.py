"""The table of faults: whole, and filled in without trusting what fills it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.doctor import fault_table
from isocenter.doctor.fault_table import FAMILIES, PLACES, faults, filled
from isocenter.model.checkup import Side

HOW_MANY = {"N": 7, "R": 9, "T": 9, "P": 7, "S": 12, "A": 23, "C": 12, "E": 3, "Q": 18, "ST": 14, "M": 15, "G": 3, "K": 5, "W": 6,
            "X": 9, "H": 6}  # fmt: skip
NO_CURE = {"A23", "M12"}
"""Rows that are no fault, so that nobody has to change anything."""

KNOWN = {"our_title": "ISOCENTER", "our_address": "10.0.0.5", "our_port": 11112, "their_title": "PACS", "host": "pacs", "port": 104}


def test_every_fault_that_is_known_has_its_row_and_no_number_is_left_out():
    assert list(faults()) == [f"{family}{number}" for family, count in HOW_MANY.items() for number in range(1, count + 1)]
    assert list(HOW_MANY) == list(FAMILIES)


@pytest.mark.parametrize("identifier", list(faults()))
def test_a_row_says_who_changes_what(identifier):
    row = fault_table.fault(identifier)
    assert row.fault.endswith(".")
    assert row.here or row.there or identifier in NO_CURE
    if row.side is Side.OURS:
        assert row.here, "what is wrong on our side is changed on our side"
    if row.side in {Side.THEIRS, Side.BETWEEN} and identifier not in NO_CURE:
        assert row.there or identifier == "ST5", "what is wrong elsewhere is asked of somebody"


@pytest.mark.parametrize("identifier", list(faults()))
def test_a_row_is_words_and_not_markup(identifier):
    row = fault_table.fault(identifier)
    for text in (row.fault, row.seen, row.tell_from, *row.here, *row.there):
        assert not re.search(r"(?<!\*)\*\*(?!\*)|`|\bP-(?!DATA)[A-Z]{2}|\(obs\)|[:,(] ?K\)", text), text
        assert text == text.strip()
        assert "  " not in text


@pytest.mark.parametrize("identifier", list(faults()))
def test_a_cause_leaves_nothing_open(identifier):
    cause = fault_table.fault(identifier).cause(KNOWN)
    assert cause.fault == identifier
    for text in (cause.sentence, *cause.here, *cause.there):
        assert "{" not in text
        assert not any(place.upper() in text.split() for place in PLACES)


def test_what_is_not_known_stands_there_in_capitals():
    assert filled("Add {our_title} at {our_address}.", {"our_title": "ISO", "our_address": ""}) == "Add ISO at OUR_ADDRESS."


@given(st.text())
def test_what_fills_a_sentence_is_never_read_as_one(stranger):
    assert filled("<{their_title}>", {"their_title": stranger}) == f"<{stranger or 'THEIR_TITLE'}>"


def test_what_cannot_be_told_apart_is_said_of_faults_that_there_are():
    rows = fault_table.untellable()
    assert len(rows) == 13
    assert all(row.say.endswith(".") and len(row.may_be) > 1 for row in rows)
    assert rows[1].faults == ("A1", "A2", "A3")


def test_an_identifier_that_is_in_no_row_is_an_error():
    with pytest.raises(KeyError):
        fault_table.fault("Z9")


@pytest.mark.parametrize(
    "spoilt",
    [{"layer": "cellar"}, {"side": "nobody"}, {"fault": "no full stop"}, {"here": ["Ask {nobody}."]}, {"sources": ["hearsay"]}],
)
def test_a_spoilt_row_is_refused_with_its_identifier(spoilt):
    whole = {
        "layer": "tcp",
        "side": "ours",
        "fault": "It is.",
        "here": [],
        "there": [],
        "sources": ["K"],
        "seen": "",
        "tell_from": "",
    }
    assert fault_table._checked("T1", whole).fault == "It is."
    with pytest.raises(ValueError, match="T1"):
        fault_table._checked("T1", whole | spoilt)
