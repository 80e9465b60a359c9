"""How a person name is compared: one form for the index's columns and for the keys of a query.

A received PN goes in, its comparable form comes out: NFKC, case folded, without the padding and the trailing carets that
PS3.5 6.2.1 declares meaningless. Both sides of a comparison must come through here, or names are not found. Never shown to
a person: the received text is kept beside it.
"""

from __future__ import annotations

from unicodedata import normalize

SEARCH_SEPARATOR = "\x1f"
"""Between the texts of `fold_search`; within one it would let a stranger's value make every search slow."""
GROUPS = 3
"""Component groups of a PN: alphabetic, ideographic, phonetic (PS3.5 6.2.1)."""


def fold(text: str) -> str:
    """`text` without the differences that a comparison of names ignores: case, and compatibility forms such as full width."""
    if text.isascii():
        return text.lower()
    return normalize("NFKC", normalize("NFKC", text).casefold())


def fold_search(*texts: str) -> str:
    """Several texts as one that a part of any of them is found in, always with the same count of separators; names keep carets."""
    return SEARCH_SEPARATOR.join(fold(text).replace(SEARCH_SEPARATOR, " ").strip() for text in texts)


def fold_group(group: str) -> str:
    """One component group in comparable form: components stripped of spaces, trailing empty components gone."""
    return "^".join(component.strip() for component in fold(group).replace("\0", " ").split("^")).rstrip("^")


def fold_name(name: str) -> tuple[str, str, str]:
    """The three groups of one PN value in comparable form; an absent group is empty. More than three groups join the third."""
    alphabetic, ideographic, phonetic = (*name.split("=", GROUPS - 1), "", "")[:GROUPS]
    return fold_group(alphabetic), fold_group(ideographic), fold_group(phonetic)


def fold_names(names: str) -> str:
    """Every value of a PN attribute for one column: groups joined by `=`, trailing empty ones left out, values by a backslash."""
    return "\\".join("=".join(fold_name(name)).rstrip("=") for name in names.split("\\"))
