"""The next free title on the command line."""

from __future__ import annotations

from isocenter.cli.exits import Exit


def test_the_next_title_is_said_and_strays_are_noted(call):
    call("node", "add", "one", "--aet", "KH_CT_01", "--host", "10.0.0.1")
    call("node", "add", "other", "--aet", "STRAY", "--host", "10.0.0.2")
    said = call("title", "--rule", "SITE_MOD_nn", "--site", "KH", "--mod", "ct")
    assert (said.code, said.out.strip()) == (0, "KH_CT_02")
    assert "Not by the rule SITE_MOD_nn: STRAY" in said.err
    assert call("title", "--rule", "MODn", "--mod", "ct", "--json").json[0]["title"] == "CT1"


def test_without_a_rule_or_a_word_it_says_what_is_missing(call):
    said = call("title")
    assert (said.code, "set naming_rule" in said.err) == (Exit.USAGE, True)
    assert "Say what MOD is" in call("title", "--rule", "MOD_nn").err
