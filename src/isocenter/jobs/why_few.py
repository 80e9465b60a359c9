"""Why a search finds so few: its keys are dropped one by one, and the one that keeps the rest out shows itself, with a cure.

Comes in: a question, and a way to count its answers. Goes out: a `WhyFew`: the count without each key, the guilty ones, and other
spellings of them that find more, each tried. How matching goes wrong between products is what the cures know: wild cards, capitals,
forms of dates, a key of another level (PS3.4 C.2.2.2). At most WHY_QUESTIONS_MAX searches are made,
within WHY_SECONDS, each cut at WHY_ANSWERS_MAX.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace

from isocenter.base.clock import Clock
from isocenter.base.errors import LocalError
from isocenter.base.limits import API_COUNT_SECONDS, WHY_ANSWERS_MAX, WHY_QUESTIONS_MAX, WHY_SECONDS
from isocenter.jobs.questions import UNIQUE, At, Question, keyword_of
from isocenter.jobs.searching import Call, answers, texts

_MODALITY, _MODALITIES = 0x00080060, 0x00080061
_ANY = re.compile(r"\*+")
_WILD = re.compile(r"[*?]")
_DAY = re.compile(r"(\d{4})[./ -]?(\d{2})[./ -]?(\d{2})")


@dataclass(frozen=True, slots=True)
class Counted:
    """How many answers a search has; `more`: it was cut. `failure` is what the other side said where it failed."""

    count: int = 0
    more: bool = False
    failure: str = ""

    def beats(self, other: Counted) -> bool:
        """True where it finds more, or finds where the other fails."""
        if self.failure:
            return False
        return bool(other.failure) or (self.more and not other.more) or self.count > other.count


@dataclass(frozen=True, slots=True)
class Without:
    """The same search without one key."""

    keyword: str
    value: str
    found: Counted


@dataclass(frozen=True, slots=True)
class Cure:
    """Another spelling that was tried and finds more. `fault` is its row in the table of faults, such as Q5.

    `keyword` is the key to write instead of `replaces`; they differ where a key of another level is meant.
    """

    fault: str
    replaces: str
    keyword: str
    value: str
    words: str
    found: Counted


@dataclass(frozen=True, slots=True)
class WhyFew:
    """What the search finds with all its keys, without each of them, and without any; `guilty` keys keep the rest out.

    `together`: only all of the guilty ones left out at once find more. `words` is the conclusion, one sentence.
    """

    whole: Counted
    without: tuple[Without, ...] = ()
    guilty: tuple[str, ...] = ()
    together: bool = False
    cures: tuple[Cure, ...] = ()
    words: str = ""


Count = Callable[[Question], Counted]
"""Counts the answers of a question; raises what a search that cannot be made at all raises."""


@dataclass(slots=True)
class _Purse:
    """So many searches and no more; the first question is asked whatever it costs."""

    count: Count
    is_over: Callable[[], bool]
    left: int = WHY_QUESTIONS_MAX
    known: dict[tuple[tuple[int, str], ...], Counted] = field(default_factory=dict)

    def ask(self, asked: Question) -> Counted | None:
        """The count; None where no search is left. What was asked before is not asked again."""
        key = tuple(sorted(asked.keys.items()))
        if key not in self.known:
            cost = len(_codes(asked))
            if self.known and (self.left < cost or self.is_over()):
                return None
            self.left -= cost
            self.known[key] = self.count(asked)
        return self.known[key]


def counting(call: Call, clock: Clock, check: Callable[[], None] = lambda: None) -> Count:
    """Counts at a node. A search that the node answers with a failure counts as such; a node that is not reached raises.

    Several modalities are asked for one by one and added up: a list of codes is none of the matchings that every node knows. What
    is found under two of them counts once.
    """

    def count(asked: Question) -> Counted:
        found, seen = Counted(), set[str]()
        for one in _one_by_one(asked):
            check()
            found = _added(found, _counted(call, one, clock, seen))
        return found

    return count


def _codes(asked: Question) -> list[str]:
    """The modalities that are asked for, each by a search of its own."""
    return asked.keys.get(_MODALITIES, "").split("\\")


def _one_by_one(asked: Question) -> Iterator[Question]:
    codes = _codes(asked)
    for code in codes:
        yield replace(asked, keys={**asked.keys, _MODALITIES: code}) if len(codes) > 1 else asked


def _added(one: Counted, other: Counted) -> Counted:
    return Counted(one.count + other.count, one.more or other.more, one.failure or other.failure)


def _counted(call: Call, asked: Question, clock: Clock, seen: set[str]) -> Counted:
    """The answers to one search that are not among those `seen`, which grow by them."""
    until, came_count, number = clock.monotonic() + API_COUNT_SECONDS, 0, 0
    own = UNIQUE[asked.level]
    try:
        with closing(answers(call, asked, WHY_ANSWERS_MAX + 1)) as came:
            for answer in came:
                came_count += 1
                if came_count > WHY_ANSWERS_MAX:
                    return Counted(number, more=True)
                uid = texts(answer, (own,))[keyword_of(own)]
                # One without a UID is told from no other: each counts.
                number += not uid or uid not in seen
                seen.add(uid)
                if clock.monotonic() > until:
                    return Counted(number, more=True)
    except LocalError as error:
        return Counted(number, failure=str(error))
    return Counted(number)


def why_few(count: Count, asked: Question, clock: Clock) -> WhyFew:
    """Find the keys that keep the rest out. Raises what `count` raises."""
    until = clock.monotonic() + WHY_SECONDS
    own = UNIQUE[asked.level]
    asked = replace(asked, keys={own: "", **asked.keys})
    purse = _Purse(count, lambda: clock.monotonic() > until)
    whole = purse.ask(asked) or Counted()
    keys = _matching(asked)
    without = []
    for tag in keys:
        found = purse.ask(_emptied(asked, tag))
        if found is not None:
            without.append((tag, Without(keyword_of(tag), asked.keys[tag], found)))
    guilty, together = [tag for tag, one in without if one.found.beats(whole)], False
    if not guilty and len(keys) > 1:
        guilty = _together(purse, asked, keys, whole)
        together = bool(guilty)
    cures: list[Cure] = []
    for tag in guilty:
        others = [one for one in guilty if one != tag] if together else []
        cures += _cures(purse, _emptied(asked, *others), tag, whole)
    names = tuple(keyword_of(tag) for tag in guilty)
    why = WhyFew(whole, tuple(one for _, one in without), names, together, tuple(cures))
    return replace(why, words=_conclusion(why, purse, asked, keys))


def _matching(asked: Question) -> list[int]:
    """The keys that keep anything out; those that say where to look below a study or series stay (PS3.4 C.4.1.2.1)."""
    levels = list(At)
    above = {UNIQUE[level] for level in levels[: levels.index(asked.level)] if level is not At.PATIENT}
    return [tag for tag, value in asked.keys.items() if value.strip() and tag not in above]


def _emptied(asked: Question, *tags: int) -> Question:
    return replace(asked, keys={**asked.keys, **dict.fromkeys(tags, "")})


def _together(purse: _Purse, asked: Question, keys: list[int], whole: Counted) -> list[int]:
    """The smallest run of keys, in their order, that has to be left out together; empty where even all of them do not help."""
    for size in range(2, len(keys) + 1):
        for start in range(len(keys) - size + 1):
            run = keys[start : start + size]
            found = purse.ask(_emptied(asked, *run))
            if found is not None and found.beats(whole):
                return run
    return []


def _cures(purse: _Purse, asked: Question, guilty: int, whole: Counted) -> Iterator[Cure]:
    """The first spelling of each kind that finds more."""
    replaces = keyword_of(guilty)
    for fault, tag, value, words in _spellings(asked, guilty):
        tried = _emptied(asked, guilty)
        tried = replace(tried, keys={**tried.keys, tag: value})
        found = purse.ask(tried)
        if found is not None and found.beats(whole):
            yield Cure(fault, replaces, keyword_of(tag), value, words, found)
            return


def _spellings(asked: Question, tag: int) -> Iterator[tuple[str, int, str, str]]:
    """(fault, key, value, what to do), most likely first; the value as it is never among them."""
    from isocenter.dataset.value_text import vr_of

    value, keyword = asked.keys[tag], keyword_of(tag)
    if _ANY.fullmatch(value.strip()):
        if vr_of(tag) in ("DA", "DT"):
            yield "Q7", tag, "", f"Leave {keyword} empty instead of sending *, which is no date."
        yield "Q8", tag, "", f"Leave {keyword} empty instead of sending *: a star leaves out whoever has no such value at all."
        return
    seen = {value, ""}
    for fault, key, spelling, words in _ideas(asked, tag, value.strip(), keyword):
        if spelling not in seen or key != tag:
            seen.add(spelling)
            yield fault, key, spelling, words


def _ideas(asked: Question, tag: int, value: str, keyword: str) -> Iterator[tuple[str, int, str, str]]:
    from isocenter.dataset.value_text import vr_of

    vr = vr_of(tag)
    if tag == _MODALITY and asked.level is At.STUDY:
        yield "Q11", _MODALITIES, value, "Ask a study for ModalitiesInStudy: Modality belongs to the series."
    if tag == _MODALITIES and asked.level is At.STUDY:
        yield "Q11", _MODALITY, value, "This node matches Modality, and not ModalitiesInStudy."
    if "\\" in value and vr == "UI":
        yield "Q12", tag, value.split("\\")[0], f"Ask for one {keyword} at a time: a list is not understood there."
    if vr in ("DA", "DT"):
        yield from _dates(tag, value, keyword)
        return
    if vr == "PN":
        yield from _names(tag, value)
    if vr != "UI":
        yield "Q6", tag, value.upper(), f"Write {keyword} in capitals: upper and lower case are told apart there."
        yield "Q6", tag, value.lower(), f"Write {keyword} in small letters: upper and lower case are told apart there."
    if vr in ("LO", "SH"):
        bare = value.strip("* ")
        yield "Q10", tag, f"{bare}*", f"Put a * behind {keyword}: the stored value goes on, or is padded."
        yield (
            "Q10",
            tag,
            f"*{bare.lstrip('0')}",
            f"Put a * before {keyword}: there are leading zeros, or something before it.",
        )
        yield "Q10", tag, f"*{bare.lstrip('0')}*", f"Put a * before and behind {keyword}: the stored value has more around it."


def _names(tag: int, value: str) -> Iterator[tuple[str, int, str, str]]:
    bare = value.rstrip("*")
    if not _WILD.search(value):
        yield "Q5", tag, f"{value}*", "Put a * behind the name: without one only the whole name matches."
    for separator in (", ", ",", " "):
        if separator in bare:
            joined = "^".join(bare.split(separator, 1))
            yield "Q5", tag, f"{joined}*", "Write family name^given name with a ^ between them (PS3.5 6.2.1)."
            break
    yield "Q6", tag, f"{bare.upper()}*", "Write the name in capitals: upper and lower case are told apart there."
    yield "Q6", tag, f"{bare.title()}*", "Write the name with a capital first letter: upper and lower case are told apart there."
    plain = re.match(r"[\x20-\x7e]*", bare)
    if plain is not None and plain.group() and plain.group() != bare:
        yield (
            "Q9",
            tag,
            f"{plain.group()}*",
            "Search with the letters before the first special one and a *: character sets differ.",
        )
    yield "Q5", tag, f"*{bare.strip('*')}*", "Put a * before the name too: it does not stand at the beginning."


def _dates(tag: int, value: str, keyword: str) -> Iterator[tuple[str, int, str, str]]:
    days = ["".join(match) for match in _DAY.findall(value)]
    if len(days) == 2:
        yield "Q7", tag, "-".join(sorted(days)), f"Write {keyword} as YYYYMMDD-YYYYMMDD, the earlier day first."
    elif len(days) == 1:
        open_ended = value.startswith("-"), value.endswith("-")
        yield "Q7", tag, f"{'-' * open_ended[0]}{days[0]}{'-' * open_ended[1]}", f"Write {keyword} as YYYYMMDD."
        if not any(open_ended):
            yield "Q7", tag, f"{days[0]}-{days[0]}", f"Write {keyword} as a range of one day: a single day is not matched there."


def _conclusion(found: WhyFew, purse: _Purse, asked: Question, keys: list[int]) -> str:
    if found.guilty:
        one = len(found.guilty) == 1
        if found.whole.failure:
            what = "is not understood there" if one else "are not understood there"
        elif found.together:
            what = "keep the others out together"
        else:
            what = "keeps the others out" if one else "keep others out, each on its own"
        cure = f" {found.cures[0].words}" if found.cures else ""
        return f"{' and '.join(found.guilty)} {what}.{cure}"
    if not keys:
        nothing = "The search has no key that could keep anything out"
        return f"{nothing}, and fails: {found.whole.failure}" if found.whole.failure else f"{nothing}."
    bare = purse.ask(_emptied(asked, *keys))
    if bare is None:
        return "No single key is to blame; more searches than are reasonable would be needed to say more."
    if bare.failure:
        return f"It fails without any key as well: {bare.failure}"
    if not bare.count:
        return "Nothing is found there whatever is asked: another called title may be another archive, or it is empty."
    return "Leaving out keys does not find more: what is shown is what there is."
