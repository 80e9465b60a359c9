"""Every sign that a step of the data layers can give stands in the tables, and its sentences are filled from its facts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import isocenter.doctor
from isocenter.doctor import signs
from isocenter.doctor.diagnosis import signs as table

ROOMS = sorted(Path(isocenter.doctor.__file__).parent.glob("*_step.py"))
ENDINGS = ("aborted", "closed", "released", "silent", "garbled", "wrong-id", "class-refused", "syntax-refused", "refused-by-policy")


@pytest.mark.parametrize("code", sorted(signs.codes()))
def test_every_status_has_a_sign_with_a_row(code):
    assert code in table()


@pytest.mark.parametrize("operation", ["find", "store", "move", "get", "commit", "print"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_every_way_in_which_an_association_ends_has_a_row(operation, ending):
    assert f"{operation}-{ending}" in table()


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.stem)
def test_every_sign_that_a_step_names_has_a_row(room):
    named = re.findall(r'(?:Sign|Trouble)\(\s*(?:[^"()]*,\s*)?f?"([a-z]+(?:-[a-zA-Z0-9]+)+)"', room.read_text(encoding="utf-8"))
    assert not [code for code in named if code not in table()]


@pytest.mark.parametrize(
    ("product", "words"),
    [
        ("", "C003 Unable to process. The other side could not work on the query."),
        ("Conquest 1.5.0e", "C003 (Conquest): "),
        ("Nobody Knows", "C003 Unable to process. The other side could not work on the query."),
    ],
)
def test_a_status_is_told_as_the_product_means_it(product, words):
    assert signs.said("move", 0xC003, "", product).startswith(words)


def test_a_line_of_the_ladder_is_short_in_every_product():
    for product in ("", "Orthanc", "Conquest", "pynetdicom 3.0.4", "dcm4che", "DCMTK 3.6.7"):
        for service in ("find", "store", "move", "get"):
            for status in (0xA700, 0xA701, 0xA702, 0xA778, 0xA801, 0xA900, 0xC000, 0xC003, 0xC801, 0xFE00, 0x0110):
                assert len(signs.brief(service, status, "x" * 64, product)) <= 100


def test_the_other_sides_own_comment_is_told_as_it_came():
    assert signs.said("store", 0xA700, "disk full").endswith("written. It says: disk full")


@pytest.mark.parametrize(
    ("operation", "status", "code"),
    [("store", 0xA7FF, "store-A7xx"), ("store", 0x0110, "store-0110"), ("find", 0xCFFF, "find-Cxxx"), ("move", 0xC004, "move-C004"),
     ("move", 0xC0FF, "move-Cxxx"), ("get", 0x1234, "get-failed"), ("commit", 0x0131, "commit-0131")],
)  # fmt: skip
def test_a_status_is_told_by_its_own_row_before_its_range(operation, status, code):
    sign = signs.of_status(operation, status, said="x")
    assert (sign.code, sign.facts) == (code, {"said": "x", "status": f"{status:04X}"})
