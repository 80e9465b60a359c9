"""AE titles that are nearly the same: what a person mistypes, and what the eye does not see.

Comes in: titles. Goes out: near spellings, the likeliest first; and whether two are the same but for case, look-alike letters,
marks or blanks. AE titles are compared letter by letter, case included, by nearly everybody (PS3.8 9.3.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from isocenter.base.limits import AE_TITLE_BYTES

_ALIKE = (("O", "0"), ("I", "1"), ("l", "1"), ("l", "I"), ("S", "5"), ("B", "8"))
_FOLDED = str.maketrans({"O": "0", "I": "1", "L": "1", "S": "5", "B": "8", "-": "", "_": "", " ": "", ".": ""})


def near_misses(title: str) -> list[str]:
    """Other spellings of a title that a person may mean by it, the likeliest first, none twice and not the title itself."""
    found = dict.fromkeys(one for one in _spellings(title) if one and one != title and len(one) <= AE_TITLE_BYTES)
    return list(found)


def _spellings(title: str) -> Iterator[str]:
    yield title.upper()
    yield title.lower()
    yield title.strip()
    for mark, other in (("-", "_"), ("_", "-"), (" ", "_"), ("_", ""), ("-", ""), (" ", ""), (".", "_")):
        if mark in title:
            yield title.replace(mark, other)
            yield title.upper().replace(mark, other)
    if title.upper().endswith("RE"):
        yield title[:-2] + ("ER" if title.isupper() else "er")
    elif title.upper().endswith("ER"):
        yield title[:-2] + ("RE" if title.isupper() else "re")
    for one, other in _ALIKE:
        for wrong, right in ((one, other), (other, one)):
            if wrong in title:
                yield title.replace(wrong, right)


def looks_like(one: str, other: str) -> bool:
    """True where two different titles can be taken for each other: at most two letters apart once look-alikes are the same."""
    if one == other:
        return False
    return _distance(one.upper().translate(_FOLDED), other.upper().translate(_FOLDED)) <= 2


def _distance(one: str, other: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours between two titles (Damerau and Levenshtein)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        current = [at]
        for place, there in enumerate(other, 1):
            cost = min(row[place] + 1, current[place - 1] + 1, row[place - 1] + (letter != there))
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == there:
                cost = min(cost, before[place - 2] + 1)
            current.append(cost)
        before, row = row, current
    return row[-1]


def oddities(title: str) -> list[str]:
    """What is invisible or misleading in a title, in words."""
    found = []
    if title != title.strip():
        found.append("it begins or ends with a blank")
    if any(left == right == " " for left, right in pairwise(title)):
        found.append("it has two blanks in a row")
    strange = [character for character in title if not (character.isascii() and character.isprintable())]
    if strange:
        found.append(
            f"it has characters that no title may have: {', '.join(f'U+{ord(one):04X}' for one in dict.fromkeys(strange))}"
        )
    if title.upper() != title:
        found.append("it has small letters, and most programs tell them from capital ones")
    return found
