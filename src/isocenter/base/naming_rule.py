"""The site's rule for AE titles, such as SITE_DEPT_MOD_nn, and the next free title by it.

In a rule SITE, DEPT, MOD and ROOM stand for words that a person gives, a run of small n for a number with so many digits,
everything else for itself. A title has at most 16 characters (PS3.5 6.2), and two that differ only in capitals are one too many for
people.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from isocenter.base.errors import UsageError

PLACES = ("SITE", "DEPT", "MOD", "ROOM")
_PART = re.compile(r"(?<![A-Za-z])(SITE|DEPT|MOD|ROOM)(?![A-Za-mo-z])|(?<![a-z])(n+)(?![A-Za-z])")
_TITLE_CHARACTERS = 16
_DIGITS_MAX = 4


def check(rule: str) -> None:
    """Raise UsageError for a rule that can never make a title; an empty one is none."""
    if not rule:
        return
    if not re.fullmatch(r"[A-Za-z0-9 _.-]+", rule) or rule != rule.strip():
        raise UsageError(f"naming_rule is {rule!r}; a rule has letters, digits, spaces inside, hyphens, underscores and dots.")
    if any(len(digits) > _DIGITS_MAX for _, digits in _PART.findall(rule)):
        raise UsageError(f"naming_rule is {rule!r}; a number has {_DIGITS_MAX} digits at most.")
    shortest = _PART.sub(lambda part: part[2] or "X", rule)
    if len(shortest) > _TITLE_CHARACTERS:
        raise UsageError(f"naming_rule is {rule!r}, which makes titles longer than the {_TITLE_CHARACTERS} characters of DICOM.")


def asked(rule: str) -> tuple[str, ...]:
    """The words that the rule wants from a person, in its order."""
    return tuple(dict.fromkeys(place for place, _ in _PART.findall(rule) if place))


def free_title(rule: str, words: Mapping[str, str], taken: Collection[str]) -> str:
    """The first title by the rule that nobody has. Raises UsageError where a word is missing, it is too long, or none is left."""
    if not rule:
        raise UsageError("There is no rule for titles: set naming_rule, for example to SITE_DEPT_MOD_nn.")
    check(rule)
    filled = {place: re.sub(r"[^A-Z0-9]", "", words.get(place, "").upper()) for place in asked(rule)}
    for place, word in filled.items():
        if not word:
            raise UsageError(f"Say what {place} is, in letters and digits: the rule is {rule}.")
    counters = [len(digits) for _, digits in _PART.findall(rule) if digits]
    known = {title.strip().upper() for title in taken}
    for number in range(1, 10 ** min(counters, default=0) if counters else 2):
        title = _filled(rule, filled, number)
        if len(title) > _TITLE_CHARACTERS:
            raise UsageError(f"{title} has {len(title)} characters; DICOM allows {_TITLE_CHARACTERS}. Take shorter words.")
        if title.upper() not in known:
            return title
    raise UsageError(f"Every title by the rule {rule} is taken." if counters else f"{title} is taken, and the rule has no number.")


def _filled(rule: str, words: Mapping[str, str], number: int) -> str:
    return _PART.sub(lambda part: words[part[1]] if part[1] else str(number).zfill(len(part[2])), rule)


def follows(rule: str, title: str) -> bool:
    """True for a title that the rule could have made; any is where there is no rule."""
    if not rule:
        return True
    pattern, at = "", 0
    for part in _PART.finditer(rule):
        pattern += re.escape(rule[at : part.start()]) + ("[A-Z0-9]+" if part[1] else rf"\d{{{len(part[2])}}}")
        at = part.end()
    return re.fullmatch(pattern + re.escape(rule[at:]), title.strip()) is not None
