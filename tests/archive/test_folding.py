"""Names that a person takes for the same fold to the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from isocenter.archive.folding import fold, fold_group, fold_name, fold_names


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)
    assert fold_names(fold_names(text)) == fold_names(text)


@given(st.text(st.characters(codec="latin-1")))
def test_case_never_counts(text):
    if "ß" not in text and "µ" not in text:
        assert fold(text.upper()) == fold(text.lower())


@given(st.text(max_size=20))
def test_padding_and_trailing_carets_never_count(text):
    assert fold_group(text + "^^ ") == fold_group(text)
    assert fold_group(f" {text} ") == fold_group(text)


def test_groups_are_told_apart_and_empty_ones_keep_their_place():
    assert fold_name("Yamada^Tarou=山田^太郎=やまだ^たろう") == ("yamada^tarou", "山田^太郎", "やまだ^たろう")
    assert fold_name("=山田^太郎") == ("", "山田^太郎", "")
    assert fold_names("=山田^太郎=") == "=山田^太郎"
    assert fold_names("Doe ^ John^^=\\Roe^Jane") == "doe^john\\roe^jane"
    assert fold_names("") == ""


def test_compatibility_forms_and_sharp_s_are_made_equal_and_accents_are_kept():
    assert fold("ＤＯＥ") == "doe"
    assert fold("ﾔﾏﾀﾞ") == "ヤマダ"
    assert fold("STRASSE") == fold("Straße")
    assert fold("e\u0301") == "é" != fold("e")
