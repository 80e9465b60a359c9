"""A checkup as it stands on the terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from isocenter.cli.checkup_on_terminal import ladder, tell_verdict
from isocenter.model.checkup import Attempt, Cause, Checkup, Exchange, Layer, Line, Outcome, Role, Side, Step, Verdict

MOMENT = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
NAME = Step(Layer.NAME, Outcome.PASSED, "an address was given", 0.0)
TITLES = Step(
    Layer.TITLES, Outcome.FAILED, "refuses your title", 3.8, exchanges=(Exchange(MOMENT, "got", "A-ASSOCIATE-RJ", b"\x03\x00", 10),)
)
BEGUN = Checkup("t", "pacs", "PACS", "10.0.0.7", 104, Role.ARCHIVE, "ISOCENTER", "", 11112, MOMENT,
                steps=(Step(Layer.NAME), Step(Layer.TITLES), Step(Layer.ECHO)))  # fmt: skip
VERDICT = Verdict(
    Layer.TITLES, Side.THEIRS, "It refuses your title", "It said so.", causes=(Cause("A2", "Unknown."), Cause("A3", "Elsewhere.")),
    here=("Be ISOCENTRE.",), there=("Enter ISOCENTER.",), undecided="Only its list tells.",
    known_as="ISOCENTRE", called="ISOCENTER",
    lines=tuple(Line(f"Product {number}", "its list", "now", "restart", "before" if number == 0 else "") for number in range(6)),
)  # fmt: skip
ENDED = replace(
    BEGUN, steps=(NAME, TITLES, Step(Layer.ECHO)), verdict=VERDICT, ended=MOMENT, attempts=(Attempt("A", "B", "no", False),),
    remarks=("It is slow.",),
)  # fmt: skip


def test_piped_each_layer_is_one_line_as_soon_as_it_is_done(capsys):
    with ladder(is_terminal=False) as tell:
        tell(BEGUN)
        assert "pacs (PACS at 10.0.0.7 port 104)" in capsys.readouterr().out
        tell(replace(BEGUN, steps=(NAME, Step(Layer.TITLES), Step(Layer.ECHO))))
        assert "an address was given" in capsys.readouterr().out
        tell(ENDED)
        tell(ENDED)
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 1
    assert "FAILED  AE titles" in rows[0]


def test_on_a_terminal_every_layer_stands_there_from_the_beginning(capsys):
    with ladder(is_terminal=True) as tell:
        tell(BEGUN)
        tell(ENDED)
    said = capsys.readouterr().out
    assert "C-ECHO, ten times" in said
    assert "refuses your title" in said


def test_the_verdict_says_who_does_what_letter_by_letter(capsys):
    tell_verdict(ENDED, raw=False)
    said = capsys.readouterr().out
    for words in ("It refuses your title.", "To be changed on the other side.", "Only its list tells.", "On your side:",
                  "Be ISOCENTRE.",
                  "it knows you as  I S O C E N T R E", "you are          I S O C E N T E R", "    - before", "    + now",
                  "A2  Unknown.", "It is slow.", "A calls B: no"):  # fmt: skip
        assert words in said
    assert "03 00" not in said


def test_what_does_not_fit_is_named_and_the_bytes_come_on_request(capsys):
    tell_verdict(ENDED, raw=True)
    said = capsys.readouterr().out
    assert "Also for Product 4, Product 5" in said
    assert "0000  03 00" in said
    assert "and 8 more" in said


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ((NAME,), "Everything that was tried works."),
        ((NAME, replace(NAME, outcome=Outcome.WARNED)), "works, with 1 remark."),
        ((NAME, Step(Layer.ECHO)), "Stopped before the end"),
    ],
)
def test_without_a_fault_it_says_whether_all_was_tried(capsys, steps, words):
    tell_verdict(replace(BEGUN, steps=steps, ended=MOMENT), raw=False)
    assert words in capsys.readouterr().out


def test_what_a_stranger_sent_cannot_move_the_cursor(capsys):
    tell_verdict(replace(ENDED, remarks=("\x1b[2Jgone",)), raw=False)
    assert "\x1b" not in capsys.readouterr().out
