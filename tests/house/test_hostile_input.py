"""docs/hostile-input.md is a promise: every group has its tests, and every test of tests/hostile/ is on it."""

from __future__ import annotations

import ast
import re

import pytest

PAGE = "docs/hostile-input.md"
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
ROW = re.compile(r"^\| (\d+) \| (.+) \|$", re.MULTILINE)
GROUPS = range(1, 95)


def names_in(text: str) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def speaks_of(number: int, test: str, text: str) -> bool:
    """Whether a test is about a group: by its own name, or by the name of one of its cases."""
    if found := re.match(r"test_groups?_(\d+(?:_\d+)*)(?:_to_(\d+))?_", test):
        alone = [int(one) for one in found[1].split("_")]
        return number in alone or (found[2] is not None and alone[0] <= number <= int(found[2]))
    return (
        f'"{number} ' in text or re.match(r"test_(cve|dcmtk|orthanc|pynetdicom)_", test) is not None or f"group_{number}_" in text
    )


@pytest.fixture(scope="module")
def rooms_of_tests(texts) -> dict[str, str]:
    return {name.removeprefix("tests/"): text for name, text in texts.items() if re.fullmatch(r"tests/\w+/test_\w+\.py", name)}


@pytest.fixture(scope="module")
def existing(rooms_of_tests) -> set[tuple[str, str]]:
    return {(room, test) for room, text in rooms_of_tests.items() for test in names_in(text)}


def test_every_named_test_exists(texts, existing, obey):
    named = set(NAMED.findall(texts[PAGE]))
    assert len(named) > 100
    obey("A page that names a test which is not there promises what nobody checks.",
         [f"{room}::{test}" for room, test in named - existing])  # fmt: skip


def test_no_row_names_a_test_twice(texts, obey):
    rows = [(line.split("|")[1].strip(), NAMED.findall(line)) for line in texts[PAGE].splitlines() if line.startswith("|")]
    obey("A test that stands twice in a row looks like two proofs.", [row for row, tests in rows if len(set(tests)) < len(tests)])


def test_every_group_is_there_once_and_is_proved(texts, obey):
    rows = ROW.findall(texts[PAGE])
    assert [int(number) for number, _ in rows] == list(GROUPS)
    obey("Each group of bad input is proved by a test.", [f"group {number}" for number, row in rows if not NAMED.search(row)])


def test_a_hostile_test_is_named_for_the_groups_that_it_is_about(texts, rooms_of_tests, obey):
    broken = [
        f"group {number}: {room}::{test}"
        for number, row in ROW.findall(texts[PAGE])
        for room, test in NAMED.findall(row)
        if room.startswith("hostile/") and not speaks_of(int(number), test, rooms_of_tests.get(room, ""))
    ]
    obey("Neither the test nor one of its cases has the number of the group that it is said to prove.", broken)


def test_every_hostile_test_is_on_the_page(texts, existing, obey):
    named = set(NAMED.findall(texts[PAGE]))
    hostile = {one for one in existing if one[0].startswith("hostile/")}
    assert len(hostile) > 40
    missing = [f"{room}::{test}" for room, test in hostile - named]
    obey("What is tested against a real archive is on the page that says so.", missing)


def test_the_law_of_groups_bites():
    assert speaks_of(67, "test_groups_66_to_69_images", "")
    assert not speaks_of(70, "test_groups_66_to_69_images", "")
    assert speaks_of(70, "test_groups_63_70_71_files", "")
    assert not speaks_of(7, "test_group_70_files", '"7 a case"')
    assert speaks_of(7, "test_what_is_no_request", '"7 a case"')
    assert not speaks_of(7, "test_what_is_no_request", '"17 a case"')
