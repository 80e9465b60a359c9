"""The patterns of what products write into their logs: each recognises a line of its own, none takes long."""

from __future__ import annotations

import re
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isocenter.doctor.fault_table import faults
from isocenter.doctor.log_patterns import LAYERS, PASSING, filled, needles, product_named, products

OF_PRODUCT = {"Conquest": 52, "Orthanc": 51, "DCMTK": 57, "dcm4che": 46, "fo-dicom": 30, "pynetdicom": 49}
"""How many patterns the knowledge base has of each product; Isocenter's own, and what real logs taught, come on top."""

ALL = [pattern for product in products().values() for pattern in product.patterns]


def named(pattern):
    return f"{pattern.product}-{pattern.example[:40]}"


def test_every_pattern_that_is_known_is_in_the_tables():
    counts = {name: len(product.patterns) for name, product in products().items()}
    assert counts.pop("Isocenter") >= 25
    assert counts.keys() == OF_PRODUCT.keys()
    assert all(count >= OF_PRODUCT[name] for name, count in counts.items())
    assert sum(OF_PRODUCT.values()) == 285


@pytest.mark.parametrize("pattern", ALL, ids=named)
def test_the_first_pattern_that_matches_the_example_is_its_own(pattern):
    found = products()[pattern.product].find(pattern.example)
    assert found is not None
    assert found[0] is pattern


@pytest.mark.parametrize("pattern", ALL, ids=named)
def test_the_example_looks_like_a_line_of_its_product(pattern):
    product = products()[pattern.product]
    said_by_the_command_line = product.name == "Isocenter" and not pattern.example.startswith("2026")
    assert product.looks_like(pattern.example) or said_by_the_command_line


@pytest.mark.parametrize("pattern", ALL, ids=named)
def test_a_pattern_says_what_it_means_and_who_changes_what(pattern):
    match = re.search(pattern.pattern, pattern.example)
    cause, remedy = filled(pattern.cause, match), filled(pattern.remedy, match)
    assert cause[0].isupper() or cause[0].isdigit() or pattern.cause.startswith(("{", "dc", "wlm", "This"))
    assert "{" not in cause + remedy
    assert pattern.layer in LAYERS
    assert all(fault in faults() for fault in pattern.faults)
    if pattern.layer != PASSING:
        assert remedy.endswith(".") or not remedy
        assert pattern.faults or pattern.layer in {"computer", "move"}
    assert pattern.source


@pytest.mark.parametrize("pattern", ALL, ids=named)
def test_only_groups_that_there_are_are_filled_in(pattern):
    groups = re.compile(pattern.pattern).groups
    used = {int(number) for number in re.findall(r"\{(\d)\}", pattern.cause + pattern.remedy)}
    assert all(1 <= number <= groups for number in used)


@pytest.mark.parametrize("pattern", ALL, ids=named)
def test_every_repetition_is_bounded(pattern):
    bare = re.sub(r"\\.|\[(?:\\.|[^\]\\])*\]", lambda found: "x" if found[0][0] == "\\" else "c", pattern.pattern)
    assert "*" not in bare
    assert "+" not in bare


@pytest.mark.parametrize("pattern", ALL, ids=named)
def test_a_needle_is_in_every_line_that_matches(pattern):
    match = re.search(pattern.pattern, pattern.example)
    assert not pattern.needles or any(needle in match[0] for needle in pattern.needles)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("plain words", ("plain words",)),
        (r"\*\*\*Refused \(why\)", ("***Refused (why)",)),
        (r"one\d{1,9}twelve", ("twelve",)),
        ("first one|another one", ("first one", "another one")),
        ("(Calling|Called) AP", ("Calling", "Called")),
        ("(?:optional thing)?needed", ("needed",)),
        ("rejected? now", ("rejecte",)),
        ("[a-z]{1,9}", ()),
        ("words|..", ()),
        (r"0006:031c.{0,200}Connection refused", ("Connection refused",)),
    ],
)
def test_needles_are_what_a_match_cannot_do_without(pattern, expected):
    assert needles(pattern) == expected


LITERALS = st.text("abc ", min_size=1, max_size=6)
BITS = st.one_of(LITERALS, st.sampled_from([r"\d{1,3}", "[xyz]", "(one|two)", "(three)?", "q?", ".{0,3}", r"\.", "(?:four)"]))


@given(st.lists(st.lists(BITS, min_size=1, max_size=5).map("".join), min_size=1, max_size=3).map("|".join), st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_matches_has_a_needle(pattern, data):
    line = data.draw(st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True))
    found = needles(pattern)
    assert not found or any(needle in line for needle in found)


def test_no_line_of_a_stranger_takes_long():
    pieces = ["***", "A-ASSOCIATE-RJ[", "Turned away x (", ": ", "0006:031c ", "Abort [source: ", "Association rejected [",
              "No Presentation Context for Abstract Syntax: ", "DIMSE failure (aborting association with AET ", " \t", "stored ; 1",
              "Studies'a^b", "(0010,0010) [", "wlm.Worklist file ", "x->y(1)", "org.dcm4che"]  # fmt: skip
    for piece in pieces:
        line = (piece * 4000)[:4000]
        began = perf_counter()
        for product in products().values():
            product.looks_like(line)
            product.find(line)
            for pattern in product.patterns:
                re.search(pattern.pattern, line)
        assert perf_counter() - began < 1.0, piece


def test_a_product_is_named_as_people_write_it():
    assert product_named("FO DICOM").name == "fo-dicom"
    assert product_named("orthanc").name == "Orthanc"
    with pytest.raises(KeyError):
        product_named("sectra")


def test_what_a_stranger_wrote_is_never_filled_in():
    match = re.search("<(.*)>", "<{1}{2}>")
    assert filled("It said {1}", match) == "It said {1}{2}"
    assert filled("Nothing: {2}", match) == "Nothing."
