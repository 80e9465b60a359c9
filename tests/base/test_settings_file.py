"""An isocenter.toml that is changed by the program stays what its owner wrote."""

from __future__ import annotations

import tomllib

import pytest

from isocenter.base.errors import UsageError
from isocenter.base.settings_file import edited

TEXT = """# Ward 3
aet = "WARD_3"   # as on the CT's list
  port=11112

http = 8114
"""


def test_only_the_value_changes_and_comments_stay():
    assert edited(TEXT, {"aet": "WARD_4"}) == TEXT.replace('"WARD_3"', '"WARD_4"')
    assert edited(TEXT, {"port": 104}) == TEXT.replace("port=11112", "port=104")


def test_what_is_not_there_comes_at_the_end():
    assert edited(TEXT, {"policy": "strict"}) == TEXT + 'policy = "strict"\n'
    assert edited("", {"aet": "X", "port": 1}) == 'aet = "X"\nport = 1\n'


@pytest.mark.parametrize("title", ['A "B"', "A'B", "# X", "\\1", "A=B"])
def test_any_title_is_read_back_as_it_was_written(title):
    assert tomllib.loads(edited(TEXT, {"aet": title}))["aet"] == title
    assert tomllib.loads(edited(edited(TEXT, {"aet": title}), {"aet": "PLAIN"}))["aet"] == "PLAIN"


@pytest.mark.parametrize("line", ["aet = 'WARD # 3' # note", '"aet" = "WARD"', "'aet'=\"WARD\""])
def test_every_way_to_write_a_line_is_understood(line):
    assert tomllib.loads(edited(line, {"aet": "NEW"})) == {"aet": "NEW"}


@pytest.mark.parametrize("text", ['aet = """\nWARD"""', "aet = ", "[aet"])
def test_what_cannot_be_changed_by_the_line_is_left_to_its_owner(text):
    with pytest.raises(UsageError):
        edited(text, {"aet": "NEW"})


def test_a_name_inside_a_text_is_no_setting():
    text = 'listen = "x"\n#aet = "OLD"\naet = "A"\n'
    assert edited(text, {"aet": "B"}) == 'listen = "x"\n#aet = "OLD"\naet = "B"\n'
