"""The keywords that the workstation reads images by are those of the standard."""

from tools import generate_web_keywords


def test_the_table_of_keywords_is_the_one_that_the_dictionary_gives():
    assert generate_web_keywords.main(["--check"]) == 0, "run python tools/generate_web_keywords.py"
