import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.cli import terminal

DANGEROUS = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x202E, 0x2066, 0x2028)} - {"\n"}
texts = st.text(max_size=60) | st.text(st.sampled_from("a\x1b[2J\x9b\r\n\u202e\t=+-@é山"), max_size=20)


@pytest.fixture
def screen(monkeypatch, capsys):
    """Make the output a terminal of that many columns."""

    def make(columns):
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        monkeypatch.setenv("COLUMNS", str(columns))

    return make


def written(function, *arguments):
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        function(*arguments)
    return out.getvalue()


@given(texts)
def test_no_text_drives_the_terminal_or_makes_a_second_line(text):
    for function, arguments in (
        (terminal.say, (text,)),
        (terminal.note, (text,)),
        (terminal.tell_json, ({text: text},)),
        (terminal.pairs, ([("name", text)],)),
    ):
        out = written(function, *arguments)
        assert not DANGEROUS & set(out)
        assert out.count("\n") == 1
    assert written(terminal.table, ["A"], [[text]]).count("\n") == 2


@given(texts)
def test_json_says_what_it_was_given(text):
    assert json.loads(written(terminal.tell_json, text)) == text


@given(texts)
def test_no_cell_of_csv_is_a_formula(text):
    cell = written(terminal.tell_csv, [[text, "x"]]).removeprefix('"')
    assert cell[0] not in "=@"
    assert cell[0] not in "+-" or terminal._NUMBER.fullmatch(text)


def test_a_table_in_a_file_is_neither_cut_nor_folded(capsys):
    terminal.table(["Name", "n"], [["x" * 500, 7], ["y", 12]])
    assert capsys.readouterr().out.splitlines() == ["Name" + " " * 499 + "n", "x" * 500 + "   7", "y" + " " * 501 + "12"]


def test_on_a_narrow_terminal_a_uid_goes_below_whole_and_long_cells_are_shortened(capsys, screen):
    screen(30)
    terminal.table(["Name", "UID"], [["x" * 50, "1.2." + "3" * 60]], below=["UID"])
    _, row, below = capsys.readouterr().out.splitlines()
    assert row == "x" * 29 + "…"
    assert below.split() == ["UID", "1.2." + "3" * 60]


def test_on_a_wide_terminal_everything_is_on_one_line(capsys, screen):
    screen(120)
    terminal.table(["Name", "UID"], [["x", "1.2.3"]], below=["UID"])
    assert capsys.readouterr().out == "\x1b[1mName  UID\x1b[0m\nx     1.2.3\n"


def test_ideographs_take_two_places(capsys):
    terminal.table(["Name", "ID"], [["山田", "1"], ["abcd", "2"]])
    assert capsys.readouterr().out.splitlines()[1:] == ["山田  1", "abcd  2"]


@pytest.mark.parametrize("columns", range(1, 30))
def test_no_terminal_is_too_narrow(screen, columns):
    screen(columns)
    terminal.table(["Name", "山", "UID"], [["x" * 20, "山" * 9, "1.2"]], below=["UID"])


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 KB"), (63_000_000, "63 MB"), (1_234_567, "1.23 MB"), (5e15, "5000 TB")],
)
def test_bytes_are_told_in_three_figures(count, words):
    assert terminal.human_bytes(count) == words


def test_progress_is_silent_where_nobody_watches(capsys):
    with terminal.Progress("sending", 3) as progress:
        progress.step()
        progress.reached(3, 3)
    assert progress.done == 3
    assert capsys.readouterr() == ("", "")


def test_progress_shows_rate_and_time_left_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with terminal.Progress("sending", 3) as progress:
        for _ in range(3):
            progress.step()
    assert "sending" in capsys.readouterr().err


def test_steps_show_progress_and_pass_on_the_rest():
    told = [{"done": 1, "total": 2}, {"finding": "x", "done": 1}, {"summary": "y"}]
    assert list(terminal.steps("checking", told)) == told[1:]
