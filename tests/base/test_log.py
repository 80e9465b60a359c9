import logging
import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isocenter.base import limits, log


def record(text, *arguments, exc_info=None):
    return logging.LogRecord("isocenter.net", logging.WARNING, "", 0, text, arguments, exc_info)


@given(st.text())
def test_received_text_never_makes_a_second_line_or_an_escape(text):
    line = log.LineFormatter().format(record("caller %s", text))
    assert len(line.splitlines()) == 1
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in line)


def test_direction_overrides_are_made_visible():
    assert log.plain("abc\u202edef") == "abc\\u202edef"


def test_a_line_says_when_how_grave_where_and_what():
    line = log.LineFormatter().format(record("full"))
    assert line[23:] == "Z WARNING net: full"


def test_a_line_is_bounded():
    assert len(log.LineFormatter().format(record("x" * 100_000))) < limits.LOG_LINE_CHARACTERS_MAX + 60


def test_a_traceback_stays_on_the_line():
    with pytest.raises(ValueError, match="a") as caught:
        raise ValueError("a\nb")
    line = log.LineFormatter().format(record("it broke", exc_info=(caught.type, caught.value, caught.tb)))
    assert "\n" not in line
    assert "ValueError" in line


def test_a_line_at_a_glance_has_the_time_of_this_place_and_no_traceback():
    with pytest.raises(ValueError, match="a") as caught:
        raise ValueError("a\x1b[2J")
    shown = log.GlanceFormatter().format(record("it broke", exc_info=(caught.type, caught.value, caught.tb)))
    assert re.fullmatch(r"\d\d:\d\d:\d\d  it broke: ValueError\('a\\x1b\[2J'\) \(the log file shows where\)", shown)
    quiet = record("x")
    assert log.GlanceFormatter().format(quiet)[:8] == datetime.fromtimestamp(quiet.created).strftime("%H:%M:%S")


def test_live_lines_get_what_is_logged_and_the_file_keeps_it(tmp_path):
    lines = []
    live = log.LiveLines(lambda _record, line: lines.append(line))
    root = logging.getLogger(log.ROOT)
    root.addHandler(live)
    file = log.to_file(tmp_path / "log" / "isocenter.log")
    try:
        log.set_debug(False)
        logging.getLogger("isocenter.net").debug("hidden")
        logging.getLogger("isocenter.net").info("shown")
        log.set_debug(True)
        logging.getLogger("isocenter.net").debug("seen now")
    finally:
        log.set_debug(False)
        root.removeHandler(live)
        root.removeHandler(file)
        file.close()
    assert [line.split("  ", 1)[1] for line in lines] == ["shown", "seen now"]
    assert (tmp_path / "log" / "isocenter.log").read_text().count("\n") == 2
