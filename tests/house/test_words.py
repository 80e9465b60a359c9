"""Citations, left-overs and machine paths in every text file of the repository."""

from __future__ import annotations

import re

import pytest

MENTION = re.compile(r"\bPS ?3[.\- ]\d+")
RIGHT = re.compile(
    r"PS3\.\d{1,2}(?!\d)"
    r"(?: (?:Annex|Table|Figure) [A-Z0-9]|(?! ?§| ?[Ss]ec(?:tion|\.)| ?[Cc]hapter| ?[Cc]lause|[-:#_/]\w|, ?\d+\.\d))"
)
"""The part, then a space and the number alone, or the words Annex, Table or Figure; or the part as a whole, without more."""

MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:home|Users|root|work|tmp/iso)/[\w.\-]+|[A-Z]:\\Users\\\w+")
LEFT_OVERS = re.compile(
    r"\b(?:TODO|FIXME|HACK)\b|#[^\n]*\bfor now\b|\b[Ii]ssue \d+\b|\bthe brief\b|\b[Bb]uilder [A-Z]\b|[Cc]o-authored-by"
)
"""Notes to oneself, history, and talk about how a file came to be: it says what it is."""

OWN = "tests/house/test_words.py"
FETCHED = re.compile(r"(^|/)(package-lock\.json|uv\.lock)$|^web/dist/|/static/")
LICENCES = {"LICENSE"}


def citation_breaches(text: str) -> list[tuple[int, str]]:
    return [
        (number, line[found.start() : found.start() + 24])
        for number, line in enumerate(text.splitlines(), 1)
        for found in MENTION.finditer(line)
        if not RIGHT.match(line, found.start())
    ]


def searched(texts):
    return {name: text for name, text in texts.items() if name != OWN and not FETCHED.search(name) and name not in LICENCES}


def test_citations_have_one_form(texts, obey):
    broken = [f"{name}:{line} {found}" for name, text in searched(texts).items() for line, found in citation_breaches(text)]
    obey("A citation is written `PS3.8 9.3.5`: whoever follows a section, or searches for it, finds all of them.", broken)


def test_nothing_is_left_over(texts, obey):
    broken = [
        f"{name}:{number} {found.group(0)}"
        for name, text in searched(texts).items()
        for number, line in enumerate(text.splitlines(), 1)
        if (found := LEFT_OVERS.search(line))
    ]
    obey("What is unfinished is finished or taken out, and history belongs to git: the files say what is.", broken)


def test_no_file_knows_a_machine(texts, obey):
    broken = [
        f"{name}:{number} {found.group(0)}"
        for name, text in searched(texts).items()
        for number, line in enumerate(text.splitlines(), 1)
        if (found := MACHINE_PATHS.search(line))
    ]
    obey("A path of one computer is wrong on every other.", broken)


@pytest.mark.parametrize(
    "text", ["PS 3.8 9.3.5", "PS3.8 §9.3.5", "PS3.8§9", "PS3.8 section 9", "PS3-8", "PS3.8-9.3.5", "PS3.8:9.3.5", "PS3.8, 9.3.5"]
)
def test_the_law_of_citations_bites(text):
    assert citation_breaches(text)


@pytest.mark.parametrize(
    "text",
    ["(PS3.8 9.3.5)", "PS3.8 9.3.2.2.", "PS3.4 C.6.1.1, says", "PS3.8 Table 9-10", "PS3.15 Annex E", "obeys PS3.7 and PS3.8.",
     "`PS3.7 D.3.3.7`", "PS3.5 A.4.11: native", "PS3.7, PS3.8", "PS3.18"],
)  # fmt: skip
def test_the_law_of_citations_knows_the_right_form(text):
    assert not citation_breaches(text)


@pytest.mark.parametrize("text", ["x = 1  # TODO", "x = 1  # good enough for now", "see issue 7"])
def test_the_law_of_left_overs_bites(text):
    assert LEFT_OVERS.search(text)


@pytest.mark.parametrize("text", ["/home/ann/dicom", "cd /root/x", "C:\\Users\\ann"])
def test_the_law_of_machine_paths_bites(text):
    assert MACHINE_PATHS.search(text)


def test_paths_of_the_web_are_not_machine_paths():
    assert not MACHINE_PATHS.search("https://example.org/home/page")
