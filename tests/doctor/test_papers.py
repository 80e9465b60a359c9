"""A paper says the same in each of its forms, takes any text, and what came from a device never becomes markup."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from isocenter.base.limits import PAPER_CELL_CHARACTERS_MAX, PAPER_ROWS_MAX, QR_BYTES_MAX
from isocenter.doctor import paper_html, paper_pdf, paper_text, typefaces
from isocenter.doctor.paper import (
    Callout,
    Cell,
    Code,
    Fields,
    Grid,
    Heading,
    NewPage,
    Pairs,
    Paper,
    Points,
    Prose,
    mono,
    plain,
    rows_of,
)
from isocenter.doctor.qr_code import modules

MADE = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
EVERYTHING = (
    Callout("bad", "It refuses", "because it does"),
    Heading("A part"),
    Heading("A section", 2),
    Prose("Some words"),
    Points(("one", "two")),
    Pairs((("Name", Cell("value")), ("Title", mono("CT-1", "warn"))), "AE title CT-1"),
    Grid(("a", "b"), ((Cell("1", tone="good"), mono("2", "quiet")),), (1, 2)),
    Code("a  b\n  c", "in a file", "Restart"),
    Fields(("Technician", "Date", "Order")),
    NewPage(),
)


def paper(*blocks, title="Title") -> Paper:
    return Paper(title, "Subtitle", MADE, "foot", tuple(blocks))


def pages(document: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", document))


class Tags(HTMLParser):
    """What stands in a page: its tags and its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not any(name.startswith("on") or (name in {"src", "href"}) for name, _ in attrs)

    def handle_data(self, data):
        self.words += data


def test_every_block_stands_in_every_form():
    whole = paper(*EVERYTHING)
    for words in ("It refuses", "A part", "A section", "Some words", "one", "value", "CT-1", "a  b", "Restart", "Technician"):
        assert words in paper_text.text(whole)
        assert words in Tags(paper_html.html(whole)).words
    assert paper_pdf.pdf(whole).startswith(b"%PDF-")


def test_a_page_needs_nothing_from_elsewhere():
    page = paper_html.html(paper(*EVERYTHING))
    assert not re.search(r"https?://|@import|url\(|<script|<link|<img", page)


@given(st.text(max_size=60))
def test_no_text_becomes_markup_in_a_page(text):
    clean = Tags(paper_html.html(paper(*EVERYTHING))).tags
    hostile = Tags(paper_html.html(paper(*EVERYTHING[:3], Prose(text), *EVERYTHING[4:], title=text)))
    assert [tag for tag in hostile.tags if tag != "br"] == [tag for tag in clean if tag != "br"]


@given(st.text(max_size=40))
@settings(max_examples=25, deadline=None)
def test_any_text_is_set_as_pdf(text):
    blocks = (
        Prose(text), Points((text,)), Pairs(((text, Cell(text, tone="bad")),), text), Grid((text,), ((mono(text),),), (1,)),
        Code(text, text, text), Callout("warn", text, text), Heading(text), Fields((text,)),
    )  # fmt: skip
    assert paper_pdf.pdf(paper(*blocks, title=text)).startswith(b"%PDF-")


@pytest.mark.parametrize("text", ["<b>bold", "</para>", "&amp", '<font name="x">', "<img src='x'/>", "a" * 20_000, "a\n" * 5000])
def test_a_device_cannot_break_the_pdf(text):
    assert paper_pdf.pdf(paper(Prose(text), Grid(("a",), ((Cell(text),),), (1,)), Code(text))).startswith(b"%PDF-")


def test_the_same_paper_is_the_same_pdf():
    assert paper_pdf.pdf(paper(*EVERYTHING)) == paper_pdf.pdf(paper(*EVERYTHING))


def test_a_long_table_goes_on_over_pages():
    grid = Grid(("a", "b"), tuple((Cell(str(at)), mono("x" * 200)) for at in range(200)), (1, 3))
    assert pages(paper_pdf.pdf(paper(grid))) > 5


def test_a_value_is_bounded_and_moves_nothing():
    assert len(plain("a" * 100_000)) == PAPER_CELL_CHARACTERS_MAX
    assert plain("a\x00b\x1b[2J\u202ec\td") == "a\ufffdb\ufffd[2J\ufffdc d"


def test_rows_that_are_too_many_are_counted():
    rows = rows_of([(Cell(str(at)), Cell("")) for at in range(PAPER_ROWS_MAX + 5)])
    assert len(rows) == PAPER_ROWS_MAX
    assert rows[-1][0].text == "and 6 more"


def test_lines_to_copy_keep_their_spaces_in_the_terminal():
    assert "    a  b\n      c\n" in paper_text.text(paper(Code("a  b\n  c")))


def test_letters_of_western_europe_need_no_typeface_of_this_system():
    assert list(typefaces.runs("Größe – Émile…", typefaces.BODY)) == [(typefaces.BODY, "Größe – Émile…")]
    assert typefaces.unset("Größe") == 0


def test_what_cannot_be_set_is_a_number_and_is_told(monkeypatch):
    monkeypatch.setattr(typefaces, "_embedded", lambda: ())
    typefaces._typeface.cache_clear()
    try:
        assert list(typefaces.runs("a山b", typefaces.BODY)) == [(typefaces.BODY, "a[U+5C71]b")]
        setting = paper_pdf._Setting(400)
        list(setting.block(Prose("山田")))
        (said,) = setting.end()
        assert "2 letters have no typeface" in said.text
    finally:
        typefaces._typeface.cache_clear()


def test_scripts_that_join_are_numbers_rather_than_wrong():
    assert list(typefaces.runs("شيماء", typefaces.BODY)) == [(typefaces.BODY, "[U+0634][U+064A][U+0645][U+0627][U+0621]")]
    assert "שלום" in paper_html.html(paper(Prose("שלום")))


def test_a_line_to_copy_is_parted_at_a_space():
    line = "curl " + "-d x " * 40 + "y" * 300
    parts = paper_pdf._folded(line)
    assert all(len(part) <= paper_pdf._CODE_COLUMNS for part in parts)
    assert "".join(part.strip().replace(" ", "") for part in parts) == line.replace(" ", "")


@given(st.text(max_size=60))
@example("104\n")
@example("AE\n")
def test_a_code_for_a_telephone_is_a_square_with_its_three_corners(text):
    rows = modules(text)
    assert len(rows) == len(rows[0]) >= 21
    corner = [True, *[False] * 5, True]
    for row in (rows[1][:7], rows[1][-7:], rows[-2][:7]):
        assert list(row) == corner


def test_a_text_too_long_for_a_code_has_none():
    assert modules("x" * (QR_BYTES_MAX + 1)) == ()
    assert modules("x" * QR_BYTES_MAX)


def test_dark_modules_that_stand_together_are_one_run():
    assert list(paper_pdf._dark_runs((True, True, False, True))) == [(0, 2), (3, 4)]
    assert list(paper_pdf._dark_runs((False,))) == []
    for row in modules("AE title CT-1\nAddress 10.0.0.7\nPort 104"):
        assert sum(last - first for first, last in paper_pdf._dark_runs(row)) == sum(row)
